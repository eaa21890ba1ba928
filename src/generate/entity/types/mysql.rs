//! The types of MySQL and MariaDB.

use super::{SqlType, numbers, portable};
use crate::generate::entity::AttributeKind;
use crate::generate::python::Code;
use crate::schema::{DataType, TypeKind};

const MODULE: &str = "sqlalchemy.dialects.mysql";
/// What SQLAlchemy calls the two servers.
const SERVERS: &[&str] = &["mysql", "mariadb"];
const SPATIAL: &[&str] = &[
    "geometry",
    "point",
    "linestring",
    "polygon",
    "multipoint",
    "multilinestring",
    "multipolygon",
    "geometrycollection",
    "geomcollection",
];

pub(super) fn kind(data_type: &DataType) -> Option<AttributeKind> {
    let sql = data_type.sql.as_str();
    match (&data_type.kind, plain_word(sql)) {
        (TypeKind::Integer { bits }, _) if sql.contains("unsigned") || sql.contains("zerofill") => {
            Some(AttributeKind::Integer { least: 0, most: (1_i128 << u32::from(*bits).clamp(2, 64)) - 1 })
        }
        // Its limit is in bytes, and forms count characters.
        (TypeKind::Text { .. }, "tinytext") => Some(AttributeKind::Text { length: None }),
        (TypeKind::Other, "year") => Some(AttributeKind::Integer { least: 1901, most: 2155 }),
        (TypeKind::Other, "bit") => {
            let bits = numbers(sql).first().copied().unwrap_or(1).clamp(1, 64);
            Some(AttributeKind::Integer { least: 0, most: (1_i128 << bits) - 1 })
        }
        // The server keeps moments, and gives them out in the zone of the session, without saying so.
        (TypeKind::DateTime { .. }, _) => Some(AttributeKind::DateTime { with_time_zone: false }),
        _ => None,
    }
}

pub(super) fn sqlalchemy(data_type: &DataType, kind: &AttributeKind) -> SqlType {
    let sql = data_type.sql.as_str();
    let word = plain_word(sql);
    let own = |name: &str, arguments: Vec<Code>| SqlType::called(MODULE, name, arguments);
    let number = |number: u32| Code::plain(number.to_string());
    let yes = |name: &str| Code::keyword(name, Code::plain("True"));
    let mut flags = Vec::new();
    if sql.contains(" unsigned") {
        flags.push(yes("unsigned"));
    }
    if sql.contains(" zerofill") {
        flags.push(yes("zerofill"));
    }
    let sized = || numbers(sql).into_iter().map(number);
    match (kind, word) {
        (AttributeKind::Integer { .. }, "year") => own("YEAR", Vec::new()),
        (AttributeKind::Integer { .. }, "bit") => own("BIT", sized().collect()),
        (AttributeKind::Integer { .. }, word) => {
            let name = if word == "int" { "INTEGER".to_owned() } else { word.to_ascii_uppercase() };
            let width = sized().next().map(|width| Code::keyword("display_width", width));
            match (width, word) {
                (None, "int" | "bigint" | "smallint") if flags.is_empty() => portable(kind, &name),
                (width, _) => own(&name, width.into_iter().chain(flags).collect()),
            }
        }
        (AttributeKind::Numeric { .. }, _) if !flags.is_empty() => own("DECIMAL", sized().chain(flags).collect()),
        (AttributeKind::Numeric { .. }, _) => portable(kind, "NUMERIC"),
        (AttributeKind::Float, "double") if flags.is_empty() && sized().next().is_none() => portable(kind, "DOUBLE"),
        (AttributeKind::Float, "float") if flags.is_empty() && sized().next().is_none() => portable(kind, "FLOAT"),
        (AttributeKind::Float, word) => {
            let mut arguments: Vec<Code> = sized().collect();
            arguments.push(Code::keyword("asdecimal", Code::plain("False")));
            own(&word.to_ascii_uppercase(), arguments.into_iter().chain(flags).collect())
        }
        (AttributeKind::Text { .. }, "tinytext" | "mediumtext" | "longtext") => {
            SqlType::generic("Text", Vec::new()).with_variant(own(&word.to_ascii_uppercase(), Vec::new()), SERVERS)
        }
        (AttributeKind::Binary { .. }, "blob") => portable(kind, "BLOB"),
        (AttributeKind::Binary { .. }, word) => {
            portable(kind, "BLOB").with_variant(own(&word.to_ascii_uppercase(), sized().collect()), SERVERS)
        }
        (AttributeKind::Time, _) => match sized().next() {
            Some(places) => {
                portable(kind, "TIME").with_variant(own("TIME", vec![Code::keyword("fsp", places)]), SERVERS)
            }
            None => portable(kind, "TIME"),
        },
        (AttributeKind::DateTime { .. }, word) => {
            let name = word.to_ascii_uppercase();
            match sized().next() {
                Some(places) => {
                    portable(kind, &name).with_variant(own(&name, vec![Code::keyword("fsp", places)]), SERVERS)
                }
                None => portable(kind, &name),
            }
        }
        // SQLAlchemy's portable class would make a CHAR(32) on servers that have the type.
        (AttributeKind::Uuid, _) => portable(kind, "UUID"),
        (AttributeKind::Native { .. }, word) if SPATIAL.contains(&word) => {
            SqlType::called(super::TYPES, "SpatialType", vec![Code::text(sql)])
        }
        (_, word) => portable(kind, &word.to_ascii_uppercase()),
    }
}

fn plain_word(sql: &str) -> &str {
    sql.split(['(', ' ']).next().unwrap_or_default()
}
