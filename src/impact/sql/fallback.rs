//! SQL that does not parse, read token by token.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::SqlUse;
use crate::impact::UsageConfidence;
use crate::impact::place::Lines;
use crate::impact::subject::Subjects;

pub(super) fn find(tokens: &[TokenWithSpan], subjects: &Subjects, lines: &Lines<'_>, found: &mut Vec<SqlUse>) {
    let tokens: Vec<&TokenWithSpan> =
        tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).collect();
    let word = |index: usize| match tokens.get(index).map(|token| &token.token) {
        Some(Token::Word(word)) => Some(word),
        _ => None,
    };
    let mut tables: Vec<(&str, String)> = Vec::new();
    for index in 0..tokens.len() {
        let (Some(introduction), Some(name)) = (word(index), word(index + 1)) else { continue };
        let introduces =
            [Keyword::FROM, Keyword::JOIN, Keyword::INTO, Keyword::UPDATE, Keyword::TABLE, Keyword::ON, Keyword::USING];
        if !introduces.contains(&introduction.keyword) {
            continue;
        }
        let Some(table) = subjects.spelled(&name.value) else { continue };
        let next = if word(index + 2).is_some_and(|word| word.keyword == Keyword::AS) { index + 3 } else { index + 2 };
        let alias = word(next)
            .filter(|word| word.keyword == Keyword::NoKeyword || word.quote_style.is_some())
            .map_or_else(|| name.value.to_lowercase(), |word| word.value.to_lowercase());
        tables.push((table, alias));
        let start = tokens[index + 1].span.start;
        push(found, lines.offset(start.line, start.column), subjects.table(table), UsageConfidence::Likely, || {
            format!("table {table} in SQL that was read word by word")
        });
    }
    for (index, token) in tokens.iter().enumerate() {
        let Token::Word(name) = &token.token else { continue };
        let before = index.checked_sub(1).map(|before| &tokens[before].token);
        let qualifier = match before {
            Some(Token::Period) => index.checked_sub(2).and_then(word).map(|word| word.value.to_lowercase()),
            _ => None,
        };
        let candidates: Vec<&str> = tables
            .iter()
            .filter(|(table, alias)| {
                qualifier.as_ref().is_none_or(|qualifier| qualifier == alias || table.eq_ignore_ascii_case(qualifier))
            })
            .map(|(table, _)| *table)
            .filter(|table| subjects.spelled_column(table, &name.value).is_some())
            .collect();
        let confidence = if candidates.len() == 1 { UsageConfidence::Likely } else { UsageConfidence::Possible };
        let start = token.span.start;
        for table in candidates {
            let column = subjects.spelled_column(table, &name.value).unwrap_or(&name.value);
            push(found, lines.offset(start.line, start.column), subjects.column(table, column), confidence, || {
                format!("{table}.{column} in SQL that was read word by word")
            });
        }
    }
}

fn push(
    found: &mut Vec<SqlUse>,
    offset: usize,
    changes: &[crate::diff::ChangeId],
    confidence: UsageConfidence,
    explanation: impl FnOnce() -> String,
) {
    if !changes.is_empty() {
        found.push(SqlUse { offset, changes: changes.to_vec(), confidence, explanation: explanation() });
    }
}
