//! What a run of the tests came to, for people and for programs.

use std::fmt::Write as _;

use super::markdown;
use super::wording::sentence::{clip, visible};
use crate::outcome::{Coverage, TestCase, TestKind, TestReport, TestStatus};

/// Columns of a message on a terminal.
const MESSAGE: usize = 300;
/// Tests that are named as the slowest.
const SLOWEST: usize = 5;

/// A run of the tests.
#[derive(Debug, Clone, Copy)]
pub struct SuiteRun<'a> {
    /// What came of each test.
    pub report: &'a TestReport,
    /// Which lines ran, where that was measured.
    pub coverage: Option<&'a Coverage>,
    /// The package whose models, views and APIs are generated.
    pub package: &'a str,
}

impl SuiteRun<'_> {
    /// For a terminal: what failed with its message, then a line for each kind.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (word, kind, case, message) in self.told() {
            let _ =
                writeln!(out, "{word} {} {}\n       {}", kind.as_str(), name(case), clip(&visible(message), MESSAGE));
        }
        for row in self.rows() {
            let _ = writeln!(
                out,
                "{:14} {:>5} passed {:>4} failed {:>4} flaky {:>4} skipped {:>7.1} s",
                row.kind.as_str(),
                row.passed,
                row.failed,
                row.flaky,
                row.skipped,
                row.seconds
            );
        }
        for line in self.measured() {
            let _ = writeln!(out, "{line}");
        }
        let _ = writeln!(out, "{}", self.headline());
        out
    }

    /// For a summary page.
    pub fn markdown(&self) -> String {
        let mut out = format!("### {}\n\n", markdown::text(&self.headline()));
        out.push_str(
            "| tests | passed | failed | flaky | skipped | seconds |\n| --- | ---: | ---: | ---: | ---: | ---: |\n",
        );
        for row in self.rows() {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} | {:.1} |",
                row.kind.as_str(),
                row.passed,
                row.failed,
                row.flaky,
                row.skipped,
                row.seconds
            );
        }
        for line in self.measured() {
            let _ = write!(out, "\n{}\n", markdown::text(&line));
        }
        for (word, kind, case, message) in self.told() {
            let test = markdown::code(&name(case));
            let _ = write!(out, "\n- {word} {} {test}: {}", kind.as_str(), markdown::text(message));
        }
        let slowest: Vec<String> = self
            .slowest()
            .into_iter()
            .map(|case| format!("{} ({:.1} s)", markdown::code(&name(case)), case.seconds))
            .collect();
        if !slowest.is_empty() {
            let _ = write!(out, "\n\nSlowest: {}", slowest.join(", "));
        }
        out + "\n"
    }

    /// For programs.
    ///
    /// # Errors
    /// Never for what these values can hold.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        let counts = self.report.counts();
        let value = serde_json::json!({
            "counts": counts,
            "seconds": self.report.seconds,
            "suites": self.report.suites,
            "coverage": self.coverage.map(|coverage| {
                let (generated, all) = (self.generated(coverage), coverage.sum(|_| true));
                serde_json::json!({
                    "generated": {"lines": generated.line_percent(), "branches": generated.branch_percent()},
                    "all": {"lines": all.line_percent(), "branches": all.branch_percent()},
                    "files": coverage.files,
                })
            }),
        });
        serde_json::to_string_pretty(&value).map(|text| text + "\n")
    }

    /// Coverage of what is generated: models, views, APIs, and the layer under them.
    pub fn generated(&self, coverage: &Coverage) -> crate::outcome::Covered {
        let package = self.package.replace('.', "/");
        let inner = |path: &str, rest: &str| path.starts_with(&format!("{package}/{rest}"));
        coverage.sum(|path| ["models/", "views/", "api/", "fabkit/"].iter().any(|rest| inner(path, rest)))
    }

    fn headline(&self) -> String {
        let counts = self.report.counts();
        let flaky: usize = self.rows().iter().map(|row| row.flaky).sum();
        let flaky = if flaky > 0 { format!(" ({flaky} of them at the second try)") } else { String::new() };
        format!(
            "{} tests passed{flaky}, {} failed, {} were skipped in {:.1} s",
            counts.passed, counts.failed, counts.skipped, self.report.seconds
        )
    }

    fn measured(&self) -> Vec<String> {
        let Some(coverage) = self.coverage else { return Vec::new() };
        let (generated, all) = (self.generated(coverage), coverage.sum(|_| true));
        vec![
            format!(
                "Coverage of generated code: {:.1} % of {} lines, {:.1} % of {} branches",
                generated.line_percent(),
                generated.lines,
                generated.branch_percent(),
                generated.branches
            ),
            format!("Coverage of all code: {:.1} % of {} lines", all.line_percent(), all.lines),
        ]
    }

    /// What did not simply pass: a word for it, and the message.
    fn told(&self) -> Vec<(&'static str, TestKind, &TestCase, &str)> {
        self.report
            .cases()
            .filter_map(|(kind, case)| match &case.status {
                TestStatus::Failed { message, .. } => Some(("FAILED", kind, case, message.as_str())),
                TestStatus::Error { message, .. } => Some(("ERROR ", kind, case, message.as_str())),
                TestStatus::Flaky { message, .. } => Some(("FLAKY ", kind, case, message.as_str())),
                TestStatus::Passed | TestStatus::Skipped { .. } => None,
            })
            .collect()
    }

    fn slowest(&self) -> Vec<&TestCase> {
        let mut cases: Vec<&TestCase> = self.report.cases().map(|(_, case)| case).collect();
        cases.sort_by(|a, b| b.seconds.total_cmp(&a.seconds).then_with(|| a.name.cmp(&b.name)));
        cases.into_iter().filter(|case| case.seconds >= 0.05).take(SLOWEST).collect()
    }

    fn rows(&self) -> Vec<Row> {
        let row = |suite: &crate::outcome::TestSuite| {
            let mut row = Row { kind: suite.kind, passed: 0, failed: 0, flaky: 0, skipped: 0, seconds: 0.0 };
            for case in &suite.cases {
                row.seconds += case.seconds;
                match case.status {
                    TestStatus::Passed => row.passed += 1,
                    TestStatus::Failed { .. } | TestStatus::Error { .. } => row.failed += 1,
                    TestStatus::Flaky { .. } => row.flaky += 1,
                    TestStatus::Skipped { .. } => row.skipped += 1,
                }
            }
            row
        };
        self.report.suites.iter().map(row).collect()
    }
}

struct Row {
    kind: TestKind,
    passed: usize,
    failed: usize,
    flaky: usize,
    skipped: usize,
    seconds: f64,
}

fn name(case: &TestCase) -> String {
    visible(&format!("{}::{}", case.classname, case.name))
}
