//! The lines about what a change does to what surrounds it: the history, the code, the API's clients, the database.

use super::head::{Mark, Row};
use super::sentence::Sentence;
use super::{count, list, thousands};
use crate::diff::Severity;
use crate::impact::{ContractChange, ContractEffect};
use crate::report::facts::Facts;

/// Dependents and fields that are told one by one; the folded list has them all.
const TOLD: usize = 3;

/// What is wrong with the migration history, the gravest first.
pub(super) fn history(facts: &Facts) -> Option<Row> {
    let worst = facts.history.first()?;
    let mark = match worst.severity {
        Severity::Breaking => Mark::Bad,
        Severity::High | Severity::Medium => Mark::Attention,
        Severity::Low => Mark::Good,
    };
    let text = Sentence::new().place(worst.path.as_str(), worst.line).text(": ").text(worst.message.as_str());
    let text = match facts.history.len() {
        1 => text,
        many => text.text(format!(", and {} more", thousands(many as u64 - 1))),
    };
    Some(Row { label: "Migrations", mark, text })
}

/// Which lines have to change.
pub(super) fn application_code(facts: &Facts) -> Option<Row> {
    let usages = facts.usages.as_ref()?;
    let by_hand: Vec<_> = usages.iter().filter(|usage| !usage.regenerated).collect();
    let regenerated = usages.len() - by_hand.len();
    let (mark, mut text) = match by_hand.as_slice() {
        [] => (Mark::Good, Sentence::words("no hand-written line uses what changes")),
        [one] => (
            Mark::Attention,
            Sentence::new().strong("1 place").text(" to change by hand: ").place(one.path.as_str(), Some(one.line)),
        ),
        [first, ..] => (
            Mark::Attention,
            Sentence::new()
                .strong(count(by_hand.len(), "place", "places"))
                .text(" to change by hand, first ")
                .place(first.path.as_str(), Some(first.line)),
        ),
    };
    if regenerated > 0 {
        text = text.text(format!("; {} regenerated", count(regenerated, "place", "places")));
    }
    (!usages.is_empty() || !facts.changes.is_empty()).then_some(Row { label: "Code to change", mark, text })
}

/// What clients of the REST API see change.
pub(super) fn contract(facts: &Facts) -> Option<Row> {
    if facts.contract.is_empty() {
        return None;
    }
    let told = list(
        facts
            .contract
            .iter()
            .take(TOLD)
            .map(|change| Sentence::new().code(change.endpoint.as_str()).text(": ").then(field(change))),
    );
    let text = more(told, facts.contract.len());
    Some(Row { label: "REST clients", mark: Mark::Attention, text })
}

/// What becomes of one field.
pub fn field(change: &ContractChange) -> Sentence {
    let field = Sentence::new().code(change.field.as_str());
    let field = match &change.effect {
        ContractEffect::Gone => field.text(" is gone"),
        ContractEffect::Renamed { to } => field.text(" is gone, its column is now ").code(to.as_str()),
        ContractEffect::Retyped { from, to } => {
            field.text(" changes from ").code(from.as_str()).text(" to ").code(to.as_str())
        }
    };
    field.text(" ").aside(change.methods.join(", "))
}

/// What in the database depends on what changes.
pub(super) fn dependents(facts: &Facts) -> Option<Row> {
    let mut names: Vec<&str> =
        facts.dependents.iter().flat_map(|dependents| &dependents.names).map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return None;
    }
    let told = list(names.iter().take(TOLD).map(|name| Sentence::new().code(*name)));
    let verb = if names.len() == 1 { " depends on what changes" } else { " depend on what changes" };
    Some(Row { label: "Database", mark: Mark::Attention, text: more(told, names.len()).text(verb) })
}

fn more(told: Sentence, all: usize) -> Sentence {
    if all > TOLD { told.text(format!(", and {} more", thousands((all - TOLD) as u64))) } else { told }
}
