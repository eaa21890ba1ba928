//! A sentence with its emphasis, before it becomes Markdown, HTML or plain text.

use serde::{Deserialize, Serialize};

/// A piece of a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Span {
    /// Words.
    Text(String),
    /// Words that carry the sentence.
    Strong(String),
    /// A remark on the side.
    Aside(String),
    /// A name, a value or a command, exactly as a machine has it. Whatever came from outside stands in one of these.
    Code(String),
    /// A person or team who is called upon, with `@`.
    Mention(String),
    /// A line of a file at the head revision.
    Place {
        /// The file, from the root of the repository.
        path: String,
        /// The line, from 1. `None`: the whole file.
        line: Option<u32>,
    },
    /// A commit.
    Commit(String),
}

/// A sentence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sentence(pub Vec<Span>);

impl Sentence {
    /// An empty sentence.
    pub fn new() -> Self {
        Self::default()
    }

    /// A sentence of plain words.
    pub fn words(text: impl Into<String>) -> Self {
        Self::new().text(text)
    }

    /// Adds words.
    pub fn text(self, text: impl Into<String>) -> Self {
        self.push(Span::Text(text.into()))
    }

    /// Adds words that carry the sentence.
    pub fn strong(self, text: impl Into<String>) -> Self {
        self.push(Span::Strong(text.into()))
    }

    /// Adds a remark on the side.
    pub fn aside(self, text: impl Into<String>) -> Self {
        self.push(Span::Aside(text.into()))
    }

    /// Adds something exactly as a machine has it.
    pub fn code(self, text: impl Into<String>) -> Self {
        self.push(Span::Code(text.into()))
    }

    /// Adds a line of a file.
    pub fn place(self, path: impl Into<String>, line: Option<u32>) -> Self {
        self.push(Span::Place { path: path.into(), line })
    }

    /// Adds any piece.
    pub fn push(mut self, span: Span) -> Self {
        self.0.push(span);
        self
    }

    /// Adds another sentence's pieces.
    pub fn then(mut self, other: Sentence) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The sentence without its emphasis, safe for a terminal.
    pub fn plain(&self) -> String {
        let mut out = String::new();
        for span in &self.0 {
            match span {
                Span::Text(text) | Span::Strong(text) | Span::Code(text) | Span::Mention(text) => {
                    out.push_str(&visible(text));
                }
                Span::Aside(text) => {
                    out.push('(');
                    out.push_str(&visible(text));
                    out.push(')');
                }
                Span::Place { path, line } => out.push_str(&place(path, *line)),
                Span::Commit(commit) => out.push_str(&visible(short(commit))),
            }
        }
        out
    }
}

/// A place as people write it, `path:line`.
pub fn place(path: &str, line: Option<u32>) -> String {
    let path = clip(&visible(path), 120);
    line.map_or_else(|| path.clone(), |line| format!("{path}:{line}"))
}

/// The first seven digits of a commit.
pub fn short(commit: &str) -> &str {
    commit.get(..7).unwrap_or(commit)
}

/// `text` on one line, with control and direction-changing characters spelled out, so that what is read is what is
/// there.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' => out.push(' '),
            character if is_hidden(character) => out.push_str(&format!("\\u{{{:x}}}", character as u32)),
            character => out.push(character),
        }
    }
    out
}

/// Like [`visible`], keeping lines and tabs.
pub fn visible_block(text: &str) -> String {
    text.replace("\r\n", "\n")
        .split('\n')
        .map(|line| line.split('\t').map(visible).collect::<Vec<_>>().join("\t"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// At most `limit` characters of `text`, with an ellipsis where something is missing.
pub fn clip(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(limit.saturating_sub(1)).collect();
    out.push('…');
    out
}

/// Whether a character cannot be seen, or changes how others are read.
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_spelled_out() {
        assert_eq!(visible("a\u{202e}b\u{1b}[31m\nc"), "a\\u{202e}b\\u{1b}[31m c");
        assert_eq!(visible_block("a\r\n\tb\u{7}"), "a\n\tb\\u{7}");
        assert_eq!(visible("a\u{61c}b\u{ad}c\u{e0041}"), "a\\u{61c}b\\u{ad}c\\u{e0041}");
    }

    #[test]
    fn long_names_are_clipped() {
        assert_eq!(clip("abcdef", 4), "abc…");
        assert_eq!(clip("abc", 4), "abc");
    }

    #[test]
    fn a_plain_sentence_keeps_its_facts() {
        let sentence = Sentence::new().strong("breaks").text(" at ").place("app/a.py", Some(3)).aside(" measured");
        assert_eq!(sentence.plain(), "breaks at app/a.py:3( measured)");
    }
}
