//! What a column's type is to a program: its kind, its SQLAlchemy type and its Python type.
//!
//! Each server's words are turned into the class of SQLAlchemy's that writes them again, so that `create_all` and
//! Alembic see the column that is there. A type without such a class is `fabkit`'s `NativeType`, whose values are
//! text in the server's words: every type can be read, shown and written.

mod mysql;
mod postgres;
mod sqlite;

use std::collections::BTreeMap;

use super::{AttributeKind, EnumStorage, FabVersion};
use crate::generate::python::{Code, Expression, Import, Imports};
use crate::schema::{Column, DataType, Dialect, Schema, TypeKind};

/// A SQLAlchemy type, and what it needs imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlType {
    /// The class, called with its arguments where it has any.
    pub code: Code,
    /// Its imports.
    pub imports: Vec<Import>,
}

impl SqlType {
    fn class(module: &str, name: &str) -> Self {
        Self { code: Code::plain(name), imports: vec![Import::from(module, name)] }
    }

    fn called(module: &str, name: &str, arguments: Vec<Code>) -> Self {
        if arguments.is_empty() {
            return Self::class(module, name);
        }
        Self { code: Code::call(name, arguments), imports: vec![Import::from(module, name)] }
    }

    /// A class of SQLAlchemy's own, for any server.
    fn generic(name: &str, arguments: Vec<Code>) -> Self {
        Self::called("sqlalchemy", name, arguments)
    }

    /// A type that only its server knows.
    fn native(sql: &str) -> Self {
        Self::called(TYPES, "NativeType", vec![Code::text(sql)])
    }

    /// This type for programs, and another for one family of servers.
    fn with_variant(self, other: Self, servers: &[&str]) -> Self {
        let call = |code: Code| if let Code::Plain(name) = code { Code::call(name, Vec::new()) } else { code };
        let mut arguments = vec![call(other.code)];
        arguments.extend(servers.iter().map(|server| Code::text(*server)));
        let mut imports = self.imports;
        imports.extend(other.imports);
        Self { code: Code::method(&call(self.code), "with_variant", arguments), imports }
    }

    /// The same type of text, with a collation.
    fn collated(mut self, collation: &str) -> Self {
        let collation = Code::keyword("collation", Code::text(collation));
        self.code = match self.code {
            Code::Plain(name) => Code::call(name, vec![collation]),
            Code::Call(name, mut arguments) if !name.contains('.') => {
                arguments.push(collation);
                Code::call(name, arguments)
            }
            other => other,
        };
        self
    }

    /// The same type for this version's SQLAlchemy: 1.4 lacks three classes, and a variant for several servers.
    pub(super) fn on(mut self, fab: FabVersion) -> Self {
        if fab == FabVersion::V5 {
            return self;
        }
        for import in &mut self.imports {
            if import.name.as_deref().is_some_and(|name| SINCE_SQLALCHEMY_2.contains(&name)) {
                BACKPORTS.clone_into(&mut import.module);
            }
        }
        if let Code::Call(head, arguments) = &mut self.code
            && arguments.len() > 2
            && let Some(base) = head.strip_suffix(".with_variant")
        {
            arguments.insert(0, Code::plain(base));
            "with_variant".clone_into(head);
            self.imports.push(Import::from(BACKPORTS, "with_variant"));
        }
        self
    }

    /// Adds what it needs.
    pub fn need(&self, imports: &mut Imports) {
        for import in &self.imports {
            imports.add(import.clone());
        }
    }

    /// Whether it is one of `fabkit`'s own.
    pub fn is_fabkits(&self) -> bool {
        self.imports.iter().any(|import| import.module == TYPES)
    }

    /// Whether it is one of SQLAlchemy 2 that `fabkit` has for 1.4.
    pub fn is_backport(&self) -> bool {
        self.imports.iter().any(|import| import.module == BACKPORTS)
    }
}

/// Where models find the types of `fabkit`.
const TYPES: &str = "..fabkit.types";
/// Where they find those that SQLAlchemy 1.4 lacks.
const BACKPORTS: &str = "..fabkit.backports";
const SINCE_SQLALCHEMY_2: [&str; 3] = ["DOMAIN", "Double", "Uuid"];

/// The types that a PostgreSQL schema has of its own, by the words that columns are declared with.
#[derive(Debug, Default)]
pub(super) struct OwnTypes {
    /// What domains stand for.
    domains: BTreeMap<String, DataType>,
    /// How many columns composite types have.
    composites: BTreeMap<String, usize>,
}

impl OwnTypes {
    pub(super) fn of(schema: &Schema) -> Self {
        let definitions = |kind: &'static str| {
            schema.others.iter().filter(move |other| other.kind == kind).map(|other| other.definition.as_str())
        };
        Self {
            domains: definitions("domain").filter_map(postgres::domain).collect(),
            composites: definitions("composite type").filter_map(postgres::composite).collect(),
        }
    }
}

/// The kind of a type, before checks make an enum of it, and the type that the kind is of: a domain's base.
pub(super) fn resolve<'a>(data_type: &'a DataType, own: &'a OwnTypes) -> &'a DataType {
    own.domains.get(&data_type.sql).unwrap_or(data_type)
}

/// What kind of value a type that is no enum holds.
pub(super) fn kind(data_type: &DataType, own: &OwnTypes, dialect: Dialect) -> AttributeKind {
    if let Some(columns) = own.composites.get(&data_type.sql) {
        return AttributeKind::Native { sql: data_type.sql.clone(), columns: *columns };
    }
    let special = match dialect {
        Dialect::Postgres => postgres::kind(data_type),
        Dialect::Mysql => mysql::kind(data_type),
        Dialect::Sqlite => None,
    };
    special.unwrap_or_else(|| general_kind(data_type))
}

fn general_kind(data_type: &DataType) -> AttributeKind {
    match &data_type.kind {
        TypeKind::Integer { bits } => {
            let most = (1_i128 << (u32::from(*bits).clamp(2, 64) - 1)) - 1;
            AttributeKind::Integer { least: -most - 1, most }
        }
        TypeKind::Numeric { precision, scale } => AttributeKind::Numeric { precision: *precision, scale: *scale },
        TypeKind::Float { .. } => AttributeKind::Float,
        TypeKind::Boolean => AttributeKind::Boolean,
        TypeKind::Text { length } => AttributeKind::Text { length: *length },
        TypeKind::Binary { length } => AttributeKind::Binary { length: *length },
        TypeKind::Date => AttributeKind::Date,
        TypeKind::Time => AttributeKind::Time,
        TypeKind::DateTime { with_time_zone } => AttributeKind::DateTime { with_time_zone: *with_time_zone },
        TypeKind::Interval => AttributeKind::Interval,
        TypeKind::Json => AttributeKind::Json,
        TypeKind::Uuid => AttributeKind::Uuid,
        TypeKind::Enum { .. } | TypeKind::Array { .. } | TypeKind::Other => native(&data_type.sql),
    }
}

fn native(sql: &str) -> AttributeKind {
    AttributeKind::Native { sql: sql.to_owned(), columns: 0 }
}

/// The SQLAlchemy type of a column, whose domain, where it has one, stands for `base`.
pub(super) fn sqlalchemy(column: &Column, base: &DataType, kind: &AttributeKind, dialect: Dialect) -> SqlType {
    let declared = &column.data_type;
    if let AttributeKind::Enum(class) = kind {
        let module = if class.storage == EnumStorage::Varchar { "sqlalchemy" } else { TYPES };
        return SqlType::class(module, class.storage.class());
    }
    let of_base = match dialect {
        Dialect::Postgres => postgres::sqlalchemy(base, kind),
        Dialect::Mysql => mysql::sqlalchemy(base, kind),
        Dialect::Sqlite => sqlite::sqlalchemy(base, kind),
    };
    let of_base = match &column.collation {
        Some(collation) => of_base.collated(&plain_collation(collation)),
        None => of_base,
    };
    if declared == base { of_base } else { postgres::of_domain(&declared.sql, of_base) }
}

/// The classes that every server has, by what the kind says.
fn portable(kind: &AttributeKind, word: &str) -> SqlType {
    let class = |generic: &'static str| match (generic, word) {
        ("Integer", "BIGINT") => "BigInteger",
        ("Integer", "SMALLINT") => "SmallInteger",
        ("Numeric", "DECIMAL") => "DECIMAL",
        ("Float", "REAL") => "REAL",
        ("Float", "DOUBLE PRECISION" | "DOUBLE") => "Double",
        ("DateTime", "TIMESTAMP") => "TIMESTAMP",
        ("String", "CHAR" | "CHARACTER") => "CHAR",
        ("String", "NCHAR") => "NCHAR",
        ("String", "NVARCHAR") => "NVARCHAR",
        ("Text", "VARCHAR" | "CHARACTER VARYING") => "String",
        ("Text", "CLOB") => "CLOB",
        _ => generic,
    };
    let number = |number: u32| Code::plain(number.to_string());
    let of = |generic: &'static str, arguments: Vec<Code>| SqlType::generic(class(generic), arguments);
    match kind {
        AttributeKind::Integer { .. } => of("Integer", Vec::new()),
        AttributeKind::Numeric { precision, scale } => of(
            "Numeric",
            precision.iter().chain(scale.iter().filter(|_| precision.is_some())).copied().map(number).collect(),
        ),
        AttributeKind::Float => of("Float", Vec::new()),
        AttributeKind::Boolean => of("Boolean", Vec::new()),
        AttributeKind::Text { length: Some(length) } => of("String", vec![number(*length)]),
        AttributeKind::Text { length: None } => of("Text", Vec::new()),
        AttributeKind::Enum(_) => of("Enum", Vec::new()),
        AttributeKind::Binary { .. } => of("LargeBinary", Vec::new()),
        AttributeKind::Date => of("Date", Vec::new()),
        AttributeKind::Time => of("Time", Vec::new()),
        AttributeKind::DateTime { with_time_zone: false } => of("DateTime", Vec::new()),
        AttributeKind::DateTime { with_time_zone: true } => {
            of("DateTime", vec![Code::keyword("timezone", Code::plain("True"))])
        }
        AttributeKind::Interval => of("Interval", Vec::new()),
        AttributeKind::Json => of("JSON", vec![none_as_null()]),
        AttributeKind::Uuid => of("Uuid", Vec::new()),
        AttributeKind::Array(_) => SqlType::native(word),
        AttributeKind::Native { sql, .. } => SqlType::native(sql),
    }
}

fn none_as_null() -> Code {
    Code::keyword("none_as_null", Code::plain("True"))
}

/// The Python type of a kind.
pub(super) fn python(kind: &AttributeKind) -> Expression {
    match kind {
        AttributeKind::Integer { .. } => Expression::plain("int"),
        AttributeKind::Numeric { .. } => Expression::with("Decimal", Import::from("decimal", "Decimal")),
        AttributeKind::Float => Expression::plain("float"),
        AttributeKind::Boolean => Expression::plain("bool"),
        AttributeKind::Text { .. } | AttributeKind::Native { .. } => Expression::plain("str"),
        AttributeKind::Enum(class) => Expression::plain(class.name.clone()),
        AttributeKind::Binary { .. } => Expression::plain("bytes"),
        AttributeKind::Date => Expression::with("datetime.date", Import::module("datetime")),
        AttributeKind::Time => Expression::with("datetime.time", Import::module("datetime")),
        AttributeKind::DateTime { .. } => Expression::with("datetime.datetime", Import::module("datetime")),
        AttributeKind::Interval => Expression::with("datetime.timedelta", Import::module("datetime")),
        AttributeKind::Uuid => Expression::with("uuid.UUID", Import::module("uuid")),
        AttributeKind::Array(element) => Expression::plain(format!("list[{}]", element.python())),
        AttributeKind::Json => Expression::with("Any", Import::from("typing", "Any")),
    }
}

/// The word that a type begins with, in capitals, without its modifier.
fn word(sql: &str) -> String {
    sql.split('(').next().unwrap_or_default().trim().to_ascii_uppercase()
}

/// What stands in the brackets of a type, as numbers.
fn numbers(sql: &str) -> Vec<u32> {
    let inner = sql.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(inner, _)| inner);
    inner.split(',').filter_map(|number| number.trim().parse().ok()).collect()
}
/// `"C"` for `pg_catalog."C"`, which SQLAlchemy would quote as one name.
fn plain_collation(collation: &str) -> String {
    let name = collation.strip_prefix("pg_catalog.").unwrap_or(collation);
    match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => name.to_owned(),
    }
}
