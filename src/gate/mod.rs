//! May this pull request be merged, and if not, who has to do what?
//!
//! 1. [`command`] reads what people write in comments;
//! 2. [`ledger`] turns comments and reviews into votes, each bound to the fingerprints that its author could see;
//! 3. [`policy`] and [`codeowners`] say whose votes each change needs;
//! 4. [`evaluate`] weighs the votes;
//! 5. [`record`] is what the next run has to know, in a form that a check run can carry.
//!
//! Approvals hold on to changes by their fingerprint, not to commits: a rebase keeps an approval, an altered change
//! voids it.

pub mod codeowners;
pub mod command;
mod decision;
mod evaluate;
pub mod ledger;
mod pattern;
pub mod policy;
pub mod record;
#[cfg(test)]
mod tests;

pub use decision::{ApprovalStatus, ChangeDecision, Decision, NeedDecision, RefusalReason, Refused, Verdict};
pub use evaluate::evaluate;
pub use ledger::Source;
pub use policy::{Need, Policy, Rule, Who};

use serde::Serialize;

use crate::diff::{Change, ChangeId, SchemaChange, Severity};
use crate::schema::snapshot;

/// What the gate knows of a schema change: enough to decide again without comparing the schemas again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateChange {
    /// Its fingerprint.
    pub id: ChangeId,
    /// How much it can hurt.
    pub severity: Severity,
    /// The tables that it touches, under their old and new names.
    pub tables: Vec<String>,
    /// The files of the pull request that make it: migrations and models, from the root of the repository.
    pub files: Vec<String>,
    /// What it is, in one sentence that is safe to show as it stands.
    pub told: String,
}

impl From<&SchemaChange> for GateChange {
    fn from(change: &SchemaChange) -> Self {
        let mut tables = vec![change.table_name.clone()];
        if let Change::TableRenamed { from, .. } = &change.change {
            tables.push(from.to_string());
        }
        tables.extend(change.affected_tables.iter().cloned());
        tables.sort_unstable();
        tables.dedup();
        Self {
            id: change.change_id.clone(),
            severity: change.impact_severity,
            tables,
            files: Vec::new(),
            told: change.change_description.clone(),
        }
    }
}

/// Stands for every table, of a change of which nobody can tell which ones it touches.
pub const EVERY_TABLE: &str = "*";

impl GateChange {
    /// All that a commit may do, where the only account of it is its author's own. `files` are those that it changes.
    pub fn whole_commit(commit: &str, files: Vec<String>) -> Self {
        Self {
            id: ChangeId(snapshot::sha256(&format!("commit {commit}"))),
            severity: Severity::Breaking,
            tables: vec![EVERY_TABLE.to_owned()],
            files,
            told: format!("commit {} as a whole", commit.get(..10).unwrap_or(commit)),
        }
    }

    /// Whether it stands for all that a commit may do.
    pub fn is_whole_commit(&self) -> bool {
        self.tables == [EVERY_TABLE]
    }
}

/// The changes as the gate sees them.
pub fn changes(changes: &[SchemaChange]) -> Vec<GateChange> {
    changes.iter().map(GateChange::from).collect()
}

/// What somebody said about one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The change.
    pub change_id: ChangeId,
    /// Who said it.
    pub by: Person,
    /// Whether it was given or taken back. Of several by one person for one change, the last one counts.
    pub state: ApprovalState,
    /// How it was said. A review is about more than the schema, so that one without a say is not worth a refusal.
    pub source: Source,
}

/// Somebody with a say, and what is known of them now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Person {
    /// The user name, with or without its `@`.
    pub login: String,
    /// Whether a program acts under this name.
    pub is_bot: bool,
    /// What they may do in the repository.
    pub access: Access,
    /// The teams of the policy that they are in, as `@organisation/team`.
    pub teams: Vec<String>,
    /// The teams of the policy whose members could not be read.
    pub unread_teams: Vec<String>,
}

/// What somebody may do in the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Access {
    /// Push to it.
    Write,
    /// Less than that.
    Read,
    /// It could not be found out.
    #[default]
    Unknown,
}

/// Whether an approval was given or taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ApprovalState {
    /// It was given.
    Given,
    /// It was taken back.
    Revoked,
}

/// What else has to hold before a merge.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// Tests that failed.
    pub failed_tests: usize,
    /// Files with unresolved merge conflicts.
    pub conflicts: usize,
    /// Who wrote the pull request, and so cannot approve it.
    pub author: Option<String>,
}

/// GitHub's names ignore case; people write them with and without `@`.
fn same_person(one: &str, other: &str) -> bool {
    bare(one).eq_ignore_ascii_case(bare(other))
}

fn bare(name: &str) -> &str {
    name.strip_prefix('@').unwrap_or(name)
}
