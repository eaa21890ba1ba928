//! `table-without-primary-key`: rows cannot be told apart.

use crate::diff::Severity;
use crate::hazard::rule::{Look, SERVERS};
use crate::hazard::statement::{Action, ConstraintKind, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// A new table without a primary key.
pub const RULE: Rule = Rule {
    id: "table-without-primary-key",
    aliases: &[
        ("bytebase", "table.require-pk"),
        ("skeema", "pk"),
        ("spirit", "primary_key"),
        ("planetscale", "NO_UNIQUE_KEY"),
    ],
    looks: &[Look::Act(by_act)],
    ..SERVERS
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::CreateTable(table) = &step.act.action else { return None };
    let inside = table.columns.iter().any(|column| column.primary_key)
        || table.constraints.iter().any(|constraint| matches!(constraint.kind, ConstraintKind::PrimaryKey { .. }));
    let later = context.statements.iter().skip(step.at + 1).flat_map(|statement| &statement.acts).any(|act| match &act
        .action
    {
        Action::Alter { table: of, change: TableChange::AddConstraint(added) } => {
            of == &table.name && matches!(added.kind, ConstraintKind::PrimaryKey { .. })
        }
        Action::Alter { table: of, change: TableChange::AddColumn { column, .. } } => {
            of == &table.name && column.primary_key
        }
        _ => false,
    });
    if inside || later || table.temporary || table.derived {
        return None;
    }
    let text = format!(
        "{} has no primary key: two equal rows cannot be told apart, replication has to compare whole rows, and the ORM \
         refuses to map the table.",
        table.name
    );
    let advice = format!(
        "ALTER TABLE {} ADD PRIMARY KEY (...); -- or give it a column of its own",
        context.table_sql(&table.name)
    );
    Some(Warning::new(Severity::Medium, Confidence::High, text).advise(advice).on(&table.name))
}
