//! What goes, users before what they use.

use std::collections::{BTreeMap, BTreeSet};

use super::atom::Body;
use super::{Planner, order, step};
use crate::migration::plan::Reverse;
use crate::migration::render::postgres::{list, path, quoted};
use crate::migration::{Locks, Save};
use crate::schema::Dialect;

impl Planner<'_> {
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
    /// tables may refer to each other or partitions have it from this one, and so is what uses something that needs the
    /// whole in its turn.
    fn silent(&self) -> BTreeMap<String, String> {
        let leaders: BTreeSet<&str> = self.going.iter().filter_map(|key| self.leader_of_key(key)).collect();
        // The server drops no partition that a foreign key, by way of the whole table, refers to.
        let keys = self.old.iter().filter(|(key, atom)| {
            matches!(atom.body, Body::ForeignKey) && !atom.after.is_empty() && !self.going.contains(*key)
        });
        let held: BTreeSet<&str> = keys.flat_map(|(_, atom)| &atom.after).map(String::as_str).collect();
        let silent = self.going.iter().filter_map(|key| {
            let root = self.root(key);
            let atom = self.old.get(key).filter(|_| root != key)?;
            let own = |need: &str| !self.going.contains(need) || self.root(need) == root;
            let fits = match atom.body {
                Body::Link if held.contains(root) => false,
                Body::ForeignKey => !leaders.contains(key.as_str()) && atom.needs.iter().all(|need| own(need)),
                _ => !atom.needs.iter().any(|need| !own(need) && self.leads_back(need, root)),
            };
            fits.then(|| (key.clone(), root.to_owned()))
        });
        silent.collect()
    }

    /// The foreign key that a partition, which goes, has this one from. The server lets only that one be taken away.
    fn leader_of_key(&self, key: &str) -> Option<&str> {
        let atom = self.old.get(key).filter(|atom| matches!(atom.body, Body::ForeignKey))?;
        let follows = self.past.get(key)?.follows.as_ref()?;
        let goes = |key: &String| self.going.contains(key);
        (goes(&follows.leader) && atom.owner.as_ref().is_some_and(goes)).then_some(follows.leader.as_str())
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

    /// Where its end has its statement: its own, that of the whole, or that of what it follows.
    fn place(&self, silent: &BTreeMap<String, String>, key: &str) -> String {
        let mut at = key;
        for _ in 0..8 {
            let leader = || {
                let follows = self.past.get(at)?.follows.as_ref()?;
                let goes = self.going.contains(&follows.leader) && (follows.wholly || follows.name.is_some());
                let led = goes || self.waiting.contains(&follows.leader);
                (led && self.stays(&follows.link)).then_some(follows.leader.as_str())
            };
            match silent.get(at).map(String::as_str).or_else(leader).or_else(|| self.leader_of_key(at)) {
                Some(next) => at = next,
                None => break,
            }
        }
        at.to_owned()
    }

    /// Columns that go and are there on their own when those of their parents have gone, each with that of its parent.
    fn columns_left(&self) -> impl Iterator<Item = (&String, &String)> {
        self.going.iter().filter_map(|key| {
            let follows = self.past.get(key)?.follows.as_ref()?;
            let left = key.starts_with("column ") && !follows.wholly && self.stays(&follows.link);
            (left && self.going.contains(&follows.leader)).then_some((key, &follows.leader))
        })
    }

    pub(super) fn remove(&mut self) {
        let silent = self.silent();
        let place = |key: &'_ String| self.place(&silent, key);
        let mut all: BTreeMap<String, (u8, BTreeSet<String>)> = BTreeMap::new();
        for (key, atom) in &self.old {
            if self.going.contains(key) || self.waiting.contains(key) {
                let at = place(key);
                let entry = all.entry(at.clone()).or_default();
                entry.0 = self.old.get(&at).map_or(0, |atom| self.late(&at, atom));
                entry.1.extend(atom.needs.iter().chain(&atom.after).map(place).filter(|need| *need != at));
            }
        }
        for (own, leader) in self.columns_left() {
            let leader = place(leader);
            if let Some((_, needs)) = all.get_mut(own) {
                needs.remove(&leader);
            }
            if let Some((_, needs)) = all.get_mut(&leader) {
                needs.insert(own.clone());
            }
        }
        let needs: BTreeMap<&str, (u8, BTreeSet<&str>)> = all
            .iter()
            .map(|(key, (rank, needs))| (key.as_str(), (*rank, needs.iter().map(String::as_str).collect())))
            .collect();
        let mut steps = Vec::new();
        let mut keep = self.keep_rows();
        let kept = self.kept();
        let holds = !keep.is_empty();
        for key in order::sorted(&needs).into_iter().rev() {
            let Some(atom) = self.old.get(&key) else { continue };
            let led = self.past.get(&key).and_then(|atom| atom.follows.as_ref());
            if led.is_some_and(|follows| (follows.wholly || follows.name.is_some()) && self.stays(&follows.link)) {
                // The server lets it go under no other condition; an index of a partition gets another name later.
                continue;
            }
            if self.locks == Locks::Plain || matches!(atom.body, Body::Table(_) | Body::Column(..) | Body::Link) {
                steps.append(&mut keep);
            }
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
                Body::Table(table) if kept.contains(&key) || table.options.contains_key("partition by") => {
                    // The rows of a divided table are those of its partitions.
                    Reverse::Statements(Vec::new())
                }
                Body::Table(table) => {
                    let rows = format!("TABLE {}", path(&table.name));
                    let save_first = Save::new(Dialect::Postgres, &table.name.name, &[], rows);
                    Reverse::Irreversible { why: format!("the rows of `{}`", table.name), save_first }
                }
                Body::Column(table, column) if column.generated.is_none() => {
                    let keys = table.primary_key.as_ref().map(|key| &key.columns);
                    let mut names: Vec<String> =
                        keys.into_iter().flatten().filter(|name| **name != column.name).cloned().collect();
                    names.push(column.name.clone());
                    let values = format!("SELECT {} FROM {}", list(&names), path(&table.name));
                    let lost = std::slice::from_ref(&column.name);
                    let save_first = Save::new(Dialect::Postgres, &table.name.name, lost, values);
                    Reverse::Irreversible { why: format!("the values of `{}.{}`", table.name, column.name), save_first }
                }
                _ => Reverse::Statements(atom.create.clone()),
            };
            let whole = step(format!("Remove {key}"), atom.remove.clone(), reverse);
            steps.extend(self.in_short(&key, atom, whole, holds && keep.is_empty()));
        }
        steps.append(&mut keep);
        self.steps.extend(steps);
    }
}
