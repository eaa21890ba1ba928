//! One scenario a class of difference.

use super::*;
use fabwright::diff::SchemaChangeType as T;

fn kinds(from: &Schema, to: &Schema) -> Vec<T> {
    let at = jiff::Timestamp::UNIX_EPOCH;
    diff::compare(from, to, &RenameHints::default(), at).changes.iter().map(|change| change.change_type).collect()
}

#[tokio::test]
async fn spelling_is_no_difference() {
    let one =
        schema("CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(10) DEFAULT 'x', b NUMERIC(12,4), CHECK (a<>''))")
            .await;
    let other = schema(
        "create table [t] ('id' integer CONSTRAINT pk primary key NOT NULL, -- the key\n \"A\" varchar( 10 ) default ('x'),
         `b` numeric (12, 4), constraint filled check ((\"a\" <> '')) )",
    )
    .await;
    assert_eq!(kinds(&one, &other), [T::ColumnRenamed], "a and A are one column with two spellings");
    let other =
        schema("create table t (id integer primary key, a varchar(10) default 'x', b numeric(12,4) check (a <> ''))")
            .await;
    assert_eq!(kinds(&one, &other), []);
    assert_eq!(snapshot::fingerprint(&one), snapshot::fingerprint(&other));
}

#[tokio::test]
async fn alembic_bookkeeping_is_no_part_of_the_schema() {
    let found = schema("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL); CREATE TABLE t (a)").await;
    assert_eq!(found.tables.len(), 1);
}

#[tokio::test]
async fn everything_survives_a_snapshot() {
    let found = schema(
        "CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT, code TEXT COLLATE NOCASE UNIQUE);
         CREATE TABLE child (a INTEGER, b TEXT, up INTEGER REFERENCES parent ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
            twice INTEGER GENERATED ALWAYS AS (a * 2) STORED, PRIMARY KEY (a, b), CHECK (b IN ('x', 'y'))) WITHOUT ROWID;
         CREATE UNIQUE INDEX i ON child (lower(b) DESC, a) WHERE a > 0;
         CREATE VIEW v AS SELECT * FROM child;
         CREATE TRIGGER g AFTER INSERT ON parent BEGIN DELETE FROM child; END;
         CREATE VIRTUAL TABLE words USING fts5 (word);",
    )
    .await;
    assert_eq!((found.tables.len(), found.views.len(), found.triggers.len(), found.others.len()), (2, 1, 1, 1));
    let child = found.table(&"child".into()).unwrap();
    assert_eq!(child.foreign_keys[0].referenced_columns, ["id"]);
    assert!(child.foreign_keys[0].deferred);
    assert_eq!(child.indexes[0].parts[0].expression.as_deref(), Some("lower(b)"));
    assert_eq!(child.indexes[0].predicate.as_deref(), Some("a > 0"));
    assert_eq!(snapshot::from_files(&snapshot::to_files(&found)).unwrap(), found);
    assert_eq!(snapshot::from_text(&snapshot::to_text(&found)).unwrap(), found);
}

#[tokio::test]
async fn a_rebuilt_table_keeps_rows_indexes_triggers_counter_and_references() {
    let rest =
        "CREATE TABLE line (id INTEGER PRIMARY KEY, sale_id INTEGER NOT NULL REFERENCES sale (id) ON DELETE CASCADE);
         CREATE TABLE log (what TEXT);
         CREATE INDEX sale_state ON sale (state);
         CREATE VIEW open_sale AS SELECT id FROM sale WHERE state = 'open';
         CREATE TRIGGER sale_gone AFTER DELETE ON sale BEGIN INSERT INTO log VALUES (OLD.id); END;";
    let before = format!(
        "CREATE TABLE sale (id INTEGER PRIMARY KEY AUTOINCREMENT, state VARCHAR(10), up INTEGER REFERENCES sale (id)); {rest}"
    );
    let after = format!(
        "CREATE TABLE sale (id INTEGER PRIMARY KEY AUTOINCREMENT, state VARCHAR(20) NOT NULL DEFAULT 'open', up INTEGER
           REFERENCES sale (id), CHECK (state IN ('open', 'shut'))); {rest}"
    );
    let rows =
        "INSERT INTO sale VALUES (1, 'shut', NULL), (2, NULL, 1), (9, 'open', NULL); INSERT INTO line VALUES (5, 2);
                DELETE FROM sale WHERE id = 9; DELETE FROM log;";
    let (between, plan) = there_and_back(&before, rows, &after).await;
    assert_eq!(values(&between, "SELECT id, state, up FROM sale").await, ["1", "shut", "-", "2", "open", "1"]);
    assert_eq!(values(&between, "SELECT id, sale_id FROM line").await, ["5", "2"]);
    assert_eq!(values(&between, "SELECT count(*) FROM log").await, ["0"]);
    apply(&between, "INSERT INTO sale (state) VALUES ('open')").await;
    assert_eq!(values(&between, "SELECT max(id) FROM sale").await, ["10"], "a number is never given out twice");
    assert_eq!(values(&between, "SELECT count(*) FROM pragma_foreign_key_check").await, ["0"]);
    assert!(plan.forward_sql().contains("Without a value, rows get 'open' in sale.state"), "{}", plan.forward_sql());
}

#[tokio::test]
async fn renames_keep_values_and_are_followed_through_references() {
    let before = "CREATE TABLE customer (id INTEGER PRIMARY KEY, surname VARCHAR(80) NOT NULL, code TEXT UNIQUE, CHECK (surname <> ''));
         CREATE TABLE invoice (id INTEGER PRIMARY KEY, customer_code TEXT REFERENCES customer (code), amount NUMERIC(10, 2),
           paid_on DATE);
         CREATE INDEX by_surname ON customer (surname);
         CREATE VIEW names AS SELECT surname FROM customer;";
    let after = "CREATE TABLE customer (id INTEGER PRIMARY KEY, last_name VARCHAR(80) NOT NULL, \"key\" TEXT UNIQUE, CHECK (last_name <> ''));
         CREATE TABLE bill (id INTEGER PRIMARY KEY, customer_code TEXT REFERENCES customer (\"key\"), amount NUMERIC(10, 2),
           paid_on DATE);
         CREATE INDEX by_surname ON customer (last_name);
         CREATE VIEW names AS SELECT last_name FROM customer;";
    let (from, to) = (schema(before).await, schema(after).await);
    assert_eq!(kinds(&from, &to), [T::TableRenamed, T::ColumnRenamed, T::ColumnRenamed, T::ViewModified]);
    let rows = "INSERT INTO customer VALUES (1, 'Ng', 'n'); INSERT INTO invoice VALUES (7, 'n', 1.5, NULL);";
    let (between, plan) = there_and_back(before, rows, after).await;
    assert_eq!(values(&between, "SELECT last_name, \"key\" FROM customer").await, ["Ng", "n"]);
    assert_eq!(values(&between, "SELECT customer_code FROM bill").await, ["n"]);
    assert_eq!(plan.irreversible().count(), 0);
}

#[tokio::test]
async fn names_may_be_exchanged() {
    let hints = RenameHints {
        tables: vec![
            ("a".into(), "b".into(), diff::RenameEvidence::Answered),
            ("b".into(), "a".into(), diff::RenameEvidence::Answered),
        ],
        columns: vec![
            ("a".into(), "x".to_owned(), "y".to_owned(), diff::RenameEvidence::Answered),
            ("a".into(), "y".to_owned(), "x".to_owned(), diff::RenameEvidence::Answered),
        ],
    };
    let scratch = database("CREATE TABLE a (n); CREATE TABLE b (x INTEGER, y TEXT); INSERT INTO a VALUES (1); INSERT INTO b VALUES (2, 'two');").await;
    let from = introspect(&scratch.url()).await.unwrap();
    let to = schema("CREATE TABLE a (y INTEGER, x TEXT); CREATE TABLE b (n);").await;
    let changes = diff::diff(&from, &to, &hints);
    let plan = migration::plan(&from, &to, &changes);
    apply(&scratch, &plan.forward_sql()).await;
    assert_schema(&scratch, &to, &plan.forward_sql()).await;
    assert_eq!(values(&scratch, "SELECT y, x FROM a").await, ["2", "two"]);
    apply(&scratch, &plan.rollback_sql()).await;
    assert_schema(&scratch, &from, &plan.rollback_sql()).await;
    assert_eq!(values(&scratch, "SELECT x, y FROM b").await, ["2", "two"]);
}

#[tokio::test]
async fn a_required_column_is_filled_and_the_filling_is_told() {
    let before = "CREATE TABLE kind (id INTEGER PRIMARY KEY); CREATE TABLE item (id INTEGER PRIMARY KEY);";
    let after = "CREATE TABLE kind (id INTEGER PRIMARY KEY);
         CREATE TABLE item (id INTEGER PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('new', 'old')), price NUMERIC(8, 2) NOT NULL,
           sku VARCHAR(20) NOT NULL UNIQUE, kind_id INTEGER NOT NULL REFERENCES kind (id), token CHAR(32) NOT NULL,
           made DATETIME NOT NULL);";
    let (between, plan) =
        there_and_back(before, "INSERT INTO kind VALUES (4); INSERT INTO item VALUES (1), (2);", after).await;
    assert_eq!(
        values(&between, "SELECT state, price, sku, kind_id, length(token), made FROM item WHERE id = 2").await,
        ["new", "0", "2", "4", "32", "1970-01-01 00:00:00"]
    );
    assert_eq!(plan.forward_sql().matches("All rows get").count(), 6);
    assert_eq!(plan.irreversible().count(), 0);
}

#[tokio::test]
async fn what_is_lost_is_named_and_can_be_saved_first() {
    let before =
        "CREATE TABLE t (id INTEGER PRIMARY KEY, phone TEXT NOT NULL, fax TEXT, telex TEXT); CREATE TABLE old (a);";
    let rows = "INSERT INTO t VALUES (1, 'p', 'f', 'x'); INSERT INTO old VALUES (3);";
    let scratch = database(&format!("{before} {rows}")).await;
    let from = introspect(&scratch.url()).await.unwrap();
    let to = schema("CREATE TABLE t (id INTEGER PRIMARY KEY, phone TEXT NOT NULL);").await;
    let (_, plan) = plan(&from, &to);
    let saves: Vec<String> = plan.irreversible().map(|(_, save)| save.to_string()).collect();
    assert_eq!(saves.len(), 3);
    apply(&scratch, &saves.join("\n")).await;
    assert_eq!(values(&scratch, "SELECT id, fax FROM t_fax_saved").await, ["1", "f"]);
    assert_eq!(values(&scratch, "SELECT id, telex FROM t_telex_saved").await, ["1", "x"]);
    assert_eq!(values(&scratch, "SELECT a FROM old_saved").await, ["3"]);
    apply(&scratch, &plan.forward_sql()).await;
    let back = plan.rollback_sql();
    assert!(back.contains("--   every row of old") && back.contains("--   the values of t.fax"), "{back}");
    insta::assert_snapshot!(back, @r#"
    -- This restores the structure. It cannot bring back:
    --   every row of old
    --   the values of t.fax
    --   the values of t.telex

    BEGIN;

    -- Column t.fax
    ALTER TABLE "t" ADD COLUMN "fax" TEXT;

    -- Column t.telex
    ALTER TABLE "t" ADD COLUMN "telex" TEXT;

    -- Table old
    CREATE TABLE "old" (
        "a"
    );

    COMMIT;
    "#);
}

#[tokio::test]
async fn the_easy_things_stay_easy() {
    let (from, to) = (
        schema("CREATE TABLE u (id INTEGER PRIMARY KEY); CREATE TABLE t (id INTEGER PRIMARY KEY, fax TEXT, n INTEGER); CREATE INDEX i ON t (n);").await,
        schema("CREATE TABLE u (id INTEGER PRIMARY KEY);
             CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, note VARCHAR(80) NOT NULL DEFAULT 'it''s', u_id INTEGER REFERENCES u (id));
             CREATE UNIQUE INDEX j ON t (n);").await,
    );
    let (_, plan) = plan(&from, &to);
    insta::assert_snapshot!(plan.forward_sql(), @r#"
    BEGIN;

    -- Index i goes
    DROP INDEX "i";

    -- Column t.fax goes
    -- Not to be undone: the values of t.fax. To save it first:
    --   CREATE TABLE "t_fax_saved" AS SELECT "id", "fax" FROM "t";
    ALTER TABLE "t" DROP COLUMN "fax";

    -- Column t.note
    ALTER TABLE "t" ADD COLUMN "note" VARCHAR(80) DEFAULT 'it''s' NOT NULL;

    -- Column t.u_id
    ALTER TABLE "t" ADD COLUMN "u_id" INTEGER REFERENCES "u" ("id");

    -- Index j of t
    CREATE UNIQUE INDEX j ON t (n);

    COMMIT;
    "#);
}

#[tokio::test]
async fn each_change_has_a_script_of_its_own() {
    let before = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, fax TEXT); CREATE TABLE gone (x);";
    let after = "CREATE TABLE s (id INTEGER PRIMARY KEY); CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(10) NOT NULL, c INTEGER,
        s_id INTEGER REFERENCES s (id), UNIQUE (a), CHECK (c > 0)); CREATE INDEX i ON t (c);";
    let (from, to) = (schema(before).await, schema(after).await);
    let at = jiff::Timestamp::UNIX_EPOCH;
    let comparison = diff::compare(&from, &to, &RenameHints::default(), at);
    assert!(comparison.changes.len() >= 9);
    for change in &comparison.changes {
        let (forward, back) = migration::Scripts::between(&from, &to).of(&change.change);
        assert!(
            forward.contains("BEGIN;") && back.contains("COMMIT;"),
            "{}: {forward}{back}",
            change.change_description
        );
    }
    let again = diff::compare(&from, &to, &RenameHints::default(), jiff::Timestamp::MAX);
    let ids =
        |comparison: &diff::Comparison| comparison.changes.iter().map(|one| one.change_id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&comparison), ids(&again));
}

const HOSTILE: [&str; 10] = [
    "it's",
    "a\"b",
    "back`tick",
    "]bracket[",
    "select",
    "new\nline",
    "-- DROP",
    "/* open",
    "ünï cødé 🦀",
    "'); DROP TABLE x; --",
];

#[tokio::test]
async fn no_name_is_too_odd() {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let tables = |extra: &str| -> String {
        let one = |(place, name): (usize, &&str)| {
            let other = quoted(HOSTILE[(place + 1) % HOSTILE.len()]);
            let name = quoted(name);
            format!(
                "CREATE TABLE {name} (id INTEGER PRIMARY KEY, {other} VARCHAR(10){extra}, \"up\" INTEGER,
                   CONSTRAINT {other} CHECK ({other} <> ''), FOREIGN KEY (\"up\") REFERENCES {other} (id));
                 CREATE INDEX {} ON {name} ({other});",
                quoted(&format!("i{place}{}", HOSTILE[place]))
            )
        };
        HOSTILE.iter().enumerate().map(one).collect()
    };
    let before = tables("");
    let after = tables(" NOT NULL UNIQUE DEFAULT 'x'");
    let rows: String = HOSTILE
        .iter()
        .enumerate()
        .map(|(n, name)| format!("INSERT INTO {} VALUES (1, 'v{n}', 1);", quoted(name)))
        .collect();
    let (between, _) = there_and_back(&before, &rows, &after).await;
    assert_eq!(values(&between, "SELECT \"a\"\"b\" FROM \"it's\"").await, ["v0"]);
    there_and_back(&before, &rows, "").await;
    there_and_back("", "", &after).await;
}

#[tokio::test]
async fn a_name_in_another_case_is_the_same_object() {
    let (between, _) = there_and_back(
        "CREATE TABLE Item (id INTEGER PRIMARY KEY, Name TEXT); CREATE TABLE part (i INTEGER REFERENCES Item (id));",
        "INSERT INTO Item VALUES (1, 'n');",
        "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, size REAL); CREATE TABLE part (i INTEGER REFERENCES item (id));",
    )
    .await;
    assert_eq!(values(&between, "SELECT name FROM item").await, ["n"]);
}

#[tokio::test]
async fn a_failing_migration_leaves_the_database_as_it_was() {
    let before = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);";
    let scratch = database(&format!("{before} INSERT INTO t VALUES (1, 'x'), (2, 'x');")).await;
    let from = introspect(&scratch.url()).await.unwrap();
    let to = schema("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE);").await;
    let (_, plan) = plan(&from, &to);
    let error = script::apply(&scratch.url(), &plan.forward_sql()).await.unwrap_err();
    assert!(error.to_string().contains("UNIQUE constraint failed"), "{error}");
    assert_schema(&scratch, &from, "").await;
    assert_eq!(values(&scratch, "SELECT count(*) FROM t").await, ["2"]);
}

#[tokio::test]
async fn a_missing_database_is_not_made() {
    let url = fabwright::database::DatabaseUrl::sqlite("/nowhere/at/all.db");
    assert!(introspect(&url).await.unwrap_err().to_string().contains("no database file at /nowhere/at/all.db"));
}
