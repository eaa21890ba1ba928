//! What existing rows get where a value is required from now on and nothing says which.

use super::sqlite_texts::Lasting;
use crate::migration::render::sqlite::{default_value, quoted, string};
use crate::schema::lexer::{TokenKind, tokens};
use crate::schema::{Column, Table, TypeKind};

/// An SQL expression for the column in a row that has no value for it. It is decided in this order: the column's
/// default, its key, a row of the table that it refers to, the values that a CHECK allows, and last the plainest value
/// of its type. `lasting` is what is there all the time.
pub(super) fn expression(lasting: &Lasting<'_>, table: &Table, column: &Column, has_row_id: bool) -> String {
    if let Some(default) = &column.default {
        return default_value(default, &column.data_type);
    }
    let alone = |columns: &[String]| matches!(columns, [only] if *only == column.name);
    if table.is_unique_by(std::slice::from_ref(&column.name)) && has_row_id {
        return match column.data_type.kind {
            TypeKind::Text { .. } | TypeKind::Other => "CAST(rowid AS TEXT)".to_owned(),
            TypeKind::Uuid => "lower(hex(randomblob(16)))".to_owned(),
            _ => "rowid".to_owned(),
        };
    }
    if let Some(key) = table.foreign_keys.iter().find(|key| alone(&key.columns))
        && let [referenced] = key.referenced_columns.as_slice()
        && let Some(target) = lasting.table(&key.referenced_table, referenced)
    {
        let some_row = format!("(SELECT min({}) FROM {})", quoted(referenced), quoted(&target.name.name));
        return format!("coalesce({some_row}, {})", plain(&column.data_type.kind));
    }
    if let Some(allowed) = table.checks.iter().find_map(|check| first_allowed(&check.expression, &column.name)) {
        return allowed;
    }
    plain(&column.data_type.kind)
}

fn plain(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Integer { .. } | TypeKind::Numeric { .. } | TypeKind::Float { .. } | TypeKind::Boolean => "0",
        TypeKind::Text { .. } | TypeKind::Array { .. } | TypeKind::Other => "''",
        TypeKind::Binary { .. } => "x''",
        TypeKind::Date => "'1970-01-01'",
        TypeKind::Time => "'00:00:00'",
        TypeKind::DateTime { .. } | TypeKind::Interval => "'1970-01-01 00:00:00'",
        TypeKind::Json => "'{}'",
        TypeKind::Uuid => "lower(hex(randomblob(16)))",
        TypeKind::Enum { values, .. } => {
            return values.first().map_or_else(|| "''".to_owned(), |value| string(value));
        }
    }
    .to_owned()
}

/// The first value of `column IN (value, …)`.
fn first_allowed(check: &str, column: &str) -> Option<String> {
    let all = tokens(check);
    all.windows(4).find_map(|window| {
        let [name, word, open, value] = window else { return None };
        let fits = name.name().is_some_and(|name| name.eq_ignore_ascii_case(column))
            && word.is("in")
            && open.is_symbol("(")
            && matches!(value.kind, TokenKind::Text | TokenKind::Number);
        fits.then(|| value.text.to_owned())
    })
}
