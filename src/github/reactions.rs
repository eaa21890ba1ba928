//! Reactions to comments: how we say that a command was heard.

use http::Method;
use serde::Serialize;

use super::Result;
use super::client::{Client, Repeat};

/// A reaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Reaction {
    /// Heard.
    #[serde(rename = "eyes")]
    Eyes,
    /// Done.
    #[serde(rename = "+1")]
    ThumbsUp,
    /// Refused.
    #[serde(rename = "-1")]
    ThumbsDown,
    /// Not understood.
    #[serde(rename = "confused")]
    Confused,
}

impl Client {
    /// Reacts to a comment. A reaction that is there already stays as it is.
    ///
    /// # Errors
    /// When GitHub does not take it.
    pub async fn react(&self, comment: u64, reaction: Reaction) -> Result<()> {
        #[derive(Serialize)]
        struct Body {
            content: Reaction,
        }
        let path = self.repository_path(&format!("/issues/comments/{comment}/reactions"));
        let body = Body { content: reaction };
        self.write_blindly(Repeat::Freely, "the reaction", Method::POST, &path, &body).await
    }
}
