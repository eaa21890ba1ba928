//! The comment on a pull request, and the job summary: the same text with and without the hidden marker.
//!
//! 1. The verdict, the lines under it and the table of changes always stay;
//! 2. folded parts follow, and are shed in a fixed order until the text fits;
//! 3. if the table alone is too long, it is cut from its mildest end.

use sha2::{Digest as _, Sha256};

use super::facts::{Compatibility, Facts};
use super::markdown::{self, Links};
use super::wording::sentence::{Sentence, Span, clip};
use super::wording::{self, ChangeLine};
use super::{parts, wording::count};
use crate::diff::Severity;
use crate::outcome::TestReport;
use parts::Part;

/// How long a text may be, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most characters (UTF-16 code units, of which every way of counting gives as many or fewer).
    pub characters: usize,
    /// The workflow, as part of the hidden marker.
    pub workflow: String,
    /// The job, as part of the hidden marker.
    pub job: String,
}

impl Default for Limits {
    /// GitHub refuses a comment of more than 65,536 characters.
    fn default() -> Self {
        Self { characters: 65_000, workflow: "schema".to_owned(), job: "check".to_owned() }
    }
}

/// A job summary may have 1 MiB, and a UTF-16 code unit takes at most three bytes.
const SUMMARY_CHARACTERS: usize = 340_000;

/// Places told in the table of changes; the folded list has them all.
const TOLD_PLACES: usize = 3;

/// The comment: the hidden marker first, by which it is found again.
pub fn comment(facts: &Facts, limits: &Limits) -> String {
    let marker = marker(limits);
    let room = limits.characters.saturating_sub(length(&marker) + 1);
    format!("{marker}\n{}", body(facts, room))
}

/// The hidden first line of the comment of one workflow and job.
pub fn marker(limits: &Limits) -> String {
    format!("<!-- fabwright:comment workflow={} job={} -->", word(&limits.workflow), word(&limits.job))
}

/// The text as one word. Texts that differ stay different: where one had to be altered, a part of its hash follows.
fn word(text: &str) -> String {
    let word: String = text
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || "_.".contains(letter) { letter } else { '-' })
        .collect();
    if word == text { word } else { format!("{word}-{}", &hash(text)[..8]) }
}

/// The comment of a run that could not be done.
pub fn stopped(error: &str, limits: &Limits) -> String {
    let error = markdown::fence("text", &clip(error, 4_000));
    format!("{}\n### Schema: the check could not be done\n\n{error}\n", marker(limits))
}

/// What the comment says, as a hash: two runs that found the same have the same, however long they took and wherever
/// their reports are.
pub fn digest(facts: &Facts) -> String {
    let mut facts = facts.clone();
    facts.seconds = 0.0;
    facts.report_url = None;
    let untimed = |report: &mut TestReport| {
        report.seconds = 0.0;
        report.suites.iter_mut().flat_map(|suite| &mut suite.cases).for_each(|case| case.seconds = 0.0);
    };
    facts.tests.as_mut().map(untimed);
    if let Compatibility::Measured(report) = &mut facts.compatibility {
        untimed(report);
    }
    let revisions = facts.rehearsal.iter_mut().flat_map(|rehearsal| &mut rehearsal.revisions);
    for statement in revisions.flat_map(|revision| &mut revision.statements) {
        statement.seconds = None;
        for touched in &mut statement.touched {
            (touched.held, touched.held_when_empty) = (0.0, None);
        }
    }
    hash(&body(&facts, SUMMARY_CHARACTERS))[..32].to_owned()
}

/// A text's SHA-256 in hexadecimal digits.
pub fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The text of the job summary.
pub fn summary(facts: &Facts) -> String {
    body(facts, SUMMARY_CHARACTERS)
}

pub(super) fn body(facts: &Facts, room: usize) -> String {
    if wording::fits_on_one_line(facts) {
        return one_line(facts);
    }
    let lines = wording::changes(facts);
    let mut parts = parts::parts(facts, &lines);
    let mut left_out: Vec<&'static str> = Vec::new();
    let mut shown = lines.len();
    loop {
        let text = assemble(facts, &lines[..shown], lines.len() - shown, &parts, &left_out);
        if length(&text) <= room {
            return text;
        }
        // The part that a reviewer misses least goes first.
        if let Some(at) = (0..parts.len()).min_by_key(|&at| parts[at].keep) {
            left_out.push(parts.remove(at).name);
        } else if shown > 0 {
            shown /= 2;
        } else {
            return text;
        }
    }
}

fn one_line(facts: &Facts) -> String {
    let links = Links::of(facts);
    let rows = wording::rows(facts);
    let tests = rows.iter().find(|row| row.label == "Tests").map(|row| row.text.clone());
    let mut sentence = Sentence::new().strong("No schema change");
    if let Some(tests) = tests.filter(|_| facts.tests.is_some()) {
        sentence = sentence.text(" · ").then(tests);
    }
    let sentence = sentence.text(" · ").then(wording::footer(facts));
    format!("{}\n", markdown::sentence(&sentence, links))
}

fn assemble(
    facts: &Facts,
    lines: &[ChangeLine<'_>],
    more_lines: usize,
    parts: &[Part],
    left_out: &[&'static str],
) -> String {
    let links = Links::of(facts);
    let mut blocks = vec![format!("### {}", markdown::text(&wording::headline(facts)))];
    if let Some(failure) = &facts.failure {
        blocks.push(parts::failure(failure, links));
    }
    let rows = wording::rows(facts);
    if !rows.is_empty() {
        let mut table = vec!["| | |".to_owned(), "| --- | --- |".to_owned()];
        table
            .extend(rows.iter().map(|row| format!("| **{}** | {} |", row.label, markdown::sentence(&row.text, links))));
        blocks.push(table.join("\n"));
    }
    if !lines.is_empty() {
        blocks.push(change_table(lines, facts.usages.is_some(), links));
    }
    if more_lines > 0 {
        let more = count(more_lines, "more change", "more changes");
        blocks.push(format!("{more}, none graver than these: {}", whole_report(facts)));
    }
    blocks.extend(parts.iter().map(|part| part.markdown.clone()));
    if !left_out.is_empty() {
        blocks.push(format!("Left out for length: {}. {}", left_out.join(", "), whole_report(facts)));
    }
    let footer = markdown::sentence(&wording::footer(facts), links);
    blocks.push(format!("<sub>{footer} · {}</sub>", whole_report(facts)));
    let mut text = blocks.join("\n\n");
    text.push('\n');
    text
}

fn whole_report(facts: &Facts) -> String {
    match facts.report_url.as_deref().filter(|url| markdown::is_plain_url(url)) {
        Some(url) => format!("[full report]({url})"),
        None => "full report: `report.html`".to_owned(),
    }
}

pub(super) fn change_table(lines: &[ChangeLine<'_>], looked: bool, links: Links<'_>) -> String {
    let mut table = vec![
        "| change | what | severity | approval | used by |".to_owned(),
        "| --- | --- | --- | --- | --- |".to_owned(),
    ];
    for line in lines {
        let severity = match line.severity {
            Severity::Breaking => "**breaking**".to_owned(),
            Severity::Low | Severity::Medium | Severity::High => line.severity.to_string(),
        };
        let what = match &line.data {
            Some(data) => line.what.clone().text("; ").then(data.clone()),
            None => line.what.clone(),
        };
        table.push(format!(
            "| {} | {} | {severity} | {} | {} |",
            markdown::code(line.change.change_id.short()),
            markdown::sentence(&what, links),
            markdown::sentence(&line.approval, links),
            markdown::sentence(&used_by(line, looked), links),
        ));
    }
    table.join("\n")
}

/// The hand-written places of a change, told up to a few, and how many are regenerated.
pub(super) fn used_by(line: &ChangeLine<'_>, looked: bool) -> Sentence {
    if !looked {
        return Sentence::words("not looked for");
    }
    let by_hand = line.by_hand();
    let regenerated = line.usages.len() - by_hand;
    if line.usages.is_empty() {
        return Sentence::words("–");
    }
    if by_hand == 0 {
        return match regenerated {
            1 => Sentence::words("1 place, regenerated"),
            many => Sentence::words(format!("{many} places, all regenerated")),
        };
    }
    let mut out = Sentence::new();
    for (at, usage) in line.usages.iter().take(by_hand.min(TOLD_PLACES)).enumerate() {
        if at > 0 {
            out = out.text(" · ");
        }
        out = out.push(Span::Place { path: usage.path.clone(), line: Some(usage.line) });
    }
    if by_hand > TOLD_PLACES {
        out = out.text(format!(" and {} more", by_hand - TOLD_PLACES));
    }
    if regenerated > 0 {
        out = out.text(format!("; {regenerated} regenerated"));
    }
    out
}

pub(super) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}
