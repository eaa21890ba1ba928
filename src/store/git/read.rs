//! Reads commits without checking them out.

use std::collections::BTreeMap;

use super::{Commit, Repository, split_zero};
use crate::store::{Error, Result};

/// A file of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// Path from the top folder, with `/`.
    pub path: String,
    /// The id of its content.
    pub id: String,
    /// Whether it is executable.
    pub executable: bool,
}

impl Repository {
    /// The regular files of a commit, or of one folder or file in it; symbolic links and submodules are left out.
    ///
    /// # Errors
    ///
    /// When git fails.
    pub fn list_files_at(&self, commit: &Commit, folder: Option<&str>) -> Result<Vec<TreeEntry>> {
        let mut arguments = vec!["ls-tree", "-r", "-z", "--full-tree", commit.id()];
        let folder = folder.map(|folder| folder.trim_end_matches('/')).filter(|folder| !folder.is_empty());
        if let Some(folder) = folder {
            arguments.extend(["--", folder]);
        }
        let output = self.git(arguments).bytes()?;
        let entries = split_zero(&output).filter_map(|entry| {
            let (head, path) = entry.split_once('\t')?;
            let mut words = head.split(' ');
            let mode = words.next()?;
            let id = words.nth(1)?;
            matches!(mode, "100644" | "100755" | "100664").then(|| TreeEntry {
                path: path.to_owned(),
                id: id.to_owned(),
                executable: mode == "100755",
            })
        });
        Ok(entries.collect())
    }

    /// Paths of all files that differ between two commits, under their old and their new names.
    ///
    /// # Errors
    ///
    /// When git fails.
    pub fn changed_paths(&self, from: &Commit, to: &Commit) -> Result<Vec<String>> {
        let listed = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", from.id(), to.id()];
        Ok(super::split_zero(&self.git(listed).bytes()?).map(str::to_owned).collect())
    }

    /// The text of a file in a commit; `None` if the commit doesn't have it.
    ///
    /// # Errors
    ///
    /// [`Error::NotText`], or when git fails.
    pub fn read_file_at(&self, commit: &Commit, path: &str) -> Result<Option<String>> {
        let entry = self.list_files_at(commit, Some(path))?.into_iter().find(|entry| entry.path == path);
        let Some(entry) = entry else { return Ok(None) };
        let bytes = self.git(["cat-file", "blob", &entry.id]).bytes()?;
        String::from_utf8(bytes).map(Some).map_err(|_| Error::NotText(path.to_owned()))
    }

    /// The texts of a folder in a commit, by path from the top folder; what is not UTF-8 is left out.
    ///
    /// # Errors
    ///
    /// When git fails.
    pub fn read_files_at(&self, commit: &Commit, folder: Option<&str>) -> Result<BTreeMap<String, String>> {
        let entries = self.list_files_at(commit, folder)?;
        let wanted: String = entries.iter().map(|entry| format!("{}\n", entry.id)).collect();
        if entries.is_empty() {
            return Ok(BTreeMap::new());
        }
        let output = self.git(["cat-file", "--batch"]).input(wanted).bytes()?;
        let broken = || Error::Git { command: "cat-file --batch".to_owned(), message: "unexpected answer".to_owned() };
        let mut rest = output.as_slice();
        let mut files = BTreeMap::new();
        for entry in entries {
            let end = rest.iter().position(|byte| *byte == b'\n').ok_or_else(broken)?;
            let head = String::from_utf8_lossy(&rest[..end]).into_owned();
            let size: usize = head.rsplit(' ').next().and_then(|size| size.parse().ok()).ok_or_else(broken)?;
            let content = rest.get(end + 1..end + 1 + size).ok_or_else(broken)?;
            rest = rest.get(end + 2 + size..).ok_or_else(broken)?;
            if let Ok(text) = std::str::from_utf8(content) {
                files.insert(entry.path, text.to_owned());
            }
        }
        Ok(files)
    }
}
