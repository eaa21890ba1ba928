//! `drop-view`: what reads a view fails.

use crate::diff::Severity;
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// DROP VIEW without making it again.
pub const RULE: Rule =
    Rule { id: "drop-view", aliases: &[("pgmold", "deny_drop_view")], looks: &[Look::Act(by_act)], ..ANY };

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::DropView { name, materialized, .. } = &step.act.action else { return None };
    let made = |from: usize, to: usize| {
        context
            .statements
            .iter()
            .skip(from)
            .take(to.saturating_sub(from))
            .flat_map(|statement| &statement.acts)
            .any(|act| matches!(&act.action, Action::CreateView { name: other, .. } if other == name))
    };
    if made(0, step.at) || made(step.at, context.statements.len()) {
        return None;
    }
    let what = if *materialized { "materialized view" } else { "view" };
    let text = format!("Deployed code, reports and other views that read {what} {name} fail from the migration on.");
    let advice = format!("First release an application that no longer reads {name}; drop it in a later pull request.");
    Some(Warning::new(Severity::High, Confidence::Medium, text).advise(advice).on(name))
}
