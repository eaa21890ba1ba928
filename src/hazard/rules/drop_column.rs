//! `drop-column`: a column is removed with its values.

use crate::diff::{Change, SchemaChange, Severity};
use crate::hazard::{Confidence, Context, Rule, Warning};

/// A column is removed.
pub const RULE: Rule = Rule { id: "drop-column", needs_rows: false, look };

fn look(_context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let Change::ColumnRemoved { table, column } = &change.change else { return None };
    // Code that stops writing the column must be able to run before the column goes.
    let first = if column.nullable || column.default.is_some() || column.generated.is_some() {
        "First release an application that no longer reads or writes it"
    } else {
        "First make it nullable and release an application that no longer reads or writes it"
    };
    Some(Warning {
        severity: Severity::Breaking,
        confidence: Confidence::High,
        message: format!(
            "The values of {table}.{} are gone for good, and every query of deployed code that maps the column fails \
             from that moment.",
            column.name
        ),
        advice: format!("{first}; drop {table}.{} in a later pull request.", column.name),
        table: table.clone(),
    })
}
