SELECT 'pg_ts_parser' AS class, p.oid::int8 AS oid, 0::int8 AS part, 'text search parser' AS kind, s.nspname AS namespace, prsname AS name,
    format('CREATE TEXT SEARCH PARSER %I.%I (%s)', s.nspname, prsname, concat_ws(', ', 'START = ' || prsstart, 'GETTOKEN = ' || prstoken,
        'END = ' || prsend, 'HEADLINE = ' || nullif(prsheadline, 0)::regproc, 'LEXTYPES = ' || prslextype)) AS definition,
    format('DROP TEXT SEARCH PARSER %I.%I', s.nspname, prsname) AS removal
FROM pg_ts_parser p JOIN space s ON s.oid = p.prsnamespace WHERE NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_ts_parser'::regclass AND e.objid = p.oid)
UNION ALL SELECT 'pg_ts_template', t.oid::int8, 0, 'text search template', s.nspname, tmplname,
    format('CREATE TEXT SEARCH TEMPLATE %I.%I (%s)', s.nspname, tmplname, concat_ws(', ', 'INIT = ' || nullif(tmplinit, 0)::regproc, 'LEXIZE = ' || tmpllexize)),
    format('DROP TEXT SEARCH TEMPLATE %I.%I', s.nspname, tmplname)
FROM pg_ts_template t JOIN space s ON s.oid = t.tmplnamespace WHERE NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_ts_template'::regclass AND e.objid = t.oid)
UNION ALL SELECT 'pg_ts_dict', d.oid::int8, 0, 'text search dictionary', s.nspname, dictname,
    format('CREATE TEXT SEARCH DICTIONARY %I.%I (%s)', s.nspname, dictname, concat_ws(', ', format('TEMPLATE = %I.%I', tn.nspname, tmplname), dictinitoption)),
    format('DROP TEXT SEARCH DICTIONARY %I.%I', s.nspname, dictname)
FROM pg_ts_dict d JOIN space s ON s.oid = d.dictnamespace JOIN pg_ts_template t ON t.oid = d.dicttemplate JOIN pg_namespace tn ON tn.oid = t.tmplnamespace
WHERE NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_ts_dict'::regclass AND e.objid = d.oid)
UNION ALL SELECT 'pg_ts_config', c.oid::int8, 0, 'text search configuration', s.nspname, cfgname,
    format('CREATE TEXT SEARCH CONFIGURATION %I.%I (PARSER = %I.%I)', s.nspname, cfgname, pn.nspname, prsname) || coalesce((
        SELECT string_agg(format(E';\nALTER TEXT SEARCH CONFIGURATION %I.%I ADD MAPPING FOR %s WITH %s', s.nspname, cfgname, m.token, m.dictionaries), '' ORDER BY m.token)
        FROM (SELECT (SELECT t.alias FROM ts_token_type(c.cfgparser) t WHERE t.tokid = maptokentype) AS token,
                  string_agg(mapdict::regdictionary::text, ', ' ORDER BY mapseqno) AS dictionaries
              FROM pg_ts_config_map WHERE mapcfg = c.oid GROUP BY maptokentype) m), ''),
    format('DROP TEXT SEARCH CONFIGURATION %I.%I', s.nspname, cfgname)
FROM pg_ts_config c JOIN space s ON s.oid = c.cfgnamespace JOIN pg_ts_parser p ON p.oid = c.cfgparser JOIN pg_namespace pn ON pn.oid = p.prsnamespace
WHERE NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_ts_config'::regclass AND e.objid = c.oid)
