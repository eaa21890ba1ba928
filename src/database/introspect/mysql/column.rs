//! A column out of its line of CREATE TABLE.

use super::collation::Collations;
use super::cursor::Cursor;
use super::types;
use crate::schema::lexer::TokenKind;
use crate::schema::lexer::mysql::{tidy, unquoted};
use crate::schema::{CheckConstraint, Column, ColumnDefault, Generated, GeneratedStorage};

/// Words behind a column's type that are an option of its own, with the name that the option gets.
const FLAGS: [(&[&str], &str); 2] =
    [(&["INVISIBLE"], "invisible"), (&["WITHOUT", "SYSTEM", "VERSIONING"], "without system versioning")];

/// The column in `line`, with the check that is written with it. `of_table` is the collation of the table.
pub(super) fn column(line: &str, of_table: &str, collations: &Collations) -> Option<(Column, Option<CheckConstraint>)> {
    let mut cursor = Cursor::new(line);
    let name = cursor.name()?;
    let mut column = Column::new(name, types::data_type(&mut cursor));
    let (mut charset, mut collation, mut check) = (None, None, None);
    let mut unknown: Vec<&str> = Vec::new();
    'parts: while cursor.peek().is_some() {
        for (words, option) in FLAGS {
            if cursor.accept(words) {
                column.options.insert(option.to_owned(), "true".to_owned());
                continue 'parts;
            }
        }
        if cursor.accept(&["CHARACTER", "SET"]) {
            charset = cursor.name();
        } else if cursor.accept(&["COLLATE"]) {
            collation = cursor.name();
        } else if cursor.accept(&["NOT", "NULL"]) {
            column.nullable = false;
        } else if cursor.accept(&["NULL"]) {
        } else if cursor.accept(&["AUTO_INCREMENT"]) {
            column.auto_increment = true;
        } else if cursor.accept(&["DEFAULT"]) {
            column.default = default(&mut cursor);
        } else if cursor.accept(&["ON", "UPDATE"]) {
            column.options.insert("on update".to_owned(), now(cursor.call()));
        } else if cursor.accept(&["COMMENT"]) {
            column.comment = cursor.string().filter(|text| !text.is_empty());
        } else if cursor.accept(&["CHECK"]) {
            check = cursor.group();
        } else if cursor.accept(&["GENERATED", "ALWAYS", "AS"]) {
            column.generated = Some(Box::new(generated(&mut cursor)));
        } else if let Some(token) = cursor.next() {
            unknown.push(token.text);
        }
    }
    if !unknown.is_empty() {
        column.options.insert("attributes".to_owned(), unknown.join(" "));
    }
    let collation = collation.or_else(|| charset.and_then(|charset| collations.default_of(&charset)));
    column.collation = collation.map(|name| collations.current(&name)).filter(|name| name != of_table);
    if column.data_type.sql == "longtext"
        && column.collation.as_deref().unwrap_or(of_table) == "utf8mb4_bin"
        && check.is_some_and(|text| is_json(text, &column.name))
    {
        column.data_type = types::json();
        column.collation = None;
        check = None;
    }
    let check = check.map(|text| CheckConstraint {
        name: None,
        expression: text.to_owned(),
        column: Some(column.name.clone()),
    });
    Some((column, check))
}

/// Whether this is the check that MariaDB gives a column that is declared as JSON.
fn is_json(check: &str, column: &str) -> bool {
    let mut cursor = Cursor::new(check);
    cursor.accept(&["json_valid", "("]) && cursor.name().as_deref() == Some(column) && cursor.rest() == ")"
}

fn generated(cursor: &mut Cursor<'_>) -> Generated {
    let expression = match cursor.group() {
        Some(text) => text.to_owned(),
        None => {
            let start = cursor.place();
            cursor.next();
            cursor.next();
            cursor.since(start).to_owned()
        }
    };
    let stored = cursor.accept(&["STORED"]) || cursor.accept(&["PERSISTENT"]) || !cursor.accept(&["VIRTUAL"]);
    let storage = if stored { GeneratedStorage::Stored } else { GeneratedStorage::Virtual };
    Generated { expression, storage }
}

/// A constant, or all that comes before the next attribute.
fn default(cursor: &mut Cursor<'_>) -> Option<ColumnDefault> {
    let start = cursor.place();
    let first = cursor.peek()?;
    let sign = usize::from(first.is_symbol("-"));
    let constant = cursor.ahead(sign).filter(|token| {
        token.kind == TokenKind::Number || (sign == 0 && (token.kind == TokenKind::Text || token.is("NULL")))
    });
    if let Some(token) = constant {
        (0..=sign).for_each(|_| {
            cursor.next();
        });
        return match token.kind {
            TokenKind::Text => Some(ColumnDefault::Literal(unquoted(&token))),
            // Bytes, which no text is equal to.
            TokenKind::Number if token.text.starts_with("0x") || token.text.starts_with("0X") => {
                Some(ColumnDefault::Expression(token.text.to_ascii_lowercase()))
            }
            TokenKind::Number => Some(ColumnDefault::Literal(cursor.since(start).to_owned())),
            _ => None,
        };
    }
    const NEXT: [&str; 8] = ["ON", "COMMENT", "CHECK", "AUTO_INCREMENT", "INVISIBLE", "NOT", "NULL", "COLLATE"];
    while let Some(token) = cursor.peek() {
        if cursor.place() > start && NEXT.iter().any(|word| token.is(word)) {
            break;
        }
        if cursor.group().is_none() {
            cursor.next();
        }
    }
    Some(ColumnDefault::Expression(now(cursor.since(start))))
}

/// The current time in MariaDB's words, which MySQL takes as well.
fn now(expression: &str) -> String {
    match expression.strip_prefix("CURRENT_TIMESTAMP") {
        Some("") => "current_timestamp()".to_owned(),
        Some(precision) => format!("current_timestamp{precision}"),
        None => tidy(expression),
    }
}
