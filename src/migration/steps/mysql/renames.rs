//! Tables and columns under other names.

use std::collections::BTreeSet;

use super::alter::statement;
use super::step;
use crate::diff::Renames;
use crate::migration::plan::Step;
use crate::migration::render::mysql::{check, column, index, own_check, quoted};
use crate::migration::steps::rename_order::rename_order;
use crate::schema::lexer::mysql::mentions;
use crate::schema::{ColumnDefault, Index, ObjectName, Schema, Table};

/// The statements that rename, in an order that never meets a taken name.
pub(super) fn steps(from: &Schema, past: &Schema, renames: &Renames) -> Vec<Step> {
    let mut steps = Vec::new();
    let wanted: Vec<(String, String)> =
        renames.tables.iter().map(|(from, to, _)| (from.name.clone(), to.name.clone())).collect();
    let order = rename_order(&wanted, wanted.iter().map(|(from, _)| from.clone()).collect(), passing);
    if !order.is_empty() {
        // One statement renames all or nothing.
        let sentence = |pairs: Vec<(&String, &String)>| {
            let pairs: Vec<String> =
                pairs.into_iter().map(|(from, to)| format!("{} TO {}", quoted(from), quoted(to))).collect();
            format!("RENAME TABLE {};", pairs.join(", "))
        };
        let titles: Vec<String> = wanted.iter().map(|(from, to)| format!("{from} to {to}")).collect();
        let forth = sentence(order.iter().map(|(from, to)| (from, to)).collect());
        let back = sentence(order.iter().rev().map(|(from, to)| (to, from)).collect());
        steps.push(step(format!("Rename table {}", titles.join(", ")), vec![forth], vec![back]));
    }
    let tables: BTreeSet<&ObjectName> = renames.columns.iter().map(|(table, ..)| table).collect();
    for table in tables {
        let own = renames.columns.iter().filter(|(of, ..)| of == table);
        let wanted: Vec<(String, String)> = own.map(|(_, from, to, _)| (from.clone(), to.clone())).collect();
        let now = past.tables.iter().find(|old| &old.name == table);
        let before = from.tables.iter().find(|old| renames.new_table(&old.name) == table);
        let (old, new): (Vec<String>, Vec<String>) = wanted.iter().cloned().unzip();
        let forth = now.map(|table| restated(table, &new)).unwrap_or_default();
        if !forth.is_empty() {
            let all = |pairs: Vec<(&String, &String)>, restated: Vec<String>| {
                let renames = pairs.into_iter().map(|(from, to)| rename(from, to));
                vec![statement(table, &renames.chain(restated).collect::<Vec<_>>())]
            };
            let back = before.map(|table| restated(table, &old)).unwrap_or_default();
            let titles: Vec<String> = wanted.iter().map(|(from, to)| format!("{from} to {to}")).collect();
            steps.push(step(
                format!("Rename columns of {table}: {}", titles.join(", ")),
                all(wanted.iter().map(|(from, to)| (from, to)).collect(), forth),
                all(wanted.iter().map(|(from, to)| (to, from)).collect(), back),
            ));
            continue;
        }
        for (one, other) in rename_order(&wanted, old, passing) {
            steps.push(step(
                format!("Rename column {table}.{one} to {other}"),
                vec![statement(table, &[rename(&one, &other)])],
                vec![statement(table, &[rename(&other, &one)])],
            ));
        }
    }
    steps
}

fn rename(from: &str, to: &str) -> String {
    format!("RENAME COLUMN {} TO {}", quoted(from), quoted(to))
}

/// The clauses that say again, with the names that the table has now, what names one of these columns in an expression.
/// MariaDB would follow the new names by itself; MySQL refuses them unless all is said in one statement.
fn restated(table: &Table, columns: &[String]) -> Vec<String> {
    let names = |text: &str| columns.iter().any(|column| mentions(text, column));
    let mut clauses = Vec::new();
    for one in table.checks.iter().filter(|one| one.column.is_none() && names(&one.expression)) {
        clauses.push(format!("DROP CONSTRAINT {}", quoted(one.name.as_deref().unwrap_or_default())));
        clauses.push(format!("ADD {}", check(table, one)));
    }
    for one in &table.columns {
        let computed = one.generated.as_ref().is_some_and(|generated| names(&generated.expression));
        let chosen = matches!(&one.default, Some(ColumnDefault::Expression(text)) if names(text));
        if computed || chosen {
            let text = column(one, one.collation.as_deref(), own_check(table, &one.name));
            clauses.push(format!("MODIFY COLUMN {text}"));
        }
    }
    let on_expression = |one: &&Index| one.parts.iter().any(|part| part.expression.as_deref().is_some_and(names));
    for one in table.indexes.iter().filter(on_expression) {
        clauses.push(format!("DROP INDEX {}", quoted(&one.name)));
        clauses.push(format!("ADD {}", index(one)));
    }
    clauses
}

/// The columns of a table, which has its new names, whose renaming says more than the names. No foreign key can stand
/// on them meanwhile.
pub(super) fn entangled(table: &Table, renames: &Renames) -> Vec<String> {
    let own = renames.columns.iter().filter(|(of, ..)| of == &table.name);
    let columns: Vec<String> = own.map(|(_, _, to, _)| to.clone()).collect();
    if columns.is_empty() || restated(table, &columns).is_empty() { Vec::new() } else { columns }
}

fn passing(name: &str) -> String {
    let short: String = name.chars().take(56).collect();
    format!("{short}_passing")
}
