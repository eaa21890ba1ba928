//! `on-delete-cascade`: deleting one row may delete many.

use crate::diff::Severity;
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::{Action, ConstraintKind, TableChange};
use crate::hazard::{Confidence, Context, Default, Rule, Step, Warning};
use crate::schema::ReferentialAction;

/// A foreign key with ON DELETE CASCADE.
pub const RULE: Rule = Rule {
    id: "on-delete-cascade",
    aliases: &[("bytebase", "statement.disallow-on-del-cascade")],
    default: Default::LintOnly,
    looks: &[Look::Act(by_act)],
    ..ANY
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let (table, reference) = match &step.act.action {
        Action::CreateTable(table) => {
            let inline = table.columns.iter().filter_map(|column| column.references.as_ref());
            let keys = table.constraints.iter().filter_map(|constraint| match &constraint.kind {
                ConstraintKind::ForeignKey { reference, .. } => Some(reference),
                _ => None,
            });
            (&table.name, inline.chain(keys).find(|it| it.on_delete == ReferentialAction::Cascade)?)
        }
        Action::Alter { table, change: TableChange::AddColumn { column, .. } } => (table, column.references.as_ref()?),
        Action::Alter { table, change: TableChange::AddConstraint(added) } => match &added.kind {
            ConstraintKind::ForeignKey { reference, .. } => (table, reference),
            _ => return None,
        },
        _ => return None,
    };
    if reference.on_delete != ReferentialAction::Cascade {
        return None;
    }
    let target = &reference.table;
    let text =
        format!("Deleting a row of {target} deletes its rows of {table} too, without a word, and locks each of them.");
    let advice =
        format!("Say ON DELETE RESTRICT, and let the application delete the rows of {table} that it means to delete.");
    let new = context.is_new_at(table, step.at) || matches!(step.act.action, Action::CreateTable(_));
    let severity = if new { Severity::Low } else { Severity::Medium };
    Some(Warning::new(severity, Confidence::Medium, text).advise(advice).on(table))
}
