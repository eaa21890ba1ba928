//! `foreign-key-without-index`: every delete of a parent reads the whole table of its children.

use crate::diff::{Change, SchemaChange, Severity};
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::{Action, ConstraintKind, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::{Dialect, ForeignKey, ObjectName, Table};

/// A foreign key is added, or an index removed, so that the key's own columns have no index.
pub const RULE: Rule = Rule {
    id: "foreign-key-without-index",
    aliases: &[("eugene", "E15")],
    looks: &[Look::Change(by_change), Look::Act(by_act)],
    ..ANY
};

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
    let columns: Vec<Vec<String>> = bare.iter().map(|key| key.columns.clone()).collect();
    Some(warning(context, &table.name, &columns, &first.referenced_table))
}

/// `bare` are the columns of each key.
fn warning(context: &Context<'_>, table: &ObjectName, bare: &[Vec<String>], referenced: &ObjectName) -> Warning {
    let statements: Vec<String> = bare
        .iter()
        .map(|columns| {
            let index = context.quote(&format!("ix_{}_{}", table.name, columns.join("_")));
            let concurrently = if context.dialect() == Dialect::Postgres { "CONCURRENTLY " } else { "" };
            let (name, keys) = (context.table_sql(table), context.columns_sql(columns));
            format!("CREATE INDEX {concurrently}{index} ON {name} ({keys});")
        })
        .collect();
    let columns: Vec<String> = bare.iter().map(|columns| columns.join(", ")).collect();
    Warning {
        severity: Severity::Medium,
        confidence: Confidence::High,
        message: format!(
            "No index begins with {}.{}: each delete from {} and each join reads the whole table.",
            table,
            columns.join(" or "),
            referenced
        ),
        advice: format!("-- In the same pull request (index=True in the model):\n{}", statements.join("\n")),
        table: Some(table.clone()),
        item: columns.into_iter().next(),
    }
}

/// Where the statements are all that is known: a key of a new table or a new column, for which they make no index.
fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    if context.dialect() == Dialect::Mysql {
        return None;
    }
    let (table, added) = match &step.act.action {
        Action::CreateTable(table) => (&table.name, None),
        Action::Alter { table, change: TableChange::AddColumn { column, .. } } if column.references.is_some() => {
            (table, Some(&column.name))
        }
        Action::Alter { table, change: TableChange::AddConstraint(added) }
            if matches!(added.kind, ConstraintKind::ForeignKey { .. }) =>
        {
            (table, None)
        }
        _ => return None,
    };
    let made = context.made(table)?;
    let here = made.foreign_keys.iter().filter(|(at, columns, _)| {
        *at == step.at && added.map_or(made.whole, |added| columns.iter().any(|column| column == added))
    });
    let begins = |keys: &[String], columns: &[String]| {
        keys.get(..columns.len()).is_some_and(|keys| keys.iter().all(|column| columns.contains(column)))
    };
    let mut bare = here.filter(|(_, columns, _)| !made.keys.iter().any(|key| begins(&key.columns, columns)));
    let (_, columns, reference) = bare.next()?;
    let key = [columns.clone()].into_iter().chain(bare.map(|(_, columns, _)| columns.clone())).collect::<Vec<_>>();
    Some(warning(context, table, &key, &reference.table))
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
