//! Which foreign keys go and come: those that differ, and those that stand on what changes. The servers refuse to
//! change a column, or to drop an index, that a foreign key needs at either of its ends.

use std::collections::{BTreeMap, BTreeSet};

use super::{add_key, alter, index, pairs, step};
use crate::diff::Renames;
use crate::migration::plan::Step;
use crate::migration::render::mysql::{foreign_key, path, quoted};
use crate::schema::{ForeignKey, ObjectName, Schema, Table};

/// A table with one of its foreign keys.
type Place = (ObjectName, String);

pub(super) struct Keys {
    going: BTreeSet<Place>,
    coming: BTreeSet<Place>,
    /// New tables, each with its place in the order in which they come.
    at_once: BTreeSet<Place>,
}

fn place(table: &Table, key: &ForeignKey) -> Place {
    (table.name.clone(), key.name.clone().unwrap_or_default())
}

fn all(schema: &Schema) -> impl Iterator<Item = (&Table, &ForeignKey)> {
    schema.tables.iter().flat_map(|table| table.foreign_keys.iter().map(move |key| (table, key)))
}

impl Keys {
    /// `past` has the new names.
    pub fn between(past: &Schema, to: &Schema, renames: &Renames) -> Self {
        let touched: BTreeMap<&ObjectName, alter::Touched> =
            pairs(past, to).map(|(old, new)| (&new.name, alter::touched(old, new, renames))).collect();
        let touches = |table: &ObjectName, columns: &[String]| {
            touched.get(table).is_some_and(|touched| columns.iter().any(|column| touched.holds(column)))
        };
        let remains: BTreeMap<&ObjectName, &Table> = to.tables.iter().map(|table| (&table.name, table)).collect();
        let wanted: BTreeMap<Place, String> =
            all(to).map(|(table, key)| (place(table, key), foreign_key(table, key))).collect();
        let mut going = BTreeSet::new();
        for (table, key) in all(past) {
            // What goes with a table needs no statement, unless it keeps another table from going first.
            let whole = !remains.contains_key(&table.name);
            let target_goes = !remains.contains_key(&key.referenced_table) && key.referenced_table != table.name;
            let same = wanted.get(&place(table, key)) == Some(&foreign_key(table, key));
            let stands = touches(&table.name, &key.columns) || touches(&key.referenced_table, &key.referenced_columns);
            if if whole { target_goes && circular(past, table, key) } else { !same || stands || target_goes } {
                going.insert(place(table, key));
            }
        }
        let old: BTreeSet<Place> = all(past).map(|(table, key)| place(table, key)).collect();
        let missing = |(table, key): &(&Table, &ForeignKey)| {
            let place = place(table, key);
            going.contains(&place) || !old.contains(&place)
        };
        let before: BTreeSet<&ObjectName> = past.tables.iter().map(|table| &table.name).collect();
        let is_new = |name: &ObjectName| !before.contains(name);
        let (mut coming, mut at_once) = (BTreeSet::new(), BTreeSet::new());
        for (table, key) in all(to).filter(missing) {
            let inline = is_new(&table.name)
                && (table.name == key.referenced_table || !is_new(&key.referenced_table) || !circular(to, table, key))
                && (remains.contains_key(&key.referenced_table) || key.referenced_table.namespace.is_some());
            if inline {
                at_once.insert(place(table, key))
            } else {
                coming.insert(place(table, key))
            };
        }
        Self { going, coming, at_once }
    }

    pub fn at_once(&self, table: &Table, key: &ForeignKey) -> bool {
        self.at_once.contains(&place(table, key))
    }

    /// The statements that take keys away, before anything was renamed.
    pub fn going(&self, from: &Schema, renames: &Renames) -> Vec<Step> {
        let mut steps = Vec::new();
        for table in &from.tables {
            let new = renames.new_table(&table.name);
            let goes = |key: &&ForeignKey| {
                let name = key.name.clone().unwrap_or_default();
                self.going.contains(&(new.clone(), renamed(&name, table, new)))
            };
            let keys: Vec<&ForeignKey> = table.foreign_keys.iter().filter(goes).collect();
            if keys.is_empty() {
                continue;
            }
            let drop =
                |key: &&ForeignKey| format!("DROP FOREIGN KEY {}", quoted(key.name.as_deref().unwrap_or_default()));
            let drops: Vec<String> = keys.iter().map(drop).collect();
            let adds: Vec<String> = keys.iter().map(|key| add_key(table, key)).collect();
            steps.push(step(
                format!("Drop foreign keys of {}", table.name),
                vec![alter::statement(&table.name, &drops)],
                vec![alter::statement(&table.name, &adds)],
            ));
        }
        steps
    }

    /// The statements that add keys, when all else is there.
    pub fn coming(&self, past: &Schema, to: &Schema) -> Vec<Step> {
        let mut steps = Vec::new();
        for table in &to.tables {
            let comes = |key: &&ForeignKey| self.coming.contains(&place(table, key));
            let keys: Vec<&ForeignKey> = table.foreign_keys.iter().filter(comes).collect();
            if keys.is_empty() {
                continue;
            }
            let old = past.tables.iter().find(|old| old.name == table.name);
            let mut adds = old.map(|old| index::lasting_indexes(old, table, &keys)).unwrap_or_default();
            adds.extend(keys.iter().map(|key| add_key(table, key)));
            let drop =
                |key: &&ForeignKey| format!("DROP FOREIGN KEY {}", quoted(key.name.as_deref().unwrap_or_default()));
            let drops: Vec<String> = keys.iter().map(drop).collect();
            let mut one = step(
                format!("Add foreign keys of {}", table.name),
                vec![alter::statement(&table.name, &adds)],
                vec![alter::statement(&table.name, &drops)],
            );
            one.notes.push(format!("Every row of {} is checked.", path(&table.name)));
            steps.push(one);
        }
        steps
    }
}

/// The name that a key has when its table is renamed: those that the server made up follow the table's.
pub(super) fn renamed(key: &str, table: &Table, new: &ObjectName) -> String {
    match key.strip_prefix(&table.name.name) {
        Some(rest) if rest.strip_prefix("_ibfk_").is_some_and(|number| number.parse::<u64>().is_ok()) => {
            format!("{}{rest}", new.name)
        }
        _ => key.to_owned(),
    }
}

/// Whether the table is reached again from the key's target.
fn circular(schema: &Schema, table: &Table, key: &ForeignKey) -> bool {
    let mut open = vec![&key.referenced_table];
    let mut seen: BTreeSet<&ObjectName> = BTreeSet::new();
    while let Some(name) = open.pop() {
        if name == &table.name {
            return true;
        }
        if seen.insert(name) {
            let target = schema.tables.iter().find(|table| &table.name == name);
            open.extend(target.into_iter().flat_map(|table| &table.foreign_keys).map(|key| &key.referenced_table));
        }
    }
    false
}
