//! Databases that nobody minds: each is gone when its value is dropped.
//!
//! * [`Place`] is where they are made: a temporary folder, a throw-away server, or a server that the user named;
//! * [`Scratch`] is one of them;
//! * [`name`] tells those on a named server from everything else there.
//!
//! On a server that the user named, nothing is ever touched but databases of the names that this room gives.

mod mysql;
mod name;
mod postgres;
mod sqlite;

use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;

use super::{DatabaseUrl, Error, Result, script};
use crate::schema::Dialect;

/// Where scratch databases are made.
#[derive(Debug, Clone)]
pub struct Place(Ground);

#[derive(Debug, Clone)]
enum Ground {
    Folder(Arc<Path>),
    Postgres(Arc<postgres::Server>),
    Mysql(Arc<mysql::Server>),
}

impl Place {
    /// A place of its own: the folder for temporary files, or a throw-away server that ends with the last database on
    /// it.
    ///
    /// # Errors
    ///
    /// When the server's programs are not installed or do not start.
    pub async fn own(dialect: Dialect) -> Result<Self> {
        Ok(Self(match dialect {
            Dialect::Sqlite => Ground::Folder(std::env::temp_dir().into()),
            Dialect::Postgres => Ground::Postgres(Arc::new(postgres::Server::own().await?)),
            Dialect::Mysql => Ground::Mysql(Arc::new(mysql::Server::own().await?)),
        }))
    }

    /// The place of the database at `url`, which itself is not touched: the folder of its file, or its server. There,
    /// what a run of yesterday or before could not remove is removed.
    ///
    /// # Errors
    ///
    /// When the server does not answer or does not let this role make databases.
    pub async fn beside(url: &DatabaseUrl) -> Result<Self> {
        Ok(Self(match (url.dialect(), url.path()) {
            (Dialect::Sqlite, Some(path)) => {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
                Ground::Folder(std::path::absolute(folder).map_err(Error::io(folder))?.into())
            }
            (Dialect::Postgres, _) => Ground::Postgres(Arc::new(postgres::Server::given(url).await?)),
            (Dialect::Mysql, _) => Ground::Mysql(Arc::new(mysql::Server::given(url).await?)),
            (Dialect::Sqlite, None) => return Err(Error::OtherKeeping(Dialect::Sqlite)),
        }))
    }

    /// The family of its servers.
    pub fn dialect(&self) -> Dialect {
        match &self.0 {
            Ground::Folder(_) => Dialect::Sqlite,
            Ground::Postgres(_) => Dialect::Postgres,
            Ground::Mysql(_) => Dialect::Mysql,
        }
    }

    /// A new, empty database.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub async fn database(&self) -> Result<Scratch> {
        match &self.0 {
            Ground::Folder(folder) => Scratch::sqlite_in(folder),
            Ground::Postgres(server) => {
                Ok(Scratch { url: server.create(None).await?, keep: Keep::Postgres(server.clone()) })
            }
            Ground::Mysql(server) => Ok(Scratch { url: server.create(None).await?, keep: Keep::Mysql(server.clone()) }),
        }
    }
}

/// A throw-away database.
#[derive(Debug)]
pub struct Scratch {
    url: DatabaseUrl,
    keep: Keep,
}

/// What has to go with a database, or to stay as long as it.
#[derive(Debug)]
enum Keep {
    Folder(TempDir),
    Postgres(Arc<postgres::Server>),
    Mysql(Arc<mysql::Server>),
}

impl Scratch {
    /// An empty SQLite database in a temporary folder of its own.
    ///
    /// # Errors
    ///
    /// When the temporary folder cannot be made.
    pub fn sqlite() -> Result<Self> {
        Self::sqlite_in(&std::env::temp_dir())
    }

    fn sqlite_in(place: &Path) -> Result<Self> {
        let (path, folder) = sqlite::create(place)?;
        Ok(Self { url: DatabaseUrl::sqlite(path), keep: Keep::Folder(folder) })
    }

    /// Its address.
    pub fn url(&self) -> DatabaseUrl {
        self.url.clone()
    }

    /// Runs every statement of `sql`. Nothing here must outlive a power cut, so nothing waits for the disk.
    ///
    /// # Errors
    ///
    /// The first statement that fails, in the server's words.
    pub async fn apply(&self, sql: &str) -> Result<()> {
        match self.url.path() {
            Some(path) => script::run(sqlite::careless(path), &self.url, sql).await,
            None => script::apply(&self.url, sql).await,
        }
    }

    /// Another scratch database with the same content.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or the copy cannot be written.
    pub async fn copy(&self) -> Result<Self> {
        match &self.keep {
            Keep::Folder(folder) => {
                let copy = Self::sqlite_in(folder.path().parent().unwrap_or(Path::new("/")))?;
                if let (Some(from), Some(to)) = (self.url.path(), copy.url.path()) {
                    sqlite::copy(from, to).await?;
                }
                Ok(copy)
            }
            Keep::Postgres(server) => {
                Ok(Self { url: server.create(Some(&self.url)).await?, keep: Keep::Postgres(server.clone()) })
            }
            Keep::Mysql(server) => {
                let copy = Self { url: server.create(Some(&self.url)).await?, keep: Keep::Mysql(server.clone()) };
                mysql::copy(&self.url, &copy.url).await?;
                Ok(copy)
            }
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        match &self.keep {
            Keep::Folder(_) => {}
            Keep::Postgres(server) => server.remove(&self.url),
            Keep::Mysql(server) => server.remove(&self.url),
        }
    }
}

/// Removes a database on a thread of its own: dropping happens anywhere, also where a runtime is at work that must not
/// be blocked from within.
fn remove_apart(name: String, remove: impl AsyncFnOnce(&str) -> Result<()> + Send + 'static) {
    let removing = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let outcome = match runtime {
            Ok(runtime) => runtime.block_on(remove(&name)),
            Err(error) => Err(Error::server("cannot wait for the server")(sqlx::Error::Io(error))),
        };
        if let Err(error) = outcome {
            tracing::warn!(%error, name, "a scratch database could not be removed");
        }
    });
    let _ = removing.join();
}
