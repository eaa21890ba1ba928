//! Temporary checkouts beside the user's.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::command::Git;
use super::{Commit, Repository};
use crate::store::{Error, Result};

/// A checkout of a commit in a temporary folder; dropping it removes every trace.
#[derive(Debug)]
pub struct Worktree {
    repository: PathBuf,
    folder: TempDir,
    /// Git's own record of the checkout.
    record: Option<PathBuf>,
}

impl Worktree {
    /// The top folder of the checkout.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("tree")
    }
}

impl Drop for Worktree {
    fn drop(&mut self) {
        let path = self.path();
        let removal = [Path::new("worktree"), Path::new("remove"), Path::new("--force"), Path::new("--force"), &path];
        let removed = Git::new(&self.repository, removal).run().is_ok_and(|output| output.success);
        // Never `git worktree prune`: it would forget checkouts of the user's that are only out of reach now.
        if !removed && let Some(record) = &self.record {
            drop(std::fs::remove_dir_all(record));
        }
    }
}

impl Repository {
    /// Checks a commit out into a temporary folder. The user's tree, index and branches are not touched,
    /// submodules are left empty.
    ///
    /// # Errors
    ///
    /// When the folder can't be made or git fails.
    pub fn worktree_at(&self, commit: &Commit) -> Result<Worktree> {
        let folder =
            tempfile::Builder::new().prefix("fabwright-").tempdir().map_err(Error::file(std::env::temp_dir()))?;
        let mut worktree = Worktree { repository: self.root.clone(), folder, record: None };
        let path = worktree.path();
        let add = ["worktree", "add", "--quiet", "--force", "--detach", "--no-checkout"].map(Path::new);
        self.git(add.into_iter().chain([path.as_path(), Path::new(commit.id())])).bytes()?;
        let record = Git::new(&path, ["rev-parse", "--absolute-git-dir"]).text()?;
        worktree.record = Some(PathBuf::from(record))
            .filter(|record| record.parent().and_then(Path::file_name).is_some_and(|parent| parent == "worktrees"));
        Git::new(&path, ["read-tree", "-m", "-u", "--no-recurse-submodules", "HEAD"]).bytes()?;
        Ok(worktree)
    }
}
