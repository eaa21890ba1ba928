//! What SQLite itself understood of a migrated table, held against a table that was written out: column by column, key
//! by key, in order.

use super::*;

/// Everything that SQLite's pragmas say of the tables, and the texts of views and triggers.
async fn understood(scratch: &Scratch) -> Vec<String> {
    let columns = "SELECT m.name || ' ' || x.cid || ' ' || x.name || ' ' || x.type || ' ' || x.\"notnull\" || ' ' ||
        coalesce(x.dflt_value, 'nothing') || ' ' || x.pk || ' ' || x.hidden
        FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) x WHERE m.type = 'table' ORDER BY 1";
    let keys =
        "SELECT m.name || ' ' || k.\"table\" || ' ' || k.\"from\" || ' ' || coalesce(k.\"to\", 'its key') || ' ' ||
        k.on_update || ' ' || k.on_delete FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) k
        WHERE m.type = 'table' ORDER BY 1";
    let indexes =
        "SELECT m.name || ' ' || i.\"unique\" || ' ' || i.origin || ' ' || i.partial || ' ' || x.seqno || ' ' ||
        x.cid || ' ' || x.\"desc\" || ' ' || coalesce(x.coll, '') || ' ' || x.key
        FROM sqlite_schema m JOIN pragma_index_list(m.name) i JOIN pragma_index_xinfo(i.name) x
        WHERE m.type = 'table' ORDER BY 1";
    let texts = "SELECT type || ' ' || replace(replace(sql, '\"', ''), char(10), ' ') FROM sqlite_schema
        WHERE type IN ('view', 'trigger') ORDER BY 1";
    let mut all = Vec::new();
    for query in [columns, keys, indexes, texts] {
        all.extend(values(scratch, query).await.iter().map(|text| text.trim().to_owned()));
    }
    all
}

/// One class of difference: its name, a schema and another.
const CLASSES: &[(&str, &str, &str)] = &[
    (
        "a column between others",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, email TEXT UNIQUE)",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, age INTEGER, email TEXT UNIQUE)",
    ),
    (
        "orders and collations inside keys",
        "CREATE TABLE t (a TEXT, b TEXT, c TEXT, PRIMARY KEY (a, b), UNIQUE (c))",
        "CREATE TABLE t (a TEXT, b TEXT, c TEXT, PRIMARY KEY (a DESC, b COLLATE NOCASE), UNIQUE (c COLLATE RTRIM, a DESC))",
    ),
    (
        "orders inside the key of a table without row ids",
        "CREATE TABLE t (a TEXT, b TEXT, c, PRIMARY KEY (a DESC, b)) WITHOUT ROWID",
        "CREATE TABLE t (a TEXT, b TEXT, c NOT NULL DEFAULT 0, PRIMARY KEY (a DESC, b)) WITHOUT ROWID",
    ),
    (
        "a reference to whatever the key is",
        "CREATE TABLE p (a, b, PRIMARY KEY (a, b)); CREATE TABLE q (id INTEGER PRIMARY KEY);
         CREATE TABLE c (x, y, z REFERENCES q, FOREIGN KEY (x, y) REFERENCES p)",
        "CREATE TABLE p (a, b, PRIMARY KEY (a, b)); CREATE TABLE q (id INTEGER PRIMARY KEY);
         CREATE TABLE c (x, y NOT NULL, z REFERENCES q, w REFERENCES q ON DELETE CASCADE, FOREIGN KEY (x, y) REFERENCES p)",
    ),
    (
        "types as they were written",
        "CREATE TABLE t (a decimal(5,2), b VARCHAR ( 10 ), c \"my (type\", d double  precision)",
        "CREATE TABLE t (a decimal(5,2) NOT NULL DEFAULT 1, b VARCHAR ( 10 ), c \"my (type\", d double  precision, e numeric(9,1))",
    ),
    (
        "collations as they were written",
        "CREATE TABLE t (a TEXT COLLATE nocase UNIQUE, b TEXT COLLATE RTrim, PRIMARY KEY (b, a)) WITHOUT ROWID",
        "CREATE TABLE t (a TEXT COLLATE nocase UNIQUE, b TEXT COLLATE RTrim, c NOT NULL, PRIMARY KEY (a, b)) WITHOUT ROWID",
    ),
    (
        "defaults as they were written",
        "CREATE TABLE t (a TEXT DEFAULT 1, b INT DEFAULT +5, c BOOLEAN DEFAULT TRUE, d TEXT DEFAULT \"dq\", e DEFAULT NULL,
           f INT DEFAULT '7', g DEFAULT bare, h INT DEFAULT (1 + 1), i DEFAULT - 1, j TEXT DEFAULT x'00ff')",
        "CREATE TABLE t (a TEXT NOT NULL DEFAULT 1, b INT DEFAULT +5, c BOOLEAN DEFAULT TRUE, d TEXT DEFAULT \"dq\", e DEFAULT NULL,
           f INT DEFAULT '7', g DEFAULT bare, h INT DEFAULT (1 + 1), i DEFAULT - 1, j TEXT DEFAULT x'00ff',
           k TEXT DEFAULT 0x10, l DEFAULT FALSE, m DEFAULT CURRENT_TIMESTAMP, n DEFAULT (datetime('now')))",
    ),
    (
        "a column behind a comment with a comma",
        "CREATE TABLE t (a INT, b TEXT /* b, but not c */, c INT -- the last, for now
         )",
        "CREATE TABLE t (a INT, b TEXT)",
    ),
    (
        "computed columns that go together",
        "CREATE TABLE t (a INT, b INT AS (a * 2), c INT AS (b + 1), d INT)",
        "CREATE TABLE t (d INT)",
    ),
    (
        "a view that ends with a comment",
        "CREATE TABLE t (a, b); CREATE VIEW v AS SELECT a FROM t -- the end",
        "CREATE TABLE t (a, b); CREATE VIEW v AS SELECT b FROM t -- the end",
    ),
    (
        "a view that changes, another that stands on it, and a table that SQLite checks both against",
        "CREATE TABLE t (a TEXT, b TEXT); CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM v;
         CREATE TABLE o (id INTEGER PRIMARY KEY, x TEXT)",
        "CREATE TABLE t (a TEXT, b TEXT); CREATE VIEW v AS SELECT a, b FROM t; CREATE VIEW w AS SELECT a FROM v;
         CREATE TABLE o (id INTEGER PRIMARY KEY, y TEXT)",
    ),
    (
        "a view left without its table",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a, b); CREATE TABLE o (x); CREATE VIEW v AS SELECT x FROM o",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, c, b); CREATE VIEW v AS SELECT x FROM o",
    ),
    (
        "what a renamed column is said to do in keys",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL ON CONFLICT FAIL, n INT, UNIQUE (a COLLATE NOCASE) ON CONFLICT IGNORE)",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, z TEXT NOT NULL ON CONFLICT FAIL, n INT, UNIQUE (z COLLATE NOCASE) ON CONFLICT IGNORE)",
    ),
    (
        "a key that hands out numbers, and one that is only called so",
        "CREATE TABLE t (id INT PRIMARY KEY, a); CREATE TABLE u (id INTEGER PRIMARY KEY DESC); CREATE TABLE v (id INTEGER, PRIMARY KEY (id AUTOINCREMENT))",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a); CREATE TABLE u (id INTEGER PRIMARY KEY); CREATE TABLE v (id INTEGER, b DEFAULT 1, PRIMARY KEY (id AUTOINCREMENT))",
    ),
    (
        "tables that became views and views that became tables",
        "CREATE TABLE t (a); CREATE TABLE v (a); CREATE VIEW w AS SELECT a FROM t",
        "CREATE TABLE t (a); CREATE TABLE w (a); CREATE VIEW v AS SELECT a FROM t",
    ),
    (
        "strict tables and tables without row ids",
        "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); CREATE TABLE u (a INT PRIMARY KEY, b ANY) STRICT",
        "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT, WITHOUT ROWID; CREATE TABLE u (a INT PRIMARY KEY, b ANY)",
    ),
];

#[tokio::test]
async fn a_migrated_table_is_the_one_that_was_asked_for() {
    for (name, before, after) in CLASSES {
        let (from, to) = (database(before).await, database(after).await);
        let work = database(before).await;
        let (old, new) = (introspect(&from.url()).await.unwrap(), introspect(&to.url()).await.unwrap());
        let (changes, plan) = plan(&old, &new);
        assert!(!changes.is_empty(), "{name}");
        apply(&work, &plan.forward_sql()).await;
        assert_eq!(understood(&work).await, understood(&to).await, "{name}: up by\n{}", plan.forward_sql());
        apply(&work, &plan.rollback_sql()).await;
        assert_eq!(understood(&work).await, understood(&from).await, "{name}: down by\n{}", plan.rollback_sql());
    }
}

#[tokio::test]
async fn how_a_default_or_a_type_is_spelled_is_no_difference() {
    let one = schema(
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a INT DEFAULT '1', b decimal(5,2), c REFERENCES p)",
    )
    .await;
    let other = schema("CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a INT DEFAULT 1, b DECIMAL(5, 2), c REFERENCES p (id))").await;
    assert_eq!(diff::diff(&one, &other, &RenameHints::default()), []);
    assert_eq!(snapshot::fingerprint(&one), snapshot::fingerprint(&other));
}

/// SQLite keeps the text of a definition, and puts the new name of a column into it as the statement has it.
#[tokio::test]
async fn a_renamed_column_has_quotes_only_where_it_needs_them() {
    let before = "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b INT); CREATE INDEX i ON t(a) WHERE b > 0";
    for (a, b) in [("total", "\"current_date\""), ("\"two words\"", "\"select\""), ("_x1", "key")] {
        let index = format!("CREATE INDEX i ON t({a}) WHERE {b} > 0");
        let after = format!("CREATE TABLE t (id INTEGER PRIMARY KEY, {a} INT, {b} INT); {index}");
        let (work, to) = (database(before).await, database(&after).await);
        let (old, new) = (introspect(&work.url()).await.unwrap(), introspect(&to.url()).await.unwrap());
        apply(&work, &plan(&old, &new).1.forward_sql()).await;
        assert_eq!(values(&work, "SELECT sql FROM sqlite_schema WHERE name = 'i'").await, [index]);
    }
}
