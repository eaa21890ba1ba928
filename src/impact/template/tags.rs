//! The tags of a template, each tokenised by itself.

use minijinja::machinery::{Token, tokenize};
use minijinja::syntax::SyntaxConfig;

/// `{{ … }}` or `{% … %}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TagKind {
    /// An expression that is printed.
    Variable,
    /// A statement.
    Block,
}

/// One tag: its tokens, each with its byte offset in the template.
pub(super) struct Tag<'a> {
    pub(super) kind: TagKind,
    pub(super) tokens: Vec<(Token<'a>, usize)>,
}

/// Every tag of a template outside comments and raw blocks.
pub(super) fn tags(text: &str) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find('{').map(|found| at + found) {
        let rest = &text[open..];
        if rest.starts_with("{#") {
            at = rest.find("#}").map_or(text.len(), |end| open + end + 2);
            continue;
        }
        let (kind, closing) = match rest.as_bytes().get(1) {
            Some(b'{') => (TagKind::Variable, "}}"),
            Some(b'%') => (TagKind::Block, "%}"),
            _ => {
                at = open + 1;
                continue;
            }
        };
        let trimmed = usize::from(matches!(rest.as_bytes().get(2), Some(b'-' | b'+')));
        let start = open + 2 + trimmed;
        let Some(end) = end_of(&text[start..], closing).map(|end| start + end) else {
            at = open + 2;
            continue;
        };
        let inner = text[start..end].trim_end_matches(['-', '+']);
        let tokens: Vec<(Token<'_>, usize)> = tokenize(inner, true, SyntaxConfig::default())
            .map_while(Result::ok)
            .map(|(token, span)| (token, start + span.start_offset as usize))
            .collect();
        at = end + 2;
        if let (TagKind::Block, Some((Token::Ident("raw" | "verbatim"), _))) = (kind, tokens.first()) {
            at = end_of_raw(text, at);
            continue;
        }
        tags.push(Tag { kind, tokens });
    }
    tags
}

/// Where the tag closes, quotes respected; where they do not balance, at the first closing mark.
fn end_of(text: &str, closing: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    let mut braces = 0_usize;
    for (index, c) in text.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if braces == 0 && text[index..].starts_with(closing) => return Some(index),
            None if c == '{' => braces += 1,
            None if c == '}' => braces = braces.saturating_sub(1),
            None => {}
        }
    }
    text.find(closing)
}

fn end_of_raw(text: &str, from: usize) -> usize {
    let mut at = from;
    while let Some(open) = text[at..].find("{%").map(|found| at + found) {
        let inner = text[open + 2..].trim_start_matches(['-', '+']).trim_start();
        if inner.starts_with("endraw") || inner.starts_with("endverbatim") {
            return text[open..].find("%}").map_or(text.len(), |end| open + end + 2);
        }
        at = open + 2;
    }
    text.len()
}
