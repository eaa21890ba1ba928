//! Runs of workflows.

use http::Method;

use super::Result;
use super::client::{Client, Repeat};

impl Client {
    /// Starts a workflow's run again, with the rights that it had: those of its own event.
    ///
    /// # Errors
    /// When GitHub does not do it: the run is under way, too old, or the token lacks `actions: write`.
    pub async fn rerun(&self, run: u64) -> Result<()> {
        let path = self.repository_path(&format!("/actions/runs/{run}/rerun"));
        let body = serde_json::json!({});
        self.write_blindly(Repeat::AfterLooking, "another run of the check", Method::POST, &path, &body).await
    }
}
