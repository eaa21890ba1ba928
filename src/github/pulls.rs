//! Pull requests and their reviews.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

use super::client::{Client, part};
use super::people::Account;
use super::{Error, Result};

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// `open` or `closed`.
    #[serde(default, deserialize_with = "text")]
    pub state: String,
    /// Its page.
    #[serde(default, deserialize_with = "text")]
    pub html_url: String,
    /// Who opened it. `None`: somebody who is gone.
    #[serde(default, rename = "user")]
    pub author: Option<Account>,
    /// What is proposed.
    pub head: End,
    /// What it would go into.
    pub base: End,
    /// Its labels.
    #[serde(default)]
    pub labels: Vec<Label>,
    /// When it was merged.
    #[serde(default)]
    pub merged_at: Option<Timestamp>,
    /// The commit that it came into its base with.
    #[serde(default)]
    pub merge_commit_sha: Option<String>,
}

/// One end of a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct End {
    /// The branch.
    #[serde(default, rename = "ref", deserialize_with = "text")]
    pub branch: String,
    /// The commit.
    pub sha: String,
    /// The repository. `None`: it is gone.
    #[serde(default)]
    pub repo: Option<Repository>,
}

/// A repository, as far as it is needed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Repository {
    /// Its id, which a new name does not change.
    #[serde(default)]
    pub id: Option<u64>,
    /// `OWNER/NAME`.
    #[serde(default, deserialize_with = "text")]
    pub full_name: String,
}

/// A label.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Label {
    /// Its name.
    pub name: String,
}

/// A review.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Review {
    /// Its id. Later reviews have greater ones.
    pub id: u64,
    /// Who wrote it. `None`: somebody who is gone.
    #[serde(default, rename = "user")]
    pub author: Option<Account>,
    /// What it says.
    #[serde(default, deserialize_with = "text")]
    pub body: String,
    /// Its verdict.
    #[serde(default)]
    pub state: ReviewState,
    /// The commit that was looked at.
    #[serde(default)]
    pub commit_id: Option<String>,
    /// When it was handed in.
    #[serde(default)]
    pub submitted_at: Option<Timestamp>,
}

/// A review's verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReviewState {
    /// Yes.
    #[serde(alias = "approved")]
    Approved,
    /// No.
    #[serde(alias = "changes_requested")]
    ChangesRequested,
    /// Taken back.
    #[serde(alias = "dismissed")]
    Dismissed,
    /// Neither, not handed in yet, or something that we do not know.
    #[default]
    #[serde(other)]
    Commented,
}

impl PullRequest {
    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.state == "open"
    }

    /// Whether its head lives in another repository than its base, or in one that is gone.
    pub fn is_from_fork(&self) -> bool {
        let (Some(head), Some(base)) = (&self.head.repo, &self.base.repo) else { return true };
        match (head.id, base.id) {
            (Some(head), Some(base)) => head != base,
            _ => head.full_name.is_empty() || !head.full_name.eq_ignore_ascii_case(&base.full_name),
        }
    }
}

/// Reads a text that may be null.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<String, D::Error> {
    Option::<String>::deserialize(deserializer).map(Option::unwrap_or_default)
}

impl Client {
    /// A pull request as it is now.
    ///
    /// # Errors
    /// When there is none of this number, or GitHub does not tell.
    pub async fn pull_request(&self, number: u64) -> Result<PullRequest> {
        self.read(&format!("pull request {number}"), &self.repository_path(&format!("/pulls/{number}"))).await
    }

    /// The open pull requests whose head is `sha`, by number.
    ///
    /// # Errors
    /// When GitHub does not tell.
    pub async fn pull_requests_with_head(&self, sha: &str) -> Result<Vec<PullRequest>> {
        let wanted = |pulls: Vec<PullRequest>| {
            let mut pulls: Vec<_> = pulls.into_iter().filter(|pull| pull.is_open() && pull.head.sha == sha).collect();
            pulls.sort_by_key(|pull| pull.number);
            pulls
        };
        let path = self.repository_path(&format!("/commits/{}/pulls", part(sha)));
        let found = match self.read_all("the commit's pull requests", &path, None).await {
            Ok(pulls) => wanted(pulls),
            // A fork's commit may not be known by that way; the list of open pull requests has it.
            Err(Error::NotFound { .. } | Error::Refused { .. }) => Vec::new(),
            Err(error) => return Err(error),
        };
        if !found.is_empty() {
            return Ok(found);
        }
        let path = self.repository_path("/pulls?state=open&sort=updated&direction=desc");
        Ok(wanted(self.read_all("the open pull requests", &path, None).await?))
    }

    /// The pull requests that a commit of the branch `base` came from, by number.
    ///
    /// # Errors
    /// When GitHub does not tell.
    pub async fn merged_pull_requests(&self, sha: &str, base: &str) -> Result<Vec<PullRequest>> {
        let path = self.repository_path(&format!("/commits/{}/pulls", part(sha)));
        let found: Vec<PullRequest> = match self.read_all("the commit's pull requests", &path, None).await {
            Ok(pulls) => pulls,
            Err(Error::NotFound { .. } | Error::Refused { .. }) => Vec::new(),
            Err(error) => return Err(error),
        };
        let mut merged: Vec<PullRequest> =
            found.into_iter().filter(|pull| pull.merged_at.is_some() && pull.base.branch == base).collect();
        merged.sort_by_key(|pull| pull.number);
        Ok(merged)
    }

    /// A pull request's reviews, the oldest first.
    ///
    /// # Errors
    /// When GitHub does not tell.
    pub async fn reviews(&self, number: u64) -> Result<Vec<Review>> {
        let path = self.repository_path(&format!("/pulls/{number}/reviews"));
        let mut reviews: Vec<Review> = self.read_all("the reviews", &path, None).await?;
        reviews.sort_by_key(|review| review.id);
        reviews.dedup_by_key(|review| review.id);
        Ok(reviews)
    }

    /// The paths that a pull request changes, the old ones of renamed files included.
    ///
    /// # Errors
    /// When GitHub does not tell.
    pub async fn changed_paths(&self, number: u64) -> Result<Vec<String>> {
        #[derive(Deserialize)]
        struct File {
            filename: String,
            #[serde(default)]
            previous_filename: Option<String>,
        }
        let path = self.repository_path(&format!("/pulls/{number}/files"));
        let files: Vec<File> = self.read_all("the changed files", &path, None).await?;
        Ok(files.into_iter().flat_map(|file| [Some(file.filename), file.previous_filename]).flatten().collect())
    }
}
