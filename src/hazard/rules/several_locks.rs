//! `several-locks`: one transaction locks several tables.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::{Lock, lock};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::ObjectName;

/// Strong locks on several tables that were there before, in one transaction.
pub const RULE: Rule = Rule { id: "several-locks", looks: &[Look::Act(by_act)], ..POSTGRES };

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let transaction = step.statement.transaction?;
    let (Lock::AccessExclusive, Some(table)) = lock(&step.act.action)? else { return None };
    if context.is_new_at(table, step.at) {
        return None;
    }
    let mut held: Vec<&ObjectName> = Vec::new();
    for (at, statement) in context.statements.iter().enumerate().take(step.at) {
        if statement.transaction != Some(transaction) {
            continue;
        }
        for act in &statement.acts {
            if let Some((Lock::AccessExclusive, Some(other))) = lock(&act.action)
                && !context.is_new_at(other, at)
                && !held.contains(&other)
            {
                held.push(other);
            }
        }
    }
    // Said once, for the second table.
    let [first] = held.as_slice() else { return None };
    if *first == table {
        return None;
    }
    let text = format!(
        "The transaction keeps everybody out of {first} while it waits for {table}. Code that uses them in the other order \
         can make a deadlock of it, and what was done in {first} is held until all is done."
    );
    let advice = format!("Change {first} and {table} in migrations, or at least in transactions, of their own.");
    Some(Warning::new(Severity::Medium, Confidence::Medium, text).advise(advice).on(table))
}
