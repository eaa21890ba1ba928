//! The changes for programs.

use serde_json::{Value, json};

use super::facts::{Compatibility, Facts, WayBack};
use super::wording::sentence::is_hidden;

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
        "changes": facts.changes,
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
        "way_back": way_back(&facts.way_back),
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
        Compatibility::Inferred => json!({"measured": false}),
        Compatibility::Measured(report) => {
            let counts = report.counts();
            json!({"measured": true, "passed": counts.passed, "failed": counts.failed})
        }
    }
}

fn way_back(way_back: &WayBack) -> Value {
    match way_back {
        WayBack::NotMeasured { .. } => Value::Null,
        WayBack::Inferred => json!({"measured": false}),
        WayBack::Proven { rows } => json!({"measured": true, "proven": true, "rows": rows}),
        WayBack::Broken { error } => json!({"measured": true, "proven": false, "error": error}),
    }
}
