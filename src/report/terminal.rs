//! The closing summary on a terminal.

use console::Style;

use super::facts::Facts;
use super::wording::sentence::{clip, visible_block};
use super::wording::{self, ChangeLine, Mark};
use crate::diff::Severity;

/// How the summary is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Whether the terminal shows colours.
    pub colour: Colour,
    /// Columns of the terminal.
    pub width: usize,
}

/// Whether text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Words alone.
    Never,
    /// With colours and weights.
    Always,
}

impl Default for Layout {
    fn default() -> Self {
        Self { colour: Colour::Never, width: 100 }
    }
}

/// Changes that are told; the report has them all.
const TOLD: usize = 20;
const LABEL: usize = 16;

/// The summary: the verdict, the lines under it, and the changes.
pub fn terminal(facts: &Facts, layout: Layout) -> String {
    let paint = Paint(layout.colour);
    let mut out = vec![String::new()];
    let mark = wording::overall(facts);
    out.push(format!("{} {}", paint.mark(mark, symbol(mark)), paint.bold(&wording::headline(facts))));
    out.push(format!("  {}", paint.dim(&wording::footer(facts).plain())));
    out.push(String::new());
    if let Some(failure) = &facts.failure {
        out.push(format!("  {}", wording::failure(failure).plain()));
        for (name, text) in [("statement", &failure.statement), ("row", &failure.row)] {
            if let Some(text) = text {
                out.push(format!("  {}", paint.dim(name)));
                out.extend(indented(text));
            }
        }
        out.push(format!("  {}", paint.dim("what it says")));
        out.extend(indented(&failure.error));
        if let Some(step) = &failure.next_step {
            out.push(String::new());
            out.push(format!("  {} {}", paint.bold("Next:"), wording::sentence::visible(step)));
        }
        out.push(String::new());
    }
    for row in wording::rows(facts) {
        let symbol = paint.mark(row.mark, symbol(row.mark));
        let lines = wrapped(&row.text.plain(), layout.width.saturating_sub(LABEL + 4).max(30));
        for (at, line) in lines.iter().enumerate() {
            if at == 0 {
                out.push(format!("  {symbol} {} {line}", paint.bold(&pad(row.label, LABEL - 1))));
            } else {
                out.push(format!("{}{line}", " ".repeat(LABEL + 4)));
            }
        }
    }
    let lines = wording::changes(facts);
    if !lines.is_empty() {
        out.push(String::new());
        out.extend(lines.iter().take(TOLD).flat_map(|line| change(line, facts, layout, &paint)));
        if lines.len() > TOLD {
            out.push(format!("  and {} more", lines.len() - TOLD));
        }
    }
    out.push(String::new());
    let mut text: String = out.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n");
    text.truncate(text.trim_end().len());
    text.push_str("\n\n");
    text
}

fn change(line: &ChangeLine<'_>, facts: &Facts, layout: Layout, paint: &Paint) -> Vec<String> {
    let what = match &line.data {
        Some(data) => line.what.clone().text("; ").then(data.clone()),
        None => line.what.clone(),
    };
    let waits =
        if line.waiting { format!("  {}", paint.mark(Mark::Attention, &line.approval.plain())) } else { String::new() };
    let mut out = vec![format!(
        "  {} {}  {}{waits}",
        paint.dim(line.change.change_id.short()),
        paint.severity(line.severity),
        clip(&what.plain(), layout.width.max(40)),
    )];
    if line.by_hand() > 0 && facts.usages.is_some() {
        let used = super::comment::used_by(line, true).plain();
        out.push(format!("{}used by {used}", " ".repeat(21)));
    }
    out
}

fn symbol(mark: Mark) -> &'static str {
    match mark {
        Mark::Good => "✓",
        Mark::Attention => "!",
        Mark::Bad => "✗",
        Mark::Unknown => "·",
    }
}

fn indented(text: &str) -> Vec<String> {
    clip(&visible_block(text), 2_000).lines().map(|line| format!("    {line}")).collect()
}

fn pad(text: &str, width: usize) -> String {
    format!("{text:<width$}")
}

/// Words in lines of at most `width` columns. A longer word has a line of its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.len() - 1;
        let line = &mut lines[last];
        if line.is_empty() {
            line.push_str(word);
        } else if console::measure_text_width(line) + 1 + console::measure_text_width(word) <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

struct Paint(Colour);

impl Paint {
    fn with(&self, style: Style, text: &str) -> String {
        match self.0 {
            Colour::Never => text.to_owned(),
            Colour::Always => style.force_styling(true).apply_to(text).to_string(),
        }
    }

    fn bold(&self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    fn dim(&self, text: &str) -> String {
        self.with(Style::new().dim(), text)
    }

    fn mark(&self, mark: Mark, text: &str) -> String {
        let style = match mark {
            Mark::Good => Style::new().green(),
            Mark::Attention => Style::new().yellow().bold(),
            Mark::Bad => Style::new().red().bold(),
            Mark::Unknown => Style::new().dim(),
        };
        self.with(style, text)
    }

    fn severity(&self, severity: Severity) -> String {
        let text = pad(&severity.to_string(), 8);
        match severity {
            Severity::Breaking => self.with(Style::new().red().bold(), &text),
            Severity::High => self.with(Style::new().yellow(), &text),
            Severity::Medium | Severity::Low => self.with(Style::new().dim(), &text),
        }
    }
}
