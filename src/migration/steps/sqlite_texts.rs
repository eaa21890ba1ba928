//! Questions of order and of names that the SQLite planner asks: who uses whom, what may be renamed when, which name
//! is free.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::diff::Change;
use crate::schema::lexer::{TokenKind, tokens};
use crate::schema::{Lookup, ObjectName, Schema, Table, Trigger, View};

/// Views and triggers that the plan takes down and puts up, each list in the order of creation.
#[derive(Debug, Default)]
pub(super) struct Dependents {
    pub dropped_views: Vec<View>,
    pub dropped_triggers: Vec<Trigger>,
    pub created_views: Vec<View>,
    pub created_triggers: Vec<Trigger>,
}

/// `altered` tables change in a way that SQLite checks against every view and trigger; the triggers of
/// `gone_with_table` go when their table is made anew.
pub(super) fn dependents(
    from: &Schema,
    to: &Schema,
    changes: &[Change],
    altered: &[ObjectName],
    gone_with_table: &[ObjectName],
) -> Dependents {
    let mut used: BTreeSet<String> = altered.iter().map(folded).collect();
    let mut views: BTreeSet<&ObjectName> = BTreeSet::new();
    let mut triggers: BTreeSet<&str> = BTreeSet::new();
    let mut removed_tables: BTreeSet<String> = BTreeSet::new();
    let mut coming: Vec<String> = Vec::new();
    for change in changes {
        match change {
            Change::ViewRemoved { view } | Change::ViewAdded { view } | Change::ViewModified { to: view, .. } => {
                views.insert(&view.name);
                coming.push(folded(&view.name));
            }
            Change::TriggerRemoved { trigger } | Change::TriggerAdded { trigger } => {
                triggers.insert(&trigger.name);
            }
            Change::TriggerModified { to, .. } => {
                triggers.insert(&to.name);
            }
            Change::TableRemoved { table } => {
                removed_tables.insert(folded(&table.name));
                coming.push(folded(&table.name));
            }
            Change::TableAdded { table } => coming.push(folded(&table.name)),
            _ => {}
        }
    }
    // SQLite refuses to alter a table while any view or trigger names something that is not there at that moment.
    if !used.is_empty() {
        used.extend(coming);
    }
    let all: Vec<(&View, HashSet<String>)> =
        from.views.iter().chain(&to.views).map(|view| (view, names_in(&view.definition))).collect();
    let mut users: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, (_, names)) in all.iter().enumerate() {
        names.iter().for_each(|name| users.entry(name).or_default().push(place));
    }
    let mut waiting: Vec<String> = used.iter().cloned().collect();
    while let Some(name) = waiting.pop() {
        for (view, _) in users.get(name.as_str()).into_iter().flatten().filter_map(|place| all.get(*place)) {
            views.insert(&view.name);
            let name = folded(&view.name);
            if used.insert(name.clone()) {
                waiting.push(name);
            }
        }
    }
    let down: BTreeSet<String> = views.iter().copied().map(folded).collect();
    let gone: BTreeSet<String> = gone_with_table.iter().map(folded).collect();
    for trigger in from.triggers.iter().chain(&to.triggers) {
        let on = folded(&trigger.table);
        let uses = || !used.is_empty() && names_in(&trigger.definition).iter().any(|name| used.contains(name));
        if down.contains(&on) || gone.contains(&on) || uses() {
            triggers.insert(&trigger.name);
        }
    }
    let pick_views = |schema: &Schema| -> Vec<View> {
        standing_on_others_last(schema.views.iter().filter(|view| views.contains(&view.name)).collect())
    };
    let pick_triggers = |schema: &Schema| -> Vec<Trigger> {
        schema.triggers.iter().filter(|trigger| triggers.contains(trigger.name.as_str())).cloned().collect()
    };
    let mut dropped_triggers = pick_triggers(from);
    dropped_triggers.retain(|trigger| !removed_tables.contains(&folded(&trigger.table)));
    Dependents {
        dropped_views: pick_views(from),
        dropped_triggers,
        created_views: pick_views(to),
        created_triggers: pick_triggers(to),
    }
}

fn folded(name: &ObjectName) -> String {
    name.name.to_ascii_lowercase()
}

/// Every name in a definition, in lower case. Some authors put names into single quotes, which SQLite takes.
fn names_in(definition: &str) -> HashSet<String> {
    let name = |kind| matches!(kind, TokenKind::Word | TokenKind::Quoted | TokenKind::Text);
    tokens(definition)
        .iter()
        .filter(|token| name(token.kind))
        .map(|token| token.unquoted().to_ascii_lowercase())
        .collect()
}

fn standing_on_others_last(views: Vec<&View>) -> Vec<View> {
    let names: Vec<String> = views.iter().map(|view| folded(&view.name)).collect();
    let needs: Vec<HashSet<String>> = views.iter().map(|view| names_in(&view.definition)).collect();
    ordered(&names, &needs).into_iter().filter_map(|place| views.get(place).copied().cloned()).collect()
}

/// Referenced tables before those that refer to them; circles in the given order.
pub(super) fn parents_first<'a>(tables: &[&'a Table]) -> Vec<&'a Table> {
    let names: Vec<String> = tables.iter().map(|table| folded(&table.name)).collect();
    let target = |table: &&Table| table.foreign_keys.iter().map(|key| folded(&key.referenced_table)).collect();
    let needs: Vec<HashSet<String>> = tables.iter().map(target).collect();
    ordered(&names, &needs).into_iter().filter_map(|place| tables.get(place).copied()).collect()
}

/// The places of objects so that each comes after those that it needs, in rounds; what is in a circle, or stands on
/// one, comes last in the given order. A name that is none of the objects' is no need.
fn ordered(names: &[String], needs: &[HashSet<String>]) -> Vec<usize> {
    let places: HashMap<&str, usize> = names.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
    let mut open: Vec<usize> = vec![0; names.len()];
    let mut needed_by: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, needs) in needs.iter().enumerate() {
        for need in needs.iter().filter_map(|name| places.get(name.as_str())).filter(|need| **need != place) {
            needed_by.entry(*need).or_default().push(place);
            open.iter_mut().skip(place).take(1).for_each(|open| *open += 1);
        }
    }
    let mut order = Vec::with_capacity(names.len());
    let mut round: Vec<usize> = (0..names.len()).filter(|place| open.get(*place) == Some(&0)).collect();
    while !round.is_empty() {
        let mut next = Vec::new();
        for user in round.iter().flat_map(|place| needed_by.get(place).into_iter().flatten()) {
            if let Some(open) = open.get_mut(*user) {
                *open -= 1;
                if *open == 0 {
                    next.push(*user);
                }
            }
        }
        next.sort_unstable();
        order.append(&mut round);
        round = next;
    }
    let done: HashSet<usize> = order.iter().copied().collect();
    order.extend((0..names.len()).filter(|place| !done.contains(place)));
    order
}

/// What is there before, during and after.
pub(super) struct Lasting<'a> {
    /// The old side under the new names.
    pub past: &'a Lookup<'a>,
    pub to: &'a Lookup<'a>,
}

impl<'a> Lasting<'a> {
    /// The table of this name, if it and its column are there all the time.
    pub(super) fn table(&self, name: &ObjectName, column: &str) -> Option<&'a Table> {
        let (old, new) = (self.past.table(name)?, self.to.table(name)?);
        (old.column(column).is_some() && new.column(column).is_some()).then_some(old)
    }
}
