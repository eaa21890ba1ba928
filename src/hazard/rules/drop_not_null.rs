//! `drop-not-null`: a column that always had a value may be empty.

use crate::diff::{Change, ColumnDifference, SchemaChange, Severity};
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::{Action, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::ObjectName;

/// ALTER COLUMN … DROP NOT NULL.
pub const RULE: Rule = Rule {
    id: "drop-not-null",
    aliases: &[("squawk", "ban-drop-not-null")],
    looks: &[Look::Change(by_change), Look::Act(by_act)],
    ..ANY
};

const SEVERITY: Severity = Severity::Medium;

fn by_change(_: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let Change::ColumnModified { table, from, to, differences } = &change.change else { return None };
    (differences.contains(&ColumnDifference::Nullability) && to.nullable && !from.nullable)
        .then(|| warning(table, &to.name))
}

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Alter { table, change: TableChange::DropNotNull { column } } = &step.act.action else { return None };
    (!context.is_new_at(table, step.at)).then(|| warning(table, column))
}

fn warning(table: &ObjectName, column: &str) -> Warning {
    let text = format!(
        "{table}.{column} may be NULL from now on. Code that is deployed was written for a column that always has a \
         value: it may fail on NULL, or miss such rows in comparisons; and once they are there, the way back fails."
    );
    let advice = format!(
        "First release an application that can read {table}.{column} when it is NULL; then drop the constraint, and \
         only then write NULL."
    );
    Warning::new(SEVERITY, Confidence::Medium, text).advise(advice).on(table).about(column)
}
