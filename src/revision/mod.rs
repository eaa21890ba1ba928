//! The hygiene of Alembic's revisions: what their files tell without being run, and what they leave undone.
//!
//! 1. [`read`] reads what each file says of itself: its revision, what it builds on, and what it does;
//! 2. [`graph`] looks at the history as a whole, as it will be once the pull request is merged;
//! 3. [`applied`] compares the files that databases have already run with what became of them;
//! 4. [`downgrade`] asks of the new ones whether they lead back;
//! 5. [`models`] words what the models declare and the migrated database has not.

mod applied;
mod downgrade;
mod graph;
mod models;
mod read;
#[cfg(test)]
mod tests;

pub use models::{Mismatch, ModelDifference, mismatch};

use serde::Serialize;

use crate::diff::Severity;
use read::Revision;

/// A file of a migrations' folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionFile {
    /// Path from the root of the repository, with `/`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// The revisions of every side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histories {
    /// Where the pull request left the base branch: what databases have applied.
    pub base: Vec<RevisionFile>,
    /// What the base branch has now.
    pub tip: Vec<RevisionFile>,
    /// What the pull request has.
    pub head: Vec<RevisionFile>,
    /// The base branch's name.
    pub base_name: String,
    /// The command that merges heads.
    pub merge_command: String,
}

/// What is wrong with the migration history.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct HistoryFinding {
    /// How much it can hurt.
    pub severity: Severity,
    /// A stable id, such as `several-heads`.
    pub rule: &'static str,
    /// The file, from the root of the repository.
    pub path: String,
    /// The line, from 1.
    pub line: Option<u32>,
    /// What is wrong, in plain words. Names in it are as the files have them: escape them where they are shown.
    pub message: String,
    /// What to do about it.
    pub advice: String,
}

/// What is wrong with the history of `histories`, the gravest first.
///
/// Files that are no revisions are passed over. What the pull request did not bring about is not told.
pub fn check(histories: &Histories) -> Vec<HistoryFinding> {
    let read = |files: &[RevisionFile]| -> Vec<Revision> { files.iter().filter_map(read::revision).collect() };
    let (base, tip, head) = (read(&histories.base), read(&histories.tip), read(&histories.head));
    let mut findings = graph::check(&base, &tip, &head, histories);
    findings.extend(applied::check(&base, &head));
    let is_new = |revision: &&Revision| !base.iter().any(|known| known.id.value == revision.id.value);
    findings.extend(head.iter().filter(is_new).flat_map(downgrade::check));
    findings.sort_by(|one, other| other.severity.cmp(&one.severity).then_with(|| one.cmp(other)));
    findings
}
