//! What the gate decided, in words.

use super::sentence::{Sentence, Span};
use super::{Mark, Row, change, count, list};
use crate::diff::{ChangeId, SchemaChange};
use crate::gate::{ApprovalStatus, Decision, NeedDecision, Refused, Verdict, Who};
use crate::report::facts::Facts;

/// At most this many waiting changes are told one by one: the table below has them all.
const TOLD: usize = 3;
/// At most this many refusals.
const TOLD_REFUSALS: usize = 5;

/// The line of a report's head.
pub(super) fn row(facts: &Facts) -> Option<Row> {
    let decision = facts.decision.as_ref()?;
    let find = |id: &ChangeId| facts.changes.iter().find(|change| &change.change_id == id);
    let why = |id: &ChangeId| find(id).map(|change| why(facts, change)).unwrap_or_default();
    Some(approval_row(decision, why, facts.approval_command.as_deref()))
}

/// The line, given what there is to say of a change.
pub fn approval_row(decision: &Decision, why: impl Fn(&ChangeId) -> Sentence, command: Option<&str>) -> Row {
    let (mark, mut text) = match &decision.verdict {
        Verdict::Denied { reasons } => {
            let text = Sentence::new().strong("blocked").text(": ").text(reasons.join("; "));
            let waits = decision.waiting().next().is_some();
            (Mark::Bad, if waits { text.text(". ").then(waiting(decision, why, command)) } else { text })
        }
        Verdict::Waiting { .. } => (Mark::Attention, waiting(decision, why, command)),
        Verdict::Allowed => (Mark::Good, given(decision)),
    };
    let mut told: Vec<&Refused> = Vec::new();
    for refused in &decision.refused {
        // Who approves everything is refused once, not once for each change.
        if !told.iter().any(|known| known.by == refused.by && known.reason == refused.reason) {
            told.push(refused);
        }
    }
    for refused in told.iter().take(TOLD_REFUSALS) {
        text = text
            .text(". Approval of ")
            .code(refused.change_id.short())
            .text(" by ")
            .code(refused.by.as_str())
            .text(format!(" does not count: {}", refused.reason.words()));
    }
    if told.len() > TOLD_REFUSALS {
        text = text.text(format!(". {} more do not count", told.len() - TOLD_REFUSALS));
    }
    Row { label: "Approval", mark, text }
}

fn given(decision: &Decision) -> Sentence {
    let approved: Vec<_> = decision.changes.iter().filter(|change| change.status == ApprovalStatus::Approved).collect();
    if approved.is_empty() {
        return Sentence::words("not needed");
    }
    let mut people: Vec<&str> = approved.iter().flat_map(|change| &change.approved_by).map(String::as_str).collect();
    people.sort_unstable();
    people.dedup();
    Sentence::new()
        .strong("given")
        .text(" by ")
        .then(list(people.into_iter().map(|name| Sentence::new().code(name))))
        .text(format!(" for {}", count(approved.len(), "change", "changes")))
}

fn waiting(decision: &Decision, why: impl Fn(&ChangeId) -> Sentence, command: Option<&str>) -> Sentence {
    let mut text = list(decision.open_needs().into_iter().map(need));
    let changes: Vec<&ChangeId> = decision.waiting().map(|change| &change.change_id).collect();
    text = text.text(": ").then(list(changes.iter().take(TOLD).map(|id| why(id))));
    if changes.len() > TOLD {
        text = text.text(format!(", and {}", count(changes.len() - TOLD, "more change", "more changes")));
    }
    match command.and_then(|command| decision.next_step(command)) {
        Some(step) => text.text(". To approve: ").code(step),
        None => text,
    }
}

fn need(need: &NeedDecision) -> Sentence {
    let text = Sentence::new().strong(format!("waiting for {}", need.missing));
    match &need.who {
        Who::Anyone if need.missing == 1 => text.text(" person with write access"),
        Who::Anyone => text.text(" people with write access"),
        Who::Named(names) if names.is_empty() => text.text(" code owner, of whom there is none"),
        Who::Named(names) => {
            text.text(" of ").then(list(names.iter().map(|name| Sentence::new().push(Span::Mention(name.clone())))))
        }
    }
}

/// What is said of a change that waits: what it is, and who still uses what goes.
pub fn why(facts: &Facts, change: &SchemaChange) -> Sentence {
    let used =
        facts.usages.iter().flatten().filter(|usage| usage.change_id == change.change_id && !usage.regenerated).count();
    let text = change::what(&change.change);
    match used {
        0 => text,
        1 => text.text(" while 1 place still uses it"),
        many => text.text(format!(" while {many} places still use it")),
    }
}

/// What approval a change has or lacks, and whether it waits.
pub fn approval(decision: Option<&Decision>, id: &ChangeId) -> (Sentence, bool) {
    let Some(decision) = decision.and_then(|decision| decision.of(id)) else {
        return (Sentence::words("–"), false);
    };
    match decision.status {
        ApprovalStatus::NotNeeded => (Sentence::words("–"), false),
        ApprovalStatus::Approved => (Sentence::words("by ").then(names(&decision.approved_by)), false),
        ApprovalStatus::Waiting { missing } if decision.approved_by.is_empty() && missing == 1 => {
            (Sentence::new().strong("waiting"), true)
        }
        ApprovalStatus::Waiting { missing } if decision.approved_by.is_empty() => {
            (Sentence::new().strong(format!("waiting for {missing}")), true)
        }
        ApprovalStatus::Waiting { missing } => (
            Sentence::new()
                .strong(format!("waiting for {missing} more"))
                .text(" after ")
                .then(names(&decision.approved_by)),
            true,
        ),
    }
}

fn names(people: &[String]) -> Sentence {
    list(people.iter().map(|name| Sentence::new().code(name.as_str())))
}
