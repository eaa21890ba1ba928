//! Regular expressions in conditions.

use regex::{Regex, RegexBuilder};

/// A regular expression of a server, as far as it means the same to Rust's.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    regex: Regex,
    beginning: String,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.regex.as_str() == other.regex.as_str()
    }
}

/// Words of the kinds that such rules ask for; a number makes more of them.
const EXAMPLES: &[&str] = &[
    "abc",
    "ABC",
    "Abc",
    "a1",
    "AB12",
    "person@example.org",
    "https://example.org/",
    "+49 30 123456",
    "+4930123456",
    "192.0.2.1",
    "a",
    "A",
];

impl Pattern {
    /// Reads an expression of any of the dialects.
    ///
    /// # Errors
    ///
    /// What is not understood in it.
    pub(super) fn parse(expression: &str, ignores_case: bool) -> Result<Self, String> {
        let regex = RegexBuilder::new(expression)
            .case_insensitive(ignores_case)
            .size_limit(1 << 20)
            .build()
            .map_err(|_| format!("the regular expression `{expression}` is not understood"))?;
        let start = expression.strip_prefix('^').unwrap_or("");
        let plain = |character: &char| character.is_alphanumeric() || "-_/#: @".contains(*character);
        let mut beginning: String = start.chars().take_while(plain).collect();
        // What is repeated is not always there, nor is one of several.
        let next = start.chars().nth(beginning.chars().count());
        if next.is_some_and(|next| "*?{+|".contains(next)) {
            beginning.pop();
        }
        Ok(Self { regex, beginning })
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// What every text begins with.
    pub(super) fn beginning(&self) -> &str {
        &self.beginning
    }

    /// Texts that match.
    pub(super) fn examples(&self) -> impl Iterator<Item = String> {
        let digits = (1..=20).map(|length| "1234567890".chars().cycle().take(length).collect::<String>());
        let letters = (1..=10).map(|length| "ABCDEFGHIJ".chars().take(length).collect::<String>());
        let words = EXAMPLES.iter().map(|word| (*word).to_owned()).chain(digits).chain(letters);
        words
            .flat_map(|word| [format!("{}{word}", self.beginning), word.to_lowercase(), word])
            .filter(|text| self.regex.is_match(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(expression: &str) -> Option<String> {
        Pattern::parse(expression, false).expect("the expression is valid").examples().next()
    }

    #[test]
    fn there_are_texts_for_common_rules() {
        assert_eq!(example("^[0-9]{10}$").as_deref(), Some("1234567890"));
        assert_eq!(example("^[A-Z]{2}$").as_deref(), Some("AB"));
        assert_eq!(example("^INV-[0-9]{4}$").as_deref(), Some("INV-1234"));
        assert_eq!(example(r"^[^@\s]+@[^@\s]+\.[a-z]+$").as_deref(), Some("person@example.org"));
    }

    #[test]
    fn a_part_that_may_be_missing_is_no_beginning() {
        let beginning = |expression| Pattern::parse(expression, false).expect("it is valid").beginning().to_owned();
        assert_eq!(beginning("^SKU-?[0-9]+$"), "SKU");
        assert_eq!(beginning("^[0-9]+$"), "");
        assert_eq!(beginning("no anchor"), "");
    }
}
