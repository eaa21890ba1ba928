//! A PostgreSQL server of its own, in a temporary folder, on a socket, gone with its value.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};

use super::throw_away::{PATIENCE, Place, Product, ThrowAway, in_query};
use super::{DatabaseUrl, Error, Result};

const POSTGRES: Product = Product { name: "PostgreSQL", package: "postgresql", user: "postgres" };

/// A throw-away server.
#[derive(Debug)]
pub struct PostgresServer {
    process: ThrowAway,
    databases: AtomicU32,
}

impl PostgresServer {
    /// Starts a server from the installed programs: the newest of `/usr/lib/postgresql/*/bin`, else those on `PATH`.
    /// Nothing here must outlive a power cut, so nothing waits for the disk. The superuser `root`, which the server
    /// refuses, runs it as `postgres`.
    ///
    /// # Errors
    ///
    /// When the programs are not there, or the server does not start.
    pub async fn start() -> Result<Self> {
        let server = tokio::task::spawn_blocking(Self::launch).await;
        let server = server.map_err(|error| POSTGRES.not_started(error.to_string()))??;
        server.wait().await?;
        Ok(server)
    }

    fn launch() -> Result<Self> {
        let place = Place::new(POSTGRES)?;
        let data = place.path().join("data");
        let mut init = place.command(&installed("initdb")?);
        init.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-D"]).arg(&data);
        let made = init.output().map_err(|_| POSTGRES.not_installed("initdb"))?;
        if !made.status.success() {
            return Err(POSTGRES.refused(&made));
        }
        let mut server = place.command(&installed("postgres")?);
        server.arg("-D").arg(&data).arg("-k").arg(place.path());
        for setting in [
            "listen_addresses=",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "wal_level=minimal",
            "max_wal_senders=0",
            "autovacuum=off",
            "shared_buffers=16MB",
        ] {
            server.args(["-c", setting]);
        }
        Ok(Self { process: place.start(&server, "QUIT")?, databases: AtomicU32::new(0) })
    }

    async fn wait(&self) -> Result<()> {
        let start = Instant::now();
        loop {
            match self.options("postgres").connect().await {
                Ok(connection) => {
                    return connection.close().await.map_err(Error::server("cannot close the connection"));
                }
                Err(error) if start.elapsed() > PATIENCE => {
                    return Err(POSTGRES.not_started(format!("{error}\n{}", self.process.log())));
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    fn options(&self, database: &str) -> PgConnectOptions {
        let options = PgConnectOptions::new().socket(self.folder()).username("postgres").database(database);
        options.disable_statement_logging()
    }

    /// A new, empty database.
    ///
    /// # Errors
    ///
    /// When the server refuses.
    pub async fn database(&self) -> Result<DatabaseUrl> {
        let name = format!("scratch_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let cannot = || Error::server("cannot make a scratch database");
        let mut connection = self.options("postgres").connect().await.map_err(cannot())?;
        let create = format!("CREATE DATABASE {name} TEMPLATE template0");
        connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(create))).await.map_err(cannot())?;
        connection.close().await.map_err(cannot())?;
        self.url(&name)
    }

    /// The address of one of its databases.
    ///
    /// # Errors
    ///
    /// When the name cannot stand in an address.
    pub fn url(&self, database: &str) -> Result<DatabaseUrl> {
        format!("postgres://postgres@localhost/{database}?host={}", in_query(self.folder())).parse()
    }

    /// The folder of the server, which goes with it.
    pub fn folder(&self) -> &Path {
        self.process.folder()
    }
}

/// Where a program is: of the system's own servers the newest, else what is on `PATH`.
fn installed(program: &str) -> Result<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.map(|entry| entry.path()).filter(|path| path.join("bin").join(program).is_file());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = || std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file());
    newest
        .max_by_key(|path| version(path))
        .map(|path| path.join("bin").join(program))
        .or_else(on_path)
        .ok_or_else(|| POSTGRES.not_installed(program))
}
