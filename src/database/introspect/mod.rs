//! Reads the schema of a live database, one file a dialect.

mod mysql;
mod postgres;
mod sqlite;

pub(super) use mysql::local;

use super::{DatabaseUrl, Result};
use crate::schema::{Dialect, Schema};

/// The schema of the database at `url`, as its server understands it.
///
/// Alembic's own table `alembic_version` is left out: it records which revisions were applied and is no part of what
/// the application stores.
///
/// # Errors
///
/// When there is no such database, or the server refuses.
pub async fn introspect(url: &DatabaseUrl) -> Result<Schema> {
    match url.dialect() {
        Dialect::Sqlite => {
            let path = url.path().unwrap_or(std::path::Path::new(""));
            sqlite::introspect(path).await
        }
        Dialect::Postgres => postgres::introspect(url).await,
        Dialect::Mysql => mysql::introspect(url).await,
    }
}

/// The server at `url` with its version, as in `SQLite 3.46.0`.
///
/// # Errors
///
/// When the server does not answer.
pub async fn server(url: &DatabaseUrl) -> Result<String> {
    match url.dialect() {
        Dialect::Sqlite => sqlite::server(url.path().unwrap_or(std::path::Path::new(""))).await,
        Dialect::Postgres => postgres::server(url).await,
        Dialect::Mysql => mysql::server(url).await,
    }
}
