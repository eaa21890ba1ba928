//! Scratch databases on a MariaDB or MySQL server.

mod copy;

use std::time::SystemTime;

use sqlx::Connection;

use super::super::mysql_session::{self, text};
use super::super::{DatabaseUrl, Error, MysqlServer, Result};
use super::name::{Names, is_left_behind};
use crate::schema::Dialect;
use crate::schema::quote::{identifier_in, string};

pub(super) use copy::copy;

/// What the server answers to an account that may not make databases.
const ACCESS_DENIED: [u16; 2] = [1044, 1227];

/// Nobody waits long for what a migration that was killed may still hold.
const PATIENCE: &str = "SET SESSION lock_wait_timeout = 30";

/// A server, and the right to make databases on it.
#[derive(Debug)]
pub(super) struct Server {
    /// The database from which others are made; none, where the server is a throw-away one.
    home: DatabaseUrl,
    names: Names,
    /// The server, where it is a throw-away one.
    own: Option<MysqlServer>,
}

impl Server {
    pub(super) async fn own() -> Result<Self> {
        let server = MysqlServer::start().await?;
        Ok(Self { home: server.url("")?, names: Names::new(), own: Some(server) })
    }

    pub(super) async fn given(url: &DatabaseUrl) -> Result<Self> {
        let mut connection = mysql_session::connect(url).await?;
        let cannot = || Error::server(format!("cannot look around on {url}"));
        let names = Names::new();
        // Grants come in many forms: whether it may make one, a trial tells.
        let trial = quoted(&names.next());
        match mysql_session::tell(&mut connection, &format!("CREATE DATABASE {trial}")).await {
            Ok(_) => {
                let drop = format!("DROP DATABASE {trial}");
                mysql_session::tell(&mut connection, &drop).await.map_err(cannot())?;
            }
            Err(error) if is_denied(&error) => {
                let account = mysql_session::rows(&mut connection, "SELECT CURRENT_USER()").await.map_err(cannot())?;
                let account = account.first().map_or("", |row| row.text(0));
                let (user, host) = account.rsplit_once('@').unwrap_or((account, "%"));
                let grantee = format!("{}@{}", string(user), string(host));
                return Err(Error::MayNotCreate {
                    url: url.to_string(),
                    remedy: format!("let it by GRANT ALL ON `fabwright\\_scratch\\_%`.* TO {grantee}"),
                    role: account.to_owned(),
                });
            }
            Err(error) => return Err(cannot()(error)),
        }
        let databases = mysql_session::rows(&mut connection, "SHOW DATABASES").await.map_err(cannot())?;
        for name in databases.iter().map(|row| row.text(0)).filter(|name| is_left_behind(name, SystemTime::now())) {
            let users = format!("SELECT 1 FROM information_schema.processlist WHERE db = {}", text(name));
            let used = mysql_session::rows(&mut connection, &users).await.map_err(cannot())?;
            if !used.is_empty() {
                continue;
            }
            if let Err(error) = mysql_session::tell(&mut connection, &format!("DROP DATABASE {}", quoted(name))).await {
                tracing::debug!(%error, name, "a scratch database of an earlier run could not be removed");
            }
        }
        connection.close().await.map_err(cannot())?;
        Ok(Self { home: url.clone(), names, own: None })
    }

    /// A new, empty database: with the server's defaults, or with those of `like`.
    pub(super) async fn create(&self, like: Option<&DatabaseUrl>) -> Result<DatabaseUrl> {
        let cannot = || Error::server(format!("cannot make a scratch database on {}", self.home));
        let name = self.names.next();
        let mut connection = mysql_session::connect(&self.home).await?;
        let mut create = format!("CREATE DATABASE {}", quoted(&name));
        if let Some(like) = like.and_then(DatabaseUrl::database) {
            let defaults = format!(
                "SELECT default_character_set_name, default_collation_name FROM information_schema.schemata
                  WHERE schema_name = {}",
                text(&like)
            );
            let found = mysql_session::rows(&mut connection, &defaults).await.map_err(cannot())?;
            if let Some(row) = found.first() {
                create.push_str(&format!(" CHARACTER SET {} COLLATE {}", row.text(0), row.text(1)));
            }
        }
        mysql_session::tell(&mut connection, &create).await.map_err(cannot())?;
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
    let mut connection = mysql_session::connect(home).await?;
    mysql_session::tell(&mut connection, PATIENCE).await.map_err(cannot())?;
    let databases = mysql_session::rows(&mut connection, "SHOW DATABASES").await.map_err(cannot())?;
    let beside = format!("{name}_");
    for database in databases.iter().map(|row| row.text(0)).filter(|one| *one == name || one.starts_with(&beside)) {
        // A migration that was killed may still be connected, and hold what dropping would wait for.
        let users = format!("SELECT id FROM information_schema.processlist WHERE db = {}", text(database));
        for user in mysql_session::rows(&mut connection, &users).await.map_err(cannot())? {
            let _ = mysql_session::tell(&mut connection, &format!("KILL {}", user.text(0))).await;
        }
        let drop = format!("DROP DATABASE IF EXISTS {}", quoted(database));
        mysql_session::tell(&mut connection, &drop).await.map_err(cannot())?;
    }
    connection.close().await.map_err(cannot())
}

fn is_denied(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(error) = error else { return false };
    let Some(error) = error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() else { return false };
    ACCESS_DENIED.contains(&error.number())
}

fn quoted(name: &str) -> String {
    identifier_in(Dialect::Mysql, name)
}
