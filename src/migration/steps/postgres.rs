//! The steps on PostgreSQL.
//!
//! Both schemas are taken apart into atoms ([`atom`]) that know what they need. Then:
//!
//! 1. Every atom stays, comes, goes, changes where it stands ([`alter`]) or is made anew. What needs something that
//!    goes is made anew with it; a column whose type goes waits as text until the type is back.
//! 2. New values of enums come first, outside of the transaction, since it could not use them.
//! 3. Whatever goes goes ([`remove`]), users before what they use. A part of something that goes as a whole needs no
//!    statement, and neither does what follows its parent through a link between tables. Rows of a table that is made
//!    anew are kept aside ([`rows`]).
//! 4. Tables and columns get their new names.
//! 5. Everything else comes or changes ([`create`]), after what it needs ([`order`]). Keys, defaults and checks stand
//!    inside CREATE TABLE unless they need something that needs the table.
//!
//! Where tables that are there already must stay in use, some statements take another form ([`online`]).

mod alter;
mod atom;
mod create;
mod online;
mod order;
mod remove;
mod renames;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use self::alter::{Way, way};
use self::atom::{Atom, Atoms, Body, atoms};
use crate::diff::{Change, Renames, aligned};
use crate::migration::Locks;
use crate::migration::plan::{Plan, Reverse, Step};
use crate::migration::render::postgres::{default_value, path, quoted};
use crate::schema::lexer::mentions;
use crate::schema::{Schema, Table, address};

pub(in crate::migration) fn plan(from: &Schema, to: &Schema, changes: &[Change], locks: Locks) -> Plan {
    if changes.is_empty() {
        return Plan::default();
    }
    let renames = Renames::of(changes);
    let past = aligned(from, &renames);
    let old = renames::renamed(atoms(from), &renames);
    let mut past = atoms(&past);
    let moved = renames::along(&mut past, from, &renames);
    for (key, atom) in &mut past {
        // What the server said of needs has the old addresses.
        if let Some(known) = old.get(key) {
            atom.needs.clone_from(&known.needs);
            atom.after.clone_from(&known.after);
            atom.owner.clone_from(&known.owner);
            // Under its new name, nothing of the parent's may look like the leader.
            if atom.follows.is_none() {
                atom.follows.clone_from(&known.follows);
            }
        }
    }
    let mut planner = Planner {
        locks,
        old,
        past,
        new: atoms(to),
        users: BTreeMap::new(),
        going: BTreeSet::new(),
        coming: BTreeSet::new(),
        changing: BTreeMap::new(),
        waiting: BTreeSet::new(),
        before: Vec::new(),
        steps: Vec::new(),
    };
    planner.moved(&moved);
    let parts = planner.rename_parts();
    planner.count_users();
    planner.decide();
    planner.spread();
    planner.settle();
    planner.remove();
    // What is made anew comes under its new name at once.
    let stays = |key: &str| !planner.going.contains(key);
    let mut renamed = renames::steps(from, &renames, stays);
    renamed.extend(parts.into_iter().filter(|(key, _)| stays(key)).map(|(_, step)| step));
    planner.steps.extend(renamed);
    planner.create();
    let mut opening = planner.before;
    if planner.steps.is_empty() {
        let steps = vec![step("Add values".to_owned(), opening, Reverse::Statements(Vec::new()))];
        return Plan { steps, ..Plan::default() };
    }
    opening.extend(["BEGIN;".to_owned(), "SET LOCAL check_function_bodies = off;".to_owned()]);
    if locks == Locks::Short {
        opening.push(online::PATIENCE.to_owned());
    }
    Plan { opening, steps: planner.steps, closing: vec!["COMMIT;".to_owned()], ..Plan::default() }
}

struct Planner<'a> {
    locks: Locks,
    /// The old schema as it is, by new addresses.
    old: Atoms<'a>,
    /// The old schema as it is after the renames.
    past: Atoms<'a>,
    new: Atoms<'a>,
    /// Who needs what in the old schema.
    users: BTreeMap<String, Vec<String>>,
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
            match way(old, new, self.follows(key)) {
                Way::InPlace(statements) if statements.is_empty() => {}
                Way::InPlace(statements) => {
                    self.changing.insert(key.clone(), statements);
                }
                Way::Retyped(statements) => {
                    if let Some(table) = self.split_by(old) {
                        // The server changes no column that rows are divided by.
                        let key = address::table(&table.name);
                        self.going.insert(key.clone());
                        self.coming.insert(key);
                    }
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
        let nullable = |key: &String| {
            let column = key.strip_prefix("not null ").map(|rest| format!("column {rest}"));
            let column = column.and_then(|column| self.new.get(&column));
            column.is_none_or(|atom| matches!(atom.body, Body::Column(_, column) if column.nullable))
        };
        let kept: Vec<String> = self.going.iter().filter(|key| !nullable(key)).cloned().collect();
        self.going.retain(|key| !kept.contains(key));
        // A key that serves as a part of an index of the parent goes with that alone.
        let led = |key: &String| {
            let follows = self.past.get(key)?.follows.as_ref()?;
            let alone = key.starts_with("constraint ") && follows.leader.starts_with("index ");
            (alone && !self.going.contains(&follows.link)).then(|| follows.leader.clone())
        };
        let mut leaders: Vec<String> = self.going.iter().filter_map(led).collect();
        leaders.extend(self.going.iter().flat_map(|key| self.checks_again(key)));
        for leader in leaders {
            self.again(&leader);
        }
        let links: Vec<String> = self.coming.iter().filter(|key| key.starts_with("link ")).cloned().collect();
        for link in links {
            self.inherited_anew(&link);
        }
        self.decide_domains();
    }

    /// The check of the parent through which a table has one that shall no longer be known to hold.
    fn checks_again(&self, key: &str) -> Vec<String> {
        let setting = self.past.get(key).filter(|atom| matches!(atom.body, Body::Setting) && atom.remove.is_empty());
        let checks = setting.into_iter().flat_map(|atom| &atom.needs).filter_map(|need| self.past.get(need));
        checks.filter_map(|check| Some(check.follows.as_ref()?.leader.clone())).collect()
    }

    /// A domain gets no condition as long as arrays or composite types hold values of it.
    fn decide_domains(&mut self) {
        let parts = self
            .coming
            .iter()
            .filter(|key| key.starts_with("domain constraint ") || key.starts_with("domain not null "));
        let stricter = parts.filter_map(|key| self.new.get(key)?.owner.clone());
        let held = |domain: &String| {
            self.past.values().any(|atom| {
                atom.needs.contains(domain)
                    && match atom.body {
                        Body::Column(_, column) => column.data_type.sql.ends_with("[]"),
                        Body::Other(other) => other.kind == "composite type",
                        _ => false,
                    }
            })
        };
        let anew: Vec<String> = stricter.filter(|domain| self.past.contains_key(domain) && held(domain)).collect();
        for domain in anew {
            self.changing.remove(&domain);
            self.going.insert(domain.clone());
            self.coming.insert(domain);
        }
    }

    /// A table that is there already has its columns as its own when it becomes an heir; those that it shall only
    /// inherit come with a new table. A partition makes no such difference.
    fn inherited_anew(&mut self, link: &str) -> Option<String> {
        let Some(Body::Table(table)) = self.new.get(self.new.get(link)?.owner.as_ref()?).map(|atom| atom.body) else {
            return None;
        };
        let key = address::table(&table.name);
        let through = |atom: &Atom<'a>| {
            matches!(atom.body, Body::Column(..))
                && atom.follows.as_ref().is_some_and(|one| one.wholly && one.link == link)
        };
        let heir = table.options.contains_key("inherits") && self.past.contains_key(&key);
        if !heir || !self.new.values().any(through) {
            return None;
        }
        self.again(&key)
    }

    /// Whether the link between two tables is there before and after, and stays all the time.
    fn stays(&self, link: &str) -> bool {
        let same = |old: &Atom<'a>, new: &Atom<'a>| old.create == new.create;
        let both = self.past.get(link).zip(self.new.get(link)).is_some_and(|(old, new)| same(old, new));
        both && !self.going.contains(link)
    }

    /// Whether what happens to the leader happens to this.
    fn follows(&self, key: &str) -> bool {
        let followed = |atom: &Atom<'a>| atom.follows.as_ref().is_some_and(|follows| self.stays(&follows.link));
        self.past.get(key).is_some_and(followed) && self.new.get(key).is_none_or(followed)
    }

    /// The table, when this is a column by which its rows are divided.
    fn split_by(&self, atom: &Atom<'a>) -> Option<&'a Table> {
        let Body::Column(table, column) = atom.body else { return None };
        table.options.get("partition by").filter(|key| mentions(key, &column.name)).map(|_| table)
    }

    fn users(&self, key: &str) -> Vec<String> {
        self.users.get(key).cloned().unwrap_or_default()
    }

    fn count_users(&mut self) {
        for (user, atom) in &self.past {
            for need in &atom.needs {
                self.users.entry(need.clone()).or_default().push(user.clone());
            }
        }
    }

    /// What needs something that goes goes, too, and comes back when it is wanted.
    fn spread(&mut self) {
        let mut open: Vec<String> = self.going.iter().cloned().collect();
        while let Some(key) = open.pop() {
            for user in self.users(&key) {
                if self.going.contains(&user) || self.waiting.contains(&user) || self.parted(&user, &key) {
                    continue;
                }
                let is_type = self.is_type(&key);
                match self.old.get(&user) {
                    Some(atom) if is_type => {
                        if let Some(table) = self.split_by(atom) {
                            open.extend(self.again(&address::table(&table.name)));
                            continue;
                        }
                        if matches!(atom.body, Body::Column(_, column) if column.generated.is_none()) {
                            self.waiting.insert(user.clone());
                            open.extend(self.retype(&user));
                            continue;
                        }
                    }
                    // A partitioned table needs the columns of its key, which never go before it does.
                    Some(atom) if matches!(atom.body, Body::Table(_)) && key.starts_with("column ") => continue,
                    _ => {}
                }
                open.extend(self.again(&user));
                if user.starts_with("link ") {
                    open.extend(self.inherited_anew(&user));
                }
            }
        }
    }

    /// Whether columns of the old schema may be of it, or of a type that it brings.
    fn is_type(&self, key: &str) -> bool {
        key.starts_with("extension ") || self.old.get(key).is_some_and(|atom| atom.body.is_type())
    }

    /// Whether `user` only follows `key`, and parts from it before that goes.
    fn parted(&self, user: &str, key: &str) -> bool {
        let Some(follows) = self.past.get(user).and_then(|atom| atom.follows.as_ref()) else { return false };
        let of_parent = |need: &String| need.starts_with("table ") && self.going.contains(need);
        let link = self.past.get(&follows.link);
        follows.leader == key
            && (self.going.contains(&follows.link) || link.is_some_and(|link| link.needs.iter().any(of_parent)))
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
                // The server makes them anew from what it prints.
                Body::Constraint | Body::Index => !atom.is_reworded(),
                Body::Other(other) => {
                    matches!(other.kind.as_str(), "statistics" | "comment" | "grant" | "revoke" | "sequence owner")
                }
                Body::Table(_) | Body::Link | Body::Identity(..) | Body::Setting | Body::Parameters(_) | Body::Rows => {
                    true
                }
            });
            if !survives && !self.going.contains(&user) {
                more.extend(self.again(&user));
            }
        }
        more
    }

    /// Looks again at what follows a parent, now that it is known which links stay.
    fn settle(&mut self) {
        let both = |key: &&String| !self.going.contains(*key) && !self.coming.contains(*key);
        let mut anew: Vec<(String, Vec<String>)> = Vec::new();
        for (key, new) in self.new.iter().filter(|(key, _)| both(key)) {
            let Some(old) = self.past.get(key) else { continue };
            match new.body {
                Body::Column(table, column)
                    if (old.follows.is_some() || new.follows.is_some()) && !self.follows(key) =>
                {
                    let (mut statements, retyped) = match way(old, new, false) {
                        Way::InPlace(statements) => (statements, false),
                        Way::Retyped(statements) => (statements, true),
                        Way::Before(_) | Way::Anew => continue,
                    };
                    // A default that was the parent's is the table's own now, or the other way round.
                    let default = format!("default {}", key.trim_start_matches("column "));
                    let alter = format!("ALTER TABLE {} ALTER COLUMN {}", path(&table.name), quoted(&column.name));
                    let Body::Column(_, past) = old.body else { continue };
                    let own = self.past.contains_key(&default);
                    let drops = retyped && past.default.is_some() && !own;
                    if drops {
                        statements.insert(0, format!("{alter} DROP DEFAULT;"));
                    }
                    if (past.default != column.default || own || drops) && !self.new.contains_key(&default) {
                        statements.push(match &column.default {
                            Some(value) => format!("{alter} SET DEFAULT {};", default_value(column, value)),
                            None => format!("{alter} DROP DEFAULT;"),
                        });
                    }
                    if !statements.is_empty() {
                        anew.push((key.clone(), statements));
                    }
                }
                Body::Default(_) => {
                    let touched = |key: &String| {
                        self.going.contains(key) || self.coming.contains(key) || self.changing.contains_key(key)
                    };
                    if new.after.iter().any(|leader| leader.starts_with("default ") && touched(leader)) {
                        anew.push((key.clone(), new.create.clone()));
                    }
                }
                _ => {}
            }
        }
        self.changing.extend(anew);
    }
}

fn step(purpose: String, statements: Vec<String>, reverse: Reverse) -> Step {
    Step { purpose, notes: Vec::new(), outside: false, statements, reverse }
}
