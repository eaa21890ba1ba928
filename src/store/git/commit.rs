//! Commits made of texts, without going through the working tree.

use std::collections::BTreeMap;
use std::path::Path;

use super::backup::{self, Backup};
use super::{Commit, Repository, is_id};
use crate::store::{Error, Result};

/// What becomes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileContent {
    /// It has this text.
    Text(String),
    /// It goes.
    Delete,
}

/// A change to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Path from the top folder, with `/`.
    pub path: String,
    /// Its text, or that it goes.
    pub content: FileContent,
    /// Whether it is executable; `None` leaves that as it is.
    pub executable: Option<bool>,
}

impl FileChange {
    /// Writes a text.
    pub fn write(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), content: FileContent::Text(text.into()), executable: None }
    }

    /// Deletes a file.
    pub fn delete(path: impl Into<String>) -> Self {
        Self { path: path.into(), content: FileContent::Delete, executable: None }
    }
}

/// Who a commit is by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
}

/// Where a commit goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The branch that is checked out, or a detached HEAD.
    Head,
    /// A branch by its short name; it is made if there is none.
    Branch(String),
}

/// A commit to be made.
#[derive(Debug, Clone)]
pub struct NewCommit<'a> {
    /// Where it goes.
    pub target: Target,
    /// What it follows; the target must still be there.
    pub parent: &'a Commit,
    /// What it changes.
    pub changes: &'a [FileChange],
    /// The message.
    pub message: &'a str,
    /// Author and committer.
    pub author: &'a Author,
}

impl Repository {
    /// Commits changes. `None` if they change nothing.
    ///
    /// The branch moves only if it still is at the parent. If it is checked out, index and working tree follow;
    /// work in progress on other files stays. A failure leaves branch, index and working tree as they were.
    ///
    /// # Errors
    ///
    /// [`Error::Moved`] if the branch is elsewhere, [`Error::TreeInTheWay`] if work in progress would be
    /// overwritten, [`Error::BadPath`], or when git fails.
    pub fn commit_files(&self, new: &NewCommit<'_>) -> Result<Option<Commit>> {
        for change in new.changes {
            backup::check(&self.root, &change.path)?;
        }
        let Some(commit) = self.write_commit(new)? else { return Ok(None) };
        let head = self.head_reference()?;
        let reference = match &new.target {
            Target::Head => head.clone(),
            Target::Branch(name) => {
                let reference = format!("refs/heads/{name}");
                if name.starts_with('-') {
                    return Err(Error::BadPath(name.clone()));
                }
                self.git(["check-ref-format", &reference]).bytes().map_err(|_| Error::BadPath(name.clone()))?;
                reference
            }
        };
        if reference != head {
            self.move_reference(&reference, new.parent, &commit)?;
            return Ok(Some(commit));
        }

        if self.tip(&reference)?.as_ref() != Some(new.parent) {
            return Err(Error::Moved { reference, expected: new.parent.short().to_owned() });
        }
        self.check_tree_is_free(new.parent, &commit, new.changes)?;
        let backup = Backup::take(&self.root, new.changes.iter().map(|change| change.path.as_str()))?;
        self.move_reference(&reference, new.parent, &commit)?;
        let update = ["read-tree", "-m", "-u", "--no-recurse-submodules", new.parent.id(), commit.id()];
        if let Err(error) = self.git(update).bytes() {
            drop(backup);
            self.move_reference(&reference, &commit, new.parent)?;
            return Err(error);
        }
        backup.keep_changes();
        Ok(Some(commit))
    }

    /// Writes the objects of a commit that no branch knows of yet.
    pub(super) fn write_commit(&self, new: &NewCommit<'_>) -> Result<Option<Commit>> {
        let scratch = tempfile::tempdir().map_err(Error::file(std::env::temp_dir()))?;
        let index = scratch.path().join("index");
        self.git(["read-tree", new.parent.id()]).index(&index).bytes()?;
        let modes: BTreeMap<String, bool> =
            self.list_files_at(new.parent, None)?.into_iter().map(|entry| (entry.path, entry.executable)).collect();
        let lines = self.index_lines(new.changes, &modes)?;
        self.git(["update-index", "-z", "--index-info"]).index(&index).input(lines).bytes()?;
        let tree = self.git(["write-tree"]).index(&index).text()?;
        let parent_tree = self.git(["rev-parse", "--verify", &format!("{}^{{tree}}", new.parent)]).text()?;
        if tree == parent_tree {
            return Ok(None);
        }
        let id = self
            .git(["commit-tree", &tree, "-p", new.parent.id(), "-F", "-"])
            .env("GIT_AUTHOR_NAME", &new.author.name)
            .env("GIT_AUTHOR_EMAIL", &new.author.email)
            .env("GIT_COMMITTER_NAME", &new.author.name)
            .env("GIT_COMMITTER_EMAIL", &new.author.email)
            .input(new.message)
            .text()?;
        Ok(Some(Commit(id)))
    }

    /// Lines for `git update-index -z --index-info` that make these changes.
    pub(super) fn index_lines(&self, changes: &[FileChange], modes: &BTreeMap<String, bool>) -> Result<String> {
        let mut lines = String::new();
        for change in changes {
            let FileChange { path, content, executable } = change;
            match content {
                FileContent::Delete => lines.push_str(&format!("0 {}\t{path}\0", "0".repeat(40))),
                FileContent::Text(text) => {
                    let executable = executable.or_else(|| modes.get(path).copied()).unwrap_or(false);
                    let mode = if executable { "100755" } else { "100644" };
                    let id = self.write_object(path, text)?;
                    lines.push_str(&format!("{mode} {id}\t{path}\0"));
                }
            }
        }
        Ok(lines)
    }

    /// Stores a text as git would store the file at `path`.
    pub(super) fn write_object(&self, path: &str, text: &str) -> Result<String> {
        self.git(["hash-object", "-w", "--stdin", &format!("--path={path}")]).input(text).text()
    }

    /// The branch that HEAD stands for; `HEAD` itself if it is detached.
    fn head_reference(&self) -> Result<String> {
        Ok(self.current_branch()?.map_or_else(|| "HEAD".to_owned(), |branch| format!("refs/heads/{branch}")))
    }

    fn tip(&self, reference: &str) -> Result<Option<Commit>> {
        let output = self.git(["rev-parse", "--verify", "--quiet", reference]).run()?;
        let id = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok((output.success && is_id(&id)).then_some(Commit(id)))
    }

    /// Moves a reference, but only from where it has to be.
    fn move_reference(&self, reference: &str, from: &Commit, to: &Commit) -> Result<()> {
        let nothing = "0".repeat(from.id().len());
        let old = if self.tip(reference)?.is_some() { from.id() } else { &nothing };
        let output = self
            .git(["update-ref", "--no-deref", "-m", "fabwright: regenerate", reference, to.id(), old])
            .env("GIT_COMMITTER_NAME", "fabwright")
            .env("GIT_COMMITTER_EMAIL", "fabwright@localhost")
            .run()?;
        if output.success {
            return Ok(());
        }
        if self.tip(reference)?.as_ref() != Some(from) {
            return Err(Error::Moved { reference: reference.to_owned(), expected: from.short().to_owned() });
        }
        Err(Error::Git { command: format!("update-ref {reference}"), message: output.stderr })
    }

    /// Checks, without touching anything, that index and working tree can follow from one commit to the other.
    fn check_tree_is_free(&self, from: &Commit, to: &Commit, changes: &[FileChange]) -> Result<()> {
        self.check_nothing_untracked(changes.iter().map(|change| change.path.as_str()))?;
        self.git(["update-index", "-q", "--refresh"]).run()?;
        let output = self.git(["read-tree", "-m", "-u", "-n", from.id(), to.id()]).run()?;
        if output.success {
            return Ok(());
        }
        let dirty = self.dirty_paths()?;
        let overlaps = |path: &String| {
            changes.iter().any(|change| {
                change.path == *path
                    || path.starts_with(&format!("{}/", change.path))
                    || change.path.starts_with(&format!("{path}/"))
            })
        };
        let in_the_way: Vec<String> = dirty.into_iter().filter(overlaps).collect();
        if in_the_way.is_empty() {
            return Err(Error::Git { command: "read-tree".to_owned(), message: output.stderr });
        }
        Err(Error::TreeInTheWay(in_the_way))
    }

    /// Checks that no file is there that git does not know of, ignored ones too.
    pub(super) fn check_nothing_untracked<'p>(&self, paths: impl IntoIterator<Item = &'p str>) -> Result<()> {
        let tracked = self.git(["ls-files", "-z"]).bytes()?;
        let tracked: std::collections::BTreeSet<&str> = super::split_zero(&tracked).collect();
        let there = |path: &str| Path::symlink_metadata(&self.root.join(path)).is_ok();
        let unknown: Vec<String> =
            paths.into_iter().filter(|path| !tracked.contains(path) && there(path)).map(str::to_owned).collect();
        if unknown.is_empty() { Ok(()) } else { Err(Error::TreeInTheWay(unknown)) }
    }
}
