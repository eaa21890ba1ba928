//! `lock-table`: a table is locked by name.

use crate::diff::Severity;
use crate::hazard::rule::{Look, SERVERS};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// LOCK TABLE.
pub const RULE: Rule = Rule { id: "lock-table", looks: &[Look::Act(by_act)], ..SERVERS };

fn by_act(_: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::LockTable { tables, mode } = &step.act.action else { return None };
    if mode.starts_with("ACCESS SHARE") || mode.starts_with("ROW ") {
        return None;
    }
    let table = tables.first()?;
    let text = format!("Everybody who needs {table} waits until the transaction ends, whatever else it does.");
    let advice =
        "Leave it out where the statements take the locks that they need; or set a lock_timeout, and commit at once.";
    Some(Warning::new(Severity::Medium, Confidence::High, text).advise(advice).on(table))
}
