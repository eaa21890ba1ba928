//! Which foreign keys go and come: those that differ, and those that stand on what changes. The servers refuse to
//! change a column, or to drop an index, that a foreign key needs at either of its ends.

use std::collections::{BTreeMap, BTreeSet};

use super::{add_key, after_needs, alter, index, pairs, step, targets};
use crate::diff::Renames;
use crate::migration::plan::Step;
use crate::migration::render::mysql::{foreign_key, path, quoted};
use crate::schema::{ForeignKey, ObjectName, Schema, Table, address};

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
        let (old_circles, new_circles) = (Circles::of(past), Circles::of(to));
        let mut going = BTreeSet::new();
        for (table, key) in all(past) {
            // What goes with a table needs no statement, unless it keeps another table from going first.
            let whole = !remains.contains_key(&table.name);
            let target_goes = !remains.contains_key(&key.referenced_table) && key.referenced_table != table.name;
            let same = wanted.get(&place(table, key)) == Some(&foreign_key(table, key));
            let stands = touches(&table.name, &key.columns) || touches(&key.referenced_table, &key.referenced_columns);
            if if whole { target_goes && old_circles.holds(table, key) } else { !same || stands || target_goes } {
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
                && (table.name == key.referenced_table
                    || !is_new(&key.referenced_table)
                    || !new_circles.holds(table, key))
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
        let past: BTreeMap<&ObjectName, &Table> = past.tables.iter().map(|table| (&table.name, table)).collect();
        let mut steps = Vec::new();
        for table in &to.tables {
            let comes = |key: &&ForeignKey| self.coming.contains(&place(table, key));
            let keys: Vec<&ForeignKey> = table.foreign_keys.iter().filter(comes).collect();
            if keys.is_empty() {
                continue;
            }
            let old = past.get(&table.name);
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

/// Tables that refer to each other round a circle, by the number of their circle.
struct Circles(BTreeMap<String, usize>);

impl Circles {
    /// Kosaraju's way: what is reached against the direction of the references, last finished first, is one circle.
    fn of(schema: &Schema) -> Self {
        let all: BTreeMap<String, &Table> =
            schema.tables.iter().map(|table| (address::table(&table.name), table)).collect();
        let mut users: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, table) in &all {
            for target in targets(table) {
                users.entry(target).or_default().push(name.clone());
            }
        }
        let finished = after_needs(&all, |name| all.get(name).map(|table| targets(table)).unwrap_or_default());
        let mut circles: BTreeMap<String, usize> = BTreeMap::new();
        for (number, table) in finished.into_iter().rev().enumerate() {
            let mut open = vec![address::table(&table.name)];
            while let Some(name) = open.pop() {
                if all.contains_key(&name) && !circles.contains_key(&name) {
                    open.extend(users.get(&name).into_iter().flatten().cloned());
                    circles.insert(name, number);
                }
            }
        }
        Self(circles)
    }

    /// Whether the table is reached again from the key's target.
    fn holds(&self, table: &Table, key: &ForeignKey) -> bool {
        let circle = |name: &ObjectName| self.0.get(&address::table(name));
        circle(&table.name).is_some() && circle(&table.name) == circle(&key.referenced_table)
    }
}
