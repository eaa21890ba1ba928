//! What a text of SQL statements makes: it is loaded into a scratch database, which is then read.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};

use super::{
    DatabaseUrl, Error, MysqlServer, PostgresServer, Result, Scratch, introspect, mysql_session, postgres_session,
};
use crate::schema::{Dialect, Schema};

/// Runs every statement of `sql` on the database at `url`.
///
/// # Errors
///
/// The first statement that fails, in the server's words; statements before it stay applied unless the script holds
/// its own transaction.
pub async fn apply(url: &DatabaseUrl, sql: &str) -> Result<()> {
    match url.dialect() {
        Dialect::Postgres => run_postgres(url, [sql]).await,
        Dialect::Mysql => mysql_session::run(url, mysql_session::texts(sql)).await,
        Dialect::Sqlite => run(sqlite(url.path().unwrap_or(std::path::Path::new(""))), url, sql).await,
    }
}

/// Runs texts of statements one after the other on one connection.
///
/// # Errors
///
/// The first one that fails, in the server's words.
pub async fn apply_each(url: &DatabaseUrl, statements: impl IntoIterator<Item = &str>) -> Result<()> {
    match url.dialect() {
        Dialect::Postgres => run_postgres(url, statements).await,
        Dialect::Mysql => mysql_session::run(url, statements).await,
        Dialect::Sqlite => apply(url, &statements.into_iter().collect::<Vec<_>>().join("\n")).await,
    }
}

async fn run_postgres(url: &DatabaseUrl, texts: impl IntoIterator<Item = &str>) -> Result<()> {
    let mut connection = postgres_session::connect(url).await?;
    for text in texts {
        let outcome = connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(text))).await;
        outcome.map_err(|source| Error::Script { source })?;
    }
    connection.close().await.map_err(Error::server(format!("cannot close {url}")))
}

/// A connection to an SQLite database for statements of a migration.
pub(super) async fn open(url: &DatabaseUrl) -> Result<sqlx::SqliteConnection> {
    let options = sqlite(url.path().unwrap_or(std::path::Path::new("")));
    options.connect().await.map_err(Error::server(format!("cannot open {url}")))
}

fn sqlite(path: &std::path::Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).foreign_keys(false).create_if_missing(false)
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
/// When a statement fails, or a server for it cannot be started.
pub async fn schema_of_script(dialect: Dialect, sql: &str) -> Result<Schema> {
    match dialect {
        Dialect::Sqlite => {
            let scratch = Scratch::sqlite()?;
            scratch.apply(sql).await?;
            introspect(&scratch.url()).await
        }
        Dialect::Postgres => {
            let server = PostgresServer::start().await?;
            let url = server.database().await?;
            apply(&url, sql).await?;
            introspect(&url).await
        }
        Dialect::Mysql => {
            let server = MysqlServer::start().await?;
            let url = server.database().await?;
            apply(&url, sql).await?;
            introspect(&url).await
        }
    }
}
