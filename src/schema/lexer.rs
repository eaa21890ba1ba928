//! The words of an SQL text, by SQLite's lexical grammar.
//!
//! Servers hand expressions and definitions back as they were written, so two texts that mean the same may differ
//! in spacing, comments, quotes and case. What is compared is [`canonical`]; what is rendered is [`tidy`].

pub mod mysql;

use std::collections::BTreeMap;

use super::quote;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A keyword or a bare identifier.
    Word,
    /// An identifier in double quotes, backticks or brackets.
    Quoted,
    /// A string in single quotes.
    Text,
    /// A number.
    Number,
    /// A blob literal (`x'00'`).
    Blob,
    /// A bound parameter.
    Variable,
    /// An operator or a punctuation mark.
    Symbol,
}

/// A token and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: TokenKind,
    /// Its text, quotes included.
    pub text: &'a str,
    /// Its first byte in the whole text.
    pub start: usize,
}

impl Token<'_> {
    /// The byte after its last one.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is this keyword, in any case.
    pub fn is(&self, keyword: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(keyword)
    }

    /// Whether it is this symbol.
    pub fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == TokenKind::Symbol && self.text == symbol
    }

    /// The name that it spells: SQLite takes a string in single quotes as a name where only a name can stand.
    pub fn name(&self) -> Option<String> {
        match self.kind {
            TokenKind::Word => Some(self.text.to_owned()),
            TokenKind::Quoted | TokenKind::Text => Some(self.unquoted()),
            TokenKind::Number | TokenKind::Blob | TokenKind::Variable | TokenKind::Symbol => None,
        }
    }

    /// The text without its quotes.
    pub fn unquoted(&self) -> String {
        let Some(quote @ ('\'' | '"' | '`' | '[')) = self.text.chars().next() else {
            return self.text.to_owned();
        };
        let close = if quote == '[' { ']' } else { quote };
        let inner = self.text.get(1..).unwrap_or_default();
        let inner = inner.strip_suffix(close).unwrap_or(inner);
        if quote == '[' { inner.to_owned() } else { inner.replace(&format!("{quote}{quote}"), &quote.to_string()) }
    }
}

/// The tokens of `sql`, without white space and comments. Any text has tokens; nothing is refused.
pub fn tokens(sql: &str) -> Vec<Token<'_>> {
    let bytes = sql.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        let (kind, length) = match byte {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0c => (None, 1),
            b'-' if next == Some(b'-') => (None, until(bytes, at, b"\n")),
            b'/' if next == Some(b'*') => (None, until(bytes, at, b"*/")),
            b'\'' => (Some(TokenKind::Text), quoted(bytes, at, b'\'')),
            b'"' | b'`' => (Some(TokenKind::Quoted), quoted(bytes, at, byte)),
            b'[' => (Some(TokenKind::Quoted), until(bytes, at, b"]")),
            b'x' | b'X' if next == Some(b'\'') => (Some(TokenKind::Blob), 1 + quoted(bytes, at + 1, b'\'')),
            b'0'..=b'9' => (Some(TokenKind::Number), number(bytes, at)),
            b'.' if next.is_some_and(|digit| digit.is_ascii_digit()) => (Some(TokenKind::Number), number(bytes, at)),
            b'?' | b':' | b'@' | b'#' => (Some(TokenKind::Variable), 1 + run(bytes, at + 1)),
            b'$' => (Some(TokenKind::Variable), run(bytes, at)),
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

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn run(bytes: &[u8], at: usize) -> usize {
    bytes.iter().skip(at).take_while(|byte| is_word(**byte)).count()
}

fn until(bytes: &[u8], at: usize, end: &[u8]) -> usize {
    let rest = bytes.get(at + 1..).unwrap_or_default();
    rest.windows(end.len()).position(|window| window == end).map_or(bytes.len() - at, |found| 1 + found + end.len())
}

fn quoted(bytes: &[u8], at: usize, quote: u8) -> usize {
    let mut end = at + 1;
    while let Some(&byte) = bytes.get(end) {
        end += 1;
        if byte == quote {
            if bytes.get(end) != Some(&quote) {
                break;
            }
            end += 1;
        }
    }
    end - at
}

fn number(bytes: &[u8], at: usize) -> usize {
    let mut end = at;
    while let Some(&byte) = bytes.get(end) {
        let exponent = matches!(byte, b'+' | b'-')
            && end > at
            && matches!(bytes.get(end - 1), Some(b'e' | b'E'))
            && !matches!(bytes.get(at..at + 2), Some(b"0x" | b"0X"));
        if !(is_word(byte) || byte == b'.' || exponent) {
            break;
        }
        end += 1;
    }
    end - at
}

fn symbol(bytes: &[u8], at: usize) -> usize {
    const LONG: [&[u8]; 10] = [b"->>", b"->", b"||", b"<<", b">>", b"<=", b">=", b"==", b"!=", b"<>"];
    LONG.iter().find(|long| bytes.get(at..).is_some_and(|rest| rest.starts_with(long))).map_or(1, |long| long.len())
}

/// The text on one line: comments gone, runs of white space made one space, all else as it was written.
pub fn tidy(sql: &str) -> String {
    rewrite(sql, |token| token.text.to_owned())
}

/// The text with bare and quoted identifiers exchanged for others: lower-case old name to new name.
pub fn rename_identifiers(sql: &str, names: &BTreeMap<String, String>) -> String {
    rewrite(sql, |token| match token.kind {
        TokenKind::Word | TokenKind::Quoted => names
            .get(&token.unquoted().to_ascii_lowercase())
            .map_or_else(|| token.text.to_owned(), |new| quote::identifier(new)),
        _ => token.text.to_owned(),
    })
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

/// A form that is equal for texts that differ in spacing, comments, quotes of identifiers or case alone.
pub fn canonical(sql: &str) -> String {
    canonical_tokens(&tokens(sql))
}

/// Like [`canonical`], for an expression: parentheses around the whole of it do not count.
pub fn canonical_expression(sql: &str) -> String {
    let all = tokens(sql);
    let mut rest = all.as_slice();
    while let [first, inner @ .., last] = rest
        && first.is_symbol("(")
        && last.is_symbol(")")
        && closes_at_end(rest)
    {
        rest = inner;
    }
    canonical_tokens(rest)
}

fn closes_at_end(tokens: &[Token<'_>]) -> bool {
    let mut depth = 0_usize;
    for (place, token) in tokens.iter().enumerate() {
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return place + 1 == tokens.len();
            }
        }
    }
    false
}

fn canonical_tokens(tokens: &[Token<'_>]) -> String {
    let end = tokens.iter().rposition(|token| !token.is_symbol(";")).map_or(0, |last| last + 1);
    let words: Vec<String> = tokens
        .iter()
        .take(end)
        .map(|token| match token.kind {
            TokenKind::Word => token.text.to_ascii_lowercase(),
            TokenKind::Quoted => {
                let name = token.unquoted().to_ascii_lowercase();
                let bare =
                    !name.is_empty() && name.bytes().all(is_word) && !name.starts_with(|c: char| c.is_ascii_digit());
                if bare { name } else { quote::identifier(&name) }
            }
            _ => token.text.to_owned(),
        })
        .collect();
    words.join(" ")
}

/// Whether `sql` names `name` anywhere, as a bare or quoted identifier, in any case.
pub fn mentions(sql: &str, name: &str) -> bool {
    tokens(sql).iter().any(|token| {
        matches!(token.kind, TokenKind::Word | TokenKind::Quoted) && token.unquoted().eq_ignore_ascii_case(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spacing_comments_quotes_and_case_do_not_count() {
        let one = "select Id, 'It''s' -- which\n from \"Users\" /* all */ where a<>1;";
        let two = "SELECT id ,'It''s' FROM [users] WHERE a <> 1";
        assert_eq!(canonical(one), canonical(two));
        assert_ne!(canonical("a = 'X'"), canonical("a = 'x'"));
        assert_eq!(canonical_expression("((a) > (b))"), canonical_expression("(a)>(b)"));
    }

    #[test]
    fn a_comment_cannot_swallow_what_follows_it() {
        assert_eq!(tidy("a > 0 -- positive\n and b"), "a > 0 and b");
        assert_eq!(tidy("a /* open"), "a");
    }

    #[test]
    fn odd_texts_have_tokens_too() {
        for sql in ["'open", "\"open", "[open", "/*", "é ü\u{0}", "1e+5 0x1F .5 x'00' ?1 :a $b", "a->>'$.b'"] {
            let joined: String = tokens(sql).iter().map(|token| token.text).collect();
            assert_eq!(joined.replace(' ', ""), if sql == "/*" { String::new() } else { sql.replace(' ', "") });
        }
        assert_eq!(tokens("[a]]b]").iter().map(Token::unquoted).collect::<Vec<_>>(), ["a", "]", "b", "]"]);
        assert_eq!(tokens("`a``b`").first().map(Token::unquoted).as_deref(), Some("a`b"));
    }

    #[test]
    fn identifiers_are_renamed_and_strings_are_not() {
        let names = BTreeMap::from([("a".to_owned(), "b\"c".to_owned())]);
        assert_eq!(rename_identifiers("A > 0 AND [a] <> 'a'", &names), "\"b\"\"c\" > 0 AND \"b\"\"c\" <> 'a'");
    }
}
