//! A report on its way from a job that may not write to one that may.
//!
//! A fork's pull request runs with a token that may only read, so its job leaves this file, and a job with the
//! repository's own rights posts it. Whoever opened the pull request can put anything into the file. So it holds
//! sentences and not markup, is read strictly, and is written out here anew: nothing in it can call a person, link to
//! another place, or say that it was checked.

use serde::{Deserialize, Serialize};

use super::approval::{APPROVAL, COMMANDS};
use super::checks::{CheckKind, CheckReport, Remark, Verdict, checks};
use super::comment::{Limits, length, marker, used_by};
use super::facts::Facts;
use super::markdown::{self, Links};
use super::wording::sentence::{Sentence, Span, clip};
use super::wording::{self, count};
use crate::diff::Severity;

/// The file's name in the folder of the reports.
pub const FILE: &str = "posting.json";
/// The largest file that is read, in bytes.
pub const LARGEST: u64 = 4 * 1024 * 1024;
/// The form that this version writes and reads.
const VERSION: u32 = 1;
const MOST_ROWS: usize = 64;
const MOST_CHANGES: usize = 5_000;
const MOST_REMARKS: usize = 1_000;
const LONGEST_TEXT: usize = 60_000;
const MOST_SPANS: usize = 64;

/// Said above every report that comes this way.
const WARNING: &str = "Reported by the run of the pull request itself, which comes from a fork: read it as the author's \
                       own word.";

/// What a job found, for another one to post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posting {
    version: u32,
    /// The commit that was compared with.
    pub base: String,
    /// The commit that was checked.
    pub head: String,
    headline: String,
    rows: Vec<Row>,
    changes: Vec<Line>,
    impact: Check,
    tests: Check,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    label: String,
    text: Sentence,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    what: Sentence,
    severity: Severity,
    used_by: Sentence,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Check {
    verdict: Verdict,
    title: String,
    remarks: Vec<Remark>,
}

/// Why a file is not posted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is no report.
    #[error("it is no report of this version: {0}")]
    Form(#[from] serde_json::Error),
    /// It is a report of another version.
    #[error(
        "it is a report of version {0}, and this fabwright reads version {VERSION}: use the same one in both workflows"
    )]
    Version(u32),
    /// It holds more than any report does, or something that none does.
    #[error("it is no report: {0}")]
    Content(&'static str),
}

/// The report of a run, to be posted elsewhere. Approval is left out: that is not for this run to tell.
pub fn posting(facts: &Facts) -> String {
    let [impact, tests, _] = checks(facts);
    let check = |report: CheckReport| Check { verdict: report.verdict, title: report.title, remarks: report.remarks };
    let lines = wording::changes(facts);
    let posting = Posting {
        version: VERSION,
        base: facts.base.commit.clone(),
        head: facts.head.commit.clone(),
        headline: wording::headline(facts),
        rows: wording::rows(facts)
            .into_iter()
            .filter(|row| row.label != APPROVAL)
            .take(MOST_ROWS)
            .map(|row| Row { label: row.label.to_owned(), text: row.text })
            .collect(),
        changes: lines
            .iter()
            .take(MOST_CHANGES)
            .map(|line| Line {
                id: line.change.change_id.short().to_owned(),
                what: line.what.clone(),
                severity: line.severity,
                used_by: used_by(line, facts.usages.is_some()),
            })
            .collect(),
        impact: check(impact),
        tests: check(tests),
    };
    // A value made of strings, numbers and lists always has a text.
    let mut text = serde_json::to_string_pretty(&posting).unwrap_or_default();
    text.push('\n');
    text
}

impl Posting {
    /// Reads a file that anybody may have written.
    ///
    /// # Errors
    /// When it is not exactly what [`posting`] writes.
    pub fn read(text: &str) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let head: Head = serde_json::from_str(text)?;
        if head.version != VERSION {
            return Err(Error::Version(head.version));
        }
        let posting: Self = serde_json::from_str(text)?;
        posting.check()?;
        Ok(posting)
    }

    fn check(&self) -> Result<(), Error> {
        let is_commit = |id: &str| matches!(id.len(), 40 | 64) && id.chars().all(|digit| digit.is_ascii_hexdigit());
        if !is_commit(&self.head) || !is_commit(&self.base) {
            return Err(Error::Content("its commits are none"));
        }
        if self.rows.len() > MOST_ROWS || self.changes.len() > MOST_CHANGES {
            return Err(Error::Content("it has too many lines"));
        }
        let remarks = || self.impact.remarks.iter().chain(&self.tests.remarks);
        if remarks().count() > MOST_REMARKS {
            return Err(Error::Content("it has too many remarks"));
        }
        let inside = |path: &str| {
            !path.is_empty()
                && !path.starts_with('/')
                && !path.contains(['\\', '\0', '\n'])
                && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
        };
        let sentences = || {
            self.rows
                .iter()
                .map(|row| &row.text)
                .chain(self.changes.iter().flat_map(|line| [&line.what, &line.used_by]))
        };
        let leads_outside = |span: &Span| matches!(span, Span::Place { path, .. } if !inside(path));
        if sentences().flat_map(|sentence| &sentence.0).any(leads_outside) {
            // In a link, it would lead out of the repository.
            return Err(Error::Content("a place in it is no line of a file"));
        }
        if !remarks().all(|remark| inside(&remark.path) && remark.line > 0 && !remark.message.trim().is_empty()) {
            return Err(Error::Content("a remark stands at no line of a file"));
        }
        let texts = [&self.headline, &self.impact.title, &self.tests.title]
            .into_iter()
            .chain(self.rows.iter().map(|row| &row.label))
            .chain(self.changes.iter().map(|line| &line.id))
            .chain(remarks().flat_map(|remark| [&remark.title, &remark.message, &remark.path]));
        if !texts.into_iter().all(|text| text.len() <= LONGEST_TEXT) || !sentences().all(is_short) {
            return Err(Error::Content("a text in it is too long"));
        }
        Ok(())
    }

    /// The comment, with links into `repository` and with lines about approval, which is not for the report to tell.
    pub fn comment(&self, limits: &Limits, repository: &str, approval: &str) -> String {
        let links = Links::new(repository, &self.head);
        let mut shown = self.changes.len();
        loop {
            let text = format!("{}\n{}", marker(limits), self.body(links, shown, approval));
            if length(&text) <= limits.characters || shown == 0 {
                return text;
            }
            shown /= 2;
        }
    }

    fn body(&self, links: Links<'_>, shown: usize, approval: &str) -> String {
        let mut blocks = vec![format!("### {}", markdown::text(&self.headline)), format!("> {WARNING}")];
        let told = |row: &&Row| ![APPROVAL, COMMANDS].contains(&row.label.trim());
        if self.rows.iter().any(|row| told(&row)) || !approval.is_empty() {
            let rows = self.rows.iter().filter(told).map(|row| {
                format!(
                    "| **{}** | {} |",
                    markdown::text(&row.label),
                    markdown::sentence(&nobody_called(&row.text), links)
                )
            });
            let rows: Vec<String> = [approval.to_owned()].into_iter().filter(|it| !it.is_empty()).chain(rows).collect();
            blocks.push(format!("| | |\n| --- | --- |\n{}", rows.join("\n")));
        }
        if shown > 0 {
            let lines = self.changes.iter().take(shown).map(|line| {
                format!(
                    "| {} | {} | {} | {} |",
                    markdown::code(&line.id),
                    markdown::sentence(&nobody_called(&line.what), links),
                    line.severity,
                    markdown::sentence(&nobody_called(&line.used_by), links)
                )
            });
            let lines = lines.collect::<Vec<_>>().join("\n");
            blocks.push(format!("| change | what | severity | used by |\n| --- | --- | --- | --- |\n{lines}"));
        }
        if shown < self.changes.len() {
            blocks.push(format!("{}.", count(self.changes.len() - shown, "more change", "more changes")));
        }
        let (base, head) = (Span::Commit(self.base.clone()), Span::Commit(self.head.clone()));
        let footer = Sentence::words("base ").push(base).text(" → head ").push(head);
        blocks.push(format!("<sub>{}</sub>", markdown::sentence(&footer, links)));
        blocks.join("\n\n") + "\n"
    }

    /// What the checks say, on the author's word.
    pub fn checks(&self, repository: &str) -> [CheckReport; 2] {
        let body = self.body(Links::new(repository, &self.head), self.changes.len().min(60), "");
        let report = |kind, check: &Check| CheckReport {
            kind,
            verdict: check.verdict,
            title: clip(&check.title, 200),
            summary: body.chars().take(16_000).collect(),
            remarks: check.remarks.clone(),
        };
        [report(CheckKind::Impact, &self.impact), report(CheckKind::Tests, &self.tests)]
    }
}

fn is_short(sentence: &Sentence) -> bool {
    sentence.0.len() <= MOST_SPANS && sentence.plain().len() <= LONGEST_TEXT
}

/// The sentence with nobody called upon: a stranger's file does not notify people.
fn nobody_called(sentence: &Sentence) -> Sentence {
    let spans = sentence.0.iter().map(|span| match span {
        Span::Mention(name) => Span::Code(name.clone()),
        other => other.clone(),
    });
    Sentence(spans.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn written() -> String {
        let mut facts = sample::facts();
        (facts.base.commit, facts.head.commit) = ("a".repeat(40), "b".repeat(40));
        posting(&facts)
    }

    #[test]
    fn what_is_written_is_read() {
        let posting = Posting::read(&written()).expect("read");
        let comment = posting.comment(&Limits::default(), "https://github.com/octo/shop", "");
        assert!(comment.contains("customer.fax") && comment.contains(WARNING), "{comment}");
        assert!(!comment.contains("/fabwright approve"), "a stranger's file asks nobody for approval: {comment}");
        let [impact, tests] = posting.checks("https://github.com/octo/shop");
        assert!(!impact.remarks.is_empty() && tests.summary.len() < 65_000);
    }

    #[test]
    fn what_no_report_holds_is_refused() {
        let refused = |from: &str, to: &str| {
            let text = written();
            assert!(text.contains(from), "{from}");
            Posting::read(&text.replacen(from, to, 1)).expect_err("refused").to_string()
        };
        assert!(refused("\"version\": 1", "\"version\": 2").contains("version 2"));
        assert!(refused("\"headline\":", "\"html\": \"<b>\", \"headline\":").contains("unknown field"));
        assert!(refused(&"b".repeat(40), "main; rm -rf").contains("commits"));
        assert!(refused("\"path\": \"", "\"path\": \"../../").contains("no line of a file"));
        assert!(refused("\"headline\": \"", &format!("\"headline\": \"{}", "x".repeat(70_000))).contains("too long"));
    }

    #[test]
    fn nothing_in_it_becomes_markup_or_calls_anybody() {
        let text = written().replace("customer.fax", "<img src=x>@octo/everyone [x](https://evil.test)");
        let hostile: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let mut hostile = hostile;
        hostile["rows"][0]["text"] =
            serde_json::json!([{"mention": "octo/everyone"}, {"commit": "x](https://evil.test)"}]);
        hostile["rows"][1]["label"] = serde_json::json!("Approval ");
        let posting = Posting::read(&hostile.to_string()).expect("read");
        let comment = posting.comment(&Limits::default(), "https://github.com/octo/shop", "");
        assert!(!comment.contains("<img") && !comment.contains("](https://evil"), "{comment}");
        assert!(!comment.contains(" @octo"), "{comment}");
        assert!(!comment.contains("**Approval"), "only the gate tells of approvals: {comment}");
    }
}
