//! The steps on PostgreSQL.
//!
//! Both schemas are taken apart into atoms ([`atom`]) that know what they need. Then:
//!
//! 1. Every atom stays, comes, goes, changes where it stands ([`alter`]) or is made anew. What needs something that
//!    goes is made anew with it; a column whose type goes waits as text until the type is back.
//! 2. New values of enums come first, outside of the transaction, since it could not use them.
//! 3. Whatever goes goes, users before what they use. A part of something that goes as a whole needs no statement.
//! 4. Tables and columns get their new names.
//! 5. Everything else comes or changes, after what it needs ([`order`]). Keys, defaults and checks stand inside
//!    CREATE TABLE unless they need something that needs the table.

mod alter;
mod atom;
mod order;
mod renames;

use std::collections::{BTreeMap, BTreeSet};

use self::alter::{Way, filler, way};
use self::atom::{Atom, Atoms, Body, atoms};
use crate::diff::{Change, Renames, aligned};
use crate::migration::plan::{Plan, Reverse, Step};
use crate::migration::render::postgres::{create_table, default_value, identity, list, path, quoted};
use crate::schema::{Column, Schema, address};

pub(crate) fn plan(from: &Schema, to: &Schema, changes: &[Change]) -> Plan {
    if changes.is_empty() {
        return Plan::default();
    }
    let renames = Renames::of(changes);
    let past = aligned(from, &renames);
    let old = renames::renamed(atoms(from), &renames);
    let mut past = atoms(&past);
    for (key, atom) in &mut past {
        // What the server said of needs has the old addresses.
        if let Some(known) = old.get(key) {
            atom.needs.clone_from(&known.needs);
            atom.owner.clone_from(&known.owner);
        }
    }
    let mut planner = Planner {
        old,
        past,
        new: atoms(to),
        going: BTreeSet::new(),
        coming: BTreeSet::new(),
        changing: BTreeMap::new(),
        waiting: BTreeSet::new(),
        before: Vec::new(),
        steps: Vec::new(),
    };
    planner.decide();
    planner.spread();
    planner.remove();
    planner.steps.extend(renames::steps(&renames));
    planner.create();
    let mut opening = planner.before;
    if planner.steps.is_empty() {
        let steps = vec![step("Add values".to_owned(), opening, Reverse::Statements(Vec::new()))];
        return Plan { steps, ..Plan::default() };
    }
    opening.extend(["BEGIN;".to_owned(), "SET LOCAL check_function_bodies = off;".to_owned()]);
    Plan { opening, steps: planner.steps, closing: vec!["COMMIT;".to_owned()], ..Plan::default() }
}

struct Planner<'a> {
    /// The old schema as it is, by new addresses.
    old: Atoms<'a>,
    /// The old schema as it is after the renames.
    past: Atoms<'a>,
    new: Atoms<'a>,
    /// What goes, for good or to be made anew.
    going: BTreeSet<String>,
    /// What comes, for the first time or anew.
    coming: BTreeSet<String>,
    /// What changes where it stands.
    changing: BTreeMap<String, Vec<String>>,
    /// Columns that wait as text until their type is back.
    waiting: BTreeSet<String>,
    before: Vec<String>,
    steps: Vec<Step>,
}

impl<'a> Planner<'a> {
    fn decide(&mut self) {
        self.going = self.past.keys().filter(|key| !self.new.contains_key(*key)).cloned().collect();
        self.coming = self.new.keys().filter(|key| !self.past.contains_key(*key)).cloned().collect();
        let mut retyped = Vec::new();
        for (key, new) in &self.new {
            let Some(old) = self.past.get(key) else { continue };
            let table =
                matches!((old.body, new.body), (Body::Table(old), Body::Table(new)) if old.options != new.options);
            let column = matches!((old.body, new.body), (Body::Column(_, old), Body::Column(_, new))
                if old.nullable != new.nullable || old.data_type.sql != new.data_type.sql || old.collation != new.collation
                   || old.generated != new.generated);
            if !table && !column && (old.create == new.create || matches!(new.body, Body::Table(_) | Body::Column(..)))
            {
                continue;
            }
            match way(old, new) {
                Way::InPlace(statements) if statements.is_empty() => {}
                Way::InPlace(statements) => {
                    self.changing.insert(key.clone(), statements);
                }
                Way::Retyped(statements) => {
                    self.changing.insert(key.clone(), statements);
                    retyped.push(key.clone());
                }
                Way::Before(statements) => self.before.extend(statements),
                Way::Anew => {
                    self.going.insert(key.clone());
                    self.coming.insert(key.clone());
                }
            }
        }
        for key in retyped {
            self.retype(&key);
        }
    }

    fn users(&self, key: &str) -> Vec<String> {
        let uses = |(user, atom): (&String, &Atom<'a>)| atom.needs.contains(key).then(|| user.clone());
        self.past.iter().filter_map(uses).collect()
    }

    /// What needs something that goes goes, too, and comes back when it is wanted.
    fn spread(&mut self) {
        let mut open: Vec<String> = self.going.iter().cloned().collect();
        while let Some(key) = open.pop() {
            for user in self.users(&key) {
                if self.going.contains(&user) || self.waiting.contains(&user) {
                    continue;
                }
                let is_type = self.old.get(&key).is_some_and(
                    |atom| matches!(atom.body, Body::Other(other) if other.kind.contains("type") || matches!(other.kind.as_str(), "enum" | "domain")),
                );
                match self.old.get(&user).map(|atom| atom.body) {
                    Some(Body::Column(_, column)) if is_type && column.generated.is_none() => {
                        self.waiting.insert(user.clone());
                        open.extend(self.retype(&user));
                        continue;
                    }
                    // A partitioned table needs the columns of its key, which never go before it does.
                    Some(Body::Table(_)) if key.starts_with("column ") => continue,
                    _ => {}
                }
                open.extend(self.again(&user));
            }
        }
    }

    fn again(&mut self, key: &str) -> Option<String> {
        self.changing.remove(key);
        if self.new.contains_key(key) {
            self.coming.insert(key.to_owned());
        }
        self.going.insert(key.to_owned()).then(|| key.to_owned())
    }

    /// What does not survive that the column gets another type.
    fn retype(&mut self, key: &str) -> Vec<String> {
        let mut more = Vec::new();
        for user in self.users(key) {
            let survives = self.past.get(&user).is_none_or(|atom| match atom.body {
                Body::View | Body::Trigger | Body::ForeignKey | Body::Default(_) => false,
                Body::Column(_, column) => column.generated.is_none(),
                Body::Other(other) => {
                    matches!(other.kind.as_str(), "statistics" | "comment" | "grant" | "revoke" | "sequence owner")
                }
                Body::Table(_)
                | Body::Identity(_)
                | Body::Constraint
                | Body::Setting
                | Body::Parameters(_)
                | Body::Plain => true,
            });
            if !survives && !self.going.contains(&user) {
                more.extend(self.again(&user));
            }
        }
        more
    }

    fn root<'k>(&'k self, key: &'k str) -> &'k str {
        let mut at = key;
        for _ in 0..4 {
            match self.old.get(at).and_then(|atom| atom.owner.as_deref()) {
                Some(owner) if self.going.contains(owner) => at = owner,
                _ => break,
            }
        }
        at
    }

    /// What goes without a statement of its own, with what it goes with. A foreign key is taken away first, since two
    /// tables may refer to each other, and so is what uses something that needs the whole in its turn.
    fn silent(&self) -> BTreeMap<String, String> {
        let silent = self.going.iter().filter_map(|key| {
            let root = self.root(key);
            let atom = self.old.get(key).filter(|_| root != key)?;
            let own = |need: &str| !self.going.contains(need) || self.root(need) == root;
            let fits = match atom.body {
                Body::ForeignKey => atom.needs.iter().all(|need| own(need)),
                _ => !atom.needs.iter().any(|need| !own(need) && self.leads_back(need, root)),
            };
            fits.then(|| (key.clone(), root.to_owned()))
        });
        silent.collect()
    }

    fn leads_back(&self, start: &str, root: &str) -> bool {
        let mut open = vec![start];
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        while let Some(at) = open.pop() {
            for need in
                self.old.get(at).into_iter().flat_map(|atom| &atom.needs).filter(|need| self.going.contains(*need))
            {
                if self.root(need) == root {
                    return true;
                }
                if seen.insert(need) {
                    open.push(need);
                }
            }
        }
        false
    }

    fn remove(&mut self) {
        let silent = self.silent();
        let place = |key: &'_ String| silent.get(key).unwrap_or(key).clone();
        let mut all: BTreeMap<String, (u8, BTreeSet<String>)> = BTreeMap::new();
        for (key, atom) in &self.old {
            if self.going.contains(key) || self.waiting.contains(key) {
                let at = place(key);
                let entry = all.entry(at.clone()).or_default();
                entry.0 = self.old.get(&at).map_or(0, |atom| atom.rank);
                entry.1.extend(atom.needs.iter().map(place).filter(|need| *need != at));
            }
        }
        let needs: BTreeMap<&str, (u8, BTreeSet<&str>)> = all
            .iter()
            .map(|(key, (rank, needs))| (key.as_str(), (*rank, needs.iter().map(String::as_str).collect())))
            .collect();
        let mut steps = Vec::new();
        for key in order::sorted(&needs).into_iter().rev() {
            let Some(atom) = self.old.get(&key) else { continue };
            if self.waiting.contains(&key) {
                if let Body::Column(table, column) = atom.body {
                    let (table, own) = (path(&table.name), quoted(&column.name));
                    let statement = format!("ALTER TABLE {table} ALTER COLUMN {own} TYPE text USING {own}::text;");
                    let reverse = Reverse::Statements(Vec::new());
                    steps.push(step(format!("Let {key} wait as text for its type"), vec![statement], reverse));
                }
                continue;
            }
            if atom.remove.is_empty() {
                continue;
            }
            let reverse = match atom.body {
                Body::Table(table) => {
                    let saved = quoted(&format!("{}_saved", table.name.name));
                    let save_first = format!("CREATE TABLE {saved} AS TABLE {};", path(&table.name));
                    Reverse::Irreversible { why: format!("the rows of `{}`", table.name), save_first }
                }
                Body::Column(table, column) if column.generated.is_none() => {
                    let keys = table.primary_key.as_ref().map(|key| &key.columns);
                    let mut names: Vec<String> =
                        keys.into_iter().flatten().filter(|name| **name != column.name).cloned().collect();
                    names.push(column.name.clone());
                    let saved = quoted(&format!("{}_{}_saved", table.name.name, column.name));
                    let save_first =
                        format!("CREATE TABLE {saved} AS SELECT {} FROM {};", list(&names), path(&table.name));
                    Reverse::Irreversible { why: format!("the values of `{}.{}`", table.name, column.name), save_first }
                }
                _ => Reverse::Statements(atom.create.clone()),
            };
            steps.push(step(format!("Remove {key}"), atom.remove.clone(), reverse));
        }
        self.steps.extend(steps);
    }

    /// What needs `key`, however indirectly, cannot stand inside it.
    fn reaches(&self, start: &str, key: &str) -> bool {
        let mut open: Vec<&str> = vec![start];
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        while let Some(at) = open.pop() {
            let Some(atom) = self.new.get(at) else { continue };
            for need in &atom.needs {
                let owned = need == key || self.new.get(need).is_some_and(|atom| atom.owner.as_deref() == Some(key));
                if owned && at != start {
                    return true;
                }
                if !owned && self.coming.contains(need) && seen.insert(need) {
                    open.push(need);
                }
            }
        }
        false
    }

    /// What comes inside what: columns and constraints in tables, defaults in columns.
    fn inside(&self) -> BTreeMap<&str, &str> {
        let mut inside = BTreeMap::new();
        for body in [false, true] {
            for (key, atom) in self.new.iter().filter(|(key, _)| self.coming.contains(*key)) {
                let Some(owner) = atom.owner.as_deref().filter(|owner| self.coming.contains(*owner)) else { continue };
                let fits = match atom.body {
                    Body::Column(table, column) => !body && !atom::is_inherited(table, &column.name),
                    Body::Constraint => !body,
                    Body::Default(column) => body && column.generated.is_none() && !self.inherited(owner),
                    Body::Identity(_) => body && !self.inherited(owner),
                    _ => false,
                };
                let root = inside.get(owner).copied().unwrap_or(owner);
                if fits && !self.reaches(key, root) {
                    inside.insert(key.as_str(), root);
                }
            }
        }
        inside
    }

    fn inherited(&self, column: &str) -> bool {
        self.new.get(column).is_some_and(
            |atom| matches!(atom.body, Body::Column(table, column) if atom::is_inherited(table, &column.name)),
        )
    }

    fn create(&mut self) {
        let inside = self.inside();
        let touched =
            |key: &str| self.coming.contains(key) || self.changing.contains_key(key) || self.waiting.contains(key);
        let mut needs: BTreeMap<&str, (u8, BTreeSet<&str>)> = BTreeMap::new();
        for (key, atom) in self.new.iter().filter(|(key, _)| touched(key)) {
            let at = inside.get(key.as_str()).copied().unwrap_or(key);
            let entry = needs.entry(at).or_insert((u8::MAX, BTreeSet::new()));
            entry.0 = if at == key { atom.rank } else { entry.0.min(atom.rank) };
            let all = atom.needs.iter().map(|need| inside.get(need.as_str()).copied().unwrap_or(need));
            entry.1.extend(all.filter(|need| *need != at));
        }
        for (key, (rank, _)) in &mut needs {
            *rank = self.new.get(*key).map_or(*rank, |atom| atom.rank);
        }
        let mut steps = Vec::new();
        for key in order::sorted(&needs) {
            let Some(atom) = self.new.get(&key) else { continue };
            let members: Vec<&str> =
                inside.iter().filter(|(_, root)| **root == key).map(|(member, _)| *member).collect();
            let (verb, statements) = if self.waiting.contains(&key) {
                ("Give its type back to", self.back(&key, atom))
            } else if let Some(statements) = self.changing.get(&key) {
                ("Change", statements.clone())
            } else {
                let mut statements = self.made(atom, &members);
                statements.extend(self.unwanted(&key));
                ("Add", statements)
            };
            if !statements.is_empty() {
                let reverse = Reverse::Statements(if verb == "Add" { atom.remove.clone() } else { Vec::new() });
                steps.push(step(format!("{verb} {key}"), statements, reverse));
            }
        }
        self.steps.extend(steps);
    }

    /// From text to the type that the column waited for, with whatever else changes in it.
    fn back(&self, key: &str, atom: &Atom<'a>) -> Vec<String> {
        let Body::Column(table, column) = atom.body else { return Vec::new() };
        let (name, own) = (path(&table.name), quoted(&column.name));
        let typed = crate::migration::render::postgres::typed(column);
        let statement =
            format!("ALTER TABLE {name} ALTER COLUMN {own} TYPE {typed} USING {own}::{};", column.data_type.sql);
        let rest = self.changing.get(key).into_iter().flatten().filter(|text| !text.contains(" TYPE "));
        std::iter::once(statement).chain(rest.cloned()).collect()
    }

    fn made(&self, atom: &Atom<'a>, members: &[&str]) -> Vec<String> {
        match atom.body {
            Body::Table(table) => {
                let columns = table
                    .columns
                    .iter()
                    .filter(|column| members.contains(&address::member("column", &table.name, &column.name).as_str()));
                let mut lines: Vec<String> = columns
                    .map(|column| {
                        let own = |kind: &str| address::member(kind, &table.name, &column.name);
                        line(self, column, members.contains(&own("default").as_str()), &own("identity"), members)
                    })
                    .collect();
                let mut constraints: Vec<&Atom<'a>> =
                    members.iter().filter_map(|member| self.new.get(*member)).collect();
                constraints.retain(|member| matches!(member.body, Body::Constraint));
                constraints.sort_by_key(|member| !member.create.iter().any(|text| text.contains(" PRIMARY KEY ")));
                lines.extend(constraints.into_iter().flat_map(|member| &member.create).filter_map(|text| {
                    text.split_once(" ADD CONSTRAINT ")
                        .map(|(_, rest)| format!("CONSTRAINT {}", rest.trim_end_matches(';')))
                }));
                vec![create_table(table, &lines)]
            }
            Body::Column(table, column) if !atom::is_inherited(table, &column.name) => {
                let own = |kind: &str| address::member(kind, &table.name, &column.name);
                let defaulted = members.contains(&own("default").as_str());
                let line = line(self, column, defaulted, &own("identity"), members);
                let alter = format!("ALTER TABLE {}", path(&table.name));
                let given = defaulted || members.contains(&own("identity").as_str()) || column.generated.is_some();
                match filler(column).filter(|_| !column.nullable && !given) {
                    Some(value) => vec![
                        format!("{alter} ADD COLUMN {line} DEFAULT {value};"),
                        format!("{alter} ALTER COLUMN {} DROP DEFAULT;", quoted(&column.name)),
                    ],
                    None => vec![format!("{alter} ADD COLUMN {line};")],
                }
            }
            _ => atom.create.clone(),
        }
    }

    /// What default privileges that stay in force give to a new object although it shall not have it.
    fn unwanted(&self, key: &str) -> Vec<String> {
        let named = |kinds: &[&str]| {
            let (kind, _) = key.split_once(' ')?;
            kinds.contains(&kind).then_some(())
        };
        let Some(atom) = self.new.get(key) else { return Vec::new() };
        let (word, plural, target) = match atom.body {
            Body::Table(table) => ("TABLE", "tables", path(&table.name)),
            Body::View => {
                let Some(text) = atom.remove.first().and_then(|text| text.split_once("VIEW ")) else {
                    return Vec::new();
                };
                ("TABLE", "tables", text.1.trim_end_matches(';').to_owned())
            }
            Body::Other(other) if named(&["sequence"]).is_some() => ("SEQUENCE", "sequences", path(&other.name)),
            _ => return Vec::new(),
        };
        let marker = format!(" on {plural} for role ");
        let in_force = self.past.keys().filter(|key| self.new.contains_key(*key) && !self.going.contains(*key));
        let given = in_force.filter_map(|key| {
            let (right, rest) = key.strip_prefix("default grant ")?.trim_matches('"').split_once(&marker)?;
            let (place, to) = rest.rsplit_once(" to ")?;
            let elsewhere = place
                .split_once(" in schema ")
                .is_some_and(|(_, space)| !target.to_lowercase().starts_with(&format!("{space}.")));
            let wanted = self.new.keys().any(|key| {
                key.replace('"', "")
                    == format!("grant {right} on {} {target} to {to}", word.to_lowercase()).replace('"', "")
            });
            (!elsewhere && !wanted).then(|| format!("REVOKE {right} ON {word} {target} FROM {to};"))
        });
        given.collect()
    }
}

/// A column as it stands inside CREATE TABLE or behind ADD COLUMN.
fn line(planner: &Planner<'_>, column: &Column, defaulted: bool, identity_key: &str, members: &[&str]) -> String {
    let mut text = crate::migration::render::postgres::column(column);
    if !column.nullable {
        text.push_str(" NOT NULL");
    }
    if let Some(default) = column.default.as_ref().filter(|_| defaulted) {
        text.push_str(&format!(" DEFAULT {}", default_value(column, default)));
    }
    if members.contains(&identity_key)
        && let Some(Body::Identity(value)) = planner.new.get(identity_key).map(|atom| atom.body)
    {
        text.push_str(&format!(" {}", identity(value)));
    }
    text
}

fn step(purpose: String, statements: Vec<String>, reverse: Reverse) -> Step {
    Step { purpose, notes: Vec::new(), statements, reverse }
}
