//! What each statement of a migration does to the tables that others use, as each server tells it.

use serde_json::Value;

use crate::catches::{line, pull_request, sent};

/// A statement, the table, the lock, the way, and whether the table was written anew.
type Did = (String, String, Value, Value, bool);

/// The statements that did something, and the report.
fn did(settings: &str, upgrade: &str) -> (Vec<Did>, String) {
    let universe = pull_request(settings, upgrade, "    raise NotImplementedError\n");
    let said = universe.fabwright(&["check", "--base", "main", "--head", "feature", "--no-commit", "--no-tests"]);
    let report: Value = serde_json::from_str(&universe.file("fabwright-report/changes.json")).expect("JSON");
    assert_eq!(report["failure"], Value::Null, "{said:?}");
    let mut did = Vec::new();
    for statement in report["rehearsal"]["revisions"][0]["statements"].as_array().expect("statements") {
        for touched in statement["tables"].as_array().expect("tables") {
            let sql: String = statement["sql"].as_str().expect("SQL").chars().take(24).collect();
            let table = touched["table"].as_str().expect("a table").to_owned();
            let rewritten = touched["rewritten"].as_bool().expect("a boolean");
            did.push((sql, table, touched["lock"].clone(), touched["way"].clone(), rewritten));
        }
    }
    (did, universe.file("fabwright-report/report.md"))
}

#[test]
fn postgresql_in_a_transaction_and_outside_of_one() {
    let outside = "    with op.get_context().autocommit_block():\n        \
                   op.execute('CREATE INDEX CONCURRENTLY ix_mail ON customer (mail)')\n";
    let inside = sent(&["ALTER TABLE customer ALTER COLUMN visits TYPE bigint"]);
    let (did, report) = did("rehearsal: {dialect: postgres, rows_per_table: 3000}", &(inside + outside));
    let find = |sql: &str| did.iter().find(|(statement, ..)| statement.starts_with(sql)).expect("the statement");
    assert_eq!(
        *find("ALTER TABLE"),
        ("ALTER TABLE customer ALT".into(), "customer".into(), "ACCESS EXCLUSIVE".into(), Value::Null, true)
    );
    assert_eq!(
        *find("CREATE INDEX"),
        ("CREATE INDEX CONCURRENTL".into(), "customer".into(), "SHARE UPDATE EXCLUSIVE".into(), Value::Null, false)
    );
    let line = line(&report, "Locks");
    assert!(line.starts_with("`customer`: **ACCESS EXCLUSIVE** for "), "{line}");
    assert!(line.contains(" with 3,000 rows and ") && line.contains(" with none, writes the table anew"), "{line}");
    assert!(line.contains(", grows with the rows") && line.ends_with(" *(measured)*"), "{line}");
}

#[test]
fn mariadb_tells_by_what_it_agrees_to() {
    let statements = sent(&[
        "ALTER TABLE customer ADD COLUMN phone VARCHAR(20)",
        "CREATE INDEX ix_mail ON customer (mail)",
        "ALTER TABLE customer MODIFY visits VARCHAR(30)",
    ]);
    let (did, report) = did("rehearsal: {dialect: mysql, rows_per_table: 30}", &statements);
    let told: Vec<(&str, &str, bool)> =
        did.iter().map(|(sql, _, _, way, rewritten)| (sql.as_str(), way.as_str().unwrap_or("-"), *rewritten)).collect();
    assert_eq!(
        told,
        [
            ("ALTER TABLE customer ADD", "ALGORITHM=INSTANT, LOCK=NONE", false),
            ("CREATE INDEX ix_mail ON ", "ALGORITHM=NOCOPY, LOCK=NONE", false),
            ("ALTER TABLE customer MOD", "ALGORITHM=COPY, LOCK=SHARED", true),
        ]
    );
    let line = line(&report, "Locks");
    assert!(line.starts_with("`customer`: **ALGORITHM=COPY, LOCK=SHARED** for "), "{line}");
    assert!(
        line.contains(" with 30 rows and ") && line.contains("writes the table anew, grows with the rows"),
        "{line}"
    );
}

#[test]
fn sqlite_writes_a_table_anew_or_does_not() {
    let upgrade = "    op.add_column('note', sa.Column('by', sa.String(20)))\n    \
                   with op.batch_alter_table('customer') as batch:\n        \
                   batch.alter_column('visits', type_=sa.BigInteger())\n    \
                   with op.batch_alter_table('customer') as batch:\n        \
                   batch.alter_column('mail', type_=sa.Text())\n    \
                   op.execute('ALTER TABLE note DROP COLUMN by')\n";
    let (did, report) = did("rehearsal: {dialect: sqlite, rows_per_table: 30}", upgrade);
    let told: Vec<(&str, &str, bool)> =
        did.iter().map(|(sql, table, _, _, rewritten)| (sql.as_str(), table.as_str(), *rewritten)).collect();
    assert_eq!(
        told,
        [
            ("ALTER TABLE _alembic_tmp", "customer", true),
            ("ALTER TABLE _alembic_tmp", "customer", true),
            ("ALTER TABLE note DROP CO", "note", true)
        ]
    );
    assert_eq!(
        line(&report, "Locks"),
        "`customer` and `note` are written anew, row by row; nobody else writes the database meanwhile *(measured)*"
    );
}
