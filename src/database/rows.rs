//! Rows of a scratch database: putting them in, and telling afterwards whether they are still the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use sha2::{Digest, Sha256};
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteConnection};
use sqlx::{Arguments, AssertSqlSafe, ConnectOptions, Connection, Row};

use super::{DatabaseUrl, Error, Result};
use crate::generate::data::{TableRows, Value};
use crate::schema::BOOKKEEPING;
use crate::schema::quote::identifier as quoted;

/// SQLite takes at most 32,766 parameters in a statement; shorter statements parse faster.
const PARAMETERS: usize = 2_000;

/// What became of the rows of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inserted {
    /// The table.
    pub table: String,
    /// How many rows it took.
    pub rows: usize,
    /// How many it refused, by the database's reason.
    pub rejected: BTreeMap<String, usize>,
}

/// Inserts rows in one transaction. A row that the database rejects is left out and counted.
///
/// Foreign keys are checked at the end, so that tables may reference each other in circles.
///
/// # Errors
///
/// When the database cannot be opened, when the transaction fails as a whole, and for dialects that are not
/// supported yet.
pub async fn insert(url: &DatabaseUrl, tables: &[TableRows]) -> Result<Vec<Inserted>> {
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
                if let Some(table) = inserted.iter_mut().find(|table| table.table == violation.table) {
                    table.rows = table.rows.saturating_sub(1);
                    let reason = format!("FOREIGN KEY constraint failed: no such row in {}", violation.parent);
                    *table.rejected.entry(reason).or_default() += 1;
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
    let mut inserted = Inserted { table: table.table.name.clone(), rows: 0, rejected: BTreeMap::new() };
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
                Err(error) => *inserted.rejected.entry(reason(&error)).or_default() += 1,
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

/// What a database holds, in few words: for each table the number of its rows, a checksum over whole rows and one
/// over each column. None depends on the order of the rows.
pub type Sums = BTreeMap<String, TableSum>;

/// What a table holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSum {
    /// The number of its rows.
    pub rows: u64,
    /// A checksum over whole rows.
    pub checksum: Checksum,
    /// A checksum over each column.
    pub columns: BTreeMap<String, Checksum>,
    /// How many values of each column are not NULL.
    pub values: BTreeMap<String, u64>,
}

/// The sum of the hashes of all values, whatever their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Checksum(u128);

impl Checksum {
    fn add(&mut self, text: &str) {
        let digest = Sha256::digest(text);
        let number = digest.iter().take(16).fold(0_u128, |number, byte| (number << 8) | u128::from(*byte));
        self.0 = self.0.wrapping_add(number);
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Counts and sums up all tables of the database at `url`, except the books of the migration tool.
///
/// # Errors
///
/// When the database cannot be read, and for dialects that are not supported yet.
pub async fn sums(url: &DatabaseUrl) -> Result<Sums> {
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
        sums.insert(table, sum);
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

/// How many rows, found again by the columns of their key, hold another value in a column than they did.
///
/// Old and new names are given as pairs, as a migration may rename what it alters.
///
/// # Errors
///
/// When one of the databases cannot be read, and for dialects that are not supported yet.
pub async fn altered(
    before: &DatabaseUrl,
    after: &DatabaseUrl,
    table: (&str, &str),
    key: &[(String, String)],
    column: (&str, &str),
) -> Result<u64> {
    let Some(path) = before.path() else { return Err(Error::Unsupported(before.dialect())) };
    let mut connection = open(after).await?;
    let failed = || Error::server(format!("cannot compare the rows of {before} and {after}"));
    sqlx::query("ATTACH DATABASE ?1 AS \"before\"")
        .bind(path.to_string_lossy().into_owned())
        .execute(&mut connection)
        .await
        .map_err(failed())?;
    let same_key: Vec<String> =
        key.iter().map(|(old, new)| format!("old.{} = new.{}", quoted(old), quoted(new))).collect();
    let sql = format!(
        "SELECT count(*) FROM \"before\".{} AS old JOIN main.{} AS new ON {} WHERE quote(old.{}) <> quote(new.{})",
        quoted(table.0),
        quoted(table.1),
        same_key.join(" AND "),
        quoted(column.0),
        quoted(column.1),
    );
    let count: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await.map_err(failed())?;
    connection.close().await.map_err(failed())?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// One respect in which the rows of two databases differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowDifference {
    /// A table is in one of them only.
    Table {
        /// Its name.
        table: String,
    },
    /// The numbers of rows differ.
    Count {
        /// The table.
        table: String,
        /// The number before.
        before: u64,
        /// The number after.
        after: u64,
    },
    /// Values differ.
    Values {
        /// The table.
        table: String,
        /// The columns; empty when each column holds the same values but in other rows.
        columns: Vec<String>,
    },
}

impl fmt::Display for RowDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table { table } => write!(f, "table {table} is there on one side only"),
            Self::Count { table, before, after } => write!(f, "table {table} had {before} rows and has {after}"),
            Self::Values { table, columns } if columns.is_empty() => {
                write!(f, "table {table} holds the same values in other rows")
            }
            Self::Values { table, columns } => {
                write!(f, "table {table} holds other values in {}", columns.join(", "))
            }
        }
    }
}

/// What differs between two databases, table by table. Empty: the rows are the same.
pub fn differences(before: &Sums, after: &Sums) -> Vec<RowDifference> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differences = names.into_iter().filter_map(|table| {
        let table = table.clone();
        let (Some(old), Some(new)) = (before.get(&table), after.get(&table)) else {
            return Some(RowDifference::Table { table });
        };
        if old.rows != new.rows {
            return Some(RowDifference::Count { table, before: old.rows, after: new.rows });
        }
        if old == new {
            return None;
        }
        let names: BTreeSet<&String> = old.columns.keys().chain(new.columns.keys()).collect();
        let columns =
            names.into_iter().filter(|name| old.columns.get(*name) != new.columns.get(*name)).cloned().collect();
        Some(RowDifference::Values { table, columns })
    });
    differences.collect()
}

async fn open(url: &DatabaseUrl) -> Result<SqliteConnection> {
    let Some(path) = url.path() else { return Err(Error::Unsupported(url.dialect())) };
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
        assert_eq!(sums(&scratch.url()).await.unwrap()["child"].rows, 1);
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
