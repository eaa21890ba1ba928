//! The steps on SQLite.
//!
//! The order, and why:
//!
//! 1. Triggers and views that change, or that use a table which is renamed or loses a column, go first: SQLite checks
//!    every view and trigger on such an ALTER and refuses when one is broken by it.
//! 2. Indexes that go must be gone before a column they use can be dropped.
//! 3. Tables that go make room for tables that take their names.
//! 4. Renames of tables, then of columns, since SQLite follows them through the foreign keys of all other tables. A
//!    name that is still taken is reached by way of a passing one.
//! 5. Columns are dropped and added in place where SQLite can; all else makes the table anew ([`super::rebuild`]).
//! 6. New tables, in the order of their references, so that a reader meets a table before what refers to it.
//! 7. Indexes, once every name is free and every column there.
//! 8. Views, then triggers, which may stand on views.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::rebuild;
use super::rename_order::rename_order;
use super::sqlite_texts::{self, Dependents, Lasting};
use crate::diff::{Change, RenameLookup, Renames, aligned};
use crate::migration::Save;
use crate::migration::plan::{Plan, Reverse, Step};
use crate::migration::render::sqlite::{
    COMMA_IN_COMMENT, added_column, create_index, create_table, is_fixed, list, quoted, rename_column, terminated,
};
use crate::migration::save::{self, TakenNames};
use crate::schema::{Column, Dialect, ForeignKey, Lookup, ObjectName, Schema, Table};

pub(crate) fn plan(from: &Schema, to: &Schema, changes: &[Change]) -> Plan {
    if changes.is_empty() {
        return Plan::default();
    }
    let renames = Renames::of(changes);
    let mut by_table: BTreeMap<&ObjectName, Vec<&Change>> = BTreeMap::new();
    for change in changes {
        if let Some(table) = change.table() {
            by_table.entry(table).or_default().push(change);
        }
    }
    let past = aligned(from, &renames);
    let (from_tables, past_tables, to_tables) = (Lookup::new(from), Lookup::new(&past), Lookup::new(to));
    let mut planner = Planner {
        from,
        to,
        changes,
        by_table,
        lasting: Lasting { past: &past_tables, to: &to_tables },
        from_tables: &from_tables,
        to_tables: &to_tables,
        past: &past_tables,
        names: renames.lookup(),
        renames: &renames,
        taken: TakenNames::of(from, to),
        steps: Vec::new(),
        foreign_keys_off: false,
    };
    planner.run();
    let mut opening = Vec::new();
    let mut closing = vec!["COMMIT;".to_owned()];
    if planner.foreign_keys_off {
        opening.push("PRAGMA foreign_keys=OFF;".to_owned());
        closing.push("PRAGMA foreign_keys=ON;".to_owned());
    }
    opening.push("BEGIN;".to_owned());
    Plan { opening, steps: planner.steps, closing, ..Plan::default() }
}

struct Planner<'a> {
    from: &'a Schema,
    to: &'a Schema,
    changes: &'a [Change],
    by_table: BTreeMap<&'a ObjectName, Vec<&'a Change>>,
    from_tables: &'a Lookup<'a>,
    to_tables: &'a Lookup<'a>,
    /// The old schema under the new names.
    past: &'a Lookup<'a>,
    lasting: Lasting<'a>,
    renames: &'a Renames,
    names: RenameLookup<'a>,
    taken: TakenNames,
    steps: Vec<Step>,
    foreign_keys_off: bool,
}

/// What the columns of a table are called at this moment where that is not their final name: (old name, name now).
type CurrentNames = HashMap<ObjectName, Vec<(String, String)>>;

/// How a table gets from one shape to the other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Stays,
    InPlace,
    Anew,
}

impl<'a> Planner<'a> {
    fn run(&mut self) {
        let dependents = self.dependents();
        self.drop_dependents(&dependents);
        self.drop_indexes();
        self.drop_tables();
        self.rename_tables();
        let current = self.rename_columns();
        for table in &self.to.tables {
            match self.way(&table.name) {
                Way::Stays => {}
                Way::InPlace => self.alter(table, &current),
                Way::Anew => self.rebuild(table, &current),
            }
        }
        self.create_tables();
        self.create_indexes();
        self.create_dependents(&dependents);
    }

    fn step(&mut self, purpose: impl Into<String>, statements: Vec<String>, reverse: Reverse) {
        self.steps.push(Step { purpose: purpose.into(), notes: Vec::new(), outside: false, statements, reverse });
    }

    fn changes_of(&self, table: &ObjectName) -> impl Iterator<Item = &'a Change> + use<'a, '_> {
        self.by_table.get(table).map(Vec::as_slice).unwrap_or_default().iter().copied()
    }

    fn way(&self, table: &ObjectName) -> Way {
        let mut way = Way::Stays;
        for change in self.changes_of(table) {
            let needs = match change {
                Change::ColumnAdded { column, .. } if self.can_be_added(table, column) => Way::InPlace,
                Change::ColumnRemoved { .. } => Way::InPlace,
                Change::RelationshipAdded { foreign_key, .. } if self.comes_with_column(table, foreign_key) => {
                    Way::InPlace
                }
                Change::TableModified { .. }
                | Change::ColumnAdded { .. }
                | Change::ColumnModified { .. }
                | Change::ConstraintAdded { .. }
                | Change::ConstraintRemoved { .. }
                | Change::RelationshipAdded { .. }
                | Change::RelationshipRemoved { .. }
                | Change::RelationshipModified { .. } => Way::Anew,
                Change::TableAdded { .. }
                | Change::TableRemoved { .. }
                | Change::TableRenamed { .. }
                | Change::ColumnRenamed { .. }
                | Change::IndexAdded { .. }
                | Change::IndexRemoved { .. }
                | Change::ViewAdded { .. }
                | Change::ViewRemoved { .. }
                | Change::ViewModified { .. }
                | Change::TriggerAdded { .. }
                | Change::TriggerRemoved { .. }
                | Change::TriggerModified { .. }
                | Change::ObjectAdded { .. }
                | Change::ObjectRemoved { .. }
                | Change::ObjectModified { .. } => Way::Stays,
            };
            way = match (way, needs) {
                (Way::Anew, _) | (_, Way::Anew) => Way::Anew,
                (Way::InPlace, _) | (_, Way::InPlace) => Way::InPlace,
                (Way::Stays, Way::Stays) => Way::Stays,
            };
        }
        let in_place = way != Way::InPlace || (self.can_drop(table) && self.keeps_order(table));
        if in_place { way } else { Way::Anew }
    }

    /// A column that is added in place comes last. Where it belongs between others the table is made anew, since rows
    /// are written by position too.
    fn keeps_order(&self, table: &ObjectName) -> bool {
        let (Some(old), Some(new)) = (self.past.exactly(table), self.to_tables.exactly(table)) else { return true };
        let mut result: Vec<&str> = Vec::new();
        let stays: Vec<&str> =
            new.columns.iter().map(|column| column.name.as_str()).filter(|name| old.column(name).is_some()).collect();
        result.extend(old.columns.iter().map(|column| column.name.as_str()).filter(|name| new.column(name).is_some()));
        if result != stays {
            // They are in another order anyway.
            return true;
        }
        let added = new.columns.iter().map(|column| column.name.as_str()).filter(|name| old.column(name).is_none());
        result.extend(added);
        result.iter().eq(new.columns.iter().map(|column| &column.name))
    }

    /// SQLite does not drop the only column of a table, not even when others are added next, and takes a comma inside of
    /// a comment for the one before a column.
    fn can_drop(&self, table: &ObjectName) -> bool {
        let Some(old) = self.past.table(table) else { return true };
        let removed = self.changes_of(table).filter(|change| matches!(change, Change::ColumnRemoved { .. })).count();
        removed == 0 || (removed < old.columns.len() && !old.options.contains_key(COMMA_IN_COMMENT))
    }

    /// ALTER TABLE … ADD COLUMN wants one value for all rows, known now, and keeps no computed ones.
    fn can_be_added(&self, table: &ObjectName, column: &Column) -> bool {
        let key_needs_null = self.new_key(table, &column.name).is_none_or(|_| column.default.is_none());
        let plain = match (&column.generated, &column.default) {
            (Some(generated), _) => generated.storage == crate::schema::GeneratedStorage::Virtual && column.nullable,
            (None, None) => column.nullable,
            (None, Some(default)) => is_fixed(default),
        };
        plain && key_needs_null && !column.auto_increment
    }

    fn new_key(&self, table: &ObjectName, column: &str) -> Option<&'a ForeignKey> {
        self.changes_of(table).find_map(|change| match change {
            Change::RelationshipAdded { foreign_key, .. } if foreign_key.columns == [column] => Some(foreign_key),
            _ => None,
        })
    }

    fn comes_with_column(&self, table: &ObjectName, key: &ForeignKey) -> bool {
        let [only] = key.columns.as_slice() else { return false };
        let count = self
            .changes_of(table)
            .filter(|change| matches!(change, Change::RelationshipAdded { foreign_key, .. } if foreign_key.columns == key.columns))
            .count();
        count == 1
            && self
                .changes_of(table)
                .any(|change| matches!(change, Change::ColumnAdded { column, .. } if column.name == *only))
    }

    fn dependents(&self) -> Dependents {
        let mut tables = Vec::new();
        let mut gone_with_table = Vec::new();
        for table in &self.to.tables {
            let old_name = self.names.old_table(&table.name);
            let renamed = old_name != &table.name || !self.names.columns_of(&table.name).is_empty();
            let dropped = self.changes_of(&table.name).any(|change| matches!(change, Change::ColumnRemoved { .. }));
            let way = self.way(&table.name);
            if renamed || (dropped && way == Way::InPlace) {
                tables.push(table.name.clone());
                tables.push(old_name.clone());
            }
            if way == Way::Anew {
                gone_with_table.push(table.name.clone());
                gone_with_table.push(old_name.clone());
            }
        }
        sqlite_texts::dependents(self.from, self.to, self.changes, &tables, &gone_with_table)
    }

    fn drop_dependents(&mut self, dependents: &Dependents) {
        for trigger in &dependents.dropped_triggers {
            let statements = vec![format!("DROP TRIGGER {};", quoted(&trigger.name))];
            let reverse = Reverse::Statements(vec![terminated(&trigger.definition)]);
            self.step(format!("Trigger {} goes, for now or for good", trigger.name), statements, reverse);
        }
        for view in dependents.dropped_views.iter().rev() {
            let statements = vec![format!("DROP VIEW {};", quoted(&view.name.name))];
            let reverse = Reverse::Statements(vec![terminated(&view.definition)]);
            self.step(format!("View {} goes, for now or for good", view.name), statements, reverse);
        }
    }

    fn create_dependents(&mut self, dependents: &Dependents) {
        for view in &dependents.created_views {
            let reverse = Reverse::Statements(vec![format!("DROP VIEW {};", quoted(&view.name.name))]);
            self.step(format!("View {}", view.name), vec![terminated(&view.definition)], reverse);
        }
        for trigger in &dependents.created_triggers {
            let reverse = Reverse::Statements(vec![format!("DROP TRIGGER {};", quoted(&trigger.name))]);
            self.step(format!("Trigger {}", trigger.name), vec![terminated(&trigger.definition)], reverse);
        }
    }

    fn drop_indexes(&mut self) {
        for change in self.changes {
            let Change::IndexRemoved { table, index } = change else { continue };
            // The index of a table that is made anew goes with the old table.
            if self.way(table) != Way::Anew {
                let old_table = self.names.old_table(table);
                let reverse = Reverse::Statements(vec![create_index(index, &old_table.name)]);
                self.step(
                    format!("Index {} goes", index.name),
                    vec![format!("DROP INDEX {};", quoted(&index.name))],
                    reverse,
                );
            }
        }
    }

    fn drop_tables(&mut self) {
        for change in self.changes {
            let (name, what) = match change {
                Change::TableRemoved { table } => (&table.name, "table"),
                Change::ObjectRemoved { object } | Change::ObjectModified { from: object, .. } => {
                    (&object.name, object.kind.as_str())
                }
                _ => continue,
            };
            self.foreign_keys_off = true;
            let quoted_name = quoted(&name.name);
            let rows = format!("SELECT * FROM {quoted_name}");
            self.step(
                format!("The {what} {name} goes"),
                vec![format!("DROP TABLE {quoted_name};")],
                Reverse::Irreversible {
                    why: format!("every row of {name}"),
                    save_first: Save::new(Dialect::Sqlite, &name.name, &[], rows),
                },
            );
        }
    }

    fn rename_tables(&mut self) {
        let removed: HashSet<&ObjectName> = self
            .changes
            .iter()
            .filter_map(|change| match change {
                Change::TableRemoved { table } => Some(&table.name),
                _ => None,
            })
            .collect();
        let tables = self.from.tables.iter().filter(|table| !removed.contains(&table.name));
        let staying: Vec<String> = tables.map(|table| table.name.name.clone()).collect();
        let wanted: Vec<(String, String)> =
            self.renames.tables.iter().map(|(from, to, _)| (from.name.clone(), to.name.clone())).collect();
        let passing = |name: &str| self.taken.free(&format!("fabwright_{name}"));
        for (from, to) in rename_order(&wanted, staying, passing) {
            let rename = |one: &str, other: &str| format!("ALTER TABLE {} RENAME TO {};", quoted(one), quoted(other));
            let reverse = Reverse::Statements(vec![rename(&to, &from)]);
            self.step(format!("Table {from} becomes {to}"), vec![rename(&from, &to)], reverse);
        }
    }

    /// Renames columns, and gives for each table what its columns are called now where that is not their final name.
    fn rename_columns(&mut self) -> CurrentNames {
        let mut current = CurrentNames::new();
        for table in &self.to.tables {
            let renamed = self.names.columns_of(&table.name);
            let wanted: Vec<(String, String)> =
                renamed.iter().map(|(from, to, _)| ((*from).to_owned(), (*to).to_owned())).collect();
            let old = self.from_tables.exactly(self.names.old_table(&table.name));
            let Some(old) = old.filter(|_| !wanted.is_empty()) else { continue };
            // A column that goes may hold a name that another one takes.
            let mut all = wanted.clone();
            let mut names = Vec::new();
            for column in &old.columns {
                let taken =
                    wanted.iter().any(|(from, to)| to.eq_ignore_ascii_case(&column.name) && *from != column.name);
                let moves = wanted.iter().any(|(from, _)| *from == column.name);
                if taken && !moves {
                    let passing = free_column(old, table, &column.name);
                    all.push((column.name.clone(), passing.clone()));
                    names.push((column.name.clone(), passing));
                }
            }
            let columns = old.columns.iter().map(|column| column.name.clone()).collect();
            let steps = rename_order(&all, columns, |name| free_column(old, table, name));
            let of = quoted(&table.name.name);
            for (from, to) in steps {
                self.steps.push(Step {
                    purpose: format!("Column {}.{from} becomes {to}", table.name),
                    notes: Vec::new(),
                    outside: false,
                    statements: vec![rename_column(&of, &from, &to)],
                    reverse: Reverse::Statements(vec![rename_column(&of, &to, &from)]),
                });
            }
            current.insert(table.name.clone(), names);
        }
        current
    }

    fn alter(&mut self, table: &Table, current: &CurrentNames) {
        let names = current.get(&table.name).map(Vec::as_slice).unwrap_or_default();
        let of = quoted(&table.name.name);
        let changes: Vec<Change> = self.changes_of(&table.name).cloned().collect();
        // A computed column goes before those that it is computed from.
        let removed = |change: &&Change| matches!(change, Change::ColumnRemoved { .. });
        let computed =
            |change: &Change| matches!(change, Change::ColumnRemoved { column, .. } if column.generated.is_some());
        let (first, then): (Vec<&Change>, Vec<&Change>) =
            changes.iter().filter(removed).partition(|change| computed(change));
        for change in first.into_iter().rev().chain(then) {
            let Change::ColumnRemoved { column, .. } = change else { continue };
            let name = names.iter().find(|(old, _)| *old == column.name).map_or(&column.name, |(_, name)| name);
            let statements = vec![format!("ALTER TABLE {of} DROP COLUMN {};", quoted(name))];
            let reverse = self.loss(&table.name, std::slice::from_ref(&column.name));
            self.step(format!("Column {}.{} goes", table.name, column.name), statements, reverse);
        }
        for change in &changes {
            let Change::ColumnAdded { column, .. } = change else { continue };
            let key = self.new_key(&table.name, &column.name).cloned();
            let statements =
                vec![format!("ALTER TABLE {of} ADD COLUMN {};", added_column(table, column, key.as_ref()))];
            let reverse = Reverse::Statements(vec![format!("ALTER TABLE {of} DROP COLUMN {};", quoted(&column.name))]);
            self.step(format!("Column {}.{}", table.name, column.name), statements, reverse);
        }
    }

    fn rebuild(&mut self, table: &Table, current: &CurrentNames) {
        self.foreign_keys_off = true;
        let Some(old) = self.past.exactly(&table.name) else { return };
        let names = current.get(&table.name).map(Vec::as_slice).unwrap_or_default();
        let passing_name = self.taken.free(&format!("fabwright_{}", table.name.name));
        let lasting = &self.lasting;
        let pair = |old, new, lasting, names| rebuild::Pair {
            old,
            new,
            lasting,
            passing_name: passing_name.clone(),
            current_names: names,
        };
        let (statements, notes) = rebuild::statements(&pair(old, table, lasting, names));
        let lost: Vec<String> = self
            .changes_of(&table.name)
            .filter_map(|change| match change {
                Change::ColumnRemoved { column, .. } if column.generated.is_none() => Some(column.name.clone()),
                _ => None,
            })
            .collect();
        let reverse = if lost.is_empty() {
            Reverse::Statements(rebuild::statements(&pair(table, old, lasting, &[])).0)
        } else {
            self.loss(&table.name, &lost)
        };
        let reasons: Vec<String> = self.changes_of(&table.name).filter_map(rebuild::reason).collect();
        let purpose = format!("Table {} is made anew: {}", table.name, reasons.join("; "));
        self.steps.push(Step { purpose, notes, outside: false, statements, reverse });
    }

    /// What dropping these columns loses, by the names they had.
    fn loss(&self, table: &ObjectName, columns: &[String]) -> Reverse {
        let old_table = self.names.old_table(table);
        let lost = columns.join(", ");
        let keys = self.from_tables.table(old_table).and_then(|table| table.primary_key.clone());
        let mut kept: Vec<String> = keys.map(|key| key.columns).unwrap_or_default();
        kept.extend(columns.iter().filter(|column| !kept.contains(column)).cloned().collect::<Vec<_>>());
        let values = format!("SELECT {} FROM {}", list(&kept), quoted(&old_table.name));
        Reverse::Irreversible {
            why: format!("the values of {table}.{lost}"),
            save_first: Save::new(Dialect::Sqlite, &old_table.name, columns, values),
        }
    }

    fn create_tables(&mut self) {
        let added: Vec<&Table> = self
            .changes
            .iter()
            .filter_map(|change| match change {
                Change::TableAdded { table } => Some(table),
                _ => None,
            })
            .collect();
        for table in sqlite_texts::parents_first(&added) {
            let name = &table.name.name;
            let reverse = Reverse::Statements(vec![format!("DROP TABLE {};", quoted(name))]);
            self.step(format!("Table {name}"), vec![create_table(table, name)], reverse);
        }
        for change in self.changes {
            let (Change::ObjectAdded { object } | Change::ObjectModified { to: object, .. }) = change else { continue };
            let reverse = Reverse::Statements(vec![format!("DROP TABLE {};", quoted(&object.name.name))]);
            self.step(format!("The {} {}", object.kind, object.name), vec![terminated(&object.definition)], reverse);
        }
    }

    fn create_indexes(&mut self) {
        for table in &self.to.tables {
            let anew = self.way(&table.name) == Way::Anew || self.past.exactly(&table.name).is_none();
            for index in &table.indexes {
                let added = self
                    .changes_of(&table.name)
                    .any(|change| matches!(change, Change::IndexAdded { index: new, .. } if new.name == index.name));
                if !(anew || added) {
                    continue;
                }
                self.steps.push(Step {
                    purpose: format!("Index {} of {}", index.name, table.name),
                    notes: Vec::new(),
                    outside: false,
                    statements: vec![create_index(index, &table.name.name)],
                    reverse: Reverse::Statements(vec![format!("DROP INDEX {};", quoted(&index.name))]),
                });
            }
        }
    }
}

fn free_column(old: &Table, new: &Table, name: &str) -> String {
    let taken = |candidate: &str| {
        old.columns.iter().chain(&new.columns).any(|column| column.name.eq_ignore_ascii_case(candidate))
    };
    save::free(&format!("fabwright_{name}"), taken)
}
