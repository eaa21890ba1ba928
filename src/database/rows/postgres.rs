//! Rows of a PostgreSQL database.
//!
//! Rows are copied in table by table. Where COPY refuses, the half that holds the row at fault is looked for, so that a
//! few bad rows cost little. A role that may do so keeps triggers and foreign keys asleep meanwhile; what the keys would
//! have refused is taken out at the end.

use std::fmt::Write as _;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};

use super::super::postgres_session::connect;
use super::super::{DatabaseUrl, Error, Result};
use super::orphans::{self, Key};
use super::{Checksum, Followed, Inserted, Sums, TableSum};
use crate::generate::data::{TableRows, Value};
use crate::schema::quote::identifier as quoted;
use crate::schema::{BOOKKEEPING, ObjectName};

type Sql<T> = std::result::Result<T, sqlx::Error>;

/// A statement returns at most 1,664 columns, and each column of a table takes two.
const COLUMNS: usize = 500;

/// Makes equal values print equally, whatever the server's settings are.
const SESSION: &str = "SET search_path = pg_catalog; SET timezone = 'UTC'; SET datestyle = 'ISO'; \
    SET intervalstyle = 'postgres'; SET extra_float_digits = 3; SET bytea_output = 'hex'";

pub(super) async fn insert(url: &DatabaseUrl, tables: &[TableRows]) -> Result<Vec<Inserted>> {
    let mut connection = connect(url).await?;
    let failed = || Error::server(format!("cannot put rows into {url}"));
    let asleep = run(&mut connection, "SET session_replication_role = replica").await.is_ok();
    let mut keys = Vec::new();
    if asleep {
        for key in foreign_keys(&mut connection).await.map_err(failed())? {
            // A key that rows break already is not enforced for old rows, and tells nothing of new ones.
            let broken: bool = sqlx::query_scalar(AssertSqlSafe(format!("SELECT EXISTS (SELECT {})", key.orphans)))
                .fetch_one(&mut connection)
                .await
                .map_err(failed())?;
            keys.extend((!broken).then_some(key));
        }
    }
    run(&mut connection, "BEGIN; SET CONSTRAINTS ALL IMMEDIATE").await.map_err(failed())?;
    let mut inserted = Vec::new();
    for table in tables {
        inserted.push(insert_table(&mut connection, table).await.map_err(failed())?);
    }
    let delete = async |key: &Key| {
        let delete = sqlx::query(AssertSqlSafe(format!("DELETE {}", key.orphans)));
        Ok(delete.execute(&mut connection).await?.rows_affected())
    };
    orphans::remove(&keys, &mut inserted, delete).await.map_err(failed())?;
    run(&mut connection, "COMMIT").await.map_err(failed())?;
    advance_sequences(&mut connection).await.map_err(failed())?;
    connection.close().await.map_err(failed())?;
    Ok(inserted)
}

async fn insert_table(connection: &mut PgConnection, table: &TableRows) -> Sql<Inserted> {
    let mut inserted = Inserted::into(&table.table);
    if table.columns.is_empty() {
        return Ok(inserted);
    }
    let columns: Vec<String> = table.columns.iter().map(|column| quoted(column)).collect();
    let copy = format!("COPY {} ({}) FROM STDIN", name(&table.table), columns.join(", "));
    let mut waiting = vec![table.rows.as_slice()];
    while let Some(rows) = waiting.pop() {
        run(connection, "SAVEPOINT rows").await?;
        match copy_in(connection, &copy, text(rows)).await {
            Ok(()) => {
                run(connection, "RELEASE SAVEPOINT rows").await?;
                inserted.rows += rows.len();
            }
            Err(sqlx::Error::Database(error)) => {
                run(connection, "ROLLBACK TO SAVEPOINT rows").await?;
                if rows.len() > 1 {
                    let (first, second) = rows.split_at(rows.len() / 2);
                    waiting.extend([second, first]);
                } else {
                    inserted.reject(error.message().to_owned(), rows.len());
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(inserted)
}

async fn copy_in(connection: &mut PgConnection, statement: &str, text: String) -> Sql<()> {
    let mut copy = connection.copy_in_raw(statement).await?;
    copy.send(text.into_bytes()).await?;
    copy.finish().await.map(drop)
}

/// Rows in the text format of COPY.
fn text(rows: &[Vec<Value>]) -> String {
    let mut text = String::new();
    for row in rows {
        for (index, value) in row.iter().enumerate() {
            if index > 0 {
                text.push('\t');
            }
            // Writing into a text cannot fail.
            let _ = match value {
                Value::Null => text.write_str("\\N"),
                Value::Boolean(value) => write!(text, "{value}"),
                Value::Integer(value) => write!(text, "{value}"),
                Value::Float(value) => write!(text, "{value:e}"),
                Value::Decimal(value) | Value::Text(value) => text.write_str(&escaped(value)),
                Value::Binary(bytes) => {
                    text.push_str("\\\\x");
                    bytes.iter().try_for_each(|byte| write!(text, "{byte:02x}"))
                }
            };
        }
        text.push('\n');
    }
    text
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t")
}

async fn foreign_keys(connection: &mut PgConnection) -> Sql<Vec<Key>> {
    let rows = sqlx::query(
        "SELECT n.nspname::text, r.relname::text, pn.nspname::text, p.relname::text,
            ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY k (number, place)
                  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number ORDER BY k.place),
            ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY k (number, place)
                  JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.number ORDER BY k.place)
           FROM pg_constraint c
           JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace
           JOIN pg_class p ON p.oid = c.confrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
          WHERE c.contype = 'f' AND c.conparentid = 0 ORDER BY c.oid",
    )
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let child = object(row.try_get(0)?, row.try_get(1)?);
            let parent = object(row.try_get(2)?, row.try_get(3)?);
            let (own, theirs): (Vec<String>, Vec<String>) = (row.try_get(4)?, row.try_get(5)?);
            let present: Vec<String> = own.iter().map(|column| format!("c.{} IS NOT NULL", quoted(column))).collect();
            let same: Vec<String> = own
                .iter()
                .zip(&theirs)
                .map(|(own, other)| format!("p.{} = c.{}", quoted(other), quoted(own)))
                .collect();
            let orphans = format!(
                "FROM {} AS c WHERE {} AND NOT EXISTS (SELECT FROM {} AS p WHERE {})",
                name(&child),
                present.join(" AND "),
                name(&parent),
                same.join(" AND ")
            );
            Ok(Key { child, parent: parent.to_string(), orphans })
        })
        .collect()
}

/// Lets every sequence that a column takes its values from go on after the greatest of them.
async fn advance_sequences(connection: &mut PgConnection) -> Sql<()> {
    let rows = sqlx::query(
        "SELECT sn.nspname::text, s.relname::text, tn.nspname::text, t.relname::text, a.attname::text
           FROM (SELECT objid AS sequence, refobjid AS relation, refobjsubid::int AS number FROM pg_depend
                  WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i')
                  UNION
                 SELECT d.refobjid, f.adrelid, f.adnum FROM pg_attrdef f JOIN pg_depend d ON d.objid = f.oid
                  WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass
                  UNION
                 -- SQLAlchemy asks a sequence of its own, which only the name ties to the column.
                 SELECT q.oid, r.oid, k.attnum FROM pg_class q JOIN pg_class r ON r.relnamespace = q.relnamespace
                   JOIN pg_attribute k ON k.attrelid = r.oid AND k.attnum > 0 AND NOT k.attisdropped
                    AND k.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
                  WHERE q.relkind = 'S' AND r.relkind IN ('r', 'p')
                    AND q.relname = r.relname || '_' || k.attname || '_seq') taken
           JOIN pg_class s ON s.oid = sequence AND s.relkind = 'S' JOIN pg_namespace sn ON sn.oid = s.relnamespace
           JOIN pg_class t ON t.oid = relation JOIN pg_namespace tn ON tn.oid = t.relnamespace
           JOIN pg_attribute a ON a.attrelid = relation AND a.attnum = number
           JOIN pg_sequence q ON q.seqrelid = sequence AND q.seqincrement > 0",
    )
    .fetch_all(&mut *connection)
    .await?;
    for row in rows {
        let sequence = name(&object(row.try_get(0)?, row.try_get(1)?));
        let (table, column): (String, String) = (name(&object(row.try_get(2)?, row.try_get(3)?)), row.try_get(4)?);
        let column = quoted(&column);
        let advance = format!(
            "SELECT setval({}, greatest, true) FROM (SELECT max({column})::bigint AS greatest FROM {table}) x
              WHERE greatest >= (SELECT last_value FROM {sequence})",
            crate::schema::quote::string(&sequence)
        );
        // A key at the very end of its range leaves no room to go on.
        if let Err(error) = run(connection, &advance).await {
            tracing::debug!(%error, sequence, "a sequence stays where it is");
        }
    }
    Ok(())
}

pub(super) async fn sums(url: &DatabaseUrl) -> Result<Sums> {
    let mut connection = connect(url).await?;
    let failed = || Error::server(format!("cannot read the rows of {url}"));
    run(&mut connection, SESSION).await.map_err(failed())?;
    // The rows of a partition are those of its parent.
    let tables = sqlx::query(
        "SELECT n.nspname::text, c.relname::text, c.relkind = 'p',
            ARRAY(SELECT a.attname::text FROM pg_attribute a
                   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)
           FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> $1
            AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                            AND e.deptype = 'e')",
    )
    .bind(BOOKKEEPING)
    .fetch_all(&mut connection)
    .await
    .map_err(failed())?;
    let mut sums = Sums::new();
    for row in &tables {
        let table = object(row.try_get(0).map_err(failed())?, row.try_get(1).map_err(failed())?);
        let only = if row.try_get(2).map_err(failed())? { "" } else { "ONLY " };
        let columns: Vec<String> = row.try_get(3).map_err(failed())?;
        let from = format!("{only}{}", name(&table));
        let sum = sum(&mut connection, &from, &columns).await.map_err(failed())?;
        sums.insert(table, sum);
    }
    connection.close().await.map_err(failed())?;
    Ok(sums)
}

async fn sum(connection: &mut PgConnection, from: &str, columns: &[String]) -> Sql<TableSum> {
    let checksum = |text: &str| format!("coalesce(sum(hashtextextended({text}, 0)), 0)::text");
    let texts: Vec<String> = columns.iter().map(|column| format!("{}::text", quoted(column))).collect();
    let whole = format!("SELECT count(*), {} FROM {from}", checksum(&format!("ROW({})::text", texts.join(", "))));
    let row = sqlx::query(AssertSqlSafe(whole)).fetch_one(&mut *connection).await?;
    let rows: i64 = row.try_get(0)?;
    let mut sum = TableSum {
        rows: u64::try_from(rows).unwrap_or_default(),
        checksum: number(row.try_get(1)?),
        columns: Default::default(),
        values: Default::default(),
    };
    for (columns, texts) in columns.chunks(COLUMNS).zip(texts.chunks(COLUMNS)) {
        let items: Vec<String> = texts.iter().map(|text| format!("count({text}), {}", checksum(text))).collect();
        let each = format!("SELECT {} FROM {from}", items.join(", "));
        let row = sqlx::query(AssertSqlSafe(each)).fetch_one(&mut *connection).await?;
        for (index, column) in columns.iter().enumerate() {
            let values: i64 = row.try_get(2 * index)?;
            sum.values.insert(column.clone(), u64::try_from(values).unwrap_or_default());
            sum.columns.insert(column.clone(), number(row.try_get(2 * index + 1)?));
        }
    }
    Ok(sum)
}

/// A sum of hashes, which may be negative.
fn number(text: &str) -> Checksum {
    Checksum(text.parse::<i128>().unwrap_or_default() as u128)
}

/// The old values are brought into a temporary table of the new database, to be compared there.
pub(super) async fn altered(before: &DatabaseUrl, after: &DatabaseUrl, followed: &Followed<'_>) -> Result<u64> {
    let failed = || Error::server(format!("cannot compare the rows of {before} and {after}"));
    let (mut old, mut new) = (connect(before).await?, connect(after).await?);
    for connection in [&mut old, &mut new] {
        run(connection, SESSION).await.map_err(failed())?;
    }
    let (from, to) = followed.column;
    let items: Vec<String> = (followed.key.iter().map(|(old, _)| old))
        .chain([&from.name])
        .map(|column| format!("{}::text", quoted(column)))
        .collect();
    let select = format!("SELECT {} FROM {}", items.join(", "), name(followed.table.0));
    let rows = sqlx::query(AssertSqlSafe(select)).fetch_all(&mut old).await.map_err(failed())?;
    let cells = |row: &sqlx::postgres::PgRow| -> Sql<Vec<Value>> {
        (0..items.len())
            .map(|index| Ok(row.try_get::<Option<String>, _>(index)?.map_or(Value::Null, Value::Text)))
            .collect()
    };
    let values: Vec<Vec<Value>> = rows.iter().map(cells).collect::<Sql<_>>().map_err(failed())?;
    let keys: Vec<String> = (0..followed.key.len()).map(|index| format!("key_{index}")).collect();
    let columns: Vec<String> = keys.iter().map(|key| format!("{key} text, ")).collect();
    run(&mut new, &format!("CREATE TEMPORARY TABLE old_values ({}value text)", columns.concat()))
        .await
        .map_err(failed())?;
    copy_in(&mut new, "COPY old_values FROM STDIN", text(&values)).await.map_err(failed())?;
    let same: Vec<String> = (keys.iter().zip(&followed.key))
        .map(|(key, (_, new))| format!("old.{key} = new.{}::text", quoted(new)))
        .collect();
    let count = |old: String, value: String| {
        format!(
            "SELECT count(*) FROM old_values AS old JOIN {} AS new ON {} WHERE {old} IS DISTINCT FROM {value}",
            name(followed.table.1),
            same.join(" AND ")
        )
    };
    let now = format!("new.{}::text", quoted(&to.name));
    // 1.50 that became 1.5 is the same number: values are compared in the old type, where it takes both.
    let typed = count(format!("old.value::{}", from.data_type.sql), format!("{now}::{}", from.data_type.sql));
    let altered = match sqlx::query_scalar::<_, i64>(AssertSqlSafe(typed)).fetch_one(&mut new).await {
        Err(sqlx::Error::Database(_)) => {
            let plain = count("old.value".to_owned(), now);
            sqlx::query_scalar(AssertSqlSafe(plain)).fetch_one(&mut new).await
        }
        other => other,
    };
    let altered = altered.map_err(failed())?;
    for connection in [old, new] {
        connection.close().await.map_err(failed())?;
    }
    Ok(u64::try_from(altered).unwrap_or_default())
}

async fn run(connection: &mut PgConnection, sql: &str) -> Sql<()> {
    connection.execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await.map(drop)
}

fn object(namespace: String, name: String) -> ObjectName {
    if namespace == "public" { ObjectName::new(name) } else { ObjectName::qualified(namespace, name) }
}

/// The full name, as no search path can read it otherwise.
fn name(table: &ObjectName) -> String {
    format!("{}.{}", quoted(table.namespace.as_deref().unwrap_or("public")), quoted(&table.name))
}
