//! Names and values as the dialect of a schema writes them.

use crate::migration::render::{mysql, postgres, sqlite};
use crate::schema::{Column, ColumnDefault, Dialect, ObjectName, TypeKind};

/// A name in a statement.
pub(super) fn quoted(dialect: Dialect, name: &str) -> String {
    match dialect {
        Dialect::Postgres => postgres::quoted(name),
        Dialect::Mysql => mysql::quoted(name),
        Dialect::Sqlite => sqlite::quoted(name),
    }
}

/// A table or view in a statement.
pub(super) fn path(dialect: Dialect, name: &ObjectName) -> String {
    match dialect {
        Dialect::Postgres => postgres::path(name),
        Dialect::Mysql => mysql::path(name),
        Dialect::Sqlite => sqlite::quoted(&name.name),
    }
}

/// A name of something that stands beside `table` for a while. No server takes more than 63 bytes.
pub(super) fn beside(name: &str, suffix: &str) -> String {
    let mut end = name.len().min(63_usize.saturating_sub(suffix.len()));
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{suffix}", &name[..end])
}

/// The default of a column as a value.
pub(super) fn default(dialect: Dialect, column: &Column, default: &ColumnDefault) -> String {
    match dialect {
        Dialect::Postgres => postgres::default_value(column, default),
        Dialect::Mysql => mysql::default_value(column, default),
        Dialect::Sqlite => sqlite::default_value(default, &column.data_type),
    }
}

/// The plainest value of a column's type, where it has one.
pub(super) fn plainest(dialect: Dialect, column: &Column) -> Option<String> {
    let value = match &column.data_type.kind {
        TypeKind::Integer { .. } | TypeKind::Numeric { .. } | TypeKind::Float { .. } => "0".to_owned(),
        TypeKind::Boolean if dialect == Dialect::Postgres => "false".to_owned(),
        TypeKind::Boolean => "0".to_owned(),
        TypeKind::Text { .. } => "''".to_owned(),
        TypeKind::Date => "'1970-01-01'".to_owned(),
        TypeKind::Time => "'00:00:00'".to_owned(),
        TypeKind::DateTime { .. } => "'1970-01-01 00:00:00'".to_owned(),
        TypeKind::Json => "'{}'".to_owned(),
        TypeKind::Enum { values, .. } => match dialect {
            Dialect::Postgres => postgres::string(values.first()?),
            Dialect::Mysql => mysql::string(values.first()?),
            Dialect::Sqlite => sqlite::string(values.first()?),
        },
        TypeKind::Uuid if dialect == Dialect::Postgres => "gen_random_uuid()".to_owned(),
        TypeKind::Binary { .. } | TypeKind::Interval | TypeKind::Uuid | TypeKind::Array { .. } | TypeKind::Other => {
            return None;
        }
    };
    Some(value)
}
