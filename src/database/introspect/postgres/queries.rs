//! The catalog queries of tables and what belongs to them. Each gives one JSON list, whatever the size.
//!
//! Objects of the system, of extensions and Alembic's bookkeeping are left out.

/// One database of one run of one server: where an OID means one thing.
pub(super) const ORIGIN: &str = "SELECT pg_postmaster_start_time()::text || ' ' || oid FROM pg_database
    WHERE datname = current_database()";

/// Which relations are read: `c` is pg_class, `n` its namespace.
macro_rules! of_users {
    () => {
        "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relname <> 'alembic_version'
         AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                         AND e.deptype = 'e')"
    };
}

pub(super) const RELATIONS: &str = concat!(
    "SELECT c.oid::int8 AS oid, n.nspname AS namespace, c.relname AS name, c.relkind::text AS kind,
        c.relpersistence::text AS persistence, c.relreplident::text AS replica_identity,
        c.relrowsecurity AS row_security, c.relforcerowsecurity AS force_row_security,
        (SELECT string_agg(o, ', ' ORDER BY place, nth) FROM (
            SELECT 0 AS place, nth, o FROM unnest(c.reloptions) WITH ORDINALITY x(o, nth)
            UNION ALL SELECT 1, nth, 'toast.' || o FROM pg_class t, unnest(t.reloptions) WITH ORDINALITY x(o, nth)
             WHERE t.oid = c.reltoastrelid) x) AS storage, pg_get_expr(c.relpartbound, c.oid) AS bound,
        CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key,
        (SELECT json_agg(json_build_object('namespace', pn.nspname, 'name', p.relname) ORDER BY i.inhseqno)
           FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
          WHERE i.inhrelid = c.oid) AS parents,
        CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS definition,
        CASE WHEN c.relkind IN ('r', 'p') THEN obj_description(c.oid, 'pg_class') END AS comment,
        CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END AS of_type,
        (SELECT amname FROM pg_am WHERE pg_am.oid = c.relam AND amname <> 'heap') AS method,
        (SELECT spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace) AS tablespace
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm') AND ",
    of_users!()
);

/// What an older server, which does not have this column, is asked for in its place: before, after.
pub(super) const BEFORE_14: (&str, &str) = ("nullif(a.attcompression::text, '')", "NULL");

/// What a type is called is asked once for each type, not for each column.
pub(super) const COLUMNS: &str = concat!(
    "WITH own AS MATERIALIZED (
        SELECT c.oid, c.reloftype <> 0 AS typed, c.relispartition AS part
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND ",
    of_users!(),
    "
    ), kinds AS MATERIALIZED (
        SELECT u.atttypid, u.atttypmod, format_type(u.atttypid, u.atttypmod) AS sql, t.typcollation, t.typstorage,
            tn.nspname AS type_namespace, t.typname AS type_name, coalesce(e.typname, '') AS element,
            format_type(e.oid, u.atttypmod) AS element_sql,
            (SELECT json_agg(v.enumlabel ORDER BY v.enumsortorder) FROM pg_enum v WHERE v.enumtypid = t.oid) AS labels
        FROM (SELECT DISTINCT atttypid, atttypmod FROM pg_attribute a JOIN own ON own.oid = a.attrelid
               WHERE a.attnum > 0 AND NOT a.attisdropped) u
        JOIN pg_type t ON t.oid = u.atttypid JOIN pg_namespace tn ON tn.oid = t.typnamespace
        LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
    )
    SELECT a.attrelid::int8 AS relation, a.attnum::int8 AS number, a.attname AS name, k.sql, a.attnotnull AS not_null,
        pg_get_expr(d.adbin, d.adrelid) AS expression, d.oid::int8 AS expression_oid, a.attgenerated::text AS generated,
        a.attidentity::text AS identity,
        CASE WHEN a.attcollation <> k.typcollation THEN
            (SELECT format('%I.%I', cn.nspname, co.collname) FROM pg_collation co
               JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = a.attcollation) END AS collation,
        x.description AS comment,
        own.typed OR (a.attinhcount > 0 AND (own.part OR NOT a.attislocal)) AS inherited,
        CASE WHEN a.attstorage <> k.typstorage THEN a.attstorage::text END AS storage,
        nullif(a.attcompression::text, '') AS compression,
        nullif(coalesce(a.attstattarget, -1), -1)::int8 AS statistics,
        array_to_string(a.attoptions, ', ') AS options, k.type_namespace, k.type_name, a.atttypmod::int8 AS modifier,
        k.element, k.element_sql, k.labels,
        CASE WHEN a.attidentity <> '' THEN
            (SELECT format('SEQUENCE NAME %I.%I START WITH %s INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s%s', sn.nspname, sc.relname, s.seqstart,
                           s.seqincrement, s.seqmin, s.seqmax, s.seqcache, CASE WHEN s.seqcycle THEN ' CYCLE' ELSE ' NO CYCLE' END)
               FROM pg_depend i JOIN pg_sequence s ON s.seqrelid = i.objid JOIN pg_class sc ON sc.oid = i.objid
               JOIN pg_namespace sn ON sn.oid = sc.relnamespace
              WHERE i.classid = 'pg_class'::regclass AND i.refclassid = 'pg_class'::regclass
                AND i.refobjid = a.attrelid AND i.refobjsubid = a.attnum AND i.deptype = 'i' LIMIT 1) END AS sequence
    FROM pg_attribute a JOIN own ON own.oid = a.attrelid
    JOIN kinds k ON k.atttypid = a.atttypid AND k.atttypmod = a.atttypmod
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN pg_description x ON x.classoid = 'pg_class'::regclass AND x.objoid = a.attrelid AND x.objsubid = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attrelid, a.attnum"
);

pub(super) const CONSTRAINTS: &str = concat!(
    "SELECT k.oid::int8 AS oid, k.conrelid::int8 AS relation, k.conname AS name, k.contype::text AS kind,
        pg_get_constraintdef(k.oid) AS definition, CASE WHEN k.conindid <> 0 AND k.contype <> 'f' THEN
            (SELECT array_to_string(i.reloptions, ', ') FROM pg_class i WHERE i.oid = k.conindid) END AS options,
        (SELECT json_agg(a.attname ORDER BY p.place) FROM unnest(k.conkey) WITH ORDINALITY p(number, place)
           JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.number) AS columns,
        (SELECT json_agg(a.attname ORDER BY p.place) FROM unnest(k.confkey) WITH ORDINALITY p(number, place)
           JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = p.number) AS target_columns,
        fn.nspname AS target_namespace, f.relname AS target, k.confupdtype::text AS on_update,
        k.confdeltype::text AS on_delete, k.condeferred AS deferred, k.conindid::int8 AS index,
        k.conparentid <> 0 OR (k.coninhcount > 0 AND (c.relispartition OR NOT k.conislocal)) AS inherited,
        CASE WHEN k.conparentid <> 0 AND k.contype IN ('p', 'u') THEN
            (SELECT format('%I.%I', pn.nspname, p.relname) FROM pg_constraint pk JOIN pg_class p ON p.oid = pk.conindid
               JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE pk.oid = k.conparentid) END AS attached
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_class f ON f.oid = k.confrelid LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
    WHERE c.relkind IN ('r', 'p') AND k.contype IN ('p', 'u', 'c', 'f', 'x') AND ",
    of_users!()
);

pub(super) const INDEXES: &str = concat!(
    "SELECT x.indexrelid::int8 AS oid, x.indrelid::int8 AS relation, ic.relname AS name, x.indisunique AS is_unique,
        CASE WHEN c.relkind = 'p' AND x.indisvalid THEN regexp_replace(pg_get_indexdef(x.indexrelid), ' ON ONLY ', ' ON ')
             ELSE pg_get_indexdef(x.indexrelid) END AS definition, pg_get_expr(x.indpred, x.indrelid) AS predicate,
        m.amname AS method,
        (SELECT json_agg(json_build_object('column', a.attname,
                    'expression', CASE WHEN a.attname IS NULL THEN pg_get_indexdef(x.indexrelid, k.place::int, false) END,
                    'descending', (x.indoption[k.place - 1] & 1) = 1) ORDER BY k.place)
           FROM unnest(x.indkey::int2[]) WITH ORDINALITY k(number, place)
           LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.number AND k.number <> 0
          WHERE k.place <= x.indnkeyatts) AS parts,
        CASE WHEN ic.relispartition THEN
            (SELECT format('%I.%I', pn.nspname, p.relname) FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
               JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = ic.oid) END AS attached,
        EXISTS (SELECT FROM pg_inherits i JOIN pg_index p ON p.indexrelid = i.inhparent
                 WHERE i.inhrelid = ic.oid AND NOT p.indisvalid) AS of_invalid,
        x.indisclustered AS clustered, x.indisreplident AS replica_identity,
        (SELECT string_agg(format('ALTER INDEX %I.%I ALTER COLUMN %s SET STATISTICS %s;', n.nspname, ic.relname, s.attnum,
                                  s.attstattarget), E'\\n' ORDER BY s.attnum)
           FROM pg_attribute s WHERE s.attrelid = x.indexrelid AND coalesce(s.attstattarget, -1) >= 0) AS statistics
    FROM pg_index x JOIN pg_class ic ON ic.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am m ON m.oid = ic.relam
    WHERE c.relkind IN ('r', 'p', 'm') AND (x.indisvalid OR c.relkind = 'p') AND ",
    of_users!(),
    " AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x')
                      AND k.conrelid = x.indrelid)"
);

pub(super) const TRIGGERS: &str = concat!(
    "SELECT t.oid::int8 AS oid, n.nspname AS namespace, c.relname AS relation, t.tgname AS name,
        pg_get_triggerdef(t.oid) || CASE WHEN t.tgenabled = 'O' THEN '' ELSE
            format(E';\\nALTER TABLE %I.%I %s TRIGGER %I', n.nspname, c.relname, CASE t.tgenabled WHEN 'D' THEN 'DISABLE'
                WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, t.tgname) END AS definition
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND coalesce(to_jsonb(t) ->> 'tgparentid', '0') = '0' AND ",
    of_users!()
);

/// What needs what. A sequence that a column owns is no dependency of the sequence: the column's default needs it.
pub(super) const DEPENDENCIES: &str = "WITH catalogs AS MATERIALIZED (
        SELECT oid, oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND oid < 16384
    )
    SELECT c.name AS class, d.objid::int8 AS oid, d.objsubid::int8 AS part, o.name AS other_class,
        d.refobjid::int8 AS other_oid, d.refobjsubid::int8 AS other_part
    FROM pg_depend d JOIN catalogs c ON c.oid = d.classid JOIN catalogs o ON o.oid = d.refclassid
    WHERE d.objid >= 16384 AND d.deptype IN ('n', 'a', 'i', 'P', 'S')
      AND (d.refobjid >= 16384 OR d.refclassid = 'pg_namespace'::regclass)
      AND NOT (d.classid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.refclassid = 'pg_class'::regclass
               AND d.deptype IN ('a', 'i')
               AND EXISTS (SELECT FROM pg_class s WHERE s.oid = d.objid AND s.relkind = 'S'))";

/// Objects that stand for others: the row type of a table, the array of a type, the rule of a view.
pub(super) const STAND_INS: &str = "SELECT 'pg_type' AS class, t.oid::int8 AS oid,
        CASE WHEN t.typrelid <> 0 AND c.relkind <> 'c' THEN 'pg_class' ELSE 'pg_type' END AS other_class,
        CASE WHEN t.typrelid <> 0 AND c.relkind <> 'c' THEN t.typrelid ELSE t.typelem END::int8 AS other_oid
    FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE t.oid >= 16384 AND (t.typelem <> 0 OR c.relkind <> 'c')
    UNION ALL SELECT 'pg_class', t.typrelid::int8, 'pg_type', t.oid::int8
    FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid WHERE c.relkind = 'c'
    UNION ALL SELECT 'pg_rewrite', r.oid::int8, 'pg_class', r.ev_class::int8
    FROM pg_rewrite r WHERE r.oid >= 16384 AND r.rulename = '_RETURN'
    UNION ALL SELECT classid::regclass::text, objid::int8, 'pg_extension', refobjid::int8
    FROM pg_depend WHERE deptype = 'e'";

/// Everything that is compared by its definition text alone: queries of one shape, each behind [`USERS`].
pub(super) const OTHERS: [&str; 9] = [
    include_str!("others/database.sql"),
    include_str!("others/types.sql"),
    include_str!("others/relations.sql"),
    include_str!("others/routines.sql"),
    include_str!("others/operators.sql"),
    include_str!("others/foreign.sql"),
    include_str!("others/search.sql"),
    include_str!("others/rights.sql"),
    include_str!("others/comments.sql"),
];

/// What the queries of [`OTHERS`] share.
pub(super) const USERS: &str = include_str!("others/users.sql");

/// What a publication publishes, before PostgreSQL 15.
pub(super) const PUBLISHED_BEFORE_15: &str =
    "SELECT 'pg_publication_rel' AS class, m.oid::int8 AS oid, 0::int8 AS part,
        'publication table' AS kind, n.nspname AS namespace, format('%I in %I', r.relname, p.pubname) AS name,
        format('ALTER PUBLICATION %I ADD TABLE ONLY %I.%I', p.pubname, n.nspname, r.relname) AS definition,
        format('ALTER PUBLICATION %I DROP TABLE ONLY %I.%I', p.pubname, n.nspname, r.relname) AS removal
    FROM pg_publication_rel m JOIN pg_publication p ON p.oid = m.prpubid JOIN pg_class r ON r.oid = m.prrelid
    JOIN pg_namespace n ON n.oid = r.relnamespace";

/// What a publication publishes, since PostgreSQL 15.
pub(super) const PUBLISHED: &str = "SELECT 'pg_publication_rel' AS class, m.oid::int8 AS oid, 0::int8 AS part,
        'publication table' AS kind, n.nspname AS namespace, format('%I in %I', r.relname, p.pubname) AS name,
        format('ALTER PUBLICATION %I ADD TABLE ONLY %I.%I%s%s', p.pubname, n.nspname, r.relname, ' (' || (
            SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute a
            WHERE a.attrelid = r.oid AND a.attnum = ANY (m.prattrs)) || ')',
            ' WHERE (' || pg_get_expr(m.prqual, r.oid) || ')') AS definition,
        format('ALTER PUBLICATION %I DROP TABLE ONLY %I.%I', p.pubname, n.nspname, r.relname) AS removal
    FROM pg_publication_rel m JOIN pg_publication p ON p.oid = m.prpubid JOIN pg_class r ON r.oid = m.prrelid
    JOIN pg_namespace n ON n.oid = r.relnamespace
    UNION ALL SELECT 'pg_publication_namespace', m.oid::int8, 0, 'publication schema', NULL, format('%I in %I', n.nspname, p.pubname),
        format('ALTER PUBLICATION %I ADD TABLES IN SCHEMA %I', p.pubname, n.nspname),
        format('ALTER PUBLICATION %I DROP TABLES IN SCHEMA %I', p.pubname, n.nspname)
    FROM pg_publication_namespace m JOIN pg_publication p ON p.oid = m.pnpubid JOIN pg_namespace n ON n.oid = m.pnnspid";
