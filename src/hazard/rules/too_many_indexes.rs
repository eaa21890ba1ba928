//! `too-many-indexes`: every write pays for every index.

use crate::diff::{Change, SchemaChange, Severity};
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Default, Rule, Step, Warning};
use crate::schema::ObjectName;

/// A new index on a table that has ten or more.
pub const RULE: Rule = Rule {
    id: "too-many-indexes",
    aliases: &[("bytebase", "index.total-number-limit")],
    default: Default::LintOnly,
    looks: &[Look::Change(by_change), Look::Act(by_act)],
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
    Some(warning(table, count, &index.name))
}

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::CreateIndex(index) = &step.act.action else { return None };
    let made = context.made(&index.table)?;
    let count = made.keys.len();
    let name = index.name.clone().unwrap_or_else(|| index.keys.join("_"));
    // Said once: of the last one.
    let last = made.keys.last().is_some_and(|key| key.told == format!("index {name}"));
    (last && made.whole && count > MANY).then(|| warning(&index.table, count, &name))
}

fn warning(table: &ObjectName, count: usize, index: &str) -> Warning {
    let text = format!("{table} has {count} indexes with {index}: every insert writes all of them.");
    let advice = "Look which of them no query uses (pg_stat_user_indexes, sys.schema_unused_indexes), and drop those.";
    Warning::new(Severity::Low, Confidence::Low, text).advise(advice).on(table).about(index)
}
