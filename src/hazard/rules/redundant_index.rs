//! `redundant-index`: another index does the same work.

use crate::diff::{Change, SchemaChange, Severity};
use crate::hazard::made::{is_tree, plain};
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::ObjectName;

/// A new index whose columns another index begins with.
pub const RULE: Rule = Rule {
    id: "redundant-index",
    aliases: &[("skeema", "dupe-index"), ("spirit", "redundant_indexes")],
    looks: &[Look::Change(by_change), Look::Act(by_act)],
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
    Some(warning(table, &index.name, &other))
}

/// Where the statements are all that is known: another key that they make.
fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::CreateIndex(index) = &step.act.action else { return None };
    if index.unique || index.partial || !is_tree(&index.kind) {
        return None;
    }
    let columns = plain(&index.keys).filter(|columns| !columns.is_empty())?;
    let made = context.made(&index.table)?;
    let name = index.name.clone().unwrap_or_else(|| columns.join("_"));
    let own = format!("index {name}");
    let other = made.keys.iter().find(|key| key.told != own && key.columns.starts_with(&columns))?;
    // Of two that are the same the later one is redundant.
    let first = made.keys.iter().find(|key| key.columns == columns)?;
    (other.columns != columns || first.told != own).then(|| warning(&index.table, &name, &other.told))
}

fn warning(table: &ObjectName, index: &str, other: &str) -> Warning {
    let text = format!(
        "{other} begins with the columns of {index}: both are written with every row, and a query needs one of them."
    );
    Warning::new(Severity::Low, Confidence::High, text).advise(format!("Leave {index} out.")).on(table).about(index)
}
