//! Tables and columns under other names.

use std::collections::BTreeSet;

use super::step;
use crate::diff::Renames;
use crate::migration::plan::Step;
use crate::migration::render::mysql::{path, quoted};
use crate::migration::steps::sqlite_texts::rename_order;
use crate::schema::ObjectName;

/// The statements that rename, in an order that never meets a taken name.
pub(super) fn steps(renames: &Renames) -> Vec<Step> {
    let mut steps = Vec::new();
    let wanted: Vec<(String, String)> =
        renames.tables.iter().map(|(from, to, _)| (from.name.clone(), to.name.clone())).collect();
    let order = rename_order(&wanted, wanted.iter().map(|(from, _)| from.clone()).collect(), passing);
    if !order.is_empty() {
        // One statement renames all or nothing.
        let rename = |pairs: Vec<(&String, &String)>| {
            let pairs: Vec<String> =
                pairs.into_iter().map(|(from, to)| format!("{} TO {}", quoted(from), quoted(to))).collect();
            format!("RENAME TABLE {};", pairs.join(", "))
        };
        let titles: Vec<String> = wanted.iter().map(|(from, to)| format!("{from} to {to}")).collect();
        let forth = rename(order.iter().map(|(from, to)| (from, to)).collect());
        let back = rename(order.iter().rev().map(|(from, to)| (to, from)).collect());
        steps.push(step(format!("Rename table {}", titles.join(", ")), vec![forth], vec![back]));
    }
    let tables: BTreeSet<&ObjectName> = renames.columns.iter().map(|(table, ..)| table).collect();
    for table in tables {
        let own = renames.columns.iter().filter(|(of, ..)| of == table);
        let wanted: Vec<(String, String)> = own.map(|(_, from, to, _)| (from.clone(), to.clone())).collect();
        let names = wanted.iter().map(|(from, _)| from.clone()).collect();
        for (one, other) in rename_order(&wanted, names, passing) {
            let rename = |from: &str, to: &str| {
                format!("ALTER TABLE {} RENAME COLUMN {} TO {};", path(table), quoted(from), quoted(to))
            };
            steps.push(step(
                format!("Rename column {table}.{one} to {other}"),
                vec![rename(&one, &other)],
                vec![rename(&other, &one)],
            ));
        }
    }
    steps
}

fn passing(name: &str) -> String {
    let short: String = name.chars().take(56).collect();
    format!("{short}_passing")
}
