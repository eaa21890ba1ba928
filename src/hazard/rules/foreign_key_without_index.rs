//! `foreign-key-without-index`: every delete of a parent reads the whole table of its children.

use crate::diff::{Change, SchemaChange, Severity};
use crate::hazard::rule::{ANY, Look};
use crate::hazard::{Confidence, Context, Rule, Warning};
use crate::schema::{Dialect, ForeignKey, Table};

/// A foreign key is added, or an index removed, so that the key's own columns have no index.
pub const RULE: Rule =
    Rule { id: "foreign-key-without-index", aliases: &[("eugene", "E15")], looks: &[Look::Change(by_change)], ..ANY };

fn by_change(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    // MySQL makes the index itself.
    if context.dialect() == Dialect::Mysql {
        return None;
    }
    let table = match &change.change {
        Change::TableAdded { table } => context.after(&table.name)?,
        Change::RelationshipAdded { table, .. } | Change::IndexRemoved { table, .. } => context.after(table)?,
        _ => return None,
    };
    let concerns = |key: &&ForeignKey| match &change.change {
        Change::RelationshipAdded { foreign_key, .. } => foreign_key == *key,
        Change::IndexRemoved { index, .. } => {
            index.parts.first().and_then(|part| part.column.as_ref()).is_some_and(|first| key.columns.contains(first))
        }
        _ => true,
    };
    let bare: Vec<&ForeignKey> =
        table.foreign_keys.iter().filter(concerns).filter(|key| !is_indexed(table, &key.columns)).collect();
    let first = bare.first()?;
    let columns: Vec<String> = bare.iter().map(|key| key.columns.join(", ")).collect();
    let statements: Vec<String> = bare
        .iter()
        .map(|key| {
            let index = context.quote(&format!("ix_{}_{}", table.name.name, key.columns.join("_")));
            let concurrently = if context.dialect() == Dialect::Postgres { "CONCURRENTLY " } else { "" };
            let (name, keys) = (context.table_sql(&table.name), context.columns_sql(&key.columns));
            format!("CREATE INDEX {concurrently}{index} ON {name} ({keys});")
        })
        .collect();
    Some(Warning {
        severity: Severity::Medium,
        confidence: Confidence::High,
        message: format!(
            "No index begins with {}.{}: each delete from {} and each join reads the whole table.",
            table.name,
            columns.join(" or "),
            first.referenced_table
        ),
        advice: format!("-- In the same pull request (index=True in the model):\n{}", statements.join("\n")),
        table: Some(table.name.clone()),
        item: Some(first.columns.join(", ")),
    })
}

/// Whether an index, key or constraint begins with these columns, in any order.
fn is_indexed(table: &Table, columns: &[String]) -> bool {
    let begins = |keys: &[String]| {
        keys.len() >= columns.len() && keys[..columns.len()].iter().all(|column| columns.contains(column))
    };
    table.primary_key.as_ref().is_some_and(|key| begins(&key.columns))
        || table.uniques.iter().any(|unique| begins(&unique.columns))
        || table.indexes.iter().filter(|index| index.predicate.is_none()).any(|index| {
            let keys: Vec<String> = index.parts.iter().map_while(|part| part.column.clone()).collect();
            begins(&keys)
        })
}
