//! One comment, however many runs write it.
//!
//! 1. It is found by a hidden first line, on any page, whoever of our identities wrote it;
//! 2. it is replaced in place, and only when what it says has changed;
//! 3. where there is none, it is written, and then looked for again: if another run wrote one at the same time, the
//!    oldest stays;
//! 4. when the answer to a write is lost, it is looked for before it is written again.

use std::time::Duration;

use super::comments::Comment;
use super::{Client, Error, Result};

/// What the comment is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sticky<'a> {
    /// Its hidden first line, unique for the place that writes it.
    pub marker: &'a str,
    /// Its whole text, which begins with the marker.
    pub body: &'a str,
    /// A text inside the body that stands for what it says, so that two bodies with the same one need no update.
    pub digest: &'a str,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Posted {
    /// It was written.
    Created(Comment),
    /// It was replaced.
    Updated(Comment),
    /// It says so already.
    Unchanged(Comment),
}

impl Posted {
    /// The comment.
    pub fn comment(&self) -> &Comment {
        match self {
            Self::Created(comment) | Self::Updated(comment) | Self::Unchanged(comment) => comment,
        }
    }
}

/// How often a lost write is tried.
const TRIES: usize = 3;

/// How long a lost answer's comment is given to appear in the list before it is looked for.
const SETTLE: Duration = Duration::from_millis(500);

impl Client {
    /// Makes the pull request's one comment say this.
    ///
    /// # Errors
    /// When GitHub does not take it.
    pub async fn post_sticky(&self, number: u64, sticky: &Sticky<'_>) -> Result<Posted> {
        let mut lost = None;
        for _ in 0..TRIES {
            let mine = self.own_comments(number, sticky.marker).await?;
            if let Some(oldest) = mine.first().cloned() {
                match self.replace(oldest, sticky).await {
                    Ok(posted) => {
                        self.delete_all(mine.iter().skip(1)).await;
                        return Ok(posted);
                    }
                    // Somebody deleted it just now.
                    Err(error @ Error::NotFound { .. }) => {
                        lost = Some(error);
                        continue;
                    }
                    Err(error) => return Err(error),
                }
            }
            match self.create_comment(number, sticky.body).await {
                Ok(created) => return self.settle(number, created, sticky).await,
                Err(error) if error.may_have_happened() => {
                    tokio::time::sleep(SETTLE).await;
                    lost = Some(error);
                }
                Err(error @ Error::Unexpected { .. }) => {
                    // It was taken, and its answer tells nothing more: a second one is never right.
                    let mine = self.own_comments(number, sticky.marker).await?;
                    return mine.into_iter().next().map(Posted::Created).ok_or(error);
                }
                Err(error) => return Err(error),
            }
        }
        // The last one may have arrived as well.
        match (self.own_comments(number, sticky.marker).await?.into_iter().next(), lost) {
            (Some(comment), _) => Ok(Posted::Created(comment)),
            (None, Some(error)) => Err(error),
            (None, None) => {
                Err(Error::Unexpected { what: "the comment".to_owned(), message: "it is not there".to_owned() })
            }
        }
    }

    /// The pull request's comment, if there is one.
    ///
    /// # Errors
    /// When GitHub does not tell.
    pub async fn find_sticky(&self, number: u64, marker: &str) -> Result<Option<Comment>> {
        Ok(self.own_comments(number, marker).await?.into_iter().next())
    }

    /// After writing: if an older one is there now, it is that one that stays.
    async fn settle(&self, number: u64, created: Comment, sticky: &Sticky<'_>) -> Result<Posted> {
        // The comment is there. If nobody can tell whether another is, this one is good enough.
        let Ok(mine) = self.own_comments(number, sticky.marker).await else { return Ok(Posted::Created(created)) };
        match mine.first().cloned() {
            Some(oldest) if oldest.id < created.id => {
                let posted = self.replace(oldest, sticky).await?;
                self.delete_all(mine.iter().skip(1).filter(|comment| comment.id == created.id)).await;
                Ok(posted)
            }
            _ => Ok(Posted::Created(created)),
        }
    }

    async fn replace(&self, old: Comment, sticky: &Sticky<'_>) -> Result<Posted> {
        if old.body.contains(sticky.digest) {
            return Ok(Posted::Unchanged(old));
        }
        self.update_comment(old.id, sticky.body).await?;
        Ok(Posted::Updated(Comment { body: sticky.body.to_owned(), ..old }))
    }

    async fn delete_all(&self, comments: impl Iterator<Item = &Comment>) {
        for comment in comments {
            if let Err(error) = self.delete_comment(comment.id).await {
                tracing::warn!(%error, comment = comment.id, "a second comment stays");
            }
        }
    }

    /// Our comments with that marker, the oldest first.
    ///
    /// Anybody can write the marker into a comment of their own, and could change that one later. So a person's comment
    /// is ours only if we are that person; a bot's name changes with the token that a workflow uses.
    async fn own_comments(&self, number: u64, marker: &str) -> Result<Vec<Comment>> {
        let marked: Vec<Comment> = self
            .comments(number)
            .await?
            .into_iter()
            .filter(|comment| comment.body.trim_start().starts_with(marker))
            .collect();
        let by_a_person = |comment: &Comment| {
            comment.author.as_ref().is_some_and(|author| !author.is_bot() && !author.kind.is_empty())
        };
        let us = if marked.iter().any(by_a_person) { self.own_login().await? } else { None };
        let is_us = |comment: &Comment| match (&comment.author, &us) {
            (Some(author), Some(us)) => author.is(us),
            _ => false,
        };
        Ok(marked.into_iter().filter(|comment| !by_a_person(comment) || is_us(comment)).collect())
    }
}
