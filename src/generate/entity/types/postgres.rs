//! PostgreSQL's types.

use super::{SqlType, none_as_null, numbers, portable, word};
use crate::generate::entity::{AttributeKind, ElementKind};
use crate::generate::python::Code;
use crate::schema::{DataType, TypeKind};

const MODULE: &str = "sqlalchemy.dialects.postgresql";

pub(super) fn kind(data_type: &DataType) -> Option<AttributeKind> {
    match (&data_type.kind, data_type.sql.as_str()) {
        // Python's driver would drop the zone, and pages would show another time.
        (TypeKind::Time, sql) if sql.ends_with("with time zone") => Some(super::native(sql)),
        // It holds fewer bytes than forms could count characters.
        (TypeKind::Text { .. }, "name") => Some(super::native("name")),
        (TypeKind::Array { element }, _) => element_kind(&element.kind).map(AttributeKind::Array),
        (TypeKind::Other, "oid") => Some(AttributeKind::Integer { least: 0, most: i128::from(u32::MAX) }),
        _ => None,
    }
}

fn element_kind(kind: &TypeKind) -> Option<ElementKind> {
    match kind {
        TypeKind::Integer { .. } => Some(ElementKind::Integer),
        TypeKind::Float { .. } => Some(ElementKind::Float),
        TypeKind::Boolean => Some(ElementKind::Boolean),
        TypeKind::Text { .. } => Some(ElementKind::Text),
        _ => None,
    }
}

pub(super) fn sqlalchemy(data_type: &DataType, kind: &AttributeKind) -> SqlType {
    let sql = data_type.sql.as_str();
    let own = |name: &str, arguments: Vec<Code>| SqlType::called(MODULE, name, arguments);
    let precision = || numbers(sql).first().map(|number| Code::keyword("precision", Code::plain(number.to_string())));
    match (kind, word(sql).as_str()) {
        (AttributeKind::Array(_), _) => {
            let TypeKind::Array { element } = &data_type.kind else { return SqlType::native(sql) };
            let mut array = own("ARRAY", Vec::new());
            let inner = sqlalchemy(element, &super::general_kind(element));
            array.imports.extend(inner.imports);
            array.code = Code::call("ARRAY", vec![inner.code]);
            array
        }
        (AttributeKind::Integer { .. }, "OID") => own("OID", Vec::new()),
        (AttributeKind::Json, "JSONB") => own("JSONB", vec![none_as_null()]),
        (AttributeKind::Text { .. }, "CITEXT" | "PUBLIC.CITEXT") => {
            portable(kind, "TEXT").with_variant(SqlType::native(sql), &["postgresql"])
        }
        (AttributeKind::Time, _) => match precision() {
            Some(precision) => portable(kind, "TIME").with_variant(own("TIME", vec![precision]), &["postgresql"]),
            None => portable(kind, "TIME"),
        },
        (AttributeKind::DateTime { with_time_zone }, _) => match precision() {
            Some(precision) => {
                let zone = with_time_zone.then(|| Code::keyword("timezone", Code::plain("True")));
                let exact = own("TIMESTAMP", zone.into_iter().chain([precision]).collect());
                portable(kind, "DATETIME").with_variant(exact, &["postgresql"])
            }
            None => portable(kind, "DATETIME"),
        },
        (AttributeKind::Interval, "INTERVAL") if sql == "interval" => portable(kind, "INTERVAL"),
        (AttributeKind::Interval, word) => {
            let fields = word.strip_prefix("INTERVAL").map(str::trim).filter(|fields| !fields.is_empty());
            let fields = fields.map(|fields| Code::keyword("fields", Code::text(fields.to_ascii_lowercase())));
            own("INTERVAL", fields.into_iter().chain(precision()).collect())
        }
        (AttributeKind::Native { .. }, "INET" | "CIDR" | "MACADDR") => own(&word(sql), Vec::new()),
        (_, word) => portable(kind, word),
    }
}

/// The words of a domain's columns and the type that it stands for, from `CREATE DOMAIN name AS type …`. None for a
/// domain whose values Python's driver has no plain value for.
pub(super) fn domain(definition: &str) -> Option<(String, DataType)> {
    let (name, rest) = definition.strip_prefix("CREATE DOMAIN ")?.split_once(" AS ")?;
    let ends = [" COLLATE ", " DEFAULT ", " NOT NULL", " CONSTRAINT ", " CHECK "];
    let end = ends.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
    let sql = rest[..end].trim_end_matches(';').trim();
    let limit = numbers(sql).first().copied();
    let kind = match word(sql).as_str() {
        "SMALLINT" => TypeKind::Integer { bits: 16 },
        "INTEGER" => TypeKind::Integer { bits: 32 },
        "BIGINT" => TypeKind::Integer { bits: 64 },
        "NUMERIC" => TypeKind::Numeric { precision: limit, scale: numbers(sql).get(1).copied() },
        "REAL" => TypeKind::Float { bits: 32 },
        "DOUBLE PRECISION" => TypeKind::Float { bits: 64 },
        "BOOLEAN" => TypeKind::Boolean,
        "TEXT" => TypeKind::Text { length: None },
        "CHARACTER VARYING" | "CHARACTER" => TypeKind::Text { length: limit },
        "DATE" => TypeKind::Date,
        _ => return None,
    };
    (!sql.contains('[')).then(|| (name.to_owned(), DataType { sql: sql.to_owned(), kind }))
}

/// The words of a composite type's columns, and how many columns it has, from `CREATE TYPE name AS (column type, …)`.
pub(super) fn composite(definition: &str) -> Option<(String, usize)> {
    let (name, rest) = definition.strip_prefix("CREATE TYPE ")?.split_once(" AS (")?;
    let columns = rest.lines().filter(|line| !line.trim().is_empty() && line.trim() != ")").count();
    Some((name.to_owned(), columns))
}

/// The base type for programs, and the domain for the server.
pub(super) fn of_domain(words: &str, base: SqlType) -> SqlType {
    let name = words.rsplit('.').next().unwrap_or(words).trim_matches('"');
    let call = |code: Code| if let Code::Plain(name) = code { Code::call(name, Vec::new()) } else { code };
    let domain = SqlType::called(MODULE, "DOMAIN", vec![Code::text(name), call(base.code.clone())]);
    base.with_variant(domain, &["postgresql"])
}
