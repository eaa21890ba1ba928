//! Constraints, indexes and sequences that only have another name.

use std::collections::BTreeMap;

use super::super::atom::{Atom, Atoms, Body};
use super::super::{Planner, step};
use crate::migration::plan::{Reverse, Step};
use crate::migration::render::postgres::{path, quoted};
use crate::schema::{ObjectName, address};

/// One that stays under another name.
struct Part {
    old_key: String,
    new_key: String,
    statement: String,
    reverse: String,
}

impl Planner<'_> {
    /// Finds them, and lets the old schema know them by their new names, under which the steps are told here.
    pub(in super::super) fn rename_parts(&mut self) -> Vec<(String, Step)> {
        self.keep_usual_names();
        let mut fresh: BTreeMap<(String, String), Vec<(String, String)>> = BTreeMap::new();
        for (key, atom) in self.new.iter().filter(|(key, _)| !self.past.contains_key(*key)) {
            if let Some((owner, name, text)) = unnamed(atom) {
                fresh.entry((owner, text)).or_default().push((key.clone(), name));
            }
        }
        let mut parts = Vec::new();
        for (key, atom) in self.past.iter().filter(|(key, _)| !self.new.contains_key(*key)) {
            let Some((owner, name, text)) = unnamed(atom) else { continue };
            let Some((new_key, new_name)) = fresh.get_mut(&(owner, text)).and_then(Vec::pop) else { continue };
            let Some(owner) = atom.owner.as_ref().and_then(|owner| self.past.get(owner)) else { continue };
            let rename = |from: &str, to: &str| match (atom.body, owner.body) {
                (Body::Index, Body::Table(table)) => {
                    let at = ObjectName { namespace: table.name.namespace.clone(), name: from.to_owned() };
                    format!("ALTER INDEX {} RENAME TO {};", path(&at), quoted(to))
                }
                (_, Body::Table(table)) => {
                    let table = path(&table.name);
                    format!("ALTER TABLE {table} RENAME CONSTRAINT {} TO {};", quoted(from), quoted(to))
                }
                (_, Body::Column(table, _)) => {
                    let at = ObjectName { namespace: table.name.namespace.clone(), name: from.to_owned() };
                    format!("ALTER SEQUENCE {} RENAME TO {};", path(&at), quoted(to))
                }
                _ => String::new(),
            };
            let (statement, reverse) = match name == new_name {
                true => (String::new(), String::new()),
                false => (rename(&name, &new_name), rename(&new_name, &name)),
            };
            parts.push(Part { old_key: key.clone(), new_key, statement, reverse });
        }
        parts.into_iter().filter_map(|part| self.renamed(part)).collect()
    }

    fn renamed(&mut self, part: Part) -> Option<(String, Step)> {
        let (old_key, new_key) = (&part.old_key, &part.new_key);
        move_key(&mut self.past, old_key, new_key);
        move_key(&mut self.old, old_key, new_key);
        if let (Some(past), Some(new)) = (self.past.get_mut(new_key), self.new.get(new_key)) {
            past.create.clone_from(&new.create);
        }
        if let Some(rest) = old_key.strip_prefix("sequence ") {
            let new_rest = new_key.trim_start_matches("sequence ");
            let (old_owner, new_owner) = (format!("sequence owner {rest}"), format!("sequence owner {new_rest}"));
            move_key(&mut self.past, &old_owner, &new_owner);
            move_key(&mut self.old, &old_owner, &new_owner);
            self.agree(&new_owner);
            self.agree_on_next(new_key);
        }
        let (statements, reverse) = (vec![part.statement], vec![part.reverse]);
        let worded = statements.iter().any(|text| !text.is_empty());
        let step = step(format!("Rename {old_key} to {new_key}"), statements, Reverse::Statements(reverse));
        worded.then(|| (new_key.clone(), step))
    }

    /// Sequences that moved with their tables differ in their paths alone.
    pub(in super::super) fn moved(&mut self, keys: &[String]) {
        for key in keys {
            let same = self.past.get(key).zip(self.new.get(key));
            if key.starts_with("sequence owner ") {
                self.agree(key);
            } else if same.is_some_and(|(past, new)| unnamed(past).is_some() && unnamed(past) == unnamed(new)) {
                self.agree(key);
                self.agree_on_next(key);
            }
        }
    }

    /// Defaults that take the next value of a sequence name it by its number.
    fn agree_on_next(&mut self, sequence: &str) {
        let of_sequence = |atom: &Atom<'_>| matches!(atom.body, Body::Default(_)) && atom.needs.contains(sequence);
        let defaults: Vec<String> =
            self.new.iter().filter(|(_, atom)| of_sequence(atom)).map(|(key, _)| key.clone()).collect();
        let next = |atom: &Atom<'_>| atom.create.iter().any(|text| text.contains("DEFAULT nextval('"));
        for key in defaults {
            if self.past.get(&key).is_some_and(next) && self.new.get(&key).is_some_and(next) {
                self.agree(&key);
            }
        }
    }

    /// The server knows the old text by the new names already.
    fn agree(&mut self, key: &str) {
        if let (Some(past), Some(new)) = (self.past.get_mut(key), self.new.get(key)) {
            past.create.clone_from(&new.create);
        }
    }

    /// An index that the server named after its partition keeps that name when the partition gets another.
    fn keep_usual_names(&mut self) {
        let mut moves = Vec::new();
        for (key, atom) in &self.old {
            let Some(follows) = atom.follows.as_ref().filter(|follows| follows.wholly && follows.name.is_some()) else {
                continue;
            };
            if self.past.contains_key(key) {
                continue;
            }
            let same = |other: &Atom<'_>| {
                other.owner == atom.owner
                    && other.follows.as_ref().is_some_and(|other| other.leader == follows.leader && other.wholly)
            };
            let found = self.past.iter().find(|(_, other)| same(other));
            moves.extend(found.map(|(past, _)| (past.clone(), key.clone(), follows.name.clone())));
        }
        for (from, to, name) in moves {
            move_key(&mut self.past, &from, &to);
            if let Some(atom) = self.past.get_mut(&to)
                && let (Some(follows), Some(name)) = (&mut atom.follows, name)
            {
                let past = follows.name.replace(name.clone()).unwrap_or_default();
                for text in &mut atom.create {
                    *text = text.replacen(&quoted(&past), &quoted(&name), 1);
                }
            }
        }
    }
}

/// The owner, the name, and the statement without it.
fn unnamed(atom: &Atom<'_>) -> Option<(String, String, String)> {
    let owner = atom.owner.clone()?;
    let text = atom.create.first()?;
    let (before, after) = match atom.body {
        Body::Constraint | Body::ForeignKey => text.split_once(" ADD CONSTRAINT ")?,
        Body::Index => text.split_once("INDEX ")?,
        Body::Other(other) if other.kind == "sequence" && owner.starts_with("column ") => {
            let (_, rest) = other.definition.split_once(" AS ")?;
            return Some((owner, other.name.name.clone(), rest.to_owned()));
        }
        _ => return None,
    };
    let name = *crate::schema::lexer::tokens(after).first()?;
    Some((owner, name.unquoted(), format!("{before} {}", after.get(name.end()..)?)))
}

/// Knows what stands at one address by another.
pub(super) fn move_key(atoms: &mut Atoms<'_>, from: &str, to: &str) {
    let Some(atom) = atoms.remove(from) else { return };
    atoms.insert(to.to_owned(), atom);
    for atom in atoms.values_mut() {
        for list in [&mut atom.needs, &mut atom.after] {
            if list.remove(from) {
                list.insert(to.to_owned());
            }
        }
        if atom.owner.as_deref() == Some(from) {
            atom.owner = Some(to.to_owned());
        }
        if let Some(follows) = atom.follows.as_mut().filter(|follows| follows.leader == from) {
            follows.leader = to.to_owned();
        }
    }
}

/// The addresses of what moves to another schema with its table.
pub(super) fn moved_along(atoms: &Atoms<'_>, from: &ObjectName, to: &ObjectName) -> Vec<(String, String)> {
    if from.namespace == to.namespace {
        return Vec::new();
    }
    let there = |name: &str| ObjectName { namespace: to.namespace.clone(), name: name.to_owned() };
    let owner = address::table(from);
    let indexes =
        atoms.iter().filter(|(_, atom)| matches!(atom.body, Body::Index) && atom.owner.as_ref() == Some(&owner));
    let indexes = indexes.filter_map(|(key, atom)| {
        let (_, name, _) = unnamed(atom)?;
        Some((key.clone(), address::index(to, &name)))
    });
    let columns = format!("{}.", address::of_kind("column", from));
    let sequences = atoms.values().filter_map(|atom| match atom.body {
        Body::Other(other)
            if other.kind == "sequence" && atom.owner.as_ref().is_some_and(|owner| owner.starts_with(&columns)) =>
        {
            let name = there(&other.name.name);
            Some(
                ["sequence", "sequence owner"]
                    .map(|kind| (address::of_kind(kind, &other.name), address::of_kind(kind, &name))),
            )
        }
        _ => None,
    });
    indexes.chain(sequences.flatten()).collect()
}
