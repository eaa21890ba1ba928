//! Changes as a patch, without a branch that has them.

use super::{NewCommit, Repository, backup};
use crate::store::Result;

impl Repository {
    /// The patch that a commit would be, as `git apply` takes it. `None` if it would change nothing.
    ///
    /// # Errors
    ///
    /// [`crate::store::Error::BadPath`], or when git fails.
    pub fn patch_of(&self, new: &NewCommit<'_>) -> Result<Option<String>> {
        for change in new.changes {
            backup::check(&self.root, &change.path)?;
        }
        let Some(commit) = self.write_commit(new)? else { return Ok(None) };
        let arguments = ["diff", "--binary", "--full-index", "--no-color", "--no-ext-diff", "--no-textconv"];
        let patch = self.git(arguments.into_iter().chain([new.parent.id(), commit.id()])).bytes()?;
        Ok(Some(String::from_utf8_lossy(&patch).into_owned()))
    }
}
