//! Schemas on a real SQLite: what is read, what differs, and whether a migration gets there and back with its rows.

mod random;
mod scenarios;
mod understood;

use fabwright::database::{Scratch, introspect, script};
use fabwright::diff::{self, Change, RenameHints};
use fabwright::migration::{self, Plan};
use fabwright::schema::{Dialect, Schema, snapshot};

/// A scratch database that holds what `sql` makes.
async fn database(sql: &str) -> Scratch {
    let scratch = Scratch::sqlite().unwrap();
    scratch.apply(sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    scratch
}

async fn schema(sql: &str) -> Schema {
    script::schema_of_script(Dialect::Sqlite, sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"))
}

fn plan(from: &Schema, to: &Schema) -> (Vec<Change>, Plan) {
    let changes = diff::diff(from, to, &RenameHints::default());
    let plan = migration::plan(from, to, &changes);
    (changes, plan)
}

async fn apply(scratch: &Scratch, sql: &str) {
    scratch.apply(sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
}

/// Holds the database against the wanted schema, by differ and by fingerprint.
async fn assert_schema(scratch: &Scratch, wanted: &Schema, sql: &str) {
    let found = introspect(&scratch.url()).await.unwrap();
    let rest = diff::differences(wanted, &found, &diff::Renames::default());
    assert!(rest.is_empty(), "{rest:#?}\nafter\n{sql}");
    assert_eq!(snapshot::fingerprint(&found), snapshot::fingerprint(wanted), "after\n{sql}");
}

/// Every value of one query, as text, `-` for NULL.
async fn values(scratch: &Scratch, query: &str) -> Vec<String> {
    use sqlx::{ConnectOptions, Row};
    let mut connection =
        sqlx::sqlite::SqliteConnectOptions::new().filename(scratch.url().path().unwrap()).connect().await.unwrap();
    let rows = sqlx::query(sqlx::AssertSqlSafe(query)).fetch_all(&mut connection).await.unwrap();
    let text = |row: &sqlx::sqlite::SqliteRow, at: usize| {
        row.try_get_unchecked::<Option<String>, _>(at).unwrap().unwrap_or_else(|| "-".to_owned())
    };
    rows.iter().flat_map(|row| (0..row.len()).map(move |at| text(row, at))).collect()
}

/// Migrates a database of `before` with these rows to `after` and back, and gives it as it was in between.
async fn there_and_back(before: &str, rows: &str, after: &str) -> (Scratch, Plan) {
    let scratch = database(&format!("{before}\n{rows}")).await;
    let (from, to) = (introspect(&scratch.url()).await.unwrap(), schema(after).await);
    let (_, plan) = plan(&from, &to);
    apply(&scratch, &plan.forward_sql()).await;
    assert_schema(&scratch, &to, &plan.forward_sql()).await;
    let between = scratch.copy().await.unwrap();
    apply(&scratch, &plan.rollback_sql()).await;
    assert_schema(&scratch, &from, &plan.rollback_sql()).await;
    (between, plan)
}
