//! From a column to an attribute.

use std::collections::BTreeSet;

use super::outcome::{self, Decision, FormField, Outcome, Refusal};
use super::types::{self, OwnTypes};
use super::{
    Attribute, AttributeKind, Check, CheckRule, DefaultValue, EnumClass, EnumMember, EnumStorage, FabVersion,
    ReferenceKey,
};
use crate::generate::names;
use crate::schema::lexer::{TokenKind, tokens};
use crate::schema::{Column, ColumnDefault, DataType, Dialect, Table, TypeKind};

/// What the server decides about columns.
pub(super) struct Server<'a> {
    pub(super) dialect: Dialect,
    pub(super) own_types: &'a OwnTypes,
    pub(super) fab: FabVersion,
}

/// The attributes of a table, in column order.
pub(super) fn all(
    table: &Table,
    class_name: &str,
    checks: &[Check],
    keys: &[ReferenceKey],
    server: &Server<'_>,
) -> Vec<Attribute> {
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
            one(table, column, name, class_name, checks, keys, server)
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
    server: &Server<'_>,
) -> Attribute {
    let base = types::resolve(&column.data_type, server.own_types);
    let kind = kind(column, base, &name, class_name, checks, server);
    let default = column.default.as_ref().and_then(|default| constant(default, &kind));
    let primary_key = table.is_key(&column.name);
    let foreign_key = keys.iter().find(|key| key.columns == [column.name.clone()]).cloned();
    // A serial column is one whose default takes from a sequence.
    let is_serial = server.dialect == Dialect::Postgres
        && matches!(&column.default, Some(ColumnDefault::Expression(text)) if text.starts_with("nextval("));
    let integer_key = primary_key
        && foreign_key.is_none()
        && matches!(kind, AttributeKind::Integer { .. })
        && table.primary_key.as_ref().is_some_and(|key| key.columns.len() == 1);
    let identity = table.options.get(&format!("identity {}", column.name)).map(|words| words.starts_with("ALWAYS"));
    // SQLite counts by itself where a key is an INTEGER by exactly this name.
    let is_counted = match server.dialect {
        Dialect::Sqlite => column.data_type.sql.eq_ignore_ascii_case("integer"),
        Dialect::Postgres => is_serial || identity.is_some(),
        Dialect::Mysql => false,
    };
    let mut attribute = Attribute {
        declared: column.data_type.sql.clone(),
        collation: column.collation.clone(),
        any_letter: server.dialect != Dialect::Mysql || has_any_letter(table, column),
        label: names::label(&name),
        python: types::python(&kind),
        sqlalchemy: types::sqlalchemy(column, base, &kind, server.dialect).on(server.fab),
        nullable: column.nullable && !primary_key,
        primary_key,
        default,
        server_default: column.default.clone().filter(|_| !(integer_key && is_serial)),
        generated: column.generated.as_deref().cloned(),
        auto_increment: column.auto_increment || integer_key && is_counted,
        identity,
        unique: table.is_unique_by(std::slice::from_ref(&column.name)),
        foreign_key,
        in_trigger: false,
        outcome: of_type(&base.sql, &kind),
        comment: column.comment.clone(),
        kind,
        column: column.name.clone(),
        name,
    };
    attribute.outcome = settle(&attribute);
    attribute
}

/// Whether a column of MySQL's holds every letter of Unicode.
fn has_any_letter(table: &Table, column: &Column) -> bool {
    let collation = column.collation.as_ref().or_else(|| table.options.get("collation"));
    collation.is_none_or(|collation| collation.starts_with("utf8mb4"))
}

/// What the type says. FAB knows a number by its SQLAlchemy class, and some servers have numbers of other classes.
fn of_type(sql: &str, kind: &AttributeKind) -> Outcome {
    let outcome = outcome::of_kind(kind);
    let is_odd = ["year", "bit", "oid"].iter().any(|word| sql.starts_with(word));
    match kind {
        AttributeKind::Integer { .. } if is_odd => Outcome { field: FormField::Integer, ..outcome }.without_filter(),
        _ => outcome,
    }
}

/// What key, default and server say on top of the type.
fn settle(attribute: &Attribute) -> Outcome {
    let mut outcome = attribute.outcome;
    if attribute.generated.is_some() {
        return outcome.read_only(Refusal::Computed);
    }
    if attribute.primary_key {
        if attribute.is_served() {
            outcome = outcome.read_only(Refusal::ServerKey);
            outcome.list = Decision::Excluded(Refusal::ServerKey);
            outcome.search = Decision::Excluded(Refusal::ServerKey);
            return outcome;
        }
        if let AttributeKind::Text { .. } = attribute.kind {
            outcome.list = Decision::Included;
        }
        outcome.edit = Decision::Excluded(Refusal::KeyIsFixed);
        return outcome;
    }
    if attribute.default.is_none()
        && let Some(ColumnDefault::Expression(text)) = &attribute.server_default
        && quoted(text).is_none()
    {
        return outcome.read_only(Refusal::ServerTime);
    }
    if let AttributeKind::Binary { .. } = attribute.kind
        && !attribute.is_required()
    {
        outcome = outcome.read_only(Refusal::NoField);
    }
    if attribute.nullable
        && outcome.field == FormField::Automatic
        && matches!(attribute.kind, AttributeKind::Text { .. })
    {
        outcome.field = FormField::BlankIsNull;
    }
    outcome
}

fn kind(
    column: &Column,
    base: &DataType,
    name: &str,
    class_name: &str,
    checks: &[Check],
    server: &Server<'_>,
) -> AttributeKind {
    let enumeration =
        |values: &[String], database_name: Option<String>, declared: Option<u32>, storage: Option<EnumStorage>| {
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
                by_check: storage.is_some(),
                storage: storage.unwrap_or(EnumStorage::Varchar),
            })
        };
    match &base.kind {
        TypeKind::Text { length } => {
            let list = checks.iter().find_map(|check| match check.rules.as_slice() {
                [CheckRule::OneOf { column: of, values, text: true }] if of == &column.name && !values.is_empty() => {
                    Some((values, check.name.clone()))
                }
                _ => None,
            });
            match list.and_then(|(values, name)| Some((values, name, storage(&base.sql, *length, values)?))) {
                Some((values, name, storage)) => enumeration(values, name, *length, Some(storage)),
                None => types::kind(base, server.own_types, server.dialect),
            }
        }
        TypeKind::Enum { name, values } => enumeration(values, name.as_deref().map(str::to_owned), None, None),
        _ => types::kind(base, server.own_types, server.dialect),
    }
}

/// How a column of text declares one of a list. Nothing for one that fills up what is shorter, so that its values aren't
/// those of the list.
fn storage(sql: &str, length: Option<u32>, values: &[String]) -> Option<EnumStorage> {
    let sql = sql.to_ascii_lowercase();
    if sql == "text" {
        return Some(EnumStorage::Text);
    }
    let is_fixed = ["char", "character", "bpchar"].iter().any(|word| sql.split('(').next() == Some(word));
    if !is_fixed {
        return Some(EnumStorage::Varchar);
    }
    let is_full = |value: &String| u32::try_from(value.chars().count()).ok() == length;
    values.iter().all(is_full).then_some(EnumStorage::Char)
}

fn constant(default: &ColumnDefault, kind: &AttributeKind) -> Option<DefaultValue> {
    let quoted = match default {
        ColumnDefault::Literal(text) => Some(text.clone()),
        ColumnDefault::Expression(text) => quoted(text),
    };
    let literal = quoted.is_some();
    let text = match (&quoted, default) {
        (Some(text), _) => text.as_str(),
        (None, ColumnDefault::Literal(text) | ColumnDefault::Expression(text)) => text.trim_matches(['(', ')', ' ']),
    };
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
        AttributeKind::Array(_) => (literal && text == "{}").then(|| DefaultValue::Json("[]".to_owned())),
        _ => None,
    }
}

/// The text of a quoted constant with a cast, as PostgreSQL prints it: `'{}'::jsonb`.
fn quoted(expression: &str) -> Option<String> {
    let all = tokens(expression);
    let value = all.first().filter(|token| token.kind == TokenKind::Text && token.start == 0)?;
    let rest = expression.get(value.end()..)?;
    let of_type = |character: char| character.is_alphanumeric() || " _.\"[](),".contains(character);
    let is_cast = rest.strip_prefix("::").is_some_and(|cast| cast.chars().all(of_type));
    (rest.is_empty() || is_cast).then(|| value.unquoted())
}
