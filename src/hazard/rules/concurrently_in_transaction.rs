//! `concurrently-in-transaction`: CONCURRENTLY cannot run inside a transaction.

use crate::diff::Severity;
use crate::hazard::context::in_alembic;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::{Action, TableChange, lock};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// CONCURRENTLY, or another statement that refuses to, inside a transaction.
pub const RULE: Rule = Rule {
    id: "concurrently-in-transaction",
    aliases: &[
        ("squawk", "ban-concurrent-index-creation-in-transaction"),
        ("atlas", "PG103"),
        ("bytebase", "statement.non-transactional"),
    ],
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(_: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let what = match &step.act.action {
        Action::CreateIndex(index) if index.concurrently => "CREATE INDEX CONCURRENTLY",
        Action::DropIndex { concurrently: true, .. } => "DROP INDEX CONCURRENTLY",
        Action::Reindex { concurrently: true, .. } => "REINDEX CONCURRENTLY",
        Action::Alter { change: TableChange::DetachPartition { concurrently: true, .. }, .. } => {
            "DETACH PARTITION CONCURRENTLY"
        }
        Action::Vacuum { .. } => "VACUUM",
        Action::DropDatabase { .. } => "DROP DATABASE",
        _ => return None,
    };
    step.statement.transaction?;
    let mut advice = format!(
        "-- End the transaction first, or put the statement into a migration of its own that opens none:\nCOMMIT;\n{};",
        step.statement.text
    );
    if step.is_python() {
        advice = format!(
            "-- Outside the transaction of the revision:\n{};{}",
            step.statement.text,
            in_alembic("...  # the call that sends this statement")
        );
    }
    let table = lock(&step.act.action).and_then(|(_, table)| table);
    let text = format!("The server refuses {what} inside a transaction, so the migration fails.");
    let warning = Warning::new(Severity::High, Confidence::High, text).advise(advice);
    Some(match table {
        Some(table) => warning.on(table),
        None => warning,
    })
}
