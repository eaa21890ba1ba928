//! The record of changes, on a branch of its own: the default branch is protected where people take care of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Forge;
use crate::github::commits::{BranchCommit, FileEdit};
use crate::github::{Error, Result};
use crate::history::{self, Entry};

/// The branch of the record.
pub const BRANCH: &str = "fabwright/history";
/// The schema of the default branch, as the last push left it.
pub const SCHEMA: &str = "schema.json";
/// Which push that was.
const LATEST: &str = "latest.json";

const README: &str = "\
# The record of schema changes

Fabwright adds to this branch with each push to the default branch. Do not merge it.

* `history/` has one file for each push that changed the schema: what changed, and who had approved it when.
* `schema.json` is the schema of the default branch, as `fabwright diff` reads it.

`fabwright history` shows it.
";

/// How often the branch may be moved by others meanwhile.
const TRIES: usize = 4;

/// The push that the schema was kept of.
#[derive(Serialize, Deserialize)]
struct Latest {
    commit: String,
    at: Timestamp,
    schema: String,
}

impl Forge {
    /// Keeps an entry of the record, and the schema that the push led to, as `snapshot`. Gives whether there was anything
    /// new. A schema that is newer than the push stays.
    ///
    /// # Errors
    /// When the token or a rule of the repository does not allow it, or GitHub gives no answer.
    pub async fn keep_history(&self, entry: &Entry, snapshot: &str) -> Result<bool> {
        if !self.may_write("contents").await {
            let message = "the App may not write contents".to_owned();
            let needs = Some("contents: write".to_owned());
            return Err(Error::Forbidden { what: format!("the branch {BRANCH}"), message, needs });
        }
        let mut moved = None;
        for _ in 0..TRIES {
            let Some(head) = self.client.branch_head(BRANCH).await? else {
                self.client.create_branch(BRANCH, "README.md", README, "Begin the record of schema changes").await?;
                continue;
            };
            let edits = self.edits(entry, snapshot).await?;
            if edits.is_empty() {
                return Ok(false);
            }
            let short = entry.commit.get(..10).unwrap_or(&entry.commit);
            let headline = match entry.changes.len() {
                0 => format!("Keep the schema of {short}"),
                1 => format!("Keep the change of {short}"),
                many => format!("Keep the {many} changes of {short}"),
            };
            let commit =
                BranchCommit { branch: BRANCH, expected_head: &head, headline: &headline, body: "", edits: &edits };
            match self.client.commit_on_branch(&commit).await {
                Ok(_) => return Ok(true),
                // Another push is being kept at the same time.
                Err(error @ Error::Moved { .. }) => moved = Some(error),
                Err(error) => return Err(error),
            }
        }
        Err(moved.unwrap_or_else(|| Error::NotFound { what: format!("the branch {BRANCH}") }))
    }

    async fn edits(&self, entry: &Entry, snapshot: &str) -> Result<Vec<FileEdit>> {
        let path = |name: &str| {
            if entry.folder.is_empty() { name.to_owned() } else { format!("{}/{name}", entry.folder) }
        };
        let write = |path: String, text: String| FileEdit { path, text: Some(text) };
        let mut edits = Vec::new();
        let own = path(&format!("{}/{}", history::FOLDER, entry.file_name()));
        if !entry.changes.is_empty() && self.client.file_at(&own, BRANCH).await?.is_none() {
            edits.push(write(own, entry.to_text()));
        }
        let latest = self.client.file_at(&path(LATEST), BRANCH).await?;
        let latest: Option<Latest> = latest.and_then(|text| serde_json::from_str(&text).ok());
        if latest.is_none_or(|latest| latest.at <= entry.at && latest.schema != entry.schema) {
            let latest = Latest { commit: entry.commit.clone(), at: entry.at, schema: entry.schema.clone() };
            // A value made of strings always has a text.
            let text = serde_json::to_string_pretty(&latest).unwrap_or_default() + "\n";
            edits.extend([write(path(LATEST), text), write(path(SCHEMA), snapshot.to_owned())]);
        }
        Ok(edits)
    }
}
