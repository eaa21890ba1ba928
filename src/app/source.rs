//! What a SOURCE on the command line stands for.

use std::path::Path;

use super::Error;
use crate::database::{self, DatabaseUrl};
use crate::schema::{Dialect, Schema, snapshot};
use crate::store;

/// Reads the schema that `source` stands for: a database URL, a snapshot (file or folder), or an .sql file.
pub(super) async fn read(source: &str, dialect: Option<Dialect>) -> Result<Schema, Error> {
    if looks_like_url(source) {
        let url: DatabaseUrl = source.parse()?;
        return Ok(database::introspect(&url).await?);
    }
    let path = Path::new(source);
    let in_snapshot = |error| Error::Snapshot { path: path.to_owned(), source: error };
    if path.is_dir() {
        let files = store::folder::read(path)?;
        return in_background(move || snapshot::from_files(&files)).await?.map_err(in_snapshot);
    }
    if !path.exists() {
        return Err(Error::NoSource { path: path.to_owned() });
    }
    let text = store::folder::read_file(path)?;
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql")) {
        let dialect = dialect.ok_or_else(|| Error::DialectNeeded { path: path.to_owned() })?;
        return Ok(database::script::schema_of_script(dialect, &text).await?);
    }
    in_background(move || snapshot::from_text(&text)).await?.map_err(in_snapshot)
}

/// Reads two sources at once.
pub(super) async fn read_both(from: &str, to: &str, dialect: Option<Dialect>) -> Result<(Schema, Schema), Error> {
    tokio::try_join!(read(from, dialect), read(to, dialect))
}

/// Work that would keep the other source waiting.
async fn in_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::bug("reading a snapshot", error))
}

fn looks_like_url(source: &str) -> bool {
    source
        .split_once(':')
        .is_some_and(|(scheme, _)| ["sqlite", "postgres", "postgresql", "mysql", "mariadb"].contains(&scheme))
}
