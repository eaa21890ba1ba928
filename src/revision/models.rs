//! What the models declare and no revision does, or the other way round.

use std::collections::HashSet;

use serde::Deserialize;

use super::HistoryFinding;
use crate::diff::Severity;

/// One difference between the application's models and the migrated database, as Alembic sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct ModelDifference {
    /// Alembic's name for the operation that would end it (`add_column`).
    pub difference: String,
    /// The table, with its schema where that is not the usual one.
    pub table: String,
    /// The column, index or constraint.
    pub name: Option<String>,
    /// What the database has, for a column that is otherwise.
    pub was: Option<String>,
    /// What the model declares.
    pub wanted: Option<String>,
    /// The file of the model's class.
    #[serde(default)]
    pub path: Option<String>,
    /// The line there, from 1.
    #[serde(default)]
    pub line: Option<u32>,
}

/// What to say of the differences that the pull request brings about.
#[derive(Debug, Clone, Copy)]
pub struct Mismatch<'a> {
    /// The differences that the base has as well.
    pub base: &'a [ModelDifference],
    /// Those of the pull request.
    pub head: &'a [ModelDifference],
    /// The command that writes a revision.
    pub command: &'a str,
    /// The file to name where no class stands for the table.
    pub otherwise: &'a str,
}

/// Findings that are told one by one.
const TOLD: usize = 50;
/// Flask-AppBuilder makes its own tables.
const FRAMEWORK: &str = "ab_";

/// What the pull request's revisions leave different from its models, the gravest first.
pub fn mismatch(mismatch: &Mismatch<'_>) -> Vec<HistoryFinding> {
    let known: HashSet<_> = mismatch.base.iter().map(what).collect();
    let is_own =
        |item: &&ModelDifference| item.table.rsplit('.').next().is_some_and(|name| !name.starts_with(FRAMEWORK));
    let new = mismatch.head.iter().filter(|item| !known.contains(&what(item))).filter(is_own);
    let mut findings: Vec<HistoryFinding> = new.filter_map(|item| finding(item, mismatch)).collect();
    findings.sort_by(|one, other| other.severity.cmp(&one.severity).then_with(|| one.cmp(other)));
    findings.dedup();
    if findings.len() > TOLD {
        let more = findings.len() - TOLD;
        findings.truncate(TOLD);
        if let Some(last) = findings.last_mut() {
            last.message.push_str(&format!("; models and database differ in {more} things more"));
        }
    }
    findings
}

/// What identifies a difference, wherever the class stands.
fn what(item: &ModelDifference) -> (&str, &str, &Option<String>, &Option<String>, &Option<String>) {
    (&item.difference, &item.table, &item.name, &item.was, &item.wanted)
}

fn finding(item: &ModelDifference, mismatch: &Mismatch<'_>) -> Option<HistoryFinding> {
    let (operation, thing) = item.difference.split_once('_')?;
    let (table, name) = (&item.table, item.name.as_deref().unwrap_or("?"));
    let subject = match thing {
        "table" => format!("table {table}"),
        "column" | "nullable" | "type" | "default" => format!("column {table}.{name}"),
        "index" => format!("index {name} of {table}"),
        "constraint" => format!("constraint {name} of {table}"),
        "fk" => format!("foreign key {name} of {table}"),
        _ => return None,
    };
    let write = format!("Write the revision that is missing with {}", mismatch.command);
    let (severity, message, advice) = match (operation, thing) {
        ("add", "table" | "column") => (
            Severity::High,
            format!("{subject} is declared by the models, and no revision adds it: queries for it will fail"),
            format!("{write}, or take it out of the model."),
        ),
        ("add", _) => (
            Severity::Medium,
            format!("{subject} is declared by the models, and no revision adds it"),
            format!("{write}, or take it out of the model."),
        ),
        ("remove", _) => (
            Severity::Low,
            format!("{subject} is in the migrated database, and no model declares it"),
            format!("Declare it in a model, or drop it: {} writes that revision.", mismatch.command),
        ),
        ("modify", "nullable") => {
            let accepts = |value: &Option<String>| if value.as_deref() == Some("True") { "may" } else { "may not" };
            let message = format!(
                "{subject} {} be NULL in the migrated database and {} in the model",
                accepts(&item.was),
                accepts(&item.wanted)
            );
            (Severity::Medium, message, format!("{write}, or make the model say what the database does."))
        }
        ("modify", "type") => {
            let (was, wanted) = (item.was.as_deref().unwrap_or("?"), item.wanted.as_deref().unwrap_or("?"));
            let message = format!("{subject} is {was} in the migrated database and {wanted} in the model");
            (Severity::Medium, message, format!("{write}, or make the model say what the database does."))
        }
        ("modify", "default") => (
            Severity::Low,
            format!("{subject} has another default in the migrated database than in the model"),
            format!("{write}, or make the model say what the database does."),
        ),
        _ => return None,
    };
    let (path, line) = match &item.path {
        Some(path) => (path.clone(), item.line),
        None => (mismatch.otherwise.to_owned(), None),
    };
    Some(HistoryFinding { severity, rule: "model-mismatch", path, line, message, advice })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(kind: &str, table: &str, name: &str) -> ModelDifference {
        let name = (!name.is_empty()).then(|| name.to_owned());
        ModelDifference { difference: kind.to_owned(), table: table.to_owned(), name, ..ModelDifference::default() }
    }

    fn told(base: &[ModelDifference], head: &[ModelDifference]) -> Vec<String> {
        let command = "flask db migrate -d migrations";
        let findings = mismatch(&Mismatch { base, head, command, otherwise: "migrations/versions/b.py" });
        findings.into_iter().map(|finding| format!("{}: {}", finding.severity, finding.message)).collect()
    }

    #[test]
    fn what_the_base_has_as_well_is_not_told() {
        let (old, new) = (difference("remove_table", "legacy", ""), difference("add_column", "customer", "fax"));
        let framework = difference("add_table", "ab_user", "");
        assert_eq!(
            told(std::slice::from_ref(&old), &[old.clone(), framework, new]),
            ["high: column customer.fax is declared by the models, and no revision adds it: queries for it will fail"]
        );
        let moved = ModelDifference { path: Some("app/other.py".to_owned()), ..old.clone() };
        assert_eq!(told(&[old], &[moved]), [""; 0]);
    }

    #[test]
    fn what_is_otherwise_is_told_from_both_sides() {
        let changed = |kind: &str, was: &str, wanted: &str| ModelDifference {
            was: Some(was.to_owned()),
            wanted: Some(wanted.to_owned()),
            ..difference(kind, "customer", "name")
        };
        let differences = [
            changed("modify_nullable", "True", "False"),
            changed("modify_type", "VARCHAR(20)", "String(length=80)"),
            difference("remove_index", "customer", "ix_old"),
            difference("invented", "customer", ""),
        ];
        assert_eq!(
            told(&[], &differences),
            [
                "medium: column customer.name is VARCHAR(20) in the migrated database and String(length=80) in the model",
                "medium: column customer.name may be NULL in the migrated database and may not in the model",
                "low: index ix_old of customer is in the migrated database, and no model declares it",
            ]
        );
    }

    #[test]
    fn thousands_of_differences_stay_few_findings() {
        let many: Vec<ModelDifference> = (0..2_000).map(|n| difference("add_table", &format!("t{n:04}"), "")).collect();
        let told = told(&[], &many);
        assert_eq!(told.len(), TOLD);
        assert!(told[TOLD - 1].ends_with("; models and database differ in 1950 things more"), "{}", told[TOLD - 1]);
    }
}
