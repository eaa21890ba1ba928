//! What the types of MySQL and MariaDB mean, and their names without what does not count.

use super::cursor::Cursor;
use crate::schema::lexer::TokenKind;
use crate::schema::lexer::mysql::{parts, tokens, unquoted};
use crate::schema::{DataType, TypeKind};

/// Takes a type.
pub(super) fn data_type(cursor: &mut Cursor<'_>) -> DataType {
    let word = cursor.next().map(|token| token.text.to_lowercase()).unwrap_or_default();
    let modifier = cursor.group();
    let (mut unsigned, mut zerofill) = (false, false);
    loop {
        if cursor.accept(&["unsigned"]) {
            unsigned = true;
        } else if cursor.accept(&["zerofill"]) {
            zerofill = true;
        } else {
            break;
        }
    }
    let kept = modifier.filter(|width| zerofill || !is_usual_width(&word, width, unsigned));
    let mut sql = word.clone();
    if let Some(modifier) = kept {
        sql.push_str(&format!("({modifier})"));
    }
    sql.push_str(if unsigned { " unsigned" } else { "" });
    sql.push_str(if zerofill { " zerofill" } else { "" });
    DataType { sql, kind: kind(&word, modifier) }
}

/// Whether the display width is the one that MariaDB prints where none was given; MySQL no longer prints it.
fn is_usual_width(word: &str, width: &str, unsigned: bool) -> bool {
    let usual = match word {
        "tinyint" => {
            if unsigned {
                "3"
            } else {
                "4"
            }
        }
        "smallint" => {
            if unsigned {
                "5"
            } else {
                "6"
            }
        }
        "mediumint" => {
            if unsigned {
                "8"
            } else {
                "9"
            }
        }
        "int" => {
            if unsigned {
                "10"
            } else {
                "11"
            }
        }
        "bigint" => "20",
        "year" => "4",
        _ => return false,
    };
    width == usual
}

fn kind(word: &str, modifier: Option<&str>) -> TypeKind {
    let mut numbers = modifier.into_iter().flat_map(|text| text.split(',')).map(|number| number.trim().parse().ok());
    let mut limit = || numbers.next().flatten();
    match word {
        "tinyint" if modifier == Some("1") => TypeKind::Boolean,
        "tinyint" => TypeKind::Integer { bits: 8 },
        "smallint" => TypeKind::Integer { bits: 16 },
        "mediumint" => TypeKind::Integer { bits: 24 },
        "int" => TypeKind::Integer { bits: 32 },
        "bigint" => TypeKind::Integer { bits: 64 },
        "decimal" => TypeKind::Numeric { precision: limit(), scale: limit() },
        "float" => TypeKind::Float { bits: 32 },
        "double" => TypeKind::Float { bits: 64 },
        "char" | "varchar" => TypeKind::Text { length: limit() },
        "tinytext" => TypeKind::Text { length: Some(255) },
        "text" | "mediumtext" | "longtext" => TypeKind::Text { length: None },
        "binary" | "varbinary" => TypeKind::Binary { length: limit() },
        "tinyblob" => TypeKind::Binary { length: Some(255) },
        "blob" | "mediumblob" | "longblob" => TypeKind::Binary { length: None },
        "date" => TypeKind::Date,
        "time" => TypeKind::Time,
        "datetime" => TypeKind::DateTime { with_time_zone: false },
        "timestamp" => TypeKind::DateTime { with_time_zone: true },
        "json" => TypeKind::Json,
        "uuid" => TypeKind::Uuid,
        "enum" => TypeKind::Enum { name: None, values: values(modifier.unwrap_or_default()).into() },
        _ => TypeKind::Other,
    }
}

/// MariaDB's JSON is a text that is checked.
pub(super) fn json() -> DataType {
    DataType { sql: "json".to_owned(), kind: TypeKind::Json }
}

fn values(list: &str) -> Vec<String> {
    let one = |part: &str| tokens(part).first().filter(|token| token.kind == TokenKind::Text).map(unquoted);
    parts(list).into_iter().filter_map(one).collect()
}
