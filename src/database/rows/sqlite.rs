//! Rows of an SQLite database.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteConnection};
use sqlx::{Arguments, AssertSqlSafe, ConnectOptions, Connection, Row};

use super::super::{DatabaseUrl, Error, Result};
use super::{Checksum, Followed, Inserted, Sums, TableSum};
use crate::generate::data::{TableRows, Value};
use crate::schema::quote::identifier as quoted;
use crate::schema::{BOOKKEEPING, ObjectName};

/// SQLite takes at most 32,766 parameters in a statement; shorter statements parse faster.
const PARAMETERS: usize = 2_000;

pub(super) async fn insert(url: &DatabaseUrl, tables: &[TableRows]) -> Result<Vec<Inserted>> {
    let mut connection = open(url).await?;
    let failed = || Error::server(format!("cannot put rows into {url}"));
    let broken_before: BTreeSet<_> = violations(&mut connection).await.map_err(failed())?.into_iter().collect();
    let mut transaction = connection.begin().await.map_err(failed())?;
    let mut inserted = Vec::new();
    for table in tables {
        inserted.push(insert_table(&mut transaction, table).await);
    }
    loop {
        let broken = violations(&mut transaction).await.map_err(failed())?;
        let mut removed = 0;
        for violation in broken.iter().filter(|violation| !broken_before.contains(violation)) {
            let delete = format!("DELETE FROM {} WHERE rowid = ?1", quoted(&violation.table));
            let outcome = sqlx::query(AssertSqlSafe(delete))
                .bind(violation.row)
                .execute(&mut *transaction)
                .await
                .map_err(failed())?;
            if outcome.rows_affected() == 1 {
                removed += 1;
                if let Some(table) = inserted.iter_mut().find(|table| table.table.name == violation.table) {
                    table.rows = table.rows.saturating_sub(1);
                    table.reject(format!("FOREIGN KEY constraint failed: no such row in {}", violation.parent), 1);
                }
            }
        }
        // A row that is removed may leave others without the row that they reference.
        if removed == 0 {
            break;
        }
    }
    transaction.commit().await.map_err(failed())?;
    connection.close().await.map_err(failed())?;
    Ok(inserted)
}

async fn insert_table(connection: &mut SqliteConnection, table: &TableRows) -> Inserted {
    let mut inserted = Inserted::into(&table.table);
    if table.columns.is_empty() {
        return inserted;
    }
    for rows in table.rows.chunks((PARAMETERS / table.columns.len()).max(1)) {
        if insert_chunk(connection, table, rows).await.is_ok() {
            inserted.rows += rows.len();
            continue;
        }
        // The statement as a whole did nothing: find the rows that are at fault.
        for row in rows {
            match insert_chunk(connection, table, std::slice::from_ref(row)).await {
                Ok(()) => inserted.rows += 1,
                Err(error) => inserted.reject(reason(&error), 1),
            }
        }
    }
    inserted
}

async fn insert_chunk(
    connection: &mut SqliteConnection,
    table: &TableRows,
    rows: &[Vec<Value>],
) -> std::result::Result<(), sqlx::Error> {
    let columns: Vec<String> = table.columns.iter().map(|column| quoted(column)).collect();
    let row = format!("({})", vec!["?"; columns.len()].join(", "));
    let sql = format!(
        "INSERT INTO {} ({}) VALUES {}",
        quoted(&table.table.name),
        columns.join(", "),
        vec![row; rows.len()].join(", ")
    );
    let mut arguments = SqliteArguments::default();
    for value in rows.iter().flatten() {
        match value {
            Value::Null => arguments.add(None::<String>),
            Value::Boolean(value) => arguments.add(i64::from(*value)),
            Value::Integer(value) => arguments.add(*value),
            Value::Float(value) => arguments.add(*value),
            // The column's affinity makes a number of it.
            Value::Decimal(text) | Value::Text(text) => arguments.add(text.clone()),
            Value::Binary(bytes) => arguments.add(bytes.clone()),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    sqlx::query_with(AssertSqlSafe(sql), arguments).execute(connection).await.map(drop)
}

fn reason(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => error.message().to_owned(),
        other => other.to_string(),
    }
}

/// A row that references nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Violation {
    table: String,
    row: Option<i64>,
    parent: String,
}

async fn violations(connection: &mut SqliteConnection) -> std::result::Result<Vec<Violation>, sqlx::Error> {
    let rows = match sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut *connection).await {
        Ok(rows) => rows,
        // "foreign key mismatch": a key that points at nothing unique cannot be checked by anybody.
        Err(sqlx::Error::Database(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    rows.iter()
        .map(|row| Ok(Violation { table: row.try_get(0)?, row: row.try_get(1)?, parent: row.try_get(2)? }))
        .collect()
}

pub(super) async fn sums(url: &DatabaseUrl) -> Result<Sums> {
    let mut connection = open(url).await?;
    let failed = || Error::server(format!("cannot read the rows of {url}"));
    let columns = sqlx::query(
        "SELECT t.name, c.name FROM sqlite_schema AS t JOIN pragma_table_xinfo(t.name) AS c \
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND t.name <> ?1 AND c.hidden <> 1 \
         ORDER BY t.name, c.name",
    )
    .bind(BOOKKEEPING)
    .fetch_all(&mut connection)
    .await
    .map_err(failed())?;
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in &columns {
        let table = row.try_get(0).map_err(failed())?;
        tables.entry(table).or_default().push(row.try_get(1).map_err(failed())?);
    }
    let mut sums = Sums::new();
    for (table, columns) in tables {
        let sum = sum(&mut connection, &table, &columns).await.map_err(failed())?;
        sums.insert(ObjectName::new(table), sum);
    }
    connection.close().await.map_err(failed())?;
    Ok(sums)
}

async fn sum(
    connection: &mut SqliteConnection,
    table: &str,
    columns: &[String],
) -> std::result::Result<TableSum, sqlx::Error> {
    // quote() writes a value so that its type shows: 1, 1.0 and '1' differ.
    let values: Vec<String> = columns.iter().map(|column| format!("quote({})", quoted(column))).collect();
    let sql = format!("SELECT {} FROM {}", values.join(", "), quoted(table));
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(connection).await?;
    let mut sums = vec![Checksum::default(); columns.len()];
    let mut present = vec![0; columns.len()];
    let mut whole = Checksum::default();
    for row in &rows {
        let mut line = String::new();
        for (index, sum) in sums.iter_mut().enumerate() {
            let value: String = row.try_get(index)?;
            sum.add(&value);
            present[index] += u64::from(value != "NULL");
            line.push_str(&value);
            line.push('\n');
        }
        whole.add(&line);
    }
    Ok(TableSum {
        rows: rows.len() as u64,
        checksum: whole,
        columns: columns.iter().cloned().zip(sums).collect(),
        values: columns.iter().cloned().zip(present).collect(),
    })
}

pub(super) async fn altered(before: &DatabaseUrl, after: &DatabaseUrl, followed: &Followed<'_>) -> Result<u64> {
    let Some(path) = before.path() else { return Err(Error::OtherKeeping(before.dialect())) };
    let mut connection = open(after).await?;
    let failed = || Error::server(format!("cannot compare the rows of {before} and {after}"));
    sqlx::query("ATTACH DATABASE ?1 AS \"before\"")
        .bind(path.to_string_lossy().into_owned())
        .execute(&mut connection)
        .await
        .map_err(failed())?;
    let same_key: Vec<String> =
        followed.key.iter().map(|(old, new)| format!("old.{} = new.{}", quoted(old), quoted(new))).collect();
    let sql = format!(
        "SELECT count(*) FROM \"before\".{} AS old JOIN main.{} AS new ON {} WHERE quote(old.{}) <> quote(new.{})",
        quoted(&followed.table.0.name),
        quoted(&followed.table.1.name),
        same_key.join(" AND "),
        quoted(&followed.column.0.name),
        quoted(&followed.column.1.name),
    );
    let count: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await.map_err(failed())?;
    connection.close().await.map_err(failed())?;
    Ok(u64::try_from(count).unwrap_or_default())
}

async fn open(url: &DatabaseUrl) -> Result<SqliteConnection> {
    let Some(path) = url.path() else { return Err(Error::OtherKeeping(url.dialect())) };
    if !path.is_file() {
        return Err(Error::Missing(path.to_path_buf()));
    }
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .foreign_keys(false)
        .connect()
        .await
        .map_err(Error::server(format!("cannot open {url}")))
}

#[cfg(test)]
mod tests {
    use super::super::{RowDifference, differences};
    use super::*;
    use crate::database::Scratch;
    use crate::database::script::apply;

    fn rows(table: &str, columns: &[&str], rows: Vec<Vec<Value>>) -> TableRows {
        TableRows { table: table.into(), columns: columns.iter().map(|&name| name.into()).collect(), rows }
    }

    async fn scratch(sql: &str) -> Scratch {
        let scratch = Scratch::sqlite().unwrap();
        apply(&scratch.url(), sql).await.unwrap();
        scratch
    }

    #[tokio::test]
    async fn rejected_rows_are_counted_by_reason_and_the_rest_goes_in() {
        let scratch = scratch(
            "CREATE TABLE \"a \"\" b\" (id INTEGER PRIMARY KEY, n INTEGER CHECK (n > 0));
             CREATE TABLE child (id INTEGER PRIMARY KEY, a INTEGER NOT NULL REFERENCES \"a \"\" b\"(id))",
        )
        .await;
        let row = |id: i64, n: i64| vec![Value::Integer(id), Value::Integer(n)];
        let tables = [
            rows("child", &["id", "a"], vec![row(1, 1), row(2, 99)]),
            rows("a \" b", &["id", "n"], vec![row(1, 5), row(1, 6), row(2, -1), row(3, 0), row(4, 1)]),
        ];
        let inserted = insert(&scratch.url(), &tables).await.unwrap();
        assert_eq!(inserted[1].rows, 2);
        assert_eq!(inserted[1].rejected.values().sum::<usize>(), 3);
        assert_eq!(inserted[1].rejected["CHECK constraint failed: n > 0"], 2);
        assert_eq!(inserted[0].rows, 1);
        assert!(inserted[0].rejected.keys().next().unwrap().starts_with("FOREIGN KEY"), "{:?}", inserted[0]);
        assert_eq!(sums(&scratch.url()).await.unwrap()[&"child".into()].rows, 1);
    }

    #[tokio::test]
    async fn checksums_ignore_order_and_nothing_else() {
        let one = scratch("CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 'x'), (2, NULL), (2, NULL)").await;
        let two = scratch("CREATE TABLE t (a, b); INSERT INTO t VALUES (2, NULL), (1, 'x'), (2, NULL)").await;
        let other = scratch("CREATE TABLE t (a, b); INSERT INTO t VALUES (2, 'x'), (1, NULL), (2, NULL)").await;
        let typed = scratch("CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 'x'), (2, 'NULL'), (2, NULL)").await;
        let sum = async |scratch: &Scratch| sums(&scratch.url()).await.unwrap();
        let base = sum(&one).await;
        assert_eq!(differences(&base, &sum(&two).await), []);
        let told = |differences: Vec<RowDifference>| differences.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(told(differences(&base, &sum(&other).await)), ["table t holds the same values in other rows"]);
        assert_eq!(told(differences(&base, &sum(&typed).await)), ["table t holds other values in b"]);
        assert_eq!(told(differences(&base, &Sums::new())), ["table t is there on one side only"]);
    }
}
