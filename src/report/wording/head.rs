//! The verdict, and the lines right under it.

use super::sentence::{Sentence, Span};
use super::{approval, change, count, impact, list, locks, seconds, series, thousands};
use crate::diff::{Change, SchemaChange, Severity};
use crate::gate::{Decision, Verdict};
use crate::outcome::{TestReport, TestStatus};
use crate::report::approval::answers_row;
use crate::report::facts::{Compatibility, Facts, Fate, LostValues, TableRows, WayBack};

/// How a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// As it should be.
    Good,
    /// Somebody should look or act.
    Attention,
    /// It blocks, or breaks something.
    Bad,
    /// Not known.
    Unknown,
}

impl Mark {
    /// The word for it, for those who see no colour.
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Attention => "attention",
            Self::Bad => "bad",
            Self::Unknown => "not known",
        }
    }
}

/// A line under the verdict.
#[derive(Debug, Clone)]
pub struct Row {
    /// What it is about.
    pub label: &'static str,
    /// How it stands.
    pub mark: Mark,
    /// What is so.
    pub text: Sentence,
}

/// Notes that are told one by one; the JSON has them all.
const TOLD_NOTES: usize = 8;

/// How the whole run stands.
pub fn overall(facts: &Facts) -> Mark {
    if facts.failure.is_some() {
        return Mark::Bad;
    }
    match facts.decision.as_ref().map(|decision| &decision.verdict) {
        Some(Verdict::Denied { .. }) => Mark::Bad,
        Some(Verdict::Waiting { .. }) => Mark::Attention,
        Some(Verdict::Allowed) => Mark::Good,
        None if facts.tests.as_ref().is_some_and(|tests| tests.counts().failed > 0) => Mark::Bad,
        None => Mark::Unknown,
    }
}

/// The verdict in one line, without markup.
pub fn headline(facts: &Facts) -> String {
    headline_of(
        facts.failure.as_ref().map(|failure| failure.stage.as_str()),
        facts.changes.len(),
        facts.decision.as_ref(),
        facts.tests.as_ref().map_or(0, |tests| tests.counts().failed),
        facts.generated.as_ref().map_or(0, |generated| generated.conflicts.len()),
    )
}

/// The verdict in one line: what failed or else how many changes there are and what blocks.
pub fn headline_of(
    stopped: Option<&str>,
    changes: usize,
    decision: Option<&Decision>,
    failed_tests: usize,
    conflicts: usize,
) -> String {
    if let Some(stage) = stopped {
        return format!("Schema: {} failed", super::sentence::visible(stage));
    }
    let mut parts = vec![match changes {
        0 => "no changes".to_owned(),
        many => count(many, "change", "changes"),
    }];
    match decision.map_or(0, |decision| decision.waiting().count()) {
        0 => {}
        1 => parts.push("1 needs approval".to_owned()),
        many => parts.push(format!("{many} need approval")),
    }
    match failed_tests {
        0 => {}
        1 => parts.push("1 test fails".to_owned()),
        many => parts.push(format!("{many} tests fail")),
    }
    match conflicts {
        0 => {}
        many => parts.push(count(many, "conflict", "conflicts")),
    }
    if parts.len() == 1 && changes > 0 && decision.is_some_and(|decision| decision.verdict == Verdict::Allowed) {
        parts.push("nothing blocks".to_owned());
    }
    format!("Schema: {}", parts.join(", "))
}

/// The lines under the verdict, in the order in which a reviewer needs them.
pub fn rows(facts: &Facts) -> Vec<Row> {
    let mut rows: Vec<Row> = [
        approval::row(facts),
        answers_row(&facts.answers),
        impact::history(facts),
        deployed_code(facts),
        impact::application_code(facts),
        impact::contract(facts),
        impact::dependents(facts),
        way_back(facts),
        rows_row(facts),
        locks::row(facts),
        hazards(facts),
        tests(facts),
        generated(facts),
        questions(facts),
    ]
    .into_iter()
    .flatten()
    .collect();
    let note = |text: &str| Row { label: "Note", mark: Mark::Unknown, text: Sentence::words(text) };
    rows.extend(facts.notes.iter().take(TOLD_NOTES).map(|text| note(text)));
    if facts.notes.len() > TOLD_NOTES {
        rows.push(note(&format!("and {}", count(facts.notes.len() - TOLD_NOTES, "more note", "more notes"))));
    }
    rows
}

fn deployed_code(facts: &Facts) -> Option<Row> {
    if facts.failure.is_some()
        || (facts.changes.is_empty() && !matches!(facts.compatibility, Compatibility::Measured(_)))
    {
        return None;
    }
    let breaking: Vec<&SchemaChange> = facts.changes.iter().filter(|change| !change.backward_compatible).collect();
    let (mark, text) = match &facts.compatibility {
        Compatibility::Measured(report) => {
            let counts = report.counts();
            let all = counts.passed + counts.failed;
            match first_failure(report) {
                Some(first) => (
                    Mark::Bad,
                    Sentence::new()
                        .strong("breaks")
                        .text(format!(
                            " on the new schema: {} of {} fail, first ",
                            counts.failed,
                            count(all, "base test", "base tests")
                        ))
                        .code(first),
                ),
                None if all == 0 => (Mark::Unknown, Sentence::words("not known: the base branch has no tests to run")),
                None => (
                    Mark::Good,
                    Sentence::words(format!(
                        "keeps working: {} pass on the new schema",
                        count(all, "base test", "base tests")
                    )),
                ),
            }
        }
        Compatibility::Inferred { .. } => match breaking.as_slice() {
            [] => (Mark::Good, Sentence::words("should keep working: no change takes anything away")),
            [one] => (
                Mark::Attention,
                Sentence::new().strong("may break").text(" on the new schema: ").then(change::what(&one.change)),
            ),
            many => (
                Mark::Attention,
                Sentence::new()
                    .strong("may break")
                    .text(format!(" on the new schema by {} changes, first: ", many.len()))
                    .then(change::what(&many[0].change)),
            ),
        },
        Compatibility::NotMeasured { reason } => (Mark::Unknown, not_measured(reason)),
    };
    let text = match &facts.compatibility {
        Compatibility::Measured(_) => text.text(" ").aside("measured"),
        Compatibility::Inferred { reason } if reason.is_empty() => text.text(" ").aside("inferred, not measured"),
        Compatibility::Inferred { reason } => text.text(" ").aside(format!("inferred, not measured: {reason}")),
        Compatibility::NotMeasured { .. } => text,
    };
    let text = match &facts.series {
        Some(series) => text.text("; ").then(series::offer(series)),
        None => text,
    };
    Some(Row { label: "Deployed code", mark, text })
}

fn not_measured(reason: &str) -> Sentence {
    if reason.is_empty() { Sentence::words("not measured") } else { Sentence::words("not measured: ").text(reason) }
}

/// The first test that failed, by its name.
pub fn first_failure(report: &TestReport) -> Option<&str> {
    report
        .cases()
        .find(|(_, case)| matches!(case.status, TestStatus::Failed { .. } | TestStatus::Error { .. }))
        .map(|(_, case)| case.name.as_str())
}

fn way_back(facts: &Facts) -> Option<Row> {
    let ran = facts.rehearsal.as_ref().is_some_and(|rehearsal| !rehearsal.revisions.is_empty());
    if facts.failure.is_some() || (facts.changes.is_empty() && !ran) {
        return None;
    }
    let lost: Vec<Sentence> = facts
        .rehearsal
        .iter()
        .flat_map(|rehearsal| &rehearsal.lost)
        .filter(|lost| lost.values > 0)
        .map(|lost| lost_name(lost).text(format!(" ({})", values(lost))))
        .collect();
    let dropped: Vec<Sentence> = facts.changes.iter().filter_map(|change| taken_away(&change.change)).collect();
    let lost = if lost.is_empty() && facts.rehearsal.is_none() { dropped } else { lost };
    let (mark, text) = match &facts.way_back {
        WayBack::Proven { rows } => {
            let proof = if *rows == 0 {
                "down and up again".to_owned()
            } else {
                format!("down and up again on {} rows", thousands(*rows))
            };
            (Mark::Good, Sentence::new().strong("proven").text(format!(": {proof}")))
        }
        WayBack::Inferred => (Mark::Attention, Sentence::words("every statement has its reverse")),
        WayBack::Broken { error } => {
            (Mark::Bad, Sentence::new().strong("does not lead back").text(": ").code(error.as_str()))
        }
        WayBack::NotMeasured { reason } => (Mark::Unknown, not_measured(reason)),
    };
    let (mark, text) = if lost.is_empty() {
        (mark, text)
    } else {
        let mark = if mark == Mark::Good { Mark::Attention } else { mark };
        (mark, text.text("; ").then(list(lost)).text(" ").strong("cannot be restored"))
    };
    let text = match facts.way_back {
        WayBack::Proven { .. } | WayBack::Broken { .. } => text.text(" ").aside("measured"),
        WayBack::Inferred => text.text(" ").aside("inferred, not measured"),
        WayBack::NotMeasured { .. } => text,
    };
    Some(Row { label: "Way back", mark, text })
}

fn taken_away(change: &Change) -> Option<Sentence> {
    matches!(change, Change::TableRemoved { .. } | Change::ColumnRemoved { .. })
        .then(|| Sentence::new().code(change::subject(change)))
}

fn lost_name(lost: &LostValues) -> Sentence {
    match &lost.column {
        Some(column) => Sentence::new().code(format!("{}.{column}", lost.table)),
        None => Sentence::words("table ").code(lost.table.to_string()),
    }
}

fn values(lost: &LostValues) -> String {
    let unit = if lost.column.is_some() { ("value", "values") } else { ("row", "rows") };
    count(usize::try_from(lost.values).unwrap_or(usize::MAX), unit.0, unit.1)
}

/// What becomes of the values that one change does away with.
pub fn fate(lost: &LostValues) -> Sentence {
    let verb = match (lost.fate, lost.values) {
        (Fate::Deleted, 1) => "is deleted",
        (Fate::Deleted, _) => "are deleted",
        (Fate::Altered, 1) => "is altered",
        (Fate::Altered, _) => "are altered",
    };
    Sentence::words(format!("{} {verb}", values(lost)))
}

/// Whose values they are, and what becomes of them.
pub fn lost(lost: &LostValues) -> Sentence {
    Sentence::words("of ").then(lost_name(lost)).text(" ").then(fate(lost))
}

/// Whether a migration took rows or values away, or does not lead back, though the schema is as it was.
pub(super) fn touches_rows(facts: &Facts) -> bool {
    let Some(rehearsal) = &facts.rehearsal else { return false };
    let fewer = |table: &TableRows| table.before.zip(table.after).is_some_and(|(before, after)| after < before);
    matches!(facts.way_back, WayBack::Broken { .. }) || !rehearsal.lost.is_empty() || rehearsal.tables.iter().any(fewer)
}

fn rows_row(facts: &Facts) -> Option<Row> {
    if facts.failure.is_some() {
        return None;
    }
    let Some(rehearsal) = &facts.rehearsal else {
        return (!facts.changes.is_empty()).then(|| Row {
            label: "Rehearsal",
            mark: Mark::Unknown,
            text: Sentence::words("not measured: the migration was not run"),
        });
    };
    let statements: usize = rehearsal.revisions.iter().map(|revision| revision.statements.len()).sum();
    let before: u64 = rehearsal.tables.iter().filter_map(|table| table.before).sum();
    let filled = rehearsal.tables.iter().filter(|table| table.before.unwrap_or_default() > 0).count();
    if rehearsal.revisions.is_empty() {
        return (!facts.changes.is_empty()).then(|| Row {
            label: "Rehearsal",
            mark: Mark::Unknown,
            text: Sentence::words("no new revision to apply, though the schemas differ"),
        });
    }
    let mut text = Sentence::words(format!(
        "{} and {} ran",
        count(rehearsal.revisions.len(), "revision", "revisions"),
        count(statements, "statement", "statements"),
    ));
    let mut mark = Mark::Good;
    if before > 0 {
        text = text.text(format!(" on {} rows in {}", thousands(before), count(filled, "table", "tables")));
    } else {
        mark = Mark::Unknown;
        text = text.text(" on empty tables");
    }
    let gone = rehearsal.tables.iter().filter_map(|table| {
        let gone = table.before?.saturating_sub(table.after?);
        (gone > 0).then(|| {
            let rows = count(usize::try_from(gone).unwrap_or(usize::MAX), "row", "rows");
            let verb = if gone == 1 { "is gone" } else { "are gone" };
            Sentence::new().strong(format!("{rows} of {} {verb}", table.table))
        })
    });
    let gone: Vec<Sentence> = gone.collect();
    if !gone.is_empty() {
        mark = Mark::Attention;
        text = text.text("; ").then(list(gone));
    }
    Some(Row { label: "Rehearsal", mark, text })
}

fn hazards(facts: &Facts) -> Option<Row> {
    let worst = facts.findings.iter().max_by_key(|finding| (finding.severity, finding.confidence))?;
    let mark = if worst.severity >= Severity::Medium { Mark::Attention } else { Mark::Good };
    let mut text = Sentence::words(worst.message.as_str()).text(" ").code(worst.rule);
    if facts.findings.len() > 1 {
        text = text.text(format!(" and {}", count(facts.findings.len() - 1, "more", "more")));
    }
    Some(Row { label: "Hazards", mark, text })
}

fn tests(facts: &Facts) -> Option<Row> {
    let Some(report) = &facts.tests else {
        return facts.failure.is_none().then(|| Row {
            label: "Tests",
            mark: Mark::Unknown,
            text: Sentence::words("not run"),
        });
    };
    let counts = report.counts();
    let mut text = Sentence::words(format!("{} passed, ", thousands(counts.passed as u64)));
    let failed = format!("{} failed", thousands(counts.failed as u64));
    text = if counts.failed > 0 { text.strong(failed) } else { text.text(failed) };
    if counts.skipped > 0 {
        text = text.text(format!(", {} skipped", thousands(counts.skipped as u64)));
    }
    let flaky = report.cases().filter(|(_, case)| matches!(case.status, TestStatus::Flaky { .. })).count();
    if flaky > 0 {
        text = text.text(format!(", {flaky} only at the second try"));
    }
    if let Some(first) = first_failure(report) {
        text = text.text(", first ").code(first);
    }
    text = text.text(format!(" · {}", seconds(report.seconds)));
    let mark = match (counts.failed, counts.passed) {
        (0, 0) => Mark::Unknown,
        (0, _) if flaky > 0 => Mark::Attention,
        (0, _) => Mark::Good,
        _ => Mark::Bad,
    };
    Some(Row { label: "Tests", mark, text })
}

fn generated(facts: &Facts) -> Option<Row> {
    let generated = facts.generated.as_ref()?;
    let mut text = match (generated.changed.len(), &generated.commit) {
        (0, _) => Sentence::words("already up to date"),
        (many, Some(commit)) => {
            Sentence::words(format!("{} changed in ", count(many, "file", "files"))).push(Span::Commit(commit.clone()))
        }
        (many, None) => Sentence::words(format!("{} changed, not committed", count(many, "file", "files"))),
    };
    if generated.hand_edits > 0 {
        text = text.text(format!(", {} kept", count(generated.hand_edits, "hand edit", "hand edits")));
    }
    let mark = if generated.conflicts.is_empty() { Mark::Good } else { Mark::Bad };
    text = match generated.conflicts.as_slice() {
        [] => text.text(", 0 conflicts"),
        [first, ..] => text
            .text(", ")
            .strong(count(generated.conflicts.len(), "conflict", "conflicts"))
            .text(", first in ")
            .place(first.as_str(), None),
    };
    Some(Row { label: "Generated", mark, text })
}

fn questions(facts: &Facts) -> Option<Row> {
    let first = &facts.questions.first()?.asked;
    let mut text = Sentence::words("was ").code(first.from.as_str()).text(" renamed to ").code(first.to.as_str());
    text = text.text(format!("? They are alike by {} of 100", first.score));
    if facts.questions.len() > 1 {
        text = text.text(format!(", and {}", count(facts.questions.len() - 1, "more question", "more questions")));
    }
    if let Some(line) = facts.approval_command.as_ref().and_then(|_| super::answer(first)) {
        text = text.text(". To say yes: ").code(line);
    }
    Some(Row { label: "To confirm", mark: Mark::Attention, text })
}
