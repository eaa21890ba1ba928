//! What a run of the tests came to, for people and for programs.

use std::fmt::Write as _;

use super::markdown;
use super::wording::sentence::{clip, visible};
use crate::outcome::{Coverage, TestCase, TestKind, TestReport, TestStatus};

/// Columns of a message on a terminal.
const MESSAGE: usize = 300;
/// The folder of what was kept of failures, beside the reports.
pub const ARTIFACTS: &str = "artifacts";
const HEADS: [&str; 6] = ["tests", "passed", "failed", "flaky", "skipped", "seconds"];
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
        for failure in failures(self.report) {
            let (word, kind) = (failure.word, kind_name(failure.kind));
            let _ = writeln!(out, "{word:6} {} ({kind})\n       {}", failure.title, clip(&failure.message, MESSAGE));
            let _ = writeln!(out, "       {}", failure.place);
            for (what, file) in &failure.files {
                let _ = writeln!(out, "       {what} {file}");
            }
        }
        for row in rows(self.report) {
            let mut cells = row.iter();
            let _ = write!(out, "{:14}", cells.next().map_or("", String::as_str));
            for (cell, head) in cells.zip(&HEADS[1..]) {
                let _ = write!(out, " {cell:>7} {head}");
            }
            out.push('\n');
        }
        for line in self.measured() {
            let _ = writeln!(out, "{line}");
        }
        let _ = writeln!(out, "{}", self.headline());
        out
    }

    /// For a summary page.
    pub fn markdown(&self) -> String {
        let mut out = format!("### {}\n\n{}\n", markdown::text(&self.headline()), table(self.report));
        for line in self.measured() {
            let _ = write!(out, "\n{}\n", markdown::text(&line));
        }
        for failure in failures(self.report) {
            let _ = write!(out, "\n{}\n", failure.markdown());
        }
        let slowest: Vec<String> = self
            .slowest()
            .into_iter()
            .map(|case| format!("{} ({:.1} s)", markdown::code(&name(case)), case.seconds))
            .collect();
        if !slowest.is_empty() {
            let _ = write!(out, "\nSlowest: {}", slowest.join(", "));
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
        let flaky = self.report.cases().filter(|(_, case)| matches!(case.status, TestStatus::Flaky { .. })).count();
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

    fn slowest(&self) -> Vec<&TestCase> {
        let mut cases: Vec<&TestCase> = self.report.cases().map(|(_, case)| case).collect();
        cases.sort_by(|a, b| b.seconds.total_cmp(&a.seconds).then_with(|| a.name.cmp(&b.name)));
        cases.into_iter().filter(|case| case.seconds >= 0.05).take(SLOWEST).collect()
    }
}

/// A test that did not simply pass, in words.
pub(super) struct Failure<'a> {
    /// What came of it, in one word.
    pub(super) word: &'static str,
    /// Whether it held at the second try.
    pub(super) held_then: bool,
    /// Its kind.
    pub(super) kind: TestKind,
    /// Its name as a sentence.
    pub(super) title: String,
    /// What it said, in one line.
    pub(super) message: String,
    /// The file and the line where it broke off; where nobody knows, its name for pytest.
    pub(super) place: String,
    /// The whole account.
    pub(super) detail: &'a str,
    /// What was kept of it: what that is, and its path from the reports.
    pub(super) files: Vec<(&'static str, String)>,
}

impl Failure<'_> {
    fn markdown(&self) -> String {
        let (kind, place) = (kind_name(self.kind), markdown::code(&self.place));
        let mut out = format!("**{}** {} ({kind}, {place})\n\n", markdown::text(&self.title), self.word.to_lowercase());
        let _ = write!(out, "{}", markdown::text(&self.message));
        for (what, file) in &self.files {
            let _ = write!(out, "\\\n{what} {}", markdown::code(file));
        }
        out
    }

    /// With the whole account, clipped to so many characters.
    pub(super) fn markdown_in_full(&self, most: usize) -> String {
        let detail = if self.detail.trim().is_empty() { String::new() } else { clip(self.detail, most) };
        let detail = if detail.is_empty() { detail } else { format!("\n\n{}", markdown::fence("text", &detail)) };
        format!("{}{detail}", self.markdown())
    }
}

/// What did not simply pass, in order.
pub(super) fn failures(report: &TestReport) -> impl Iterator<Item = Failure<'_>> {
    report.cases().filter_map(|(kind, case)| {
        let (word, message, detail) = match &case.status {
            TestStatus::Failed { message, detail } => ("FAILED", message, detail),
            TestStatus::Error { message, detail } => ("ERROR", message, detail),
            TestStatus::Flaky { message, detail } => ("FLAKY", message, detail),
            TestStatus::Passed | TestStatus::Skipped { .. } => return None,
        };
        let place = case.place().map_or_else(|| name(case), |(path, line)| visible(&format!("{path}:{line}")));
        let screenshots = case.artifacts.screenshots.iter().map(|file| ("screenshot", file));
        let files = screenshots.chain(case.artifacts.trace.iter().map(|file| ("trace", file)));
        let files = files.map(|(what, file)| (what, visible(&format!("{ARTIFACTS}/{file}")))).collect();
        // How pytest says that a test did not hold is of no interest to a reader.
        let said = ["AssertionError: ", "Failed: "].iter().find_map(|word| message.strip_prefix(word));
        let (title, message) = (visible(&case.title()), visible(said.unwrap_or(message)));
        let held_then = matches!(case.status, TestStatus::Flaky { .. });
        Some(Failure { word, held_then, kind, title, message, place, detail, files })
    })
}

/// A line for each kind of tests, in Markdown.
pub(super) fn table(report: &TestReport) -> String {
    let mut out = format!("| {} |\n| ---{} |", HEADS.join(" | "), " | ---:".repeat(HEADS.len() - 1));
    for row in rows(report) {
        let _ = write!(out, "\n| {} |", row.join(" | "));
    }
    out
}

/// The cells under [`HEADS`].
fn rows(report: &TestReport) -> impl Iterator<Item = [String; 6]> {
    report.suites.iter().map(|suite| {
        let of = |wanted: fn(&TestStatus) -> bool| {
            suite.cases.iter().filter(|case| wanted(&case.status)).count().to_string()
        };
        let seconds: f64 = suite.cases.iter().map(|case| case.seconds).sum();
        [
            kind_name(suite.kind).to_owned(),
            of(|status| matches!(status, TestStatus::Passed)),
            of(|status| matches!(status, TestStatus::Failed { .. } | TestStatus::Error { .. })),
            of(|status| matches!(status, TestStatus::Flaky { .. })),
            of(|status| matches!(status, TestStatus::Skipped { .. })),
            format!("{seconds:.1}"),
        ]
    })
}

/// The kind of tests as people write it.
pub(super) fn kind_name(kind: TestKind) -> &'static str {
    match kind {
        TestKind::Unit => "unit",
        TestKind::Integration => "integration",
        TestKind::E2e => "end to end",
        TestKind::Performance => "performance",
        TestKind::Security => "security",
        TestKind::Accessibility => "accessibility",
    }
}

fn name(case: &TestCase) -> String {
    visible(&format!("{}::{}", case.classname, case.name))
}
