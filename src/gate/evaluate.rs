//! Weighs approvals against the policy.

use super::{
    Approval, ApprovalState, ApprovalStatus, ChangeDecision, Decision, Policy, RefusalReason, Refused, Standing,
    Verdict,
};
use crate::diff::{ChangeId, SchemaChange};

/// Decides whether `changes` may be merged.
///
/// Failed tests and open conflicts deny whatever was approved; the decision still says who approved what, so that
/// nobody has to ask again once the tests pass.
pub fn evaluate(policy: &Policy, changes: &[SchemaChange], approvals: &[Approval], standing: &Standing) -> Decision {
    // A policy that asks for approval by nobody would be no policy: a slip must not open the gate.
    let required = policy.required.max(1);
    let standing_approvals = last_words(approvals);
    let mut refused = Vec::new();
    let mut counted: Vec<(&ChangeId, String)> = Vec::new();
    for approval in standing_approvals {
        match refusal(policy, changes, approval, standing) {
            Some(reason) => refused.push(Refused {
                by: bare(&approval.by).to_owned(),
                change_id: approval.change_id.clone(),
                reason,
            }),
            None => counted.push((&approval.change_id, bare(&approval.by).to_owned())),
        }
    }
    let changes: Vec<ChangeDecision> = changes
        .iter()
        .map(|change| {
            let approved_by: Vec<String> =
                counted.iter().filter(|(id, _)| *id == &change.change_id).map(|(_, by)| by.clone()).collect();
            let given = u32::try_from(approved_by.len()).unwrap_or(u32::MAX);
            let status = match (policy.wants_approval(change), required.saturating_sub(given)) {
                (false, _) => ApprovalStatus::NotNeeded,
                (true, 0) => ApprovalStatus::Approved,
                (true, missing) => ApprovalStatus::Waiting { missing },
            };
            ChangeDecision { change_id: change.change_id.clone(), status, approved_by }
        })
        .collect();
    let verdict = verdict(&changes, standing);
    Decision { verdict, changes, refused, approvers: policy.approvers.clone(), required }
}

/// The last word of each person about each change, where it approves, in the order in which it was said.
fn last_words(approvals: &[Approval]) -> impl Iterator<Item = &Approval> {
    approvals
        .iter()
        .enumerate()
        .filter(|(at, approval)| {
            !approvals[at + 1..]
                .iter()
                .any(|later| later.change_id == approval.change_id && same_person(&later.by, &approval.by))
        })
        .map(|(_, approval)| approval)
        .filter(|approval| approval.state == ApprovalState::Given)
}

fn refusal(
    policy: &Policy,
    changes: &[SchemaChange],
    approval: &Approval,
    standing: &Standing,
) -> Option<RefusalReason> {
    if !changes.iter().any(|change| change.change_id == approval.change_id) {
        return Some(RefusalReason::UnknownChange);
    }
    if standing.author.as_deref().is_some_and(|author| same_person(author, &approval.by)) {
        return Some(RefusalReason::Author);
    }
    let named = policy.approvers.is_empty()
        || policy.approvers.iter().any(|approver| {
            same_person(approver, &approval.by) || approval.teams.iter().any(|team| same_person(approver, team))
        });
    (!named).then_some(RefusalReason::NotAnApprover)
}

fn verdict(changes: &[ChangeDecision], standing: &Standing) -> Verdict {
    let mut reasons = Vec::new();
    match standing.failed_tests {
        0 => {}
        1 => reasons.push("1 test fails".to_owned()),
        many => reasons.push(format!("{many} tests fail")),
    }
    match standing.conflicts {
        0 => {}
        1 => reasons.push("1 generated file conflicts with a hand edit".to_owned()),
        many => reasons.push(format!("{many} generated files conflict with hand edits")),
    }
    if !reasons.is_empty() {
        return Verdict::Denied { reasons };
    }
    let waiting: Vec<ChangeId> = changes
        .iter()
        .filter(|change| matches!(change.status, ApprovalStatus::Waiting { .. }))
        .map(|change| change.change_id.clone())
        .collect();
    if waiting.is_empty() { Verdict::Allowed } else { Verdict::Waiting { changes: waiting } }
}

/// GitHub's names ignore case; people write them with and without `@`.
fn same_person(one: &str, other: &str) -> bool {
    bare(one).eq_ignore_ascii_case(bare(other))
}

fn bare(name: &str) -> &str {
    name.strip_prefix('@').unwrap_or(name)
}
