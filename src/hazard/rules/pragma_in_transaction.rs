//! `pragma-in-transaction`: a switch that does nothing.

use crate::diff::Severity;
use crate::hazard::rule::{Look, SQLITE};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// PRAGMA foreign_keys inside a transaction.
pub const RULE: Rule = Rule { id: "pragma-in-transaction", looks: &[Look::Act(by_act)], ..SQLITE };

fn by_act(_: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Set { name } = &step.act.action else { return None };
    if name != "pragma foreign_keys" {
        return None;
    }
    step.statement.transaction?;
    let text = "SQLite ignores PRAGMA foreign_keys inside a transaction: the keys stay as they were, and dropping a table that others \
                point at deletes or refuses their rows.";
    let advice = format!("-- Before the transaction begins:\n{};", step.statement.text);
    Some(Warning::new(Severity::High, Confidence::High, text).advise(advice))
}
