//! Uses in SQL text: whole files, and strings inside Python.
//!
//! A text is parsed statement by statement and each column resolved against the tables in scope. What does not
//! parse is read token by token, with less confidence.

mod fallback;
mod output;
mod resolve;

use sqlparser::ast::Statement;
use sqlparser::dialect::{Dialect as SqlDialect, GenericDialect, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::keywords::Keyword;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use super::UsageConfidence;
use super::place::Lines;
use super::subject::Subjects;
use crate::diff::ChangeId;
use crate::schema::Dialect;

/// A name in an SQL text that belongs to a change.
pub(super) struct SqlUse {
    /// Byte offset in the text.
    pub(super) offset: usize,
    pub(super) changes: Vec<ChangeId>,
    pub(super) confidence: UsageConfidence,
    pub(super) explanation: String,
}

/// Every use in `text`, in order of place.
pub(super) fn find(text: &str, dialect: Dialect, subjects: &Subjects) -> Vec<SqlUse> {
    let sql = without_placeholders(text);
    let lines = Lines::new(&sql);
    let Some(tokens) = tokenize(&sql, dialect) else { return Vec::new() };
    let mut found = Vec::new();
    for statement in statements(&tokens) {
        match parse(statement, dialect) {
            Some(parsed) => resolve::find(&parsed, subjects, &lines, &mut found),
            None => fallback::find(statement, subjects, &lines, &mut found),
        }
    }
    found.sort_by_key(|usage| usage.offset);
    found
}

/// The columns of a view by name in lower case, each with the table's column that it hands on; `None` when its
/// definition can't be read.
pub(super) fn view_columns(
    definition: &str,
    dialect: Dialect,
    subjects: &Subjects,
) -> Option<Vec<(String, Option<output::Origin>)>> {
    let tokens = tokenize(definition, dialect)?;
    let query = match parse(statements(&tokens).first()?, dialect)? {
        Statement::Query(query) => query,
        Statement::CreateView(view) if view.columns.is_empty() => view.query,
        _ => return None,
    };
    Some(output::expanded(&output::output(&query, &Vec::new(), subjects), subjects))
}

/// Whether a string begins as SQL does.
pub(super) fn looks_like_sql(text: &str) -> bool {
    const FIRST: [&str; 12] = [
        "select", "insert", "update", "delete", "with", "alter", "create", "drop", "truncate", "replace", "merge",
        "explain",
    ];
    let mut words = text.split_whitespace();
    let Some(first) = words.next() else { return false };
    FIRST.contains(&first.to_lowercase().as_str()) && words.next().is_some()
}

/// The names in a part of a statement, such as a condition: each with its offset, without what stands before a dot.
pub(super) fn words(text: &str, dialect: Dialect) -> Vec<(usize, String)> {
    let sql = without_placeholders(text);
    let lines = Lines::new(&sql);
    let tokens: Vec<TokenWithSpan> = tokenize(&sql, dialect).unwrap_or_default();
    let tokens: Vec<&TokenWithSpan> =
        tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).collect();
    let mut words = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let next = tokens.get(index + 1).map(|token| &token.token);
        if let Token::Word(word) = &token.token
            && !matches!(next, Some(Token::LParen | Token::Period))
        {
            let start = token.span.start;
            let quote = u64::from(word.quote_style.is_some());
            words.push((lines.offset(start.line, start.column + quote), word.value.clone()));
        }
    }
    words
}

/// `%s`, `%(name)s` and `{name}` as identifiers of the same length, so that what follows keeps its place.
fn without_placeholders(text: &str) -> String {
    let mut sql = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let length = match next {
            '{' => rest.find('}').filter(|end| !rest[..*end].contains('\n')).map(|end| end + 1),
            '%' if rest.starts_with("%(") => rest.find(")s").map(|end| end + 2),
            '%' if rest.starts_with("%s") => Some(2),
            _ => None,
        };
        if let Some(length) = length {
            sql.extend(rest[..length].chars().map(|_| '_'));
            rest = &rest[length..];
        } else {
            sql.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    sql
}

fn dialect_of(dialect: Dialect) -> Box<dyn SqlDialect> {
    match dialect {
        Dialect::Postgres => Box::new(PostgreSqlDialect {}),
        Dialect::Mysql => Box::new(MySqlDialect {}),
        Dialect::Sqlite => Box::new(SQLiteDialect {}),
    }
}

fn tokenize(sql: &str, dialect: Dialect) -> Option<Vec<TokenWithSpan>> {
    Tokenizer::new(dialect_of(dialect).as_ref(), sql)
        .tokenize_with_location()
        .or_else(|_| Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location())
        .ok()
}

fn parse(tokens: &[TokenWithSpan], dialect: Dialect) -> Option<Statement> {
    let with = |dialect: &dyn SqlDialect| {
        let mut parsed = Parser::new(dialect).with_tokens_with_locations(tokens.to_vec()).parse_statements().ok()?;
        (parsed.len() == 1).then(|| parsed.remove(0))
    };
    with(dialect_of(dialect).as_ref()).or_else(|| with(&GenericDialect {}))
}

/// The tokens of each statement; a trigger's body stays with its trigger.
fn statements(tokens: &[TokenWithSpan]) -> Vec<&[TokenWithSpan]> {
    let mut statements = Vec::new();
    let mut start = 0;
    let mut depth = 0_usize;
    let mut trigger = false;
    for (index, token) in tokens.iter().enumerate() {
        match &token.token {
            Token::Word(word) => match word.keyword {
                Keyword::TRIGGER => trigger = true,
                Keyword::BEGIN | Keyword::CASE if trigger => depth += 1,
                Keyword::END if trigger => depth = depth.saturating_sub(1),
                _ => {}
            },
            Token::SemiColon if depth == 0 => {
                statements.push(&tokens[start..index]);
                start = index + 1;
                trigger = false;
            }
            _ => {}
        }
    }
    statements.push(&tokens[start..]);
    statements.retain(|statement| statement.iter().any(|token| matches!(token.token, Token::Word(_))));
    statements
}
