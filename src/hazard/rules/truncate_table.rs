//! `truncate-table`: every row of a table is deleted.

use crate::diff::Severity;
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::{Action, Write, WriteVerb};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// TRUNCATE, or DELETE without a condition, on a table that was there before.
pub const RULE: Rule = Rule {
    id: "truncate-table",
    aliases: &[("bytebase", "statement.where.require.update-delete")],
    needs_rows: true,
    looks: &[Look::Act(by_act)],
    ..ANY
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let table = match &step.act.action {
        Action::Truncate { table, .. } => table,
        Action::Write(Write { verb: WriteVerb::Delete, table, condition: None, .. }) => table,
        _ => return None,
    };
    if context.is_new_at(table, step.at) {
        return None;
    }
    let name = context.table_sql(table);
    let text = format!(
        "{table} loses {}; a rollback after the commit does not bring them back, and code that reads the table \
         finds nothing.",
        context.rows_in_words(table)
    );
    let advice = format!(
        "-- Keep a copy until nobody missed a row:\nCREATE TABLE {} AS TABLE {name};\n\
         -- Delete only what has to go, in batches, by a condition:\nDELETE FROM {name} WHERE ...;",
        context.quote(&format!("{}_before_truncate", table.name))
    );
    Some(Warning::new(Severity::Breaking, Confidence::High, text).advise(advice).on(table))
}
