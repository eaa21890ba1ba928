//! The order in which tables can be filled, and the keys that lead from row to row.

use std::collections::BTreeMap;

use rand::rngs::Xoshiro256PlusPlus;
use rand::seq::IndexedRandom;

use super::{TableRows, Value};
use crate::schema::{ForeignKey, ObjectName, Schema, Table};

/// Tables so that each comes after those that it references. In a cycle, a table whose open keys may be NULL goes
/// first.
pub(super) fn order(schema: &Schema, wanted: impl Fn(&Table) -> bool) -> Vec<&Table> {
    let mut waiting: Vec<&Table> = schema.tables.iter().filter(|table| wanted(table)).collect();
    let mut ordered: Vec<&Table> = Vec::new();
    while !waiting.is_empty() {
        let open = |table: &Table, only_required: bool| {
            table.foreign_keys.iter().any(|key| {
                key.referenced_table != table.name
                    && waiting.iter().any(|other| other.name == key.referenced_table)
                    && !(only_required && may_be_null(table, key))
            })
        };
        let next = (waiting.iter().position(|table| !open(table, false)))
            .or_else(|| waiting.iter().position(|table| !open(table, true)))
            .unwrap_or(0);
        ordered.push(waiting.remove(next));
    }
    ordered
}

/// Whether a row need not reference anything.
pub(super) fn may_be_null(table: &Table, key: &ForeignKey) -> bool {
    key.columns.iter().any(|name| table.column(name).is_some_and(|column| column.nullable) && !table.is_key(name))
}

/// The columns that `key` points at: those that it names, or the primary key.
pub(super) fn target_columns<'a>(schema: &'a Schema, key: &'a ForeignKey) -> &'a [String] {
    if !key.referenced_columns.is_empty() {
        return &key.referenced_columns;
    }
    let primary = schema.table(&key.referenced_table).and_then(|table| table.primary_key.as_ref());
    primary.map_or(&[], |primary| &primary.columns)
}

/// The values of a row of `target` that agrees with what `row` holds already.
pub(super) fn pick(
    target: &TableRows,
    columns: &[String],
    key: &ForeignKey,
    row: &BTreeMap<String, Value>,
    random: &mut Xoshiro256PlusPlus,
) -> Option<Vec<Value>> {
    let places: Vec<usize> =
        columns.iter().map(|name| target.columns.iter().position(|column| column == name)).collect::<Option<_>>()?;
    let values = |cells: &[Value]| -> Option<Vec<Value>> {
        places.iter().map(|&place| cells.get(place).filter(|value| !value.is_null()).cloned()).collect()
    };
    let fits = |values: &[Value]| {
        key.columns.iter().zip(values).all(|(name, value)| row.get(name).is_none_or(|held| held.key() == value.key()))
    };
    // Most keys share no column, so the first draw fits; looking at every row is the exception.
    let drawn = target.rows.choose(random).and_then(|cells| values(cells)).filter(|values| fits(values));
    drawn.or_else(|| {
        let fitting: Vec<_> =
            target.rows.iter().filter_map(|cells| values(cells)).filter(|values| fits(values)).collect();
        fitting.choose(random).cloned()
    })
}

/// Gives rows of a cycle that had to go first, and may not hold NULL, the keys that exist by now.
pub(super) fn close_cycles(schema: &Schema, tables: &mut [TableRows]) {
    let mut fixes: Vec<(usize, usize, Vec<Value>)> = Vec::new();
    for (index, rows) in tables.iter().enumerate() {
        let Some(table) = schema.table(&rows.table) else { continue };
        let later = |name: &ObjectName| tables.iter().skip(index + 1).find(|other| &other.table == name);
        for key in table.foreign_keys.iter().filter(|key| !may_be_null(table, key)) {
            let Some(target) = later(&key.referenced_table) else { continue };
            for (column, name) in key.columns.iter().zip(target_columns(schema, key)) {
                let place = |rows: &TableRows, name: &str| rows.columns.iter().position(|column| column == name);
                let (Some(own), Some(other)) = (place(rows, column), place(target, name)) else { continue };
                let values = (0..rows.rows.len())
                    .filter_map(|row| target.rows.get(row % target.rows.len().max(1))?.get(other).cloned())
                    .collect();
                fixes.push((index, own, values));
            }
        }
    }
    for (table, column, values) in fixes {
        let Some(rows) = tables.get_mut(table) else { continue };
        for (row, value) in rows.rows.iter_mut().zip(values) {
            if let Some(cell) = row.get_mut(column) {
                *cell = value;
            }
        }
    }
}
