//! `not-null-without-default`: a required column is added and nothing fills it.

use crate::diff::{Change, SchemaChange, Severity};
use crate::hazard::{Confidence, Context, Rule, Warning};
use crate::schema::Dialect;

/// A NOT NULL column is added without a default.
pub const RULE: Rule = Rule { id: "not-null-without-default", needs_rows: false, look };

fn look(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let Change::ColumnAdded { table, column } = &change.change else { return None };
    let filled = column.nullable || column.default.is_some() || column.generated.is_some() || column.auto_increment;
    if filled || context.is_new(table) {
        return None;
    }
    let (name, new, sql) = (context.table_sql(table), context.quote(&column.name), &column.data_type.sql);
    let then = match context.dialect() {
        Dialect::Postgres => format!("ALTER TABLE {name} ALTER COLUMN {new} SET NOT NULL;"),
        Dialect::Mysql => format!("ALTER TABLE {name} MODIFY COLUMN {new} {sql} NOT NULL;"),
        Dialect::Sqlite => format!("-- batch_alter_table: alter_column({}, nullable=False)", python(&column.name)),
    };
    let rows = match context.rows(table) {
        Some(0) => "The table is empty, so the migration itself passes".to_owned(),
        Some(rows) => format!("The migration fails unless it fills the {rows} rows that are there"),
        None => "The migration fails unless it fills the rows that are there".to_owned(),
    };
    Some(Warning {
        severity: Severity::Breaking,
        confidence: Confidence::High,
        message: format!(
            "{table}.{} is required and has no default. {rows}; and every INSERT of deployed code, which does not name \
             the column, is refused.",
            column.name
        ),
        advice: format!(
            "-- 1. Add it nullable, or with a default, and release code that fills it.\n\
             ALTER TABLE {name} ADD COLUMN {new} {sql};\n\
             -- 2. Fill the rows that are there, with a value that fits.\n\
             UPDATE {name} SET {new} = :value WHERE {new} IS NULL;\n\
             -- 3. Require it in a later pull request.\n\
             {then}"
        ),
        table: table.clone(),
    })
}

/// A name as a Python string on one line.
fn python(name: &str) -> String {
    format!("\"{}\"", name.escape_default())
}
