//! Commits to the pull request's branch.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Forge;
use crate::github::Error;
use crate::github::commits::{BranchCommit, FileEdit};
use crate::store;
use crate::store::git::{FileChange, FileContent, NewCommit, Remote, Repository};

/// By this line of its message a commit of ours is known again.
pub const TRAILER: &str = "Generated-by: fabwright";

/// A commit of ours that the branch is at already, on top of the one that is checked: the run was started again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnTop {
    /// Its id.
    pub id: String,
    /// The id of its tree.
    pub tree: String,
}

impl Forge {
    /// Looks whether the branch, which is at `tip`, has a commit of ours on top of `head` and nothing else.
    ///
    /// # Errors
    /// When GitHub does not tell.
    pub async fn look_on_top(&self, head: &str, tip: &str) -> Result<(), Error> {
        if head == tip {
            return Ok(());
        }
        let Some(commit) = self.client.commit(tip).await? else { return Ok(()) };
        if commit.is_a_programs_on(head) && commit.message().contains(TRAILER) {
            // It is looked for once, so that nothing is there yet.
            let _ = self.on_top.set(OnTop { id: tip.to_owned(), tree: commit.tree().to_owned() });
        }
        Ok(())
    }

    /// The commit of ours that the branch is at now: made by this run, or found there.
    pub fn tip(&self) -> Option<&str> {
        self.made.get().map(String::as_str).or_else(|| self.on_top().map(|on_top| on_top.id.as_str()))
    }

    /// The commit of ours on top of the one that is checked.
    pub fn on_top(&self) -> Option<&OnTop> {
        self.on_top.get()
    }

    /// The files that the commit on top of `head` changed.
    ///
    /// # Errors
    /// When GitHub does not tell.
    pub async fn changed_on_top(&self, head: &str) -> Result<BTreeSet<String>, Error> {
        match self.on_top() {
            Some(on_top) => Ok(self.client.changed_between(head, &on_top.id).await?.into_iter().collect()),
            None => Ok(BTreeSet::new()),
        }
    }

    /// Commits to the pull request's branch, which has to be at the parent or at the commit of ours on top of it, and gives
    /// the commit's id: through the API, whose commits GitHub signs, or by a push of git where the API will not do it.
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
        let expected_head = self.on_top().map_or(new.parent.id(), |on_top| on_top.id.as_str());
        let commit = BranchCommit { branch: self.branch(), expected_head, headline, body: body.trim(), edits: &edits };
        let id = match self.client.commit_on_branch(&commit).await {
            Err(refused @ Error::Refused { .. }) => self.push(repository, new, refused).await?,
            done => done?,
        };
        // One commit is made a run.
        let _ = self.made.set(id.clone());
        Ok(id)
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
