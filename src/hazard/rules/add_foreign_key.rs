//! `add-foreign-key`: values that could point nowhere no longer may.

use crate::diff::{Change, SchemaChange, Severity};
use crate::hazard::{Confidence, Context, Rule, Warning};
use crate::schema::{Dialect, ForeignKey, ObjectName};

/// A foreign key is added, or points at another table.
pub const RULE: Rule = Rule { id: "add-foreign-key", needs_rows: true, look };

fn look(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let (table, key) = match &change.change {
        Change::RelationshipAdded { table, foreign_key } => (table, foreign_key),
        Change::RelationshipModified { table, from, to }
            if from.referenced_table != to.referenced_table || from.referenced_columns != to.referenced_columns =>
        {
            (table, to)
        }
        _ => return None,
    };
    if context.starts_empty(table, &key.columns) {
        return None;
    }
    let target = &key.referenced_table;
    Some(Warning {
        severity: Severity::High,
        confidence: Confidence::Medium,
        message: format!(
            "Rows of {table} whose {} names no row of {target} make the migration fail, or stay behind as orphans where \
             the server does not look; and deployed code can no longer delete from {target} as it did.",
            key.columns.join(", ")
        ),
        advice: advice(context, table, key),
        table: table.clone(),
    })
}

fn advice(context: &Context<'_>, table: &ObjectName, key: &ForeignKey) -> String {
    let (name, target) = (context.table_sql(table), context.table_sql(&key.referenced_table));
    let pairs: Vec<String> = key
        .columns
        .iter()
        .zip(&key.referenced_columns)
        .map(|(column, referenced)| format!("parent.{} = child.{}", context.quote(referenced), context.quote(column)))
        .collect();
    let given: Vec<String> =
        key.columns.iter().map(|column| format!("child.{} IS NOT NULL", context.quote(column))).collect();
    let mut advice = format!(
        "-- Must give 0 before the migration runs:\n\
         SELECT count(*) FROM {name} AS child\n\
         WHERE {} AND NOT EXISTS (\n  SELECT 1 FROM {target} AS parent WHERE {}\n);",
        given.join(" AND "),
        pairs.join(" AND ")
    );
    if let (Dialect::Postgres, Some(constraint)) = (context.dialect(), &key.name) {
        let constraint = context.quote(constraint);
        advice.push_str(&format!(
            "\n-- Then without a long lock on either table, each in its own transaction:\n\
             ALTER TABLE {name} ADD CONSTRAINT {constraint} FOREIGN KEY ({}) REFERENCES {target} ({}) NOT VALID;\n\
             ALTER TABLE {name} VALIDATE CONSTRAINT {constraint};",
            context.columns_sql(&key.columns),
            context.columns_sql(&key.referenced_columns)
        ));
    }
    advice
}
