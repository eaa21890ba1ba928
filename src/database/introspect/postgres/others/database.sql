SELECT 'pg_namespace' AS class, oid::int8 AS oid, 0::int8 AS part, 'schema' AS kind, NULL AS namespace, nspname AS name,
    format('CREATE SCHEMA %I', nspname) AS definition, format('DROP SCHEMA %I', nspname) AS removal
FROM space WHERE nspname <> 'public'
UNION ALL SELECT 'no schema', 0, 0, 'no schema', NULL, 'public', 'DROP SCHEMA public', 'CREATE SCHEMA public'
WHERE NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'public')
UNION ALL SELECT 'pg_extension', e.oid::int8, 0, 'extension', NULL, extname,
    format('CREATE EXTENSION IF NOT EXISTS %I WITH SCHEMA %I', extname, n.nspname), format('DROP EXTENSION %I', extname)
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname <> 'plpgsql'
UNION ALL SELECT 'pg_language', l.oid::int8, 0, 'language', NULL, lanname,
    format('CREATE %sLANGUAGE %I HANDLER %s%s%s', CASE WHEN lanpltrusted THEN 'TRUSTED ' ELSE '' END, lanname, lanplcallfoid::regproc,
        ' INLINE ' || nullif(laninline, 0)::regproc, ' VALIDATOR ' || nullif(lanvalidator, 0)::regproc), format('DROP LANGUAGE %I', lanname)
FROM pg_language l WHERE l.oid >= 16384 AND lanplcallfoid <> 0 AND NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_language'::regclass AND e.objid = l.oid)
UNION ALL SELECT 'pg_transform', t.oid::int8, 0, 'transform', NULL, format('%s for %I', format_type(trftype, NULL), lanname),
    format('CREATE TRANSFORM FOR %s LANGUAGE %I (%s)', format_type(trftype, NULL), lanname, concat_ws(', ',
        'FROM SQL WITH FUNCTION ' || nullif(trffromsql, 0)::regprocedure, 'TO SQL WITH FUNCTION ' || nullif(trftosql, 0)::regprocedure)),
    format('DROP TRANSFORM FOR %s LANGUAGE %I', format_type(trftype, NULL), lanname)
FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang WHERE NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_transform'::regclass AND e.objid = t.oid)
UNION ALL SELECT 'pg_am', a.oid::int8, 0, 'access method', NULL, amname,
    format('CREATE ACCESS METHOD %I TYPE %s HANDLER %s', amname, CASE amtype WHEN 'i' THEN 'INDEX' ELSE 'TABLE' END, amhandler), format('DROP ACCESS METHOD %I', amname)
FROM pg_am a WHERE a.oid >= 16384 AND NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_am'::regclass AND e.objid = a.oid)
UNION ALL SELECT 'pg_conversion', c.oid::int8, 0, 'conversion', s.nspname, conname,
    format('CREATE %sCONVERSION %I.%I FOR %L TO %L FROM %s', CASE WHEN condefault THEN 'DEFAULT ' ELSE '' END, s.nspname, conname,
        pg_encoding_to_char(conforencoding), pg_encoding_to_char(contoencoding), conproc), format('DROP CONVERSION %I.%I', s.nspname, conname)
FROM pg_conversion c JOIN space s ON s.oid = c.connamespace WHERE NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_conversion'::regclass AND e.objid = c.oid)
UNION ALL SELECT 'pg_collation', c.oid::int8, 0, 'collation', s.nspname, collname,
    format('CREATE COLLATION %I.%I (%s)', s.nspname, collname, concat_ws(', ',
        'provider = ' || CASE collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
        CASE WHEN collprovider = 'c' AND collcollate <> collctype THEN format('lc_collate = %L, lc_ctype = %L', collcollate, collctype)
             ELSE format('locale = %L', coalesce(to_jsonb(c) ->> 'colliculocale', to_jsonb(c) ->> 'colllocale', collcollate)) END,
        'rules = ' || quote_literal(coalesce(to_jsonb(c) ->> 'collicurules', to_jsonb(c) ->> 'collrules')),
        CASE WHEN NOT collisdeterministic THEN 'deterministic = false' END)),
    format('DROP COLLATION %I.%I', s.nspname, collname)
FROM pg_collation c JOIN space s ON s.oid = c.collnamespace WHERE NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_collation'::regclass AND e.objid = c.oid)
UNION ALL SELECT 'pg_event_trigger', t.oid::int8, 0, 'event trigger', NULL, evtname,
    format('CREATE EVENT TRIGGER %I ON %s%s EXECUTE FUNCTION %s()', evtname, evtevent,
        ' WHEN TAG IN (' || (SELECT string_agg(quote_literal(g), ', ') FROM unnest(evttags) g) || ')', evtfoid::regproc)
        || CASE evtenabled WHEN 'O' THEN '' ELSE format(E';\nALTER EVENT TRIGGER %I %s', evtname,
            CASE evtenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END) END,
    format('DROP EVENT TRIGGER %I', evtname)
FROM pg_event_trigger t WHERE NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_event_trigger'::regclass AND e.objid = t.oid)
UNION ALL SELECT 'pg_publication', p.oid::int8, 0, 'publication', NULL, pubname,
    format('CREATE PUBLICATION %I%s WITH (publish = %L, publish_via_partition_root = %s)', pubname, CASE WHEN puballtables THEN ' FOR ALL TABLES' END,
        concat_ws(', ', CASE WHEN pubinsert THEN 'insert' END, CASE WHEN pubupdate THEN 'update' END, CASE WHEN pubdelete THEN 'delete' END, CASE WHEN pubtruncate THEN 'truncate' END),
        coalesce(to_jsonb(p) ->> 'pubviaroot', 'false')), format('DROP PUBLICATION %I', pubname)
FROM pg_publication p
