//! `validate-in-same-transaction`: a constraint is validated under the lock that adding it took.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::{Action, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// VALIDATE CONSTRAINT in the transaction that added the constraint NOT VALID.
pub const RULE: Rule = Rule {
    id: "validate-in-same-transaction",
    aliases: &[
        ("squawk", "constraint-missing-not-valid"),
        ("strong_migrations", "validate_foreign_key"),
        ("strong_migrations", "validate_check_constraint"),
    ],
    needs_rows: true,
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Alter { table, change: TableChange::ValidateConstraint { name } } = &step.act.action else {
        return None;
    };
    let transaction = step.statement.transaction?;
    let added = context
        .statements
        .iter()
        .take(step.at)
        .filter(|statement| statement.transaction == Some(transaction))
        .flat_map(|statement| &statement.acts)
        .any(|act| match &act.action {
            Action::Alter { table: of, change: TableChange::AddConstraint(added) } => {
                of == table && added.not_valid && added.name.as_deref() == Some(name)
            }
            _ => false,
        });
    if !added || context.is_new_at(table, step.at) {
        return None;
    }
    let (sql, constraint) = (context.table_sql(table), context.quote(name));
    let text = format!(
        "{name} is checked against {} while the transaction still holds the lock that adding it took: NOT \
         VALID gains nothing.",
        context.rows_of(table)
    );
    let advice = format!(
        "-- In a transaction of its own, after the one that adds the constraint:\n\
         COMMIT;\nALTER TABLE {sql} VALIDATE CONSTRAINT {constraint};"
    );
    Some(Warning::new(Severity::High, Confidence::High, text).advise(advice).on(table).about(name))
}
