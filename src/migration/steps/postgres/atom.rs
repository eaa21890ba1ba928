//! A schema taken apart into the smallest things that a statement makes or removes.

mod links;
mod of_table;

use std::collections::{BTreeMap, BTreeSet};

use crate::migration::render::postgres::{is_reworded, path, quoted, rereadable};
use crate::schema::lexer::tokens;
use crate::schema::{Column, DataType, Other, Schema, Table, address};

/// One thing with the statements that make and remove it, semicolons included.
#[derive(Debug, Clone)]
pub(super) struct Atom<'a> {
    pub body: Body<'a>,
    /// The addresses of what must be there before, and without which this cannot be.
    pub needs: BTreeSet<String>,
    /// The addresses of what comes before and goes after, where both do.
    pub after: BTreeSet<String>,
    pub create: Vec<String>,
    pub remove: Vec<String>,
    /// What it is a part of, and goes with.
    pub owner: Option<String>,
    /// What it follows through a link between tables, as long as that link is there.
    pub follows: Option<Follows>,
    /// Among things that do not need each other, the order in which a reader expects them.
    pub rank: u8,
}

/// How a part of a table follows the same part of its parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Follows {
    /// The address of the link.
    pub link: String,
    /// The address of the parent's part; that of the link where the parent is a type.
    pub leader: String,
    /// Whether the leader's statement is enough. An index of a partition may have a name of its own.
    pub wholly: bool,
    /// The name of an index of a partition, or of a constraint that has one.
    pub name: Option<String>,
    /// The name that the server would give it.
    pub usual: Option<String>,
    /// The path of the leader's index.
    pub index: Option<String>,
}

/// What an atom is, where that matters to more than its own statements.
#[derive(Debug, Clone, Copy)]
pub(super) enum Body<'a> {
    Table(&'a Table),
    Column(&'a Table, &'a Column),
    /// That a table is a partition, an heir, or of a type.
    Link,
    Default(&'a Column),
    /// With the column's type.
    Identity(&'a str, &'a DataType),
    Constraint,
    ForeignKey,
    Index,
    /// Made again by its own statement, whatever it was before.
    Setting,
    /// `name=value, name=value`.
    Parameters(&'a str),
    View,
    Trigger,
    Other(&'a Other),
    /// The rows of the table, kept while it is made anew.
    Rows,
}

impl Body<'_> {
    /// Whether columns may be of it.
    pub fn is_type(&self) -> bool {
        matches!(self, Self::Other(other) if other.kind.contains("type") || matches!(other.kind.as_str(), "enum" | "domain"))
    }
}

pub(super) type Atoms<'a> = BTreeMap<String, Atom<'a>>;

impl<'a> Atom<'a> {
    pub(super) fn new(body: Body<'a>, rank: u8, create: String, remove: String) -> Self {
        // What a body of a function says is its author's.
        let body_text = matches!(body, Body::Other(other) if matches!(other.kind.as_str(), "function" | "procedure"));
        let list = |text: String| match text.as_str() {
            "" => Vec::new(),
            _ if body_text => vec![in_front_of_body(&text)],
            text => vec![rereadable(text)],
        };
        Self {
            body,
            needs: BTreeSet::new(),
            after: BTreeSet::new(),
            create: list(create),
            remove: list(remove),
            owner: None,
            follows: None,
            rank,
        }
    }

    /// What adds this constraint, taken apart.
    pub(super) fn constraint(&self) -> Option<(&str, &str, &str)> {
        constraint(self.create.first()?)
    }

    /// Whether the words of its definition are not those that the server prints.
    pub(super) fn is_reworded(&self) -> bool {
        self.create.iter().any(|text| is_reworded(text))
    }

    /// Whether it is on a divided table alone, and waits for each partition to have its part.
    pub(super) fn is_alone(&self) -> bool {
        self.create.iter().any(|text| match self.body {
            Body::Index => text.contains(" ON ONLY "),
            Body::Constraint => text.starts_with("ALTER TABLE ONLY "),
            _ => false,
        })
    }

    fn of(mut self, owner: String) -> Self {
        self.needs.insert(owner.clone());
        self.owner = Some(owner);
        self
    }
}

/// A routine as the server reads it the same way, but for its body where that is a text.
fn in_front_of_body(routine: &str) -> String {
    let (front, body) = routine.split_at(routine.find("\nAS ").unwrap_or(routine.len()));
    rereadable(front) + body
}

/// The parts of a statement that adds a constraint: ALTER TABLE, the name as it is written, and the definition.
pub(super) fn constraint(text: &str) -> Option<(&str, &str, &str)> {
    let (alter, rest) = text.split_once(" ADD CONSTRAINT ")?;
    let name = *tokens(rest).first()?;
    Some((alter, name.text, rest.get(name.end()..)?.trim().trim_end_matches(';')))
}

/// Everything in `schema`, by address.
pub(super) fn atoms(schema: &Schema) -> Atoms<'_> {
    let mut atoms = Atoms::new();
    for table in &schema.tables {
        of_table::add(schema, table, &mut atoms);
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
    links::connect(schema, &mut atoms);
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

/// The kinds of objects that are a part of the first thing that they need.
const PARTS: [&str; 14] = [
    "comment",
    "domain constraint",
    "domain default",
    "domain not null",
    "grant",
    "policy",
    "publication table",
    "revoke",
    "rule",
    "trigger state",
    "view clustering",
    "view options",
    "view statistics",
    "view storage",
];

/// Takes over what the server knows of needs, and decides what is a part of what.
fn connect(schema: &Schema, atoms: &mut Atoms<'_>) {
    let known: BTreeSet<String> = atoms.keys().cloned().collect();
    for (key, atom) in atoms.iter_mut() {
        if let Some(needs) = schema.dependencies.get(key) {
            atom.needs.extend(needs.iter().filter(|need| known.contains(*need) && *need != key).cloned());
        }
        let Body::Other(other) = atom.body else { continue };
        if PARTS.contains(&other.kind.as_str()) {
            let mut tables = atom.needs.iter().filter(|need| need.starts_with("table ") || need.starts_with("view "));
            let first = match other.kind.as_str() {
                "policy" | "rule" => tables.next(),
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
    let bare = |key: &str| key.replace('"', "");
    let grants: BTreeMap<String, &String> =
        known.iter().filter(|key| key.starts_with("grant ")).map(|key| (bare(key), key)).collect();
    let rights: Vec<(String, String)> = grants
        .values()
        .filter_map(|key| {
            let (right, rest) = key.strip_prefix("grant ")?.split_once(" (")?;
            let (_, rest) = rest.split_once(") on ")?;
            let whole = grants.get(&bare(&format!("grant {right} on {rest}")))?;
            Some(((*key).clone(), (*whole).clone()))
        })
        .collect();
    for (part, whole) in rights {
        if let Some(atom) = atoms.get_mut(&part) {
            atom.needs.insert(whole);
        }
    }
}

/// The names in `name=value, name=value`.
pub(super) fn names_of(parameters: &str) -> String {
    let names = parameters.split(", ").map(|parameter| parameter.split('=').next().unwrap_or(parameter));
    names.collect::<Vec<_>>().join(", ")
}
