//! What statements did to tables that others use.

use std::collections::BTreeMap;

use super::head::{Mark, Row};
use super::sentence::Sentence;
use super::{count, seconds, thousands};
use crate::report::facts::{Facts, Lock, TableTouched};
use crate::schema::ObjectName;

/// What a whole migration did to a table.
#[derive(Default)]
struct Locked {
    lock: Option<Lock>,
    held: f64,
    rewritten: bool,
    grows: bool,
}

/// The line under the verdict: the gravest lock that an application has to wait for.
pub fn row(facts: &Facts) -> Option<Row> {
    let rehearsal = facts.rehearsal.as_ref()?;
    let mut tables: BTreeMap<&ObjectName, Locked> = BTreeMap::new();
    let statements = rehearsal.revisions.iter().flat_map(|revision| &revision.statements);
    for touched in statements.flat_map(|statement| &statement.touched) {
        let locked = tables.entry(&touched.table).or_default();
        locked.rewritten |= touched.rewritten;
        if touched.lock.is_some_and(Lock::blocks) {
            locked.lock = locked.lock.max(touched.lock);
            locked.held = locked.held.max(touched.held);
            locked.grows |= touched.grows;
        }
    }
    tables.retain(|_, locked| locked.lock.is_some());
    // A lock whose time grows is worse than one that is stronger.
    let gravity = |locked: &Locked| (locked.grows, locked.rewritten, locked.lock);
    let (table, gravest) = tables
        .iter()
        .max_by(|(_, one), (_, other)| gravity(one).cmp(&gravity(other)).then(one.held.total_cmp(&other.held)))?;
    let rows = rehearsal.tables.iter().find(|rows| rows.table == **table).and_then(|rows| rows.before);
    let mut text = Sentence::new().code(table.to_string()).text(": ").strong(words(gravest.lock));
    text = text.text(format!(" for {}", seconds(gravest.held)));
    if let Some(rows) = rows {
        text = text.text(format!(" with {} rows", thousands(rows)));
    }
    if gravest.rewritten {
        text = text.text(", writes the table anew");
    }
    text = text.text(if gravest.grows { ", grows with the rows" } else { ", whatever its size" });
    if tables.len() > 1 {
        text = text.text(format!("; and on {}", count(tables.len() - 1, "more table", "more tables")));
    }
    let mark = if tables.values().any(|locked| locked.grows) { Mark::Attention } else { Mark::Good };
    Some(Row { label: "Locks", mark, text: text.text(" ").aside("measured") })
}

/// What one statement did to one table, if that is worth a line.
pub fn told(touched: &TableTouched) -> Option<Sentence> {
    let mut text = Sentence::new().code(touched.table.to_string()).text(": ");
    let mut parts = Vec::new();
    if touched.lock.is_some_and(|lock| lock > Lock::RowExclusive) {
        let empty = touched.held_when_empty.map(|held| format!(" ({} on empty tables)", seconds(held)));
        parts.push(format!("{} for {}{}", words(touched.lock), seconds(touched.held), empty.unwrap_or_default()));
    }
    if touched.rows_read > 0 {
        parts.push(format!("{} rows read", thousands(touched.rows_read)));
    }
    if touched.rewritten {
        parts.push("written anew".to_owned());
    }
    if parts.is_empty() {
        return None;
    }
    text = text.text(parts.join(", "));
    Some(if touched.grows { text.text("; grows with the rows") } else { text })
}

fn words(lock: Option<Lock>) -> &'static str {
    lock.map_or("no lock", Lock::as_str)
}
