//! Tables and columns under other names: what they are found by, and the statements that rename them.

use std::collections::{BTreeMap, BTreeSet};

use super::atom::Atoms;
use crate::diff::Renames;
use crate::migration::plan::{Reverse, Step};
use crate::migration::render::postgres::{path, quoted};
use crate::migration::steps::sqlite_texts::rename_order;
use crate::schema::{ObjectName, address};

/// What is named after its table, and what is named after its column.
const OF_TABLE: [&str; 5] = ["column", "constraint", "trigger", "setting", "default"];
const OF_COLUMN: [&str; 7] =
    ["column", "default", "identity", "storage", "compression", "statistics", "column comment"];

/// Old addresses to new ones.
struct Moves {
    whole: BTreeMap<String, String>,
    /// The start of every address of a part of the table.
    parts: Vec<(String, String)>,
}

impl Moves {
    fn of(renames: &Renames) -> Self {
        let mut whole = BTreeMap::new();
        let mut parts = Vec::new();
        for (from, to, _) in &renames.tables {
            whole.insert(address::table(from), address::table(to));
            whole.insert(address::of_kind("table comment", from), address::of_kind("table comment", to));
            for kind in OF_TABLE.into_iter().chain(OF_COLUMN) {
                parts.push((address::of_kind(kind, from) + ".", address::of_kind(kind, to) + "."));
            }
        }
        for (table, from, to, _) in &renames.columns {
            for kind in OF_COLUMN {
                whole.insert(address::member(kind, table, from), address::member(kind, table, to));
            }
        }
        Self { whole, parts }
    }

    fn apply(&self, key: &str) -> String {
        let moved =
            self.parts.iter().find_map(|(from, to)| key.strip_prefix(from.as_str()).map(|rest| format!("{to}{rest}")));
        let key = moved.unwrap_or_else(|| key.to_owned());
        self.whole.get(&key).cloned().unwrap_or(key)
    }
}

/// The atoms of the old schema under the addresses that they have after the renames.
pub(super) fn renamed<'a>(mut atoms: Atoms<'a>, renames: &Renames) -> Atoms<'a> {
    let moves = Moves::of(renames);
    for atom in atoms.values_mut() {
        atom.needs = atom.needs.iter().map(|need| moves.apply(need)).collect::<BTreeSet<_>>();
        atom.owner = atom.owner.as_deref().map(|owner| moves.apply(owner));
    }
    atoms.into_iter().map(|(key, atom)| (moves.apply(&key), atom)).collect()
}

/// The statements that rename, in an order that never meets a taken name.
pub(super) fn steps(renames: &Renames) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut add = |purpose: String, statement: String, reverse: String| {
        steps.push(Step {
            purpose,
            notes: Vec::new(),
            statements: vec![statement],
            reverse: Reverse::Statements(vec![reverse]),
        });
    };
    for (from, to, _) in &renames.tables {
        let moved = |from: &ObjectName, to: &ObjectName| {
            let mut at = from.clone();
            let mut statements = Vec::new();
            if from.namespace != to.namespace {
                let namespace = quoted(to.namespace.as_deref().unwrap_or("public"));
                statements.push(format!("ALTER TABLE {} SET SCHEMA {namespace};", path(&at)));
                at.namespace.clone_from(&to.namespace);
            }
            if from.name != to.name {
                statements.push(format!("ALTER TABLE {} RENAME TO {};", path(&at), quoted(&to.name)));
            }
            statements.join("\n")
        };
        add(format!("Rename table {from} to {to}"), moved(from, to), moved(to, from));
    }
    let tables: BTreeSet<&ObjectName> = renames.columns.iter().map(|(table, ..)| table).collect();
    for table in tables {
        let own = renames.columns.iter().filter(|(of, ..)| of == table);
        let wanted: Vec<(String, String)> = own.map(|(_, from, to, _)| (from.clone(), to.clone())).collect();
        let names = wanted.iter().map(|(from, _)| from.clone()).collect();
        for (from, to) in rename_order(&wanted, names, |name| format!("{name}_passing")) {
            let rename = |from: &str, to: &str| {
                format!("ALTER TABLE {} RENAME COLUMN {} TO {};", path(table), quoted(from), quoted(to))
            };
            add(format!("Rename column {table}.{from} to {to}"), rename(&from, &to), rename(&to, &from));
        }
    }
    steps
}
