//! The greatest keys that a database holds already, so that further rows can count on from there.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Connection};

use super::super::{DatabaseUrl, Error, Result, mysql_session, postgres_session, script};
use crate::schema::quote::identifier_in;
use crate::schema::{Dialect, ObjectName, Schema};

/// The greatest key of each table of `schema` whose rows are counted by a single number. A table without rows has none.
///
/// # Errors
///
/// When the database at `url` cannot be read, or is not of that schema.
pub async fn greatest_keys(url: &DatabaseUrl, schema: &Schema) -> Result<BTreeMap<ObjectName, i64>> {
    let cannot = || Error::server(format!("cannot read the keys of {url}"));
    let queries: Vec<(&ObjectName, String)> = schema
        .tables
        .iter()
        .filter_map(|table| Some((&table.name, query(schema.dialect, &table.name, table.counted_by()?))))
        .collect();
    let mut greatest = BTreeMap::new();
    match schema.dialect {
        Dialect::Postgres => {
            let mut connection = postgres_session::connect(url).await?;
            for (table, query) in queries {
                let found: Option<i64> =
                    sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(&mut connection).await.map_err(cannot())?;
                greatest.extend(found.map(|key| (table.clone(), key)));
            }
            connection.close().await.map_err(cannot())?;
        }
        Dialect::Sqlite => {
            let mut connection = script::open(url).await?;
            for (table, query) in queries {
                let found: Option<i64> =
                    sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(&mut connection).await.map_err(cannot())?;
                greatest.extend(found.map(|key| (table.clone(), key)));
            }
            connection.close().await.map_err(cannot())?;
        }
        Dialect::Mysql => {
            let mut connection = mysql_session::connect(url).await?;
            for (table, query) in queries {
                let found = mysql_session::rows(&mut connection, &query).await.map_err(cannot())?;
                let key = found.first().and_then(|row| row.get(0)?.parse().ok());
                greatest.extend(key.map(|key| (table.clone(), key)));
            }
            connection.close().await.map_err(cannot())?;
        }
    }
    Ok(greatest)
}

fn query(dialect: Dialect, table: &ObjectName, column: &str) -> String {
    let quoted = |name: &str| identifier_in(dialect, name);
    let name = match (&table.namespace, dialect) {
        (Some(namespace), _) => format!("{}.{}", quoted(namespace), quoted(&table.name)),
        (None, Dialect::Postgres) => format!("public.{}", quoted(&table.name)),
        (None, Dialect::Mysql | Dialect::Sqlite) => quoted(&table.name),
    };
    let number = match dialect {
        Dialect::Postgres => "bigint",
        Dialect::Mysql => "SIGNED",
        Dialect::Sqlite => "INTEGER",
    };
    format!("SELECT CAST(max({}) AS {number}) FROM {name}", quoted(column))
}
