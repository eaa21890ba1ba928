//! Queries for rows that the last migration would refuse. Each finds nothing when all is well.

use super::name::{path, quoted};
use super::stage::Query;
use super::widen::Widened;
use crate::diff::{Change, ColumnDifference, Constraint, Renames, TypeChange, differences, type_change};
use crate::schema::{Column, Dialect, ForeignKey, ObjectName, TypeKind};

pub(super) fn questions(widened: &Widened) -> Vec<Query> {
    let dialect = widened.dialect();
    let all = differences(&widened.checked, &widened.end, &Renames::default());
    let copied = |table: &ObjectName, columns: &[String]| {
        widened.copies.iter().any(|copy| copy.table == *table && columns.contains(&copy.to.name))
    };
    let mut queries = Vec::new();
    for change in &all {
        match change {
            Change::ColumnModified { table, from, to, differences } => {
                if differences.contains(&ColumnDifference::Nullability) && !to.nullable {
                    queries.push(empty(dialect, table, to));
                }
                let narrows = type_change(&from.data_type.kind, &to.data_type.kind) >= TypeChange::Narrowed;
                if differences.contains(&ColumnDifference::Type) && narrows {
                    queries.extend(misfits(dialect, table, from, to));
                }
            }
            Change::ConstraintAdded { table, constraint: Constraint::Unique(unique) }
                if !copied(table, &unique.columns) =>
            {
                queries.push(twice(dialect, table, &unique.columns));
            }
            Change::IndexAdded { table, index } if index.unique && index.predicate.is_none() => {
                let columns: Option<Vec<String>> = index.parts.iter().map(|part| part.column.clone()).collect();
                queries.extend(columns.filter(|columns| !copied(table, columns)).map(|it| twice(dialect, table, &it)));
            }
            Change::ConstraintAdded { table, constraint: Constraint::Check(check) } => {
                let sql = format!("SELECT * FROM {} WHERE NOT ({});", path(dialect, table), check.expression);
                queries.push(Query { what: format!("rows of {table} that break the new check"), sql });
            }
            Change::RelationshipAdded { table, foreign_key }
            | Change::RelationshipModified { table, to: foreign_key, .. }
                if !copied(table, &foreign_key.columns) =>
            {
                queries.push(orphans(dialect, table, foreign_key));
            }
            _ => {}
        }
    }
    queries
}

fn empty(dialect: Dialect, table: &ObjectName, column: &Column) -> Query {
    let (name, column_name) = (path(dialect, table), quoted(dialect, &column.name));
    Query {
        what: format!("rows of {table} without {}", column.name),
        sql: format!("SELECT * FROM {name} WHERE {column_name} IS NULL;"),
    }
}

fn twice(dialect: Dialect, table: &ObjectName, columns: &[String]) -> Query {
    let quoted: Vec<String> = columns.iter().map(|column| quoted(dialect, column)).collect();
    let present: Vec<String> = quoted.iter().map(|column| format!("{column} IS NOT NULL")).collect();
    let (list, present, name) = (quoted.join(", "), present.join(" AND "), path(dialect, table));
    Query {
        what: format!("values of {table}({}) that are there more than once", columns.join(", ")),
        sql: format!("SELECT {list}, count(*) FROM {name} WHERE {present} GROUP BY {list} HAVING count(*) > 1;"),
    }
}

fn orphans(dialect: Dialect, table: &ObjectName, key: &ForeignKey) -> Query {
    let present = key.columns.iter().map(|column| format!("child.{} IS NOT NULL", quoted(dialect, column)));
    let same = key.columns.iter().zip(&key.referenced_columns);
    let same = same.map(|(own, other)| format!("parent.{} = child.{}", quoted(dialect, other), quoted(dialect, own)));
    Query {
        what: format!("rows of {table} that point at no row of {}", key.referenced_table),
        sql: format!(
            "SELECT * FROM {} child WHERE {} AND NOT EXISTS (SELECT 1 FROM {} parent WHERE {});",
            path(dialect, table),
            present.collect::<Vec<_>>().join(" AND "),
            path(dialect, &key.referenced_table),
            same.collect::<Vec<_>>().join(" AND ")
        ),
    }
}

/// Values that the narrower type does not hold, where they can be told.
fn misfits(dialect: Dialect, table: &ObjectName, from: &Column, to: &Column) -> Option<Query> {
    let column = quoted(dialect, &to.name);
    let condition = match (&from.data_type.kind, &to.data_type.kind) {
        (TypeKind::Text { .. }, TypeKind::Text { length: Some(length) }) => {
            let function = if dialect == Dialect::Sqlite { "length" } else { "char_length" };
            format!("{function}({column}) > {length}")
        }
        (_, TypeKind::Numeric { precision: Some(precision), scale }) => {
            let scale = scale.unwrap_or_default();
            let whole = "9".repeat(precision.saturating_sub(scale) as usize);
            let limit = if whole.is_empty() { "1".to_owned() } else { format!("{whole} + 1") };
            format!("abs({column}) >= {limit} OR round({column}, {scale}) <> {column}")
        }
        (_, TypeKind::Integer { bits }) if *bits < 64 => {
            let limit = 1_i64 << (bits - 1);
            format!("{column} NOT BETWEEN {} AND {}", -limit, limit - 1)
        }
        _ => return None,
    };
    Some(Query {
        what: format!("values of {table}.{} that `{}` does not hold as they are", to.name, to.data_type.sql),
        sql: format!("SELECT * FROM {} WHERE {condition};", path(dialect, table)),
    })
}
