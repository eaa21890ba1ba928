//! What PostgreSQL's types mean, and which defaults are constants.

use super::columns::TypeRow;
use crate::schema::lexer::{TokenKind, tokens};
use crate::schema::{ColumnDefault, DataType, TypeKind};

pub(super) fn data_type(row: &TypeRow) -> DataType {
    let kind = match &row.labels {
        Some(values) => TypeKind::Enum { name: Some(row.name.as_str().into()), values: values.as_slice().into() },
        None if !row.element.is_empty() => TypeKind::Array {
            element: Box::new(DataType {
                sql: row.element_sql.clone().unwrap_or_default(),
                kind: kind(&row.element, row.modifier),
            }),
        },
        None if row.namespace == "pg_catalog" || row.name == "citext" => kind(&row.name, row.modifier),
        None => TypeKind::Other,
    };
    DataType { sql: row.sql.clone(), kind }
}

/// The meaning of a type by its name in the catalog. A modifier of a length counts four bytes of its own.
fn kind(name: &str, modifier: i64) -> TypeKind {
    let limit = modifier.checked_sub(4).filter(|limit| *limit >= 0).and_then(|limit| u32::try_from(limit).ok());
    match name {
        "int2" => TypeKind::Integer { bits: 16 },
        "int4" => TypeKind::Integer { bits: 32 },
        "int8" => TypeKind::Integer { bits: 64 },
        "numeric" => {
            TypeKind::Numeric { precision: limit.map(|limit| limit >> 16), scale: limit.map(|limit| limit & 0x7ff) }
        }
        "float4" => TypeKind::Float { bits: 32 },
        "float8" => TypeKind::Float { bits: 64 },
        "bool" => TypeKind::Boolean,
        "text" | "name" | "citext" => TypeKind::Text { length: None },
        "varchar" | "bpchar" => TypeKind::Text { length: limit },
        "bytea" => TypeKind::Binary { length: None },
        "date" => TypeKind::Date,
        "time" | "timetz" => TypeKind::Time,
        "timestamp" => TypeKind::DateTime { with_time_zone: false },
        "timestamptz" => TypeKind::DateTime { with_time_zone: true },
        "interval" => TypeKind::Interval,
        "json" | "jsonb" => TypeKind::Json,
        "uuid" => TypeKind::Uuid,
        _ => TypeKind::Other,
    }
}

/// The default that the server prints like this. It is a literal only where the type tells how to write it again, to
/// the letter that the server would print.
pub(super) fn default(text: &str, data_type: &DataType) -> Option<ColumnDefault> {
    let expression = || Some(ColumnDefault::Expression(text.to_owned()));
    let bare = match data_type.sql.split_once('(') {
        Some((name, rest)) => format!("{name}{}", rest.split_once(')').map_or("", |(_, rest)| rest)),
        None => data_type.sql.clone(),
    };
    let all = tokens(text);
    let quoted = || {
        let value = all.first().filter(|token| token.kind == TokenKind::Text && token.start == 0)?;
        let cast = text.get(value.end()..)?.strip_prefix("::")?;
        (cast == bare).then(|| value.unquoted())
    };
    match data_type.kind {
        TypeKind::Integer { .. } | TypeKind::Numeric { .. } | TypeKind::Float { .. } => match all.as_slice() {
            [only] if only.kind == TokenKind::Number => Some(ColumnDefault::Literal(text.to_owned())),
            _ => match quoted().filter(|value| value.starts_with('-') && value.parse::<f64>().is_ok()) {
                Some(value) => Some(ColumnDefault::Literal(value)),
                None => expression(),
            },
        },
        TypeKind::Boolean if matches!(text, "true" | "false") => Some(ColumnDefault::Literal(text.to_owned())),
        TypeKind::Text { .. }
        | TypeKind::Enum { .. }
        | TypeKind::Uuid
        | TypeKind::Date
        | TypeKind::Time
        | TypeKind::DateTime { .. } => quoted().map(ColumnDefault::Literal).or_else(expression),
        _ => expression(),
    }
}
