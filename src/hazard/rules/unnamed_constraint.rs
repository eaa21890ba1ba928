//! `unnamed-constraint`: a constraint without a name is hard to drop.

use crate::diff::Severity;
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::{Action, ConstraintKind, NewConstraint, TableChange};
use crate::hazard::{Confidence, Context, Default, Rule, Step, Warning};

/// A constraint that the server has to name.
pub const RULE: Rule = Rule {
    id: "unnamed-constraint",
    aliases: &[
        ("atlas", "NM104"),
        ("atlas", "NM105"),
        ("bytebase", "naming.index.uk"),
        ("bytebase", "naming.index.fk"),
    ],
    default: Default::LintOnly,
    looks: &[Look::Act(by_act)],
    ..ANY
};

fn by_act(_: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let (table, constraint) = match &step.act.action {
        Action::CreateTable(table) => (&table.name, table.constraints.iter().find(|it| is_unnamed(it))?),
        Action::Alter { table, change: TableChange::AddConstraint(constraint) } if is_unnamed(constraint) => {
            (table, constraint)
        }
        _ => return None,
    };
    let text = format!(
        "{} on {table} has no name: each server gives it one of its own, and a later migration cannot drop it by name.",
        constraint.sql
    );
    let advice = "Name it, or give the metadata a naming_convention.";
    Some(Warning::new(Severity::Low, Confidence::High, text).advise(advice).on(table))
}

fn is_unnamed(constraint: &NewConstraint) -> bool {
    let named = matches!(constraint.kind, ConstraintKind::PrimaryKey { .. } | ConstraintKind::NotNull { .. });
    constraint.name.is_none() && !named
}
