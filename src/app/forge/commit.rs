//! Commits to the pull request's branch.

use super::Forge;
use crate::github::Error;
use crate::github::commits::{BranchCommit, FileEdit};
use crate::store::git::{FileChange, FileContent};

impl Forge {
    /// Commits to the pull request's branch, which has to be at `parent`, and gives the commit's id.
    ///
    /// # Errors
    /// When the branch has moved, or the token or a rule of the branch does not allow it.
    pub async fn commit(&self, parent: &str, changes: &[FileChange], message: &str) -> Result<String, Error> {
        if !self.may_write("contents").await {
            let what = format!("the commit on {}", self.branch());
            let message = "the App may not write contents".to_owned();
            return Err(Error::Forbidden { what, message, needs: Some("contents: write".to_owned()) });
        }
        let edits: Vec<FileEdit> = changes
            .iter()
            .map(|change| FileEdit {
                path: change.path.clone(),
                text: match &change.content {
                    FileContent::Text(text) => Some(text.clone()),
                    FileContent::Delete => None,
                },
            })
            .collect();
        let (headline, body) = message.split_once('\n').unwrap_or((message, ""));
        let commit =
            BranchCommit { branch: self.branch(), expected_head: parent, headline, body: body.trim(), edits: &edits };
        self.client.commit_on_branch(&commit).await
    }
}
