//! `narrow-type`: a column's new type cannot hold every value that the old one could.

use crate::diff::{Change, ColumnDifference, SchemaChange, Severity, TypeChange, type_change};
use crate::hazard::rule::{ANY, Look};
use crate::hazard::{Confidence, Context, Rule, Warning};
use crate::schema::{Column, Dialect, TypeKind, quote};

/// A type is narrowed or replaced.
pub const RULE: Rule = Rule {
    id: "narrow-type",
    aliases: &[("pgmold", "warn_type_narrowing"), ("bytebase", "schema.backward-compatibility")],
    needs_rows: true,
    looks: &[Look::Change(by_change)],
    ..ANY
};

fn by_change(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let Change::ColumnModified { table, from, to, differences } = &change.change else { return None };
    if !differences.contains(&ColumnDifference::Type) {
        return None;
    }
    let kind = type_change(&from.data_type.kind, &to.data_type.kind);
    if kind < TypeChange::Narrowed {
        return None;
    }
    let (name, column) = (context.table_sql(table), context.quote(&from.name));
    let fate = match context.dialect() {
        Dialect::Sqlite => {
            "SQLite itself keeps a value that is too long or too precise, but the application and its forms reject or round it, and any other server refuses it"
        }
        Dialect::Postgres => "The migration fails on the first value that does not fit, or rounds it",
        Dialect::Mysql => {
            "The migration fails on the first value that does not fit, or cuts it where strict mode is off"
        }
    };
    let advice = match lost(&column, from, to, context.dialect()) {
        Some(condition) => format!(
            "-- Must give 0 before the migration runs:\n\
             SELECT count(*) FROM {name}\n\
             WHERE {condition};\n\
             -- Otherwise correct these rows first, or keep {}.",
            from.data_type.sql.replace(['\n', '\r'], " ")
        ),
        None => format!(
            "Add a column of the new type beside {table}.{}, fill it with values that were checked, move the \
             application over, and drop the old one in a later pull request.",
            from.name
        ),
    };
    Some(Warning {
        severity: Severity::High,
        confidence: if kind == TypeChange::Replaced { Confidence::High } else { Confidence::Medium },
        message: format!("{table}.{} goes from {} to {}. {fate}.", to.name, from.data_type.sql, to.data_type.sql),
        advice,
        table: Some(table.clone()),
        item: Some(to.name.clone()),
    })
}

/// The condition that finds the values which do not fit.
fn lost(column: &str, from: &Column, to: &Column, dialect: Dialect) -> Option<String> {
    let conditions = match (&from.data_type.kind, &to.data_type.kind) {
        (TypeKind::Text { .. } | TypeKind::Enum { .. }, TypeKind::Text { length: Some(length) }) => {
            let function = if dialect == Dialect::Mysql { "char_length" } else { "length" };
            vec![format!("{function}({column}) > {length}")]
        }
        (TypeKind::Binary { .. }, TypeKind::Binary { length: Some(length) }) => {
            vec![format!("length({column}) > {length}")]
        }
        (
            TypeKind::Numeric { .. } | TypeKind::Integer { .. } | TypeKind::Float { .. },
            TypeKind::Numeric { precision: Some(precision), scale },
        ) => {
            let scale = scale.unwrap_or(0);
            let whole = precision.saturating_sub(scale) as usize;
            let mut conditions = vec![format!("abs({column}) >= 1{}", "0".repeat(whole.min(40)))];
            if !matches!(from.data_type.kind, TypeKind::Integer { .. }) {
                conditions.push(format!("{column} <> round({column}, {scale})"));
            }
            conditions
        }
        (from, TypeKind::Integer { bits }) => {
            let largest = (1_i128 << (bits.clamp(&8, &64) - 1)) - 1;
            let mut conditions = vec![format!("{column} NOT BETWEEN {} AND {largest}", -largest - 1)];
            match from {
                TypeKind::Integer { .. } => {}
                TypeKind::Numeric { .. } | TypeKind::Float { .. } => {
                    conditions.push(format!("{column} <> round({column})"));
                }
                _ => return None,
            }
            conditions
        }
        (TypeKind::Text { .. } | TypeKind::Enum { .. }, TypeKind::Enum { values, .. }) => {
            let values: Vec<String> = values.iter().map(|value| quote::string(value)).collect();
            vec![format!("{column} NOT IN ({})", values.join(", "))]
        }
        _ => return None,
    };
    Some(conditions.join("\n   OR "))
}
