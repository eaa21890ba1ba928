//! Whether a text has any of many names in it: what need not be parsed is not parsed.

use aho_corasick::{AhoCorasick, MatchKind};

/// A search for whole words, whatever their case.
pub(super) struct Search {
    automaton: Option<AhoCorasick>,
    /// Whether there is anything to find.
    empty: bool,
}

impl Search {
    pub(super) fn new<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(&words)
            .ok();
        Self { automaton, empty: words.is_empty() }
    }

    /// Whether one of the words stands in the text. What can't be searched for counts as found.
    pub(super) fn finds(&self, text: &str) -> bool {
        let Some(automaton) = &self.automaton else { return !self.empty };
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        automaton.find_iter(text).any(|found| {
            let mut before = text.get(..found.start()).unwrap_or("").chars().rev();
            let after = text.get(found.end()..).and_then(|after| after.chars().next());
            // The letter of an escape (`"\tfax"`) is no part of a word.
            let begins = before.next().is_none_or(|last| !is_part(last) || before.next() == Some('\\'));
            begins && !after.is_some_and(is_part)
        })
    }
}
