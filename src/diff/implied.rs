//! Changes that go without saying, because another says it: what a table brings along and takes with it.

use std::collections::BTreeSet;

use super::change::Change;
use crate::schema::{Other, Schema, address};

/// Whether each change is said by another: a sequence that hands out the keys of a table comes and goes with it.
///
/// A migration has to make them all the same; this is for those who read.
pub fn implied(changes: &[&Change], before: &Schema, after: &Schema) -> Vec<bool> {
    let tables = |schema: &Schema, found: fn(&Change) -> Option<String>| {
        let whole: BTreeSet<String> = changes.iter().filter_map(|change| found(change)).collect();
        // The owner of a sequence needs both: the column tells the table.
        let owned = schema.others.iter().filter(|object| object.kind == OWNER).filter(|owner| {
            let needs = schema.dependencies.get(&address::other(owner));
            needs.into_iter().flatten().any(|need| {
                let is_of = |table: &String| {
                    let member = table.strip_prefix("table ").unwrap_or(table);
                    need == table || need.strip_prefix("column ").is_some_and(|column| is_member(column, member))
                };
                whole.iter().any(is_of)
            })
        });
        owned.map(|owner| owner.name.to_string()).collect::<BTreeSet<String>>()
    };
    let come = tables(after, |change| match change {
        Change::TableAdded { table } => Some(address::table(&table.name)),
        _ => None,
    });
    let gone = tables(before, |change| match change {
        Change::TableRemoved { table } => Some(address::table(&table.name)),
        _ => None,
    });
    let is_sequence = |object: &Other| object.kind == SEQUENCE || object.kind == OWNER;
    changes
        .iter()
        .map(|change| match change {
            Change::ObjectAdded { object } => is_sequence(object) && come.contains(&object.name.to_string()),
            Change::ObjectRemoved { object } => is_sequence(object) && gone.contains(&object.name.to_string()),
            _ => false,
        })
        .collect()
}

const SEQUENCE: &str = "sequence";
const OWNER: &str = "sequence owner";

fn is_member(column: &str, table: &str) -> bool {
    column.strip_prefix(table).is_some_and(|rest| rest.starts_with('.'))
}
