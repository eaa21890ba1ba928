-- What people made: not the system's, not an extension's, and not Alembic's bookkeeping. Every other file starts here.
WITH member AS (SELECT classid, objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'),
space AS (
    SELECT oid, nspname FROM pg_namespace n
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
      AND NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid)
),
relation AS (
    SELECT c.*, s.nspname, format('%I.%I', s.nspname, c.relname) AS path
    FROM pg_class c JOIN space s ON s.oid = c.relnamespace
    WHERE c.relname <> 'alembic_version' AND c.relkind NOT IN ('i', 'I', 't')
      AND NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid)
),
kind AS (
    SELECT t.*, s.nspname, format('%I.%I', s.nspname, t.typname) AS path
    FROM pg_type t JOIN space s ON s.oid = t.typnamespace
    WHERE (t.typtype IN ('e', 'd', 'r', 'p') OR t.typtype = 'b' AND t.typcategory <> 'A'
           OR t.typtype = 'c' AND EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
      AND NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid)
),
collating AS (
    SELECT c.oid, format('%I.%I', n.nspname, c.collname) AS path FROM pg_collation c
    JOIN pg_namespace n ON n.oid = c.collnamespace
),
routine AS (
    SELECT p.*, s.nspname, format('%I.%I', s.nspname, p.proname) AS path,
        CASE WHEN p.prokind = 'a' AND p.pronargs = 0 THEN '*' ELSE pg_get_function_identity_arguments(p.oid) END AS arguments,
        CASE p.prokind WHEN 'p' THEN 'PROCEDURE' WHEN 'a' THEN 'AGGREGATE' ELSE 'FUNCTION' END AS word
    FROM pg_proc p JOIN space s ON s.oid = p.pronamespace
    WHERE NOT EXISTS (SELECT FROM member e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
      AND NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_proc'::regclass AND i.objid = p.oid AND i.deptype = 'i')
)
