//! Scratch databases in files.

use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use tempfile::TempDir;

use super::super::{Error, Result};

/// An empty database in a new folder in `place`.
pub(super) fn create(place: &Path) -> Result<(PathBuf, TempDir)> {
    let place = std::path::absolute(place).map_err(Error::io(place))?;
    let folder = tempfile::Builder::new().prefix("fabwright-").tempdir_in(&place).map_err(Error::io(&place))?;
    let path = folder.path().join("scratch.db");
    std::fs::File::create(&path).map_err(Error::io(&path))?;
    Ok((path, folder))
}

/// How to open a database whose loss nobody would mind.
pub(super) fn careless(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .foreign_keys(false)
        .synchronous(SqliteSynchronous::Off)
        .journal_mode(SqliteJournalMode::Memory)
}

/// Copies the content, committed transactions that still wait in a write-ahead log included.
pub(super) async fn copy(from: &Path, to: &Path) -> Result<()> {
    let options = SqliteConnectOptions::new().filename(from).create_if_missing(false);
    let mut connection = options.connect().await.map_err(Error::server("cannot open the scratch database"))?;
    sqlx::query("VACUUM INTO ?1")
        .bind(to.to_string_lossy().into_owned())
        .execute(&mut connection)
        .await
        .map_err(Error::server("cannot copy the scratch database"))?;
    connection.close().await.map_err(Error::server("cannot close the scratch database"))
}
