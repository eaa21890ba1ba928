//! The values that the page's template shows: code, the rehearsal and tests.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{code, inline};
use crate::impact::Usage;
use crate::outcome::{TestCase, TestReport, TestStatus, TestSuite};
use crate::report::facts::{Compatibility, Facts};
use crate::report::markdown::Links;
use crate::report::suite::{failures, kind_name};
use crate::report::wording::sentence::{Sentence, visible, visible_block};
use crate::report::wording::{self, count, locks, seconds, thousands};

/// Lines shown before and after a use.
const AROUND: usize = 3;

#[derive(Serialize)]
pub struct CodeFile {
    path: String,
    regenerated: bool,
    uses: Vec<UseView>,
}

#[derive(Serialize)]
struct UseView {
    what: String,
    explanation: String,
    lines: Vec<LineView>,
}

#[derive(Serialize)]
struct LineView {
    number: usize,
    text: String,
    hit: bool,
}

#[derive(Serialize)]
pub struct RevisionView {
    id: String,
    message: String,
    path: Option<String>,
    total: String,
    statements: Vec<StatementView>,
}

#[derive(Serialize)]
struct StatementView {
    sql: String,
    time: String,
    start: String,
    share: String,
    touched: Vec<String>,
}

#[derive(Serialize)]
pub struct TableRowView {
    table: String,
    before: String,
    after: String,
    lost: String,
}

#[derive(Serialize)]
pub struct RunView {
    title: &'static str,
    summary: String,
    failures: Vec<FailedView>,
    suites: Vec<SuiteView>,
}

#[derive(Serialize)]
struct FailedView {
    title: String,
    place: String,
    message: String,
    detail: String,
    files: Vec<KeptView>,
}

/// A file that was kept of a failure.
#[derive(Serialize)]
struct KeptView {
    what: &'static str,
    path: String,
}

#[derive(Serialize)]
struct SuiteView {
    kind: &'static str,
    summary: String,
    modules: Vec<ModuleView>,
}

#[derive(Serialize)]
struct ModuleView {
    name: String,
    summary: String,
    cases: Vec<CaseView>,
}

#[derive(Serialize)]
struct CaseView {
    name: String,
    status: &'static str,
    time: String,
    reason: Option<String>,
}

/// The uses file by file: those to change by hand first.
pub fn files(facts: &Facts, links: Links<'_>) -> Vec<CodeFile> {
    let mut files: BTreeMap<(bool, &str), Vec<&Usage>> = BTreeMap::new();
    for usage in facts.usages.iter().flatten() {
        files.entry((usage.regenerated, &usage.path)).or_default().push(usage);
    }
    files
        .into_iter()
        .map(|((regenerated, path), mut usages)| {
            usages.sort_by_key(|usage| (usage.line, usage.column));
            CodeFile {
                path: inline::sentence(&Sentence::new().place(path, None), links),
                regenerated,
                uses: usages.into_iter().map(|usage| use_view(facts, usage, links)).collect(),
            }
        })
        .collect()
}

fn use_view(facts: &Facts, usage: &Usage, links: Links<'_>) -> UseView {
    let line = usage.line as usize;
    let change = facts.changes.iter().find(|change| change.change_id == usage.change_id);
    let what = change.map(|change| wording::change::what(&change.change)).unwrap_or_default();
    let source = facts.sources.iter().find(|source| source.path == usage.path);
    let around: Vec<LineView> = source
        .into_iter()
        .flat_map(|source| source.text.lines().enumerate())
        .map(|(at, text)| (at + 1, text))
        .filter(|(number, _)| number + AROUND >= line && *number <= line + AROUND)
        .map(|(number, text)| LineView { number, text: visible_block(text), hit: number == line })
        .collect();
    // Without the file, or with another text in it than the one searched, the line itself is all there is.
    let fits = around.iter().any(|shown| shown.hit && shown.text.contains(usage.excerpt.trim()));
    let lines = if fits { around } else { vec![LineView { number: line, text: visible(&usage.excerpt), hit: true }] };
    let place = links.place(&usage.path, Some(usage.line)).map_or_else(
        || format!("line {}", usage.line),
        |url| format!("<a href=\"{}\">line {}</a>", inline::escape(&url), usage.line),
    );
    UseView {
        what: format!("{place}: {}", inline::sentence(&what, links)),
        explanation: visible(&usage.explanation),
        lines,
    }
}

/// The revisions with their statements along one line of time.
pub fn revisions(facts: &Facts, links: Links<'_>) -> Vec<RevisionView> {
    let Some(rehearsal) = &facts.rehearsal else { return Vec::new() };
    let all: f64 = rehearsal
        .revisions
        .iter()
        .flat_map(|revision| &revision.statements)
        .filter_map(|statement| statement.seconds)
        .sum();
    let mut passed = 0.0;
    rehearsal
        .revisions
        .iter()
        .map(|revision| {
            let measured: Vec<f64> = revision.statements.iter().filter_map(|statement| statement.seconds).collect();
            let statements = count(revision.statements.len(), "statement", "statements");
            let total = if measured.is_empty() {
                statements
            } else {
                format!("{statements}, {}", seconds(measured.iter().sum()))
            };
            RevisionView {
                id: visible(&revision.id),
                message: visible(&revision.message),
                path: revision.path.as_deref().map(|path| inline::sentence(&Sentence::new().place(path, None), links)),
                total,
                statements: revision
                    .statements
                    .iter()
                    .map(|statement| {
                        let taken = statement.seconds.unwrap_or_default();
                        let percent = |part: f64| if all > 0.0 { 100.0 * part / all } else { 0.0 };
                        // A statement that took next to nothing is still seen.
                        let share = percent(taken).max(1.0);
                        let start = percent(passed).min(100.0 - share);
                        passed += taken;
                        StatementView {
                            sql: code::sql(&statement.sql),
                            time: statement.seconds.map_or("not measured".to_owned(), seconds),
                            start: format!("{start:.2}"),
                            share: format!("{share:.2}"),
                            touched: statement
                                .touched
                                .iter()
                                .filter_map(locks::told)
                                .map(|told| inline::sentence(&told, links))
                                .collect(),
                        }
                    })
                    .collect(),
            }
        })
        .collect()
}

/// Rows of each table before and after, and what becomes of values.
pub fn table_rows(facts: &Facts, links: Links<'_>) -> Vec<TableRowView> {
    let side = |rows: Option<u64>| rows.map_or("–".to_owned(), thousands);
    facts
        .rehearsal
        .iter()
        .flat_map(|rehearsal| rehearsal.tables.iter().map(move |rows| (rehearsal, rows)))
        .map(|(rehearsal, rows)| {
            let lost = rehearsal.lost.iter().filter(|lost| lost.table == rows.table && lost.values > 0);
            TableRowView {
                table: visible(&rows.table.to_string()),
                before: side(rows.before),
                after: side(rows.after),
                lost: inline::sentence(&wording::list(lost.map(wording::lost)), links),
            }
        })
        .collect()
}

/// The runs of tests: on the new schema, and of the deployed code on it.
pub fn runs(facts: &Facts) -> Vec<RunView> {
    let mut runs = Vec::new();
    if let Some(report) = &facts.tests {
        runs.push(run("The pull request's code on its schema", report));
    }
    if let Compatibility::Measured(report) = &facts.compatibility {
        runs.push(run("Deployed code on the new schema", report));
    }
    runs
}

fn run(title: &'static str, report: &TestReport) -> RunView {
    let failures = suite_failures(report);
    RunView {
        title,
        summary: format!("{} · {}", numbers(report.cases().map(|(_, case)| case)), seconds(report.seconds)),
        failures,
        suites: report.suites.iter().map(suite).collect(),
    }
}

fn suite_failures(report: &TestReport) -> Vec<FailedView> {
    let failed = failures(report).filter(|failure| !failure.held_then);
    failed
        .map(|failure| FailedView {
            place: format!("{} · {}", kind_name(failure.kind), failure.place),
            detail: visible_block(failure.detail),
            title: failure.title,
            message: failure.message,
            files: failure.files.into_iter().map(|(what, path)| KeptView { what, path }).collect(),
        })
        .collect()
}

fn suite(suite: &TestSuite) -> SuiteView {
    let mut modules: BTreeMap<&str, Vec<&TestCase>> = BTreeMap::new();
    for case in &suite.cases {
        modules.entry(&case.classname).or_default().push(case);
    }
    let mut modules: Vec<(&str, Vec<&TestCase>)> = modules.into_iter().collect();
    modules.sort_by_key(|(_, cases)| !cases.iter().any(|case| failed(case)));
    SuiteView {
        kind: kind_name(suite.kind),
        summary: numbers(suite.cases.iter()),
        modules: modules
            .into_iter()
            .map(|(name, mut cases)| {
                cases.sort_by_key(|case| !failed(case));
                ModuleView {
                    name: visible(name),
                    summary: numbers(cases.iter().copied()),
                    cases: cases.into_iter().map(case).collect(),
                }
            })
            .collect(),
    }
}

fn case(case: &TestCase) -> CaseView {
    let (status, reason) = match &case.status {
        TestStatus::Passed => ("passed", None),
        TestStatus::Failed { message, .. } | TestStatus::Error { message, .. } => ("failed", Some(visible(message))),
        TestStatus::Flaky { message, .. } => ("flaky", Some(visible(message))),
        TestStatus::Skipped { reason } => ("skipped", Some(visible(reason))),
    };
    CaseView { name: visible(&case.name), status, time: seconds(case.seconds), reason }
}

fn failed(case: &TestCase) -> bool {
    matches!(case.status, TestStatus::Failed { .. } | TestStatus::Error { .. })
}

fn numbers<'a>(cases: impl Iterator<Item = &'a TestCase>) -> String {
    let (mut passed, mut flaky, mut failed, mut skipped) = (0, 0, 0, 0);
    for case in cases {
        match case.status {
            TestStatus::Passed => passed += 1,
            TestStatus::Failed { .. } | TestStatus::Error { .. } => failed += 1,
            TestStatus::Flaky { .. } => flaky += 1,
            TestStatus::Skipped { .. } => skipped += 1,
        }
    }
    let mut out = format!("{passed} passed");
    for (number, word) in [(failed, "failed"), (flaky, "passed at the second try"), (skipped, "skipped")] {
        if number > 0 {
            out.push_str(&format!(", {number} {word}"));
        }
    }
    out
}
