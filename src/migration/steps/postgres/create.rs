//! What comes or changes, after what it needs.

use std::collections::{BTreeMap, BTreeSet};

use super::alter::{filler, identity_type};
use super::atom::{Atom, Body, Follows};
use super::{Planner, order, step};
use crate::migration::plan::Reverse;
use crate::migration::render::postgres::{self as render, create_table, default_value, identity, path, quoted};
use crate::schema::{Column, ObjectName, address};

/// What comes inside what.
type Inside<'k> = BTreeMap<&'k str, &'k str>;

/// How an index of a partition that has a name of its own comes to follow that of the parent.
enum Joining {
    /// The server made it under this name.
    Renamed(String),
    /// The statement of the parent, or that which attaches the partition, finds it.
    Found,
    /// By a statement of its own.
    Attached,
}

impl<'a> Planner<'a> {
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

    /// Columns, constraints and links inside tables, defaults inside columns, and what follows inside what leads.
    fn inside(&self) -> Inside<'_> {
        let mut inside = Inside::new();
        for body in [false, true] {
            for (key, atom) in self.new.iter().filter(|(key, _)| self.coming.contains(*key)) {
                let Some(owner) = atom.owner.as_deref().filter(|owner| self.coming.contains(*owner)) else { continue };
                let wholly = atom.follows.as_ref().is_some_and(|follows| follows.wholly);
                let fits = match atom.body {
                    Body::Column(..) | Body::Link => !body,
                    Body::Constraint => !body && atom.follows.is_none() && !atom.is_alone(),
                    Body::Setting if key.starts_with("not null ") => body && !self.led(owner),
                    Body::Setting => !body && key.ends_with(".unlogged"),
                    Body::Default(column) => body && column.generated.is_none() && !self.led(owner),
                    Body::Identity(..) => body && !self.led(owner),
                    _ => false,
                };
                let root = inside.get(owner).copied().unwrap_or(owner);
                if fits && (wholly || !self.reaches(key, root)) {
                    inside.insert(key.as_str(), root);
                }
            }
        }
        let touched =
            |key: &str| self.coming.contains(key) || self.changing.contains_key(key) || self.waiting.contains(key);
        let mut left: Vec<(&str, &Follows)> = self
            .new
            .iter()
            .filter(|(key, _)| touched(key) && !inside.contains_key(key.as_str()))
            .filter_map(|(key, atom)| Some((key.as_str(), atom.follows.as_ref().filter(|follows| follows.wholly)?)))
            .collect();
        // What leads may follow in its turn.
        for _ in 0..4 {
            left.retain(|(key, follows)| {
                let atom = self.new.get(*key);
                let owner = atom.and_then(|atom| atom.owner.as_deref()).filter(|owner| self.coming.contains(*owner));
                let link = self.coming.contains(&follows.link).then_some(follows.link.as_str());
                let leads = touched(&follows.leader).then_some(follows.leader.as_str());
                let needed = atom.is_some_and(|atom| match atom.body {
                    Body::Column(..) => true,
                    Body::Constraint => atom.constraint().is_some_and(|(.., text)| text.starts_with("CHECK")),
                    _ => false,
                });
                let at = match (owner, link) {
                    (Some(owner), _) => leads.filter(|leader| !inside.contains_key(leader)).or(Some(owner)),
                    // A column and a check must be there before their table can be attached.
                    (None, Some(_)) if needed => None,
                    (None, Some(link)) => Some(link),
                    (None, None) => leads,
                };
                let Some(at) = at else { return false };
                let root = inside.get(at).copied().unwrap_or(at);
                inside.insert(key, root);
                false
            });
        }
        inside
    }

    /// Whether the column comes with that of the parent.
    fn led(&self, column: &str) -> bool {
        let follows = self.new.get(column).and_then(|atom| atom.follows.as_ref());
        follows.is_some_and(|follows| follows.wholly)
    }

    /// Whether the leader is an index of the parent alone.
    fn alone(&self, follows: &Follows) -> bool {
        let leader = self.new.get(&follows.leader);
        leader.is_some_and(Atom::is_alone)
    }

    fn joining(&self, atom: &Atom<'a>, follows: &Follows, inside: &Inside<'_>) -> Joining {
        let comes = |key: &str| self.coming.contains(key);
        let new_table = atom.owner.as_deref().is_some_and(comes);
        if comes(&follows.link) && !new_table {
            return Joining::Found;
        }
        let with_table = inside.get(follows.leader.as_str()).is_some_and(|root| root.starts_with("table "));
        if comes(&follows.leader) && !with_table {
            return if self.alone(follows) { Joining::Attached } else { Joining::Found };
        }
        if new_table {
            return follows.usual.clone().map_or(Joining::Attached, Joining::Renamed);
        }
        let same = |(_, old): &(&String, &Atom<'a>)| {
            old.owner == atom.owner && old.follows.as_ref().is_some_and(|other| other.leader == follows.leader)
        };
        let past = self.past.iter().filter(|(key, _)| self.going.contains(*key)).find(same);
        match past.and_then(|(_, old)| old.follows.as_ref()?.name.clone()) {
            Some(name) => Joining::Renamed(name),
            None => Joining::Attached,
        }
    }

    /// The statements for an index or a constraint that follows that of the parent.
    fn joined(&self, atom: &Atom<'a>, follows: &Follows, inside: &Inside<'_>) -> Vec<String> {
        let Some(name) = &follows.name else { return atom.create.clone() };
        let Some(Body::Table(table)) = atom.owner.as_ref().and_then(|owner| self.new.get(owner)).map(|atom| atom.body)
        else {
            return atom.create.clone();
        };
        let at = |name: &str| path(&ObjectName { namespace: table.name.namespace.clone(), name: name.to_owned() });
        match self.joining(atom, follows, inside) {
            Joining::Found => atom.create.clone(),
            Joining::Renamed(past) if matches!(atom.body, Body::Constraint) && follows.leader.starts_with("index ") => {
                let Some((alter, name, definition)) = atom.constraint() else { return atom.create.clone() };
                let word = if definition.starts_with("PRIMARY KEY") { "PRIMARY KEY" } else { "UNIQUE" };
                vec![format!("{alter} ADD CONSTRAINT {name} {word} USING INDEX {};", quoted(&past))]
            }
            Joining::Renamed(past) if past == *name => Vec::new(),
            Joining::Renamed(past) if matches!(atom.body, Body::Constraint) => {
                vec![format!(
                    "ALTER TABLE {} RENAME CONSTRAINT {} TO {};",
                    path(&table.name),
                    quoted(&past),
                    quoted(name)
                )]
            }
            Joining::Renamed(past) => vec![format!("ALTER INDEX {} RENAME TO {};", at(&past), quoted(name))],
            Joining::Attached => {
                let attach =
                    follows.index.as_ref().map(|of| format!("ALTER INDEX {of} ATTACH PARTITION {};", at(name)));
                atom.create.iter().cloned().chain(attach).collect()
            }
        }
    }

    pub(super) fn create(&mut self) {
        self.bring_rows_back();
        let inside = self.inside();
        let touched =
            |key: &str| self.coming.contains(key) || self.changing.contains_key(key) || self.waiting.contains(key);
        let mut needs: BTreeMap<&str, (u8, BTreeSet<&str>)> = BTreeMap::new();
        let mut found: Vec<(&str, &str)> = Vec::new();
        for (key, atom) in self.new.iter().filter(|(key, _)| touched(key)) {
            let place = |key: &'_ str| inside.get(key).copied();
            let at = place(key).unwrap_or(key);
            let entry = needs.entry(at).or_insert((u8::MAX, BTreeSet::new()));
            entry.0 = if at == key { atom.rank } else { entry.0.min(atom.rank) };
            let led = atom.follows.as_ref().filter(|follows| {
                self.coming.contains(key) && matches!(self.joining(atom, follows, &inside), Joining::Found)
            });
            let led = led.filter(|follows| !follows.wholly);
            if let Some(follows) = led {
                let leader = follows.leader.as_str();
                let leader = place(leader).unwrap_or(leader);
                // An index of the parent alone is there before the partition is attached, any other finds this one.
                let link = follows.link.as_str();
                found.push(if self.alone(follows) { (link, leader) } else { (leader, at) });
            }
            let led = led.map(|follows| follows.leader.as_str());
            let all = atom.needs.iter().chain(&atom.after).filter(|need| led != Some(need.as_str()));
            entry.1.extend(all.map(|need| place(need).unwrap_or(need)).filter(|need| *need != at));
        }
        for (leader, first) in found {
            if let Some((_, all)) = needs.get_mut(leader) {
                all.insert(first);
            }
            if let Some((_, all)) = needs.get_mut(first) {
                all.remove(leader);
            }
        }
        for (key, (rank, _)) in &mut needs {
            *rank = self.new.get(*key).map_or(*rank, |atom| self.late(key, atom));
        }
        let mut members_of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (member, root) in &inside {
            members_of.entry(root).or_default().push(member);
        }
        let mut steps = Vec::new();
        let mut rows = self.new.values().filter(|atom| matches!(atom.body, Body::Rows)).count();
        for key in order::sorted(&needs) {
            let Some(atom) = self.new.get(&key) else { continue };
            let members = members_of.get(key.as_str()).map_or(&[] as &[&str], Vec::as_slice);
            let of_type = |follows: &Follows| follows.leader == follows.link && self.stays(&follows.link);
            if matches!(atom.body, Body::Column(..)) && atom.follows.as_ref().is_some_and(of_type) {
                // The type has the column already.
                continue;
            }
            let (verb, statements) = if self.waiting.contains(&key) {
                ("Give its type back to", self.back(&key, atom))
            } else if let Some(statements) = self.changing.get(&key) {
                ("Change", statements.clone())
            } else {
                let mut statements = match &atom.follows {
                    Some(follows) if !matches!(atom.body, Body::Column(..)) => self.joined(atom, follows, &inside),
                    _ => self.made(atom, members),
                };
                statements.extend(members.iter().chain([&key.as_str()]).flat_map(|key| self.unwanted(key)));
                ("Add", statements)
            };
            let statements = match atom.body {
                Body::Other(_) => statements,
                _ => statements.iter().map(|text| render::rereadable(text)).collect(),
            };
            if !statements.is_empty() && self.new.contains_key(&key) && touched(&key) {
                let reverse = Reverse::Statements(if verb == "Add" { atom.remove.clone() } else { Vec::new() });
                rows -= usize::from(matches!(atom.body, Body::Rows));
                steps.extend(self.in_short(&key, atom, step(format!("{verb} {key}"), statements, reverse), rows > 0));
            }
        }
        self.steps.extend(steps);
    }

    /// From text to the type that the column waited for, with whatever else changes in it.
    fn back(&self, key: &str, atom: &Atom<'a>) -> Vec<String> {
        let Body::Column(table, column) = atom.body else { return Vec::new() };
        let (name, own) = (path(&table.name), quoted(&column.name));
        let typed = render::typed(column);
        let statement =
            format!("ALTER TABLE {name} ALTER COLUMN {own} TYPE {typed} USING {own}::{};", column.data_type.sql);
        let rest = self.changing.get(key).into_iter().flatten().filter(|text| !text.contains(" TYPE "));
        std::iter::once(statement).chain(rest.cloned()).collect()
    }

    fn made(&self, atom: &Atom<'a>, members: &[&str]) -> Vec<String> {
        match atom.body {
            Body::Table(table) => {
                let columns = table.columns.iter().filter(|column| {
                    let key = address::member("column", &table.name, &column.name);
                    members.contains(&key.as_str()) && !self.led(&key)
                });
                let mut lines: Vec<String> = columns
                    .map(|column| {
                        let own = |kind: &str| address::member(kind, &table.name, &column.name);
                        self.line(column, members.contains(&own("default").as_str()), &own("identity"), members)
                    })
                    .collect();
                let mut constraints: Vec<&Atom<'a>> =
                    members.iter().filter_map(|member| self.new.get(*member)).collect();
                constraints.retain(|member| matches!(member.body, Body::Constraint) && member.follows.is_none());
                constraints.sort_by_key(|member| !member.create.iter().any(|text| text.contains(" PRIMARY KEY ")));
                lines.extend(constraints.into_iter().flat_map(|member| &member.create).filter_map(|text| {
                    text.split_once(" ADD CONSTRAINT ")
                        .map(|(_, rest)| format!("CONSTRAINT {}", rest.trim_end_matches(';')))
                }));
                std::iter::once(create_table(table, &lines)).chain(self.identity_types(members)).collect()
            }
            Body::Column(table, column) => {
                let own = |kind: &str| address::member(kind, &table.name, &column.name);
                // What a table that joins a parent does not get by joining.
                let usual = column.default.is_some() && !self.new.contains_key(&own("default"));
                let defaulted = members.contains(&own("default").as_str()) || atom.follows.is_some() && usual;
                let line = self.line(column, defaulted, &own("identity"), members);
                let alter = format!("ALTER TABLE {}", path(&table.name));
                let given = defaulted || members.contains(&own("identity").as_str()) || column.generated.is_some();
                let mut statements = match filler(column).filter(|_| !column.nullable && !given) {
                    Some(value) => vec![
                        format!("{alter} ADD COLUMN {line} DEFAULT {value};"),
                        format!("{alter} ALTER COLUMN {} DROP DEFAULT;", quoted(&column.name)),
                    ],
                    None => vec![format!("{alter} ADD COLUMN {line};")],
                };
                statements.extend(self.identity_types(members));
                statements
            }
            _ => atom.create.clone(),
        }
    }

    /// What the clauses of these identities could not say.
    fn identity_types(&self, members: &[&str]) -> impl Iterator<Item = String> {
        let values = members.iter().filter_map(|member| match self.new.get(*member)?.body {
            Body::Identity(value, _) => identity_type(value),
            _ => None,
        });
        values.collect::<Vec<_>>().into_iter()
    }

    /// A column as it stands inside CREATE TABLE or behind ADD COLUMN.
    fn line(&self, column: &Column, defaulted: bool, identity_key: &str, members: &[&str]) -> String {
        let mut text = render::column(column);
        if !column.nullable {
            text.push_str(" NOT NULL");
        }
        if let Some(default) = column.default.as_ref().filter(|_| defaulted) {
            text.push_str(&format!(" DEFAULT {}", default_value(column, default)));
        }
        if members.contains(&identity_key)
            && let Some(Body::Identity(value, _)) = self.new.get(identity_key).map(|atom| atom.body)
        {
            text.push_str(&format!(" {}", identity(value)));
        }
        text
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
            Body::Identity(value, _) => {
                let Some((name, _)) =
                    value.split_once("SEQUENCE NAME ").and_then(|(_, rest)| rest.split_once(" START "))
                else {
                    return Vec::new();
                };
                ("SEQUENCE", "sequences", name.to_owned())
            }
            Body::Other(other) if named(&["sequence"]).is_some() => ("SEQUENCE", "sequences", path(&other.name)),
            _ => return Vec::new(),
        };
        let marker = format!(" on {plural} for role ");
        const PRIVILEGES: &str = "default grant ";
        let all = self.past.range(PRIVILEGES.to_owned()..).take_while(|(key, _)| key.starts_with(PRIVILEGES));
        let in_force = all.filter(|(key, _)| self.new.contains_key(*key) && !self.going.contains(*key));
        let given = in_force.filter_map(|(key, _)| {
            let (right, rest) = key.strip_prefix(PRIVILEGES)?.trim_matches('"').split_once(&marker)?;
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
