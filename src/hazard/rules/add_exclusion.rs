//! `add-exclusion`: an exclusion constraint builds an index while nobody can use the table.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::{Action, ConstraintKind, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// ADD CONSTRAINT … EXCLUDE on a table that was there before.
pub const RULE: Rule = Rule {
    id: "add-exclusion",
    aliases: &[("eugene", "E8"), ("strong_migrations", "add_exclusion_constraint")],
    needs_rows: true,
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Alter { table, change: TableChange::AddConstraint(constraint) } = &step.act.action else { return None };
    if constraint.kind != ConstraintKind::Exclude || context.is_new_at(table, step.at) {
        return None;
    }
    let text = format!(
        "The exclusion constraint builds an index over {} while nobody can read or write the table, and \
         fails when two rows exclude each other. The server has no way of doing it in steps.",
        context.rows_of(table)
    );
    let advice = format!(
        "-- Make a new table with the constraint, copy in batches, and exchange the two:\n\
         CREATE TABLE {} (LIKE {} INCLUDING ALL, {});",
        context.quote(&format!("{}_new", table.name)),
        context.table_sql(table),
        constraint.sql
    );
    let item = constraint.name.clone().unwrap_or_default();
    Some(Warning::new(Severity::High, Confidence::High, text).advise(advice).on(table).about(item))
}
