//! `foreign-key-cycle`: tables point at each other in a circle.

use crate::diff::{Change, SchemaChange, Severity};
use crate::hazard::rule::{ANY, Look};
use crate::hazard::{Confidence, Context, Rule, Warning};

/// A foreign key that closes a circle of required keys.
pub const RULE: Rule = Rule {
    id: "foreign-key-cycle",
    aliases: &[("planetscale", "FOREIGN_KEYS_CIRCULAR_DEPENDENCY")],
    looks: &[Look::Change(by_change)],
    ..ANY
};

fn by_change(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let (table, key) = match &change.change {
        Change::RelationshipAdded { table, foreign_key } => (table, foreign_key),
        _ => return None,
    };
    // A row that points at its own table is a tree, and no circle.
    if &key.referenced_table == table {
        return None;
    }
    let mut seen = vec![&key.referenced_table];
    let mut at = 0;
    while let Some(name) = seen.get(at).copied() {
        at += 1;
        for next in context.to.table(name).into_iter().flat_map(|table| &table.foreign_keys) {
            if !seen.contains(&&next.referenced_table) {
                seen.push(&next.referenced_table);
            }
        }
    }
    if !seen.contains(&table) {
        return None;
    }
    let text = format!(
        "{table} points at {}, from which keys lead back to {table}: rows of these tables cannot be inserted, dumped or \
         deleted in any order without leaving a key empty or unchecked for a while.",
        key.referenced_table
    );
    let advice = format!(
        "Let {table}.{} be NULL, or make the key DEFERRABLE INITIALLY DEFERRED, or leave one of the keys out.",
        key.columns.join(", ")
    );
    Some(Warning::new(Severity::Low, Confidence::High, text).advise(advice).on(table).about(key.columns.join(", ")))
}
