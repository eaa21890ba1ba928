//! `unbatched-write`: every row is rewritten at once.

use crate::diff::Severity;
use crate::hazard::rule::{Look, SERVERS};
use crate::hazard::statement::{Action, Write, WriteVerb};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// UPDATE without a condition on a table that was there before.
pub const RULE: Rule = Rule {
    id: "unbatched-write",
    aliases: &[
        ("strong_migrations", "backfill"),
        ("bytebase", "statement.where.require.update-delete"),
        ("bytebase", "statement.affected-row-limit"),
    ],
    needs_rows: true,
    looks: &[Look::Act(by_act)],
    ..SERVERS
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Write(Write { verb: WriteVerb::Update, table, condition: None, .. }) = &step.act.action else {
        return None;
    };
    if context.is_new_at(table, step.at) || table.name == "alembic_version" {
        return None;
    }
    let text = format!(
        "{table}: one statement rewrites {}, locks each of them until it is committed, and leaves as many dead ones.",
        context.rows_in_words(table)
    );
    let advice = format!(
        "-- In batches that commit one by one, until no row is left:\n{} WHERE id BETWEEN ... AND ...;",
        step.statement.text
    );
    Some(Warning::new(Severity::Medium, Confidence::Medium, text).advise(advice).on(table))
}
