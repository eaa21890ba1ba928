//! A PostgreSQL server of its own, in a temporary folder, on a socket, gone with its value.
//!
//! A shell stands between this program and the server. It waits for the end of its input, which comes when the value
//! is dropped and also when this program ends in any way, be it killed; then it stops the server and removes the
//! folder. A signal for the death of a parent would not do: it is sent when the *thread* ends that started the child.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};

use super::{DatabaseUrl, Error, Result};

/// Stops the server and removes its folder when the input ends. A key that interrupts the program must not interrupt
/// this.
const WATCH: &str = r#"trap '' HUP INT TERM
folder=$1; shift
"$@" >"$folder/log" 2>&1 </dev/null &
server=$!
read -r _
kill -QUIT "$server"
wait "$server"
rm -rf "$folder""#;

/// How long the server may take to answer for the first time.
const PATIENCE: Duration = Duration::from_secs(60);

/// A throw-away server.
#[derive(Debug)]
pub struct PostgresServer {
    folder: PathBuf,
    watcher: Child,
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
        let mut server = server.map_err(|error| Error::NotStarted { reason: error.to_string() })??;
        server.wait().await?;
        Ok(server)
    }

    fn launch() -> Result<Self> {
        let folder =
            tempfile::Builder::new().prefix("fabwright-").tempdir().map_err(Error::io(std::env::temp_dir()))?;
        let as_user = user(folder.path())?;
        let data = folder.path().join("data");
        let mut init = command(&as_user, "initdb");
        init.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-D"]).arg(&data);
        let made = init.current_dir(folder.path()).output().map_err(|_| not_installed("initdb"))?;
        if !made.status.success() {
            return Err(Error::NotStarted { reason: said(&made) });
        }
        let server = command(&as_user, "postgres");
        let mut watch = Command::new("sh");
        watch.args(["-c", WATCH, "sh"]).arg(folder.path()).arg(server.get_program()).args(server.get_args());
        watch.arg("-D").arg(&data).arg("-k").arg(folder.path());
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
            watch.args(["-c", setting]);
        }
        watch.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let watcher = watch.spawn().map_err(|_| not_installed("sh"))?;
        Ok(Self { folder: folder.keep(), watcher, databases: AtomicU32::new(0) })
    }

    async fn wait(&mut self) -> Result<()> {
        let start = Instant::now();
        loop {
            match self.options("postgres").connect().await {
                Ok(connection) => {
                    return connection.close().await.map_err(Error::server("cannot close the connection"));
                }
                Err(error) if start.elapsed() > PATIENCE => {
                    let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                    return Err(Error::NotStarted { reason: format!("{error}\n{log}") });
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    fn options(&self, database: &str) -> PgConnectOptions {
        PgConnectOptions::new().socket(&self.folder).username("postgres").database(database).disable_statement_logging()
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
        let host: String = self.folder.to_string_lossy().bytes().map(escaped).collect();
        format!("postgres://postgres@localhost/{name}?host={host}").parse()
    }

    /// The folder of the server, which goes with it.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        let _ = self.watcher.wait();
    }
}

fn escaped(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    }
}

/// The words before a command that run it as another user, where this one may not run a server. The folder becomes
/// that user's.
fn user(folder: &Path) -> Result<Vec<String>> {
    let number = |words: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(words).output().ok()?;
        String::from_utf8_lossy(&output.stdout).trim().parse().ok()
    };
    if number(&["-u"]) != Some(0) {
        return Ok(Vec::new());
    }
    let (Some(uid), Some(gid)) = (number(&["-u", "postgres"]), number(&["-g", "postgres"])) else {
        return Err(Error::NotStarted { reason: "root may not run it, and there is no user `postgres`".to_owned() });
    };
    std::os::unix::fs::chown(folder, Some(uid), Some(gid)).map_err(Error::io(folder))?;
    Ok(vec!["setpriv".to_owned(), format!("--reuid={uid}"), format!("--regid={gid}"), "--clear-groups".to_owned()])
}

fn command(as_user: &[String], program: &str) -> Command {
    let path = installed(program);
    match as_user {
        [first, rest @ ..] => {
            let mut command = Command::new(first);
            command.args(rest).arg(path);
            command
        }
        [] => Command::new(path),
    }
}

fn installed(program: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.map(|entry| entry.path()).filter(|path| path.join("bin").join(program).is_file());
    newest
        .max_by_key(|path| version(path))
        .map_or_else(|| PathBuf::from(program), |path| path.join("bin").join(program))
}

fn not_installed(program: &str) -> Error {
    Error::NotInstalled { program: program.to_owned() }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}
