//! `work-after-lock`: a lock is held while other work is done.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::{Action, Lock, Statement, lock};
use crate::hazard::{Confidence, Context, Default, Rule, Step, Warning};

/// More statements in a transaction that holds ACCESS EXCLUSIVE on a table that was there before.
pub const RULE: Rule = Rule {
    id: "work-after-lock",
    aliases: &[("eugene", "E4"), ("django-migration-linter", "CREATE_INDEX_EXCLUSIVE")],
    default: Default::LintOnly,
    looks: &[Look::Statement(by_statement)],
    ..POSTGRES
};

fn by_statement(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let transaction = step.statement.transaction?;
    if matches!(step.act.action, Action::Commit | Action::Rollback | Action::Begin | Action::Set { .. }) {
        return None;
    }
    let before = context.statements.iter().enumerate().take(step.at);
    let inside = before.filter(|(_, statement)| statement.transaction == Some(transaction));
    let mut holders = inside.clone().filter_map(|(at, statement)| {
        statement.acts.iter().find_map(|act| match lock(&act.action)? {
            (Lock::AccessExclusive, Some(table)) if !context.is_new_at(table, at) => Some((at, table)),
            _ => None,
        })
    });
    let (held_since, table) = holders.next()?;
    // Said once: of the first statement after the lock.
    let quiet = |statement: &Statement| {
        statement.acts.iter().all(|act| matches!(act.action, Action::Set { .. } | Action::Begin))
    };
    if inside.clone().any(|(at, statement)| at > held_since && !quiet(statement)) {
        return None;
    }
    let text = format!(
        "Nobody can read or write {table} until this statement and all that follow in the transaction are done."
    );
    let advice = format!("-- Let the lock go first:\nCOMMIT;\n{};", step.statement.text);
    Some(Warning::new(Severity::Low, Confidence::High, text).advise(advice).on(table))
}
