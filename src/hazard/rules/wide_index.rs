//! `wide-index`: an index over many columns is seldom worth its writes.

use crate::diff::Severity;
use crate::hazard::rule::{Look, SERVERS};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Default, Rule, Step, Warning};

/// An index that is not unique over more than three columns.
pub const RULE: Rule = Rule {
    id: "wide-index",
    aliases: &[("strong_migrations", "add_index_columns"), ("bytebase", "index.key-number-limit")],
    default: Default::LintOnly,
    looks: &[Look::Act(by_act)],
    ..SERVERS
};

fn by_act(_: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::CreateIndex(index) = &step.act.action else { return None };
    if index.unique || index.keys.len() <= 3 {
        return None;
    }
    let text = format!(
        "The index over {} columns of {} makes every write slower; a query seldom gains from more than three.",
        index.keys.len(),
        index.table
    );
    let advice = format!(
        "Begin with the columns that tell most rows apart: {}",
        index.keys.iter().take(3).cloned().collect::<Vec<_>>().join(", ")
    );
    Some(Warning::new(Severity::Low, Confidence::Low, text).advise(advice).on(&index.table))
}
