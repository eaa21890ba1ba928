//! Compares two schemas object by object.
//!
//! The old schema is first put into the new names, then each kind of object is compared by its canonical form. The
//! order of the result is always the same: tables removed, tables added, then every table that stayed by its new
//! name (its rename, its options, columns, constraints, foreign keys, indexes), then views, triggers and the rest.

use super::align::aligned;
use super::change::{Change, ColumnDifference, Constraint};
use super::rename::{RenameHints, Renames, resolve};
use crate::schema::{Column, Dialect, ForeignKey, Schema, Table, canonical};

/// What differs between two schemas, renames told by `hints` or inferred.
pub fn diff(from: &Schema, to: &Schema, hints: &RenameHints) -> Vec<Change> {
    let (renames, _) = resolve(from, to, hints);
    differences(from, to, &renames)
}

/// What differs between two schemas when exactly these objects were renamed.
pub fn differences(from: &Schema, to: &Schema, renames: &Renames) -> Vec<Change> {
    let mut changes = Vec::new();
    let past = aligned(from, renames);
    let came_from = |table: &Table| past.tables.iter().find(|old| old.name == table.name);
    // Aligned tables are sorted anew; the original is found by the name it had.
    let original = |table: &Table| from.tables.iter().find(|old| renames.new_table(&old.name) == &table.name);
    for table in &past.tables {
        if !to.tables.iter().any(|new| new.name == table.name)
            && let Some(table) = original(table)
        {
            changes.push(Change::TableRemoved { table: table.clone() });
        }
    }
    for table in &to.tables {
        if came_from(table).is_none() {
            changes.push(Change::TableAdded { table: table.clone() });
        }
    }
    for table in &to.tables {
        if let (Some(old), Some(original)) = (came_from(table), original(table)) {
            in_table(old, original, table, to.dialect, renames, &mut changes);
        }
    }
    views(&past, from, to, &mut changes);
    triggers(&past, from, to, &mut changes);
    others(from, to, &mut changes);
    changes
}

fn in_table(
    old: &Table,
    original: &Table,
    new: &Table,
    dialect: Dialect,
    renames: &Renames,
    changes: &mut Vec<Change>,
) {
    if let Some((from, to, evidence)) = renames.tables.iter().find(|(_, to, _)| to == &new.name) {
        changes.push(Change::TableRenamed { from: from.clone(), to: to.clone(), evidence: evidence.clone() });
    }
    if canonical::options(old) != canonical::options(new) || old.comment != new.comment {
        changes.push(Change::TableModified { from: old.clone(), to: new.clone() });
    }
    columns(old, original, new, dialect, renames, changes);
    constraints(old, new, dialect, changes);
    foreign_keys(old, new, dialect, changes);
    let same = |one, other| canonical::index(one, dialect) == canonical::index(other, dialect);
    for index in old.indexes.iter().filter(|index| !new.indexes.iter().any(|other| same(index, other))) {
        changes.push(Change::IndexRemoved { table: new.name.clone(), index: index.clone() });
    }
    for index in new.indexes.iter().filter(|index| !old.indexes.iter().any(|other| same(other, index))) {
        changes.push(Change::IndexAdded { table: new.name.clone(), index: index.clone() });
    }
}

fn columns(old: &Table, original: &Table, new: &Table, dialect: Dialect, renames: &Renames, changes: &mut Vec<Change>) {
    let table = &new.name;
    for (_, from, to, evidence) in renames.columns.iter().filter(|(of, ..)| of == table) {
        if let (Some(from), Some(to)) = (original.column(from), new.column(to)) {
            changes.push(Change::ColumnRenamed {
                table: table.clone(),
                from: from.clone(),
                to: to.clone(),
                evidence: evidence.clone(),
            });
        }
    }
    for column in old.columns.iter().filter(|column| new.column(&column.name).is_none()) {
        changes.push(Change::ColumnRemoved { table: table.clone(), column: column.clone() });
    }
    for column in &new.columns {
        match old.column(&column.name) {
            None => changes.push(Change::ColumnAdded { table: table.clone(), column: column.clone() }),
            Some(before) => {
                let differences = column_differences(before, column, dialect);
                if !differences.is_empty() {
                    changes.push(Change::ColumnModified {
                        table: table.clone(),
                        from: before.clone(),
                        to: column.clone(),
                        differences,
                    });
                }
            }
        }
    }
}

fn column_differences(from: &Column, to: &Column, dialect: Dialect) -> Vec<ColumnDifference> {
    let (from, to) = (canonical::column(from, dialect), canonical::column(to, dialect));
    [
        (from.data_type.sql != to.data_type.sql, ColumnDifference::Type),
        (from.nullable != to.nullable, ColumnDifference::Nullability),
        (from.default != to.default, ColumnDifference::Default),
        (from.generated != to.generated, ColumnDifference::Generated),
        (from.auto_increment != to.auto_increment, ColumnDifference::AutoIncrement),
        (from.collation != to.collation, ColumnDifference::Collation),
        (from.comment != to.comment, ColumnDifference::Comment),
        (from.options != to.options, ColumnDifference::Options),
    ]
    .into_iter()
    .filter_map(|(differs, what)| differs.then_some(what))
    .collect()
}

fn all_constraints(table: &Table) -> Vec<Constraint> {
    let key = table.primary_key.iter().cloned().map(Constraint::PrimaryKey);
    let uniques = table.uniques.iter().cloned().map(Constraint::Unique);
    let checks = table.checks.iter().cloned().map(Constraint::Check);
    key.chain(uniques).chain(checks).collect()
}

fn canonical_constraint(constraint: &Constraint, dialect: Dialect) -> Constraint {
    match constraint {
        Constraint::PrimaryKey(key) => Constraint::PrimaryKey(canonical::primary_key(key, dialect)),
        Constraint::Unique(unique) => Constraint::Unique(canonical::unique(unique, dialect)),
        Constraint::Check(check) => Constraint::Check(canonical::check(check, dialect)),
    }
}

fn constraints(old: &Table, new: &Table, dialect: Dialect, changes: &mut Vec<Change>) {
    let same = |one: &Constraint, other: &Constraint| {
        canonical_constraint(one, dialect) == canonical_constraint(other, dialect)
    };
    let (removed, added) = unpaired(all_constraints(old), all_constraints(new), same);
    for constraint in removed {
        changes.push(Change::ConstraintRemoved { table: new.name.clone(), constraint });
    }
    for constraint in added {
        changes.push(Change::ConstraintAdded { table: new.name.clone(), constraint });
    }
}

/// What has no partner on the other side, each partner counted once.
fn unpaired<T>(old: Vec<T>, new: Vec<T>, same: impl Fn(&T, &T) -> bool) -> (Vec<T>, Vec<T>) {
    let mut added = new;
    let mut removed = Vec::new();
    for one in old {
        match added.iter().position(|other| same(&one, other)) {
            Some(place) => {
                added.remove(place);
            }
            None => removed.push(one),
        }
    }
    (removed, added)
}

fn foreign_keys(old: &Table, new: &Table, dialect: Dialect, changes: &mut Vec<Change>) {
    let table = &new.name;
    let same = |one: &ForeignKey, other: &ForeignKey| {
        canonical::foreign_key(one, dialect) == canonical::foreign_key(other, dialect)
    };
    let (removed, mut added) = unpaired(old.foreign_keys.clone(), new.foreign_keys.clone(), same);
    for from in removed {
        match added.iter().position(|to| to.columns == from.columns) {
            Some(place) => {
                let to = added.remove(place);
                changes.push(Change::RelationshipModified { table: table.clone(), from, to });
            }
            None => changes.push(Change::RelationshipRemoved { table: table.clone(), foreign_key: from }),
        }
    }
    for foreign_key in added {
        changes.push(Change::RelationshipAdded { table: table.clone(), foreign_key });
    }
}

fn views(past: &Schema, from: &Schema, to: &Schema, changes: &mut Vec<Change>) {
    let dialect = to.dialect;
    for view in from.views.iter().filter(|view| !to.views.iter().any(|other| other.name == view.name)) {
        changes.push(Change::ViewRemoved { view: view.clone() });
    }
    for view in &to.views {
        let sides = (
            past.views.iter().find(|other| other.name == view.name),
            from.views.iter().find(|other| other.name == view.name),
        );
        let (Some(old), Some(original)) = sides else {
            changes.push(Change::ViewAdded { view: view.clone() });
            continue;
        };
        let same =
            |text: &str| canonical::definition(text, dialect) == canonical::definition(&view.definition, dialect);
        let unchanged = same(&old.definition) || same(&original.definition);
        if !unchanged || old.materialized != view.materialized {
            changes.push(Change::ViewModified { from: original.clone(), to: view.clone() });
        }
    }
}

fn triggers(past: &Schema, from: &Schema, to: &Schema, changes: &mut Vec<Change>) {
    // SQLite's triggers have names of their own; elsewhere a name is only unique in its table.
    let dialect = to.dialect;
    let pairs: Vec<(&crate::schema::Trigger, &crate::schema::Trigger)> = past
        .triggers
        .iter()
        .filter_map(|old| {
            let one = |other: &&crate::schema::Trigger| {
                other.name == old.name && (dialect == Dialect::Sqlite || to.same_name(&other.table, &old.table))
            };
            Some((old, to.triggers.iter().find(one)?))
        })
        .collect();
    let original = |old: &crate::schema::Trigger| {
        from.triggers
            .iter()
            .find(|other| other.name == old.name && (dialect == Dialect::Sqlite || other.table == old.table))
    };
    for old in &past.triggers {
        if !pairs.iter().any(|(one, _)| *one == old) {
            let trigger = original(old).unwrap_or(old).clone();
            changes.push(Change::TriggerRemoved { trigger });
        }
    }
    for trigger in &to.triggers {
        let Some((old, _)) = pairs.iter().find(|(_, new)| *new == trigger) else {
            changes.push(Change::TriggerAdded { trigger: trigger.clone() });
            continue;
        };
        let original = original(old).unwrap_or(old);
        let same =
            |text: &str| canonical::definition(text, dialect) == canonical::definition(&trigger.definition, dialect);
        if !(same(&old.definition) || same(&original.definition)) {
            changes.push(Change::TriggerModified { from: original.clone(), to: trigger.clone() });
        }
    }
}

fn others(from: &Schema, to: &Schema, changes: &mut Vec<Change>) {
    let dialect = to.dialect;
    for object in &from.others {
        if !to.others.iter().any(|other| other.kind == object.kind && other.name == object.name) {
            changes.push(Change::ObjectRemoved { object: object.clone() });
        }
    }
    for object in &to.others {
        match from.others.iter().find(|other| other.kind == object.kind && other.name == object.name) {
            None => changes.push(Change::ObjectAdded { object: object.clone() }),
            Some(old) => {
                let definition = |text: &str| canonical::definition(text, dialect);
                if definition(&old.definition) != definition(&object.definition) {
                    changes.push(Change::ObjectModified { from: old.clone(), to: object.clone() });
                }
            }
        }
    }
}
