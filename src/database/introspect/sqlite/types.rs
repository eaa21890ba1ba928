//! What the type words of SQLite, and those that SQLAlchemy writes for it, mean.

use crate::schema::lexer::{Token, TokenKind, tokens};
use crate::schema::{ColumnDefault, DataType, TypeKind, quote};

/// The type of a column that was declared with these words. The words keep their case, which SQLite hands back, and
/// get one way of spacing.
pub(super) fn data_type(declared: &str) -> DataType {
    let all = tokens(declared);
    let usual = |token: &Token<'_>| match token.kind {
        TokenKind::Word | TokenKind::Number => true,
        _ => "(,)+-".contains(token.text),
    };
    // SQLite takes any quoted text for a type; what is no type by its words stays as it is.
    if !all.iter().all(usual) || declared.contains("--") || declared.contains("/*") {
        return DataType { sql: declared.to_owned(), kind: TypeKind::Other };
    }
    let open = all.iter().position(|token| token.is_symbol("(")).unwrap_or(all.len());
    let (words, rest) = all.split_at(open);
    let words: Vec<&str> = words.iter().map(|token| token.text).collect();
    let mut sql = words.join(" ");
    for token in rest {
        match token.text {
            "," => sql.push_str(", "),
            text if token.kind == TokenKind::Word && !sql.ends_with('(') => {
                sql.push(' ');
                sql.push_str(text);
            }
            text => sql.push_str(text),
        }
    }
    let sizes: Vec<u32> = rest.iter().filter_map(|token| token.text.parse().ok()).collect();
    let after: Vec<&str> = rest.iter().filter(|token| token.kind == TokenKind::Word).map(|token| token.text).collect();
    let name = words.into_iter().chain(after).collect::<Vec<_>>().join(" ").to_ascii_uppercase();
    DataType { kind: kind(&name, &sizes), sql }
}

fn kind(name: &str, sizes: &[u32]) -> TypeKind {
    let first = sizes.first().copied();
    match name {
        "INTEGER" | "INT" | "BIGINT" | "INT8" | "BIG INT" | "UNSIGNED BIG INT" => TypeKind::Integer { bits: 64 },
        "INT4" => TypeKind::Integer { bits: 32 },
        "MEDIUMINT" => TypeKind::Integer { bits: 24 },
        "SMALLINT" | "INT2" => TypeKind::Integer { bits: 16 },
        "TINYINT" => TypeKind::Integer { bits: 8 },
        "NUMERIC" | "DECIMAL" | "NUMBER" | "DEC" => {
            let scale = sizes.get(1).copied().or(first.map(|_| 0));
            TypeKind::Numeric { precision: first, scale }
        }
        "FLOAT" | "REAL" | "DOUBLE" | "DOUBLE PRECISION" => TypeKind::Float { bits: 64 },
        "BOOLEAN" | "BOOL" => TypeKind::Boolean,
        // SQLAlchemy's Uuid type is CHAR(32) on a server without one of its own.
        "UUID" | "GUID" | "UNIQUEIDENTIFIER" => TypeKind::Uuid,
        "CHAR" if first == Some(32) => TypeKind::Uuid,
        "VARCHAR" | "CHAR" | "CHARACTER" | "NVARCHAR" | "NCHAR" | "VARYING CHARACTER" | "CHARACTER VARYING"
        | "NATIVE CHARACTER" | "VARCHAR2" | "TEXT" | "CLOB" | "STRING" | "LONGTEXT" | "MEDIUMTEXT" | "TINYTEXT"
        | "CITEXT" => TypeKind::Text { length: first },
        "BLOB" | "BINARY" | "VARBINARY" | "BYTEA" | "LONGBLOB" => TypeKind::Binary { length: first },
        "DATE" => TypeKind::Date,
        "TIME" => TypeKind::Time,
        "DATETIME" | "TIMESTAMP" | "TIMESTAMP WITHOUT TIME ZONE" => TypeKind::DateTime { with_time_zone: false },
        "TIMESTAMPTZ" | "TIMESTAMP WITH TIME ZONE" | "DATETIME WITH TIME ZONE" => {
            TypeKind::DateTime { with_time_zone: true }
        }
        "INTERVAL" => TypeKind::Interval,
        "JSON" | "JSONB" => TypeKind::Json,
        _ => TypeKind::Other,
    }
}

/// The default that was declared with this text. A default of NULL is none.
///
/// A constant loses its quotes only where the column's type tells how to write it again.
pub(super) fn default(text: &str, data_type: &DataType) -> Option<ColumnDefault> {
    let all = tokens(text);
    let default = match all.as_slice() {
        [] => return None,
        [only] if only.is("null") => return None,
        [only] if matches!(only.kind, TokenKind::Text | TokenKind::Quoted) => {
            let value = only.unquoted();
            // Written again without quotes, such a text would be a number or a boolean.
            let word = is_boolean(&value) || value.trim_start_matches('-').to_ascii_lowercase().starts_with("0x");
            let number = value.trim().parse::<f64>().is_ok();
            let ambiguous = match data_type.kind {
                TypeKind::Integer { .. } | TypeKind::Numeric { .. } | TypeKind::Float { .. } | TypeKind::Boolean => {
                    word
                }
                TypeKind::Other => word || number,
                _ => false,
            };
            if ambiguous { ColumnDefault::Expression(quote::string(&value)) } else { ColumnDefault::Literal(value) }
        }
        [only] if only.kind == TokenKind::Number => number(only.text, data_type),
        [sign, only] if only.kind == TokenKind::Number && sign.is_symbol("-") => {
            number(&format!("-{}", only.text), data_type)
        }
        [sign, only] if only.kind == TokenKind::Number && sign.is_symbol("+") => number(only.text, data_type),
        [only] if is_boolean(only.text) => match data_type.kind {
            TypeKind::Text { .. } | TypeKind::Binary { .. } => ColumnDefault::Expression(only.text.to_owned()),
            _ => ColumnDefault::Literal(only.text.to_ascii_lowercase()),
        },
        _ => ColumnDefault::Expression(crate::schema::lexer::tidy(text)),
    };
    Some(default)
}

fn number(text: &str, data_type: &DataType) -> ColumnDefault {
    let simple = text.parse::<i64>().is_ok_and(|value| value.to_string() == text);
    match data_type.kind {
        TypeKind::Binary { .. } => ColumnDefault::Expression(text.to_owned()),
        TypeKind::Text { .. } | TypeKind::Uuid if !simple => ColumnDefault::Expression(text.to_owned()),
        _ => ColumnDefault::Literal(text.to_owned()),
    }
}

fn is_boolean(text: &str) -> bool {
    text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_words_get_one_spacing_and_a_meaning() {
        for (declared, sql, kind) in [
            ("NUMERIC( 12,4 )", "NUMERIC(12, 4)", TypeKind::Numeric { precision: Some(12), scale: Some(4) }),
            ("varchar (80)", "varchar(80)", TypeKind::Text { length: Some(80) }),
            ("DOUBLE   PRECISION", "DOUBLE PRECISION", TypeKind::Float { bits: 64 }),
            ("CHAR(32)", "CHAR(32)", TypeKind::Uuid),
            ("CHAR(36)", "CHAR(36)", TypeKind::Text { length: Some(36) }),
            ("TIMESTAMP(6) WITH TIME ZONE", "TIMESTAMP(6) WITH TIME ZONE", TypeKind::DateTime { with_time_zone: true }),
            ("", "", TypeKind::Other),
            ("ANY", "ANY", TypeKind::Other),
        ] {
            assert_eq!(data_type(declared), DataType { sql: sql.to_owned(), kind });
        }
    }

    #[test]
    fn defaults_are_told_apart() {
        let text = data_type("TEXT");
        let integer = data_type("INTEGER");
        let literal = |value: &str| Some(ColumnDefault::Literal(value.to_owned()));
        let expression = |value: &str| Some(ColumnDefault::Expression(value.to_owned()));
        assert_eq!(default("'it''s'", &text), literal("it's"));
        assert_eq!(default("- 5", &integer), literal("-5"));
        assert_eq!(default("'0'", &integer), literal("0"));
        assert_eq!(default("NULL", &text), None);
        assert_eq!(default("CURRENT_TIMESTAMP", &text), expression("CURRENT_TIMESTAMP"));
        assert_eq!(default("lower( 'A' )", &text), expression("lower( 'A' )"));
        assert_eq!(default("x'00'", &data_type("BLOB")), expression("x'00'"));
        assert_eq!(default("'1'", &data_type("")), expression("'1'"));
    }
}
