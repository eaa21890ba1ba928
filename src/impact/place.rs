//! Positions in a text, and the list of uses found in one file.

use super::{SourceFile, Usage, UsageConfidence, UsageKind};
use crate::diff::ChangeId;

/// The longest line that is shown as an excerpt, in characters.
const LONGEST_EXCERPT: usize = 240;

/// Where the lines of a text begin.
pub(super) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    /// Every character is one byte, so that nothing has to be counted.
    ascii: bool,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(index, _)| index + 1));
        Self { text, starts, ascii: text.is_ascii() }
    }

    /// Line and column of a byte offset, both from 1, the column in characters.
    pub(super) fn position(&self, offset: usize) -> (u32, u32) {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts[line - 1];
        if self.ascii {
            let column = offset - start + 1;
            return (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX));
        }
        let column = self.text.get(start..offset).map_or(offset - start, |before| before.chars().count());
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column + 1).unwrap_or(u32::MAX))
    }

    /// The byte offset of a line and column as the SQL tokenizer counts them: from 1, in characters.
    pub(super) fn offset(&self, line: u64, column: u64) -> usize {
        let Some(start) = usize::try_from(line.saturating_sub(1)).ok().and_then(|line| self.starts.get(line)) else {
            return self.text.len();
        };
        let ahead = usize::try_from(column.saturating_sub(1)).unwrap_or(0);
        if self.ascii {
            return (start + ahead).min(self.text.len());
        }
        let rest = &self.text[*start..];
        start + rest.char_indices().nth(ahead).map_or(rest.len(), |(index, _)| index)
    }

    fn excerpt(&self, line: u32) -> String {
        let index = line.saturating_sub(1) as usize;
        let start = self.starts.get(index).copied().unwrap_or(self.text.len());
        let end = self.starts.get(index + 1).copied().unwrap_or(self.text.len());
        self.text[start..end].trim().chars().take(LONGEST_EXCERPT).collect()
    }
}

/// Collects the uses of one file.
pub(super) struct Sink<'a> {
    file: &'a SourceFile,
    pub(super) lines: Lines<'a>,
    found: Vec<Usage>,
}

impl<'a> Sink<'a> {
    pub(super) fn new(file: &'a SourceFile) -> Self {
        Self { file, lines: Lines::new(&file.text), found: Vec::new() }
    }

    /// Whether the file is a package's `__init__.py`.
    pub(super) fn is_package(&self) -> bool {
        self.file.path.ends_with("__init__.py")
    }

    /// Records one use for each change.
    pub(super) fn report(
        &mut self,
        offset: usize,
        changes: &[ChangeId],
        kind: UsageKind,
        confidence: UsageConfidence,
        explanation: &str,
    ) {
        if changes.is_empty() {
            return;
        }
        let (line, column) = self.lines.position(offset);
        for change_id in changes {
            self.found.push(Usage {
                path: self.file.path.clone(),
                line,
                column,
                change_id: change_id.clone(),
                kind,
                confidence,
                excerpt: self.lines.excerpt(line),
                explanation: explanation.to_owned(),
                regenerated: self.file.generated,
            });
        }
    }

    /// What was found, in order of place; of two findings at one place the surer one.
    pub(super) fn finish(mut self) -> Vec<Usage> {
        self.found.sort_by(|a, b| {
            (a.line, a.column, &a.change_id)
                .cmp(&(b.line, b.column, &b.change_id))
                .then_with(|| b.confidence.cmp(&a.confidence))
                .then_with(|| a.cmp(b))
        });
        self.found.dedup_by(|next, kept| {
            (next.line, next.column, &next.change_id) == (kept.line, kept.column, &kept.change_id)
        });
        self.found
    }
}
