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
    let waiting = |at: usize, statement: &Statement| {
        let mut acts = statement.acts.iter();
        !statement.lock_timeout && acts.any(|act| waits(context, at, &act.action))
    };
    // Once for each script.
    let mut all = context.statements.iter().enumerate();
    let (first, _) = all.find(|(at, other)| other.script == step.statement.script && waiting(*at, other))?;
    if first != step.at {
        return None;
    }
    let act = step.statement.acts.iter().find(|act| waits(context, step.at, &act.action))?;
    let (lock, table) = lock(&act.action).unwrap_or((Lock::ShareUpdateExclusive, None));
    let name = table.map_or_else(|| "what it changes".to_owned(), ToString::to_string);
    let text = format!(
        "No lock_timeout is set: while the statement waits for its {} lock on {name} behind a long query, everything that \
         comes after waits behind it.",
        lock.as_str()
    );
    let advice = format!("-- Give up early, and try again:\nSET lock_timeout = '5s';\n{};", step.statement.text);
    let warning = Warning::new(Severity::Low, Confidence::High, text).advise(advice);
    Some(match table {
        Some(table) => warning.on(table),
        None => warning,
    })
}

/// Whether the action waits for others, and lets others wait meanwhile.
fn waits(context: &Context<'_>, at: usize, action: &Action) -> bool {
    match lock(action) {
        Some((held, table)) => {
            held > Lock::ShareUpdateExclusive && !table.is_some_and(|table| context.is_new_at(table, at))
        }
        None => false,
    }
}
