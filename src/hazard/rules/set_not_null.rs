//! `set-not-null`: a column that could be empty no longer may.

use crate::diff::{Change, ColumnDifference, SchemaChange, Severity};
use crate::hazard::{Confidence, Context, Rule, Warning};
use crate::schema::Dialect;

/// A nullable column becomes NOT NULL.
pub const RULE: Rule = Rule { id: "set-not-null", needs_rows: true, look };

fn look(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let Change::ColumnModified { table, from, to, differences } = &change.change else { return None };
    if !differences.contains(&ColumnDifference::Nullability) || to.nullable {
        return None;
    }
    let (name, old, new) = (context.table_sql(table), context.quote(&from.name), context.quote(&to.name));
    let mut advice = format!(
        "-- Must give 0 before the migration runs:\n\
         SELECT count(*) FROM {name} WHERE {old} IS NULL;\n\
         -- Fill what is empty, with a value that fits:\n\
         UPDATE {name} SET {old} = :value WHERE {old} IS NULL;"
    );
    if context.dialect() == Dialect::Postgres {
        let check = context.quote(&format!("{}_{}_not_null", table.name, to.name));
        advice.push_str(&format!(
            "\n-- Then without a long lock, each in its own transaction:\n\
             ALTER TABLE {name} ADD CONSTRAINT {check} CHECK ({new} IS NOT NULL) NOT VALID;\n\
             ALTER TABLE {name} VALIDATE CONSTRAINT {check};\n\
             ALTER TABLE {name} ALTER COLUMN {new} SET NOT NULL;\n\
             ALTER TABLE {name} DROP CONSTRAINT {check};"
        ));
    }
    Some(Warning {
        severity: Severity::High,
        confidence: Confidence::Medium,
        message: format!(
            "The migration fails when {table}.{} is NULL in any row of production, and deployed code that leaves it \
             empty is refused.",
            to.name
        ),
        advice,
        table: table.clone(),
    })
}
