//! Comments on pull requests. To GitHub, a pull request's conversation is that of an issue of the same number.

use http::Method;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::client::{Client, Repeat};
use super::people::Account;
use super::{Result, pulls};

/// The most characters that GitHub takes in one comment.
pub const LONGEST: usize = 65_536;

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Comment {
    /// Its id. Later comments have greater ones.
    pub id: u64,
    /// Its id for GraphQL.
    #[serde(default, deserialize_with = "pulls::text")]
    pub node_id: String,
    /// Who wrote it. `None`: somebody who is gone.
    #[serde(default, rename = "user")]
    pub author: Option<Account>,
    /// Its Markdown.
    #[serde(default, deserialize_with = "pulls::text")]
    pub body: String,
    /// Its page.
    #[serde(default, deserialize_with = "pulls::text")]
    pub html_url: String,
    /// What ties its author to the repository: `OWNER`, `MEMBER`, `COLLABORATOR`, `CONTRIBUTOR`, `NONE`…
    #[serde(default, deserialize_with = "pulls::text")]
    pub author_association: String,
    /// When it was written.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// When it was last edited.
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
}

/// Who edited a comment last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Editor {
    /// Its text is as it was written.
    Nobody,
    /// An account of this name.
    Login(String),
}

const EDITOR: &str =
    "query Editor($id: ID!) { node(id: $id) { ... on IssueComment { lastEditedAt editor { login } } } }";

impl Client {
    /// The comments of a pull request, the oldest first, from all pages.
    ///
    /// # Errors
    /// When GitHub does not tell.
    pub async fn comments(&self, number: u64) -> Result<Vec<Comment>> {
        let path = self.repository_path(&format!("/issues/{number}/comments"));
        let mut comments: Vec<Comment> = self.read_all("the comments", &path, None).await?;
        comments.sort_by_key(|comment| comment.id);
        // A page that moved while it was read shows a comment twice.
        comments.dedup_by_key(|comment| comment.id);
        Ok(comments)
    }

    /// Who edited a comment last. `None`: it could not be found out.
    ///
    /// # Errors
    /// When GitHub does not tell.
    pub async fn last_editor(&self, comment: &Comment) -> Result<Option<Editor>> {
        let variables = json!({"id": comment.node_id});
        let data = self.graphql(Repeat::Freely, "who edited a comment", EDITOR, variables).await?;
        let node = &data["node"];
        if !node.is_object() {
            return Ok(None);
        }
        if node["lastEditedAt"].is_null() && node["editor"].is_null() {
            return Ok(Some(Editor::Nobody));
        }
        Ok(node["editor"]["login"].as_str().map(|login| Editor::Login(login.to_owned())))
    }

    /// Writes a comment. It is not repeated after a lost answer.
    ///
    /// # Errors
    /// When GitHub does not take it, or its answer was lost.
    pub async fn create_comment(&self, number: u64, body: &str) -> Result<Comment> {
        let path = self.repository_path(&format!("/issues/{number}/comments"));
        self.write(Repeat::AfterLooking, "the comment", Method::POST, &path, &json!({"body": body})).await
    }

    /// Replaces a comment's text.
    ///
    /// # Errors
    /// When GitHub does not take it.
    pub async fn update_comment(&self, id: u64, body: &str) -> Result<()> {
        let path = self.repository_path(&format!("/issues/comments/{id}"));
        self.write_blindly(Repeat::Freely, "the comment", Method::PATCH, &path, &json!({"body": body})).await
    }

    /// Deletes a comment. One that is gone already is no error.
    ///
    /// # Errors
    /// When GitHub does not do it.
    pub async fn delete_comment(&self, id: u64) -> Result<()> {
        let path = self.repository_path(&format!("/issues/comments/{id}"));
        match self.write_blindly(Repeat::Freely, "the comment", Method::DELETE, &path, &()).await {
            Err(super::Error::NotFound { .. }) => Ok(()),
            done => done,
        }
    }
}
