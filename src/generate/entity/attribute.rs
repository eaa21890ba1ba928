//! From a column to an attribute.

use std::collections::BTreeSet;

use super::outcome::{self, Decision, FormField, Outcome, Refusal};
use super::{Attribute, AttributeKind, Check, CheckRule, DefaultValue, EnumClass, EnumMember, ReferenceKey};
use crate::generate::names;
use crate::generate::python::{Expression, Import};
use crate::schema::{Column, ColumnDefault, Table, TypeKind};

/// The attributes of a table, in column order.
pub(super) fn all(table: &Table, class_name: &str, checks: &[Check], keys: &[ReferenceKey]) -> Vec<Attribute> {
    let mut taken = BTreeSet::new();
    // A column whose name needs no change keeps it, whatever its neighbours are turned into.
    let kept: BTreeSet<&str> = table
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .filter(|name| names::attribute(name) == *name)
        .collect();
    table
        .columns
        .iter()
        .map(|column| {
            let mut name = names::attribute(&column.name);
            if !kept.contains(column.name.as_str()) {
                taken.extend(kept.iter().map(|name| (*name).to_owned()));
                name = names::unused(name, &mut taken, |base, number| format!("{base}_{number}"));
            }
            one(table, column, name, class_name, checks, keys)
        })
        .collect()
}

fn one(
    table: &Table,
    column: &Column,
    name: String,
    class_name: &str,
    checks: &[Check],
    keys: &[ReferenceKey],
) -> Attribute {
    let kind = kind(column, &name, class_name, checks);
    let default = column.default.as_ref().and_then(|default| constant(default, &kind));
    let primary_key = table.is_key(&column.name);
    let foreign_key = keys.iter().find(|key| key.columns == [column.name.clone()]).cloned();
    let integer_key = primary_key
        && foreign_key.is_none()
        && matches!(kind, AttributeKind::Integer { .. })
        && table.primary_key.as_ref().is_some_and(|key| key.columns.len() == 1);
    let mut attribute = Attribute {
        label: names::label(&name),
        python: python_type(&kind),
        sqlalchemy: sqlalchemy_type(column, &kind),
        nullable: column.nullable && !primary_key,
        primary_key,
        default,
        server_default: column.default.clone(),
        generated: column.generated.clone(),
        auto_increment: column.auto_increment || integer_key,
        unique: table.is_unique_by(std::slice::from_ref(&column.name)),
        foreign_key,
        outcome: outcome::of_kind(&kind),
        comment: column.comment.clone(),
        kind,
        column: column.name.clone(),
        name,
    };
    attribute.outcome = settle(&attribute);
    attribute
}

/// What key, default and server say on top of the type.
fn settle(attribute: &Attribute) -> Outcome {
    let mut outcome = attribute.outcome;
    if attribute.generated.is_some() {
        return outcome.read_only(Refusal::Computed);
    }
    if attribute.primary_key {
        if attribute.auto_increment {
            outcome = outcome.read_only(Refusal::ServerKey);
            outcome.list = Decision::Excluded(Refusal::ServerKey);
            outcome.search = Decision::Excluded(Refusal::ServerKey);
            return outcome;
        }
        outcome.edit = Decision::Excluded(Refusal::KeyIsFixed);
        return outcome;
    }
    if matches!(&attribute.server_default, Some(ColumnDefault::Expression(_))) && attribute.default.is_none() {
        return outcome.read_only(Refusal::ServerTime);
    }
    if attribute.nullable
        && outcome.field == FormField::Automatic
        && matches!(attribute.kind, AttributeKind::Text { .. })
    {
        outcome.field = FormField::BlankIsNull;
    }
    outcome
}

fn kind(column: &Column, name: &str, class_name: &str, checks: &[Check]) -> AttributeKind {
    let enumeration = |values: &[String], database_name: Option<String>, declared: Option<u32>, by_check: bool| {
        let members = names::enum_members(values)
            .into_iter()
            .zip(values)
            .map(|(name, value)| EnumMember { name, value: value.clone() })
            .collect();
        let longest = values.iter().map(|value| value.chars().count()).max();
        let length = declared.filter(|length| usize::try_from(*length).ok() != longest);
        AttributeKind::Enum(EnumClass {
            name: names::enum_class(class_name, name),
            database_name,
            members,
            length,
            by_check,
        })
    };
    match &column.data_type.kind {
        TypeKind::Integer { bits } => AttributeKind::Integer { bits: *bits },
        TypeKind::Numeric { precision, scale } => AttributeKind::Numeric { precision: *precision, scale: *scale },
        TypeKind::Float { .. } => AttributeKind::Float,
        TypeKind::Boolean => AttributeKind::Boolean,
        TypeKind::Text { length } => {
            let list = checks.iter().find_map(|check| match check.rules.as_slice() {
                [CheckRule::OneOf { column: of, values, text: true }] if of == &column.name && !values.is_empty() => {
                    Some((values, check.name.clone()))
                }
                _ => None,
            });
            match list {
                Some((values, name)) => enumeration(values, name, *length, true),
                None => AttributeKind::Text { length: *length },
            }
        }
        TypeKind::Enum { name, values } => enumeration(values, name.clone(), None, false),
        TypeKind::Binary { .. } => AttributeKind::Binary,
        TypeKind::Date => AttributeKind::Date,
        TypeKind::Time => AttributeKind::Time,
        TypeKind::DateTime { with_time_zone } => AttributeKind::DateTime { with_time_zone: *with_time_zone },
        TypeKind::Interval => AttributeKind::Interval,
        TypeKind::Json => AttributeKind::Json,
        TypeKind::Uuid => AttributeKind::Uuid,
        TypeKind::Array { .. } => AttributeKind::Array,
        TypeKind::Other => AttributeKind::Other,
    }
}

fn constant(default: &ColumnDefault, kind: &AttributeKind) -> Option<DefaultValue> {
    let text = match default {
        ColumnDefault::Literal(text) => text.as_str(),
        ColumnDefault::Expression(text) => text.trim_matches(['(', ')', ' ']),
    };
    let literal = matches!(default, ColumnDefault::Literal(_));
    let is_number = |text: &str| {
        text.parse::<f64>().is_ok_and(f64::is_finite) && text.chars().all(|c| c.is_ascii_digit() || "+-.".contains(c))
    };
    match kind {
        AttributeKind::Integer { .. } => text.parse::<i64>().ok().map(|value| DefaultValue::Integer(value.to_string())),
        AttributeKind::Numeric { .. } | AttributeKind::Float => {
            is_number(text).then(|| DefaultValue::Decimal(text.to_owned()))
        }
        AttributeKind::Boolean => match text.to_ascii_lowercase().as_str() {
            "1" | "true" | "t" => Some(DefaultValue::Boolean(true)),
            "0" | "false" | "f" => Some(DefaultValue::Boolean(false)),
            _ => None,
        },
        AttributeKind::Text { .. } => literal.then(|| DefaultValue::Text(text.to_owned())),
        AttributeKind::Enum(class) => class
            .members
            .iter()
            .find(|member| literal && member.value == text)
            .map(|member| DefaultValue::Member(member.name.clone())),
        AttributeKind::Json => literal.then(|| DefaultValue::Json(text.to_owned())),
        _ => None,
    }
}

fn python_type(kind: &AttributeKind) -> Expression {
    match kind {
        AttributeKind::Integer { .. } => Expression::plain("int"),
        AttributeKind::Numeric { .. } => Expression::with("Decimal", Import::from("decimal", "Decimal")),
        AttributeKind::Float => Expression::plain("float"),
        AttributeKind::Boolean => Expression::plain("bool"),
        AttributeKind::Text { .. } => Expression::plain("str"),
        AttributeKind::Enum(class) => Expression::plain(class.name.clone()),
        AttributeKind::Binary => Expression::plain("bytes"),
        AttributeKind::Date => Expression::with("datetime.date", Import::module("datetime")),
        AttributeKind::Time => Expression::with("datetime.time", Import::module("datetime")),
        AttributeKind::DateTime { .. } => Expression::with("datetime.datetime", Import::module("datetime")),
        AttributeKind::Interval => Expression::with("datetime.timedelta", Import::module("datetime")),
        AttributeKind::Uuid => Expression::with("uuid.UUID", Import::module("uuid")),
        AttributeKind::Json | AttributeKind::Array | AttributeKind::Other => {
            Expression::with("Any", Import::from("typing", "Any"))
        }
    }
}

/// The SQLAlchemy type. A word that SQLAlchemy has a class for is kept, so that `create_all` writes it again.
fn sqlalchemy_type(column: &Column, kind: &AttributeKind) -> Expression {
    let sql = column.data_type.sql.to_ascii_uppercase();
    let word = sql.split('(').next().unwrap_or_default().trim();
    let class = |generic: &'static str| match (generic, word) {
        ("Integer", "BIGINT") => "BigInteger",
        ("Integer", "SMALLINT") => "SmallInteger",
        ("Numeric", "DECIMAL") => "DECIMAL",
        ("Float", "REAL") => "REAL",
        ("Float", "DOUBLE PRECISION" | "DOUBLE") => "Double",
        ("DateTime", "TIMESTAMP") => "TIMESTAMP",
        ("String", "CHAR") => "CHAR",
        ("String", "NCHAR") => "NCHAR",
        ("String", "NVARCHAR") => "NVARCHAR",
        ("Text", "VARCHAR") => "String",
        ("Text", "CLOB") => "CLOB",
        _ => generic,
    };
    let from = |generic: &'static str| Import::from("sqlalchemy", class(generic));
    let named = |generic: &'static str| Expression::with(class(generic), from(generic));
    let called = |generic: &'static str, arguments: String| {
        Expression::with(format!("{}({arguments})", class(generic)), from(generic))
    };
    match kind {
        AttributeKind::Integer { .. } => named("Integer"),
        AttributeKind::Numeric { precision: None, .. } => named("Numeric"),
        AttributeKind::Numeric { precision: Some(precision), scale: None } => called("Numeric", precision.to_string()),
        AttributeKind::Numeric { precision: Some(precision), scale: Some(scale) } => {
            called("Numeric", format!("{precision}, {scale}"))
        }
        AttributeKind::Float => named("Float"),
        AttributeKind::Boolean => named("Boolean"),
        AttributeKind::Text { length: Some(length) } => called("String", length.to_string()),
        AttributeKind::Text { length: None } => named("Text"),
        AttributeKind::Enum(class) => Expression::with(class.name.clone(), Import::from("sqlalchemy", "Enum")),
        AttributeKind::Binary => named("LargeBinary"),
        AttributeKind::Date => named("Date"),
        AttributeKind::Time => named("Time"),
        AttributeKind::DateTime { with_time_zone: false } => named("DateTime"),
        AttributeKind::DateTime { with_time_zone: true } => called("DateTime", "timezone=True".to_owned()),
        AttributeKind::Interval => named("Interval"),
        AttributeKind::Json => named("JSON"),
        AttributeKind::Uuid => named("Uuid"),
        AttributeKind::Array | AttributeKind::Other => {
            Expression::with("NullType", Import::from("sqlalchemy.types", "NullType"))
        }
    }
}
