//! Commits made through the API, which GitHub signs.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Client, Repeat, part};
use super::people::Account;
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

/// A commit, as GitHub tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CommitOf {
    /// What it is.
    commit: Said,
    /// Whose account made it. `None`: no account's.
    #[serde(default)]
    author: Option<Account>,
    /// The commits that it follows.
    #[serde(default)]
    parents: Vec<Named>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Said {
    #[serde(default)]
    message: String,
    tree: Named,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Named {
    sha: String,
}

impl CommitOf {
    /// Its message.
    pub fn message(&self) -> &str {
        &self.commit.message
    }

    /// The id of its tree.
    pub fn tree(&self) -> &str {
        &self.commit.tree.sha
    }

    /// Whether a program made it on top of the commit `parent` alone.
    pub fn is_a_programs_on(&self, parent: &str) -> bool {
        let follows = matches!(self.parents.as_slice(), [one] if one.sha == parent);
        follows && self.author.as_ref().is_some_and(Account::is_bot)
    }
}

/// The most files that GitHub names of a comparison.
const MOST_COMPARED: usize = 300;

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

    /// A commit. `None`: there is none.
    ///
    /// # Errors
    /// When GitHub does not tell.
    pub async fn commit(&self, sha: &str) -> Result<Option<CommitOf>> {
        let path = self.repository_path(&format!("/commits/{}", part(sha)));
        self.read_if_there(&format!("the commit {sha}"), &path).await
    }

    /// The paths that differ between two commits of which the one follows the other.
    ///
    /// # Errors
    /// When GitHub does not tell, or not of all of them.
    pub async fn changed_between(&self, base: &str, head: &str) -> Result<Vec<String>> {
        #[derive(Deserialize)]
        struct Comparison {
            #[serde(default)]
            files: Vec<File>,
        }
        #[derive(Deserialize)]
        struct File {
            filename: String,
            #[serde(default)]
            previous_filename: Option<String>,
        }
        let what = "what a commit of ours changed";
        let path = self.repository_path(&format!("/compare/{}...{}", part(base), part(head)));
        let comparison: Comparison = self.read(what, &path).await?;
        if comparison.files.len() >= MOST_COMPARED {
            let message = format!("it tells of {MOST_COMPARED} files, and there may be more");
            return Err(Error::Unexpected { what: what.to_owned(), message });
        }
        let files = comparison.files.into_iter().flat_map(|file| [Some(file.filename), file.previous_filename]);
        Ok(files.flatten().collect())
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
