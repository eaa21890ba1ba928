//! The changes for programs.

use serde_json::{Value, json};

use super::facts::{AppliedStatement, Compatibility, Facts, Lock, Rehearsal, Series, TableTouched, Trial, WayBack};
use super::wording;
use super::wording::sentence::is_hidden;
use crate::diff::SchemaChange;
use crate::rollout::{Stage, Work};

/// `{"changes": [SchemaChange…], …}`, indented, with a newline at the end.
///
/// Beside the changes stand what a program needs to judge them: the revisions, findings, usages, tests and the
/// gate's decision. What was not measured is `null`.
pub fn changes_json(facts: &Facts) -> String {
    let tests = facts.tests.as_ref().map(|report| {
        let counts = report.counts();
        json!({"passed": counts.passed, "failed": counts.failed, "skipped": counts.skipped, "seconds": report.seconds})
    });
    let value = json!({
        "changes": facts.changes.iter().map(|change| with_evidence(change, facts)).collect::<Vec<_>>(),
        "base": {"name": facts.base.name, "commit": facts.base.commit},
        "head": {"name": facts.head.name, "commit": facts.head.commit},
        "dialect": facts.dialect,
        "findings": facts.findings,
        "history": facts.history,
        "ignored_findings": facts.ignored,
        "usages": facts.usages,
        "contract": facts.contract,
        "dependents": dependents(facts),
        "decision": facts.decision,
        "deployed_code": deployed_code(&facts.compatibility),
        "stages": facts.series.as_ref().map(series),
        "way_back": way_back(&facts.way_back),
        "rehearsal": facts.rehearsal.as_ref().map(rehearsal),
        "tests": tests,
        "failure": facts.failure.as_ref().map(|failure| json!({
            "stage": failure.stage,
            "revision": failure.revision,
            "path": failure.path,
            "line": failure.line,
            "statement": failure.statement,
            "error": failure.error,
            "row": failure.row,
        })),
        "notes": facts.notes,
    });
    // A value made of strings, numbers and lists always has a text.
    let mut text = spelled_out(&format!("{value:#}"));
    text.push('\n');
    text
}

/// What depends on each change in the database, by the change's id.
fn dependents(facts: &Facts) -> Value {
    let entries = facts.dependents.iter().map(|one| (one.change_id.to_string(), Value::from(one.names.clone())));
    Value::Object(entries.collect())
}

/// JSON with characters that cannot be seen written as escapes, so that what is read is what is there.
fn spelled_out(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        if character != '\n' && is_hidden(character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(character);
        }
    }
    out
}

fn deployed_code(compatibility: &Compatibility) -> Value {
    match compatibility {
        Compatibility::NotMeasured { .. } => Value::Null,
        Compatibility::Inferred { .. } => json!({"measured": false}),
        Compatibility::Measured(report) => {
            let counts = report.counts();
            json!({"measured": true, "passed": counts.passed, "failed": counts.failed})
        }
    }
}

/// The stages in which deployed code keeps working.
fn series(series: &Series) -> Value {
    let stage = |stage: &Stage| {
        let (kind, tasks) = match &stage.work {
            Work::Migrate { .. } => ("migrate", None),
            Work::Fill(_) => ("fill", None),
            Work::Rows(_) => ("rows", None),
            Work::Release(tasks) => ("release", Some(tasks)),
            Work::Check(_) => ("check", None),
        };
        json!({"kind": kind, "title": stage.title, "why": stage.why, "sql": stage.sql(), "tasks": tasks})
    };
    let trial = match &series.trial {
        Trial::NotTried => Value::Null,
        Trial::Arrived { rows } => json!({"arrived": true, "rows": rows}),
        Trial::Stopped { stage, error } => json!({"arrived": false, "stage": stage, "error": error}),
    };
    json!({
        "stages": series.rollout.stages.iter().map(stage).collect::<Vec<_>>(),
        "by_hand": series.rollout.by_hand,
        "trial": trial,
        "files": series.files.iter().map(|(name, _)| name).collect::<Vec<_>>(),
    })
}

/// A change, with where its verdict on deployed code comes from.
fn with_evidence(change: &SchemaChange, facts: &Facts) -> Value {
    let mut value = json!(change);
    let evidence = match &facts.compatibility {
        Compatibility::Measured(report) => {
            let counts = report.counts();
            json!({
                "measured": true,
                "passed": counts.passed,
                "failed": counts.failed,
                "first_failing_test": wording::first_failure(report),
            })
        }
        Compatibility::NotMeasured { .. } | Compatibility::Inferred { .. } => json!({"measured": false}),
    };
    if let Some(fields) = value.as_object_mut() {
        fields.insert("backward_compatible_evidence".to_owned(), evidence);
    }
    value
}

/// What ran, and what each statement did to tables that others use.
fn rehearsal(rehearsal: &Rehearsal) -> Value {
    let touched = |touched: &TableTouched| {
        json!({
            "table": touched.table.to_string(),
            "lock": touched.lock.map(Lock::as_str),
            "way": touched.way,
            "held_seconds": touched.held,
            "held_seconds_when_empty": touched.held_when_empty,
            "rows_read": touched.rows_read,
            "rewritten": touched.rewritten,
            "grows": touched.grows,
        })
    };
    let statement = |statement: &AppliedStatement| {
        json!({
            "sql": statement.sql,
            "seconds": statement.seconds,
            "tables": statement.touched.iter().map(touched).collect::<Vec<_>>(),
        })
    };
    let revisions: Vec<Value> = (rehearsal.revisions.iter())
        .map(|revision| {
            json!({
                "id": revision.id,
                "message": revision.message,
                "path": revision.path,
                "statements": revision.statements.iter().map(statement).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({ "revisions": revisions })
}

fn way_back(way_back: &WayBack) -> Value {
    match way_back {
        WayBack::NotMeasured { .. } => Value::Null,
        WayBack::Inferred => json!({"measured": false}),
        WayBack::Proven { rows } => json!({"measured": true, "proven": true, "rows": rows}),
        WayBack::Broken { error } => json!({"measured": true, "proven": false, "error": error}),
    }
}
