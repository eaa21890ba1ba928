//! A push to the default branch: what it brought is kept, with who had approved it.

use jiff::Timestamp;

use super::Request;
use crate::app::check::Checked;
use crate::app::forge::{Forge, history};
use crate::app::gate::Conversation;
use crate::app::{Error, check};
use crate::github::event::Event;
use crate::github::pulls::PullRequest;
use crate::history::{Decided, Entry, PullRequest as Merged, Push};
use crate::schema::snapshot;
use crate::store::folder;
use crate::store::git::{Commit, Repository};

/// The most commits of one push whose pull requests are looked for.
const MOST_COMMITS: usize = 30;

/// A push to the default branch.
pub(super) struct Pushed {
    branch: String,
    /// Where the branch was.
    pub(super) before: Commit,
    after: Commit,
    /// When the last commit was made.
    at: Timestamp,
    /// Whether anything may be committed for it.
    is_kept: bool,
    /// Every commit of it, with the pull requests that its message names.
    commits: Vec<(Commit, Vec<u64>)>,
}

impl Pushed {
    /// The push that an event tells of. `None`: it is none, or one to another branch.
    pub(super) fn of(request: &check::Request, name: Option<&str>, event: &Event) -> Result<Option<Self>, Error> {
        let branch = event.pushed.clone().filter(|pushed| Some(pushed) == event.default_branch.as_ref());
        let (Some("push"), Some(branch), Some(after)) = (name, branch, &event.head) else { return Ok(None) };
        let repository = Repository::open(&request.repo)?;
        let after = repository.resolve(after)?;
        // After a forced push the old head may be gone, and before a first one there was none.
        let known = |revision: &str| repository.resolve(revision).ok();
        let before = (event.before.as_deref().and_then(known))
            .or_else(|| known(&format!("{after}^")))
            .unwrap_or_else(|| after.clone());
        let mut commits = Vec::new();
        for commit in repository.gained(&before, &after, MOST_COMMITS)? {
            let named = named(&repository.message_of(&commit)?);
            commits.push((commit, named));
        }
        let at = Timestamp::from_second(repository.seconds_of(&after)?).unwrap_or(Timestamp::UNIX_EPOCH);
        let is_kept = request.commit != check::CommitMode::Off;
        Ok(Some(Self { branch, before, after, at, is_kept, commits }))
    }

    /// What was said on the pull requests that the push merged, the newest first.
    pub(super) async fn conversations(&self, forge: &Forge, event: &Event) -> Vec<Conversation> {
        let mut numbers: Vec<u64> = Vec::new();
        for (commit, named) in &self.commits {
            match self.pull_requests(forge, commit, named).await {
                Ok(pulls) => {
                    for pull in pulls {
                        if !numbers.contains(&pull.number) {
                            numbers.push(pull.number);
                        }
                    }
                }
                Err(error) => forge.notice(format!("whose pull request {} was is not known: {error}", commit.short())),
            }
        }
        let mut conversations = Vec::new();
        for number in numbers {
            match Conversation::read(forge, number, event).await {
                Ok(conversation) => conversations.push(conversation),
                Err(error) => {
                    forge.notice(format!("what people said on pull request {number} could not be read: {error}"));
                }
            }
        }
        conversations
    }

    /// The pull requests that a commit merged: as GitHub says, or else as the commit's message does and GitHub confirms.
    async fn pull_requests(&self, forge: &Forge, commit: &Commit, named: &[u64]) -> Result<Vec<PullRequest>, Error> {
        let client = forge.client();
        let mut found = client.merged_pull_requests(commit.id(), &self.branch).await?;
        for number in named.iter().filter(|_| found.is_empty()) {
            let Ok(pull) = client.pull_request(*number).await else { continue };
            if pull.base.branch == self.branch && pull.merge_commit_sha.as_deref() == Some(commit.id()) {
                return Ok(vec![pull]);
            }
        }
        found.dedup_by_key(|pull| pull.number);
        Ok(found)
    }

    /// Keeps what the push brought: on the branch of the record, and beside the report. Gives what is to be said of it.
    pub(super) async fn keep(
        &self,
        request: &Request,
        forge: Option<&Forge>,
        checked: &Checked,
        conversations: &[Conversation],
    ) -> Result<Option<String>, Error> {
        let Some(schema) = &checked.schema else { return Ok(None) };
        let fingerprint = snapshot::fingerprint(schema);
        let pull_requests = conversations
            .iter()
            .map(|it| Merged { number: it.pull.number, author: it.author(), head: it.pull.head.sha.clone() })
            .collect();
        let decided: Vec<Decided<'_>> = conversations
            .iter()
            .zip(&checked.decided)
            .map(|(it, decided)| Decided {
                pull_request: it.pull.number,
                ledger: &decided.ledger,
                decision: &decided.decision,
            })
            .collect();
        let revisions = checked.facts.rehearsal.iter().flat_map(|rehearsal| &rehearsal.revisions);
        let push = Push {
            commit: self.after.id(),
            before: self.before.id(),
            at: self.at,
            folder: &checked.folder,
            schema: &fingerprint,
        };
        let revisions = revisions.map(|revision| revision.id.clone()).collect();
        let entry = Entry::new(push, pull_requests, revisions, &checked.record.changes, &decided);
        let text = snapshot::to_text(schema);
        folder::write(&checked.out.join("history.json"), &entry.to_text())?;
        folder::write(&checked.out.join(history::SCHEMA), &text)?;
        let Some(forge) = forge.filter(|_| self.is_kept) else { return Ok(None) };
        match forge.keep_history(&entry, &text).await {
            Ok(true) => Ok(Some(format!("The record on the branch `{}` has this push.", history::BRANCH))),
            Ok(false) => Ok(None),
            Err(error) => {
                let out = request.check.out.display();
                forge.notice(format!(
                    "the record of changes was not kept on the branch {}: {error}. It is in history.json and \
                     schema.json in {out}",
                    history::BRANCH
                ));
                Ok(None)
            }
        }
    }
}

/// The pull requests that a merge's message names: `Merge pull request #7 from …`, or `… (#7)` of a squashed one.
fn named(message: &str) -> Vec<u64> {
    let first = message.lines().next().unwrap_or_default();
    let number = |text: &str| text.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok();
    let merged = first.strip_prefix("Merge pull request #").and_then(number);
    let squashed = first.rsplit_once("(#").and_then(|(_, rest)| number(rest));
    merged.into_iter().chain(squashed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merges_message_names_its_pull_request() {
        assert_eq!(named("Merge pull request #7 from octo/feature\n\nText (#9)"), [7]);
        assert_eq!(named("Drop the fax (#12)"), [12]);
        assert_eq!(named("Revert \"Drop the fax (#12)\" (#13)"), [13]);
        assert_eq!(named("Merge branch 'x' (see #4)"), [0_u64; 0]);
    }
}
