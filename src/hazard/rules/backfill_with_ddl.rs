//! `backfill-with-ddl`: rows are rewritten while a lock on the schema is held.

use crate::diff::Severity;
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::{Action, WriteVerb};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::Dialect;

/// UPDATE, DELETE or INSERT … SELECT in a transaction that changed a table.
pub const RULE: Rule = Rule {
    id: "backfill-with-ddl",
    aliases: &[("strong_migrations", "backfill")],
    needs_rows: true,
    looks: &[Look::Act(by_act)],
    ..ANY
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Write(write) = &step.act.action else { return None };
    let whole =
        matches!(write.verb, WriteVerb::Update | WriteVerb::Delete | WriteVerb::InsertSelect | WriteVerb::Merge);
    if !whole || write.table.name == "alembic_version" || context.is_new_at(&write.table, step.at) {
        return None;
    }
    let transaction = step.statement.transaction?;
    let changed = context.statements.iter().enumerate().take(step.at).find_map(|(at, statement)| {
        let inside = statement.transaction == Some(transaction);
        inside.then_some(())?;
        statement.acts.iter().find_map(|act| match &act.action {
            Action::Alter { table, .. } if !context.is_new_at(table, at) => Some(table),
            _ => None,
        })
    })?;
    let waiting = match context.dialect() {
        Dialect::Sqlite => "nobody can write the database".to_owned(),
        Dialect::Postgres | Dialect::Mysql => format!("nobody can read or write {changed}"),
    };
    let (sql, table) = (step.statement.text.clone(), &write.table);
    let text = format!(
        "Rows of {table} are rewritten in the transaction that changed {changed}: {waiting} until all of them are done."
    );
    let advice = format!(
        "-- In a migration of its own, in batches that commit one by one, until no row is left:\n{sql} -- AND id BETWEEN ... AND ...;"
    );
    Some(Warning::new(Severity::Medium, Confidence::Medium, text).advise(advice).on(table))
}
