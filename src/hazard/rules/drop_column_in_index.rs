//! `drop-column-in-index`: an index goes, or shrinks, with a column.

use crate::diff::{Change, SchemaChange, Severity};
use crate::hazard::rule::{ANY, Look};
use crate::hazard::{Confidence, Context, Rule, Warning};
use crate::schema::Dialect;

/// A column is removed that an index over several columns has.
pub const RULE: Rule = Rule {
    id: "drop-column-in-index",
    aliases: &[("bytebase", "column.disallow-drop-in-index")],
    looks: &[Look::Change(by_change)],
    ..ANY
};

fn by_change(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let Change::ColumnRemoved { table, column } = &change.change else { return None };
    let has = |columns: &[String]| columns.len() > 1 && columns.contains(&column.name);
    let before = context.before(table)?;
    // An index over what is left of the columns takes its place.
    let replaced = |columns: &[String]| {
        let left: Vec<&String> = columns.iter().filter(|name| **name != column.name).collect();
        let after = context.after(table);
        after.is_some_and(|after| {
            after.indexes.iter().any(|index| {
                let keys: Vec<&String> = index.parts.iter().filter_map(|part| part.column.as_ref()).collect();
                keys.len() >= left.len() && keys.iter().zip(&left).all(|(key, left)| key == left)
            })
        })
    };
    let has = |columns: &[String]| has(columns) && !replaced(columns);
    let index = before.indexes.iter().find(|index| {
        let columns: Vec<String> = index.parts.iter().filter_map(|part| part.column.clone()).collect();
        has(&columns)
    });
    let what = match index {
        Some(index) => format!("index {}", index.name),
        None => {
            let unique = before.uniques.iter().find(|unique| has(&unique.columns))?;
            format!("UNIQUE ({})", unique.columns.join(", "))
        }
    };
    let text = match context.dialect() {
        Dialect::Mysql => format!(
            "{what} of {table} loses {}: what it keeps of its columns may serve no query, and a unique one may refuse rows that \
             were fine.",
            column.name
        ),
        Dialect::Postgres | Dialect::Sqlite => format!(
            "{what} of {table} goes with {}, without a word: queries by its other columns read the whole table from then on.",
            column.name
        ),
    };
    let advice =
        "Make the index that is wanted without the column first, and drop the old one by a statement of its own.";
    Some(Warning::new(Severity::Medium, Confidence::High, text).advise(advice).on(table).about(&column.name))
}
