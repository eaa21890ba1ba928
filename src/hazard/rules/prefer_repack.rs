//! `prefer-repack`: PostgreSQL 19 can do it while the table is in use.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// VACUUM FULL or CLUSTER, from PostgreSQL 19 on.
pub const RULE: Rule =
    Rule { id: "prefer-repack", aliases: &[("squawk", "prefer-repack")], looks: &[Look::Act(by_act)], ..POSTGRES };

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    context.server.version.filter(|version| *version >= (19, 0))?;
    let (what, table) = match &step.act.action {
        Action::Vacuum { full: true, table } => ("VACUUM FULL", table),
        Action::Cluster { table } => ("CLUSTER", table),
        _ => return None,
    };
    let name = table.as_ref().map_or_else(|| "every table".to_owned(), ToString::to_string);
    let sql = table.as_ref().map_or_else(String::new, |table| format!(" {}", context.table_sql(table)));
    let text = format!("{what} writes {name} and its indexes anew, and nobody can read or write meanwhile.");
    let advice = format!("-- While the table is in use:\nREPACK (CONCURRENTLY){sql};");
    let warning = Warning::new(Severity::High, Confidence::High, text).advise(advice);
    Some(match table {
        Some(table) => warning.on(table),
        None => warning,
    })
}
