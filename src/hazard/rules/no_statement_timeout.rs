//! `no-statement-timeout`: a migration may take as long as it likes.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::{Action, Statement};
use crate::hazard::{Confidence, Context, Default, Rule, Step, Warning};

/// A change without statement_timeout.
pub const RULE: Rule = Rule {
    id: "no-statement-timeout",
    aliases: &[
        ("squawk", "require-statement-timeout"),
        ("squawk", "require-timeout-settings"),
        ("strong_migrations", "statement_timeout"),
    ],
    default: Default::LintOnly,
    looks: &[Look::Statement(by_statement)],
    ..POSTGRES
};

fn by_statement(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let counts = |statement: &Statement| {
        !statement.statement_timeout && statement.acts.iter().any(|act| takes_time(&act.action))
    };
    // Once for each script.
    let first = context.statements.iter().position(|other| other.script == step.statement.script && counts(other))?;
    if first != step.at {
        return None;
    }
    let text = "No statement_timeout is set: a statement that takes longer than anybody thought holds its locks until it is \
                done.";
    let advice = format!("-- Say how long it may take:\nSET statement_timeout = '60s';\n{};", step.statement.text);
    Some(Warning::new(Severity::Low, Confidence::High, text).advise(advice))
}

fn takes_time(action: &Action) -> bool {
    action.is_definition() || matches!(action, Action::Vacuum { .. } | Action::LockTable { .. })
}
