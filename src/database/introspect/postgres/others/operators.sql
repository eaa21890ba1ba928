, named AS (SELECT o.*, format('OPERATOR(%I.%s)', n.nspname, oprname) AS path FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace)
SELECT 'pg_operator' AS class, o.oid::int8 AS oid, 0::int8 AS part, 'operator' AS kind, s.nspname AS namespace,
    substr(o.oid::regoperator::text, length(quote_ident(s.nspname)) + 2) AS name,
    format('CREATE OPERATOR %I.%s (%s)', s.nspname, oprname, concat_ws(', ', 'FUNCTION = ' || oprcode::regproc,
        'LEFTARG = ' || format_type(nullif(oprleft, 0), NULL), 'RIGHTARG = ' || format_type(nullif(oprright, 0), NULL),
        'COMMUTATOR = ' || (SELECT k.path FROM named k WHERE k.oid = o.oprcom), 'NEGATOR = ' || (SELECT k.path FROM named k WHERE k.oid = o.oprnegate),
        'RESTRICT = ' || nullif(oprrest, 0)::regproc, 'JOIN = ' || nullif(oprjoin, 0)::regproc,
        CASE WHEN oprcanhash THEN 'HASHES' END, CASE WHEN oprcanmerge THEN 'MERGES' END)) AS definition,
    format('DROP OPERATOR %I.%s (%s, %s)', s.nspname, oprname, coalesce(format_type(nullif(oprleft, 0), NULL), 'NONE'),
        coalesce(format_type(nullif(oprright, 0), NULL), 'NONE')) AS removal
FROM named o JOIN space s ON s.oid = o.oprnamespace
WHERE o.oprcode <> 0 AND NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_operator'::regclass AND e.objid = o.oid)
UNION ALL SELECT 'pg_cast', c.oid::int8, 0, 'cast', NULL, format('(%s AS %s)', format_type(castsource, NULL), format_type(casttarget, NULL)),
    format('CREATE CAST (%s AS %s) %s%s', format_type(castsource, NULL), format_type(casttarget, NULL),
        CASE castmethod WHEN 'b' THEN 'WITHOUT FUNCTION' WHEN 'i' THEN 'WITH INOUT' ELSE 'WITH FUNCTION ' || castfunc::regprocedure END,
        CASE castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END),
    format('DROP CAST (%s AS %s)', format_type(castsource, NULL), format_type(casttarget, NULL))
FROM pg_cast c WHERE c.oid >= 16384 AND NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_cast'::regclass AND e.objid = c.oid)
  -- The cast of a range to its multirange comes with the range.
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype = 'i')
UNION ALL SELECT 'pg_opfamily', f.oid::int8, 0, 'operator family', s.nspname, format('%I using %I', opfname, m.amname),
    format('CREATE OPERATOR FAMILY %I.%I USING %I', s.nspname, opfname, m.amname), format('DROP OPERATOR FAMILY %I.%I USING %I', s.nspname, opfname, m.amname)
FROM pg_opfamily f JOIN space s ON s.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod
WHERE NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_opfamily'::regclass AND e.objid = f.oid)
UNION ALL SELECT 'pg_opclass', c.oid::int8, 0, 'operator class', s.nspname, format('%I using %I', opcname, m.amname),
    format('CREATE OPERATOR CLASS %I.%I %sFOR TYPE %s USING %I FAMILY %I.%I AS %s', s.nspname, opcname, CASE WHEN opcdefault THEN 'DEFAULT ' ELSE '' END,
        format_type(opcintype, NULL), m.amname, fs.nspname, f.opfname, concat_ws(', ',
            CASE WHEN opckeytype <> 0 OR m.amname NOT IN ('btree', 'hash', 'gist', 'gin', 'spgist', 'brin') THEN 'STORAGE ' || format_type(coalesce(nullif(opckeytype, 0), opcintype), NULL) END,
            (SELECT string_agg(format('OPERATOR %s %s%s', amopstrategy, regexp_replace(amopopr::regoperator::text, '^([^(.]+)\(', 'pg_catalog.\1('),
                    CASE WHEN amopsortfamily <> 0 THEN (SELECT format(' FOR ORDER BY %I.%I', n.nspname, so.opfname) FROM pg_opfamily so JOIN pg_namespace n ON n.oid = so.opfnamespace WHERE so.oid = amopsortfamily) ELSE '' END),
                    ', ' ORDER BY amopstrategy)
               FROM pg_amop a JOIN pg_depend d ON d.classid = 'pg_amop'::regclass AND d.objid = a.oid AND d.refclassid = 'pg_opclass'::regclass AND d.refobjid = c.oid),
            (SELECT string_agg(format('FUNCTION %s (%s, %s) %s', amprocnum, format_type(amproclefttype, NULL), format_type(amprocrighttype, NULL), amproc::regprocedure), ', ' ORDER BY amprocnum)
               FROM pg_amproc a JOIN pg_depend d ON d.classid = 'pg_amproc'::regclass AND d.objid = a.oid AND d.refclassid = 'pg_opclass'::regclass AND d.refobjid = c.oid))),
    format('DROP OPERATOR CLASS %I.%I USING %I', s.nspname, opcname, m.amname)
FROM pg_opclass c JOIN space s ON s.oid = c.opcnamespace JOIN pg_am m ON m.oid = c.opcmethod
JOIN pg_opfamily f ON f.oid = c.opcfamily JOIN pg_namespace fs ON fs.oid = f.opfnamespace
WHERE NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_opclass'::regclass AND e.objid = c.oid)
UNION ALL SELECT 'pg_amop', a.oid::int8, 0, 'operator of a family', s.nspname, format('%s %s of %I using %I', amopstrategy, amopopr::regoperator, opfname, m.amname),
    format('ALTER OPERATOR FAMILY %I.%I USING %I ADD OPERATOR %s %s', s.nspname, opfname, m.amname, amopstrategy, regexp_replace(amopopr::regoperator::text, '^([^(.]+)\(', 'pg_catalog.\1(')),
    format('ALTER OPERATOR FAMILY %I.%I USING %I DROP OPERATOR %s (%s, %s)', s.nspname, opfname, m.amname, amopstrategy, format_type(amoplefttype, NULL), format_type(amoprighttype, NULL))
FROM pg_amop a JOIN pg_opfamily f ON f.oid = a.amopfamily JOIN space s ON s.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod
WHERE a.oid >= 16384 AND amopsortfamily = 0 AND NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_opfamily'::regclass AND e.objid = f.oid)
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_amop'::regclass AND d.objid = a.oid AND d.refclassid = 'pg_opclass'::regclass)
UNION ALL SELECT 'pg_amproc', a.oid::int8, 0, 'function of a family', s.nspname, format('%s (%s, %s) of %I using %I', amprocnum, format_type(amproclefttype, NULL), format_type(amprocrighttype, NULL), opfname, m.amname),
    format('ALTER OPERATOR FAMILY %I.%I USING %I ADD FUNCTION %s (%s, %s) %s', s.nspname, opfname, m.amname, amprocnum, format_type(amproclefttype, NULL), format_type(amprocrighttype, NULL), amproc::regprocedure),
    format('ALTER OPERATOR FAMILY %I.%I USING %I DROP FUNCTION %s (%s, %s)', s.nspname, opfname, m.amname, amprocnum, format_type(amproclefttype, NULL), format_type(amprocrighttype, NULL))
FROM pg_amproc a JOIN pg_opfamily f ON f.oid = a.amprocfamily JOIN space s ON s.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod
WHERE a.oid >= 16384 AND NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_opfamily'::regclass AND e.objid = f.oid)
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_amproc'::regclass AND d.objid = a.oid AND d.refclassid = 'pg_opclass'::regclass)
