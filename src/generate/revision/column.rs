//! Columns and tables as SQLAlchemy's constructors, as far as those give exactly the same.

use super::sql_text;
use crate::generate::python::Code;
use crate::migration::render;
use crate::schema::{Column, Dialect, ForeignKey, ReferentialAction, Table, canonical};

/// `sa.Column(…)`; none where SQLAlchemy would say something else.
pub(super) fn column(column: &Column, dialect: Dialect) -> Option<Code> {
    let plain = column.collation.is_none() && column.options.is_empty() && column.comment.is_none();
    if !plain || column.generated.is_some() || column.name.is_empty() {
        return None;
    }
    let mut arguments = vec![Code::text(&column.name), data_type(&column.data_type.sql, dialect)?];
    if let Some(default) = &column.default {
        let value = match dialect {
            Dialect::Sqlite => render::sqlite::default_value(default, &column.data_type),
            Dialect::Postgres => render::postgres::default_value(column, default),
            Dialect::Mysql => return None,
        };
        arguments.push(Code::keyword("server_default", text(&value)));
    }
    arguments.push(Code::keyword("nullable", Code::plain(if column.nullable { "True" } else { "False" })));
    Some(Code::call("sa.Column", arguments))
}

/// `sa.text(…)`.
pub(super) fn text(sql: &str) -> Code {
    Code::call("sa.text", vec![Code::text(sql_text(sql))])
}

/// The type that SQLAlchemy writes in exactly these words.
fn data_type(sql: &str, dialect: Dialect) -> Option<Code> {
    let (name, sizes) = match sql.split_once('(') {
        Some((name, rest)) => (name, rest.strip_suffix(')')?.split(',').map(str::trim).collect::<Vec<_>>()),
        None => (sql, Vec::new()),
    };
    let number = |text: &&str| !text.is_empty() && text.len() < 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !sizes.iter().all(number) {
        return None;
    }
    let plain = |class: &str| Some(Code::call(format!("sa.{class}"), Vec::new()));
    let sized = |class: &str| {
        let length = Code::keyword("length", Code::plain(*sizes.first()?));
        Some(Code::call(format!("sa.{class}"), vec![length]))
    };
    let exact = |class: &str| {
        let precision = Code::keyword("precision", Code::plain(*sizes.first()?));
        let scale = Code::keyword("scale", Code::plain(*sizes.get(1)?));
        Some(Code::call(format!("sa.{class}"), vec![precision, scale]))
    };
    match (dialect, name, sizes.len()) {
        (Dialect::Sqlite, "INTEGER", 0) | (Dialect::Postgres, "integer", 0) => plain("Integer"),
        (Dialect::Sqlite, "BIGINT", 0) | (Dialect::Postgres, "bigint", 0) => plain("BigInteger"),
        (Dialect::Sqlite, "SMALLINT", 0) | (Dialect::Postgres, "smallint", 0) => plain("SmallInteger"),
        (Dialect::Sqlite, "TEXT", 0) | (Dialect::Postgres, "text", 0) => plain("Text"),
        (Dialect::Sqlite, "BOOLEAN", 0) | (Dialect::Postgres, "boolean", 0) => plain("Boolean"),
        (Dialect::Sqlite, "DATE", 0) | (Dialect::Postgres, "date", 0) => plain("Date"),
        (Dialect::Sqlite, "DATETIME", 0) => plain("DateTime"),
        (Dialect::Sqlite, "TIME", 0) | (Dialect::Postgres, "time without time zone", 0) => plain("Time"),
        (Dialect::Sqlite, "FLOAT", 0) => plain("Float"),
        (Dialect::Sqlite, "REAL", 0) => plain("REAL"),
        (Dialect::Sqlite, "JSON", 0) | (Dialect::Postgres, "json", 0) => plain("JSON"),
        (Dialect::Sqlite, "BLOB", 0) | (Dialect::Postgres, "bytea", 0) => plain("LargeBinary"),
        (Dialect::Sqlite, "TIMESTAMP", 0) | (Dialect::Postgres, "timestamp without time zone", 0) => plain("TIMESTAMP"),
        (Dialect::Postgres, "timestamp with time zone", 0) => {
            Some(Code::call("sa.DateTime", vec![Code::keyword("timezone", Code::plain("True"))]))
        }
        (Dialect::Sqlite, "NUMERIC", 0) | (Dialect::Postgres, "numeric", 0) => plain("Numeric"),
        (Dialect::Sqlite, "NUMERIC", 2) | (Dialect::Postgres, "numeric", 2) => exact("Numeric"),
        (Dialect::Sqlite, "DECIMAL", 2) => exact("DECIMAL"),
        (Dialect::Sqlite, "VARCHAR", 0) | (Dialect::Postgres, "character varying", 0) => plain("String"),
        (Dialect::Sqlite, "VARCHAR", 1) | (Dialect::Postgres, "character varying", 1) => sized("String"),
        (Dialect::Sqlite, "CHAR", 1) | (Dialect::Postgres, "character", 1) => sized("CHAR"),
        _ => None,
    }
}

/// `op.create_table(…)` on SQLite; none where SQLAlchemy would make another table.
pub(super) fn create_table(table: &Table) -> Option<Code> {
    let dialect = Dialect::Sqlite;
    let known = |option: &String| option == "autoincrement" || option == canonical::NULLABLE_KEY;
    if !canonical::options(table).keys().all(known) || table.name.name.is_empty() {
        return None;
    }
    let names_key = |name: &String| !render::sqlite::takes_null(table, name);
    let key = table.primary_key.as_ref();
    let row_id = table.columns.iter().any(|column| column.auto_increment);
    if !row_id && !key.is_none_or(|key| key.columns.iter().all(names_key)) {
        // A key column that takes NULL, which SQLAlchemy never makes.
        return None;
    }
    let mut arguments = vec![Code::text(&table.name.name)];
    for one in &table.columns {
        arguments.push(column(one, dialect)?);
    }
    let name = |name: Option<&String>| name.map(|name| Code::keyword("name", Code::text(name)));
    if let Some(key) = key {
        let mut parts: Vec<Code> = key.columns.iter().map(Code::text).collect();
        parts.extend(name(key.name.as_ref()));
        arguments.push(Code::call("sa.PrimaryKeyConstraint", parts));
    }
    for unique in &table.uniques {
        let mut parts: Vec<Code> = unique.columns.iter().map(Code::text).collect();
        parts.extend(name(unique.name.as_ref()));
        arguments.push(Code::call("sa.UniqueConstraint", parts));
    }
    for check in &table.checks {
        let mut parts = vec![Code::text(sql_text(&check.expression))];
        parts.extend(name(check.name.as_ref()));
        arguments.push(Code::call("sa.CheckConstraint", parts));
    }
    for foreign in &table.foreign_keys {
        arguments.push(foreign_key(foreign)?);
    }
    if table.options.contains_key("autoincrement") {
        arguments.push(Code::keyword("sqlite_autoincrement", Code::plain("True")));
    }
    Some(Code::call("op.create_table", arguments))
}

fn foreign_key(key: &ForeignKey) -> Option<Code> {
    let target = &key.referenced_table;
    let dotted = target.name.contains('.') || key.referenced_columns.iter().any(|column| column.contains('.'));
    if dotted || target.namespace.is_some() || key.referenced_columns.len() != key.columns.len() {
        return None;
    }
    let targets: Vec<String> =
        key.referenced_columns.iter().map(|column| format!("{}.{column}", target.name)).collect();
    let mut parts =
        vec![Code::texts(key.columns.iter().map(String::as_str)), Code::texts(targets.iter().map(String::as_str))];
    parts.extend(key.name.as_ref().map(|name| Code::keyword("name", Code::text(name))));
    parts.extend(actions(key));
    Some(Code::call("sa.ForeignKeyConstraint", parts))
}

/// The arguments that say what a foreign key does.
pub(super) fn actions(key: &ForeignKey) -> Vec<Code> {
    let mut parts = Vec::new();
    for (event, action) in [("ondelete", key.on_delete), ("onupdate", key.on_update)] {
        let words = match action {
            ReferentialAction::NoAction => continue,
            ReferentialAction::Restrict => "RESTRICT",
            ReferentialAction::Cascade => "CASCADE",
            ReferentialAction::SetNull => "SET NULL",
            ReferentialAction::SetDefault => "SET DEFAULT",
        };
        parts.push(Code::keyword(event, Code::text(words)));
    }
    if key.deferred {
        parts.push(Code::keyword("deferrable", Code::plain("True")));
        parts.push(Code::keyword("initially", Code::text("DEFERRED")));
    }
    parts
}
