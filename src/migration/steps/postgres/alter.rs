//! What can be changed where it stands.

mod bounds;

use super::atom::{Atom, Body, names_of};
use crate::migration::render::postgres::{path, quoted, sequence_type, string, typed};
use crate::schema::lexer::{TokenKind, tokens};
use crate::schema::{Column, DataType, Other, Table, TypeKind};

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

/// `follows` says that the parent's statement reaches this column, too.
pub(super) fn way(old: &Atom<'_>, new: &Atom<'_>, follows: bool) -> Way {
    match (old.body, new.body) {
        (Body::Table(old), Body::Table(new)) => table(old, new),
        (Body::Column(_, old), Body::Column(table, new)) => column(old, new, table, follows),
        (Body::Default(_), Body::Default(_)) | (Body::Setting, Body::Setting) => Way::InPlace(new.create.clone()),
        (Body::Parameters(past), Body::Parameters(next)) => Way::InPlace(parameters(past, next, new)),
        (Body::Identity(old, _), Body::Identity(value, of)) => Way::InPlace(changed_identity(old, value, of, new)),
        (Body::Other(old), Body::Other(other)) => object(old, other, new),
        _ => Way::Anew,
    }
}

fn table(old: &Table, new: &Table) -> Way {
    let differs = |option: &str| old.options.get(option) != new.options.get(option);
    if ["partition by", "access method"].into_iter().any(differs) { Way::Anew } else { Way::InPlace(Vec::new()) }
}

/// What sets the parameters that are there, after taking away what is there no more.
fn parameters(past: &str, next: &str, new: &Atom<'_>) -> Vec<String> {
    let names = |text: &str| -> Vec<String> { names_of(text).split(", ").map(str::to_owned).collect() };
    let (past, next) = (names(past), names(next));
    let gone: Vec<String> = past.into_iter().filter(|name| !next.contains(name)).collect();
    let Some(start) = new.create.first().and_then(|text| text.split_once(" SET (")).map(|(start, _)| start) else {
        return new.create.clone();
    };
    let reset = (!gone.is_empty()).then(|| format!("{start} RESET ({});", gone.join(", ")));
    reset.into_iter().chain(new.create.iter().cloned()).collect()
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
        TypeKind::Other => return other_filler(&column.data_type.sql),
    };
    Some(text.to_owned())
}

fn other_filler(sql: &str) -> Option<String> {
    let bare = sql.split('(').next().unwrap_or(sql).trim();
    let text = match bare {
        "inet" | "cidr" => "'0.0.0.0'",
        "macaddr" => "'00:00:00:00:00:00'",
        "macaddr8" => "'00:00:00:00:00:00:00:00'",
        "point" => "'(0,0)'",
        "line" => "'{1,0,0}'",
        "lseg" => "'[(0,0),(0,0)]'",
        "box" => "'(0,0),(0,0)'",
        "path" | "polygon" => "'((0,0))'",
        "circle" => "'<(0,0),0>'",
        "money" => "'0'",
        "bit" => return Some(format!("0::{sql}")),
        "bit varying" | "tsvector" | "tsquery" | "xml" => "''",
        "pg_lsn" => "'0/0'",
        _ if bare.ends_with("multirange") => "'{}'",
        _ if bare.ends_with("range") => "'empty'",
        _ => return None,
    };
    Some(text.to_owned())
}

fn column(old: &Column, new: &Column, table: &Table, follows: bool) -> Way {
    let own = quoted(&new.name);
    let name = path(&table.name);
    let alter = format!("ALTER TABLE {name} ALTER COLUMN {own}");
    let mut statements = Vec::new();
    let retyped = old.data_type.sql != new.data_type.sql || old.collation != new.collation;
    match (&old.generated, &new.generated) {
        (Some(_), None) => statements.push(format!("{alter} DROP EXPRESSION;")),
        (one, other) if one != other => return Way::Anew,
        _ => {}
    }
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
    if follows {
        statements.clear();
    }
    if retyped { Way::Retyped(statements) } else { Way::InPlace(statements) }
}

/// The old values as the new type: by a cast that there is, or through their text.
pub(super) fn cast(own: &str, old: &Column, new: &Column) -> String {
    use TypeKind::{Boolean, Date, DateTime, Float, Integer, Interval, Json, Numeric, Text, Time};
    let wanted = &new.data_type.sql;
    let base = |column: &Column| column.data_type.sql.split('(').next().unwrap_or_default().to_owned();
    let direct = match (&old.data_type.kind, &new.data_type.kind) {
        (Integer { .. } | Numeric { .. } | Float { .. }, Integer { .. } | Numeric { .. } | Float { .. })
        | (Text { .. }, _)
        | (_, Text { .. })
        | (Boolean, Integer { bits: 32 })
        | (Integer { bits: 32 }, Boolean)
        | (Date | DateTime { .. }, Date | DateTime { .. })
        | (DateTime { .. }, Time)
        | (Time, Time | Interval)
        | (Interval, Time | Interval)
        | (Json, Json) => true,
        (Boolean, Integer { .. } | Numeric { .. }) => return format!("{own}::integer::{wanted}"),
        (Integer { .. } | Numeric { .. }, Boolean) => return format!("({own} <> 0)"),
        (TypeKind::Array { element: old }, TypeKind::Array { element: new }) => {
            let own = |kind: &TypeKind| matches!(kind, TypeKind::Enum { .. } | TypeKind::Other);
            old.sql == new.sql || !own(&old.kind) && old.kind == new.kind
        }
        (TypeKind::Other, TypeKind::Other) => base(old) == base(new),
        (one, other) => one == other && !matches!(one, TypeKind::Enum { .. }),
    };
    // A cast of `timetz` to an interval is the one that is missing.
    let direct = direct
        && !(base(old).starts_with("time")
            && old.data_type.sql.ends_with("with time zone")
            && wanted.starts_with("interval"));
    if direct { format!("{own}::{wanted}") } else { format!("{own}::text::{wanted}") }
}

fn changed_identity(old: &str, new: &str, of: &DataType, atom: &Atom<'_>) -> Vec<String> {
    let Some(statement) = atom.create.first() else { return Vec::new() };
    let Some((alter, _)) = statement.split_once(" ADD GENERATED") else { return Vec::new() };
    let when = |text: &str| text.starts_with("BY DEFAULT");
    let mut statements = Vec::new();
    let named = |text: &str| {
        text.split_once("SEQUENCE NAME ")
            .and_then(|(_, rest)| rest.split_once(" START WITH "))
            .map(|(name, _)| name.to_owned())
    };
    if let (Some(past), Some(next)) = (named(old), named(new)) {
        statements.extend(renamed_sequence(&past, &next));
        statements.extend(bounds::within(&next, old, new));
    }
    let options = |text: &str| {
        let (text, _) = sequence_type(text);
        text.split_once(" START WITH ").map(|(_, rest)| format!("START WITH {rest}")).unwrap_or_default()
    };
    let mut parts = Vec::new();
    if when(old) != when(new) {
        parts.push(format!("SET GENERATED {}", if when(new) { "BY DEFAULT" } else { "ALWAYS" }));
    }
    if options(old) != options(new) {
        let words = [" INCREMENT", " MINVALUE", " MAXVALUE", " CACHE", " CYCLE"]
            .iter()
            .fold(options(new), |text, word| text.replace(word, &format!(" SET{word}")));
        parts.push(format!("SET {}", words.replace("NO SET CYCLE", "SET NO CYCLE")));
    }
    if !parts.is_empty() {
        statements.push(format!("{alter} {};", parts.join(" ")));
    }
    match sequence_type(new).1 {
        same if same == sequence_type(old).1 => {}
        Some(_) => statements.extend(identity_type(new)),
        // The sequence takes the type that the column has.
        None => statements.push(format!("{alter} TYPE {};", of.sql)),
    }
    statements
}

/// Gives the sequence a type of its own, which the clause in CREATE TABLE cannot say.
pub(super) fn identity_type(option: &str) -> Option<String> {
    let (rest, of) = sequence_type(option);
    let of = of?;
    let (name, options) = rest.split_once("SEQUENCE NAME ")?.1.split_once(" START WITH ")?;
    let (_, bounds) = options.split_once(" MINVALUE ")?;
    let (bounds, _) = bounds.split_once(" CACHE ")?;
    Some(format!("ALTER SEQUENCE {name} AS {of} MINVALUE {bounds};"))
}

/// From one path of a sequence to another.
fn renamed_sequence(past: &str, next: &str) -> Option<String> {
    let bare = |path: &str| tokens(path).last().map(|token| token.text.to_owned()).unwrap_or_default();
    (past != next).then(|| format!("ALTER SEQUENCE {past} RENAME TO {};", bare(next)))
}

fn object(old: &Other, new: &Other, atom: &Atom<'_>) -> Way {
    match new.kind.as_str() {
        "function" | "procedure" if signature(&old.definition) == signature(&new.definition) => {
            Way::InPlace(atom.create.clone())
        }
        "sequence" if unlogged(old) == unlogged(new) => {
            let text = new.definition.replacen("CREATE UNLOGGED SEQUENCE", "ALTER SEQUENCE", 1);
            let mut statements = bounds::within(&path(&new.name), &old.definition, &new.definition);
            statements.push(format!("{};", text.replacen("CREATE SEQUENCE", "ALTER SEQUENCE", 1)));
            Way::InPlace(statements)
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
