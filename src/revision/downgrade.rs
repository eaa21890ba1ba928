//! Whether a new revision leads back.

use super::HistoryFinding;
use super::read::{Body, Operation, Revision};
use crate::diff::Severity;

pub(super) fn check(revision: &Revision) -> Vec<HistoryFinding> {
    let finding = |severity, rule, line, message: String, advice: &str| HistoryFinding {
        severity,
        rule,
        path: revision.path.clone(),
        line,
        message,
        advice: advice.to_owned(),
    };
    let id = &revision.id.value;
    let Body::Written { operations: up, .. } = &revision.upgrade else { return Vec::new() };
    match &revision.downgrade {
        Body::Missing => vec![finding(
            Severity::Medium,
            "no-downgrade",
            Some(revision.id.line),
            format!("revision {id} has no downgrade()"),
            "Write one that undoes upgrade(), or one that raises and says why there is no way back.",
        )],
        Body::Empty(line) => vec![finding(
            Severity::Medium,
            "empty-downgrade",
            Some(*line),
            format!("the downgrade of revision {id} does nothing, and so claims to have gone back"),
            "Undo what upgrade() does, or raise and say why there is no way back.",
        )],
        Body::Refuses(line) => vec![finding(
            Severity::Low,
            "downgrade-refuses",
            Some(*line),
            format!("revision {id} cannot be taken back: its downgrade raises"),
            "Have a backup or another way back at hand before it is deployed.",
        )],
        Body::Written { operations: down, plain: true } => up
            .iter()
            .filter(|operation| !is_undone(operation, down))
            .map(|operation| {
                finding(
                    Severity::Medium,
                    "downgrade-incomplete",
                    Some(operation.line),
                    format!("the downgrade of revision {id} does not undo {}", told(operation)),
                    "Add the reverse operation to downgrade().",
                )
            })
            .collect(),
        // Loops, conditions and SQL may undo anything.
        Body::Written { plain: false, .. } => Vec::new(),
    }
}

fn told(operation: &Operation) -> String {
    let subject: Vec<&str> = [&operation.table, &operation.subject].into_iter().flatten().map(String::as_str).collect();
    format!("{}({})", operation.name, subject.join(", "))
}

/// Whether the operations of a downgrade undo one of the upgrade. What can't be told is undone.
fn is_undone(up: &Operation, down: &[Operation]) -> bool {
    if down.iter().any(|other| matches!(other.name.as_str(), "execute" | "invoke" | "run_async" | "bulk_insert")) {
        return true;
    }
    let of_table = |other: &Operation, name: &str| other.name == name && other.table == up.table;
    let named = |other: &&Operation, name: &str| other.name == name && other.subject == up.subject;
    let any = |names: &[&str]| down.iter().any(|other| names.iter().any(|name| named(&other, name)));
    // What a table or column takes along needs no statement of its own.
    let goes_along = |names: &[&str]| down.iter().any(|other| names.iter().any(|name| of_table(other, name)));
    match up.name.as_str() {
        "create_table" => up.table.is_none() || goes_along(&["drop_table"]),
        "drop_table" => up.table.is_none() || goes_along(&["create_table"]),
        "rename_table" => down
            .iter()
            .any(|other| other.name == "rename_table" && other.table == up.subject && other.subject == up.table),
        "add_column" => {
            let dropped = |other: &Operation| of_table(other, "drop_column") && other.subject == up.subject;
            up.subject.is_none() || goes_along(&["drop_table"]) || down.iter().any(dropped)
        }
        "drop_column" => {
            let added = |other: &Operation| of_table(other, "add_column") && other.subject == up.subject;
            up.subject.is_none() || goes_along(&["create_table"]) || down.iter().any(added)
        }
        "alter_column" => {
            let now = up.renamed.as_ref().or(up.subject.as_ref());
            let altered = |other: &Operation| of_table(other, "alter_column") && other.subject.as_ref() == now;
            up.subject.is_none() || goes_along(&["drop_table", "drop_column"]) || down.iter().any(altered)
        }
        "create_index" => up.subject.is_none() || any(&["drop_index"]) || goes_along(&["drop_table", "drop_column"]),
        "drop_index" => up.subject.is_none() || any(&["create_index"]) || goes_along(&["create_table"]),
        "create_foreign_key" | "create_unique_constraint" | "create_check_constraint" | "create_primary_key" => {
            up.subject.is_none() || any(&["drop_constraint"]) || goes_along(&["drop_table", "drop_column"])
        }
        "drop_constraint" => {
            let creating = [
                "create_foreign_key",
                "create_unique_constraint",
                "create_check_constraint",
                "create_primary_key",
                "create_exclude_constraint",
            ];
            up.subject.is_none() || any(&creating) || goes_along(&["create_table"])
        }
        _ => true,
    }
}
