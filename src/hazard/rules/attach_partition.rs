//! `attach-partition`: every row of a partition is checked when it is attached.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::{Action, ConstraintKind, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// ATTACH PARTITION of a table without a matching CHECK.
pub const RULE: Rule = Rule { id: "attach-partition", needs_rows: true, looks: &[Look::Act(by_act)], ..POSTGRES };

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Alter { table, change: TableChange::AttachPartition { partition } } = &step.act.action else {
        return None;
    };
    if context.is_new_at(partition, step.at) {
        return None;
    }
    let checked = context.statements.iter().take(step.at).flat_map(|statement| &statement.acts).any(|act| {
        matches!(&act.action, Action::Alter { table: of, change: TableChange::AddConstraint(added) }
            if of == partition && matches!(added.kind, ConstraintKind::Check { .. }))
    }) || context.from.table(partition).is_some_and(|known| !known.checks.is_empty());
    if checked {
        return None;
    }
    let (sql, name) = (context.table_sql(partition), context.quote(&format!("{}_bounds", partition.name)));
    let text = format!(
        "{} are checked against the bounds of the partition while nobody can use it.",
        capital(&context.rows_of(partition))
    );
    let advice = format!(
        "-- A CHECK that says the same as the bounds spares the look; each statement in its own transaction:\n\
         ALTER TABLE {sql} ADD CONSTRAINT {name} CHECK (...) NOT VALID;\n\
         ALTER TABLE {sql} VALIDATE CONSTRAINT {name};\n{};\nALTER TABLE {sql} DROP CONSTRAINT {name};",
        step.statement.text
    );
    Some(Warning::new(Severity::Medium, Confidence::Medium, text).advise(advice).on(table).about(&partition.name))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
