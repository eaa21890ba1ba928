//! Commit statuses: what is left where a token may not make check runs.

use http::Method;
use serde::Serialize;

use super::Result;
use super::client::{Client, Repeat, part};

/// The most characters of a status's description.
pub const LONGEST_DESCRIPTION: usize = 140;

/// A status's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum State {
    Pending,
    Success,
    Failure,
    Error,
}

/// A commit status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// How it stands.
    pub state: State,
    /// Its name: a later status of the same name takes its place.
    pub context: String,
    /// One line, cut to what GitHub takes.
    pub description: String,
    /// Where more can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_url: Option<String>,
}

impl Client {
    /// Sets a status of a commit.
    ///
    /// # Errors
    /// When GitHub does not take it.
    pub async fn set_status(&self, sha: &str, status: &Status) -> Result<()> {
        let path = self.repository_path(&format!("/statuses/{}", part(sha)));
        let description = status.description.chars().take(LONGEST_DESCRIPTION).collect();
        let body = Status { description, ..status.clone() };
        // The newest of a name counts, so that a second one changes nothing.
        self.write_blindly(Repeat::Freely, "the commit status", Method::POST, &path, &body).await
    }
}
