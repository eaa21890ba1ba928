//! Reads a PostgreSQL database in eighteen catalog queries, whatever its size.
//!
//! Everything is read in one transaction, without a search path, so that the server writes every name in full.

mod assemble;
mod queries;
mod rows;
mod types;

use serde::de::DeserializeOwned;
use sqlx::{Executor, PgConnection};

use super::super::postgres_session::connect;
use super::super::{DatabaseUrl, Error, Result};
use crate::schema::Schema;

/// What makes equal objects print equally on any server, whatever its settings are.
const SESSION: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SET LOCAL search_path = ''; SET LOCAL quote_all_identifiers = off; SET LOCAL datestyle = 'ISO';
    SET LOCAL intervalstyle = 'postgres'; SET LOCAL extra_float_digits = 3; SET LOCAL timezone = 'UTC'";

pub(super) async fn introspect(url: &DatabaseUrl) -> Result<Schema> {
    let mut connection = connect(url).await?;
    connection.execute(SESSION).await.map_err(Error::server(format!("cannot read {url}")))?;
    let connection = &mut connection;
    let version = version(connection, url).await?;
    let (since, before) = queries::BEFORE_14;
    let columns = if version < 140_000 { queries::COLUMNS.replace(since, before) } else { queries::COLUMNS.to_owned() };
    let catalog = rows::Catalog {
        relations: list(connection, url, queries::RELATIONS).await?,
        columns: list(connection, url, &columns).await?,
        constraints: list(connection, url, queries::CONSTRAINTS).await?,
        indexes: list(connection, url, queries::INDEXES).await?,
        triggers: list(connection, url, queries::TRIGGERS).await?,
        others: others(connection, url, version).await?,
        dependencies: list(connection, url, queries::DEPENDENCIES).await?,
        stand_ins: list(connection, url, queries::STAND_INS).await?,
    };
    let mut schema = assemble::schema(catalog);
    schema.origin = sqlx::query_scalar(queries::ORIGIN)
        .fetch_one(connection)
        .await
        .map_err(Error::server(format!("cannot read {url}")))?;
    Ok(schema)
}

pub(super) async fn server(url: &DatabaseUrl) -> Result<String> {
    let mut connection = connect(url).await?;
    let version: String = sqlx::query_scalar("SELECT 'PostgreSQL ' || current_setting('server_version')")
        .fetch_one(&mut connection)
        .await
        .map_err(Error::server(format!("cannot read {url}")))?;
    Ok(version)
}

/// The version as a number: 150004 for 15.4.
async fn version(connection: &mut PgConnection, url: &DatabaseUrl) -> Result<i32> {
    sqlx::query_scalar("SELECT current_setting('server_version_num')::int4")
        .fetch_one(connection)
        .await
        .map_err(Error::server(format!("cannot read {url}")))
}

async fn others(connection: &mut PgConnection, url: &DatabaseUrl, version: i32) -> Result<Vec<rows::OtherRow>> {
    let mut others = Vec::new();
    for query in queries::OTHERS {
        others.extend(list(connection, url, &format!("{}{query}", queries::USERS)).await?);
    }
    let published = if version >= 150_000 { queries::PUBLISHED } else { queries::PUBLISHED_BEFORE_15 };
    others.extend(list(connection, url, published).await?);
    Ok(others)
}

/// The rows of one query, which the server hands over as one JSON text.
async fn list<T: DeserializeOwned>(connection: &mut PgConnection, url: &DatabaseUrl, query: &str) -> Result<Vec<T>> {
    let cannot = || Error::server(format!("cannot read {url}"));
    let query = format!("SELECT coalesce(json_agg(x), '[]')::text FROM (\n{query}\n) x");
    let text: String = sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_one(connection).await.map_err(cannot())?;
    serde_json::from_str(&text).map_err(|error| cannot()(sqlx::Error::Decode(Box::new(error))))
}
