//! A git repository, through the `git` command.
//!
//! Reading takes any revision; writing goes through plumbing commands on an index of its own, so that the user's
//! tree is touched last or not at all.

mod backup;
mod command;
mod commit;
mod conflict;
mod create;
mod log;
mod patch;
mod push;
mod read;
mod worktree;

use std::path::{Path, PathBuf};

pub use commit::{Author, FileChange, FileContent, NewCommit, Target};
pub use conflict::ConflictFile;
pub use patch::Draft;
pub use push::Remote;
pub use read::TreeEntry;
pub use worktree::Worktree;

use self::command::Git;
use super::{Error, Result};

/// The full id of a commit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Commit(String);

impl Commit {
    /// All hexadecimal digits.
    pub fn id(&self) -> &str {
        &self.0
    }

    /// The first ten digits, for people.
    pub fn short(&self) -> &str {
        self.0.get(..10).unwrap_or(&self.0)
    }
}

impl std::fmt::Display for Commit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A repository with a working tree.
#[derive(Debug, Clone)]
pub struct Repository {
    root: PathBuf,
    prefix: String,
}

impl Repository {
    /// Opens the repository that `path` lies in.
    ///
    /// # Errors
    ///
    /// [`Error::NotARepository`], [`Error::Bare`], [`Error::GitMissing`].
    pub fn open(path: &Path) -> Result<Self> {
        let folder = path.canonicalize().map_err(Error::file(path))?;
        // The owner check of git wants to hear the top folder's own name.
        let root = folder.ancestors().find(|folder| folder.join(".git").exists());
        let Some(root) = root else {
            let bare = Git::new(&folder, ["rev-parse", "--is-bare-repository"]).run()?;
            let is_bare = bare.success && bare.stdout.starts_with(b"true");
            return Err(if is_bare { Error::Bare(folder) } else { Error::NotARepository(folder) });
        };
        let inside = Git::new(root, ["rev-parse", "--is-inside-work-tree"]).run()?;
        if !inside.success {
            if inside.stderr.contains("not a git repository") {
                return Err(Error::NotARepository(folder));
            }
            return Err(Error::Git { command: "rev-parse --is-inside-work-tree".to_owned(), message: inside.stderr });
        }
        if !inside.stdout.starts_with(b"true") {
            return Err(Error::Bare(root.to_owned()));
        }
        let inner = folder.strip_prefix(root).unwrap_or(Path::new(""));
        let prefix = inner.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        Ok(Self { root: root.to_owned(), prefix })
    }

    /// The top folder of the working tree.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the opened folder lies below the top folder; empty at the top.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The commit that a revision names. A branch that only the remote `origin` has is found, too.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownRevision`].
    pub fn resolve(&self, revision: &str) -> Result<Commit> {
        let unusable = revision.is_empty() || revision.chars().any(char::is_control);
        if !unusable {
            for candidate in [revision.to_owned(), format!("refs/remotes/origin/{revision}")] {
                let wanted = format!("{candidate}^{{commit}}");
                let output = self.git(["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]).run()?;
                let id = String::from_utf8_lossy(&output.stdout).trim().to_owned();
                if output.success && is_id(&id) {
                    return Ok(Commit(id));
                }
            }
        }
        Err(Error::UnknownRevision { revision: revision.to_owned(), hint: self.hint()? })
    }

    /// The last commit that both have in their history.
    ///
    /// # Errors
    ///
    /// [`Error::NoMergeBase`].
    pub fn merge_base(&self, first: &Commit, second: &Commit) -> Result<Commit> {
        let output = self.git(["merge-base", "--end-of-options", first.id(), second.id()]).run()?;
        let id = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if output.success && is_id(&id) {
            return Ok(Commit(id));
        }
        let (first, second) = (first.short().to_owned(), second.short().to_owned());
        Err(Error::NoMergeBase { first, second, hint: self.hint()? })
    }

    /// The branch that is checked out; `None` for a detached HEAD.
    ///
    /// # Errors
    ///
    /// When git fails.
    pub fn current_branch(&self) -> Result<Option<String>> {
        let output = self.git(["symbolic-ref", "--quiet", "HEAD"]).run()?;
        let name = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok(name.strip_prefix("refs/heads/").filter(|_| output.success).map(str::to_owned))
    }

    /// The paths that differ from the last commit, or that git does not know and does not ignore.
    ///
    /// # Errors
    ///
    /// When git fails.
    pub fn dirty_paths(&self) -> Result<Vec<String>> {
        let arguments =
            ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=all"];
        let output = self.git(arguments).bytes()?;
        Ok(split_zero(&output).filter_map(|entry| entry.get(3..).map(str::to_owned)).collect())
    }

    fn git<I, A>(&self, arguments: I) -> Git
    where
        I: IntoIterator<Item = A>,
        A: AsRef<std::ffi::OsStr>,
    {
        Git::new(&self.root, arguments)
    }

    /// What to do when history is missing.
    fn hint(&self) -> Result<String> {
        let shallow = self.git(["rev-parse", "--is-shallow-repository"]).text()? == "true";
        Ok(if shallow {
            "this checkout has only part of the history: give actions/checkout `fetch-depth: 0`, or run `git fetch \
             --unshallow`"
                .to_owned()
        } else {
            "check the name, and fetch it first (`git fetch origin`; in a workflow give actions/checkout \
             `fetch-depth: 0`)"
                .to_owned()
        })
    }
}

fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.chars().all(|digit| digit.is_ascii_hexdigit())
}

/// The entries of a list that git ends with zero bytes, as far as they are UTF-8.
fn split_zero(bytes: &[u8]) -> impl Iterator<Item = &str> {
    bytes.split(|byte| *byte == 0).filter(|entry| !entry.is_empty()).filter_map(|entry| std::str::from_utf8(entry).ok())
}
