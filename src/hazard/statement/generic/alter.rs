//! ALTER TABLE, part by part.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::definition::{Given, constraint, expression, new_column, table_option};
use super::{Source, word};
use crate::hazard::statement::{Act, Action, NewColumn, TableChange, TableOption};
use crate::schema::ObjectName;

/// The actions of ALTER TABLE.
pub(super) fn read(source: &Source<'_>) -> Result<Vec<Act>, String> {
    let tokens = source.tokens;
    let start = tokens.iter().position(|token| word(&token.token) == "TABLE").map_or(0, |at| at + 1);
    let mut at = start;
    while matches!(tokens.get(at).map(|token| word(&token.token)).as_deref(), Some("IF" | "EXISTS" | "NOT")) {
        at += 1;
    }
    let mut table = name(tokens, at).ok_or("a table's name is missing")?;
    at += 1;
    while tokens.get(at).is_some_and(|token| token.token == Token::Period) {
        table = name(tokens, at + 1).ok_or("a table's name is missing")?;
        at += 2;
    }
    let table = ObjectName::new(table);
    let mut acts = Vec::new();
    for (first, part) in parts(tokens, at) {
        for action in actions(source, &table, part)? {
            acts.push(source.act(first, action));
        }
    }
    Ok(acts)
}

/// The parts between commas, each with the number of its first token.
fn parts(tokens: &[TokenWithSpan], from: usize) -> Vec<(usize, &[TokenWithSpan])> {
    let (mut found, mut depth, mut start) = (Vec::new(), 0_usize, from);
    for (at, token) in tokens.iter().enumerate().skip(from) {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            Token::Comma if depth == 0 => {
                found.push((start, tokens.get(start..at).unwrap_or_default()));
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push((start, tokens.get(start..).unwrap_or_default()));
    found.retain(|(_, part)| !part.is_empty());
    found
}

fn name(tokens: &[TokenWithSpan], at: usize) -> Option<String> {
    match &tokens.get(at)?.token {
        Token::Word(word) => Some(word.value.clone()),
        Token::SingleQuotedString(text) | Token::DoubleQuotedString(text) => Some(text.clone()),
        _ => None,
    }
}

fn actions(source: &Source<'_>, table: &ObjectName, part: &[TokenWithSpan]) -> Result<Vec<Action>, String> {
    let words: Vec<String> = part.iter().map(|token| word(&token.token)).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let rest = |from: usize| part.get(from..).unwrap_or_default();
    let named = |at: usize| name(part, at).ok_or_else(|| format!("a name is missing in {}", source.text_of(part)));
    let change = |change: TableChange| Ok(vec![Action::Alter { table: table.clone(), change }]);
    match words.as_slice() {
        ["ADD", "PARTITION", ..] => change(TableChange::Other { sql: source.text_of(part) }),
        [
            "ADD",
            "CONSTRAINT" | "PRIMARY" | "FOREIGN" | "CHECK" | "UNIQUE" | "INDEX" | "KEY" | "FULLTEXT" | "SPATIAL",
            ..,
        ] => added_constraint(source, table, rest(1)),
        ["ADD", tail @ ..] => {
            let column_word = usize::from(tail.first() == Some(&"COLUMN"));
            let exists = matches!(tail.get(column_word..column_word + 3), Some(["IF", "NOT", "EXISTS"]));
            let from = 1 + column_word + if exists { 3 } else { 0 };
            let added = |column| Action::Alter {
                table: table.clone(),
                change: TableChange::AddColumn { column, if_not_exists: exists },
            };
            if rest(from).first().is_some_and(|token| token.token == Token::LParen) {
                let inside = rest(from + 1);
                let inside = inside.get(..inside.len().saturating_sub(1)).unwrap_or_default();
                return parts(inside, 0).into_iter().map(|(_, one)| Ok(added(column(source, one)?))).collect();
            }
            Ok(vec![added(column(source, rest(from))?)])
        }
        ["DROP", "PRIMARY", ..] => change(dropped("PRIMARY".to_owned(), Some("primary key"), false)),
        ["DROP", "FOREIGN", "KEY", tail @ ..] => {
            let exists = tail.first() == Some(&"IF");
            change(dropped(named(if exists { 5 } else { 3 })?, Some("foreign key"), exists))
        }
        ["DROP", what @ ("CONSTRAINT" | "CHECK"), tail @ ..] => {
            let exists = tail.first() == Some(&"IF");
            let what = (*what == "CHECK").then_some("check");
            change(dropped(named(if exists { 4 } else { 2 })?, what, exists))
        }
        ["DROP", "INDEX" | "KEY", tail @ ..] => {
            let if_exists = tail.first() == Some(&"IF");
            Ok(vec![Action::DropIndex {
                index: ObjectName::new(named(if if_exists { 4 } else { 2 })?),
                table: Some(table.clone()),
                concurrently: false,
                cascade: false,
                if_exists,
            }])
        }
        ["DROP", "PARTITION", ..] => change(TableChange::DropPartition { partition: named(2)? }),
        ["DROP", tail @ ..] => {
            let column_word = usize::from(tail.first() == Some(&"COLUMN"));
            let if_exists = tail.get(column_word) == Some(&"IF");
            let at = 1 + column_word + if if_exists { 2 } else { 0 };
            change(TableChange::DropColumn { column: named(at)?, cascade: false, if_exists })
        }
        ["MODIFY", tail @ ..] => {
            let column = column(source, rest(1 + usize::from(tail.first() == Some(&"COLUMN"))))?;
            change(TableChange::Redefine { from: column.name.clone(), column })
        }
        ["CHANGE", tail @ ..] => {
            let at = 1 + usize::from(tail.first() == Some(&"COLUMN"));
            change(TableChange::Redefine { from: named(at)?, column: column(source, rest(at + 1))? })
        }
        ["ALTER", "INDEX" | "CHECK" | "CONSTRAINT", ..] => change(TableChange::Other { sql: source.text_of(part) }),
        ["ALTER", tail @ ..] => {
            let at = 1 + usize::from(tail.first() == Some(&"COLUMN"));
            let name = named(at)?;
            match words.get(at + 1..at + 3) {
                Some(["SET", "DEFAULT"]) => {
                    let default = source.parser(rest(at + 3)).parse_expr().map_err(|error| error.to_string())?;
                    change(TableChange::SetDefault { column: name, default: expression(&default) })
                }
                Some(["DROP", "DEFAULT"]) => change(TableChange::DropDefault { column: name }),
                _ => change(TableChange::OtherOfColumn { column: name }),
            }
        }
        ["RENAME", "COLUMN", ..] => change(TableChange::RenameColumn { from: named(2)?, to: named(4)? }),
        ["RENAME", "INDEX" | "KEY", ..] => {
            Ok(vec![Action::RenameIndex { index: ObjectName::new(named(2)?), to: named(4)? }])
        }
        ["RENAME", "TO" | "AS", ..] => {
            let to = name(part, part.len() - 1).ok_or("a name is missing")?;
            change(TableChange::RenameTable { to: ObjectName::new(to) })
        }
        ["RENAME", _, "TO", ..] => change(TableChange::RenameColumn { from: named(1)?, to: named(3)? }),
        ["RENAME", ..] => change(TableChange::RenameTable { to: ObjectName::new(named(part.len() - 1)?) }),
        ["CONVERT", "TO", ..] => {
            let charset = if words.get(2) == Some(&"CHARSET") { named(3)? } else { named(4)? };
            change(TableChange::Option(TableOption::ConvertCharset(charset)))
        }
        ["ALGORITHM" | "LOCK", ..] => {
            let key = if words[0] == "LOCK" { "LOCK" } else { "ALGORITHM" };
            let value = words.last().copied().unwrap_or_default().to_owned();
            change(TableChange::Assertion { name: key, value })
        }
        _ => Ok(options(table, part, &words, source)),
    }
}

fn dropped(name: String, what: Option<&'static str>, if_exists: bool) -> TableChange {
    TableChange::DropConstraint { name, what, cascade: false, if_exists }
}

/// A column's definition with its place.
fn column(source: &Source<'_>, part: &[TokenWithSpan]) -> Result<NewColumn, String> {
    let mut end = part.len();
    let is = |at: usize, text: &str| part.get(at).is_some_and(|token| word(&token.token) == text);
    let mut placed = false;
    if end > 1 && is(end - 1, "FIRST") {
        (end, placed) = (end - 1, true);
    } else if end > 2 && is(end - 2, "AFTER") {
        (end, placed) = (end - 2, true);
    }
    let part = part.get(..end).unwrap_or_default();
    let mut parser = source.parser(part);
    let read = parser.parse_column_def().map_err(|error| error.to_string())?;
    if parser.peek_token().token != Token::EOF {
        return Err(format!("nothing is expected at {}", parser.peek_token().token));
    }
    let definition = source.text_of(part.get(1..).unwrap_or_default());
    Ok(NewColumn { placed, ..new_column(&read, definition) })
}

fn added_constraint(source: &Source<'_>, table: &ObjectName, part: &[TokenWithSpan]) -> Result<Vec<Action>, String> {
    let mut parser = source.parser(part);
    let read = parser.parse_optional_table_constraint().map_err(|error| error.to_string())?;
    Ok(match read.and_then(|read| constraint(table, &read)) {
        Some(Given::Constraint(added)) => {
            vec![Action::Alter { table: table.clone(), change: TableChange::AddConstraint(added) }]
        }
        Some(Given::Index(index)) => vec![Action::CreateIndex(index)],
        None => vec![Action::Alter { table: table.clone(), change: TableChange::Other { sql: source.text_of(part) } }],
    })
}

/// Options of the table, which commas need not separate.
fn options(table: &ObjectName, part: &[TokenWithSpan], words: &[&str], source: &Source<'_>) -> Vec<Action> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < part.len() {
        let mut key = words.get(at).copied().unwrap_or_default().to_owned();
        if key == "DEFAULT" {
            at += 1;
            key = words.get(at).copied().unwrap_or_default().to_owned();
        }
        if key == "CHARACTER" {
            at += 1;
            key = "CHARSET".to_owned();
        }
        at += 1;
        if part.get(at).is_some_and(|token| token.token == Token::Eq) {
            at += 1;
        }
        let value = part.get(at).map(|token| token.token.to_string()).unwrap_or_default();
        if let Some(option) = table_option(&key, value.trim_matches(['\'', '"', '`']).to_owned()) {
            found.push(TableChange::Option(option));
            at += 1;
        } else if found.is_empty() {
            found.push(TableChange::Other { sql: source.text_of(part) });
            break;
        } else {
            at += 1;
        }
    }
    found.into_iter().map(|change| Action::Alter { table: table.clone(), change }).collect()
}
