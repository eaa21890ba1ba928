//! The only place where facts become sentences, so that comment, summary, page and terminal say the same.
//!
//! 1. [`headline`] is the verdict in one line;
//! 2. [`rows`] are the lines under it: what a reviewer has to know before reading on;
//! 3. [`changes`] is one line for each change, the gravest first;
//! 4. [`footer`] says what was compared with what.
//!
//! Markup is left to the writers: here a sentence is a list of [`sentence::Span`]s.

mod approval;
pub mod change;
mod head;
mod impact;
pub mod locks;
pub mod sentence;
pub mod series;

use std::cmp::Reverse;

pub use approval::{approval, approval_row, why};
pub use head::{Mark, Row, first_failure, headline, headline_of, lost, overall, rows};
pub use impact::field;
use sentence::{Sentence, short};

use super::facts::{Facts, Failure, OpenQuestion, Revision};
use crate::diff::{RenameQuestion, SchemaChange, Severity};
use crate::gate::Verdict;
use crate::gate::command::Rename;
use crate::hazard::{Confidence, Finding};
use crate::impact::Usage;

/// One change, as the table of changes shows it.
#[derive(Debug, Clone)]
pub struct ChangeLine<'a> {
    /// The change.
    pub change: &'a SchemaChange,
    /// What changes.
    pub what: Sentence,
    /// How much it can hurt.
    pub severity: Severity,
    /// What approval it has or lacks.
    pub approval: Sentence,
    /// Whether it waits for approval.
    pub waiting: bool,
    /// Hand-written places that still use it, then those that a regeneration repairs.
    pub usages: Vec<&'a Usage>,
    /// What becomes of the rows' values.
    pub data: Option<Sentence>,
}

impl ChangeLine<'_> {
    /// Places that somebody has to change by hand.
    pub fn by_hand(&self) -> usize {
        self.usages.iter().filter(|usage| !usage.regenerated).count()
    }
}

/// A line for each change: the gravest first, then in the order of the comparison.
pub fn changes(facts: &Facts) -> Vec<ChangeLine<'_>> {
    let mut lines: Vec<ChangeLine<'_>> = facts.changes.iter().map(|change| line(facts, change)).collect();
    lines.sort_by_key(|line| Reverse((line.waiting, line.severity)));
    lines
}

fn line<'a>(facts: &'a Facts, change: &'a SchemaChange) -> ChangeLine<'a> {
    let mut usages: Vec<&Usage> =
        facts.usages.iter().flatten().filter(|usage| usage.change_id == change.change_id).collect();
    usages.sort_by_key(|usage| (usage.regenerated, &usage.path, usage.line, usage.column));
    let (approval, waiting) = approval(facts.decision.as_ref(), &change.change_id);
    ChangeLine {
        change,
        what: change::what(&change.change),
        severity: change.impact_severity,
        approval,
        waiting,
        usages,
        data: data(facts, change),
    }
}

fn data(facts: &Facts, change: &SchemaChange) -> Option<Sentence> {
    let rehearsal = facts.rehearsal.as_ref()?;
    let lost =
        rehearsal.lost.iter().filter(|lost| lost.change_id.as_ref() == Some(&change.change_id) && lost.values > 0);
    let sentences: Vec<Sentence> = lost.map(head::fate).collect();
    (!sentences.is_empty()).then(|| list(sentences))
}

/// What was compared with what, on what, and how long it took.
pub fn footer(facts: &Facts) -> Sentence {
    let server = facts.server.clone().unwrap_or_else(|| server_name(facts).to_owned());
    Sentence::words("base ")
        .then(revision(&facts.base))
        .text(" → head ")
        .then(revision(&facts.head))
        .text(format!(" · {server} · {}", seconds(facts.seconds)))
}

fn server_name(facts: &Facts) -> &'static str {
    match facts.dialect {
        crate::schema::Dialect::Postgres => "PostgreSQL",
        crate::schema::Dialect::Mysql => "MySQL",
        crate::schema::Dialect::Sqlite => "SQLite",
    }
}

/// A revision by its commit, with the name that people know it by.
pub fn revision(revision: &Revision) -> Sentence {
    match (revision.commit.is_empty(), revision.name.is_empty()) {
        (true, true) => Sentence::words("working tree"),
        (true, false) => Sentence::new().code(revision.name.as_str()),
        (false, true) => Sentence::new().push(sentence::Span::Commit(revision.commit.clone())),
        (false, false) if revision.name == revision.commit || revision.name == short(&revision.commit) => {
            Sentence::new().push(sentence::Span::Commit(revision.commit.clone()))
        }
        (false, false) => {
            Sentence::new().code(revision.name.as_str()).text(" ").push(sentence::Span::Commit(revision.commit.clone()))
        }
    }
}

/// Where a run stopped: the stage, the revision and the place.
pub fn failure(failure: &Failure) -> Sentence {
    let mut sentence = Sentence::new().strong(format!("{} failed", capital(&failure.stage)));
    if let Some(revision) = &failure.revision {
        sentence = sentence.text(" in revision ").code(revision.as_str());
    }
    if let Some(path) = &failure.path {
        sentence = sentence.text(" at ").place(path.as_str(), failure.line);
    }
    sentence
}

/// The findings, the gravest first, each with the change that raised it.
pub fn findings(facts: &Facts) -> Vec<(&Finding, Sentence)> {
    let mut findings: Vec<&Finding> = facts.findings.iter().collect();
    findings.sort_by_key(|finding| Reverse((finding.severity, finding.confidence)));
    let subject = |finding: &Finding| {
        let change = facts.changes.iter().find(|change| Some(&change.change_id) == finding.change_id.as_ref());
        let about = match (change, &finding.table) {
            (Some(change), _) => change::what(&change.change),
            (None, Some(table)) => Sentence::new().code(table.to_string()),
            (None, None) => Sentence::new(),
        };
        match finding.place.as_ref().and_then(|place| Some((place.path.as_deref()?, place.line))) {
            Some((path, line)) if about.0.is_empty() => about.place(path, line),
            Some((path, line)) => about.text(" at ").place(path, line),
            None => about,
        }
    };
    findings.into_iter().map(|finding| (finding, subject(finding))).collect()
}

/// The findings that somebody accepted, one sentence each.
pub fn accepted(facts: &Facts) -> Vec<Sentence> {
    let told = facts.ignored.iter().map(|known| {
        let mut sentence = Sentence::new().code(known.finding.rule);
        if let Some(table) = &known.finding.table {
            sentence = sentence.text(" on ").code(table.to_string());
        }
        sentence = sentence.text(", accepted by ").code(known.by.as_str());
        if known.reason.is_empty() { sentence } else { sentence.text(": ").code(known.reason.as_str()) }
    });
    told.collect()
}

/// How sure a rule is, in a word.
pub fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    }
}

/// A rename that somebody has to confirm, and how.
pub fn question(question: &OpenQuestion) -> Sentence {
    let question = &question.asked;
    let sentence = match &question.table {
        None => Sentence::words("Was table "),
        Some(table) => Sentence::words("Was column ").code(table.to_string()).text(" "),
    };
    sentence
        .code(question.from.as_str())
        .text(" renamed to ")
        .code(question.to.as_str())
        .text(format!("? They are alike by {} of 100. If so, write into ", question.score))
        .code(".fabwright.yml")
        .text(" and push:")
}

/// What to type in a comment to answer yes.
fn answer(question: &RenameQuestion) -> Option<String> {
    let table = question.table.as_ref().map(ToString::to_string);
    Rename { table, from: question.from.clone(), to: question.to.clone() }.line()
}

/// Which of the folded parts say nothing because nothing happened: whether the whole report fits on one line.
pub fn fits_on_one_line(facts: &Facts) -> bool {
    facts.failure.is_none()
        && facts.changes.is_empty()
        && facts.findings.is_empty()
        && facts.history.is_empty()
        && !head::touches_rows(facts)
        && facts.questions.is_empty()
        && facts.notes.is_empty()
        && facts.answers.is_empty()
        && facts.decision.as_ref().is_none_or(|decision| decision.verdict == Verdict::Allowed)
        && facts.tests.as_ref().is_none_or(|tests| tests.counts().failed == 0)
        && facts.generated.as_ref().is_none_or(|generated| generated.conflicts.is_empty())
}

/// Sentences with commas between, and `and` before the last.
pub fn list(sentences: impl IntoIterator<Item = Sentence>) -> Sentence {
    let sentences: Vec<Sentence> = sentences.into_iter().collect();
    let last = sentences.len().saturating_sub(1);
    let mut out = Sentence::new();
    for (at, sentence) in sentences.into_iter().enumerate() {
        if at > 0 {
            out = out.text(if at == last { " and " } else { ", " });
        }
        out = out.then(sentence);
    }
    out
}

/// Sentences with `between` between them.
pub fn joined(sentences: impl IntoIterator<Item = Sentence>, between: &str) -> Sentence {
    let mut out = Sentence::new();
    for (at, sentence) in sentences.into_iter().enumerate() {
        if at > 0 {
            out = out.text(between);
        }
        out = out.then(sentence);
    }
    out
}

/// A number with its noun.
pub fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{} {many}", thousands(number as u64)) }
}

/// A number with a comma after each three digits.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A span of time as people say it.
pub fn seconds(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 0.001 => "under 1 ms".to_owned(),
        seconds if seconds < 1.0 => format!("{:.0} ms", seconds * 1000.0),
        seconds if seconds < 10.0 => format!("{seconds:.1} s"),
        seconds if seconds < 120.0 => format!("{seconds:.0} s"),
        seconds => format!("{} min {:02} s", seconds as u64 / 60, seconds as u64 % 60),
    }
}

/// The text with its first letter as a capital.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
