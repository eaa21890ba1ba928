//! The gate's answer, with everything that led to it.

use serde::{Serialize, Serializer};

use super::evaluate::verdict;
use super::{Standing, Who};
use crate::diff::ChangeId;

/// The gate's answer with everything that led to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// The answer.
    pub verdict: Verdict,
    /// What each change has and lacks, in the order of the changes.
    pub changes: Vec<ChangeDecision>,
    /// Approvals that do not count, in the order in which they were given.
    pub refused: Vec<Refused>,
}

/// What one change has and lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeDecision {
    /// The change.
    pub change_id: ChangeId,
    /// Whether it waits.
    #[serde(flatten)]
    pub status: ApprovalStatus,
    /// Whose approvals count, without `@`, in the order in which they were given.
    pub approved_by: Vec<String>,
    /// Each condition of the policy that it has to meet.
    pub needs: Vec<NeedDecision>,
}

/// How one condition stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NeedDecision {
    /// Whose approvals count: `null` is anyone with write access.
    #[serde(rename = "approvers", serialize_with = "names")]
    pub who: Who,
    /// How many are needed.
    pub required: u32,
    /// How many are missing.
    pub missing: u32,
}

fn names<S: Serializer>(who: &Who, serializer: S) -> Result<S::Ok, S::Error> {
    match who {
        Who::Anyone => serializer.serialize_none(),
        Who::Named(names) => names.serialize(serializer),
    }
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
        /// How many approvals are missing, at the condition that lacks most.
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
    /// Programs do not approve.
    Bot,
    /// Only people who may push to the repository have a say.
    NoWriteAccess,
    /// What this person may do could not be found out.
    AccessUnknown,
    /// The policy names others.
    NotAnApprover,
    /// The policy names a team whose members could not be read.
    TeamUnknown,
    /// The pull request has no such change, or no longer: an altered change has another fingerprint.
    UnknownChange,
}

impl RefusalReason {
    /// Why, as the end of "… does not count: ".
    pub fn words(self) -> &'static str {
        match self {
            Self::Author => "authors do not approve their own changes",
            Self::Bot => "programs do not approve",
            Self::NoWriteAccess => "this needs write access to the repository",
            Self::AccessUnknown => "what this person may do could not be read",
            Self::NotAnApprover => "the policy names others",
            Self::TeamUnknown => "the members of the team that the policy names could not be read",
            Self::UnknownChange => "there is no such change any more",
        }
    }
}

impl Decision {
    /// The one decision of several about the same changes: a change has what it needs where one of them says so. `None`
    /// where there is none.
    pub fn any_of(decisions: impl IntoIterator<Item = Self>, standing: &Standing) -> Option<Self> {
        let is_open = |change: &ChangeDecision| matches!(change.status, ApprovalStatus::Waiting { .. });
        decisions.into_iter().reduce(|mut one, other| {
            for (change, other) in one.changes.iter_mut().zip(other.changes) {
                if is_open(change) && !is_open(&other) {
                    *change = other;
                }
            }
            one.refused.retain(|refused| one.changes.iter().any(|it| it.change_id == refused.change_id && is_open(it)));
            one.verdict = verdict(&one.changes, standing);
            one
        })
    }

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

    /// The conditions that waiting changes have and do not meet, each once, the one that lacks most first.
    pub fn open_needs(&self) -> Vec<&NeedDecision> {
        let mut open: Vec<&NeedDecision> = Vec::new();
        for need in self.waiting().flat_map(|change| &change.needs).filter(|need| need.missing > 0) {
            if !open.iter().any(|known| known.who == need.who && known.missing >= need.missing) {
                open.retain(|known| known.who != need.who);
                open.push(need);
            }
        }
        open.sort_by_key(|need| std::cmp::Reverse(need.missing));
        open
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
