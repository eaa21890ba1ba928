WITH member AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
space AS (
    SELECT oid, nspname, nspname AS name FROM pg_namespace n
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
      AND NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid)
),
relation AS (
    SELECT c.*, s.nspname, format('%I.%I', s.nspname, c.relname) AS path FROM pg_class c JOIN space s ON s.oid = c.relnamespace
    WHERE c.relname <> 'alembic_version'
      AND NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid)
),
kind AS (
    SELECT t.*, s.nspname, format('%I.%I', s.nspname, t.typname) AS path FROM pg_type t JOIN space s ON s.oid = t.typnamespace
    WHERE t.typtype IN ('e', 'd', 'r', 'c')
      AND NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid)
      AND (t.typrelid = 0 OR EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
),
routine AS (
    SELECT p.*, s.nspname, p.oid::regprocedure::text AS path,
        substr(p.oid::regprocedure::text, length(quote_ident(s.nspname)) + 2) AS signature,
        CASE p.prokind WHEN 'p' THEN 'PROCEDURE' WHEN 'a' THEN 'AGGREGATE' ELSE 'FUNCTION' END AS word
    FROM pg_proc p JOIN space s ON s.oid = p.pronamespace
    WHERE NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
      AND NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_proc'::regclass AND i.objid = p.oid AND i.deptype = 'i')
),
secured AS (
    SELECT 'pg_class' AS class, oid, 0 AS part, CASE WHEN relkind = 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS word, path, '' AS columns,
        relacl AS acl, acldefault(CASE WHEN relkind = 'S' THEN 's' ELSE 'r' END::"char", relowner) AS usual
    FROM relation WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL SELECT 'pg_class', r.oid, a.attnum, 'TABLE', path, format(' (%I)', a.attname), a.attacl, NULL
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attacl IS NOT NULL
    UNION ALL SELECT 'pg_proc', oid, 0, CASE prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, path, '', proacl, acldefault('f', proowner) FROM routine
    UNION ALL SELECT 'pg_type', oid, 0, CASE typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, path, '', typacl, acldefault('T', typowner) FROM kind
    UNION ALL SELECT 'pg_namespace', s.oid, 0, 'SCHEMA', quote_ident(s.nspname), '', n.nspacl,
        CASE WHEN s.nspname = 'public' THEN (SELECT initprivs FROM pg_init_privs i WHERE i.objoid = n.oid AND i.classoid = 'pg_namespace'::regclass)
             ELSE acldefault('n', n.nspowner) END
    FROM space s JOIN pg_namespace n ON n.oid = s.oid
),
granted AS (
    SELECT s.class, s.oid, s.part, s.word, s.path, s.columns, g.grantor, g.grantee, g.privilege_type, g.is_grantable, true AS given
    FROM secured s, aclexplode(s.acl) g
    WHERE NOT EXISTS (SELECT FROM aclexplode(s.usual) u WHERE u.grantee = g.grantee
                      AND u.privilege_type = g.privilege_type AND u.is_grantable = g.is_grantable)
    UNION ALL
    SELECT s.class, s.oid, s.part, s.word, s.path, s.columns, u.grantor, u.grantee, u.privilege_type, false, false
    FROM secured s, aclexplode(s.usual) u
    WHERE s.acl IS NOT NULL AND NOT EXISTS (SELECT FROM aclexplode(s.acl) g WHERE u.grantee = g.grantee AND u.privilege_type = g.privilege_type)
),
grants AS (
    SELECT g.class, g.oid, g.part, g.given, g.columns <> '' AS partial,
        g.privilege_type || g.columns || ' on ' || lower(g.word) || ' ' || g.path || ' to ' || w.grantee AS name,
        format('GRANT %s%s ON %s %s TO %s', g.privilege_type, g.columns, g.word, g.path, w.grantee) AS give,
        CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END AS choice,
        format('REVOKE %s%s ON %s %s FROM %s', g.privilege_type, g.columns, g.word, g.path, w.grantee) AS take
    FROM granted g, LATERAL (SELECT CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END AS grantee) w
),
usual AS (
    SELECT d.oid, d.defaclobjtype, w.place, w.word, a.grantee, a.privilege_type, a.is_grantable, d.defaclacl, d.defaclrole, d.defaclnamespace, x.given
    FROM pg_default_acl d,
    LATERAL (SELECT format('FOR ROLE %I%s', pg_get_userbyid(d.defaclrole), CASE WHEN d.defaclnamespace <> 0 THEN format(' IN SCHEMA %I', (SELECT nspname FROM pg_namespace n WHERE n.oid = d.defaclnamespace)) ELSE '' END) AS place,
        CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' ELSE 'SCHEMAS' END AS word,
        CASE WHEN d.defaclnamespace <> 0 THEN NULL ELSE acldefault(CASE WHEN d.defaclobjtype = 'S' THEN 's' ELSE d.defaclobjtype END, d.defaclrole) END AS usual) w,
    LATERAL (SELECT true UNION ALL SELECT false) x(given),
    LATERAL (SELECT g.* FROM aclexplode(CASE WHEN x.given THEN d.defaclacl ELSE w.usual END) g
        WHERE NOT EXISTS (SELECT FROM aclexplode(CASE WHEN x.given THEN w.usual ELSE d.defaclacl END) u WHERE u.grantee = g.grantee
            AND u.privilege_type = g.privilege_type AND (u.is_grantable = g.is_grantable OR NOT x.given))) a
),
usual_grants AS (
    SELECT u.oid, u.given, u.privilege_type || ' on ' || lower(u.word) || ' ' || lower(u.place) || ' to ' || w.grantee AS name,
        format('ALTER DEFAULT PRIVILEGES %s GRANT %s ON %s TO %s', u.place, u.privilege_type, u.word, w.grantee) AS give,
        CASE WHEN u.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END AS choice,
        format('ALTER DEFAULT PRIVILEGES %s REVOKE %s ON %s FROM %s', u.place, u.privilege_type, u.word, w.grantee) AS take
    FROM usual u, LATERAL (SELECT CASE WHEN u.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(u.grantee)) END AS grantee) w
)
SELECT 'pg_namespace' AS class, oid::int8 AS oid, 0::int8 AS part, 'schema' AS kind, NULL AS namespace, name,
    format('CREATE SCHEMA %I', name) AS definition, format('DROP SCHEMA %I', name) AS removal
FROM space WHERE name <> 'public'
UNION ALL SELECT 'pg_extension', e.oid::int8, 0, 'extension', NULL, extname,
    format('CREATE EXTENSION IF NOT EXISTS %I WITH SCHEMA %I', extname, n.nspname), format('DROP EXTENSION %I', extname)
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname <> 'plpgsql'
UNION ALL SELECT 'pg_type', k.oid::int8, 0, 'enum', nspname, typname,
    format(E'CREATE TYPE %s AS ENUM (\n    %s\n)', path, (SELECT string_agg(quote_literal(enumlabel), E',\n    ' ORDER BY enumsortorder) FROM pg_enum e WHERE e.enumtypid = k.oid)),
    format('DROP TYPE %s', path)
FROM kind k WHERE typtype = 'e'
UNION ALL SELECT 'pg_type', k.oid::int8, 0, 'domain', nspname, typname,
    format('CREATE DOMAIN %s AS %s%s', path, format_type(typbasetype, typtypmod), CASE WHEN typcollation <> (SELECT b.typcollation FROM pg_type b WHERE b.oid = k.typbasetype)
        THEN ' COLLATE ' || (SELECT format('%I.%I', cn.nspname, co.collname) FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = k.typcollation) ELSE '' END),
    format('DROP DOMAIN %s', path)
FROM kind k WHERE typtype = 'd'
UNION ALL SELECT 'domain default', k.oid::int8, 0, 'domain default', nspname, typname,
    format('ALTER DOMAIN %s SET DEFAULT %s', path, typdefault), format('ALTER DOMAIN %s DROP DEFAULT', path)
FROM kind k WHERE typtype = 'd' AND typdefault IS NOT NULL
UNION ALL SELECT 'domain not null', k.oid::int8, 0, 'domain not null', nspname, typname,
    format('ALTER DOMAIN %s SET NOT NULL', path), format('ALTER DOMAIN %s DROP NOT NULL', path)
FROM kind k WHERE typtype = 'd' AND typnotnull
UNION ALL SELECT 'pg_constraint', c.oid::int8, 0, 'domain constraint', nspname, format('%I on %I', conname, typname),
    format('ALTER DOMAIN %s ADD CONSTRAINT %I %s', path, conname, pg_get_constraintdef(c.oid)), format('ALTER DOMAIN %s DROP CONSTRAINT %I', path, conname)
FROM kind k JOIN pg_constraint c ON c.contypid = k.oid AND c.contype = 'c'
UNION ALL SELECT 'pg_type', k.oid::int8, 0, 'composite type', nspname, typname,
    format(E'CREATE TYPE %s AS (\n    %s\n)', path, (SELECT string_agg(format('%I %s%s', attname, format_type(atttypid, atttypmod),
        CASE WHEN a.attcollation <> t.typcollation THEN ' COLLATE ' || (SELECT format('%I.%I', cn.nspname, co.collname) FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = a.attcollation) ELSE '' END),
        E',\n    ' ORDER BY attnum) FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = k.typrelid AND attnum > 0 AND NOT attisdropped)),
    format('DROP TYPE %s', path)
FROM kind k WHERE typtype = 'c'
UNION ALL SELECT 'pg_type', k.oid::int8, 0, 'range type', nspname, typname,
    format('CREATE TYPE %s AS RANGE (subtype = %s%s%s%s)', path, format_type(r.rngsubtype, NULL),
        CASE WHEN NOT o.opcdefault THEN ', subtype_opclass = ' || (SELECT format('%I.%I', on_.nspname, o.opcname) FROM pg_namespace on_ WHERE on_.oid = o.opcnamespace) ELSE '' END,
        CASE WHEN r.rngsubdiff <> 0 THEN ', subtype_diff = ' || r.rngsubdiff::regproc::text ELSE '' END,
        CASE WHEN r.rngcanonical <> 0 THEN ', canonical = ' || r.rngcanonical::regproc::text ELSE '' END),
    format('DROP TYPE %s', path)
FROM kind k JOIN pg_range r ON r.rngtypid = k.oid JOIN pg_opclass o ON o.oid = r.rngsubopc WHERE typtype = 'r'
UNION ALL SELECT 'pg_class', r.oid::int8, 0, 'sequence', nspname, relname,
    format('CREATE %sSEQUENCE %s AS %s START WITH %s INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s %sCYCLE', CASE WHEN relpersistence = 'u' THEN 'UNLOGGED ' ELSE '' END,
        path, format_type(seqtypid, NULL), seqstart, seqincrement, seqmin, seqmax, seqcache, CASE WHEN seqcycle THEN '' ELSE 'NO ' END),
    format('DROP SEQUENCE %s', path)
FROM relation r JOIN pg_sequence s ON s.seqrelid = r.oid
WHERE NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_class'::regclass AND i.objid = r.oid AND i.deptype = 'i')
UNION ALL SELECT 'sequence owner', t.oid::int8, d.refobjsubid, 'sequence owner', r.nspname, r.relname,
    format('ALTER SEQUENCE %s OWNED BY %s.%I', r.path, t.path, a.attname), format('ALTER SEQUENCE %s OWNED BY NONE', r.path)
FROM relation r JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a'
JOIN relation t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid WHERE r.relkind = 'S'
UNION ALL SELECT 'pg_proc', oid::int8, 0, lower(word), nspname, signature, CASE WHEN prokind = 'a' THEN
        (SELECT format('CREATE AGGREGATE %s(%s) (%s)', format('%I.%I', nspname, proname), CASE WHEN pg_get_function_arguments(a.aggfnoid) = '' AND aggkind = 'n' THEN '*' ELSE pg_get_function_arguments(a.aggfnoid) END,
            concat_ws(', ', 'SFUNC = ' || aggtransfn::regproc, 'STYPE = ' || format_type(aggtranstype, NULL), 'SSPACE = ' || nullif(aggtransspace, 0),
            'FINALFUNC = ' || nullif(aggfinalfn, 0)::regproc, CASE WHEN aggfinalextra THEN 'FINALFUNC_EXTRA' END,
            CASE WHEN aggfinalfn <> 0 AND aggfinalmodify <> CASE WHEN aggkind = 'n' THEN 'r' ELSE 'w' END::"char" THEN 'FINALFUNC_MODIFY = ' || CASE aggfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,
            'COMBINEFUNC = ' || nullif(aggcombinefn, 0)::regproc, 'SERIALFUNC = ' || nullif(aggserialfn, 0)::regproc, 'DESERIALFUNC = ' || nullif(aggdeserialfn, 0)::regproc,
            'INITCOND = ' || quote_literal(agginitval), 'MSFUNC = ' || nullif(aggmtransfn, 0)::regproc, 'MINVFUNC = ' || nullif(aggminvtransfn, 0)::regproc,
            CASE WHEN aggmtransfn <> 0 THEN 'MSTYPE = ' || format_type(aggmtranstype, NULL) END, 'MSSPACE = ' || nullif(aggmtransspace, 0), 'MFINALFUNC = ' || nullif(aggmfinalfn, 0)::regproc,
            CASE WHEN aggmfinalextra THEN 'MFINALFUNC_EXTRA' END, 'MINITCOND = ' || quote_literal(aggminitval),
            'SORTOP = OPERATOR(' || (SELECT format('%I.%s', pn.nspname, o.oprname) FROM pg_operator o JOIN pg_namespace pn ON pn.oid = o.oprnamespace WHERE o.oid = aggsortop) || ')',
            CASE proparallel WHEN 's' THEN 'PARALLEL = SAFE' WHEN 'r' THEN 'PARALLEL = RESTRICTED' END, CASE WHEN aggkind = 'h' THEN 'HYPOTHETICAL' END))
         FROM pg_aggregate a WHERE a.aggfnoid = r.oid) ELSE pg_get_functiondef(oid) END,
    format('DROP %s %s', word, path)
FROM routine r
UNION ALL SELECT 'pg_rewrite', w.oid::int8, 0, 'rule', nspname, format('%I on %I', rulename, relname),
    pg_get_ruledef(w.oid) || CASE ev_enabled WHEN 'O' THEN '' ELSE format(E'\nALTER TABLE %s %s RULE %I;', path, CASE ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, rulename) END,
    format('DROP RULE %I ON %s', rulename, path)
FROM pg_rewrite w JOIN relation r ON r.oid = w.ev_class WHERE rulename <> '_RETURN'
UNION ALL SELECT 'pg_policy', p.oid::int8, 0, 'policy', nspname, format('%I on %I', polname, relname),
    format('CREATE POLICY %I ON %s%s FOR %s TO %s%s%s', polname, path, CASE WHEN polpermissive THEN '' ELSE ' AS RESTRICTIVE' END,
        CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
        (SELECT string_agg(CASE WHEN role = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END, ', ' ORDER BY pg_get_userbyid(role)) FROM unnest(polroles) role),
        ' USING (' || pg_get_expr(polqual, polrelid) || ')', ' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')'),
    format('DROP POLICY %I ON %s', polname, path)
FROM pg_policy p JOIN relation r ON r.oid = p.polrelid
UNION ALL SELECT 'view options', oid::int8, 0, 'view options', nspname, relname,
    format('ALTER %s %s SET (%s)', CASE relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, path, array_to_string(reloptions, ', ')),
    format('ALTER %s %s RESET (%s)', CASE relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, path, (SELECT string_agg(split_part(o, '=', 1), ', ') FROM unnest(reloptions) o))
FROM relation WHERE relkind IN ('v', 'm') AND reloptions IS NOT NULL
UNION ALL SELECT 'pg_attrdef', d.oid::int8, 0, 'view default', nspname, format('%I of %I', attname, relname),
    format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', path, attname, pg_get_expr(adbin, adrelid)), format('ALTER VIEW %s ALTER COLUMN %I DROP DEFAULT', path, attname)
FROM pg_attrdef d JOIN relation r ON r.oid = d.adrelid JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = d.adnum WHERE relkind = 'v'
UNION ALL SELECT 'pg_statistic_ext', x.oid::int8, 0, 'statistics', s.nspname, stxname, pg_get_statisticsobjdef(x.oid), format('DROP STATISTICS %I.%I', s.nspname, stxname)
FROM pg_statistic_ext x JOIN space s ON s.oid = x.stxnamespace
UNION ALL SELECT 'pg_collation', c.oid::int8, 0, 'collation', s.nspname, collname,
    format('CREATE COLLATION %I.%I (provider = %s, locale = %L, deterministic = %s)', s.nspname, collname, CASE collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
        coalesce(to_jsonb(c) ->> 'colliculocale', to_jsonb(c) ->> 'colllocale', collcollate), collisdeterministic),
    format('DROP COLLATION %I.%I', s.nspname, collname)
FROM pg_collation c JOIN space s ON s.oid = c.collnamespace WHERE NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_collation'::regclass AND e.objid = c.oid)
UNION ALL SELECT 'pg_operator', o.oid::int8, 0, 'operator', s.nspname, substr(o.oid::regoperator::text, length(quote_ident(s.nspname)) + 2),
    format('CREATE OPERATOR %I.%s (%s)', s.nspname, oprname, concat_ws(', ', 'FUNCTION = ' || oprcode::regproc, 'LEFTARG = ' || nullif(format_type(nullif(oprleft, 0), NULL), '-'), 'RIGHTARG = ' || format_type(nullif(oprright, 0), NULL),
        'COMMUTATOR = OPERATOR(' || (SELECT format('%I.%s', cn.nspname, k.oprname) FROM pg_operator k JOIN pg_namespace cn ON cn.oid = k.oprnamespace WHERE k.oid = o.oprcom) || ')',
        'NEGATOR = OPERATOR(' || (SELECT format('%I.%s', cn.nspname, k.oprname) FROM pg_operator k JOIN pg_namespace cn ON cn.oid = k.oprnamespace WHERE k.oid = o.oprnegate) || ')',
        'RESTRICT = ' || nullif(oprrest, 0)::regproc, 'JOIN = ' || nullif(oprjoin, 0)::regproc, CASE WHEN oprcanhash THEN 'HASHES' END, CASE WHEN oprcanmerge THEN 'MERGES' END)),
    format('DROP OPERATOR %s', o.oid::regoperator)
FROM pg_operator o JOIN space s ON s.oid = o.oprnamespace WHERE o.oprcode <> 0 AND NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_operator'::regclass AND e.objid = o.oid)
UNION ALL SELECT 'pg_cast', c.oid::int8, 0, 'cast', NULL, format('(%s AS %s)', format_type(castsource, NULL), format_type(casttarget, NULL)),
    format('CREATE CAST (%s AS %s) %s%s', format_type(castsource, NULL), format_type(casttarget, NULL), CASE castmethod WHEN 'b' THEN 'WITHOUT FUNCTION' WHEN 'i' THEN 'WITH INOUT' ELSE 'WITH FUNCTION ' || castfunc::regprocedure END,
        CASE castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END), format('DROP CAST (%s AS %s)', format_type(castsource, NULL), format_type(casttarget, NULL))
FROM pg_cast c WHERE c.oid >= 16384 AND NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_cast'::regclass AND e.objid = c.oid)
UNION ALL SELECT 'pg_event_trigger', t.oid::int8, 0, 'event trigger', NULL, evtname,
    format('CREATE EVENT TRIGGER %I ON %s%s EXECUTE FUNCTION %s()', evtname, evtevent, ' WHEN TAG IN (' || (SELECT string_agg(quote_literal(g), ', ') FROM unnest(evttags) g) || ')', evtfoid::regproc)
        || CASE evtenabled WHEN 'O' THEN '' ELSE format(E';\nALTER EVENT TRIGGER %I %s', evtname, CASE evtenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END) END,
    format('DROP EVENT TRIGGER %I', evtname)
FROM pg_event_trigger t WHERE NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_event_trigger'::regclass AND e.objid = t.oid)
UNION ALL SELECT 'pg_publication', p.oid::int8, 0, 'publication', NULL, pubname,
    format('CREATE PUBLICATION %I%s WITH (publish = %L, publish_via_partition_root = %s)', pubname, CASE WHEN puballtables THEN ' FOR ALL TABLES' ELSE ' FOR TABLE ' || (SELECT string_agg(format('%I.%I', schemaname, tablename), ', ' ORDER BY schemaname, tablename) FROM pg_publication_tables pt WHERE pt.pubname = p.pubname) END,
        concat_ws(', ', CASE WHEN pubinsert THEN 'insert' END, CASE WHEN pubupdate THEN 'update' END, CASE WHEN pubdelete THEN 'delete' END, CASE WHEN pubtruncate THEN 'truncate' END), coalesce(to_jsonb(p) ->> 'pubviaroot', 'false')),
    format('DROP PUBLICATION %I', pubname)
FROM pg_publication p
UNION ALL SELECT 'grant on ' || class, oid::int8, part, 'grant', NULL, name, give || choice, take FROM grants WHERE given
UNION ALL SELECT 'grant on ' || class, oid::int8, part, 'revoke', NULL, name, take, give FROM grants WHERE NOT given
UNION ALL SELECT 'pg_default_acl', oid::int8, 0, 'default grant', NULL, name, give || choice, take FROM usual_grants WHERE given
UNION ALL SELECT 'pg_default_acl', oid::int8, 0, 'default revoke', NULL, name, take, give FROM usual_grants WHERE NOT given
UNION ALL SELECT 'comment on ' || d.classoid::regclass, d.objoid::int8, d.objsubid, 'comment', NULL, i.type || ' ' || i.identity,
    format('COMMENT ON %s IS %L', t.target, d.description), format('COMMENT ON %s IS NULL', t.target)
FROM pg_description d, LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i,
LATERAL (SELECT CASE WHEN i.type IN ('table constraint') THEN 'CONSTRAINT ' || i.identity WHEN i.type = 'domain constraint' THEN 'CONSTRAINT ' || replace(i.identity, ' on ', ' ON DOMAIN ')
    WHEN i.type IN ('view column', 'materialized view column', 'composite type column', 'foreign table column') THEN 'COLUMN ' || i.identity
    WHEN i.type = 'statistics object' THEN 'STATISTICS ' || i.identity WHEN i.type = 'composite type' THEN 'TYPE ' || i.identity ELSE upper(i.type) || ' ' || i.identity END AS target) t
WHERE d.objoid >= 16384 AND i.type NOT IN ('table', 'table column') AND d.classoid <> 'pg_extension'::regclass
  AND NOT EXISTS (SELECT FROM member e WHERE e.classid = d.classoid AND e.objid = d.objoid)
UNION ALL SELECT 'comment on pg_namespace', n.oid::int8, 0, 'comment', NULL, 'schema public',
    format('COMMENT ON SCHEMA public IS %L', coalesce(obj_description(n.oid, 'pg_namespace'), '')), 'COMMENT ON SCHEMA public IS ''standard public schema'''
FROM pg_namespace n WHERE n.nspname = 'public' AND obj_description(n.oid, 'pg_namespace') IS DISTINCT FROM 'standard public schema'
