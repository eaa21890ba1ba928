//! What a text of SQL statements makes: it is loaded into a scratch database, which is then read.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};

use super::{DatabaseUrl, Error, Result, Scratch, introspect};
use crate::schema::{Dialect, Schema};

/// Runs every statement of `sql` on the database at `url`.
///
/// # Errors
///
/// The first statement that fails, in the server's words; statements before it stay applied unless the script holds
/// its own transaction.
pub async fn apply(url: &DatabaseUrl, sql: &str) -> Result<()> {
    let Some(path) = url.path() else { return Err(Error::Unsupported(url.dialect())) };
    let options = SqliteConnectOptions::new().filename(path).foreign_keys(false).create_if_missing(false);
    run(options, url, sql).await
}

/// Closing the connection rolls back what a failing script left open.
pub(super) async fn run(options: SqliteConnectOptions, url: &DatabaseUrl, sql: &str) -> Result<()> {
    let mut connection = options.connect().await.map_err(Error::server(format!("cannot open {url}")))?;
    let outcome = connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(sql))).await;
    let closed = connection.close().await;
    outcome.map_err(|source| Error::Script { source })?;
    closed.map_err(Error::server(format!("cannot close {url}")))
}

/// The schema that `sql` makes on an empty database.
///
/// # Errors
///
/// When a statement fails, and for dialects that are not supported yet.
pub async fn schema_of_script(dialect: Dialect, sql: &str) -> Result<Schema> {
    match dialect {
        Dialect::Sqlite => {
            let scratch = Scratch::sqlite()?;
            scratch.apply(sql).await?;
            introspect(&scratch.url()).await
        }
        Dialect::Postgres | Dialect::Mysql => Err(Error::Unsupported(dialect)),
    }
}
