//! May this pull request be merged, and if not, who has to do what?
//!
//! Approvals hold on to changes by their fingerprint, not to commits: a rebase keeps an approval, an altered change
//! voids it.

mod evaluate;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use evaluate::evaluate;

use crate::diff::{ChangeId, SchemaChange, Severity};

/// Which changes wait for whom. Read from the base branch, never from the pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Changes of this severity and above wait for approval; `None` asks for none.
    pub threshold: Option<Severity>,
    /// Who may approve: user names and `team` names with their `@`. Empty: anyone with write access.
    pub approvers: Vec<String>,
    /// How many of them.
    pub required: u32,
}

/// What somebody said about one change.
///
/// Only people who may write to the repository have a say; leaving out the others is the caller's part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The change.
    pub change_id: ChangeId,
    /// Who said it: a user name, with or without its `@`.
    pub by: String,
    /// The teams that this person is in, as `@organisation/team`.
    pub teams: Vec<String>,
    /// Whether it was given or taken back. Of several by one person for one change, the last one counts.
    pub state: ApprovalState,
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

/// The gate's answer with everything that led to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// The answer.
    pub verdict: Verdict,
    /// What each change has and lacks, in the order of the changes.
    pub changes: Vec<ChangeDecision>,
    /// Approvals that do not count, in the order in which they were given.
    pub refused: Vec<Refused>,
    /// Who may approve: empty means anyone with write access.
    pub approvers: Vec<String>,
    /// How many of them each change needs.
    pub required: u32,
}

/// What one change has and lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeDecision {
    /// The change.
    pub change_id: ChangeId,
    /// Whether it waits.
    pub status: ApprovalStatus,
    /// Whose approvals count, without `@`, in the order in which they were given.
    pub approved_by: Vec<String>,
}

/// Whether a change waits for approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "approval", rename_all = "snake_case")]
pub enum ApprovalStatus {
    /// The policy asks for none.
    NotNeeded,
    /// It has all that the policy asks for.
    Approved,
    /// It needs more.
    Waiting {
        /// How many approvals are missing.
        missing: u32,
    },
}

/// An approval that does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Who gave it, without `@`.
    pub by: String,
    /// The change that it names.
    pub change_id: ChangeId,
    /// Why it does not count.
    pub reason: RefusalReason,
}

/// Why an approval does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// Authors do not approve their own changes.
    Author,
    /// The policy names others.
    NotAnApprover,
    /// The pull request has no such change, or no longer: an altered change has another fingerprint.
    UnknownChange,
}

impl Decision {
    /// What this decision says about a change.
    pub fn of(&self, id: &ChangeId) -> Option<&ChangeDecision> {
        self.changes.iter().find(|change| &change.change_id == id)
    }

    /// The changes that wait, in order. A denied pull request can have some too.
    pub fn waiting(&self) -> impl Iterator<Item = &ChangeDecision> {
        self.changes.iter().filter(|change| matches!(change.status, ApprovalStatus::Waiting { .. }))
    }

    /// What an approver has to type, given the `command` that approves changes by id: nothing when none waits.
    pub fn next_step(&self, command: &str) -> Option<String> {
        let ids: Vec<&str> = self.waiting().map(|change| change.change_id.short()).collect();
        (!ids.is_empty()).then(|| format!("{command} {}", ids.join(" ")))
    }
}

/// The gate's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing blocks.
    Allowed,
    /// Approval is missing.
    Waiting {
        /// The changes that wait.
        changes: Vec<ChangeId>,
    },
    /// Tests failed or conflicts are open: no approval can help.
    Denied {
        /// Why, one sentence each.
        reasons: Vec<String>,
    },
}

impl Policy {
    /// Whether this policy wants somebody's approval of `change`.
    pub fn wants_approval(&self, change: &SchemaChange) -> bool {
        self.threshold.is_some_and(|threshold| change.impact_severity >= threshold)
    }
}
