//! Scratch databases on a PostgreSQL server.

use std::time::SystemTime;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::super::{DatabaseUrl, Error, PostgresServer, Result, postgres_session};
use super::name::{Names, is_left_behind};
use crate::schema::quote::{identifier, string};

/// Nobody but one rehearsal uses a scratch database. A migration that waits this long for a lock waits for another
/// connection of its own, and so for ever.
const LOCK_TIMEOUT: &str = "30s";

/// A server, and the right to make databases on it.
#[derive(Debug)]
pub(super) struct Server {
    /// The database from which others are made.
    home: DatabaseUrl,
    names: Names,
    /// The server, where it is a throw-away one.
    own: Option<PostgresServer>,
}

impl Server {
    pub(super) async fn own() -> Result<Self> {
        let server = PostgresServer::start().await?;
        Ok(Self { home: server.url("postgres")?, names: Names::new(), own: Some(server) })
    }

    pub(super) async fn given(url: &DatabaseUrl) -> Result<Self> {
        let mut connection = postgres_session::connect(url).await?;
        let cannot = || Error::server(format!("cannot look around on {url}"));
        let (role, may): (String, bool) = sqlx::query_as(
            "SELECT current_user::text, rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user",
        )
        .fetch_one(&mut connection)
        .await
        .map_err(cannot())?;
        if !may {
            return Err(Error::MayNotCreate {
                url: url.to_string(),
                remedy: format!("let it by ALTER ROLE {} CREATEDB", identifier(&role)),
                role,
            });
        }
        let databases: Vec<String> =
            sqlx::query_scalar("SELECT datname::text FROM pg_database WHERE NOT datistemplate")
                .fetch_all(&mut connection)
                .await
                .map_err(cannot())?;
        for name in databases.iter().filter(|name| is_left_behind(name, SystemTime::now())) {
            // One that somebody is connected to, or that is another role's, stays.
            if let Err(error) = run(&mut connection, &format!("DROP DATABASE {}", identifier(name))).await {
                tracing::debug!(%error, name, "a scratch database of an earlier run could not be removed");
            }
        }
        connection.close().await.map_err(cannot())?;
        Ok(Self { home: url.clone(), names: Names::new(), own: None })
    }

    /// A new database: an empty one, or a copy of `template`.
    pub(super) async fn create(&self, template: Option<&DatabaseUrl>) -> Result<DatabaseUrl> {
        let cannot = || Error::server(format!("cannot make a scratch database on {}", self.home));
        let name = self.names.next();
        let template = template.and_then(DatabaseUrl::database).unwrap_or_else(|| "template0".to_owned());
        let mut connection = postgres_session::connect(&self.home).await?;
        let (quoted, template) = (identifier(&name), identifier(&template));
        run(&mut connection, &format!("CREATE DATABASE {quoted} TEMPLATE {template}")).await.map_err(cannot())?;
        run(&mut connection, &format!("ALTER DATABASE {quoted} SET lock_timeout = {}", string(LOCK_TIMEOUT)))
            .await
            .map_err(cannot())?;
        connection.close().await.map_err(cannot())?;
        self.home.with_database(&name)
    }

    /// Removes a database, and what a test suite left beside it. A throw-away server takes its databases along.
    pub(super) fn remove(&self, url: &DatabaseUrl) {
        let (None, Some(name)) = (&self.own, url.database()) else { return };
        let home = self.home.clone();
        super::remove_apart(name, async move |name| remove(&home, name).await);
    }
}

async fn remove(home: &DatabaseUrl, name: &str) -> Result<()> {
    let cannot = || Error::server(format!("cannot remove {name}"));
    let mut connection = postgres_session::connect(home).await?;
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT datname::text FROM pg_database WHERE datname = $1 OR starts_with(datname, $1 || '_')",
    )
    .bind(name)
    .fetch_all(&mut connection)
    .await
    .map_err(cannot())?;
    for name in names {
        // A migration that was killed may still be connected.
        sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1")
            .bind(&name)
            .execute(&mut connection)
            .await
            .map_err(cannot())?;
        run(&mut connection, &format!("DROP DATABASE IF EXISTS {}", identifier(&name))).await.map_err(cannot())?;
    }
    connection.close().await.map_err(cannot())
}

async fn run(connection: &mut PgConnection, sql: &str) -> std::result::Result<(), sqlx::Error> {
    connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map(drop)
}
