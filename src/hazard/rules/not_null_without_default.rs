//! `not-null-without-default`: a required column is added and nothing fills it.

use crate::diff::{Change, SchemaChange, Severity};
use crate::hazard::context::python;
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::{Action, NewColumn, TableChange, Write, WriteVerb};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::{Dialect, ObjectName};

/// A NOT NULL column is added without a default.
pub const RULE: Rule = Rule {
    id: "not-null-without-default",
    aliases: &[
        ("squawk", "adding-required-field"),
        ("atlas", "MF103"),
        ("django-migration-linter", "NOT_NULL"),
        ("atlas", "MY101"),
        ("bytebase", "column.set-default-for-not-null"),
        ("bytebase", "statement.disallow-add-not-null"),
    ],
    looks: &[Look::Change(by_change), Look::Act(by_act), Look::Act(by_copy)],
    ..ANY
};

fn by_change(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let Change::ColumnAdded { table, column } = &change.change else { return None };
    let filled = column.nullable || column.default.is_some() || column.generated.is_some() || column.auto_increment;
    if filled || context.is_new(table) {
        return None;
    }
    Some(warning(context, table, &column.name, &column.data_type.sql))
}

fn warning(context: &Context<'_>, table: &ObjectName, column: &str, sql: &str) -> Warning {
    let (name, new) = (context.table_sql(table), context.quote(column));
    let then = match context.dialect() {
        Dialect::Postgres => format!("ALTER TABLE {name} ALTER COLUMN {new} SET NOT NULL;"),
        Dialect::Mysql => format!("ALTER TABLE {name} MODIFY COLUMN {new} {sql} NOT NULL;"),
        Dialect::Sqlite => format!("-- batch_alter_table: alter_column({}, nullable=False)", python(column)),
    };
    let rows = match context.rows(table) {
        Some(0) => "The table is empty, so the migration itself passes".to_owned(),
        Some(rows) => format!("The migration fails unless it fills the {rows} rows that are there"),
        None => "The migration fails unless it fills the rows that are there".to_owned(),
    };
    Warning {
        severity: Severity::Breaking,
        confidence: Confidence::High,
        message: format!(
            "{table}.{column} is required and has no default. {rows}; and every INSERT of deployed code, which does not name \
             the column, is refused."
        ),
        advice: format!(
            "-- 1. Add it nullable, or with a default, and release code that fills it.\n\
             ALTER TABLE {name} ADD COLUMN {new} {sql};\n\
             -- 2. Fill the rows that are there, with a value that fits.\n\
             UPDATE {name} SET {new} = :value WHERE {new} IS NULL;\n\
             -- 3. Require it in a later pull request.\n\
             {then}"
        ),
        table: Some(table.clone()),
        item: Some(column.to_owned()),
    }
}

/// A table that is copied into a new one, where a column gets a constant that the old one did not have.
fn by_copy(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Write(Write { verb: WriteVerb::InsertSelect, table, constants, source: Some(source), .. }) =
        &step.act.action
    else {
        return None;
    };
    if !context.knows_statements_only() || context.is_new_at(source, step.at) {
        return None;
    }
    let earlier = context.statements.iter().take(step.at).flat_map(|statement| &statement.acts);
    let new = earlier.into_iter().find_map(|act| match &act.action {
        Action::CreateTable(new) if &new.name == table => Some(new),
        _ => None,
    })?;
    let required = |column: &&NewColumn| {
        column.not_null && !column.primary_key && column.default.is_none() && constants.contains(&column.name)
    };
    let column = new.columns.iter().find(required)?;
    let sql = column.data_type.as_ref().map_or("...", |data_type| &data_type.sql);
    Some(warning(context, context.rebuilt_from(table, step.at).unwrap_or(source), &column.name, sql))
}

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Alter { table, change: TableChange::AddColumn { column, .. } } = &step.act.action else { return None };
    let data_type = column.data_type.as_ref()?;
    let filled = column.default.as_ref().is_some_and(|default| !default.sql.eq_ignore_ascii_case("null"))
        || column.generated.is_some()
        || column.counted
        || data_type.is_serial();
    // A default that the same migration takes away fills the rows that are there, and no others.
    let later = context.statements.iter().skip(step.at).flat_map(|statement| &statement.acts);
    let mut defaults = later.into_iter().filter_map(|act| match &act.action {
        Action::Alter { table: of, change: TableChange::DropDefault { column: bare } }
            if of == table && *bare == column.name =>
        {
            Some(true)
        }
        Action::Alter { table: of, change: TableChange::SetDefault { column: given, .. } }
            if of == table && *given == column.name =>
        {
            Some(false)
        }
        _ => None,
    });
    let taken_away = defaults.next_back().unwrap_or(false);
    let filled = filled && !(taken_away && column.default.is_some());
    // A primary key is the business of `add-primary-key`.
    if !column.not_null || filled || context.is_new_at(table, step.at) {
        return None;
    }
    Some(warning(context, table, &column.name, &data_type.sql))
}
