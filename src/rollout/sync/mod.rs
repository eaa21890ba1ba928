//! Keeps the old and the new place of a value in step, whoever writes: triggers between two columns of a row, and a view
//! under the old name of a table. One file a dialect.

mod mysql;
mod postgres;
mod sqlite;

use super::name::quoted;
use super::widen::{Alias, Copy, Widened};
use crate::migration::{Reverse, Step};
use crate::schema::{Dialect, ObjectName};

/// The steps that set it up, each with its reverse.
pub(super) fn steps(widened: &Widened) -> Vec<Step> {
    let mut tables: Vec<(&ObjectName, Vec<&Copy>)> = Vec::new();
    for copy in &widened.copies {
        match tables.iter_mut().find(|(table, _)| **table == copy.table) {
            Some((_, copies)) => copies.push(copy),
            None => tables.push((&copy.table, vec![copy])),
        }
    }
    let mut steps = Vec::new();
    for (table, copies) in tables {
        let (make, remove) = match widened.dialect() {
            Dialect::Postgres => {
                let columns = widened.expanded.table(table).map(|table| table.columns.as_slice());
                postgres::triggers(table, columns.unwrap_or_default(), &copies)
            }
            Dialect::Mysql => mysql::triggers(table, &copies),
            Dialect::Sqlite => sqlite::triggers(widened, table, &copies),
        };
        let pairs: Vec<String> =
            copies.iter().map(|copy| format!("{table}.{} and {}", copy.from.name, copy.to.name)).collect();
        steps.push(step(format!("Keep {} in step", pairs.join(", ")), make, remove));
    }
    for alias in &widened.aliases {
        let (make, remove) = match widened.dialect() {
            Dialect::Postgres | Dialect::Mysql => view(widened, alias),
            Dialect::Sqlite => sqlite::view(widened, alias),
        };
        steps.push(step(format!("Leave the name {} to the old code", alias.old), make, remove));
    }
    steps
}

fn step(purpose: String, statements: Vec<String>, reverse: Vec<String>) -> Step {
    Step { purpose, notes: Vec::new(), outside: false, statements, reverse: Reverse::Statements(reverse) }
}

/// A view of one table, which can be written like the table itself.
fn view(widened: &Widened, alias: &Alias) -> (Vec<String>, Vec<String>) {
    let dialect = widened.dialect();
    let columns = widened.expanded.table(&alias.new).map(|table| table.columns.as_slice()).unwrap_or_default();
    let columns: Vec<String> = columns.iter().map(|column| quoted(dialect, &column.name)).collect();
    let (old, new) = (super::name::path(dialect, &alias.old), super::name::path(dialect, &alias.new));
    let make = format!("CREATE VIEW {old} AS SELECT {} FROM {new};", columns.join(", "));
    (vec![make], vec![format!("DROP VIEW {old};")])
}
