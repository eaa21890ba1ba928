//! `drop-database`: a database or a whole schema goes with everything in it.

use crate::diff::Severity;
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// DROP DATABASE or DROP SCHEMA.
pub const RULE: Rule = Rule {
    id: "drop-database",
    aliases: &[
        ("squawk", "ban-drop-database"),
        ("atlas", "DS101"),
        ("bytebase", "schema.backward-compatibility"),
        ("pgmold", "deny_drop_schema"),
    ],
    looks: &[Look::Act(by_act)],
    ..ANY
};

fn by_act(_: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let (what, name) = match &step.act.action {
        Action::DropDatabase { name } => ("Database", name),
        Action::DropSchema { name, .. } => ("Schema", name),
        _ => return None,
    };
    let text = format!("{what} {name} goes with every table and row in it, and nothing brings the rows back.");
    let advice = format!(
        "Take a dump first, take the rights on {name} away from everybody for a while, and drop it by hand once nobody \
         missed it; a migration is no place for it."
    );
    Some(Warning::new(Severity::Breaking, Confidence::High, text).advise(advice).about(name))
}
