//! Rows of a MariaDB or MySQL database.
//!
//! Rows are inserted many at a time. Where the server refuses, the half that holds the row at fault is looked for, so
//! that a few bad rows cost little. Foreign keys sleep meanwhile; what they would have refused is taken out at the end.
//! Triggers cannot sleep: what they do belongs to the rows.

mod compare;

use std::collections::BTreeMap;

use sqlx::{Connection, MySqlConnection};

use super::super::mysql_session::{Texts, bytes, connect, rows as ask, tell, text};
use super::super::{DatabaseUrl, Error, Result};
use super::Inserted;
use super::orphans::{self, Key};
use crate::generate::data::{TableRows, Value};
use crate::migration::render::mysql::is_spatial;
use crate::schema::quote::identifier_in;
use crate::schema::{BOOKKEEPING, Dialect, ObjectName};

pub(super) use compare::{altered, sums};

type Sql<T> = std::result::Result<T, sqlx::Error>;

/// A statement may be a megabyte long wherever nobody lowered the limit.
const STATEMENT: usize = 500_000;
/// Shorter statements parse faster.
const ROWS: usize = 500;

/// What does not fit is refused rather than cut, zero is a value, and a transaction is all or nothing.
const SESSION: &str = "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,\
    ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_VALUE_ON_ZERO', SESSION foreign_key_checks = 0, SESSION time_zone = '+00:00', \
    SESSION lock_wait_timeout = 30, SESSION innodb_lock_wait_timeout = 30";

pub(super) async fn insert(url: &DatabaseUrl, tables: &[TableRows]) -> Result<Vec<Inserted>> {
    let mut connection = connect(url).await?;
    let failed = || Error::server(format!("cannot put rows into {url}"));
    tell(&mut connection, SESSION).await.map_err(failed())?;
    let mut keys = Vec::new();
    for key in foreign_keys(&mut connection).await.map_err(failed())? {
        // A key that rows break already is not enforced for old rows, and tells nothing of new ones.
        let broken = format!("SELECT 1 {} LIMIT 1", key.orphans);
        let broken = ask(&mut connection, &broken).await.map_err(failed())?;
        keys.extend(broken.is_empty().then_some(key));
    }
    tell(&mut connection, "START TRANSACTION").await.map_err(failed())?;
    let database = url.database().unwrap_or_default();
    let mut inserted = Vec::new();
    for table in tables {
        inserted.push(insert_table(&mut connection, table, &database).await.map_err(failed())?);
    }
    let delete = async |key: &Key| tell(&mut connection, &format!("DELETE c {}", key.orphans)).await;
    orphans::remove(&keys, &mut inserted, delete).await.map_err(failed())?;
    tell(&mut connection, "COMMIT").await.map_err(failed())?;
    advance_sequences(&mut connection).await.map_err(failed())?;
    connection.close().await.map_err(failed())?;
    Ok(inserted)
}

async fn insert_table(connection: &mut MySqlConnection, table: &TableRows, database: &str) -> Sql<Inserted> {
    let mut inserted = Inserted::into(&table.table);
    if table.columns.is_empty() {
        return Ok(inserted);
    }
    let types = types(connection, &table.table).await?;
    let types: Vec<&str> = table.columns.iter().map(|column| types.get(column).map_or("", String::as_str)).collect();
    let columns: Vec<String> = table.columns.iter().map(|column| quoted(column)).collect();
    let start = format!("INSERT INTO {} ({}) VALUES ", name(&table.table), columns.join(", "));
    let texts: Vec<String> = table.rows.iter().map(|row| literals(row, &types)).collect();
    // A statement that fails on an engine without transactions leaves the rows before the failure behind.
    let most = if is_transactional(connection, &table.table).await? { ROWS } else { 1 };
    let mut waiting = portions(&texts, most);
    waiting.reverse();
    while let Some(rows) = waiting.pop() {
        match tell(connection, &format!("{start}{}", rows.join(", "))).await {
            Ok(_) => inserted.rows += rows.len(),
            Err(sqlx::Error::Database(_)) if rows.len() > 1 => {
                let (first, second) = rows.split_at(rows.len() / 2);
                waiting.extend([second, first]);
            }
            Err(sqlx::Error::Database(error)) => {
                inserted.reject(reason(error.message(), database), rows.len());
            }
            Err(error) => return Err(error),
        }
    }
    Ok(inserted)
}

/// Rows for one statement after the other.
fn portions(mut texts: &[String], most: usize) -> Vec<&[String]> {
    let mut portions = Vec::new();
    while !texts.is_empty() {
        let mut length = 0;
        let fits = texts.iter().take(most).take_while(|text| {
            length += text.len();
            length <= STATEMENT
        });
        let (portion, rest) = texts.split_at(fits.count().max(1));
        portions.push(portion);
        texts = rest;
    }
    portions
}

/// The server's words, without the number that the row has in its statement and the name of the scratch database.
fn reason(message: &str, database: &str) -> String {
    let reason = message.rsplit_once(" at row ").map_or(message, |(reason, _)| reason);
    reason.replace(&format!("{}.", quoted(database)), "")
}

/// A row as SQL writes it.
fn literals(row: &[Value], types: &[&str]) -> String {
    let values: Vec<String> =
        row.iter().zip(types.iter().chain(std::iter::repeat(&""))).map(|(value, of)| literal(value, of)).collect();
    format!("({})", values.join(", "))
}

fn literal(value: &Value, data_type: &str) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Boolean(value) => u8::from(*value).to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Float(value) if value.is_finite() => format!("{value:e}"),
        Value::Float(value) => text(&value.to_string()),
        Value::Binary(value) => bytes(value),
        Value::Decimal(value) | Value::Text(value) => match data_type {
            "bit" if is_bits(value) => format!("b'{value}'"),
            spatial if is_spatial(spatial) => format!("ST_GeomFromText({})", text(&well_known(spatial, value))),
            _ => text(value),
        },
    }
}

fn is_bits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'0' | b'1'))
}

/// A point or polygon that is written as pairs of numbers, `(1,2)` and `((0,0),(0,1),(1,0))`, in well-known text.
fn well_known(data_type: &str, value: &str) -> String {
    if !value.starts_with('(') {
        return value.to_owned();
    }
    let numbers: Vec<&str> = value.split(['(', ')', ',']).filter(|number| !number.trim().is_empty()).collect();
    let mut pairs: Vec<String> = numbers.chunks(2).map(|pair| pair.join(" ")).collect();
    if data_type == "polygon" {
        pairs.extend(pairs.first().cloned());
        return format!("POLYGON(({}))", pairs.join(","));
    }
    format!("{data_type}({})", pairs.join(","))
}

/// The types of a table's columns, in the catalog's plainest words.
async fn types(connection: &mut MySqlConnection, table: &ObjectName) -> Sql<BTreeMap<String, String>> {
    let columns = format!(
        "SELECT column_name, data_type FROM information_schema.columns
          WHERE table_schema = DATABASE() AND table_name = {}",
        text(&table.name)
    );
    let rows = ask(connection, &columns).await?;
    Ok(rows.iter().map(|row| (row.text(0).to_owned(), row.text(1).to_lowercase())).collect())
}

async fn is_transactional(connection: &mut MySqlConnection, table: &ObjectName) -> Sql<bool> {
    let engine = format!(
        "SELECT e.transactions FROM information_schema.tables t JOIN information_schema.engines e ON e.engine = t.engine
          WHERE t.table_schema = DATABASE() AND t.table_name = {}",
        text(&table.name)
    );
    Ok(ask(connection, &engine).await?.iter().any(|row| row.text(0) == "YES"))
}

async fn foreign_keys(connection: &mut MySqlConnection) -> Sql<Vec<Key>> {
    let columns = "SELECT constraint_name, table_name, column_name, referenced_table_schema, referenced_table_name,
                          referenced_column_name, referenced_table_schema = DATABASE()
                     FROM information_schema.key_column_usage
                    WHERE table_schema = DATABASE() AND referenced_table_name IS NOT NULL
                    ORDER BY table_name, constraint_name, ordinal_position";
    let rows = ask(connection, columns).await?;
    let same = |one: &Texts, other: &Texts| (one.text(0), one.text(1)) == (other.text(0), other.text(1));
    let keys = rows.chunk_by(same).filter_map(|columns| {
        let first = columns.first()?;
        let child = ObjectName::new(first.text(1));
        let joined: Vec<String> =
            columns.iter().map(|row| format!("p.{} = c.{}", quoted(row.text(5)), quoted(row.text(2)))).collect();
        let present: Vec<String> = columns.iter().map(|row| format!("c.{} IS NOT NULL", quoted(row.text(2)))).collect();
        let orphans = format!(
            "FROM {} AS c LEFT JOIN {}.{} AS p ON {} WHERE {} AND p.{} IS NULL",
            name(&child),
            quoted(first.text(3)),
            quoted(first.text(4)),
            joined.join(" AND "),
            present.join(" AND "),
            quoted(first.text(5))
        );
        let home = first.text(6) == "1";
        let parent = if home { first.text(4).to_owned() } else { format!("{}.{}", first.text(3), first.text(4)) };
        Some(Key { child, parent, orphans })
    });
    Ok(keys.collect())
}

/// Lets every sequence that a column takes its values from go on after the greatest of them. AUTO_INCREMENT does so by
/// itself.
async fn advance_sequences(connection: &mut MySqlConnection) -> Sql<()> {
    let columns = "SELECT table_name, column_name, column_default FROM information_schema.columns
                    WHERE table_schema = DATABASE() AND column_default LIKE 'nextval(%)'";
    for row in ask(connection, columns).await? {
        let (table, column) = (quoted(row.text(0)), quoted(row.text(1)));
        let sequence = row.text(2).trim_start_matches("nextval(").trim_end_matches(')');
        let greatest = format!("SELECT max({column}) FROM {table}");
        let greatest = ask(connection, &greatest).await?;
        let Some(greatest) = greatest.first().and_then(|row| row.get(0)?.parse::<i64>().ok()) else { continue };
        // A value that the sequence has passed already leaves it where it is.
        tell(connection, &format!("DO SETVAL({sequence}, {greatest})")).await?;
    }
    Ok(())
}

fn quoted(name: &str) -> String {
    identifier_in(Dialect::Mysql, name)
}

fn name(table: &ObjectName) -> String {
    match &table.namespace {
        Some(namespace) => format!("{}.{}", quoted(namespace), quoted(&table.name)),
        None => quoted(&table.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_their_columns_read_them() {
        let told = |text: &str, of| literal(&Value::Text(text.to_owned()), of);
        assert_eq!(told("it's", "varchar"), "'it''s'");
        assert_eq!(told("a\\'", "varchar"), "CONVERT(X'615c27' USING utf8mb4)");
        assert_eq!(told("101", "bit"), "b'101'");
        assert_eq!(told("101", "int"), "'101'");
        assert_eq!(told("(1,2)", "point"), "ST_GeomFromText('point(1 2)')");
        assert_eq!(told("((0,0),(0,7),(7,0))", "polygon"), "ST_GeomFromText('POLYGON((0 0,0 7,7 0,0 0))')");
        assert_eq!(told("LINESTRING(0 0,1 1)", "linestring"), "ST_GeomFromText('LINESTRING(0 0,1 1)')");
        assert_eq!(literal(&Value::Binary(vec![0, 255]), "blob"), "X'00ff'");
    }

    #[test]
    fn statements_are_no_longer_than_a_server_takes() {
        let texts: Vec<String> = [STATEMENT, 1, 1, STATEMENT * 2, 1].map(|length| "x".repeat(length)).to_vec();
        let lengths = |most| portions(&texts, most).iter().map(|rows| rows.len()).collect::<Vec<_>>();
        assert_eq!(lengths(500), [1, 2, 1, 1]);
        assert_eq!(lengths(1), [1, 1, 1, 1, 1]);
    }
}
