//! What commits say about themselves.

use super::{Commit, Repository, is_id};
use crate::store::Result;

impl Repository {
    /// The message of a commit.
    ///
    /// # Errors
    ///
    /// When git fails.
    pub fn message_of(&self, commit: &Commit) -> Result<String> {
        self.git(["log", "-1", "--format=%B", commit.id()]).text()
    }

    /// The id of a commit's tree.
    ///
    /// # Errors
    ///
    /// When git fails.
    pub fn tree_of(&self, commit: &Commit) -> Result<String> {
        self.git(["rev-parse", "--verify", &format!("{commit}^{{tree}}")]).text()
    }

    /// When a commit was made, in seconds since 1970.
    ///
    /// # Errors
    ///
    /// When git fails.
    pub fn seconds_of(&self, commit: &Commit) -> Result<i64> {
        Ok(self.git(["log", "-1", "--format=%ct", commit.id()]).text()?.trim().parse().unwrap_or_default())
    }

    /// The commits that a branch gained on its way from `before` to `after`, the newest first and at most `most`: of a
    /// merge, the merge alone.
    ///
    /// # Errors
    ///
    /// When git fails.
    pub fn gained(&self, before: &Commit, after: &Commit, most: usize) -> Result<Vec<Commit>> {
        let (most, range) = (format!("--max-count={most}"), format!("{before}..{after}"));
        let text = self.git(["rev-list", "--first-parent", &most, &range]).text()?;
        Ok(text.lines().filter(|line| is_id(line)).map(|line| Commit(line.to_owned())).collect())
    }
}
