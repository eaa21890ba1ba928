, given AS (SELECT $$ OPTIONS ($$ AS start)
SELECT 'pg_foreign_data_wrapper' AS class, w.oid::int8 AS oid, 0::int8 AS part, 'foreign data wrapper' AS kind, NULL AS namespace, fdwname AS name,
    format('CREATE FOREIGN DATA WRAPPER %I%s%s%s', fdwname, ' HANDLER ' || nullif(fdwhandler, 0)::regproc, ' VALIDATOR ' || nullif(fdwvalidator, 0)::regproc,
        (SELECT start || string_agg(format('%I %L', option_name, option_value), ', ' ORDER BY option_name) || ')' FROM given, pg_options_to_table(fdwoptions) GROUP BY start)) AS definition,
    format('DROP FOREIGN DATA WRAPPER %I', fdwname) AS removal
FROM pg_foreign_data_wrapper w WHERE NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_foreign_data_wrapper'::regclass AND e.objid = w.oid)
UNION ALL SELECT 'pg_foreign_server', s.oid::int8, 0, 'server', NULL, srvname,
    format('CREATE SERVER %I%s%s FOREIGN DATA WRAPPER %I%s', srvname, ' TYPE ' || quote_literal(srvtype), ' VERSION ' || quote_literal(srvversion), w.fdwname,
        (SELECT start || string_agg(format('%I %L', option_name, option_value), ', ' ORDER BY option_name) || ')' FROM given, pg_options_to_table(srvoptions) GROUP BY start)),
    format('DROP SERVER %I', srvname)
FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
WHERE NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_foreign_server'::regclass AND e.objid = s.oid)
UNION ALL SELECT 'pg_user_mapping', m.umid::int8, 0, 'user mapping', NULL, format('%I on %I', m.usename, m.srvname),
    format('CREATE USER MAPPING FOR %s SERVER %I%s', CASE WHEN m.umuser = 0 THEN 'PUBLIC' ELSE quote_ident(m.usename) END, m.srvname,
        (SELECT start || string_agg(format('%I %L', option_name, option_value), ', ' ORDER BY option_name) || ')' FROM given, pg_options_to_table(m.umoptions) GROUP BY start)),
    format('DROP USER MAPPING FOR %s SERVER %I', CASE WHEN m.umuser = 0 THEN 'PUBLIC' ELSE quote_ident(m.usename) END, m.srvname)
FROM pg_user_mappings m
UNION ALL SELECT 'pg_class', r.oid::int8, 0, 'foreign table', nspname, relname,
    format('CREATE FOREIGN TABLE %s%s%s SERVER %I%s', path,
        CASE WHEN relispartition THEN (SELECT format(' PARTITION OF %I.%I', pn.nspname, p.relname) FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = r.oid)
        ELSE ' (' || coalesce((SELECT string_agg(x.line, ',' ORDER BY x.place, x.line) || E'\n' FROM (
            SELECT attnum AS place, format(E'\n    %I %s%s%s%s%s', attname, format_type(atttypid, atttypmod),
                (SELECT start || string_agg(format('%I %L', option_name, option_value), ', ' ORDER BY option_name) || ')' FROM given, pg_options_to_table(attfdwoptions) GROUP BY start),
                CASE WHEN a.attcollation <> t.typcollation THEN ' COLLATE ' || (SELECT o.path FROM collating o WHERE o.oid = a.attcollation) END,
                CASE WHEN attgenerated <> '' THEN format(' GENERATED ALWAYS AS (%s) STORED', pg_get_expr(d.adbin, d.adrelid)) ELSE ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) END,
                CASE WHEN attnotnull THEN ' NOT NULL' END) AS line
            FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attrelid = r.oid AND attnum > 0 AND NOT attisdropped AND attislocal
            UNION ALL SELECT 10000, format(E'\n    CONSTRAINT %I %s', conname, pg_get_constraintdef(k.oid)) FROM pg_constraint k WHERE k.conrelid = r.oid AND contype = 'c' AND conislocal) x), '') || ')' END,
        CASE WHEN relispartition THEN ' ' || pg_get_expr(relpartbound, r.oid) ELSE
            (SELECT ' INHERITS (' || string_agg(format('%I.%I', pn.nspname, p.relname), ', ' ORDER BY inhseqno) || ')' FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = r.oid) END,
        s.srvname, (SELECT start || string_agg(format('%I %L', option_name, option_value), ', ' ORDER BY option_name) || ')' FROM given, pg_options_to_table(ftoptions) GROUP BY start)),
    format('DROP FOREIGN TABLE %s', path)
FROM relation r JOIN pg_foreign_table f ON f.ftrelid = r.oid JOIN pg_foreign_server s ON s.oid = f.ftserver
