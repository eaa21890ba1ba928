//! The catalog queries of tables and what belongs to them. Those of the catalogs with the most rows give them as they
//! are; of the others each gives one JSON list, whatever the size.
//!
//! Objects of the system, of extensions and Alembic's bookkeeping are left out.

/// One database of one run of one server: where an OID means one thing.
pub(super) const ORIGIN: &str = "SELECT pg_postmaster_start_time()::text || ' ' || oid FROM pg_database
    WHERE datname = current_database()";

/// Every other query leaves what belongs to none of these to be passed over.
pub(super) const RELATIONS: &str = "SELECT c.oid, n.nspname::text, c.relname::text, c.relkind, c.relpersistence, c.relreplident,
        c.relrowsecurity, c.relforcerowsecurity,
        nullif(concat_ws(', ', array_to_string(c.reloptions, ', '),
            (SELECT string_agg('toast.' || o, ', ' ORDER BY nth) FROM unnest(t.reloptions) WITH ORDINALITY x(o, nth))), ''),
        pg_get_expr(c.relpartbound, c.oid), CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
        CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END, m.amname::text, s.spcname::text
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_class t ON t.oid = c.reltoastrelid AND t.reloptions IS NOT NULL
    LEFT JOIN pg_am m ON m.oid = c.relam AND m.amname <> 'heap' LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND c.relname <> 'alembic_version'
      AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.refclassid = 'pg_extension'::regclass AND e.deptype = 'e'
                      AND e.classid = 'pg_class'::regclass AND e.objid = c.oid)";

pub(super) const PARENTS: &str = "SELECT i.inhrelid, n.nspname::text, p.relname::text
    FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace n ON n.oid = p.relnamespace
    WHERE p.relkind IN ('r', 'p') ORDER BY i.inhrelid, i.inhseqno";

pub(super) const VIEWS: &str =
    "SELECT oid, pg_get_viewdef(oid) FROM pg_class WHERE relkind IN ('v', 'm') AND oid >= 16384";

pub(super) const NAMES: &str = "SELECT c.oid::int8, n.nspname::text, c.relname::text
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ANY (SELECT unnest($1::int8[])::oid)";

/// What only newer servers have, by the version that brought it, and what stands for it before that.
const SINCE: [(i32, &str, &str); 3] = [
    (150_000, "i.indnullsnotdistinct", "false"),
    (150_000, "k.confdelsetcols IS NOT NULL", "false"),
    (180_000, "k.conperiod OR NOT k.conenforced", "false"),
];

/// The query for a server of this version.
pub(super) fn since(query: &str, version: i32) -> String {
    SINCE
        .iter()
        .filter(|(since, ..)| version < *since)
        .fold(query.to_owned(), |query, (_, new, old)| query.replace(new, old))
}

/// A definition is given where a constraint has more to say than its columns and actions.
pub(super) const CONSTRAINTS: &str = "SELECT k.oid, k.conrelid, k.conname::text, k.contype, CASE
            WHEN k.contype IN ('p', 'u') AND NOT k.condeferrable AND i.indnatts = i.indnkeyatts
                AND NOT (i.indnullsnotdistinct) AND NOT (k.conperiod OR NOT k.conenforced) THEN NULL
            WHEN k.contype = 'f' AND k.condeferrable = k.condeferred AND k.convalidated AND k.confmatchtype = 's'
                AND NOT (k.confdelsetcols IS NOT NULL) AND NOT (k.conperiod OR NOT k.conenforced) THEN NULL
            ELSE pg_get_constraintdef(k.oid) END,
        CASE WHEN k.contype <> 'f' THEN array_to_string(ic.reloptions, ', ') END, k.conkey, k.confkey, k.confrelid,
        k.confupdtype, k.confdeltype, k.condeferred, k.conindid, k.conparentid <> 0,
        k.coninhcount > 0, NOT k.conislocal,
        CASE WHEN h.inhparent IS NOT NULL AND k.contype IN ('p', 'u') THEN
            (SELECT format('%I.%I', pn.nspname, p.relname) FROM pg_class p
               JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE p.oid = h.inhparent) END,
        k.contype IN ('p', 'u') AND NOT i.indisvalid,
        EXISTS (SELECT FROM pg_index p WHERE p.indexrelid = h.inhparent AND NOT p.indisvalid),
        k.contype <> 'f' AND coalesce(i.indisclustered, false), k.contype <> 'f' AND coalesce(i.indisreplident, false),
        CASE WHEN k.contype = 'c' AND k.coninhcount > 0 AND k.convalidated THEN EXISTS (
            SELECT FROM pg_inherits up JOIN pg_constraint p ON p.conrelid = up.inhparent AND p.conname = k.conname
            WHERE up.inhrelid = k.conrelid AND NOT p.convalidated) ELSE false END
    FROM pg_constraint k LEFT JOIN pg_index i ON i.indexrelid = k.conindid
    LEFT JOIN pg_class ic ON ic.oid = k.conindid AND ic.reloptions IS NOT NULL
    LEFT JOIN pg_inherits h ON h.inhrelid = k.conindid
    WHERE k.conrelid >= 16384 AND k.contype IN ('p', 'u', 'c', 'f', 'x')";

/// A definition is given where an index has more to say than its columns, their order and its predicate.
/// A slice of a vector begins at one, as other arrays do.
pub(super) const INDEXES: &str =
    "SELECT i.indexrelid, i.indrelid, ic.relname AS name, i.indisunique, pg_get_expr(i.indpred, i.indrelid) AS predicate,
        m.amname AS method, ic.relam, (i.indkey::int2[])[0:] AS columns, i.indnkeyatts, (i.indclass::oid[])[0:] AS classes,
        (i.indcollation::oid[])[0:] AS collations, (i.indoption::int2[])[0:] AS options,
        CASE WHEN i.indexprs IS NOT NULL THEN
            (SELECT array_agg(CASE WHEN k.number = 0 THEN pg_get_indexdef(i.indexrelid, k.place::int, false) END ORDER BY k.place)
               FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(number, place)) END AS expressions,
        CASE WHEN c.relkind = 'p' AND i.indisvalid THEN regexp_replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
             WHEN i.indexprs IS NOT NULL OR c.relkind = 'p' OR ic.relkind <> 'i' OR ic.reloptions IS NOT NULL OR (i.indnullsnotdistinct)
                 OR m.amname NOT IN ('btree', 'hash', 'gin', 'gist', 'spgist', 'brin')
                 OR i.indexrelid IN (SELECT s.attrelid FROM pg_attribute s WHERE s.attoptions IS NOT NULL)
             THEN pg_get_indexdef(i.indexrelid) END AS definition,
        CASE WHEN ic.relispartition THEN
            (SELECT format('%I.%I', pn.nspname, p.relname) FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhparent
               JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE h.inhrelid = ic.oid) END AS attached,
        ic.relispartition AND EXISTS (SELECT FROM pg_inherits h JOIN pg_index p ON p.indexrelid = h.inhparent
                 WHERE h.inhrelid = ic.oid AND NOT p.indisvalid) AS of_invalid,
        i.indisclustered, i.indisreplident,
        CASE WHEN i.indexprs IS NOT NULL THEN
            (SELECT string_agg(format('ALTER INDEX %I.%I ALTER COLUMN %s SET STATISTICS %s;', n.nspname, ic.relname, s.attnum,
                                      s.attstattarget), E'\\n' ORDER BY s.attnum)
               FROM pg_attribute s WHERE s.attrelid = i.indexrelid AND coalesce(s.attstattarget, -1) >= 0) END AS statistics
    FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am m ON m.oid = ic.relam
    WHERE i.indrelid >= 16384 AND c.relkind IN ('r', 'p', 'm') AND (i.indisvalid OR c.relkind = 'p')
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')
                      AND k.conrelid = i.indrelid)";

/// By access method and type, the operator class that an index has if it names none.
pub(super) const USUAL_CLASSES: &str = "SELECT opcmethod, opcintype, oid FROM pg_opclass WHERE opcdefault";

/// What the server calls these indexes.
pub(super) const DEFINITIONS: &str =
    "SELECT oid::int8, pg_get_indexdef(oid) FROM pg_class WHERE oid = ANY (SELECT unnest($1::int8[])::oid)";

pub(super) const TRIGGERS: &str =
    "SELECT t.oid::int8 AS oid, t.tgrelid::int8 AS relation, t.tgname AS name,
        pg_get_triggerdef(t.oid) || CASE WHEN t.tgenabled = 'O' THEN '' ELSE
            format(E';\\nALTER TABLE %I.%I %s TRIGGER %I', n.nspname, c.relname, CASE t.tgenabled WHEN 'D' THEN 'DISABLE'
                WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, t.tgname) END AS definition
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND coalesce(to_jsonb(t) ->> 'tgparentid', '0') = '0'";

/// The catalogs, whose numbers say of which class an object is.
pub(super) const CLASSES: &str = "SELECT relname::text, oid FROM pg_class WHERE relkind = 'r' AND oid < 16384
    AND relnamespace = 'pg_catalog'::regnamespace";

/// What needs what. A sequence that a column owns is no dependency of the sequence: the column's default needs it.
/// The server's own triggers of constraints are left out, being many, and so are indexes of constraints, the types of
/// tables, and that the schema of most tables is there.
pub(super) const DEPENDENCIES: &str = "SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid
    FROM pg_depend d
    WHERE d.objid >= 16384 AND d.deptype IN ('n', 'a', 'i', 'P', 'S')
      AND (d.refobjid >= 16384 OR d.refclassid = 'pg_namespace'::regclass)
      AND NOT (d.classid = 'pg_trigger'::regclass AND d.refclassid = 'pg_constraint'::regclass AND d.deptype = 'i')
      AND NOT (d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_constraint'::regclass AND d.deptype = 'i')
      AND NOT (d.classid = 'pg_type'::regclass AND d.refclassid IN ('pg_class'::regclass, 'pg_type'::regclass)
               AND d.deptype = 'i')
      AND NOT (d.refclassid = 'pg_namespace'::regclass AND d.refobjid IS NOT DISTINCT FROM to_regnamespace('public'))
      AND NOT (d.classid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.refclassid = 'pg_class'::regclass
               AND d.deptype IN ('a', 'i') AND d.objid IN (SELECT s.oid FROM pg_class s WHERE s.relkind = 'S'))";

/// Objects that stand for others: the row type of a table, the array of a type, the rule of a view.
pub(super) const STAND_INS: &str = "SELECT 'pg_type'::regclass::oid, t.oid,
        CASE WHEN t.typrelid <> 0 AND c.relkind <> 'c' THEN 'pg_class'::regclass::oid ELSE 'pg_type'::regclass::oid END,
        CASE WHEN t.typrelid <> 0 AND c.relkind <> 'c' THEN t.typrelid ELSE t.typelem END
    FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE t.oid >= 16384 AND (t.typelem <> 0 OR c.relkind <> 'c')
    UNION ALL SELECT 'pg_class'::regclass, t.typrelid, 'pg_type'::regclass, t.oid
    FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid WHERE c.relkind = 'c'
    UNION ALL SELECT 'pg_rewrite'::regclass, r.oid, 'pg_class'::regclass, r.ev_class
    FROM pg_rewrite r WHERE r.oid >= 16384 AND r.rulename = '_RETURN'
    UNION ALL SELECT classid, objid, refclassid, refobjid FROM pg_depend
    WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'";

/// Everything that is compared by its definition text alone: queries of one shape, each behind [`USERS`]. The last
/// take the most time.
pub(super) const OTHERS: [&str; 3] =
    [include_str!("others/database.sql"), include_str!("others/comments.sql"), include_str!("others/relations.sql")];

/// The rights on everything. `granted` says whether there are any on the columns of tables, which are too many to look
/// through for nothing.
pub(super) fn rights(granted: bool) -> String {
    format!("{USERS}{}", include_str!("others/rights.sql").replace("$GRANTED", if granted { "true" } else { "false" }))
}

/// Those that most databases have no answer to.
pub(super) const SOMETIMES: [&str; 5] = [
    include_str!("others/types.sql"),
    include_str!("others/routines.sql"),
    include_str!("others/operators.sql"),
    include_str!("others/foreign.sql"),
    include_str!("others/search.sql"),
];

/// Whether there may be an answer to each of [`SOMETIMES`], and to [`PUBLISHED`]: it takes the server longer to plan one than to see that
/// its catalogs hold nothing that people made.
pub(super) const PRESENT: &str = "SELECT ARRAY[
    EXISTS (SELECT FROM pg_type WHERE oid >= 16384 AND typtype <> 'c' AND typcategory <> 'A')
        OR EXISTS (SELECT FROM pg_class WHERE relkind = 'c' AND oid >= 16384),
    EXISTS (SELECT FROM pg_proc WHERE oid >= 16384),
    EXISTS (SELECT FROM pg_operator WHERE oid >= 16384) OR EXISTS (SELECT FROM pg_cast WHERE oid >= 16384)
        OR EXISTS (SELECT FROM pg_opfamily WHERE oid >= 16384) OR EXISTS (SELECT FROM pg_opclass WHERE oid >= 16384),
    EXISTS (SELECT FROM pg_foreign_data_wrapper) OR EXISTS (SELECT FROM pg_foreign_table),
    EXISTS (SELECT FROM pg_ts_parser WHERE oid >= 16384) OR EXISTS (SELECT FROM pg_ts_template WHERE oid >= 16384)
        OR EXISTS (SELECT FROM pg_ts_dict WHERE oid >= 16384) OR EXISTS (SELECT FROM pg_ts_config WHERE oid >= 16384),
    EXISTS (SELECT FROM pg_publication)]";

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
