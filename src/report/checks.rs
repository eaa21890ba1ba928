//! The three checks of a commit, and what they say at lines of files: the facts of the comment, sorted by who acts.

use serde::{Deserialize, Serialize};

use super::comment::{body, change_table};
use super::facts::Facts;
use super::markdown::{self, Links};
use super::parts;
use super::wording::sentence::{clip, visible};
use super::wording::{self, count};
use crate::diff::Severity;
use crate::gate;
use crate::hazard::Finding;

/// Room for a check's summary in UTF-16 code units: at three bytes each, it stays under 65,535 bytes.
const ROOM: usize = 21_000;
/// The most characters of a title.
const TITLE: usize = 200;
/// The most remarks of one check.
const REMARKS: usize = 1_000;

/// One of the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckKind {
    /// What changes, and what that does.
    Impact,
    /// Whether the generated tests pass.
    Tests,
    /// Whether the changes may be merged.
    Approval,
}

impl CheckKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Impact, Self::Tests, Self::Approval];

    /// Its name, by which branches require it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Impact => "schema impact",
            Self::Tests => "generated tests",
            Self::Approval => "schema approval",
        }
    }
}

/// How a check stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// All is well.
    Passed,
    /// Nothing that blocks, and nothing that was proven.
    Neutral,
    /// Something is wrong.
    Failed,
    /// Somebody has to act first.
    Waiting,
}

/// What a check says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckReport {
    /// Which one.
    pub kind: CheckKind,
    /// How it stands.
    pub verdict: Verdict,
    /// One line, plain.
    pub title: String,
    /// Markdown.
    pub summary: String,
    /// What is said at lines of files, the gravest first.
    pub remarks: Vec<Remark>,
}

/// A remark at a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// The file, from the root of the repository.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// How grave it is: what blocks the merge, or something to look at.
    pub blocks: bool,
    /// A few plain words.
    pub title: String,
    /// Plain text.
    pub message: String,
}

/// What each check says when the run is over.
pub fn checks(facts: &Facts) -> [CheckReport; 3] {
    [impact(facts), tests(facts), approval(facts)]
}

fn impact(facts: &Facts) -> CheckReport {
    let conflicts = facts.generated.as_ref().is_some_and(|generated| !generated.conflicts.is_empty());
    let waits = facts.decision.as_ref().is_some_and(|decision| decision.waiting().next().is_some());
    let verdict = match () {
        () if facts.failure.is_some() || conflicts => Verdict::Failed,
        () if waits => Verdict::Neutral,
        () => Verdict::Passed,
    };
    CheckReport {
        kind: CheckKind::Impact,
        verdict,
        title: title(&wording::headline(facts)),
        summary: body(facts, ROOM),
        remarks: remarks(facts),
    }
}

fn tests(facts: &Facts) -> CheckReport {
    let failed = facts.tests.as_ref().map(|tests| tests.counts().failed);
    let (verdict, mut line) = match (failed, &facts.failure) {
        (None, Some(_)) => (Verdict::Failed, "Not run: the migration failed".to_owned()),
        (None, None) => (Verdict::Neutral, "Not run".to_owned()),
        (Some(0), _) => (Verdict::Passed, String::new()),
        (Some(many), _) => (Verdict::Failed, format!("{} failed", count(many, "test", "tests"))),
    };
    if let Some(tests) = facts.tests.as_ref().filter(|_| line.is_empty()) {
        line = match tests.counts().passed {
            0 => "There are none".to_owned(),
            many => format!("{} passed", count(many, "test", "tests")),
        };
    }
    let mut blocks = table(facts, &["Tests", "Generated", "Deployed code"]);
    blocks.extend(parts::parts(facts, &[]).into_iter().filter(|part| part.about_tests()).map(|part| part.markdown));
    CheckReport {
        kind: CheckKind::Tests,
        verdict,
        title: line.clone(),
        summary: fit(blocks, &line),
        remarks: Vec::new(),
    }
}

fn approval(facts: &Facts) -> CheckReport {
    let decision = facts.decision.as_ref().map(|decision| &decision.verdict);
    let (verdict, line) = match decision {
        _ if facts.failure.is_some() => (Verdict::Failed, "Nothing to approve: the migration failed".to_owned()),
        None => (Verdict::Failed, "The gate was not asked".to_owned()),
        Some(gate::Verdict::Allowed) => (Verdict::Passed, row(facts, "Approval")),
        Some(gate::Verdict::Waiting { .. }) => (Verdict::Waiting, row(facts, "Approval")),
        Some(gate::Verdict::Denied { .. }) => (Verdict::Failed, row(facts, "Approval")),
    };
    let mut blocks = table(facts, &["Approval"]);
    let lines = wording::changes(facts);
    if !lines.is_empty() {
        // The gravest come first, so that what is cut off waits for nobody.
        let shown = lines.len().min(60);
        blocks.push(change_table(&lines[..shown], facts.usages.is_some(), Links::of(facts)));
        if shown < lines.len() {
            blocks.push(format!("{}.", count(lines.len() - shown, "more change", "more changes")));
        }
    }
    CheckReport {
        kind: CheckKind::Approval,
        verdict,
        title: title(&line),
        summary: fit(blocks, &line),
        remarks: Vec::new(),
    }
}

/// Something that kept the run from being done, as each check says it.
pub fn stopped(kind: CheckKind, error: &str) -> CheckReport {
    CheckReport {
        kind,
        verdict: Verdict::Failed,
        title: "The check could not be done".to_owned(),
        summary: markdown::fence("text", &clip(error, 4_000)),
        remarks: Vec::new(),
    }
}

/// The rows of these labels, as a table.
fn table(facts: &Facts, labels: &[&str]) -> Vec<String> {
    let links = Links::of(facts);
    let rows: Vec<String> = wording::rows(facts)
        .iter()
        .filter(|row| labels.contains(&row.label))
        .map(|row| format!("| **{}** | {} |", row.label, markdown::sentence(&row.text, links)))
        .collect();
    if rows.is_empty() { Vec::new() } else { vec![format!("| | |\n| --- | --- |\n{}", rows.join("\n"))] }
}

fn row(facts: &Facts, label: &str) -> String {
    let rows = wording::rows(facts);
    let row = rows.iter().find(|row| row.label == label);
    wording::capital(&row.map_or_else(|| "Not needed".to_owned(), |row| row.text.plain()))
}

/// The blocks under each other, as many as there is room for; never nothing, which GitHub refuses.
fn fit(blocks: Vec<String>, otherwise: &str) -> String {
    let mut text = String::new();
    for block in blocks {
        if text.encode_utf16().count() + block.encode_utf16().count() + 2 <= ROOM {
            text.push_str(&block);
            text.push_str("\n\n");
        }
    }
    if text.is_empty() { markdown::text(otherwise) } else { text }
}

fn title(line: &str) -> String {
    clip(&visible(line), TITLE)
}

fn remarks(facts: &Facts) -> Vec<Remark> {
    let mut remarks: Vec<Remark> = facts
        .failure
        .iter()
        .filter_map(|failure| {
            Some(Remark {
                path: failure.path.clone()?,
                line: failure.line.unwrap_or(1).max(1),
                blocks: true,
                title: title(&format!("{} failed", wording::capital(&failure.stage))),
                message: clip(&failure.error, 4_000),
            })
        })
        .collect();
    remarks.extend(facts.history.iter().map(|finding| Remark {
        path: finding.path.clone(),
        line: finding.line.unwrap_or(1).max(1),
        blocks: finding.severity == Severity::Breaking,
        title: title(&format!("Migration history: {}", finding.rule)),
        message: clip(&format!("{}\n\n{}", finding.message, finding.advice), 4_000),
    }));
    let mut usages: Vec<_> = facts.usages.iter().flatten().filter(|usage| !usage.regenerated).collect();
    let severity = |id| facts.changes.iter().find(|change| change.change_id == id).map(|change| change.impact_severity);
    usages.sort_by_key(|usage| std::cmp::Reverse(severity(usage.change_id.clone())));
    remarks.extend(usages.into_iter().map(|usage| {
        let change = facts.changes.iter().find(|change| change.change_id == usage.change_id);
        let what = change.map(|change| wording::change::what(&change.change).plain()).unwrap_or_default();
        Remark {
            path: usage.path.clone(),
            line: usage.line.max(1),
            blocks: false,
            title: title(&match severity(usage.change_id.clone()) {
                Some(severity @ (Severity::Breaking | Severity::High)) => format!("{what} ({severity})"),
                _ => what,
            }),
            message: visible(&usage.explanation),
        }
    }));
    remarks.extend(wording::findings(facts).into_iter().filter_map(|(finding, _)| {
        let (path, line) = place(facts, finding)?;
        Some(Remark {
            path,
            line,
            blocks: false,
            title: title(finding.rule),
            message: clip(&format!("{}\n\n{}", finding.message, finding.advice), 4_000),
        })
    }));
    remarks.truncate(REMARKS);
    remarks
}

/// Where a finding stands: at its statement, or at the head of the only file that it can be in.
fn place(facts: &Facts, finding: &Finding) -> Option<(String, u32)> {
    if let Some((path, line)) = finding.place.as_ref().and_then(|place| Some((place.path.clone()?, place.line?))) {
        return Some((path, line.max(1)));
    }
    let revisions = facts.rehearsal.as_ref().map_or(&[][..], |rehearsal| &rehearsal.revisions);
    let sent = revisions.iter().find_map(|revision| {
        let statement = revision.statements.iter().find(|it| Some(&it.sql) == finding.statement.as_ref())?;
        Some((revision.path.clone()?, statement.line?))
    });
    match (sent, revisions) {
        (Some((path, line)), _) => Some((path, line.max(1))),
        (None, [only]) => Some((only.path.clone()?, 1)),
        (None, _) => None,
    }
}
