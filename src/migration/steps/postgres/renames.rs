//! Tables and columns under other names: what they are found by, and the statements that rename them.

mod parts;

use std::collections::{BTreeMap, BTreeSet};

use super::atom::Atoms;
use crate::diff::Renames;
use crate::migration::plan::{Reverse, Step};
use crate::migration::render::postgres::{path, quoted};
use crate::migration::steps::rename_order::rename_order;
use crate::schema::{ObjectName, Schema, address};

/// What is named after its table, and what is named after its column.
const OF_TABLE: [&str; 4] = ["constraint", "trigger", "setting", "link"];
const OF_COLUMN: [&str; 9] =
    ["column", "default", "identity", "not null", "storage", "compression", "statistics", "options", "column comment"];

/// Old addresses to new ones.
struct Moves {
    whole: BTreeMap<String, String>,
    /// The start of every address of a part of the table.
    parts: Vec<(String, String)>,
    /// Links whose parent has another name.
    links: BTreeMap<String, String>,
}

impl Moves {
    fn of(atoms: &Atoms<'_>, renames: &Renames) -> Self {
        let mut whole = BTreeMap::new();
        let mut parts = Vec::new();
        let mut links_of = BTreeMap::new();
        let of_parent = |key: &str, from: &ObjectName, to: &ObjectName| {
            let parent = address::member("link", &ObjectName::new(""), &path(from));
            let start = key.strip_suffix(parent.trim_start_matches("link "))?;
            let parent = address::member("link", &ObjectName::new(""), &path(to));
            Some(format!("{start}{}", parent.trim_start_matches("link ")))
        };
        for (from, to, _) in &renames.tables {
            whole.extend(parts::moved_along(atoms, from, to));
            let links = atoms.keys().filter(|key| key.starts_with("link "));
            links_of.extend(links.filter_map(|key| Some((key.clone(), of_parent(key, from, to)?))));
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
        Self { whole, parts, links: links_of }
    }

    fn apply(&self, key: &str) -> String {
        let key = self.links.get(key).map_or(key, String::as_str);
        let moved =
            self.parts.iter().find_map(|(from, to)| key.strip_prefix(from.as_str()).map(|rest| format!("{to}{rest}")));
        let key = moved.unwrap_or_else(|| key.to_owned());
        self.whole.get(&key).cloned().unwrap_or(key)
    }
}

/// Lets the atoms know what moved to another schema with its table, and says what that is called now.
pub(super) fn along(past: &mut Atoms<'_>, from: &Schema, renames: &Renames) -> Vec<String> {
    if renames.tables.iter().all(|(from, to, _)| from.namespace == to.namespace) {
        return Vec::new();
    }
    let old = super::atom::atoms(from);
    let moves = renames.tables.iter().flat_map(|(from, to, _)| parts::moved_along(&old, from, to));
    let moves: Vec<(String, String)> = moves.filter(|(key, _)| key.starts_with("sequence ")).collect();
    for (from, to) in &moves {
        parts::move_key(past, from, to);
    }
    moves.into_iter().map(|(_, to)| to).collect()
}

/// The atoms of the old schema under the addresses that they have after the renames.
pub(super) fn renamed<'a>(mut atoms: Atoms<'a>, renames: &Renames) -> Atoms<'a> {
    let moves = Moves::of(&atoms, renames);
    for atom in atoms.values_mut() {
        atom.needs = atom.needs.iter().map(|need| moves.apply(need)).collect::<BTreeSet<_>>();
        atom.after = atom.after.iter().map(|need| moves.apply(need)).collect::<BTreeSet<_>>();
        atom.owner = atom.owner.as_deref().map(|owner| moves.apply(owner));
        if let Some(follows) = &mut atom.follows {
            follows.link = moves.apply(&follows.link);
            follows.leader = moves.apply(&follows.leader);
        }
    }
    atoms.into_iter().map(|(key, atom)| (moves.apply(&key), atom)).collect()
}

/// Whether the column gets its new name with that of a parent to which the table stays linked.
fn led(
    from: &Schema,
    renames: &Renames,
    table: &ObjectName,
    (old, new): (&str, &str),
    linked: impl Fn(&ObjectName) -> bool,
) -> bool {
    let past = from.table(renames.old_table(table));
    let Some(past) = past.filter(|past| past.options.contains_key(&format!("inherited {old}"))) else { return false };
    let parents = ["partition of", "inherits"].into_iter().filter_map(|option| past.options.get(option));
    let parents: Vec<&str> = parents.flat_map(|names| names.split(", ")).collect();
    renames.columns.iter().any(|(of, from, to, _)| {
        from == old && to == new && parents.contains(&path(renames.old_table(of)).as_str()) && linked(of)
    })
}

/// The statements that rename what stays of the tables, by their new addresses, and their columns, in an order that never
/// meets a taken name.
pub(super) fn steps(from: &Schema, renames: &Renames, stays: impl Fn(&str) -> bool) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut add = |purpose: String, statement: String, reverse: String| {
        steps.push(Step {
            purpose,
            notes: Vec::new(),
            outside: false,
            statements: vec![statement],
            reverse: Reverse::Statements(vec![reverse]),
        });
    };
    for (from, to, _) in renames.tables.iter().filter(|(_, to, _)| stays(&address::table(to))) {
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
    let tables: BTreeSet<&ObjectName> =
        renames.columns.iter().map(|(table, ..)| table).filter(|table| stays(&address::table(table))).collect();
    for table in tables {
        let linked = |parent: &ObjectName| stays(&address::member("link", table, &path(parent)));
        let own = renames
            .columns
            .iter()
            .filter(|(of, old, new, _)| of == table && !led(from, renames, of, (old, new), linked));
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
