//! `several-definitions`: a migration that fails half way stays half done.

use crate::diff::Severity;
use crate::hazard::rule::{Look, MYSQL};
use crate::hazard::{Confidence, Context, Default, Rule, Step, Warning};

/// Several definitions in one migration on a server that commits each.
pub const RULE: Rule = Rule {
    id: "several-definitions",
    aliases: &[("bytebase", "statement.disallow-mix-in-ddl")],
    default: Default::LintOnly,
    looks: &[Look::Statement(by_statement)],
    ..MYSQL
};

fn by_statement(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    if !step.statement.is_definition() {
        return None;
    }
    let before = context.statements.iter().take(step.at);
    let earlier = before.filter(|it| it.script == step.statement.script && it.is_definition()).count();
    // Said once, at the second.
    (earlier == 1).then(|| {
        let text = "MySQL commits every definition by itself: when this one fails, those before it stay, and the migration can neither \
                    go on nor back.";
        let advice = "Put each definition into a migration of its own, or write them so that they can be run again (IF EXISTS).";
        Warning::new(Severity::Low, Confidence::High, text).advise(advice)
    })
}
