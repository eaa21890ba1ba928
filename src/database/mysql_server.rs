//! A MariaDB or MySQL server of its own, in a temporary folder, on a socket, gone with its value.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};
use sqlx::{ConnectOptions, Connection, Executor};

use super::throw_away::{PATIENCE, Place, Product, ThrowAway, in_query};
use super::{DatabaseUrl, Error, Result};

const MARIADB: Product = Product { name: "MariaDB", package: "mariadb-server", user: "mysql" };

/// Settings that both products know.
const SETTINGS: [&str; 9] = [
    "--skip-networking",
    "--skip-log-bin",
    "--character-set-server=utf8mb4",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--innodb-buffer-pool-size=32M",
    "--performance-schema=OFF",
    "--log-bin-trust-function-creators=1",
    "--secure-file-priv=",
];

/// A throw-away server.
#[derive(Debug)]
pub struct MysqlServer {
    process: ThrowAway,
    databases: AtomicU32,
}

impl MysqlServer {
    /// Starts a server from the installed programs: MariaDB's, else MySQL's, on `PATH` or where their packages put
    /// them. Nothing here must outlive a power cut, so nothing waits for the disk. The superuser `root`, which the
    /// server refuses, runs it as `mysql`.
    ///
    /// # Errors
    ///
    /// When the programs are not there, or the server does not start.
    pub async fn start() -> Result<Self> {
        let server = tokio::task::spawn_blocking(Self::launch).await;
        let server = server.map_err(|error| MARIADB.not_started(error.to_string()))??;
        server.wait().await?;
        Ok(server)
    }

    fn launch() -> Result<Self> {
        let place = Place::new(MARIADB)?;
        let folder = place.path();
        let data = format!("--datadir={}", folder.join("data").display());
        let programs = Programs::find().ok_or_else(|| MARIADB.not_installed("mariadbd"))?;
        let mut init = match &programs.install {
            Some(install) => {
                let mut init = place.command(install);
                init.args(["--no-defaults", &data, "--auth-root-authentication-method=normal", "--skip-test-db"]);
                init
            }
            None => {
                let mut init = place.command(&programs.server);
                init.args(["--no-defaults", "--initialize-insecure", &data]);
                init
            }
        };
        // A server that starts removes what it takes for left over in its folder of temporary tables: another's, maybe.
        let temporary = format!("--tmpdir={}", folder.display());
        let made = init.arg(&temporary).output().map_err(|_| MARIADB.not_installed("mariadb-install-db"))?;
        if !made.status.success() {
            return Err(MARIADB.refused(&made));
        }
        let mut server = place.command(&programs.server);
        server.args(["--no-defaults", &data]).args(SETTINGS);
        server.arg(format!("--socket={}", folder.join(SOCKET).display()));
        server.arg(&temporary);
        server.arg(format!("--pid-file={}", folder.join("pid").display()));
        if programs.install.is_none() {
            server.arg("--mysqlx=OFF");
        }
        Ok(Self { process: place.start(&server, "KILL")?, databases: AtomicU32::new(0) })
    }

    async fn wait(&self) -> Result<()> {
        let start = Instant::now();
        loop {
            match self.options().connect().await {
                Ok(connection) => {
                    return connection.close().await.map_err(Error::server("cannot close the connection"));
                }
                Err(error) if start.elapsed() > PATIENCE => {
                    return Err(MARIADB.not_started(format!("{error}\n{}", self.process.log())));
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    fn options(&self) -> MySqlConnectOptions {
        let options = MySqlConnectOptions::new().socket(self.folder().join(SOCKET)).username("root");
        options.ssl_mode(MySqlSslMode::Disabled).disable_statement_logging()
    }

    /// A new, empty database.
    ///
    /// # Errors
    ///
    /// When the server refuses.
    pub async fn database(&self) -> Result<DatabaseUrl> {
        let name = format!("scratch_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let cannot = || Error::server("cannot make a scratch database");
        let mut connection = self.options().connect().await.map_err(cannot())?;
        let create = format!("CREATE DATABASE {name}");
        connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(create))).await.map_err(cannot())?;
        connection.close().await.map_err(cannot())?;
        self.url(&name)
    }

    /// The address of one of its databases; of the server itself, where the name is empty.
    ///
    /// # Errors
    ///
    /// When the name cannot stand in an address.
    pub fn url(&self, database: &str) -> Result<DatabaseUrl> {
        let socket = in_query(&self.folder().join(SOCKET));
        format!("mysql://root@localhost/{database}?unix_socket={socket}").parse()
    }

    /// The folder of the server, which goes with it.
    pub fn folder(&self) -> &Path {
        self.process.folder()
    }
}

/// The name of the socket in the server's folder. A path to a socket may have about a hundred letters.
const SOCKET: &str = "s";

struct Programs {
    server: PathBuf,
    /// What makes the folder of data. MySQL's server does so itself.
    install: Option<PathBuf>,
}

impl Programs {
    fn find() -> Option<Self> {
        let install = || installed("mariadb-install-db").or_else(|| installed("mysql_install_db"));
        if let (Some(server), Some(install)) = (installed("mariadbd"), install()) {
            return Some(Self { server, install: Some(install) });
        }
        let server = installed("mysqld")?;
        let version = std::process::Command::new(&server).arg("--version").output().ok()?;
        let mariadb = String::from_utf8_lossy(&version.stdout).contains("MariaDB");
        if mariadb { Some(Self { server, install: Some(install()?) }) } else { Some(Self { server, install: None }) }
    }
}

/// Where a program is. Packages put servers outside of the `PATH` of common users.
fn installed(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let packaged = ["/usr/sbin", "/usr/libexec", "/usr/local/sbin", "/usr/local/mysql/bin", "/usr/bin"];
    let folders = std::env::split_paths(&path).chain(packaged.map(PathBuf::from));
    folders.map(|folder| folder.join(program)).find(|path| path.is_file())
}
