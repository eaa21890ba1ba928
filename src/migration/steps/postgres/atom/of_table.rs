//! The atoms of a table.

use super::super::alter::identity_type;
use super::links;
use super::{Atom, Atoms, Body, names_of, terminated};
use crate::migration::render::postgres::{
    check, column, default_value, foreign_key, identity, path, primary_key, quoted, string, unique,
};
use crate::schema::lexer::tokens;
use crate::schema::{Column, ObjectName, Schema, Table, TypeKind, address};

pub(super) fn add<'a>(schema: &'a Schema, table: &'a Table, atoms: &mut Atoms<'a>) {
    let key = address::table(&table.name);
    let name = path(&table.name);
    let alter = format!("ALTER TABLE {name}");
    let only = format!("ALTER TABLE ONLY {name}");
    let mut root = Atom::new(Body::Table(table), 7, String::new(), format!("DROP TABLE {name};"));
    root.needs.extend(
        table.options.get("access method").map(|name| address::of_kind("access method", &ObjectName::new(name))),
    );
    root.needs.retain(|need| schema.others.iter().any(|other| address::other(other) == *need));
    atoms.insert(key.clone(), root);
    for own in &table.columns {
        of_column(schema, table, own, atoms);
    }
    let mut constraint = |constraint: Option<&String>, plain: String| {
        let Some(own) = constraint else { return };
        let definition = table.options.get(&format!("constraint {own}")).cloned().unwrap_or(plain);
        let foreign = definition.starts_with("FOREIGN KEY");
        let add = if links::is_alone(table, own) { &only } else { &alter };
        let create = format!("{add} ADD CONSTRAINT {} {definition};", quoted(own));
        let body = if foreign { Body::ForeignKey } else { Body::Constraint };
        let remove = format!("{alter} DROP CONSTRAINT {};", quoted(own));
        let rank = if foreign { 13 } else { 10 };
        atoms.insert(
            address::member("constraint", &table.name, own),
            Atom::new(body, rank, create, remove).of(key.clone()),
        );
    };
    table.primary_key.iter().for_each(|key| constraint(key.name.as_ref(), primary_key(key)));
    table.uniques.iter().for_each(|one| constraint(one.name.as_ref(), unique(one)));
    table.checks.iter().for_each(|one| constraint(one.name.as_ref(), check(one)));
    table.foreign_keys.iter().for_each(|one| constraint(one.name.as_ref(), foreign_key(one)));
    let exclusions = table.options.iter().filter(|(_, text)| text.starts_with("EXCLUDE"));
    let exclusions: Vec<String> =
        exclusions.filter_map(|(option, _)| option.strip_prefix("constraint ").map(str::to_owned)).collect();
    exclusions.iter().for_each(|one| constraint(Some(one), String::new()));
    for index in &table.indexes {
        let own = ObjectName { namespace: table.name.namespace.clone(), name: index.name.clone() };
        let create = index.definition.as_deref().map(terminated).unwrap_or_default();
        let remove = format!("DROP INDEX {};", path(&own));
        let atom = Atom::new(Body::Index, 12, create, remove).of(key.clone());
        atoms.insert(address::index(&table.name, &index.name), atom);
    }
    settings(table, &key, &alter, atoms);
    validations(table, &key, &alter, atoms);
    if let Some(text) = &table.comment {
        let on = format!("COMMENT ON TABLE {name} IS");
        let atom = Atom::new(Body::Setting, 18, format!("{on} {};", string(text)), format!("{on} NULL;"));
        atoms.insert(address::of_kind("table comment", &table.name), atom.of(key));
    }
}

/// Checks that hold for all rows of the table, though those of its parents may not. Nothing takes that back.
fn validations<'a>(table: &Table, key: &str, alter: &str, atoms: &mut Atoms<'a>) {
    for option in table.options.keys() {
        let Some(check) = option.strip_prefix("validated ") else { continue };
        let create = format!("{alter} VALIDATE CONSTRAINT {};", quoted(check));
        let mut atom = Atom::new(Body::Setting, 16, create, String::new()).of(key.to_owned());
        atom.needs.insert(address::member("constraint", &table.name, check));
        atoms.insert(address::member("setting", &table.name, option), atom);
    }
}

fn settings<'a>(table: &'a Table, key: &str, alter: &str, atoms: &mut Atoms<'a>) {
    let logged = ("SET UNLOGGED".to_owned(), "SET LOGGED".to_owned());
    for (option, value) in &table.options {
        let (do_it, undo) = match option.as_str() {
            "row security" => ("ENABLE ROW LEVEL SECURITY".to_owned(), "DISABLE ROW LEVEL SECURITY".to_owned()),
            "force row security" => ("FORCE ROW LEVEL SECURITY".into(), "NO FORCE ROW LEVEL SECURITY".into()),
            "replica identity" => (format!("REPLICA IDENTITY {value}"), "REPLICA IDENTITY DEFAULT".into()),
            "storage parameters" => (format!("SET ({value})"), format!("RESET ({})", names_of(value))),
            "tablespace" => (format!("SET TABLESPACE {}", quoted(value)), "SET TABLESPACE pg_default".into()),
            "clustered on" => (format!("CLUSTER ON {}", quoted(value)), "SET WITHOUT CLUSTER".into()),
            "unlogged" => logged.clone(),
            _ => continue,
        };
        let body = if option == "storage parameters" { Body::Parameters(value) } else { Body::Setting };
        let mut atom = Atom::new(body, 16, format!("{alter} {do_it};"), format!("{alter} {undo};")).of(key.to_owned());
        let index = match option.as_str() {
            "clustered on" => Some(value.clone()),
            "replica identity" => {
                value.strip_prefix("USING INDEX ").and_then(|name| Some(tokens(name).first()?.unquoted()))
            }
            _ => None,
        };
        if let Some(index) = index {
            // It may be that of a constraint, which the table may have from its parent.
            atom.needs.insert(address::index(&table.name, &index));
            atom.needs.insert(address::member("constraint", &table.name, &index));
        }
        atoms.insert(address::member("setting", &table.name, option), atom);
    }
}

fn of_column<'a>(schema: &'a Schema, table: &'a Table, own: &'a Column, atoms: &mut Atoms<'a>) {
    let key = address::member("column", &table.name, &own.name);
    let alter = format!("ALTER TABLE {}", path(&table.name));
    let in_column = format!("{alter} ALTER COLUMN {}", quoted(&own.name));
    let of_parent = links::column_of_parent(schema, table, own);
    let create = format!("{alter} ADD COLUMN {}", column(own));
    let remove = format!("{alter} DROP COLUMN {};", quoted(&own.name));
    let mut atom = Atom::new(Body::Column(table, own), 8, create, remove).of(address::table(&table.name));
    atom.follows = links::leader_of_column(schema, table, own);
    if let Some(follows) = &atom.follows
        && follows.leader != follows.link
        && follows.wholly
    {
        atom.needs.insert(follows.leader.clone());
    }
    if let Some(generated) = &own.generated {
        let used = table.columns.iter().filter(|other| other.name != own.name && other.generated.is_none());
        let used = used.filter(|other| crate::schema::lexer::mentions(&generated.expression, &other.name));
        atom.needs.extend(used.map(|other| address::member("column", &table.name, &other.name)));
    }
    let inherited = atom.follows.is_some();
    let wholly = atom.follows.as_ref().is_some_and(|follows| follows.wholly);
    atoms.insert(key.clone(), atom);
    let mut part = |kind: &str, body, create: String, remove: String| {
        let rank = if kind == "column comment" { 18 } else { 9 };
        let mut atom = Atom::new(body, rank, create, remove).of(key.clone());
        if let Body::Identity(value, _) = body {
            atom.create.extend(identity_type(value));
        }
        atoms.insert(address::member(kind, &table.name, &own.name), atom);
    };
    if inherited && !own.nullable && of_parent.is_none_or(|(_, parent)| parent.nullable) {
        let undo = format!("{in_column} DROP NOT NULL;");
        part("not null", Body::Setting, format!("{in_column} SET NOT NULL;"), undo);
    }
    let set =
        |default: &crate::schema::ColumnDefault| format!("{in_column} SET DEFAULT {};", default_value(own, default));
    let usual = of_parent.filter(|_| wholly).and_then(|(_, parent)| parent.default.as_ref());
    let undo = usual.map_or_else(|| format!("{in_column} DROP DEFAULT;"), set);
    match &own.default {
        default if default.as_ref() == usual => {}
        Some(default) => part("default", Body::Default(own), set(default), undo),
        None => part("default", Body::Default(own), format!("{in_column} DROP DEFAULT;"), undo),
    }
    let option = |name: &str| table.options.get(&format!("{name} {}", own.name));
    if let Some(value) = option("identity") {
        let create = format!("{in_column} ADD {};", identity(value));
        let body = Body::Identity(value, &own.data_type);
        part("identity", body, create, format!("{in_column} DROP IDENTITY;"));
    }
    let usual = match own.data_type.kind {
        TypeKind::Numeric { .. } => "MAIN",
        TypeKind::Integer { .. } | TypeKind::Float { .. } | TypeKind::Boolean | TypeKind::Uuid => "PLAIN",
        _ => "EXTENDED",
    };
    for (name, words, undo) in [
        ("storage", "SET STORAGE", format!("SET STORAGE {usual}")),
        ("compression", "SET COMPRESSION", "SET COMPRESSION default".to_owned()),
        ("statistics", "SET STATISTICS", "SET STATISTICS -1".to_owned()),
    ] {
        if let Some(value) = option(name) {
            part(name, Body::Setting, format!("{in_column} {words} {value};"), format!("{in_column} {undo};"));
        }
    }
    if let Some(value) = option("options") {
        let undo = format!("{in_column} RESET ({});", names_of(value));
        part("options", Body::Parameters(value), format!("{in_column} SET ({value});"), undo);
    }
    if let Some(text) = &own.comment {
        let on = format!("COMMENT ON COLUMN {}.{} IS", path(&table.name), quoted(&own.name));
        part("column comment", Body::Setting, format!("{on} {};", string(text)), format!("{on} NULL;"));
    }
    // The parent's default reaches its heirs, and must not reach this one last.
    if let Some((parent, _)) = of_parent {
        let default = address::member("default", &table.name, &own.name);
        let key = if atoms.contains_key(&default) { default } else { key };
        let Some(atom) = atoms.get_mut(&key) else { return };
        atom.after.insert(address::member("default", &parent.name, &own.name));
        atom.after.insert(address::member("column", &parent.name, &own.name));
    }
}
