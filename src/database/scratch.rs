//! A database that nobody minds: made in a temporary folder, gone when its value is dropped.

use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use tempfile::TempDir;

use super::{DatabaseUrl, Error, Result, script};

/// A throw-away database.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    // Held for its destructor, which removes the folder.
    _folder: TempDir,
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

    /// An empty database of the same kind and in the same place as the one at `url`, which is not touched: for SQLite a
    /// file in a temporary folder beside it.
    ///
    /// # Errors
    ///
    /// When it cannot be made there, and for dialects that are not supported yet.
    pub fn beside(url: &DatabaseUrl) -> Result<Self> {
        let path = url.path().ok_or(Error::Unsupported(url.dialect()))?;
        Self::sqlite_in(path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")))
    }

    fn sqlite_in(place: &Path) -> Result<Self> {
        let place = std::path::absolute(place).map_err(Error::io(place))?;
        let folder = tempfile::Builder::new().prefix("fabwright-").tempdir_in(&place).map_err(Error::io(&place))?;
        let path = folder.path().join("scratch.db");
        std::fs::File::create(&path).map_err(Error::io(&path))?;
        Ok(Self { path, _folder: folder })
    }

    /// Its address.
    pub fn url(&self) -> DatabaseUrl {
        DatabaseUrl::sqlite(&self.path)
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs every statement of `sql`. Nothing here must outlive a power cut, so nothing waits for the disk.
    ///
    /// # Errors
    ///
    /// The first statement that fails, in the server's words.
    pub async fn apply(&self, sql: &str) -> Result<()> {
        let options = SqliteConnectOptions::new()
            .filename(&self.path)
            .create_if_missing(false)
            .foreign_keys(false)
            .synchronous(SqliteSynchronous::Off)
            .journal_mode(SqliteJournalMode::Memory);
        script::run(options, &self.url(), sql).await
    }

    /// Another scratch database with the same content, committed transactions that still wait in a write-ahead log
    /// included.
    ///
    /// # Errors
    ///
    /// When the database cannot be read or the copy cannot be written.
    pub async fn copy(&self) -> Result<Self> {
        let place = self.path.parent().and_then(Path::parent).unwrap_or(Path::new("/"));
        let copy = Self::sqlite_in(place)?;
        let mut connection = SqliteConnectOptions::new()
            .filename(&self.path)
            .create_if_missing(false)
            .connect()
            .await
            .map_err(Error::server("cannot open the scratch database"))?;
        sqlx::query("VACUUM INTO ?1")
            .bind(copy.path.to_string_lossy().into_owned())
            .execute(&mut connection)
            .await
            .map_err(Error::server("cannot copy the scratch database"))?;
        connection.close().await.map_err(Error::server("cannot close the scratch database"))?;
        Ok(copy)
    }
}
