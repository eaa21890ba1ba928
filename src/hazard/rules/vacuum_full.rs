//! `vacuum-full`: the whole table is written anew while nobody can use it.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// VACUUM FULL or CLUSTER, before PostgreSQL 19.
pub const RULE: Rule =
    Rule { id: "vacuum-full", aliases: &[("eugene", "E10")], looks: &[Look::Act(by_act)], ..POSTGRES };

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    // From PostgreSQL 19 on, `prefer-repack` speaks.
    if context.server.version.is_some_and(|version| version >= (19, 0)) {
        return None;
    }
    let (what, table) = match &step.act.action {
        Action::Vacuum { full: true, table } => ("VACUUM FULL", table),
        Action::Cluster { table } => ("CLUSTER", table),
        _ => return None,
    };
    let name = table.as_ref().map_or_else(|| "every table".to_owned(), ToString::to_string);
    let text = format!("{what} writes {name} and its indexes anew, and nobody can read or write meanwhile.");
    let advice = format!(
        "-- pg_repack does it while the table is in use:\n-- pg_repack --table={}",
        name.replace(['\n', '\r'], " ")
    );
    let warning = Warning::new(Severity::High, Confidence::High, text).advise(advice);
    Some(match table {
        Some(table) => warning.on(table),
        None => warning,
    })
}
