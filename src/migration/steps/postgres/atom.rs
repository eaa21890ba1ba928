//! A schema taken apart into the smallest things that a statement makes or removes.

use std::collections::{BTreeMap, BTreeSet};

use crate::migration::render::postgres::{
    check, column, default_value, foreign_key, identity, path, primary_key, quoted, rereadable, string, unique,
};
use crate::schema::{Column, Other, Schema, Table, TypeKind, address};

/// One thing with the statements that make and remove it, semicolons included.
#[derive(Debug, Clone)]
pub(super) struct Atom<'a> {
    pub body: Body<'a>,
    /// The addresses of what must be there before.
    pub needs: BTreeSet<String>,
    pub create: Vec<String>,
    pub remove: Vec<String>,
    /// What it is a part of, and goes with.
    pub owner: Option<String>,
    /// Among things that do not need each other, the order in which a reader expects them.
    pub rank: u8,
}

/// What an atom is, where that matters to more than its own statements.
#[derive(Debug, Clone, Copy)]
pub(super) enum Body<'a> {
    Table(&'a Table),
    Column(&'a Table, &'a Column),
    /// What may stand inside CREATE TABLE or ADD COLUMN, as it stands there by [`Atom::inline`].
    Default(&'a Column),
    Identity(&'a str),
    Constraint,
    ForeignKey,
    /// Made again by its own statement, whatever it was before.
    Setting,
    /// `name=value, name=value`.
    Parameters(&'a str),
    View,
    Trigger,
    Other(&'a Other),
    Plain,
}

pub(super) type Atoms<'a> = BTreeMap<String, Atom<'a>>;

impl<'a> Atom<'a> {
    fn new(body: Body<'a>, rank: u8, create: String, remove: String) -> Self {
        // What a body of a function says is its author's.
        let body_text = matches!(body, Body::Other(other) if matches!(other.kind.as_str(), "function" | "procedure"));
        let list = |text: String| match text.as_str() {
            "" => Vec::new(),
            _ if body_text => vec![text],
            text => vec![rereadable(text)],
        };
        Self { body, needs: BTreeSet::new(), create: list(create), remove: list(remove), owner: None, rank }
    }

    fn of(mut self, owner: String) -> Self {
        self.needs.insert(owner.clone());
        self.owner = Some(owner);
        self
    }
}

/// Everything in `schema`, by address.
pub(super) fn atoms(schema: &Schema) -> Atoms<'_> {
    let mut atoms = Atoms::new();
    for table in &schema.tables {
        of_table(schema, table, &mut atoms);
    }
    for view in &schema.views {
        let (kind, name) = (if view.materialized { "MATERIALIZED VIEW" } else { "VIEW" }, path(&view.name));
        let text = view.definition.trim().trim_end_matches(';');
        let create = format!("CREATE {kind} {name} AS\n {text};");
        atoms.insert(address::view(&view.name), Atom::new(Body::View, 14, create, format!("DROP {kind} {name};")));
    }
    for trigger in &schema.triggers {
        let remove = format!("DROP TRIGGER {} ON {};", quoted(&trigger.name), path(&trigger.table));
        let atom = Atom::new(Body::Trigger, 15, terminated(&trigger.definition), remove);
        let owner = [address::table(&trigger.table), address::view(&trigger.table)];
        let owner = owner.into_iter().find(|owner| atoms.contains_key(owner));
        let key = address::member("trigger", &trigger.table, &trigger.name);
        atoms.insert(key, owner.into_iter().fold(atom, Atom::of));
    }
    for other in &schema.others {
        let removal = other.removal.as_deref().map(terminated).unwrap_or_default();
        let atom = Atom::new(Body::Other(other), rank(&other.kind), terminated(&other.definition), removal);
        atoms.insert(address::other(other), atom);
    }
    connect(schema, &mut atoms);
    atoms
}

fn terminated(text: &str) -> String {
    format!("{};", text.trim().trim_end_matches(';').trim_end())
}

fn rank(kind: &str) -> u8 {
    match kind {
        "schema" => 0,
        "extension" => 1,
        "collation" | "language" | "foreign data wrapper" => 2,
        "enum" | "shell type" | "server" => 3,
        "domain" | "composite type" | "range type" | "base type" | "user mapping" => 4,
        "sequence" | "domain default" | "domain not null" | "domain constraint" => 5,
        "function" | "procedure" | "aggregate" | "operator" | "cast" | "access method" => 6,
        "foreign table" => 8,
        "sequence owner" => 11,
        "index" | "statistics" => 15,
        "view options" | "view default" => 15,
        "rule" | "policy" => 16,
        "comment" => 18,
        "revoke" => 19,
        "grant" => 20,
        "no schema" => 21,
        "default grant" | "default revoke" => 22,
        _ => 17,
    }
}

/// Takes over what the server knows of needs, and decides what is a part of what.
fn connect(schema: &Schema, atoms: &mut Atoms<'_>) {
    let known: BTreeSet<String> = atoms.keys().cloned().collect();
    for (key, atom) in atoms.iter_mut() {
        if let Some(needs) = schema.dependencies.get(key) {
            atom.needs.extend(needs.iter().filter(|need| known.contains(*need) && *need != key).cloned());
        }
        let Body::Other(other) = atom.body else { continue };
        if matches!(
            other.kind.as_str(),
            "comment"
                | "grant"
                | "revoke"
                | "view options"
                | "view statistics"
                | "view storage"
                | "view clustering"
                | "trigger state"
                | "publication table"
                | "domain default"
                | "rule"
        ) || other.kind.starts_with("domain ")
            || other.kind == "policy"
        {
            let tables = atom.needs.iter().filter(|need| need.starts_with("table ") || need.starts_with("view "));
            let first = match other.kind.as_str() {
                "policy" | "rule" => tables.clone().next(),
                _ => atom.needs.iter().next(),
            };
            atom.owner = first.cloned();
        }
    }
    // A sequence goes with the column that owns it.
    for other in schema.others.iter().filter(|other| other.kind == "sequence owner") {
        let column = atoms.get(&address::other(other));
        let column = column.and_then(|atom| atom.needs.iter().find(|need| need.starts_with("column "))).cloned();
        let sequence = address::of_kind("sequence", &other.name);
        if let Some(atom) = atoms.get_mut(&sequence) {
            atom.owner = column;
        }
        if let Some(atom) = atoms.get_mut(&address::other(other)) {
            atom.owner = Some(sequence);
        }
    }
    // Taking a right on the whole table away takes that on its columns, too.
    let rights: Vec<(String, String)> = known
        .iter()
        .filter_map(|key| {
            let (right, rest) = key.strip_prefix("grant ")?.split_once(" (")?;
            let (_, rest) = rest.split_once(") on ")?;
            let whole = format!("grant {right} on {rest}");
            known
                .iter()
                .find(|other| other.replace('"', "") == whole.replace('"', ""))
                .map(|w| (key.clone(), w.clone()))
        })
        .collect();
    for (part, whole) in rights {
        if let Some(atom) = atoms.get_mut(&part) {
            atom.needs.insert(whole);
        }
    }
}

fn parents<'a>(schema: &'a Schema, table: &'a Table) -> impl Iterator<Item = &'a Table> {
    let names = ["partition of", "inherits"].into_iter().filter_map(|option| table.options.get(option));
    let names: Vec<&str> = names.flat_map(|names| names.split(", ")).collect();
    schema.tables.iter().filter(move |other| names.contains(&path(&other.name).as_str()))
}

/// Whether the column is there because the parent has it.
pub(super) fn is_inherited(table: &Table, column: &str) -> bool {
    table.options.contains_key(&format!("inherited {column}"))
}

fn of_table<'a>(schema: &'a Schema, table: &'a Table, atoms: &mut Atoms<'a>) {
    let key = address::table(&table.name);
    let name = path(&table.name);
    let alter = format!("ALTER TABLE {name}");
    let mut root = Atom::new(Body::Table(table), 7, String::new(), format!("DROP TABLE {name};"));
    root.needs.extend(parents(schema, table).map(|parent| address::table(&parent.name)));
    atoms.insert(key.clone(), root);
    for own in &table.columns {
        of_column(schema, table, own, atoms);
    }
    let mut constraint = |constraint: Option<&String>, plain: String| {
        let Some(own) = constraint else { return };
        let definition = table.options.get(&format!("constraint {own}")).cloned().unwrap_or(plain);
        let foreign = definition.starts_with("FOREIGN KEY");
        let create = format!("{alter} ADD CONSTRAINT {} {definition};", quoted(own));
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
        let own = crate::schema::ObjectName { namespace: table.name.namespace.clone(), name: index.name.clone() };
        let create = index.definition.as_deref().map(terminated).unwrap_or_default();
        let remove = format!("DROP INDEX {};", path(&own));
        let atom = Atom::new(Body::Plain, 12, create, remove).of(key.clone());
        atoms.insert(address::index(&table.name, &index.name), atom);
    }
    let mut setting = |option: &str, create: String, remove: String| {
        let body = match table.options.get(option) {
            Some(value) if option == "storage parameters" => Body::Parameters(value),
            _ => Body::Setting,
        };
        let mut atom = Atom::new(body, 16, create, remove).of(key.clone());
        if matches!(option, "clustered on" | "replica identity") {
            atom.needs.extend(table.indexes.iter().map(|index| address::index(&table.name, &index.name)));
        }
        atoms.insert(address::member("setting", &table.name, option), atom);
    };
    for (option, value) in &table.options {
        let (do_it, undo) = match option.as_str() {
            "row security" => ("ENABLE ROW LEVEL SECURITY".to_owned(), "DISABLE ROW LEVEL SECURITY".to_owned()),
            "force row security" => ("FORCE ROW LEVEL SECURITY".into(), "NO FORCE ROW LEVEL SECURITY".into()),
            "replica identity" => (format!("REPLICA IDENTITY {value}"), "REPLICA IDENTITY DEFAULT".into()),
            "storage parameters" => (format!("SET ({value})"), format!("RESET ({})", names_of(value))),
            "tablespace" => (format!("SET TABLESPACE {}", quoted(value)), "SET TABLESPACE pg_default".into()),
            "clustered on" => (format!("CLUSTER ON {}", quoted(value)), "SET WITHOUT CLUSTER".into()),
            _ => continue,
        };
        setting(option, format!("{alter} {do_it};"), format!("{alter} {undo};"));
    }
    if let Some(text) = &table.comment {
        let on = format!("COMMENT ON TABLE {name} IS");
        let atom = Atom::new(Body::Setting, 18, format!("{on} {};", string(text)), format!("{on} NULL;"));
        atoms.insert(address::of_kind("table comment", &table.name), atom.of(key.clone()));
    }
}

/// The names in `name=value, name=value`.
pub(super) fn names_of(parameters: &str) -> String {
    let names = parameters.split(", ").map(|parameter| parameter.split('=').next().unwrap_or(parameter));
    names.collect::<Vec<_>>().join(", ")
}

fn of_column<'a>(schema: &'a Schema, table: &'a Table, own: &'a Column, atoms: &mut Atoms<'a>) {
    let key = address::member("column", &table.name, &own.name);
    let inherited = is_inherited(table, &own.name);
    let alter = format!("ALTER TABLE {}", path(&table.name));
    let in_column = format!("{alter} ALTER COLUMN {}", quoted(&own.name));
    let of_parent = parents(schema, table).find_map(|parent| parent.column(&own.name)).filter(|_| inherited);
    let (create, remove) = if inherited {
        let stricter = !own.nullable && of_parent.is_some_and(|parent| parent.nullable);
        (if stricter { format!("{in_column} SET NOT NULL;") } else { String::new() }, String::new())
    } else {
        (format!("{alter} ADD COLUMN {}", column(own)), format!("{alter} DROP COLUMN {};", quoted(&own.name)))
    };
    let mut atom = Atom::new(Body::Column(table, own), 8, create, remove).of(address::table(&table.name));
    if let Some(generated) = &own.generated {
        let used = table.columns.iter().filter(|other| other.name != own.name && other.generated.is_none());
        let used = used.filter(|other| crate::schema::lexer::mentions(&generated.expression, &other.name));
        atom.needs.extend(used.map(|other| address::member("column", &table.name, &other.name)));
    }
    atoms.insert(key.clone(), atom);
    let mut part = |kind: &str, body, create: String, remove: String| {
        let atom = Atom::new(body, if kind == "column comment" { 18 } else { 9 }, create, remove).of(key.clone());
        atoms.insert(address::member(kind, &table.name, &own.name), atom);
    };
    if let Some(default) = &own.default
        && of_parent.is_none_or(|parent| parent.default.as_ref() != Some(default))
    {
        let create = format!("{in_column} SET DEFAULT {};", default_value(own, default));
        part("default", Body::Default(own), create, format!("{in_column} DROP DEFAULT;"));
    }
    let option = |name: &str| table.options.get(&format!("{name} {}", own.name));
    if let Some(value) = option("identity") {
        let create = format!("{in_column} ADD {};", identity(value));
        part("identity", Body::Identity(value), create, format!("{in_column} DROP IDENTITY;"));
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
}
