//! `fabwright snapshot`: writes down the schema of a source.

use std::mem::ManuallyDrop;
use std::path::PathBuf;

use super::{Console, Error, Exit, source};
use crate::schema::{Dialect, snapshot};
use crate::store;

/// The arguments of the command.
#[derive(Debug)]
pub struct Request {
    /// A database URL, a snapshot, or an .sql file.
    pub source: String,
    /// The file, or the folder when it ends with `/`; standard output when not given.
    pub output: Option<PathBuf>,
    /// The dialect of an .sql file.
    pub dialect: Option<Dialect>,
}

/// Runs the command.
///
/// # Errors
/// When the source cannot be read or the snapshot not be written.
pub async fn run(request: &Request, console: &Console) -> Result<Exit, Error> {
    // Giving back the memory of a large schema piece by piece would take a tenth of the time, and the process ends here.
    let schema = ManuallyDrop::new(source::read(&request.source, request.dialect).await?);
    match &request.output {
        None => console.print(&snapshot::to_text(&schema)),
        Some(path) if path.is_dir() || path.as_os_str().to_string_lossy().ends_with('/') => {
            store::folder::replace(path, &snapshot::to_files(&schema))?;
        }
        Some(path) => store::folder::write_by(path, |file| snapshot::write(&schema, file))?,
    }
    Ok(Exit::Done)
}
