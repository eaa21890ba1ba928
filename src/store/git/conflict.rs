//! Leaves a merge for a person to finish, as git itself would.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use super::backup::{self, Backup};
use super::commit::{FileChange, FileContent};
use super::{Repository, split_zero};
use crate::store::{Error, Result, folder};

/// A file that a person has to decide about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictFile {
    /// Path from the top folder, with `/`.
    pub path: String,
    /// As last generated; stage 1.
    pub base: Option<String>,
    /// As it is in the branch; stage 2.
    pub ours: Option<String>,
    /// As newly generated; stage 3.
    pub theirs: Option<String>,
    /// What to put into the working tree: the text with conflict markers.
    pub text: String,
}

impl Repository {
    /// Puts a merge into index and working tree without committing it: `changes` staged, `conflicts` unmerged, so
    /// that `git status` calls them "both modified" and `git mergetool` works on them.
    ///
    /// Index and working tree must have no work in progress on these paths. A failure leaves both as they were.
    ///
    /// # Errors
    ///
    /// [`Error::TreeInTheWay`], [`Error::BadPath`], or when git or a file fails.
    pub fn leave_merge(&self, changes: &[FileChange], conflicts: &[ConflictFile]) -> Result<()> {
        let paths: BTreeSet<&str> = changes
            .iter()
            .map(|change| change.path.as_str())
            .chain(conflicts.iter().map(|conflict| conflict.path.as_str()))
            .collect();
        for path in &paths {
            backup::check(&self.root, path)?;
        }
        self.check_nothing_untracked(paths.iter().copied())?;
        let dirty: Vec<String> = self.dirty_paths()?.into_iter().filter(|path| paths.contains(path.as_str())).collect();
        if !dirty.is_empty() {
            return Err(Error::TreeInTheWay(dirty));
        }

        let index = self.root.join(self.git(["rev-parse", "--git-path", "index"]).text()?);
        let lock = IndexLock::take(index.with_extension("lock"))?;
        let scratch = tempfile::tempdir().map_err(Error::file(std::env::temp_dir()))?;
        let draft = scratch.path().join("index");
        fs::copy(&index, &draft).map_err(Error::file(&index))?;
        let lines = self.index_lines(changes, &self.modes()?)? + &self.stages(conflicts)?;
        self.git(["update-index", "-z", "--index-info"]).index(&draft).input(lines).bytes()?;
        let new_index = fs::read(&draft).map_err(Error::file(&draft))?;

        let backup = Backup::take(&self.root, paths.iter().copied())?;
        for change in changes {
            let full = self.root.join(&change.path);
            match &change.content {
                FileContent::Text(text) => folder::write(&full, text)?,
                FileContent::Delete => backup::remove(&self.root, &full)?,
            }
        }
        for conflict in conflicts {
            folder::write(&self.root.join(&conflict.path), &conflict.text)?;
        }
        lock.replace(&index, &new_index)?;
        backup.keep_changes();
        Ok(())
    }

    fn stages(&self, conflicts: &[ConflictFile]) -> Result<String> {
        let modes = self.modes()?;
        let mut lines = String::new();
        for conflict in conflicts {
            let path = &conflict.path;
            let mode = if modes.get(path).copied().unwrap_or(false) { "100755" } else { "100644" };
            lines.push_str(&format!("0 {}\t{path}\0", "0".repeat(40)));
            for (stage, text) in [(1, &conflict.base), (2, &conflict.ours), (3, &conflict.theirs)] {
                if let Some(text) = text {
                    let id = self.write_object(path, text)?;
                    lines.push_str(&format!("{mode} {id} {stage}\t{path}\0"));
                }
            }
        }
        Ok(lines)
    }

    /// Which of the files in the index are executable.
    fn modes(&self) -> Result<BTreeMap<String, bool>> {
        let output = self.git(["ls-files", "-s", "-z"]).bytes()?;
        let entries = split_zero(&output).filter_map(|entry| entry.split_once('\t'));
        Ok(entries.map(|(head, path)| (path.to_owned(), head.starts_with("100755"))).collect())
    }
}

/// Git's own lock on the index; dropping it lets go.
#[derive(Debug)]
struct IndexLock {
    path: PathBuf,
    held: bool,
}

impl IndexLock {
    fn take(path: PathBuf) -> Result<Self> {
        OpenOptions::new().write(true).create_new(true).open(&path).map_err(Error::file(&path))?;
        Ok(Self { path, held: true })
    }

    /// Writes the new index and lets go.
    fn replace(mut self, index: &std::path::Path, bytes: &[u8]) -> Result<()> {
        let mut file = OpenOptions::new().write(true).open(&self.path).map_err(Error::file(&self.path))?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(Error::file(&self.path))?;
        fs::rename(&self.path, index).map_err(Error::file(index))?;
        self.held = false;
        Ok(())
    }
}

impl Drop for IndexLock {
    fn drop(&mut self) {
        if self.held {
            drop(fs::remove_file(&self.path));
        }
    }
}
