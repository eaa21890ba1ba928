//! Who said what, each word bound to the fingerprints that its author could see.
//!
//! Comments and reviews are read anew each time; the ledger remembers only what they cannot tell later:
//!
//! - which fingerprints a short id or "all" stood for when it was heard, so that a change that is made to look alike
//!   afterwards is not approved by it;
//! - that somebody took an approval back, so that the word stays when its comment is deleted.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::command::{self, Changes, Command};
use super::{ApprovalState, GateChange};
use crate::diff::ChangeId;
use crate::schema::snapshot;

/// A comment on a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// GitHub's number of it.
    pub id: u64,
    /// Whose it is.
    pub by: String,
    /// Its text as it is now.
    pub body: String,
    /// When it was written.
    pub at: Timestamp,
    /// Who altered it since.
    pub edit: Edit,
}

/// Who altered a comment. Whoever may write to a repository may alter the comments of others in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// Nobody.
    Never,
    /// Its author.
    ByAuthor,
    /// Somebody else, or it could not be found out who.
    ByOthers,
}

/// A review of a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// GitHub's number of it.
    pub id: u64,
    /// Whose it is.
    pub by: String,
    /// What it says.
    pub state: ReviewState,
    /// The commit that was reviewed.
    pub commit: String,
    /// When it was submitted.
    pub at: Timestamp,
}

/// What a review says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewState {
    /// Everything is right.
    Approved,
    /// Something is wrong.
    ChangesRequested,
    /// It does not count any more.
    Dismissed,
    /// It judges nothing.
    Commented,
}

/// How something was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// By a review.
    Review,
    /// By a command in a comment.
    Comment,
}

/// One word about one change, or about all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// It may be merged.
    Approve(ChangeId),
    /// What was said of it does not hold any more.
    Revoke(ChangeId),
    /// Nothing that was said holds any more.
    RevokeAll,
}

/// A comment or review that was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it was.
    pub source: Source,
    /// GitHub's number of it.
    pub id: u64,
    /// A digest of what it said.
    pub digest: String,
    /// Whose it is.
    pub by: String,
    /// When it was said.
    pub at: Timestamp,
    /// What it means, in order.
    pub words: Vec<Word>,
    /// What could not be followed, and why: one sentence each.
    pub refusals: Vec<String>,
}

/// Everything that was heard, in the order in which it was said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// The entries.
    pub entries: Vec<Entry>,
}

/// What had been reported when a comment was written.
#[derive(Debug, Clone, Copy)]
pub enum Reported<'a> {
    /// These changes, in the last report that people could see.
    Before(&'a [GateChange]),
    /// Nothing: these changes are being reported now for the first time. An id that somebody knew already is taken;
    /// "all" is not, because nobody can have seen what that would be.
    Now(&'a [GateChange]),
    /// Nothing yet. Comments are left for later.
    Nothing,
}

/// Why a comment is not followed at all.
const EDITED: &str = "this comment was altered, and not verifiably by its author: write a new one";
const UNSEEN: &str = "nothing had been reported when this was written: write it again";

/// One thing that somebody said about a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said<'a> {
    /// Who.
    pub by: &'a str,
    /// About which change.
    pub change: &'a ChangeId,
    /// What.
    pub state: ApprovalState,
    /// How.
    pub source: Source,
}

impl Ledger {
    /// The ledger after hearing what comments and reviews say now. `changes_at` tells which fingerprints had been
    /// reported for a commit, and nothing if none had.
    #[must_use]
    pub fn hear(
        &self,
        comments: &[Comment],
        reviews: &[Review],
        reported: Reported<'_>,
        changes_at: impl Fn(&str) -> Option<Vec<ChangeId>>,
    ) -> Self {
        let mut entries: Vec<Entry> = Vec::new();
        let mut current: BTreeMap<(Source, u64), String> = BTreeMap::new();
        for comment in comments {
            let commands = command::parse(&comment.body);
            if !commands.iter().any(says_something) {
                continue;
            }
            let digest = digest(&comment.body);
            current.insert((Source::Comment, comment.id), digest.clone());
            let entry = match self.entry(Source::Comment, comment.id, &digest) {
                Some(known) => Some(known.clone()),
                None => hear_comment(comment, commands, reported, digest),
            };
            entries.extend(entry.map(|entry| Entry { by: comment.by.clone(), ..entry }));
        }
        for review in reviews {
            let digest = digest(&format!("{:?} {}", review.state, review.commit));
            current.insert((Source::Review, review.id), digest.clone());
            let entry = match self.entry(Source::Review, review.id, &digest) {
                Some(known) => Some(known.clone()),
                None => hear_review(review, &changes_at, digest),
            };
            entries.extend(entry.map(|entry| Entry { by: review.by.clone(), ..entry }));
        }
        // What was taken back stays so, whatever becomes of the words that said it: anyone who may write to the
        // repository may delete a comment.
        entries.extend(self.entries.iter().filter_map(|old| {
            if current.get(&(old.source, old.id)) == Some(&old.digest) {
                return None;
            }
            let words: Vec<Word> = old.words.iter().filter(|word| !matches!(word, Word::Approve(_))).cloned().collect();
            (!words.is_empty()).then(|| Entry { words, refusals: Vec::new(), ..old.clone() })
        }));
        entries.sort_by_key(|entry| (entry.at, entry.source, entry.id));
        Self { entries }
    }

    fn entry(&self, source: Source, id: u64, digest: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.source == source && entry.id == id && entry.digest == digest)
    }

    /// What was said about these changes and about others that people named, in order.
    pub fn said<'a>(&'a self, changes: &'a [GateChange]) -> Vec<Said<'a>> {
        let mut said = Vec::new();
        for Entry { by, words, source, .. } in &self.entries {
            let mut say = |change, state| said.push(Said { by, change, state, source: *source });
            for word in words {
                match word {
                    Word::Approve(change) => say(change, ApprovalState::Given),
                    Word::Revoke(change) => say(change, ApprovalState::Revoked),
                    Word::RevokeAll => changes.iter().for_each(|change| say(&change.id, ApprovalState::Revoked)),
                }
            }
        }
        said
    }

    /// Everyone who gave an approval, each once.
    pub fn people(&self) -> Vec<&str> {
        let mut people: Vec<&str> = self
            .entries
            .iter()
            .filter(|entry| entry.words.iter().any(|word| matches!(word, Word::Approve(_))))
            .map(|entry| entry.by.as_str())
            .collect();
        people.sort_unstable();
        people.dedup();
        people
    }
}

/// Whether a line needs an answer or is a vote; commands that steer the check are no part of the ledger.
fn says_something(command: &Result<Command, command::Error>) -> bool {
    matches!(command, Err(_) | Ok(Command::Approve(_) | Command::Revoke(_)))
}

fn hear_comment(
    comment: &Comment,
    commands: Vec<Result<Command, command::Error>>,
    reported: Reported<'_>,
    digest: String,
) -> Option<Entry> {
    let mut entry = Entry {
        source: Source::Comment,
        id: comment.id,
        digest,
        by: comment.by.clone(),
        at: comment.at,
        words: Vec::new(),
        refusals: Vec::new(),
    };
    if comment.edit == Edit::ByOthers {
        entry.refusals.push(EDITED.to_owned());
        return Some(entry);
    }
    let (there, is_seen) = match reported {
        Reported::Before(changes) => (changes, true),
        Reported::Now(changes) => (changes, false),
        Reported::Nothing => return None,
    };
    for command in commands {
        let outcome = command.and_then(|command| match command {
            Command::Approve(Changes::All) if !is_seen => {
                entry.refusals.push(UNSEEN.to_owned());
                Ok(Vec::new())
            }
            Command::Approve(changes) => Ok(changes.among(there)?.into_iter().cloned().map(Word::Approve).collect()),
            Command::Revoke(Changes::All) => Ok(vec![Word::RevokeAll]),
            Command::Revoke(changes) => Ok(changes.among(there)?.into_iter().cloned().map(Word::Revoke).collect()),
            _ => Ok(Vec::new()),
        });
        match outcome {
            Ok(words) => entry.words.extend(words),
            Err(error) => entry.refusals.push(error.to_string()),
        }
    }
    Some(entry)
}

fn hear_review(review: &Review, changes_at: impl Fn(&str) -> Option<Vec<ChangeId>>, digest: String) -> Option<Entry> {
    let words = match review.state {
        ReviewState::Approved => changes_at(&review.commit)?.into_iter().map(Word::Approve).collect(),
        ReviewState::ChangesRequested => vec![Word::RevokeAll],
        ReviewState::Dismissed | ReviewState::Commented => return None,
    };
    let (by, at) = (review.by.clone(), review.at);
    Some(Entry { source: Source::Review, id: review.id, digest, by, at, words, refusals: Vec::new() })
}

fn digest(text: &str) -> String {
    let mut digest = snapshot::sha256(text);
    digest.truncate(32);
    digest
}
