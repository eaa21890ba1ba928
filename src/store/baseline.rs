//! What Fabwright records in the application's repository: the texts as last generated, and the schema.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::git::{Commit, FileChange, Repository};
use super::{Error, Result};

/// Where the texts as last generated are, each at its own path below.
pub const BASELINE: &str = ".fabwright/baseline";

/// Where the recorded schema is, one file a table.
pub const SCHEMA: &str = ".fabwright/schema";

/// The file that tells git and GitHub about paths.
pub const ATTRIBUTES: &str = ".gitattributes";

/// Keeps recorded texts folded in reviews.
const ATTRIBUTE_LINE: &str = ".fabwright/** linguist-generated=true";

/// What is recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recorded {
    /// The texts as last generated, by the path of the generated file.
    pub baseline: BTreeMap<String, String>,
    /// The schema's files, by file name.
    pub schema: BTreeMap<String, String>,
}

impl Recorded {
    /// Reads the record of a commit; `prefix` is the folder of the application in the repository, or empty.
    ///
    /// # Errors
    ///
    /// When git fails.
    pub fn at_commit(repository: &Repository, commit: &Commit, prefix: &str) -> Result<Self> {
        let read = |folder: &str| -> Result<BTreeMap<String, String>> {
            let folder = below(prefix, folder);
            let files = repository.read_files_at(commit, Some(&folder))?;
            let inner =
                |path: &str| path.strip_prefix(&folder).and_then(|rest| rest.strip_prefix('/')).map(str::to_owned);
            Ok(files.into_iter().filter_map(|(path, text)| Some((inner(&path)?, text))).collect())
        };
        Ok(Self { baseline: read(BASELINE)?, schema: only_json(read(SCHEMA)?) })
    }

    /// Reads the record of a folder that holds the application.
    ///
    /// # Errors
    ///
    /// [`Error::File`] or [`Error::NotText`].
    pub fn in_folder(folder: &Path) -> Result<Self> {
        Ok(Self {
            baseline: read_folder(&folder.join(BASELINE))?,
            schema: only_json(read_folder(&folder.join(SCHEMA))?),
        })
    }

    /// The changes that turn this record into `next`; paths begin with `prefix`.
    pub fn changes_to(&self, next: &Self, prefix: &str) -> Vec<FileChange> {
        let mut changes = Vec::new();
        for (folder, before, after) in
            [(BASELINE, &self.baseline, &next.baseline), (SCHEMA, &self.schema, &next.schema)]
        {
            let path = |name: &str| below(prefix, &format!("{folder}/{name}"));
            changes.extend(
                after
                    .iter()
                    .filter(|(name, text)| before.get(*name) != Some(text))
                    .map(|(name, text)| FileChange::write(path(name), text)),
            );
            changes.extend(
                before.keys().filter(|name| !after.contains_key(*name)).map(|name| FileChange::delete(path(name))),
            );
        }
        changes
    }
}

/// The text of `.gitattributes` with the line that marks recorded texts as generated; `None` if it is there.
pub fn with_attributes(current: Option<&str>) -> Option<String> {
    let current = current.unwrap_or_default();
    if current.lines().any(|line| line.split_whitespace().eq(ATTRIBUTE_LINE.split_whitespace())) {
        return None;
    }
    let line_end = if current.contains("\r\n") { "\r\n" } else { "\n" };
    let gap = if current.is_empty() || current.ends_with('\n') { "" } else { line_end };
    Some(format!("{current}{gap}{ATTRIBUTE_LINE}{line_end}"))
}

fn below(prefix: &str, path: &str) -> String {
    if prefix.is_empty() { path.to_owned() } else { format!("{prefix}/{path}") }
}

fn only_json(mut files: BTreeMap<String, String>) -> BTreeMap<String, String> {
    files.retain(|name, _| name.ends_with(".json"));
    files
}

fn read_folder(root: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    let mut open = vec![(root.to_owned(), String::new())];
    while let Some((folder, name)) = open.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(Error::File { path: folder, source: error }),
        };
        for entry in entries {
            let entry = entry.map_err(Error::file(&folder))?;
            let inner = entry.file_name().to_string_lossy().into_owned();
            let path = if name.is_empty() { inner } else { format!("{name}/{inner}") };
            let kind = entry.file_type().map_err(Error::file(entry.path()))?;
            if kind.is_dir() {
                open.push((entry.path(), path));
            } else if kind.is_file() {
                let bytes = fs::read(entry.path()).map_err(Error::file(entry.path()))?;
                let text = String::from_utf8(bytes).map_err(|_| Error::NotText(path.clone()))?;
                files.insert(path, text);
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_attribute_line_is_appended_once() {
        let first = with_attributes(None).unwrap();
        assert_eq!(first, ".fabwright/** linguist-generated=true\n");
        assert_eq!(with_attributes(Some(&first)), None);
        assert_eq!(with_attributes(Some("*.png binary")).unwrap(), format!("*.png binary\n{first}"));
        assert_eq!(
            with_attributes(Some("*.png binary\r\n")).unwrap(),
            "*.png binary\r\n.fabwright/** linguist-generated=true\r\n"
        );
    }

    #[test]
    fn a_record_becomes_another() {
        let map = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let old = Recorded { baseline: map(&[("a.py", "1"), ("b.py", "2")]), schema: map(&[("t.json", "{}")]) };
        let new = Recorded { baseline: map(&[("a.py", "1"), ("c.py", "3")]), schema: map(&[("t.json", "{1}")]) };
        assert_eq!(
            old.changes_to(&new, "shop"),
            [
                FileChange::write("shop/.fabwright/baseline/c.py", "3"),
                FileChange::delete("shop/.fabwright/baseline/b.py"),
                FileChange::write("shop/.fabwright/schema/t.json", "{1}"),
            ]
        );
        assert_eq!(new.changes_to(&new, ""), []);
    }
}
