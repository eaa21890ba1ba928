//! The words of an SQL text, by the lexical grammar of MySQL and MariaDB in their default modes.
//!
//! Both print every name in backquotes, so that a name can be told from a word, and escape with backslashes.

pub mod program_mode;

use std::collections::BTreeMap;

use super::{Token, TokenKind, is_word, number, run, symbol, until};
use crate::schema::Dialect;
use crate::schema::quote::identifier_in;

/// The tokens of `sql`, without white space and comments. Any text has tokens; nothing is refused.
pub fn tokens(sql: &str) -> Vec<Token<'_>> {
    let bytes = sql.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        let (kind, length) = match byte {
            byte if byte.is_ascii_whitespace() => (None, 1),
            b'#' => (None, until(bytes, at, b"\n")),
            b'-' if next == Some(b'-') && bytes.get(at + 2).is_none_or(u8::is_ascii_whitespace) => {
                (None, until(bytes, at, b"\n"))
            }
            b'/' if next == Some(b'*') => (None, comment(bytes, at)),
            b'\'' | b'"' => (Some(TokenKind::Text), quoted(bytes, at, byte)),
            b'`' => (Some(TokenKind::Quoted), quoted(bytes, at, byte)),
            b'x' | b'X' | b'b' | b'B' if next == Some(b'\'') => {
                (Some(TokenKind::Blob), 1 + quoted(bytes, at + 1, b'\''))
            }
            b'0'..=b'9' => (Some(TokenKind::Number), number(bytes, at)),
            b'.' if next.is_some_and(|digit| digit.is_ascii_digit()) => (Some(TokenKind::Number), number(bytes, at)),
            b'?' | b'@' => (Some(TokenKind::Variable), 1 + run(bytes, at + 1)),
            _ if is_word(byte) => (Some(TokenKind::Word), run(bytes, at)),
            _ => (Some(TokenKind::Symbol), symbol(bytes, at)),
        };
        let end = (at + length).min(bytes.len());
        // Every boundary is at an ASCII byte or the end, hence at a character boundary.
        if let (Some(kind), Some(text)) = (kind, sql.get(at..end)) {
            found.push(Token { kind, text, start: at });
        }
        at = end.max(at + 1);
    }
    found
}

/// The end of a comment comes after its two opening signs.
fn comment(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at + 2..).is_some_and(|rest| rest.is_empty()) { 2 } else { 1 + until(bytes, at + 1, b"*/") }
}

fn quoted(bytes: &[u8], at: usize, quote: u8) -> usize {
    let mut end = at + 1;
    while let Some(&byte) = bytes.get(end) {
        end += 1;
        if byte == b'\\' && quote != b'`' {
            end += 1;
        } else if byte == quote {
            if bytes.get(end) != Some(&quote) {
                break;
            }
            end += 1;
        }
    }
    end.min(bytes.len()) - at
}

/// The name or string that a quoted token spells; any other token as it is.
pub fn unquoted(token: &Token<'_>) -> String {
    let Some(quote @ ('\'' | '"' | '`')) = token.text.chars().next() else { return token.text.to_owned() };
    let inner = token.text.get(1..).unwrap_or_default();
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(letter) = rest.next() {
        match letter {
            '\\' if quote != '`' => match rest.next() {
                Some('0') => text.push('\0'),
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('t') => text.push('\t'),
                Some('b') => text.push('\u{8}'),
                Some('Z') => text.push('\u{1a}'),
                Some(other) => text.push(other),
                None => text.push('\\'),
            },
            letter if letter == quote => {
                rest.next();
                text.push(quote);
            }
            letter => text.push(letter),
        }
    }
    text
}

/// The text with the marks of comments that only some versions read taken away, and what stands in them left.
pub fn without_version_marks(sql: &str) -> String {
    if !sql.contains("/*!") && !sql.contains("/*M!") {
        return sql.to_owned();
    }
    let bytes = sql.as_bytes();
    let mut text = String::with_capacity(sql.len());
    let (mut at, mut kept) = (0, 0);
    let mut inside = false;
    while let Some(&byte) = bytes.get(at) {
        let rest = sql.get(at..).unwrap_or_default();
        let mark = if let Some(rest) = rest.strip_prefix("/*!").or_else(|| rest.strip_prefix("/*M!")) {
            inside = true;
            Some(sql.len() - at - rest.trim_start_matches(|digit: char| digit.is_ascii_digit()).len())
        } else if inside && rest.starts_with("*/") {
            inside = false;
            Some(2)
        } else {
            None
        };
        match (mark, byte) {
            (Some(length), _) => {
                text.push_str(sql.get(kept..at).unwrap_or_default());
                at += length;
                kept = at;
            }
            (None, b'\'' | b'"' | b'`') => at += quoted(bytes, at, byte),
            (None, _) => at += 1,
        }
    }
    text.push_str(sql.get(kept..).unwrap_or_default());
    text
}

/// The text on one line: comments gone, runs of white space made one space, all else as it was written.
pub fn tidy(sql: &str) -> String {
    rewrite(sql, |token| token.text.to_owned())
}

fn rewrite(sql: &str, text_of: impl Fn(&Token<'_>) -> String) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut end = None;
    for token in tokens(sql) {
        if end.is_some_and(|end| end < token.start) {
            text.push(' ');
        }
        text.push_str(&text_of(&token));
        end = Some(token.end());
    }
    text
}

/// The text with names in backquotes exchanged for others: lower-case old name to new name.
pub fn rename_identifiers(sql: &str, names: &BTreeMap<String, String>) -> String {
    rewrite(sql, |token| match token.kind {
        TokenKind::Quoted => names
            .get(&unquoted(token).to_lowercase())
            .map_or_else(|| token.text.to_owned(), |new| identifier_in(Dialect::Mysql, new)),
        _ => token.text.to_owned(),
    })
}

/// Whether `sql` names `name` in backquotes, in any case.
pub fn mentions(sql: &str, name: &str) -> bool {
    let name = name.to_lowercase();
    tokens(sql).iter().any(|token| token.kind == TokenKind::Quoted && unquoted(token).to_lowercase() == name)
}

/// The parts of `sql` between the commas that stand in no parentheses.
pub fn parts(sql: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for token in tokens(sql) {
        match token.text {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "," if depth == 0 => {
                parts.push(sql.get(start..token.start).unwrap_or_default().trim());
                start = token.end();
            }
            _ => {}
        }
    }
    let last = sql.get(start..).unwrap_or_default().trim();
    if !last.is_empty() {
        parts.push(last);
    }
    parts
}

/// Whether a semicolon ends something inside of the statement, as in the body of a trigger.
pub fn is_compound(statement: &str) -> bool {
    let all = tokens(statement.trim_end().trim_end_matches(';'));
    all.iter().any(|token| token.is_symbol(";"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_names_say_what_they_spell() {
        let all = tokens(
            r#"`a``b` 'it''s \\ \n' "q\"" b'01' _utf8mb4'x' -- gone
            # and this
            /* too */ 1.5e+3"#,
        );
        let said: Vec<String> = all.iter().map(unquoted).collect();
        assert_eq!(said, ["a`b", "it's \\ \n", "q\"", "b'01'", "_utf8mb4", "x", "1.5e+3"]);
    }

    #[test]
    fn marks_of_versions_go_and_strings_stay() {
        let text =
            "a /*!80023 INVISIBLE */ DEFAULT '/*!1 x */', `b*/` blob /*M!100301 COMPRESSED*/ /*!50100 PARTITION */";
        let plain = "a  INVISIBLE  DEFAULT '/*!1 x */', `b*/` blob  COMPRESSED  PARTITION ";
        assert_eq!(without_version_marks(text), plain);
    }

    #[test]
    fn odd_texts_have_tokens_too() {
        for sql in ["'open", "`open", "/*", "/*/", "'\\", "é ü\u{0}", "--", "x'"] {
            tokens(sql);
            without_version_marks(sql);
        }
        assert_eq!(parts("`a`(1,2), b, ',('"), ["`a`(1,2)", "b", "',('"]);
        assert!(is_compound("CREATE TRIGGER t BEGIN SET @a = 1; END;"));
        assert!(!is_compound("SELECT ';' -- ;\n;"));
    }

    #[test]
    fn only_names_are_renamed() {
        let names = BTreeMap::from([("a".to_owned(), "b`c".to_owned())]);
        assert_eq!(rename_identifiers("`A`  > a('a') and `aa`", &names), "`b``c` > a('a') and `aa`");
        assert!(mentions("`A` > 1", "a") && !mentions("a > '`a`'", "a"));
    }
}
