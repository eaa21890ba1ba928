//! `fabwright history`: shows the record of changes.

use std::path::PathBuf;

use super::forge::history::BRANCH;
use super::{Console, Error, Exit, Format};
use crate::history::{Entry, FOLDER};
use crate::report::history;
use crate::store::git::Repository;

/// The arguments of the command.
#[derive(Debug)]
pub struct Request {
    /// The repository.
    pub repo: PathBuf,
    /// Only what changed this table.
    pub table: Option<String>,
    /// What to print.
    pub format: Format,
}

/// Runs the command.
///
/// # Errors
/// When there is no record here, or git fails.
pub fn run(request: &Request, console: &Console) -> Result<Exit, Error> {
    let repository = Repository::open(&request.repo)?;
    // What was fetched is newer than what somebody checked out once.
    let places = [format!("refs/remotes/origin/{BRANCH}"), format!("refs/heads/{BRANCH}")];
    let record = places.iter().find_map(|place| repository.resolve(place).ok()).ok_or(Error::NoHistory)?;
    let is_entry = |path: &str| path.rsplit('/').nth(1) == Some(FOLDER) && path.ends_with(".json");
    let mut entries: Vec<Entry> = repository
        .read_files_at(&record, None)?
        .iter()
        .filter(|(path, _)| is_entry(path))
        .filter_map(|(_, text)| Entry::from_text(text))
        .filter(|entry| request.table.as_deref().is_none_or(|table| entry.is_about(table)))
        .collect();
    entries.sort_by(|one, other| (one.at, &one.commit).cmp(&(other.at, &other.commit)));
    let text = match request.format {
        Format::Json => serde_json::to_string_pretty(&serde_json::json!({ "entries": entries }))
            .map_err(|error| Error::bug("the record as JSON", error))?,
        _ if entries.is_empty() => "nothing is recorded\n".to_owned(),
        Format::Text => history::text(&entries),
        Format::Markdown => history::markdown(&entries),
    };
    console.print(&text);
    Ok(Exit::Done)
}
