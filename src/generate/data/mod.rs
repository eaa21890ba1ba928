//! Rows for a schema: realistic ones, and ones at the borders of what the columns take.
//!
//! 1. [`relationship`] orders the tables so that each row finds the rows that it references;
//! 2. each row is drawn by [`realistic`], every third with an [`edge_case`] in each column;
//! 3. [`check`] decides the CHECK conditions, and a row that breaks one is repaired with values that the condition
//!    itself suggests;
//! 4. a row that would collide with an earlier one under any unique key is drawn again.
//!
//! The same schema, number and seed always give the same rows; a further column leaves the values of the others as
//! they were.

pub mod check;
mod edge_case;
mod realistic;
mod relationship;
mod row;
mod special;
mod value;

use std::collections::BTreeMap;

use crate::schema::{BOOKKEEPING, ObjectName, Schema};
pub use value::Value;

/// The rows of all tables.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    /// Tables in an order in which they can be inserted.
    pub tables: Vec<TableRows>,
    /// What the rows may not keep to, because it could not be understood or met.
    pub unsatisfied: Vec<Unsatisfied>,
}

/// The rows of one table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRows {
    /// The table.
    pub table: ObjectName,
    /// The columns that have values, in the table's order. Generated columns are left out.
    pub columns: Vec<String>,
    /// The rows, each with a value for each of `columns`.
    pub rows: Vec<Vec<Value>>,
}

/// A rule that rows may not keep to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsatisfied {
    /// The table.
    pub table: ObjectName,
    /// Which rule and why, in one sentence.
    pub reason: String,
}

/// Makes up to `per_table` rows for each table.
///
/// A table gets fewer where its keys allow no more, and none where its conditions cannot be met.
pub fn rows(schema: &Schema, per_table: usize, seed: u64) -> Rows {
    rows_beside(schema, per_table, seed, &BTreeMap::new())
}

/// The same beside rows that are there already: the keys of each table count on from the greatest of them.
pub fn rows_beside(schema: &Schema, per_table: usize, seed: u64, greatest: &BTreeMap<ObjectName, i64>) -> Rows {
    let mut made = Rows::default();
    // Rows in the books of the migration tool would confuse it.
    for table in relationship::order(schema, |table| table.name.name != BOOKKEEPING) {
        let first = greatest.get(&table.name).map_or(1, |greatest| greatest.saturating_add(1));
        let maker = row::Maker::new(schema, table, seed, &made.tables, &mut made.unsatisfied);
        let rows = maker.counting_from(first).rows(per_table);
        if rows.rows.is_empty() && per_table > 0 {
            let reason = "no row could be made that keeps its keys and conditions".to_owned();
            made.unsatisfied.push(Unsatisfied { table: table.name.clone(), reason });
        }
        made.tables.push(rows);
    }
    relationship::close_cycles(schema, &mut made.tables);
    made
}

#[cfg(test)]
mod tests;
