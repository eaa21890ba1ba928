//! What can be changed where it stands.

use super::atom::{Atom, Body, is_inherited};
use crate::migration::render::postgres::{identity, path, quoted, string, typed};
use crate::schema::lexer::{TokenKind, tokens};
use crate::schema::{Column, Other, Table, TypeKind};

/// How something gets its new shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// By these statements.
    InPlace(Vec<String>),
    /// By these statements, which what reads the column does not survive.
    Retyped(Vec<String>),
    /// By these statements, each outside of any transaction.
    Before(Vec<String>),
    /// By removing it and making it anew.
    Anew,
}

pub(super) fn way(old: &Atom<'_>, new: &Atom<'_>) -> Way {
    match (old.body, new.body) {
        (Body::Table(old), Body::Table(new)) => table(old, new),
        (Body::Column(_, old), Body::Column(table, new)) => column(old, new, table),
        (Body::Default(_), Body::Default(_)) | (Body::Setting, Body::Setting) => Way::InPlace(new.create.clone()),
        (Body::Identity(old), Body::Identity(value)) => Way::InPlace(changed_identity(old, value, new)),
        (Body::Other(old), Body::Other(other)) => object(old, other, new),
        _ => Way::Anew,
    }
}

fn table(old: &Table, new: &Table) -> Way {
    let name = path(&new.name);
    let (before, after) = (|option: &str| old.options.get(option), |option: &str| new.options.get(option));
    if ["partition by", "of type", "access method"].iter().any(|option| before(option) != after(option)) {
        return Way::Anew;
    }
    let mut statements = Vec::new();
    let part = (before("partition of"), before("partition bound"));
    let now = (after("partition of"), after("partition bound"));
    if part != now {
        if let Some(parent) = part.0 {
            statements.push(format!("ALTER TABLE {parent} DETACH PARTITION {name};"));
        }
        if let (Some(parent), Some(bound)) = now {
            statements.push(format!("ALTER TABLE {parent} ATTACH PARTITION {name} {bound};"));
        }
    }
    let parents = |table: Option<&String>| -> Vec<String> {
        table.map(|names| names.split(", ").map(str::to_owned).collect()).unwrap_or_default()
    };
    let (past, next) = (parents(before("inherits")), parents(after("inherits")));
    statements.extend(
        past.iter().filter(|one| !next.contains(one)).map(|one| format!("ALTER TABLE {name} NO INHERIT {one};")),
    );
    statements
        .extend(next.iter().filter(|one| !past.contains(one)).map(|one| format!("ALTER TABLE {name} INHERIT {one};")));
    match (before("unlogged"), after("unlogged")) {
        (None, Some(_)) => statements.push(format!("ALTER TABLE {name} SET UNLOGGED;")),
        (Some(_), None) => statements.push(format!("ALTER TABLE {name} SET LOGGED;")),
        _ => {}
    }
    Way::InPlace(statements)
}

/// What existing rows get where a value is required from now on.
pub(super) fn filler(column: &Column) -> Option<String> {
    let text = match &column.data_type.kind {
        TypeKind::Integer { .. } | TypeKind::Numeric { .. } | TypeKind::Float { .. } => "0",
        TypeKind::Boolean => "false",
        TypeKind::Text { .. } | TypeKind::Binary { .. } => "''",
        TypeKind::Date => "'1970-01-01'",
        TypeKind::Time => "'00:00:00'",
        TypeKind::DateTime { .. } => "'1970-01-01 00:00:00'",
        TypeKind::Interval => "'0'",
        TypeKind::Json | TypeKind::Array { .. } => "'{}'",
        TypeKind::Uuid => "'00000000-0000-0000-0000-000000000000'",
        TypeKind::Enum { values, .. } => return values.first().map(|value| string(value)),
        TypeKind::Other => return None,
    };
    Some(text.to_owned())
}

fn column(old: &Column, new: &Column, table: &Table) -> Way {
    let own = quoted(&new.name);
    let name = path(&table.name);
    let alter = format!("ALTER TABLE {name} ALTER COLUMN {own}");
    let mut statements = Vec::new();
    match (&old.generated, &new.generated) {
        (Some(_), None) => statements.push(format!("{alter} DROP EXPRESSION;")),
        (one, other) if one != other => return Way::Anew,
        _ => {}
    }
    let retyped =
        (old.data_type.sql != new.data_type.sql || old.collation != new.collation) && !is_inherited(table, &new.name);
    if retyped {
        let using = if new.generated.is_some() { String::new() } else { format!(" USING {}", cast(&own, old, new)) };
        statements.push(format!("{alter} TYPE {}{using};", typed(new)));
    }
    if old.nullable && !new.nullable {
        if let Some(value) = filler(new).filter(|_| new.generated.is_none()) {
            statements.push(format!("UPDATE {name} SET {own} = {value} WHERE {own} IS NULL;"));
        }
        statements.push(format!("{alter} SET NOT NULL;"));
    } else if !old.nullable && new.nullable {
        statements.push(format!("{alter} DROP NOT NULL;"));
    }
    if retyped { Way::Retyped(statements) } else { Way::InPlace(statements) }
}

/// The old values as the new type.
fn cast(own: &str, old: &Column, new: &Column) -> String {
    let by_text = |column: &Column| {
        matches!(column.data_type.kind, TypeKind::Enum { .. } | TypeKind::Other | TypeKind::Array { .. })
    };
    if by_text(old) || by_text(new) {
        format!("{own}::text::{}", new.data_type.sql)
    } else {
        format!("{own}::{}", new.data_type.sql)
    }
}

fn changed_identity(old: &str, new: &str, atom: &Atom<'_>) -> Vec<String> {
    let Some(statement) = atom.create.first() else { return Vec::new() };
    let Some((alter, _)) = statement.split_once(" ADD GENERATED") else { return Vec::new() };
    let when = |text: &str| text.starts_with("BY DEFAULT");
    let mut parts = Vec::new();
    if when(old) != when(new) {
        parts.push(format!("SET GENERATED {}", if when(new) { "BY DEFAULT" } else { "ALWAYS" }));
    }
    let sequence = |text: &str| identity(text).split_once('(').map(|(_, rest)| rest.trim_end_matches(')').to_owned());
    if sequence(old) != sequence(new) {
        let words = sequence(new).unwrap_or_default();
        let words = [" INCREMENT", " MINVALUE", " MAXVALUE", " CACHE", " CYCLE"]
            .iter()
            .fold(words, |text, word| text.replace(word, &format!(" SET{word}")));
        parts.push(format!("SET {}", words.replace("NO SET CYCLE", "SET NO CYCLE")));
    }
    vec![format!("{alter} {};", parts.join(" "))]
}

fn object(old: &Other, new: &Other, atom: &Atom<'_>) -> Way {
    match new.kind.as_str() {
        "function" | "procedure" if signature(&old.definition) == signature(&new.definition) => {
            Way::InPlace(atom.create.clone())
        }
        "sequence" if unlogged(old) == unlogged(new) => {
            let text = new.definition.replacen("CREATE UNLOGGED SEQUENCE", "ALTER SEQUENCE", 1);
            Way::InPlace(vec![format!("{};", text.replacen("CREATE SEQUENCE", "ALTER SEQUENCE", 1))])
        }
        "sequence owner" | "comment" | "domain default" => Way::InPlace(atom.create.clone()),
        "enum" => added_values(old, new).map_or(Way::Anew, Way::Before),
        "composite type" => attributes(old, new).map_or(Way::Anew, Way::InPlace),
        "grant" | "default grant" => {
            let choice = " WITH GRANT OPTION";
            match old.definition.strip_suffix(choice) {
                Some(_) => {
                    let text = old.removal.clone().unwrap_or_default();
                    Way::InPlace(vec![format!("{};", text.replacen("REVOKE ", "REVOKE GRANT OPTION FOR ", 1))])
                }
                None => Way::InPlace(atom.create.clone()),
            }
        }
        _ => Way::Anew,
    }
}

fn unlogged(sequence: &Other) -> bool {
    sequence.definition.starts_with("CREATE UNLOGGED")
}

/// The part of a function that CREATE OR REPLACE cannot change.
fn signature(definition: &str) -> &str {
    definition.split("\n LANGUAGE ").next().unwrap_or(definition)
}

fn values(definition: &str) -> Vec<String> {
    let list = definition.split_once(" AS ENUM (").map_or("", |(_, list)| list);
    tokens(list).iter().filter(|token| token.kind == TokenKind::Text).map(|token| token.unquoted()).collect()
}

/// The statements that add what is new between values that all stay in their order.
fn added_values(old: &Other, new: &Other) -> Option<Vec<String>> {
    let (before, after) = (values(&old.definition), values(&new.definition));
    let kept: Vec<&String> = after.iter().filter(|value| before.contains(value)).collect();
    if kept.len() != before.len() || kept.into_iter().ne(&before) {
        return None;
    }
    let name = path(&new.name);
    let mut statements = Vec::new();
    let mut last: Option<&String> = None;
    for value in &after {
        if !before.contains(value) {
            let place = match (last, before.first()) {
                (Some(last), _) => format!(" AFTER {}", string(last)),
                (None, Some(first)) => format!(" BEFORE {}", string(first)),
                (None, None) => String::new(),
            };
            statements.push(format!("ALTER TYPE {name} ADD VALUE {}{place};", string(value)));
        }
        last = Some(value);
    }
    Some(statements)
}

/// Name and type of each attribute: they stand on lines of their own.
fn attributes_of(definition: &str) -> Vec<(&str, &str)> {
    definition
        .lines()
        .skip(1)
        .filter_map(|line| {
            let line = line.trim().trim_end_matches(',');
            let first = tokens(line).first().copied()?;
            (first.text != ")").then(|| line.split_at(first.end()))
        })
        .collect()
}

/// The statements that add and drop attributes. None when one gets another type, which a type in use does not allow.
fn attributes(old: &Other, new: &Other) -> Option<Vec<String>> {
    let (before, after) = (attributes_of(&old.definition), attributes_of(&new.definition));
    let alter = format!("ALTER TYPE {}", path(&new.name));
    let mut statements = Vec::new();
    for (name, _) in before.iter().filter(|(name, _)| !after.iter().any(|(other, _)| other == name)) {
        statements.push(format!("{alter} DROP ATTRIBUTE {name} CASCADE;"));
    }
    for (name, kind) in &after {
        match before.iter().find(|(other, _)| other == name) {
            None => statements.push(format!("{alter} ADD ATTRIBUTE {name}{kind} CASCADE;")),
            Some((_, past)) if past != kind => return None,
            Some(_) => {}
        }
    }
    Some(statements)
}
