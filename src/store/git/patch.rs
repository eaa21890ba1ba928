//! Changes as a patch, without a branch that has them.

use super::{NewCommit, Repository, backup};
use crate::store::Result;

/// A commit that is on no branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What it changes, as `git apply` takes it.
    pub patch: String,
    /// The id of its tree: two commits with the same one hold the same files.
    pub tree: String,
}

impl Repository {
    /// What a commit would be. `None` if it would change nothing.
    ///
    /// # Errors
    ///
    /// [`crate::store::Error::BadPath`], or when git fails.
    pub fn draft(&self, new: &NewCommit<'_>) -> Result<Option<Draft>> {
        for change in new.changes {
            backup::check(&self.root, &change.path)?;
        }
        let Some(commit) = self.write_commit(new)? else { return Ok(None) };
        let arguments = ["diff", "--binary", "--full-index", "--no-color", "--no-ext-diff", "--no-textconv"];
        let patch = self.git(arguments.into_iter().chain([new.parent.id(), commit.id()])).bytes()?;
        let tree = self.tree_of(&commit)?;
        Ok(Some(Draft { patch: String::from_utf8_lossy(&patch).into_owned(), tree }))
    }
}
