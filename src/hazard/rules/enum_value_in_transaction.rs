//! `enum-value-in-transaction`: a new value of an enum cannot be used in its transaction.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::quote;

/// ALTER TYPE … ADD VALUE and a use of the value in one transaction.
pub const RULE: Rule = Rule { id: "enum-value-in-transaction", looks: &[Look::Act(by_act)], ..POSTGRES };

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::AddEnumValue { name, value, .. } = &step.act.action else { return None };
    let transaction = step.statement.transaction?;
    let old_server = !context.server.is_at_least(12, 0);
    let literal = quote::string(value);
    let used = context
        .statements
        .iter()
        .skip(step.at + 1)
        .any(|statement| statement.transaction == Some(transaction) && statement.text.contains(&literal));
    // A type that was made in the same transaction may be used at once.
    let new = context
        .statements
        .iter()
        .take(step.at)
        .flat_map(|statement| &statement.acts)
        .any(|act| matches!(&act.action, Action::CreateEnum { name: made, .. } if made == name));
    if new || !(used || old_server) {
        return None;
    }
    let text = if old_server {
        "Before PostgreSQL 12 the server refuses ALTER TYPE ... ADD VALUE inside a transaction.".to_owned()
    } else {
        format!("{value} is used in the transaction that adds it to {name}, which the server refuses.")
    };
    let advice =
        format!("-- Commit the new value first, in a migration of its own:\n{};\nCOMMIT;", step.statement.text);
    Some(Warning::new(Severity::High, Confidence::High, text).advise(advice).about(value))
}
