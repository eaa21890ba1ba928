//! `redundant-index`: another index does the same work.

use crate::diff::{Change, SchemaChange, Severity};
use crate::hazard::rule::{ANY, Look};
use crate::hazard::{Confidence, Context, Rule, Warning};

/// A new index whose columns another index begins with.
pub const RULE: Rule = Rule {
    id: "redundant-index",
    aliases: &[("skeema", "dupe-index"), ("spirit", "redundant_indexes")],
    looks: &[Look::Change(by_change)],
    ..ANY
};

fn by_change(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let Change::IndexAdded { table, index } = &change.change else { return None };
    if index.unique || index.predicate.is_some() || index.method.is_some() {
        return None;
    }
    let keys: Option<Vec<&String>> = index.parts.iter().map(|part| part.column.as_ref()).collect();
    let keys = keys.filter(|keys| !keys.is_empty())?;
    let after = context.after(table)?;
    let begins =
        |other: &[String]| other.len() >= keys.len() && keys.iter().zip(other).all(|(one, other)| *one == other);
    let by_index = after.indexes.iter().find(|other| {
        let columns: Option<Vec<String>> = other.parts.iter().map(|part| part.column.clone()).collect();
        other.name != index.name && other.predicate.is_none() && columns.is_some_and(|columns| begins(&columns))
    });
    let other = match (by_index, &after.primary_key) {
        (Some(other), _) => format!("index {}", other.name),
        (None, Some(key)) if begins(&key.columns) => "the primary key".to_owned(),
        _ => {
            let unique = after.uniques.iter().find(|unique| begins(&unique.columns))?;
            format!("UNIQUE ({})", unique.columns.join(", "))
        }
    };
    let text = format!(
        "{} begins with the columns of {}: both are written with every row, and a query needs one of them.",
        other, index.name
    );
    Some(
        Warning::new(Severity::Low, Confidence::High, text)
            .advise(format!("Leave {} out.", index.name))
            .on(table)
            .about(&index.name),
    )
}
