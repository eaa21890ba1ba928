, secured AS (
    SELECT 'pg_class' AS class, oid, 0 AS part, CASE WHEN relkind = 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS word, path, '' AS columns,
        relacl AS acl, acldefault(CASE WHEN relkind = 'S' THEN 's' ELSE 'r' END::"char", relowner) AS usual
    FROM relation WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND relacl IS NOT NULL
    UNION ALL SELECT 'pg_class', r.oid, a.attnum, 'TABLE', path, format(' (%I)', a.attname), a.attacl, NULL
    FROM relation r CROSS JOIN LATERAL (
        SELECT attnum, attname, attacl FROM pg_attribute
        WHERE attrelid = r.oid AND attnum > 0 AND NOT attisdropped AND attacl IS NOT NULL OFFSET 0) a
    WHERE r.relkind NOT IN ('r', 'p', 'm') OR $GRANTED
    UNION ALL SELECT 'pg_proc', oid, 0, CASE prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, format('%s(%s)', path, pg_get_function_identity_arguments(oid)), '', proacl,
        acldefault('f', proowner) FROM routine WHERE proacl IS NOT NULL
    UNION ALL SELECT 'pg_type', oid, 0, CASE typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, path, '', typacl, acldefault('T', typowner) FROM kind WHERE typacl IS NOT NULL
    UNION ALL SELECT 'pg_namespace', s.oid, 0, 'SCHEMA', quote_ident(s.nspname), '', n.nspacl,
        CASE WHEN s.nspname = 'public' THEN (SELECT initprivs FROM pg_init_privs i WHERE i.objoid = n.oid AND i.classoid = 'pg_namespace'::regclass)
             ELSE acldefault('n', n.nspowner) END
    FROM space s JOIN pg_namespace n ON n.oid = s.oid
    UNION ALL SELECT 'pg_foreign_data_wrapper', oid, 0, 'FOREIGN DATA WRAPPER', quote_ident(fdwname), '', fdwacl, acldefault('F', fdwowner) FROM pg_foreign_data_wrapper
    UNION ALL SELECT 'pg_foreign_server', oid, 0, 'FOREIGN SERVER', quote_ident(srvname), '', srvacl, acldefault('S', srvowner) FROM pg_foreign_server
    UNION ALL SELECT 'pg_language', oid, 0, 'LANGUAGE', quote_ident(lanname), '', lanacl, acldefault('l', lanowner) FROM pg_language WHERE lanacl IS NOT NULL
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
SELECT 'grant on ' || class AS class, oid::int8 AS oid, part::int8 AS part, 'grant' AS kind, NULL AS namespace, name, give || choice AS definition, take AS removal FROM grants WHERE given
UNION ALL SELECT 'grant on ' || class, oid::int8, part, 'revoke', NULL, name, take, give FROM grants WHERE NOT given
UNION ALL SELECT 'pg_default_acl', oid::int8, 0, 'default grant', NULL, name, give || choice, take FROM usual_grants WHERE given
UNION ALL SELECT 'pg_default_acl', oid::int8, 0, 'default revoke', NULL, name, take, give FROM usual_grants WHERE NOT given
