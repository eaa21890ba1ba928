//! What a SOURCE on the command line stands for.

use std::path::Path;

use super::Error;
use crate::database::{self, DatabaseUrl};
use crate::schema::{Dialect, Schema, Tables, snapshot};
use crate::store;

/// A snapshot of more bytes than this is read piece by piece.
const LARGE: u64 = 16 * 1024 * 1024;

/// Reads the schema that `source` stands for: a database URL, a snapshot (file or folder), or an .sql file.
pub(super) async fn read(source: &str, dialect: Option<Dialect>) -> Result<Schema, Error> {
    read_like(source, dialect, Tables::new()).await
}

/// The same; tables that are equal to those of `like` are shared with it.
async fn read_like(source: &str, dialect: Option<Dialect>, like: Tables) -> Result<Schema, Error> {
    if looks_like_url(source) {
        let url: DatabaseUrl = source.parse()?;
        return Ok(database::introspect(&url).await?);
    }
    let path = Path::new(source);
    let in_snapshot = |error| Error::Snapshot { path: path.to_owned(), source: error };
    if path.is_dir() {
        let names = store::folder::names(path)?;
        let (folder, folder_name) = (path.to_owned(), path.to_owned());
        let failed = move |error| Error::Snapshot { path: folder_name.clone(), source: error };
        return in_background(move || {
            let read = |name: &str| Ok(store::folder::read_file(&folder.join(name))?.into());
            snapshot::from_each(&names, &like, read, failed)
        })
        .await?;
    }
    if !path.exists() {
        return Err(Error::NoSource { path: path.to_owned() });
    }
    if !is_script(path) && store::folder::size(path)? > LARGE {
        let file = store::folder::reader(path)?;
        let tables = like.clone();
        // What is wrong with one, the whole text tells best.
        if let Ok(schema) = in_background(move || snapshot::from_reader_like(file, &tables)).await? {
            return Ok(schema);
        }
    }
    let text = store::folder::read_file(path)?;
    if is_script(path) {
        let dialect = dialect.ok_or_else(|| Error::DialectNeeded { path: path.to_owned() })?;
        return Ok(database::script::schema_of_script(dialect, &text).await?);
    }
    in_background(move || snapshot::from_text_like(&text, &like)).await?.map_err(in_snapshot)
}

/// Reads two sources: two servers at once, and two snapshots one after the other, which then share what is equal.
pub(super) async fn read_both(from: &str, to: &str, dialect: Option<Dialect>) -> Result<(Schema, Schema), Error> {
    if is_snapshot(from) && is_snapshot(to) {
        let from = read(from, dialect).await?;
        let to = read_like(to, dialect, from.tables.clone()).await?;
        return Ok((from, to));
    }
    tokio::try_join!(read(from, dialect), read(to, dialect))
}

fn is_snapshot(source: &str) -> bool {
    !looks_like_url(source) && !is_script(Path::new(source))
}

fn is_script(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"))
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
