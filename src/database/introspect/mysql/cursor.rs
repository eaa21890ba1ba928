//! Walks through the tokens of what the server printed.

use crate::schema::lexer::mysql::{tokens, unquoted};
use crate::schema::lexer::{Token, TokenKind};

/// A text and how far it was read.
pub(super) struct Cursor<'a> {
    text: &'a str,
    tokens: Vec<Token<'a>>,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, tokens: tokens(text), at: 0 }
    }

    pub fn peek(&self) -> Option<Token<'a>> {
        self.ahead(0)
    }

    pub fn ahead(&self, count: usize) -> Option<Token<'a>> {
        self.tokens.get(self.at + count).copied()
    }

    pub fn next(&mut self) -> Option<Token<'a>> {
        let token = self.peek();
        self.at += usize::from(token.is_some());
        token
    }

    /// Takes the words (or symbols) if they are next, all of them.
    pub fn accept(&mut self, words: &[&str]) -> bool {
        let same = |(place, word): (usize, &&str)| {
            self.ahead(place).is_some_and(|token| token.is(word) || token.is_symbol(word))
        };
        let found = words.iter().enumerate().all(same);
        if found {
            self.at += words.len();
        }
        found
    }

    /// Takes a name, in quotes or not.
    pub fn name(&mut self) -> Option<String> {
        let token = self.peek().filter(|token| matches!(token.kind, TokenKind::Quoted | TokenKind::Word))?;
        self.at += 1;
        Some(unquoted(&token))
    }

    /// Takes a string.
    pub fn string(&mut self) -> Option<String> {
        let token = self.peek().filter(|token| token.kind == TokenKind::Text)?;
        self.at += 1;
        Some(unquoted(&token))
    }

    /// Takes a parenthesized group, of which the inner text is given.
    pub fn group(&mut self) -> Option<&'a str> {
        let open = self.peek().filter(|token| token.is_symbol("("))?;
        let mut depth = 0_usize;
        for (place, token) in self.tokens.iter().enumerate().skip(self.at) {
            if token.is_symbol("(") {
                depth += 1;
            } else if token.is_symbol(")") {
                depth -= 1;
                if depth == 0 {
                    self.at = place + 1;
                    return self.text.get(open.end()..token.start);
                }
            }
        }
        None
    }

    /// Takes a word with its parenthesized group, as a function is called, or either alone, as it was written.
    pub fn call(&mut self) -> &'a str {
        let start = self.place();
        if !self.peek().is_some_and(|token| token.is_symbol("(")) {
            self.next();
        }
        self.group();
        self.since(start)
    }

    /// Where the next token starts.
    pub fn place(&self) -> usize {
        self.peek().map_or(self.text.len(), |token| token.start)
    }

    /// What was taken since `start`, as it was written.
    pub fn since(&self, start: usize) -> &'a str {
        let end = self.at.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(start, Token::end);
        self.text.get(start..end.max(start)).unwrap_or_default()
    }

    /// Everything that was not taken yet.
    pub fn rest(&self) -> &'a str {
        self.text.get(self.place()..).unwrap_or_default()
    }
}
