SELECT 'pg_type' AS class, k.oid::int8 AS oid, 0::int8 AS part, 'enum' AS kind, nspname AS namespace, typname AS name,
    format(E'CREATE TYPE %s AS ENUM (\n    %s\n)', path,
        (SELECT string_agg(quote_literal(enumlabel), E',\n    ' ORDER BY enumsortorder) FROM pg_enum e WHERE e.enumtypid = k.oid)) AS definition,
    format('DROP TYPE %s', path) AS removal
FROM kind k WHERE typtype = 'e'
UNION ALL SELECT 'pg_type', k.oid::int8, 0, 'domain', nspname, typname,
    format('CREATE DOMAIN %s AS %s%s', path, format_type(typbasetype, typtypmod),
        CASE WHEN typcollation <> (SELECT b.typcollation FROM pg_type b WHERE b.oid = k.typbasetype)
            THEN ' COLLATE ' || (SELECT o.path FROM collating o WHERE o.oid = k.typcollation) ELSE '' END),
    format('DROP DOMAIN %s', path)
FROM kind k WHERE typtype = 'd'
UNION ALL SELECT 'domain default', k.oid::int8, 0, 'domain default', nspname, typname,
    format('ALTER DOMAIN %s SET DEFAULT %s', path, typdefault), format('ALTER DOMAIN %s DROP DEFAULT', path)
FROM kind k WHERE typtype = 'd' AND typdefault IS NOT NULL
UNION ALL SELECT 'domain not null', k.oid::int8, 0, 'domain not null', nspname, typname,
    format('ALTER DOMAIN %s SET NOT NULL', path), format('ALTER DOMAIN %s DROP NOT NULL', path)
FROM kind k WHERE typtype = 'd' AND typnotnull
UNION ALL SELECT 'pg_constraint', c.oid::int8, 0, 'domain constraint', nspname, format('%I on %I', conname, typname),
    format('ALTER DOMAIN %s ADD CONSTRAINT %I %s', path, conname, pg_get_constraintdef(c.oid)),
    format('ALTER DOMAIN %s DROP CONSTRAINT %I', path, conname)
FROM kind k JOIN pg_constraint c ON c.contypid = k.oid AND c.contype = 'c'
UNION ALL SELECT 'pg_type', k.oid::int8, 0, 'composite type', nspname, typname,
    format(E'CREATE TYPE %s AS (\n    %s\n)', path, (
        SELECT string_agg(format('%I %s%s', attname, format_type(atttypid, atttypmod), CASE WHEN a.attcollation <> t.typcollation
                THEN ' COLLATE ' || (SELECT o.path FROM collating o WHERE o.oid = a.attcollation) ELSE '' END), E',\n    ' ORDER BY attnum)
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = k.typrelid AND attnum > 0 AND NOT attisdropped)),
    format('DROP TYPE %s', path)
FROM kind k WHERE typtype = 'c'
UNION ALL SELECT 'pg_type', k.oid::int8, 0, 'range type', k.nspname, k.typname,
    format('CREATE TYPE %s AS RANGE (%s)', k.path, concat_ws(', ', 'subtype = ' || format_type(r.rngsubtype, NULL),
        CASE WHEN NOT o.opcdefault THEN 'subtype_opclass = ' ||
            (SELECT format('%I.%I', n.nspname, o.opcname) FROM pg_namespace n WHERE n.oid = o.opcnamespace) END,
        CASE WHEN r.rngcollation <> s.typcollation THEN 'collation = ' || (SELECT c.path FROM collating c WHERE c.oid = r.rngcollation) END,
        CASE WHEN r.rngcanonical <> 0 THEN 'canonical = ' || r.rngcanonical::regproc END,
        CASE WHEN r.rngsubdiff <> 0 THEN 'subtype_diff = ' || r.rngsubdiff::regproc END,
        -- A multirange has a name of its own since PostgreSQL 14.
        (SELECT format('multirange_type_name = %I.%I', n.nspname, m.typname) FROM pg_type m JOIN pg_namespace n ON n.oid = m.typnamespace
          WHERE m.oid = (to_jsonb(r) ->> 'rngmultitypid')::oid))),
    format('DROP TYPE %s', k.path)
FROM kind k JOIN pg_range r ON r.rngtypid = k.oid JOIN pg_opclass o ON o.oid = r.rngsubopc JOIN pg_type s ON s.oid = r.rngsubtype
UNION ALL SELECT 'pg_type', oid::int8, 0, 'shell type', nspname, typname, format('CREATE TYPE %s', path), format('DROP TYPE %s', path)
FROM kind k WHERE typtype = 'p' AND NOT typisdefined
UNION ALL SELECT 'pg_type', oid::int8, 0, 'base type', nspname, typname,
    format('CREATE TYPE %s (%s)', path, concat_ws(', ', 'INPUT = ' || typinput::regproc, 'OUTPUT = ' || typoutput::regproc,
        'RECEIVE = ' || nullif(typreceive, 0)::regproc, 'SEND = ' || nullif(typsend, 0)::regproc,
        'TYPMOD_IN = ' || nullif(typmodin, 0)::regproc, 'TYPMOD_OUT = ' || nullif(typmodout, 0)::regproc,
        'ANALYZE = ' || nullif(typanalyze, 0)::regproc, 'INTERNALLENGTH = ' || CASE typlen WHEN -1 THEN 'VARIABLE' ELSE typlen::text END,
        CASE WHEN typbyval THEN 'PASSEDBYVALUE' END,
        'ALIGNMENT = ' || CASE typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' WHEN 'i' THEN 'int4' ELSE 'double' END,
        'STORAGE = ' || CASE typstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END,
        CASE WHEN typcategory <> 'U' THEN 'CATEGORY = ' || quote_literal(typcategory::text) END, CASE WHEN typispreferred THEN 'PREFERRED = true' END,
        'DEFAULT = ' || quote_literal(typdefault), 'ELEMENT = ' || format_type(nullif(typelem, 0), NULL),
        CASE WHEN typdelim <> ',' THEN 'DELIMITER = ' || quote_literal(typdelim::text) END, CASE WHEN typcollation <> 0 THEN 'COLLATABLE = true' END)),
    format('DROP TYPE %s CASCADE', path)
FROM kind k WHERE typtype = 'b'
