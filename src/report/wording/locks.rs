//! What statements did to tables that others use.

use std::collections::BTreeMap;

use super::head::{Mark, Row};
use super::sentence::Sentence;
use super::{count, list, seconds, thousands};
use crate::report::facts::{Facts, Lock, TableTouched};
use crate::schema::{Dialect, ObjectName};

/// What a whole migration did to a table.
#[derive(Default)]
struct Locked<'a> {
    lock: Option<Lock>,
    way: Option<&'a str>,
    held: f64,
    held_when_empty: Option<f64>,
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
            if touched.held >= locked.held {
                (locked.held, locked.held_when_empty) = (touched.held, touched.held_when_empty);
            }
            if touched.lock >= locked.lock {
                (locked.lock, locked.way) = (touched.lock, touched.way.as_deref());
            }
            locked.grows |= touched.grows;
        }
    }
    if facts.dialect == Dialect::Sqlite {
        return written_anew(&tables);
    }
    tables.retain(|_, locked| locked.lock.is_some());
    // A lock whose time grows is worse than one that is stronger.
    let gravity = |locked: &Locked<'_>| (locked.grows, locked.rewritten, locked.lock);
    let (table, gravest) = tables
        .iter()
        .max_by(|(_, one), (_, other)| gravity(one).cmp(&gravity(other)).then(one.held.total_cmp(&other.held)))?;
    let rows = rehearsal.tables.iter().find(|rows| rows.table == **table).and_then(|rows| rows.before);
    let lock = gravest.way.unwrap_or(words(gravest.lock));
    let mut text = Sentence::new().code(table.to_string()).text(": ").strong(lock);
    text = text.text(format!(" for {}", seconds(gravest.held)));
    if let Some(rows) = rows {
        text = text.text(format!(" with {} rows", thousands(rows)));
        if let Some(empty) = gravest.held_when_empty {
            text = text.text(format!(" and {} with none", seconds(empty)));
        }
    }
    if gravest.rewritten {
        text = text.text(", writes the table anew");
    }
    text = text.text(if gravest.grows { ", grows with the rows" } else { ", whatever its size" });
    if let Some(many) = rows.and_then(|rows| at_a_million(gravest, rows)) {
        text = text.text(format!(": at this rate {many} with 1,000,000"));
    }
    if tables.len() > 1 {
        text = text.text(format!("; and on {}", count(tables.len() - 1, "more table", "more tables")));
    }
    let mark = if tables.values().any(|locked| locked.grows) { Mark::Attention } else { Mark::Good };
    Some(Row { label: "Locks", mark, text: text.text(" ").aside("measured") })
}

/// The time for a million rows, where what was measured says more than the clock's own noise.
fn at_a_million(locked: &Locked<'_>, rows: u64) -> Option<String> {
    let more = locked.held - locked.held_when_empty?;
    (locked.grows && rows >= 100 && more > 0.000_5)
        .then(|| seconds(locked.held_when_empty.unwrap_or_default() + more / rows as f64 * 1_000_000.0))
}

/// SQLite locks the whole database for whoever writes: what counts is how much is written.
fn written_anew(tables: &BTreeMap<&ObjectName, Locked<'_>>) -> Option<Row> {
    let anew: Vec<Sentence> = (tables.iter().filter(|(_, locked)| locked.rewritten))
        .map(|(table, _)| Sentence::new().code(table.to_string()))
        .collect();
    let verb = if anew.len() == 1 { "is" } else { "are" };
    (!anew.is_empty()).then(|| Row {
        label: "Locks",
        mark: Mark::Attention,
        text: list(anew)
            .text(format!(" {verb} written anew, row by row; nobody else writes the database meanwhile "))
            .aside("measured"),
    })
}

/// What one statement did to one table, if that is worth a line.
pub fn told(touched: &TableTouched) -> Option<Sentence> {
    let mut text = Sentence::new().code(touched.table.to_string()).text(": ");
    let mut parts = Vec::new();
    if touched.lock.is_some_and(|lock| lock > Lock::RowExclusive) {
        let empty = touched.held_when_empty.map(|held| format!(" ({} on empty tables)", seconds(held)));
        let lock = touched.way.as_deref().unwrap_or(words(touched.lock));
        parts.push(format!("{lock} for {}{}", seconds(touched.held), empty.unwrap_or_default()));
    } else if let Some(way) = &touched.way {
        parts.push(way.clone());
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
