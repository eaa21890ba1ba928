//! Weighs approvals against the policy.

use super::{
    Access, Approval, ApprovalState, ApprovalStatus, ChangeDecision, Decision, GateChange, NeedDecision, Person,
    Policy, RefusalReason, Refused, Source, Standing, Verdict, bare, same_person,
};
use crate::diff::ChangeId;

/// Decides whether `changes` may be merged.
///
/// Failed tests and open conflicts deny whatever was approved; the decision still says who approved what, so that
/// nobody has to ask again once the tests pass.
pub fn evaluate(policy: &Policy, changes: &[GateChange], approvals: &[Approval], standing: &Standing) -> Decision {
    let mut refused = Vec::new();
    let mut counted: Vec<(&ChangeId, &Person)> = Vec::new();
    for approval in last_words(approvals) {
        match refusal(policy, changes, approval, standing) {
            Some(_) if approval.source == Source::Review => {}
            Some(reason) => refused.push(Refused {
                by: bare(&approval.by.login).to_owned(),
                change_id: approval.change_id.clone(),
                reason,
            }),
            None => counted.push((&approval.change_id, &approval.by)),
        }
    }
    let changes: Vec<ChangeDecision> = changes
        .iter()
        .map(|change| {
            let people: Vec<&Person> =
                counted.iter().filter(|(id, _)| *id == &change.id).map(|(_, person)| *person).collect();
            let needs: Vec<NeedDecision> = policy
                .needs(change)
                .into_iter()
                .map(|need| {
                    let given = people.iter().filter(|person| need.who.has(person)).count();
                    let given = u32::try_from(given).unwrap_or(u32::MAX);
                    NeedDecision {
                        missing: need.required.saturating_sub(given),
                        who: need.who,
                        required: need.required,
                    }
                })
                .collect();
            let status = match needs.iter().map(|need| need.missing).max() {
                None => ApprovalStatus::NotNeeded,
                Some(0) => ApprovalStatus::Approved,
                Some(missing) => ApprovalStatus::Waiting { missing },
            };
            let approved_by = people.into_iter().map(|person| bare(&person.login).to_owned()).collect();
            ChangeDecision { change_id: change.id.clone(), status, approved_by, needs }
        })
        .collect();
    let verdict = verdict(&changes, standing);
    Decision { verdict, changes, refused }
}

/// The last word of each person about each change, where it approves, in the order in which it was said.
fn last_words(approvals: &[Approval]) -> impl Iterator<Item = &Approval> {
    approvals
        .iter()
        .enumerate()
        .filter(|(at, approval)| {
            !approvals[at + 1..]
                .iter()
                .any(|later| later.change_id == approval.change_id && same_person(&later.by.login, &approval.by.login))
        })
        .map(|(_, approval)| approval)
        .filter(|approval| approval.state == ApprovalState::Given)
}

fn refusal(policy: &Policy, changes: &[GateChange], approval: &Approval, standing: &Standing) -> Option<RefusalReason> {
    let person = &approval.by;
    let Some(change) = changes.iter().find(|change| change.id == approval.change_id) else {
        return Some(RefusalReason::UnknownChange);
    };
    if person.is_bot || person.login.ends_with("[bot]") {
        return Some(RefusalReason::Bot);
    }
    if standing.author.as_deref().is_some_and(|author| same_person(author, &person.login)) {
        return Some(RefusalReason::Author);
    }
    match person.access {
        Access::Write => {}
        Access::Read => return Some(RefusalReason::NoWriteAccess),
        Access::Unknown => return Some(RefusalReason::AccessUnknown),
    }
    let needs = policy.needs(change);
    if needs.is_empty() || needs.iter().any(|need| need.who.has(person)) {
        None
    } else if needs.iter().any(|need| need.who.might_have(person)) {
        Some(RefusalReason::TeamUnknown)
    } else {
        Some(RefusalReason::NotAnApprover)
    }
}

/// The answer for what each change has and lacks.
pub(super) fn verdict(changes: &[ChangeDecision], standing: &Standing) -> Verdict {
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
