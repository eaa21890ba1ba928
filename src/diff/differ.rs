//! Compares two schemas object by object.
//!
//! The old schema is first put into the new names, then each kind of object is compared by its canonical form. The
//! order of the result is always the same: tables removed, tables added, then every table that stayed by its new
//! name (its rename, its options, columns, constraints, foreign keys, indexes), then views, triggers and the rest.

use std::collections::HashMap;

use super::align::aligned;
use super::change::{Change, ColumnDifference, Constraint};
use super::rename::{RenameHints, RenameLookup, RenamedColumn, Renames, resolve};
use crate::schema::{
    Column, Dialect, ForeignKey, Index, Lookup, ObjectName, Other, Schema, Table, Trigger, View, canonical,
};

/// What differs between two schemas, renames told by `hints` or inferred.
pub fn diff(from: &Schema, to: &Schema, hints: &RenameHints) -> Vec<Change> {
    let (renames, _) = resolve(from, to, hints);
    differences(from, to, &renames)
}

/// What differs between two schemas when exactly these objects were renamed.
pub fn differences(from: &Schema, to: &Schema, renames: &Renames) -> Vec<Change> {
    let mut changes = Vec::new();
    let past = aligned(from, renames);
    let names = renames.lookup();
    let (old_tables, new_tables) = (Lookup::new(&past), Lookup::new(to));
    // Aligned tables are sorted anew; the original is found by the name it had.
    let mut originals: HashMap<&ObjectName, &Table> = HashMap::with_capacity(from.tables.len());
    for table in &from.tables {
        originals.entry(names.new_table(&table.name)).or_insert(table);
    }
    for table in &past.tables {
        if new_tables.exactly(&table.name).is_none()
            && let Some(table) = originals.get(&table.name)
        {
            changes.push(Change::TableRemoved { table: (*table).clone() });
        }
    }
    for table in &to.tables {
        if old_tables.exactly(&table.name).is_none() {
            changes.push(Change::TableAdded { table: table.clone() });
        }
    }
    for table in &to.tables {
        if let (Some(old), Some(original)) = (old_tables.exactly(&table.name), originals.get(&table.name)) {
            in_table(&Sides { old, original, new: table, dialect: to.dialect }, &names, &mut changes);
        }
    }
    views(&past, from, to, &mut changes);
    triggers(&past, from, to, &mut changes);
    others(from, to, &mut changes);
    changes
}

/// A table on both sides.
struct Sides<'a> {
    /// The old side under the new names.
    old: &'a Table,
    /// The old side under its own names.
    original: &'a Table,
    new: &'a Table,
    dialect: Dialect,
}

fn in_table(sides: &Sides<'_>, names: &RenameLookup<'_>, changes: &mut Vec<Change>) {
    let Sides { old, new, dialect, .. } = *sides;
    let renamed_columns = names.columns_of(&new.name);
    if renamed_columns.is_empty() && (std::ptr::eq(sides.original, new) || sides.original == new) {
        return;
    }
    if let Some((from, evidence)) = names.renamed_table(&new.name) {
        let (from, to) = (from.clone(), new.name.clone());
        changes.push(Change::TableRenamed { from, to, evidence: evidence.clone() });
    }
    if canonical::options(old) != canonical::options(new) || old.comment != new.comment {
        changes.push(Change::TableModified { from: old.clone(), to: new.clone() });
    }
    columns(sides, renamed_columns, changes);
    constraints(old, new, dialect, changes);
    foreign_keys(old, new, dialect, changes);
    let same = |one: &&Index, other: &&Index| canonical::index(one, dialect) == canonical::index(other, dialect);
    let (removed, added) = unpaired(old.indexes.iter().collect(), new.indexes.iter().collect(), same);
    for index in removed {
        changes.push(Change::IndexRemoved { table: new.name.clone(), index: index.clone() });
    }
    for index in added {
        changes.push(Change::IndexAdded { table: new.name.clone(), index: index.clone() });
    }
}

fn columns(sides: &Sides<'_>, renamed: &[RenamedColumn<'_>], changes: &mut Vec<Change>) {
    let Sides { old, original, new, dialect } = *sides;
    let table = &new.name;
    for (from, to, evidence) in renamed {
        if let (Some(from), Some(to)) = (original.column(from), new.column(to)) {
            changes.push(Change::ColumnRenamed {
                table: table.clone(),
                from: from.clone(),
                to: to.clone(),
                evidence: (*evidence).clone(),
            });
        }
    }
    let by_name = |table: &'_ Table| -> HashMap<String, usize> {
        let mut places = HashMap::with_capacity(table.columns.len());
        for (place, column) in table.columns.iter().enumerate() {
            places.entry(column.name.clone()).or_insert(place);
        }
        places
    };
    let places = (by_name(old), by_name(new));
    for column in old.columns.iter().filter(|column| !places.1.contains_key(&column.name)) {
        changes.push(Change::ColumnRemoved { table: table.clone(), column: column.clone() });
    }
    for column in &new.columns {
        let Some(before) = places.0.get(&column.name).and_then(|place| old.columns.get(*place)) else {
            changes.push(Change::ColumnAdded { table: table.clone(), column: column.clone() });
            continue;
        };
        let differences = column_differences(before, column, dialect);
        if !differences.is_empty() {
            let (from, to) = (before.clone(), column.clone());
            changes.push(Change::ColumnModified { table: table.clone(), from, to, differences });
        }
    }
}

fn column_differences(from: &Column, to: &Column, dialect: Dialect) -> Vec<ColumnDifference> {
    if from == to {
        return Vec::new();
    }
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
    if old.primary_key == new.primary_key && old.uniques == new.uniques && old.checks == new.checks {
        return;
    }
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
fn unpaired<T: PartialEq>(old: Vec<T>, new: Vec<T>, same: impl Fn(&T, &T) -> bool) -> (Vec<T>, Vec<T>) {
    if old == new {
        return (Vec::new(), Vec::new());
    }
    let mut added = new;
    let mut removed = Vec::new();
    for one in old {
        match added.iter().position(|other| one == *other || same(&one, other)) {
            Some(place) => {
                added.remove(place);
            }
            None => removed.push(one),
        }
    }
    (removed, added)
}

fn foreign_keys(old: &Table, new: &Table, dialect: Dialect, changes: &mut Vec<Change>) {
    if old.foreign_keys == new.foreign_keys {
        return;
    }
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

/// Objects by a key; of two with one key, which only a broken snapshot has, the first counts.
fn by_key<K: Eq + std::hash::Hash, T>(objects: &[T], key: impl Fn(&T) -> K) -> HashMap<K, &T> {
    let mut found = HashMap::with_capacity(objects.len());
    for object in objects {
        found.entry(key(object)).or_insert(object);
    }
    found
}

/// Whether two definitions say the same.
fn same_text(one: &str, other: &str, dialect: Dialect) -> bool {
    one == other || canonical::definition(one, dialect) == canonical::definition(other, dialect)
}

fn views(past: &Schema, from: &Schema, to: &Schema, changes: &mut Vec<Change>) {
    let name = |view: &View| view.name.clone();
    let (past, old, new) = (by_key(&past.views, name), by_key(&from.views, name), by_key(&to.views, name));
    for view in from.views.iter().filter(|view| !new.contains_key(&view.name)) {
        changes.push(Change::ViewRemoved { view: view.clone() });
    }
    for view in &to.views {
        let (Some(aligned), Some(original)) = (past.get(&view.name), old.get(&view.name)) else {
            changes.push(Change::ViewAdded { view: view.clone() });
            continue;
        };
        let same = |old: &View| same_text(&old.definition, &view.definition, to.dialect);
        if !(same(aligned) || same(original)) || original.materialized != view.materialized {
            changes.push(Change::ViewModified { from: (*original).clone(), to: view.clone() });
        }
    }
}

fn triggers(past: &Schema, from: &Schema, to: &Schema, changes: &mut Vec<Change>) {
    // SQLite's triggers have names of their own; elsewhere a name is only unique in its table.
    let dialect = to.dialect;
    let key = |trigger: &Trigger| {
        let table = (dialect != Dialect::Sqlite).then(|| trigger.table.clone());
        (table, trigger.name.clone())
    };
    let (aligned, old, new) = (by_key(&past.triggers, key), by_key(&from.triggers, key), by_key(&to.triggers, key));
    // A trigger on a table that was renamed is found under the table's old name where triggers belong to tables.
    let original = |trigger: &Trigger| old.get(&key(trigger)).map_or_else(|| trigger.clone(), |old| (*old).clone());
    for trigger in past.triggers.iter().filter(|trigger| !new.contains_key(&key(trigger))) {
        changes.push(Change::TriggerRemoved { trigger: original(trigger) });
    }
    for trigger in &to.triggers {
        let Some(before) = aligned.get(&key(trigger)) else {
            changes.push(Change::TriggerAdded { trigger: trigger.clone() });
            continue;
        };
        let original = original(before);
        let same = |text: &str| same_text(text, &trigger.definition, dialect);
        if !(same(&before.definition) || same(&original.definition)) {
            changes.push(Change::TriggerModified { from: original, to: trigger.clone() });
        }
    }
}

fn others(from: &Schema, to: &Schema, changes: &mut Vec<Change>) {
    let key = |object: &Other| (object.kind.clone(), object.name.clone());
    let (old, new) = (by_key(&from.others, key), by_key(&to.others, key));
    for object in from.others.iter().filter(|object| !new.contains_key(&key(object))) {
        changes.push(Change::ObjectRemoved { object: object.clone() });
    }
    for object in &to.others {
        match old.get(&key(object)) {
            None => changes.push(Change::ObjectAdded { object: object.clone() }),
            Some(before) if !same_text(&before.definition, &object.definition, to.dialect) => {
                changes.push(Change::ObjectModified { from: (*before).clone(), to: object.clone() });
            }
            Some(_) => {}
        }
    }
}
