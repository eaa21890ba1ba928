//! Commits to the pull request's branch.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Forge;
use crate::github::Error;
use crate::github::commits::{BranchCommit, FileEdit};
use crate::store;
use crate::store::git::{FileChange, FileContent, NewCommit, Remote, Repository};

impl Forge {
    /// Commits to the pull request's branch, which has to be at the parent, and gives the commit's id: through the API,
    /// whose commits GitHub signs, or by a push of git where the API will not do it.
    ///
    /// # Errors
    /// When the branch has moved, or the token or a rule of the branch does not allow it.
    pub async fn commit(&self, repository: &Repository, new: &NewCommit<'_>) -> Result<String, Error> {
        if !self.may_write("contents").await {
            let what = format!("the commit on {}", self.branch());
            let message = "the App may not write contents".to_owned();
            return Err(Error::Forbidden { what, message, needs: Some("contents: write".to_owned()) });
        }
        let edits: Vec<FileEdit> = new.changes.iter().map(edit).collect();
        let (headline, body) = new.message.split_once('\n').unwrap_or((new.message, ""));
        let expected_head = new.parent.id();
        let commit = BranchCommit { branch: self.branch(), expected_head, headline, body: body.trim(), edits: &edits };
        match self.client.commit_on_branch(&commit).await {
            Err(refused @ Error::Refused { .. }) => self.push(repository, new, refused).await,
            done => done,
        }
    }

    /// Pushes by git what the API refused.
    async fn push(&self, repository: &Repository, new: &NewCommit<'_>, refused: Error) -> Result<String, Error> {
        let token = self.client.token().await?;
        let authorization = format!("Basic {}", STANDARD.encode(format!("x-access-token:{}", token.reveal())));
        let url = format!("{}.git", self.repository_url());
        let remote = Remote { url: &url, authorization: &authorization };
        match repository.push_files(new, self.branch(), &remote) {
            Ok(Some(commit)) => {
                self.notice(format!("the commit was pushed by git and is not signed, because of the API: {refused}"));
                Ok(commit.id().to_owned())
            }
            Ok(None) => Err(refused),
            Err(store::Error::Moved { .. }) => Err(Error::Moved { branch: self.branch().to_owned() }),
            Err(error) => {
                tracing::info!(%error, "git does not do it either");
                Err(refused)
            }
        }
    }
}

fn edit(change: &FileChange) -> FileEdit {
    let text = match &change.content {
        FileContent::Text(text) => Some(text.clone()),
        FileContent::Delete => None,
    };
    FileEdit { path: change.path.clone(), text }
}
