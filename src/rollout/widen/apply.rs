//! A change that takes nothing away, made in a schema.

use crate::diff::{Change, Constraint};
use crate::schema::{ObjectName, Schema, Table};

/// Makes the change. What takes something away, or requires something, waits for the last migration.
pub(super) fn apply(schema: &mut Schema, change: &Change) {
    match change {
        Change::TableAdded { table } => schema.tables.push(table.clone()),
        Change::ViewAdded { view } => schema.views.push(view.clone()),
        Change::TriggerAdded { trigger } => schema.triggers.push(trigger.clone()),
        Change::ObjectAdded { object } => schema.others.push(object.clone()),
        Change::TriggerModified { from, to } => replace(&mut schema.triggers, from, to),
        Change::ObjectModified { from, to } => replace(&mut schema.others, from, to),
        Change::TableModified { to, .. } => in_table(schema, &to.name, |table| {
            table.options.clone_from(&to.options);
            table.comment.clone_from(&to.comment);
        }),
        Change::ColumnAdded { table, column } => in_table(schema, table, |table| table.columns.push(column.clone())),
        Change::ConstraintAdded { table, constraint } => in_table(schema, table, |table| match constraint {
            Constraint::PrimaryKey(key) => table.primary_key = Some(key.clone()),
            Constraint::Unique(unique) => table.uniques.push(unique.clone()),
            Constraint::Check(check) => table.checks.push(check.clone()),
        }),
        // The new code may write what these refuse.
        Change::ConstraintRemoved { table, constraint: Constraint::Check(check) } => {
            in_table(schema, table, |table| table.checks.retain(|one| one != check));
        }
        Change::RelationshipRemoved { table, foreign_key } => {
            in_table(schema, table, |table| table.foreign_keys.retain(|one| one != foreign_key));
        }
        Change::RelationshipAdded { table, foreign_key } => {
            in_table(schema, table, |table| table.foreign_keys.push(foreign_key.clone()));
        }
        Change::RelationshipModified { table, from, to } => {
            in_table(schema, table, |table| replace(&mut table.foreign_keys, from, to));
        }
        Change::IndexAdded { table, index } => in_table(schema, table, |table| table.indexes.push(index.clone())),
        Change::TableRemoved { .. }
        | Change::TableRenamed { .. }
        | Change::ColumnRemoved { .. }
        | Change::ColumnModified { .. }
        | Change::ColumnRenamed { .. }
        | Change::ConstraintRemoved { .. }
        | Change::IndexRemoved { .. }
        | Change::ViewRemoved { .. }
        | Change::ViewModified { .. }
        | Change::TriggerRemoved { .. }
        | Change::ObjectRemoved { .. } => {}
    }
}

fn in_table(schema: &mut Schema, name: &ObjectName, change: impl FnOnce(&mut Table)) {
    if let Some(table) = schema.tables.iter_mut().find(|table| table.name == *name) {
        change(table);
    }
}

fn replace<T: PartialEq + Clone>(list: &mut [T], from: &T, to: &T) {
    if let Some(one) = list.iter_mut().find(|one| *one == from) {
        one.clone_from(to);
    }
}
