//! `reindex-without-concurrently`: writes wait until an index is built anew.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::{Action, ReindexTarget};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// REINDEX without CONCURRENTLY.
pub const RULE: Rule = Rule {
    id: "reindex-without-concurrently",
    aliases: &[
        ("squawk", "require-concurrent-reindex"),
        ("django-migration-linter", "REINDEX"),
        ("strong_migrations", "reindex"),
    ],
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Reindex { target, concurrently: false } = &step.act.action else { return None };
    let (what, sql, table) = match target {
        ReindexTarget::Index(name) => {
            (format!("index {name}"), format!("INDEX CONCURRENTLY {}", context.table_sql(name)), None)
        }
        ReindexTarget::Table(name) => {
            (format!("table {name}"), format!("TABLE CONCURRENTLY {}", context.table_sql(name)), Some(name))
        }
        ReindexTarget::Schema(name) => {
            (format!("schema {name}"), format!("SCHEMA CONCURRENTLY {}", context.quote(name)), None)
        }
        ReindexTarget::Database(name) => {
            (format!("database {name}"), format!("DATABASE CONCURRENTLY {}", context.quote(name)), None)
        }
        // The server cannot build its own indexes concurrently.
        ReindexTarget::System => return None,
    };
    let text =
        format!("Writes wait, and so do queries that would use the indexes, until those of {what} are built anew.");
    let advice = format!("-- Outside a transaction, from PostgreSQL 12 on:\nREINDEX {sql};");
    let warning = Warning::new(Severity::High, Confidence::High, text).advise(advice).about(what);
    Some(match table {
        Some(table) => warning.on(table),
        None => warning,
    })
}
