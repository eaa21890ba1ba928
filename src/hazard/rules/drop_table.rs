//! `drop-table`: a table is removed with its rows.

use crate::diff::{Change, SchemaChange, Severity};
use crate::hazard::{Confidence, Context, Rule, Warning};

/// A table is removed.
pub const RULE: Rule = Rule { id: "drop-table", needs_rows: false, look };

fn look(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let Change::TableRemoved { table } = &change.change else { return None };
    let referenced = context.from.references_to(&table.name).filter(|(other, _)| other.name != table.name).count();
    let keys = match referenced {
        0 => String::new(),
        1 => " One foreign key pointed at it.".to_owned(),
        several => format!(" {several} foreign keys pointed at it."),
    };
    let rows = context.rows_in_words(&table.name);
    Some(Warning {
        severity: Severity::Breaking,
        confidence: Confidence::High,
        message: format!(
            "Table {} goes with {rows}: a rollback brings back the table but not the rows, and code that still reads \
             it fails at once.{keys}",
            table.name
        ),
        advice: format!(
            "First release an application that no longer uses {}, keep a dump of the table, and drop it in a later \
             pull request.",
            table.name
        ),
        table: table.name.clone(),
    })
}
