//! What the gate decided, where nothing else of a report is at hand: a comment or a review came in, and the changes are
//! those of the last report.

use super::checks::{CheckKind, CheckReport, Verdict};
use super::markdown::{self, Links};
use super::wording::sentence::{Sentence, clip};
use super::wording::{self, Row, count};
use crate::diff::ChangeId;
use crate::gate::{self, Decision, GateChange};

/// A decision with what it is about.
#[derive(Debug, Clone, Copy)]
pub struct Approval<'a> {
    /// The changes.
    pub changes: &'a [GateChange],
    /// What was decided about them.
    pub decision: &'a Decision,
    /// What was said to commands that could not be followed.
    pub answers: &'a [Answer],
    /// Tests that failed.
    pub failed_tests: usize,
    /// Files with unresolved merge conflicts.
    pub conflicts: usize,
    /// What failed, where the check stopped before any change was found.
    pub stopped: Option<&'a str>,
}

/// Why a command could not be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Who typed it.
    pub to: String,
    /// Why, in a sentence without a full stop.
    pub text: String,
}

/// The label of the row with answers.
pub(super) const COMMANDS: &str = "Commands";
/// The label of the row with the decision.
pub(super) const APPROVAL: &str = "Approval";

/// The command that approves changes.
pub const COMMAND: &str = "/fabwright approve";

/// The row with answers to commands; none if there is nothing to answer.
pub(super) fn answers_row(answers: &[Answer]) -> Option<Row> {
    let sentence = wording::joined(
        answers.iter().map(|answer| Sentence::new().code(answer.to.as_str()).text(": ").text(clip(&answer.text, 300))),
        "; ",
    );
    (!answers.is_empty()).then_some(Row { label: COMMANDS, mark: wording::Mark::Attention, text: sentence })
}

impl Approval<'_> {
    /// What the check "schema approval" says.
    pub fn check(&self) -> CheckReport {
        let row = self.row();
        let verdict = match &self.decision.verdict {
            _ if self.stopped.is_some() => Verdict::Failed,
            gate::Verdict::Allowed => Verdict::Passed,
            gate::Verdict::Waiting { .. } => Verdict::Waiting,
            gate::Verdict::Denied { .. } => Verdict::Failed,
        };
        let line = match self.stopped {
            Some(stage) => format!("Nothing to approve: {stage} failed"),
            None => wording::capital(&row.text.plain()),
        };
        CheckReport {
            kind: CheckKind::Approval,
            verdict,
            title: clip(&line, 200),
            summary: self.summary(),
            remarks: Vec::new(),
        }
    }

    /// The decision as Markdown: the lines, and how each change stands.
    pub fn summary(&self) -> String {
        let mut lines = vec![format!("### {}", markdown::text(&self.headline())), String::new()];
        lines.push("| | |\n| --- | --- |".to_owned());
        lines.extend(self.rows().iter().map(table_line));
        if !self.changes.is_empty() {
            lines.push("\n| change | what | severity | approval |\n| --- | --- | --- | --- |".to_owned());
            let shown = self.changes.iter().take(100);
            lines.extend(shown.map(|change| {
                let (approval, _) = wording::approval(Some(self.decision), &change.id);
                format!(
                    "| {} | {} | {} | {} |",
                    markdown::code(change.id.short()),
                    markdown::text(&clip(&change.told, 200)),
                    change.severity,
                    markdown::sentence(&approval, Links::default()),
                )
            }));
            if self.changes.len() > 100 {
                lines.push(format!("\n{}.", count(self.changes.len() - 100, "more change", "more changes")));
            }
        }
        lines.join("\n") + "\n"
    }

    /// A comment that a report wrote, with this decision in place of the one that it tells.
    ///
    /// The lines are found by how they begin; what is not there is left out, and everything else stays as it is.
    pub fn retell(&self, comment: &str) -> String {
        let rows = self.rows();
        let (approval, others) = rows.split_first().map_or((None, &[][..]), |(first, rest)| (Some(first), rest));
        let ours = |line: &str, label: &str| line.starts_with(&format!("| **{label}** |"));
        let mut in_head = true;
        let mut out = Vec::new();
        for line in comment.split('\n') {
            // Folded parts quote code of the pull request, which may look like anything.
            in_head &= !line.starts_with("<details>");
            match line {
                _ if !in_head => out.push(line.to_owned()),
                // What a fork's report says is its author's word, and stays that.
                _ if line.starts_with("### Schema:") && !self.is_of_a_commit() => {
                    out.push(format!("### {}", markdown::text(&self.headline())));
                }
                _ if ours(line, APPROVAL) => {
                    out.extend(approval.map(table_line));
                    out.extend(others.iter().map(table_line));
                }
                _ if ours(line, COMMANDS) => {}
                _ => out.push(self.change_line(line).unwrap_or_else(|| line.to_owned())),
            }
        }
        out.join("\n")
    }

    /// A line of the table of changes, with this decision in its fourth cell.
    fn change_line(&self, line: &str) -> Option<String> {
        let rest = line.strip_prefix("| `")?;
        let change = self
            .changes
            .iter()
            .find(|change| rest.strip_prefix(change.id.short()).is_some_and(|rest| rest.starts_with("` |")))?;
        let mut cells = cells(line);
        let (approval, _) = wording::approval(Some(self.decision), &change.id);
        // The text before the first bar is the first part, and empty.
        let cell = cells.get_mut(4)?;
        *cell = format!(" {} ", markdown::sentence(&approval, Links::default()));
        Some(cells.join("|"))
    }

    /// The decision as lines of a report's table.
    pub fn lines(&self) -> String {
        self.rows().iter().map(table_line).collect::<Vec<_>>().join("\n")
    }

    fn is_of_a_commit(&self) -> bool {
        self.changes.iter().any(GateChange::is_whole_commit)
    }

    fn headline(&self) -> String {
        if self.is_of_a_commit() {
            let waits = self.decision.waiting().next().is_some();
            return format!(
                "Schema: a fork's commit, {}",
                if waits { "which needs approval" } else { "nothing blocks" }
            );
        }
        wording::headline_of(self.stopped, self.changes.len(), Some(self.decision), self.failed_tests, self.conflicts)
    }

    fn row(&self) -> Row {
        let why = |id: &ChangeId| {
            let told = self.changes.iter().find(|change| &change.id == id).map(|change| change.told.as_str());
            Sentence::words(told.filter(|told| !told.is_empty()).unwrap_or(id.short()))
        };
        wording::approval_row(self.decision, why, Some(COMMAND))
    }

    fn rows(&self) -> Vec<Row> {
        std::iter::once(self.row()).chain(answers_row(self.answers)).collect()
    }
}

fn table_line(row: &Row) -> String {
    format!("| **{}** | {} |", row.label, markdown::sentence(&row.text, Links::default()))
}

/// The cells of a table's line, split at bars that are not escaped.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for letter in line.chars() {
        if letter == '|' && !escaped {
            cells.push(String::new());
        } else if let Some(cell) = cells.last_mut() {
            cell.push(letter);
        }
        escaped = letter == '\\' && !escaped;
    }
    cells
}
