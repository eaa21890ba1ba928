//! `drop-column`: a column is removed with its values.

use crate::diff::{Change, SchemaChange, Severity};
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::{Action, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::ObjectName;

/// A column is removed.
pub const RULE: Rule = Rule {
    id: "drop-column",
    aliases: &[
        ("squawk", "ban-drop-column"),
        ("atlas", "DS103"),
        ("strong_migrations", "remove_column"),
        ("django-migration-linter", "DROP_COLUMN"),
        ("bytebase", "column.disallow-drop"),
        ("pg-schema-diff", "DELETES_DATA"),
        ("pgmold", "deny_drop_column"),
        ("pgroll", "drop_column"),
    ],
    looks: &[Look::Change(by_change), Look::Act(by_act)],
    ..ANY
};

fn by_change(_context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let Change::ColumnRemoved { table, column } = &change.change else { return None };
    // Code that stops writing the column must be able to run before the column goes.
    let first = if column.nullable || column.default.is_some() || column.generated.is_some() {
        "First release an application that no longer reads or writes it"
    } else {
        "First make it nullable and release an application that no longer reads or writes it"
    };
    Some(warning(table, &column.name, first))
}

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Alter { table, change: TableChange::DropColumn { column, .. } } = &step.act.action else { return None };
    if context.is_new_at(table, step.at) {
        return None;
    }
    Some(warning(table, column, "First release an application that no longer reads or writes it"))
}

fn warning(table: &ObjectName, column: &str, first: &str) -> Warning {
    let text = format!(
        "The values of {table}.{column} are gone for good, and every query of deployed code that maps the column fails \
         from that moment."
    );
    Warning::new(Severity::Breaking, Confidence::High, text)
        .advise(format!("{first}; drop {table}.{column} in a later pull request."))
        .on(table)
        .about(column)
}
