//! `no-lock-timeout`: a migration may make everybody wait behind it.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::{Action, Lock, Statement, lock};
use crate::hazard::{Confidence, Context, Default, Rule, Step, Warning};

/// A change without lock_timeout.
pub const RULE: Rule = Rule {
    id: "no-lock-timeout",
    aliases: &[
        ("squawk", "require-lock-timeout"),
        ("squawk", "require-timeout-settings"),
        ("eugene", "E9"),
        ("strong_migrations", "lock_timeout"),
    ],
    default: Default::LintOnly,
    looks: &[Look::Statement(by_statement)],
    ..POSTGRES
};

fn by_statement(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let counts = |statement: &Statement| !statement.lock_timeout && statement.acts.iter().any(|act| waits(&act.action));
    // Once for each script.
    let first = context.statements.iter().position(|other| other.script == step.statement.script && counts(other))?;
    if first != step.at {
        return None;
    }
    let act = step.statement.acts.iter().find(|act| waits(&act.action))?;
    let (lock, table) = lock(&act.action).unwrap_or((Lock::ShareUpdateExclusive, None));
    if table.is_some_and(|table| context.is_new_at(table, step.at)) && context.statements.len() == 1 {
        return None;
    }
    let name = table.map_or_else(|| "the table".to_owned(), ToString::to_string);
    let text = format!(
        "No lock_timeout is set: while the statement waits for its {} lock on {name} behind a long query, everything that comes after \
         waits behind it.",
        lock.as_str()
    );
    let advice = format!("-- Give up early, and try again:\nSET lock_timeout = '5s';\n{};", step.statement.text);
    let warning = Warning::new(Severity::Low, Confidence::High, text).advise(advice);
    Some(match table {
        Some(table) => warning.on(table),
        None => warning,
    })
}

/// Whether the statement may wait for others that use what it changes.
fn waits(action: &Action) -> bool {
    lock(action).is_some()
        || matches!(action, Action::Comment { .. } | Action::Reindex { .. } | Action::LockTable { .. })
}
