SELECT 'pg_class' AS class, r.oid::int8 AS oid, 0::int8 AS part, 'sequence' AS kind, nspname AS namespace, relname AS name,
    format('CREATE %sSEQUENCE %s AS %s START WITH %s INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s %sCYCLE',
        CASE WHEN relpersistence = 'u' THEN 'UNLOGGED ' ELSE '' END, path, format_type(seqtypid, NULL), seqstart, seqincrement,
        seqmin, seqmax, seqcache, CASE WHEN seqcycle THEN '' ELSE 'NO ' END) AS definition,
    format('DROP SEQUENCE %s', path) AS removal
FROM relation r JOIN pg_sequence s ON s.seqrelid = r.oid
WHERE NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_class'::regclass AND i.objid = r.oid AND i.deptype = 'i')
UNION ALL SELECT 'sequence owner', t.oid::int8, d.refobjsubid, 'sequence owner', r.nspname, r.relname,
    format('ALTER SEQUENCE %s OWNED BY %s.%I', r.path, t.path, a.attname), format('ALTER SEQUENCE %s OWNED BY NONE', r.path)
FROM relation r
JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a'
JOIN relation t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid WHERE r.relkind = 'S'
UNION ALL SELECT 'pg_rewrite', w.oid::int8, 0, 'rule', nspname, format('%I on %I', rulename, relname),
    pg_get_ruledef(w.oid) || CASE ev_enabled WHEN 'O' THEN '' ELSE format(E'\nALTER TABLE %s %s RULE %I;', path,
        CASE ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, rulename) END,
    format('DROP RULE %I ON %s', rulename, path)
FROM pg_rewrite w JOIN relation r ON r.oid = w.ev_class WHERE rulename <> '_RETURN'
UNION ALL SELECT 'pg_policy', p.oid::int8, 0, 'policy', nspname, format('%I on %I', polname, relname),
    format('CREATE POLICY %I ON %s%s FOR %s TO %s%s%s', polname, path, CASE WHEN polpermissive THEN '' ELSE ' AS RESTRICTIVE' END,
        CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
        (SELECT string_agg(CASE WHEN role = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END, ', ' ORDER BY pg_get_userbyid(role))
           FROM unnest(polroles) role),
        ' USING (' || pg_get_expr(polqual, polrelid) || ')', ' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')'),
    format('DROP POLICY %I ON %s', polname, path)
FROM pg_policy p JOIN relation r ON r.oid = p.polrelid
UNION ALL SELECT 'view options', oid::int8, 0, 'view options', nspname, relname,
    format('ALTER %s %s SET (%s)', w.word, path, array_to_string(reloptions, ', ')),
    format('ALTER %s %s RESET (%s)', w.word, path, (SELECT string_agg(split_part(o, '=', 1), ', ') FROM unnest(reloptions) o))
FROM relation r, LATERAL (SELECT CASE relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END AS word) w
WHERE relkind IN ('v', 'm') AND reloptions IS NOT NULL
UNION ALL SELECT 'pg_attrdef', d.oid::int8, 0, 'view default', nspname, format('%I of %I', attname, relname),
    format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', path, attname, pg_get_expr(adbin, adrelid)),
    format('ALTER VIEW %s ALTER COLUMN %I DROP DEFAULT', path, attname)
FROM pg_attrdef d JOIN relation r ON r.oid = d.adrelid JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = d.adnum WHERE relkind = 'v'
UNION ALL SELECT 'setting on pg_class', r.oid::int8, 0, x.kind, nspname, format('%I of %I', attname, relname),
    format('ALTER MATERIALIZED VIEW %s ALTER COLUMN %I SET %s', path, attname, x.value), format('ALTER MATERIALIZED VIEW %s ALTER COLUMN %I SET %s', path, attname, x.usual)
FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_type t ON t.oid = a.atttypid,
LATERAL (
    SELECT 'view statistics' AS kind, 'STATISTICS ' || attstattarget AS value, 'STATISTICS -1' AS usual WHERE attstattarget >= 0
    UNION ALL SELECT 'view storage', 'STORAGE ' || CASE attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END,
        'STORAGE ' || CASE typstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END WHERE attstorage <> typstorage
) x WHERE relkind = 'm'
UNION ALL SELECT 'setting on pg_class', x.indexrelid::int8, 0, 'view clustering', nspname, r.relname,
    format('ALTER MATERIALIZED VIEW %s CLUSTER ON %I', path, i.relname), format('ALTER MATERIALIZED VIEW %s SET WITHOUT CLUSTER', path)
FROM relation r JOIN pg_index x ON x.indrelid = r.oid AND x.indisclustered JOIN pg_class i ON i.oid = x.indexrelid WHERE r.relkind = 'm'
UNION ALL SELECT 'pg_statistic_ext', x.oid::int8, 0, 'statistics', s.nspname, stxname,
    pg_get_statisticsobjdef(x.oid) || CASE WHEN coalesce((to_jsonb(x) ->> 'stxstattarget')::int, -1) >= 0
        THEN format(E';\nALTER STATISTICS %I.%I SET STATISTICS %s', s.nspname, stxname, to_jsonb(x) ->> 'stxstattarget') ELSE '' END,
    format('DROP STATISTICS %I.%I', s.nspname, stxname)
FROM pg_statistic_ext x JOIN space s ON s.oid = x.stxnamespace
UNION ALL SELECT 'setting on pg_class', r.oid::int8, 0, 'trigger state', r.nspname, format('%I on %I', t.tgname, r.relname),
    format('ALTER TABLE %s %s TRIGGER %I', r.path, CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END, t.tgname),
    format('ALTER TABLE %s %s TRIGGER %I', r.path, CASE p.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END, t.tgname)
FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid JOIN pg_trigger p ON p.oid = (to_jsonb(t) ->> 'tgparentid')::oid
WHERE NOT t.tgconstraint > 0 AND t.tgenabled <> p.tgenabled
