//! `sequence-change`: numbers may be given out again.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// A sequence that is dropped, restarted or told to begin again at its end.
pub const RULE: Rule = Rule {
    id: "sequence-change",
    aliases: &[("pgmold", "deny_drop_sequence"), ("pgmold", "warn_sequence_restart")],
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(_: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let (name, text) = match &step.act.action {
        Action::DropSequence { name } => {
            (name, format!("Without sequence {name} what takes numbers from it fails, and where it stood is lost."))
        }
        Action::AlterSequence { name, restart: true, .. } => (
            name,
            format!(
                "{name} begins again: numbers that rows have already are given out once more, and the inserts fail."
            ),
        ),
        Action::AlterSequence { name, cycle: true, .. } => (
            name,
            format!("{name} begins again when it comes to its end: numbers are given out twice, and nobody is told."),
        ),
        _ => return None,
    };
    let advice = "Set a sequence from the rows that are there: SELECT setval('...', (SELECT max(id) FROM ...));";
    Some(Warning::new(Severity::Medium, Confidence::Medium, text).advise(advice).about(name.to_string()))
}
