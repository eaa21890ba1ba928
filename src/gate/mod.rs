//! May this pull request be merged, and if not, who has to do what?
//!
//! Approvals hold on to changes by their fingerprint, not to commits: a rebase keeps an approval, an altered change
//! voids it.

use serde::Serialize;

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

/// Somebody's approval of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The change.
    pub change_id: ChangeId,
    /// Who approved it.
    pub by: String,
}

/// What else has to hold before a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Tests that failed.
    pub failed_tests: usize,
    /// Files with unresolved merge conflicts.
    pub conflicts: usize,
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
