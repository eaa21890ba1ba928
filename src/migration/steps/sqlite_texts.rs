//! Questions of order and of names that the SQLite planner asks: who uses whom, what may be renamed when, which name
//! is free.

use std::collections::BTreeSet;

use crate::diff::Change;
use crate::schema::lexer::{TokenKind, tokens};
use crate::schema::{ObjectName, Schema, Table, Trigger, View};

/// Views and triggers that the plan takes down and puts up, each list in the order of creation.
#[derive(Debug, Default)]
pub(super) struct Dependents {
    pub dropped_views: Vec<View>,
    pub dropped_triggers: Vec<Trigger>,
    pub created_views: Vec<View>,
    pub created_triggers: Vec<Trigger>,
}

/// `tables` are altered in a way that SQLite checks against every view and trigger; the triggers of
/// `gone_with_table` go when their table is made anew.
pub(super) fn dependents(
    from: &Schema,
    to: &Schema,
    changes: &[Change],
    tables: Vec<ObjectName>,
    gone_with_table: &[ObjectName],
) -> Dependents {
    let mut used: BTreeSet<String> = tables.iter().map(|name| name.name.to_ascii_lowercase()).collect();
    let mut views: BTreeSet<&ObjectName> = BTreeSet::new();
    let mut triggers: BTreeSet<&str> = BTreeSet::new();
    for change in changes {
        match change {
            Change::ViewRemoved { view } | Change::ViewAdded { view } | Change::ViewModified { to: view, .. } => {
                views.insert(&view.name);
            }
            Change::TriggerRemoved { trigger } | Change::TriggerAdded { trigger } => {
                triggers.insert(&trigger.name);
            }
            Change::TriggerModified { to, .. } => {
                triggers.insert(&to.name);
            }
            _ => {}
        }
    }
    // A view that is taken down takes the views along that stand on it only if those are altered too; SQLite does not
    // look at them before they are used. The closure is needed for the checks of ALTER alone.
    loop {
        let before = views.len();
        for view in from.views.iter().chain(&to.views) {
            if !views.contains(&view.name) && names_any(&view.definition, &used) {
                views.insert(&view.name);
                used.insert(view.name.name.to_ascii_lowercase());
            }
        }
        if views.len() == before {
            break;
        }
    }
    let down: BTreeSet<String> = views.iter().map(|name| name.name.to_ascii_lowercase()).collect();
    let gone: BTreeSet<String> = gone_with_table.iter().map(|name| name.name.to_ascii_lowercase()).collect();
    for trigger in from.triggers.iter().chain(&to.triggers) {
        let on = trigger.table.name.to_ascii_lowercase();
        if down.contains(&on) || gone.contains(&on) || names_any(&trigger.definition, &used) {
            triggers.insert(&trigger.name);
        }
    }
    let removed_tables: BTreeSet<String> = changes
        .iter()
        .filter_map(|change| match change {
            Change::TableRemoved { table } => Some(table.name.name.to_ascii_lowercase()),
            _ => None,
        })
        .collect();
    let pick_views = |schema: &Schema| -> Vec<View> {
        let picked: Vec<View> = schema.views.iter().filter(|view| views.contains(&view.name)).cloned().collect();
        standing_on_others_last(picked)
    };
    let pick_triggers = |schema: &Schema| -> Vec<Trigger> {
        schema.triggers.iter().filter(|trigger| triggers.contains(trigger.name.as_str())).cloned().collect()
    };
    let mut dropped_triggers = pick_triggers(from);
    dropped_triggers.retain(|trigger| !removed_tables.contains(&trigger.table.name.to_ascii_lowercase()));
    Dependents {
        dropped_views: pick_views(from),
        dropped_triggers,
        created_views: pick_views(to),
        created_triggers: pick_triggers(to),
    }
}

fn names_any(definition: &str, names: &BTreeSet<String>) -> bool {
    tokens(definition).iter().any(|token| {
        matches!(token.kind, TokenKind::Word | TokenKind::Quoted)
            && names.contains(&token.unquoted().to_ascii_lowercase())
    })
}

fn standing_on_others_last(mut views: Vec<View>) -> Vec<View> {
    let mut ordered: Vec<View> = Vec::new();
    while !views.is_empty() {
        let waiting: BTreeSet<String> = views.iter().map(|view| view.name.name.to_ascii_lowercase()).collect();
        let free = |view: &View| {
            let mut others = waiting.clone();
            others.remove(&view.name.name.to_ascii_lowercase());
            !names_any(&view.definition, &others)
        };
        let (mut ready, rest): (Vec<View>, Vec<View>) = views.into_iter().partition(free);
        views = rest;
        if ready.is_empty() {
            // A name is shared with a column, or the views are circular; any order will do.
            ordered.append(&mut views);
        }
        ordered.append(&mut ready);
    }
    ordered
}

/// Referenced tables before those that refer to them; circles in the given order.
pub(super) fn parents_first<'a>(tables: &[&'a Table]) -> Vec<&'a Table> {
    let mut waiting: Vec<&Table> = tables.to_vec();
    let mut ordered: Vec<&'a Table> = Vec::new();
    while !waiting.is_empty() {
        let free = |table: &&Table| {
            table.foreign_keys.iter().all(|key| {
                let target = &key.referenced_table.name;
                target.eq_ignore_ascii_case(&table.name.name)
                    || !waiting.iter().any(|other| other.name.name.eq_ignore_ascii_case(target))
            })
        };
        let (ready, rest): (Vec<&Table>, Vec<&Table>) = waiting.iter().copied().partition(free);
        if ready.is_empty() {
            ordered.extend(rest);
            break;
        }
        ordered.extend(ready);
        waiting = rest;
    }
    ordered
}

/// An order of single renames that never meets a taken name. `names` are all names that are in use at the start.
pub(super) fn rename_order(
    wanted: &[(String, String)],
    mut names: Vec<String>,
    passing: impl Fn(&str) -> String,
) -> Vec<(String, String)> {
    let mut waiting: Vec<(String, String)> = wanted.to_vec();
    let mut steps = Vec::new();
    while !waiting.is_empty() {
        let free = waiting.iter().position(|(_, to)| !names.iter().any(|name| name.eq_ignore_ascii_case(to)));
        let step = match free {
            Some(place) => waiting.remove(place),
            None => {
                let Some((from, _)) = waiting.first_mut() else { break };
                let step = (from.clone(), passing(from));
                from.clone_from(&step.1);
                step
            }
        };
        names.retain(|name| *name != step.0);
        names.push(step.1.clone());
        steps.push(step);
    }
    steps
}

/// A name for a table that no object of either schema has.
pub(super) fn free_name(from: &Schema, to: &Schema, wish: &str) -> String {
    free(wish, |candidate| {
        [from, to].iter().any(|schema| {
            let tables = schema.tables.iter().map(|table| &table.name.name);
            let indexes = schema.tables.iter().flat_map(|table| &table.indexes).map(|index| &index.name);
            let views = schema.views.iter().map(|view| &view.name.name);
            let others = schema.others.iter().map(|other| &other.name.name);
            tables.chain(indexes).chain(views).chain(others).any(|name| name.eq_ignore_ascii_case(candidate))
        })
    })
}

/// The tables, with their columns, that are there before, during and after: those of both schemas.
pub(super) fn lasting(past: &Schema, to: &Schema) -> Schema {
    let mut tables = past.tables.clone();
    tables.retain_mut(|table| {
        let Some(new) = to.tables.iter().find(|new| new.name == table.name) else { return false };
        table.columns.retain(|column| new.column(&column.name).is_some());
        true
    });
    Schema { tables, ..Schema::empty(to.dialect) }
}

/// `wish`, or the first of `wish_2`, `wish_3` … that is not taken.
pub(super) fn free(wish: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(wish) {
        return wish.to_owned();
    }
    (2_u32..).map(|count| format!("{wish}_{count}")).find(|candidate| !taken(candidate)).unwrap_or_default()
}
