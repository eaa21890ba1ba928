//! `add-check`: a condition that no row had to meet before.

use crate::diff::{Change, Constraint, SchemaChange, Severity};
use crate::hazard::{Confidence, Context, Rule, Warning};
use crate::schema::Dialect;

/// A CHECK constraint is added.
pub const RULE: Rule = Rule { id: "add-check", needs_rows: true, look };

fn look(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let Change::ConstraintAdded { table, constraint: Constraint::Check(check) } = &change.change else { return None };
    let same = |before: &crate::schema::Table| before.checks.iter().any(|old| old.expression == check.expression);
    if context.before(table).is_some_and(same) {
        return None;
    }
    let name = context.table_sql(table);
    let mut advice = format!(
        "-- Must give 0 before the migration runs:\n\
         SELECT count(*) FROM {name} WHERE NOT ({});",
        check.expression
    );
    if let (Dialect::Postgres, Some(constraint)) = (context.dialect(), &check.name) {
        let constraint = context.quote(constraint);
        advice.push_str(&format!(
            "\n-- Then without a long lock, each in its own transaction:\n\
             ALTER TABLE {name} ADD CONSTRAINT {constraint} CHECK ({}) NOT VALID;\n\
             ALTER TABLE {name} VALIDATE CONSTRAINT {constraint};",
            check.expression
        ));
    }
    Some(Warning {
        severity: Severity::High,
        confidence: Confidence::Medium,
        message: format!(
            "The migration fails when any row of {table} breaks the condition {}, and deployed code that writes such \
             rows is refused.",
            check.expression
        ),
        advice,
        table: table.clone(),
    })
}
