//! How a table is divided. Rows are kept wherever the new parts have a place for them; where they have none, the server
//! refuses.

use super::alter::statement;
use crate::migration::render::mysql::partitions;
use crate::schema::Table;
use crate::schema::lexer::mysql::parts;

/// Statements before and after all else that changes about the table.
#[derive(Default)]
pub(super) struct Parting {
    pub before: Vec<String>,
    pub after: Vec<String>,
}

pub(super) fn between(old: &Table, new: &Table) -> Parting {
    let mut parting = Parting::default();
    if partitions(old) == partitions(new) {
        return parting;
    }
    let one = |clause: String| statement(&new.name, &[clause]);
    let rule = |table: &Table| table.options.get("partition by").cloned();
    // A key must hold the columns of the rule, the old one and the new one alike.
    if rule(old).is_some() && rule(old) != rule(new) {
        parting.before.push(one("REMOVE PARTITIONING".to_owned()));
    }
    let Some(whole) = partitions(new) else { return parting };
    parting.after.push(match added(old, new).filter(|_| rule(old) == rule(new)) {
        Some(list) => one(format!("ADD PARTITION (\n    {list}\n)")),
        None => one(whole),
    });
    parting
}

/// What comes after all parts that there are.
fn added(old: &Table, new: &Table) -> Option<String> {
    let list = |table: &'_ Table| -> Vec<String> {
        let text = table.options.get("partitions").map_or("", String::as_str);
        parts(text).into_iter().map(str::to_owned).collect()
    };
    let (before, after) = (list(old), list(new));
    let more = after.strip_prefix(before.as_slice()).filter(|more| !more.is_empty() && !before.is_empty())?;
    Some(more.join(",\n    "))
}
