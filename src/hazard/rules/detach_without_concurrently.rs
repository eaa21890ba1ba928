//! `detach-without-concurrently`: a whole partitioned table is locked to take one partition away.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::{Action, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// DETACH PARTITION without CONCURRENTLY, from PostgreSQL 14 on.
pub const RULE: Rule = Rule {
    id: "detach-without-concurrently",
    aliases: &[("squawk", "require-concurrent-partition-detach")],
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Alter { table, change } = &step.act.action else { return None };
    let TableChange::DetachPartition { partition, concurrently: false } = change else { return None };
    if !context.server.is_at_least(14, 0) || context.is_new_at(table, step.at) {
        return None;
    }
    let text = format!(
        "Nobody can read or write {table} while {partition} is taken away, and before that while it waits for its lock."
    );
    let advice = format!(
        "-- Outside a transaction:\nALTER TABLE {} DETACH PARTITION {} CONCURRENTLY;",
        context.table_sql(table),
        context.table_sql(partition)
    );
    Some(Warning::new(Severity::High, Confidence::High, text).advise(advice).on(table).about(&partition.name))
}
