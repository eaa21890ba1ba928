//! `drop-type`: a type goes, and with it what nobody can put back.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// DROP TYPE.
pub const RULE: Rule =
    Rule { id: "drop-type", aliases: &[("pgmold", "deny_drop_enum")], looks: &[Look::Act(by_act)], ..POSTGRES };

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::DropType { name, cascade } = &step.act.action else { return None };
    let earlier = context.statements.iter().take(step.at).flat_map(|statement| &statement.acts);
    let is_new =
        earlier.into_iter().any(|act| matches!(&act.action, Action::CreateEnum { name: made, .. } if made == name));
    if is_new {
        return None;
    }
    let (severity, text) = if *cascade {
        let text = format!("With type {name} go all columns of that type, in every table, with their values.");
        (Severity::Breaking, text)
    } else {
        let text = format!(
            "Deployed code that names the type {name}, in a cast or as the type of a parameter, fails from that moment."
        );
        (Severity::Medium, text)
    };
    let advice = "First move the columns to another type and release an application that no longer names this one; then \
                  drop it, without CASCADE.";
    Some(Warning::new(severity, Confidence::High, text).advise(advice).about(name.to_string()))
}
