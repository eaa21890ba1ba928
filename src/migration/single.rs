//! The SQL of one change alone, for people who look at that change.

use std::collections::HashMap;

use crate::diff::{Change, Constraint, Renames, aligned, differences};
use crate::schema::{Lookup, ObjectName, Schema, Table, Trigger};

/// The SQL of single changes between two schemas.
#[derive(Debug)]
pub struct Scripts<'a> {
    from: Lookup<'a>,
    to: Lookup<'a>,
    triggers: HashMap<&'a ObjectName, Vec<&'a Trigger>>,
}

impl<'a> Scripts<'a> {
    /// For the changes between these two.
    pub fn between(from: &'a Schema, to: &'a Schema) -> Self {
        let mut triggers: HashMap<&ObjectName, Vec<&Trigger>> = HashMap::new();
        for trigger in &to.triggers {
            triggers.entry(&trigger.table).or_default().push(trigger);
        }
        Self { from: Lookup::new(from), to: Lookup::new(to), triggers }
    }

    /// The SQL that makes this one change on its own, and the SQL that takes it back. Empty where there is no plan for
    /// the dialect.
    ///
    /// Names are the new ones throughout, as in the change itself: the change is undone in a copy of the new schema,
    /// and what lies between the copy and that is the script.
    pub fn of(&self, change: &Change) -> (String, String) {
        let (before, after) = self.around(change);
        let changes = match change {
            Change::TableRenamed { .. } | Change::ColumnRenamed { .. } => vec![change.clone()],
            _ => differences(&before, &after, &Renames::default()),
        };
        let plan = super::plan(&before, &after, &changes);
        (plan.forward_sql(), plan.rollback_sql())
    }

    /// The smallest schemas that show the change: before and after.
    fn around(&self, change: &Change) -> (Schema, Schema) {
        let (from, to) = (&self.from, &self.to);
        let empty = Schema::empty(to.schema().dialect);
        let (mut before, mut after) = (empty.clone(), empty);
        match change {
            Change::TableAdded { table } => after.tables.push(table.clone()),
            Change::TableRemoved { table } => before.tables.push(table.clone()),
            Change::TableRenamed { from: old, to: new, .. } => {
                after.tables.extend(to.table(new).cloned());
                before = aligned(&after, &renamed_tables(new, old)).into_owned();
            }
            Change::TableModified { from, to } => {
                let mut old = to.clone();
                old.options.clone_from(&from.options);
                old.comment.clone_from(&from.comment);
                before.tables.push(old);
                after.tables.push(to.clone());
            }
            Change::ColumnRenamed { table, from: old, to: new, .. } => {
                after.tables.extend(to.table(table).cloned());
                let mut back = Renames::default();
                let why = crate::diff::RenameEvidence::Answered;
                back.columns.push((table.clone(), new.name.clone(), old.name.clone(), why));
                before = aligned(&after, &back).into_owned();
            }
            Change::ColumnAdded { table, .. }
            | Change::ColumnRemoved { table, .. }
            | Change::ColumnModified { table, .. }
            | Change::ConstraintAdded { table, .. }
            | Change::ConstraintRemoved { table, .. }
            | Change::IndexAdded { table, .. }
            | Change::IndexRemoved { table, .. }
            | Change::RelationshipAdded { table, .. }
            | Change::RelationshipRemoved { table, .. }
            | Change::RelationshipModified { table, .. } => {
                if let Some(new) = to.table(table) {
                    let (old, new) = table_around(change, new, from);
                    for schema in [&mut before, &mut after] {
                        let triggers = self.triggers.get(table).map(Vec::as_slice).unwrap_or_default();
                        schema.triggers = triggers.iter().copied().cloned().collect();
                    }
                    before.tables.push(old);
                    after.tables.push(new);
                }
            }
            Change::ViewAdded { view } => after.views.push(view.clone()),
            Change::ViewRemoved { view } => before.views.push(view.clone()),
            Change::ViewModified { from, to } => {
                before.views.push(from.clone());
                after.views.push(to.clone());
            }
            Change::TriggerAdded { trigger } => after.triggers.push(trigger.clone()),
            Change::TriggerRemoved { trigger } => before.triggers.push(trigger.clone()),
            Change::TriggerModified { from, to } => {
                before.triggers.push(from.clone());
                after.triggers.push(to.clone());
            }
            Change::ObjectAdded { object } => after.others.push(object.clone()),
            Change::ObjectRemoved { object } => before.others.push(object.clone()),
            Change::ObjectModified { from, to } => {
                before.others.push(from.clone());
                after.others.push(to.clone());
            }
        }
        (before, after)
    }
}

fn renamed_tables(from: &ObjectName, to: &ObjectName) -> Renames {
    let why = crate::diff::RenameEvidence::Answered;
    Renames { tables: vec![(from.clone(), to.clone(), why)], columns: Vec::new() }
}

/// The table without the change and with it.
fn table_around(change: &Change, new: &Table, from: &Lookup<'_>) -> (Table, Table) {
    let mut old = new.clone();
    let mut new = new.clone();
    match change {
        Change::ColumnAdded { column, .. } => {
            // What needs the column is a change of its own.
            for table in [&mut old, &mut new] {
                table.foreign_keys.retain(|key| !key.columns.contains(&column.name));
                table.uniques.retain(|unique| !unique.columns.contains(&column.name));
                table.checks.retain(|check| !crate::schema::lexer::mentions(&check.expression, &column.name));
                table.indexes.retain(|index| {
                    !index.parts.iter().any(|part| {
                        part.column.as_deref() == Some(&column.name)
                            || part
                                .expression
                                .as_deref()
                                .is_some_and(|text| crate::schema::lexer::mentions(text, &column.name))
                    })
                });
            }
            old.columns.retain(|other| other.name != column.name);
        }
        Change::ColumnRemoved { column, .. } => {
            let place =
                from.table(&new.name).and_then(|table| table.columns.iter().position(|one| one.name == column.name));
            old.columns.insert(place.unwrap_or(old.columns.len()).min(old.columns.len()), column.clone());
        }
        Change::ColumnModified { from, to, .. } => {
            for column in old.columns.iter_mut().filter(|column| column.name == to.name) {
                *column = from.clone();
            }
        }
        Change::ConstraintAdded { constraint, .. } => without(&mut old, constraint),
        Change::ConstraintRemoved { constraint, .. } => with(&mut old, constraint),
        Change::IndexAdded { index, .. } => old.indexes.retain(|other| other.name != index.name),
        Change::IndexRemoved { index, .. } => {
            old.indexes.retain(|other| other.name != index.name);
            new.indexes.retain(|other| other.name != index.name);
            old.indexes.push(index.clone());
        }
        Change::RelationshipAdded { foreign_key, .. } => old.foreign_keys.retain(|key| key != foreign_key),
        Change::RelationshipRemoved { foreign_key, .. } => old.foreign_keys.push(foreign_key.clone()),
        Change::RelationshipModified { from, to, .. } => {
            old.foreign_keys.retain(|key| key != to);
            old.foreign_keys.push(from.clone());
        }
        _ => {}
    }
    (old, new)
}

fn without(table: &mut Table, constraint: &Constraint) {
    match constraint {
        Constraint::PrimaryKey(_) => table.primary_key = None,
        Constraint::Unique(unique) => table.uniques.retain(|other| other != unique),
        Constraint::Check(check) => table.checks.retain(|other| other != check),
    }
}

fn with(table: &mut Table, constraint: &Constraint) {
    match constraint {
        Constraint::PrimaryKey(key) => table.primary_key = Some(key.clone()),
        Constraint::Unique(unique) => table.uniques.push(unique.clone()),
        Constraint::Check(check) => table.checks.push(check.clone()),
    }
}
