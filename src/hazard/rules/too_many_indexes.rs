//! `too-many-indexes`: every write pays for every index.

use crate::diff::{Change, SchemaChange, Severity};
use crate::hazard::rule::{ANY, Look};
use crate::hazard::{Confidence, Context, Default, Rule, Warning};

/// A new index on a table that has ten or more.
pub const RULE: Rule = Rule {
    id: "too-many-indexes",
    aliases: &[("bytebase", "index.total-number-limit")],
    default: Default::LintOnly,
    looks: &[Look::Change(by_change)],
    ..ANY
};

/// Indexes that a table may have without a question.
const MANY: usize = 10;

fn by_change(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let Change::IndexAdded { table, index } = &change.change else { return None };
    let after = context.after(table)?;
    let count = after.indexes.len() + after.uniques.len();
    if count <= MANY {
        return None;
    }
    let text = format!("{table} has {count} indexes with {}: every insert writes all of them.", index.name);
    let advice = "Look which of them no query uses (pg_stat_user_indexes, sys.schema_unused_indexes), and drop those.";
    Some(Warning::new(Severity::Low, Confidence::Low, text).advise(advice).on(table).about(&index.name))
}
