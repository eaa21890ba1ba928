//! `drop-cascade`: what depends on a dropped object goes too, unnamed.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::{Action, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// DROP … CASCADE.
pub const RULE: Rule = Rule {
    id: "drop-cascade",
    aliases: &[("bytebase", "statement.disallow-rm-tbl-cascade"), ("bytebase", "statement.disallow-cascade")],
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(_: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let (what, table) = match &step.act.action {
        Action::DropTable { table, cascade: true, .. } => (format!("table {table}"), Some(table)),
        Action::DropView { name, cascade: true, .. } => (format!("view {name}"), Some(name)),
        Action::DropIndex { index, cascade: true, .. } => (format!("index {index}"), None),
        Action::DropSchema { name, cascade: true } => (format!("schema {name}"), None),
        Action::DropExtension { name, cascade: true } => (format!("extension {name}"), None),
        Action::DropType { name, cascade: true } => (format!("type {name}"), None),
        Action::DropRoutine { cascade: true } => ("the function".to_owned(), None),
        Action::Alter { table, change: TableChange::DropColumn { column, cascade: true, .. } } => {
            (format!("column {table}.{column}"), Some(table))
        }
        Action::Alter { table, change: TableChange::DropConstraint { name, cascade: true, .. } } => {
            (format!("constraint {name} of {table}"), Some(table))
        }
        _ => return None,
    };
    let text = format!(
        "With {what} goes everything that depends on it: views, foreign keys of other tables, functions. The statement \
         names none of them, so nobody reviewed them."
    );
    let advice = "Leave CASCADE out: the server then lists what depends on it, and each of those can be changed or \
                  dropped by a statement of its own.";
    let warning = Warning::new(Severity::High, Confidence::Medium, text).advise(advice).about(what);
    Some(match table {
        Some(table) => warning.on(table),
        None => warning,
    })
}
