//! Commits made through the API, which GitHub signs.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Client, Repeat, part};
use super::{Error, Result};

/// A change to one file of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEdit {
    /// The file, from the root of the repository.
    pub path: String,
    /// Its new text; `None` deletes it.
    pub text: Option<String>,
}

/// A commit to be made on a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchCommit<'a> {
    /// The branch, without `refs/heads/`.
    pub branch: &'a str,
    /// Where the branch has to be.
    pub expected_head: &'a str,
    /// The first line of the message.
    pub headline: &'a str,
    /// The rest of the message.
    pub body: &'a str,
    /// What it changes.
    pub edits: &'a [FileEdit],
}

const DOCUMENT: &str = "mutation CreateCommit($input: CreateCommitOnBranchInput!) { \
     createCommitOnBranch(input: $input) { commit { oid url } } }";

/// How long a lost answer's commit is given to appear before it is looked for.
const SETTLE: Duration = Duration::from_millis(500);

impl Client {
    /// The commit that a branch is at. `None` if there is no such branch.
    ///
    /// # Errors
    /// When GitHub does not tell.
    pub async fn branch_head(&self, branch: &str) -> Result<Option<String>> {
        #[derive(Deserialize)]
        struct Reference {
            object: Object,
        }
        #[derive(Deserialize)]
        struct Object {
            sha: String,
        }
        let name: Vec<String> = branch.split('/').map(part).collect();
        let path = self.repository_path(&format!("/git/ref/heads/{}", name.join("/")));
        let reference: Option<Reference> = self.read_if_there(&format!("the branch {branch}"), &path).await?;
        Ok(reference.map(|reference| reference.object.sha))
    }

    /// Makes a branch with one file and no history, unless there is one of that name.
    ///
    /// # Errors
    /// When the token or a rule of the repository does not allow it.
    pub async fn create_branch(&self, branch: &str, path: &str, text: &str, message: &str) -> Result<()> {
        #[derive(Deserialize)]
        struct Made {
            sha: String,
        }
        let what = format!("the branch {branch}");
        // Until a branch names them, these are nowhere to be seen: made twice, they are the same.
        let (tree, commit) = (self.repository_path("/git/trees"), self.repository_path("/git/commits"));
        let body = json!({"tree": [{"path": path, "mode": "100644", "type": "blob", "content": text}]});
        let made: Made = self.write(Repeat::Freely, &what, Method::POST, &tree, &body).await?;
        let body = json!({"message": message, "tree": made.sha, "parents": []});
        let made: Made = self.write(Repeat::Freely, &what, Method::POST, &commit, &body).await?;
        let body = json!({"ref": format!("refs/heads/{branch}"), "sha": made.sha});
        let path = self.repository_path("/git/refs");
        match self.write_blindly(Repeat::Freely, &what, Method::POST, &path, &body).await {
            // Another run made it just now, or an answer was lost.
            Err(Error::Refused { status: 422, message, .. }) if message.to_lowercase().contains("exist") => Ok(()),
            done => done,
        }
    }

    /// Commits to a branch, unless it has moved, and gives the commit's id. GitHub signs the commit.
    ///
    /// # Errors
    /// [`Error::Moved`] if somebody pushed in between; when the token or a rule of the branch does not allow it.
    pub async fn commit_on_branch(&self, commit: &BranchCommit<'_>) -> Result<String> {
        let what = format!("the commit on {}", commit.branch);
        let moved = || Error::Moved { branch: commit.branch.to_owned() };
        let input = json!({ "input": {
            "branch": {"repositoryNameWithOwner": self.repository().to_string(), "branchName": commit.branch},
            "message": {"headline": commit.headline, "body": commit.body},
            "expectedHeadOid": commit.expected_head,
            "fileChanges": changes(commit.edits),
        }});
        for _ in 0..2 {
            let oid = |data: Value| data["createCommitOnBranch"]["commit"]["oid"].as_str().map(str::to_owned);
            let answer = self.graphql(Repeat::AfterLooking, &what, DOCUMENT, input.clone()).await;
            let unread = || Error::Unexpected { what: what.clone(), message: "no commit in it".to_owned() };
            match answer.and_then(|data| oid(data).ok_or_else(unread)) {
                Ok(oid) => return Ok(oid),
                Err(Error::Refused { message, .. }) if is_stale(&message) => return Err(moved()),
                Err(error) if error.may_have_happened() || matches!(error, Error::Unexpected { .. }) => {
                    tokio::time::sleep(SETTLE).await;
                    match self.branch_head(commit.branch).await? {
                        Some(head) if head == commit.expected_head => {}
                        Some(head) if self.is_ours(&head, commit).await? => return Ok(head),
                        _ => return Err(moved()),
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Err(Error::Lost { what, message: "twice in a row, and the branch did not move".to_owned() })
    }

    /// Whether a commit is the one that was asked for: the same message on the same parent.
    async fn is_ours(&self, sha: &str, wanted: &BranchCommit<'_>) -> Result<bool> {
        #[derive(Deserialize)]
        struct Object {
            #[serde(default)]
            message: String,
            #[serde(default)]
            parents: Vec<Parent>,
        }
        #[derive(Deserialize)]
        struct Parent {
            sha: String,
        }
        let path = self.repository_path(&format!("/git/commits/{}", part(sha)));
        let commit: Option<Object> = self.read_if_there(&format!("the commit {sha}"), &path).await?;
        let message = format!("{}\n\n{}", wanted.headline, wanted.body);
        Ok(commit.is_some_and(|commit| {
            commit.message.trim() == message.trim()
                && matches!(commit.parents.as_slice(), [parent] if parent.sha == wanted.expected_head)
        }))
    }
}

/// Whether GitHub refuses because the branch is not where it was expected.
fn is_stale(message: &str) -> bool {
    let message = message.to_lowercase();
    message.starts_with("stale_data") || message.contains("expected branch to point to")
}

fn changes(edits: &[FileEdit]) -> Value {
    let written = edits.iter().filter_map(|edit| {
        edit.text.as_ref().map(|text| json!({"path": edit.path, "contents": STANDARD.encode(text)}))
    });
    let deleted = edits.iter().filter(|edit| edit.text.is_none()).map(|edit| json!({"path": edit.path}));
    json!({"additions": written.collect::<Vec<_>>(), "deletions": deleted.collect::<Vec<_>>()})
}
