SELECT 'comment on ' || d.classoid::regclass AS class, d.objoid::int8 AS oid, d.objsubid::int8 AS part, 'comment' AS kind, NULL AS namespace,
    i.type || ' ' || i.identity AS name, format('COMMENT ON %s IS %L', t.target, d.description) AS definition, format('COMMENT ON %s IS NULL', t.target) AS removal
FROM pg_description d
LEFT JOIN pg_class c ON d.classoid = 'pg_class'::regclass AND c.oid = d.objoid
LEFT JOIN pg_constraint k ON d.classoid = 'pg_constraint'::regclass AND k.oid = d.objoid
LEFT JOIN kind y ON y.oid = k.contypid
LEFT JOIN routine p ON d.classoid = 'pg_proc'::regclass AND p.oid = d.objoid,
LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i,
LATERAL (SELECT CASE
    WHEN y.oid IS NOT NULL THEN format('CONSTRAINT %I ON DOMAIN %s', k.conname, y.path)
    WHEN k.oid IS NOT NULL THEN 'CONSTRAINT ' || i.identity
    WHEN p.oid IS NOT NULL THEN format('%s %s(%s)', p.word, p.path, p.arguments)
    WHEN d.objsubid > 0 THEN 'COLUMN ' || i.identity
    WHEN i.type = 'statistics object' THEN 'STATISTICS ' || i.identity
    WHEN i.type = 'composite type' THEN 'TYPE ' || i.identity
    WHEN i.type = 'foreign-data wrapper' THEN 'FOREIGN DATA WRAPPER ' || i.identity
    ELSE upper(i.type) || ' ' || i.identity END AS target) t
WHERE d.objoid >= 16384 AND (c.oid IS NULL OR c.relkind NOT IN ('r', 'p')) AND d.classoid <> 'pg_extension'::regclass
  AND NOT EXISTS (SELECT FROM member e WHERE e.classid = d.classoid AND e.objid = d.objoid)
UNION ALL SELECT 'comment on pg_extension', e.oid::int8, 0, 'comment', NULL, 'extension ' || quote_ident(e.extname),
    format('COMMENT ON EXTENSION %I IS %L', e.extname, obj_description(e.oid, 'pg_extension')), format('COMMENT ON EXTENSION %I IS %L', e.extname, a.comment)
FROM pg_extension e JOIN pg_available_extensions a ON a.name = e.extname
WHERE e.oid >= 16384 AND obj_description(e.oid, 'pg_extension') IS DISTINCT FROM a.comment
UNION ALL SELECT 'comment on pg_namespace', n.oid::int8, 0, 'comment', NULL, 'schema public',
    format('COMMENT ON SCHEMA public IS %L', coalesce(obj_description(n.oid, 'pg_namespace'), '')), 'COMMENT ON SCHEMA public IS ''standard public schema'''
FROM pg_namespace n WHERE n.nspname = 'public' AND n.oid < 16384 AND obj_description(n.oid, 'pg_namespace') IS DISTINCT FROM 'standard public schema'
