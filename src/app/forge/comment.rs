//! The pull request's one comment.

use super::Forge;
use crate::app::Exit;
use crate::github::sticky::Sticky;
use crate::github::{self};
use crate::report::{self, Facts, Limits, comment};

/// When the comment is written. One that is there already is kept up to date in any case but the last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CommentMode {
    /// On every pull request.
    #[default]
    Always,
    /// When the schema changes, or something is wrong.
    Changes,
    /// When something is wrong or waits.
    Failures,
    /// Never.
    Off,
}

/// What stands before the digest of what a comment says.
const DIGEST: &str = "<!-- fabwright:digest ";

/// A comment without its digest: it says something else than the report did, so that the next report replaces it.
fn undigested(body: &str) -> String {
    let Some((before, rest)) = body.split_once(DIGEST) else { return body.to_owned() };
    let after = rest.split_once(" -->").map_or(rest, |(_, after)| after);
    format!("{before}{after}")
}

/// A body that GitHub takes however it counts characters.
const SHORT: usize = 16_000;

impl Forge {
    /// Brings the comment to what the facts say, and gives its page.
    pub async fn post_comment(&self, number: u64, facts: &Facts, exit: Exit) -> Option<String> {
        let limits = self.limits();
        let wanted = match self.settings.comment {
            CommentMode::Off => return None,
            CommentMode::Always => true,
            CommentMode::Changes => !facts.changes.is_empty() || exit != Exit::Done,
            CommentMode::Failures => exit != Exit::Done,
        };
        let text = |limits: &Limits| report::comment(facts, limits);
        self.post(number, &limits, &report::digest(facts), text, wanted).await
    }

    /// Says in the comment that there is one, if there is one, that the check could not be done.
    pub async fn post_stop(&self, number: u64, error: &str) -> Option<String> {
        if self.settings.comment == CommentMode::Off {
            return None;
        }
        let text = |limits: &Limits| comment::stopped(error, limits);
        self.post(number, &self.limits(), &comment::hash(error), text, true).await
    }

    /// Brings the comment to a report from another job, as `text` words it.
    pub async fn post_reported(&self, number: u64, text: impl Fn(&Limits) -> String) -> Option<String> {
        let limits = self.limits();
        let digest = comment::hash(&text(&limits));
        self.post(number, &limits, &digest, text, true).await
    }

    /// Brings the comment of a report, whose hidden first line is `marker`, to what was decided since.
    pub async fn retell(&self, number: u64, marker: &str, retold: impl Fn(&str) -> String) -> Option<String> {
        if self.settings.comment == CommentMode::Off {
            return None;
        }
        let telling = async {
            let Some(old) = self.client.find_sticky(number, marker).await? else { return Ok(None) };
            let body = undigested(&retold(&old.body));
            if body != old.body {
                self.client.update_comment(old.id, &body).await?;
            }
            Ok(Some(old.html_url))
        };
        telling.await.unwrap_or_else(|error: github::Error| {
            self.notice(format!("the comment does not tell this yet: {error}"));
            None
        })
    }

    async fn post(
        &self,
        number: u64,
        limits: &Limits,
        digest: &str,
        text: impl Fn(&Limits) -> String,
        wanted: bool,
    ) -> Option<String> {
        if !self.may_write("issues").await && !self.may_write("pull_requests").await {
            self.notice("no comment was written: the App may not write pull requests".to_owned());
            return None;
        }
        let marker = comment::marker(limits);
        let digest = format!("{DIGEST}{digest} -->");
        let body = |characters: usize| {
            let limits = Limits { characters, ..limits.clone() };
            text(&limits).replacen(&marker, &format!("{marker}{digest}"), 1)
        };
        let posting = async {
            if !wanted && self.client.find_sticky(number, &marker).await?.is_none() {
                return Ok(None);
            }
            let whole = body(limits.characters);
            let sticky = Sticky { marker: &marker, body: &whole, digest: &digest };
            match self.client.post_sticky(number, &sticky).await {
                Err(github::Error::Refused { status: 422, .. }) => {
                    let short = body(SHORT);
                    self.client.post_sticky(number, &Sticky { body: &short, ..sticky }).await.map(Some)
                }
                done => done.map(Some),
            }
        };
        match posting.await {
            Ok(posted) => posted.map(|posted| posted.comment().html_url.clone()).filter(|url| !url.is_empty()),
            Err(error) => {
                self.notice(format!("no comment was written, the job summary has it all: {error}"));
                None
            }
        }
    }
}
