//! Makes a table anew, since SQLite alters hardly anything in place.
//!
//! The order is SQLite's own advice for changes that ALTER TABLE does not know, and each part of it matters:
//!
//! 1. Foreign keys are off for the whole plan (`PRAGMA foreign_keys=OFF` before the transaction, where alone it has an
//!    effect), or DROP TABLE would delete or refuse over the rows that refer to this table.
//! 2. The new table is made under a passing name and filled; computed columns are left to SQLite.
//! 3. The counter of AUTOINCREMENT is carried over, or a number that was once given out could be given out again.
//! 4. The old table goes *before* the new one takes its name. Renaming the old one away instead would drag the foreign
//!    keys of other tables along.
//! 5. `PRAGMA legacy_alter_table=ON` during the renaming, since views and triggers that use the table are broken at
//!    that moment and the modern ALTER would refuse.
//! 6. Indexes and triggers went with the old table and are made again by the plan's later steps.

use super::fill;
use super::sqlite_texts::Lasting;
use crate::diff::{Change, Constraint};
use crate::migration::render::sqlite::{create_table, list, quoted, string, takes_null};
use crate::schema::{Column, Table};

/// Both sides of a table that is made anew. The old side bears the new names already.
pub(super) struct Pair<'a> {
    pub old: &'a Table,
    pub new: &'a Table,
    /// What is there all the time, under the new names.
    pub lasting: &'a Lasting<'a>,
    /// A name that no object has, before or after.
    pub passing_name: String,
    /// What a column of the old table is called at this moment: (its aligned name, its name in the database).
    pub current_names: &'a [(String, String)],
}

/// The statements, and notes on values that were made up.
pub(super) fn statements(pair: &Pair<'_>) -> (Vec<String>, Vec<String>) {
    let name = quoted(&pair.new.name.name);
    let passing = quoted(&pair.passing_name);
    let mut notes = Vec::new();
    let mut targets = Vec::new();
    let mut sources = Vec::new();
    for column in pair.new.columns.iter().filter(|column| column.generated.is_none()) {
        if let Some(source) = source(pair, column, &mut notes) {
            targets.push(column.name.clone());
            sources.push(source);
        }
    }
    let mut statements = vec![create_table(pair.new, &pair.passing_name)];
    if !targets.is_empty() {
        let sources = sources.join(", ");
        statements.push(format!("INSERT INTO {passing} ({}) SELECT {sources} FROM {name};", list(&targets)));
    }
    if [pair.old, pair.new].iter().all(|table| table.options.contains_key("autoincrement")) {
        let (from, to) = (string(&pair.new.name.name), string(&pair.passing_name));
        statements.push(format!("DELETE FROM sqlite_sequence WHERE name = {to};"));
        statements.push(format!(
            "INSERT INTO sqlite_sequence (name, seq) SELECT {to}, seq FROM sqlite_sequence WHERE name = {from};"
        ));
    }
    statements.push(format!("DROP TABLE {name};"));
    statements.push("PRAGMA legacy_alter_table=ON;".to_owned());
    statements.push(format!("ALTER TABLE {passing} RENAME TO {name};"));
    statements.push("PRAGMA legacy_alter_table=OFF;".to_owned());
    (statements, notes)
}

/// Where a column's values come from; none leaves them to the column's default or to NULL.
fn source(pair: &Pair<'_>, column: &Column, notes: &mut Vec<String>) -> Option<String> {
    let has_row_id = !pair.old.options.contains_key("without_rowid") && pair.old.column("rowid").is_none();
    let required = !column.nullable && !column.auto_increment;
    let told = |notes: &mut Vec<String>, which: &str, value: &str| {
        let place = format!("{}.{}", pair.new.name, column.name);
        notes.push(format!("{which} rows get {value} in {place}: put another value here if that is wrong."));
        if let Some(key) = pair.new.foreign_keys.iter().find(|key| key.columns.contains(&column.name)) {
            notes.push(format!(
                "Where {} has no such row yet, add it before anything relies on it.",
                key.referenced_table
            ));
        }
    };
    let Some(old) = pair.old.column(&column.name) else {
        if !required || column.default.is_some() {
            return None;
        }
        let value = fill::expression(pair.lasting, pair.new, column, has_row_id);
        told(notes, "All", &value);
        return Some(value);
    };
    let current = pair.current_names.iter().find(|(name, _)| *name == old.name).map_or(&old.name, |(_, name)| name);
    let mut value = quoted(current);
    if pair.new.options.contains_key("strict") && old.data_type.sql != column.data_type.sql {
        value = format!("CAST({value} AS {})", column.data_type.sql);
    }
    let could_be_null = old.nullable || takes_null(pair.old, &old.name);
    if required && could_be_null && !takes_null(pair.new, &column.name) {
        let filling = fill::expression(pair.lasting, pair.new, column, has_row_id);
        told(notes, "Without a value,", &filling);
        value = format!("coalesce({value}, {filling})");
    }
    Some(value)
}

/// Why a table is made anew, in a few words.
pub(super) fn reason(change: &Change) -> Option<String> {
    let constraint = |constraint: &Constraint| match constraint {
        Constraint::PrimaryKey(_) => "the primary key",
        Constraint::Unique(_) => "a UNIQUE constraint",
        Constraint::Check(_) => "a CHECK constraint",
    };
    match change {
        Change::TableModified { .. } => Some("its options differ".to_owned()),
        Change::ColumnAdded { column, .. } => Some(format!("column {} is new", column.name)),
        Change::ColumnRemoved { column, .. } => Some(format!("column {} goes", column.name)),
        Change::ColumnModified { to, .. } => Some(format!("column {} differs", to.name)),
        Change::ConstraintAdded { constraint: new, .. } => Some(format!("{} is new", constraint(new))),
        Change::ConstraintRemoved { constraint: old, .. } => Some(format!("{} goes", constraint(old))),
        Change::RelationshipAdded { .. } => Some("a foreign key is new".to_owned()),
        Change::RelationshipRemoved { .. } => Some("a foreign key goes".to_owned()),
        Change::RelationshipModified { .. } => Some("a foreign key differs".to_owned()),
        _ => None,
    }
}
