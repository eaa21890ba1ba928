//! Tables that follow other tables: partitions, heirs, and tables of a type.
//!
//! A link is an atom of its own, so that a table can be detached, changed and attached again. What a table has because
//! its parent has it is an atom, too, though the catalog does not list it: after the link is gone, it stays.

use std::collections::BTreeMap;

use super::{Atom, Atoms, Body, Follows};
use crate::migration::render::postgres::{check, foreign_key, names, path, primary_key, quoted, unique};
use crate::schema::{Column, Index, ObjectName, PrimaryKey, Schema, Table, UniqueConstraint, address};

/// The address of the link of `table` to the parent that has this path.
fn link(table: &Table, parent: &str) -> String {
    address::member("link", &table.name, parent)
}

/// Whether a key of a divided table is on the table alone, until each partition has its part of it.
pub(super) fn is_alone(table: &Table, constraint: &str) -> bool {
    table.options.contains_key(&format!("only {constraint}"))
}

/// The paths of the parents.
fn parents_of(table: &Table) -> Vec<&str> {
    let names = ["partition of", "inherits"].into_iter().filter_map(|option| table.options.get(option));
    names.flat_map(|names| names.split(", ")).collect()
}

fn parents<'a>(schema: &'a Schema, table: &'a Table) -> impl Iterator<Item = &'a Table> {
    let names = parents_of(table);
    // Most tables have none, and every column of theirs asks.
    let all = (!names.is_empty()).then_some(&schema.tables);
    all.into_iter().flatten().filter(move |other| names.contains(&path(&other.name).as_str()))
}

/// Whether the column is there because the parent or the type has it.
fn is_inherited(table: &Table, column: &str) -> bool {
    table.options.contains_key(&format!("inherited {column}"))
}

/// The same column of a parent.
pub(super) fn column_of_parent<'a>(
    schema: &'a Schema,
    table: &'a Table,
    own: &Column,
) -> Option<(&'a Table, &'a Column)> {
    parents(schema, table).find_map(|parent| Some((parent, parent.column(&own.name)?)))
}

/// A column that its table also has on its own follows all changes, but neither comes nor goes with its leader.
pub(super) fn leader_of_column(schema: &Schema, table: &Table, own: &Column) -> Option<Follows> {
    let wholly = is_inherited(table, &own.name);
    if let Some(kind) = table.options.get("of type").filter(|_| wholly) {
        let link = link(table, kind);
        return Some(Follows::plainly(link.clone(), link));
    }
    let (parent, _) = column_of_parent(schema, table, own)?;
    let leader = address::member("column", &parent.name, &own.name);
    Some(Follows { wholly, ..Follows::plainly(link(table, &path(&parent.name)), leader) })
}

/// Adds the links, and what the tables have through them.
pub(super) fn connect<'a>(schema: &'a Schema, atoms: &mut Atoms<'a>) {
    let linked = |table: &&Table| !parents_of(table).is_empty() || table.options.contains_key("of type");
    let mut left: Vec<&Table> = schema.tables.iter().filter(linked).collect();
    let by_path: BTreeMap<String, &Table> = schema.tables.iter().map(|table| (path(&table.name), table)).collect();
    // Tables with all that they have, a parent before its children.
    let mut whole: BTreeMap<String, Table> = BTreeMap::new();
    while !left.is_empty() {
        let waits = |parent: &str| left.iter().any(|one| path(&one.name) == parent);
        let (now, later): (Vec<&Table>, Vec<&Table>) =
            left.iter().copied().partition(|table| !parents_of(table).iter().any(|parent| waits(parent)));
        if now.is_empty() {
            return;
        }
        for table in now {
            let mut own = table.clone();
            let parents = parents_of(table).into_iter().filter_map(|parent| Some((parent, *by_path.get(parent)?)));
            for (of, parent) in parents.collect::<Vec<_>>() {
                Heir { table, link: link(table, of), atoms }.implied(&mut own, whole.get(of).unwrap_or(parent));
                join(table, parent, atoms);
            }
            if let Some(kind) = table.options.get("of type") {
                join_type(table, kind, atoms);
            }
            whole.insert(path(&table.name), own);
        }
        left = later;
    }
    let mut parts: BTreeMap<&ObjectName, Vec<&Table>> = BTreeMap::new();
    for table in schema.tables.iter().filter(|table| table.options.contains_key("partition bound")) {
        let mut at = table;
        while let Some(parent) = parents_of(at).first().and_then(|parent| by_path.get(*parent)) {
            parts.entry(&parent.name).or_default().push(table);
            at = parent;
        }
    }
    if !parts.is_empty() {
        keys_to_partitions(schema, &parts, atoms);
        triggers_of_partitions(schema, &parts, atoms);
    }
}

/// A foreign key to a divided table refers to each of the partitions: it goes before they do.
fn keys_to_partitions(schema: &Schema, parts: &BTreeMap<&ObjectName, Vec<&Table>>, atoms: &mut Atoms<'_>) {
    for table in &schema.tables {
        for key in &table.foreign_keys {
            let (Some(name), Some(parts)) = (&key.name, parts.get(&key.referenced_table)) else { continue };
            if let Some(atom) = atoms.get_mut(&address::member("constraint", &table.name, name)) {
                atom.after.extend(parts.iter().map(|part| address::table(&part.name)));
            }
        }
    }
}

/// Whether a trigger fires on a partition is said of one that the partition has through its link.
fn triggers_of_partitions(schema: &Schema, parts: &BTreeMap<&ObjectName, Vec<&Table>>, atoms: &mut Atoms<'_>) {
    let states = schema.others.iter().filter(|other| other.kind == "trigger state");
    for state in states {
        for trigger in &schema.triggers {
            let of = parts.get(&trigger.table).into_iter().flatten().find(|part| {
                let name = format!("{} on {}", quoted(&trigger.name), quoted(&part.name.name));
                part.name.namespace == state.name.namespace && name == state.name.name
            });
            let (Some(part), Some(atom)) = (of, atoms.get_mut(&address::other(state))) else { continue };
            atom.needs.insert(address::member("trigger", &trigger.table, &trigger.name));
            atom.needs.extend(parents_of(part).iter().map(|parent| link(part, parent)));
        }
    }
}

/// Adds a link. It comes after what makes the table fit, and goes before that does.
fn add_link<'a>(
    table: &'a Table,
    target: &str,
    need: Option<String>,
    create: String,
    remove: String,
    atoms: &mut Atoms<'a>,
) {
    let key = address::table(&table.name);
    let mut atom = Atom::new(Body::Link, 11, create, remove).of(key.clone());
    atom.needs.extend(need);
    let fits = |body: &Body<'_>| matches!(body, Body::Column(..) | Body::Constraint | Body::ForeignKey | Body::Index);
    let columns = atoms.iter().filter(|(_, part)| part.owner.as_ref() == Some(&key) && fits(&part.body));
    let columns: Vec<String> = columns.map(|(key, _)| key.clone()).collect();
    atom.after.extend(columns);
    atoms.insert(link(table, target), atom);
}

fn join_type<'a>(table: &'a Table, kind: &str, atoms: &mut Atoms<'a>) {
    let name = path(&table.name);
    let mut needs = atoms.get(&address::table(&table.name)).into_iter().flat_map(|atom| &atom.needs);
    let of = needs.find(|need| need.starts_with("composite type ")).cloned();
    add_link(table, kind, of, format!("ALTER TABLE {name} OF {kind};"), format!("ALTER TABLE {name} NOT OF;"), atoms);
}

fn join<'a>(table: &'a Table, parent: &Table, atoms: &mut Atoms<'a>) {
    let (parent_key, of, name) = (address::table(&parent.name), path(&parent.name), path(&table.name));
    // The table needs its parent by the link alone.
    if let Some(atom) = atoms.get_mut(&address::table(&table.name)) {
        atom.needs.remove(&parent_key);
    }
    let (create, remove) = match table.options.get("partition bound") {
        Some(bound) => (
            format!("ALTER TABLE {of} ATTACH PARTITION {name} {bound};"),
            format!("ALTER TABLE {of} DETACH PARTITION {name};"),
        ),
        None => (format!("ALTER TABLE {name} INHERIT {of};"), format!("ALTER TABLE {name} NO INHERIT {of};")),
    };
    add_link(table, &of, Some(parent_key), create, remove, atoms);
}

/// A table that has things because its parent has them.
struct Heir<'a, 's> {
    table: &'a Table,
    link: String,
    atoms: &'s mut Atoms<'a>,
}

impl<'a> Heir<'a, '_> {
    /// Adds to `own` and to the atoms what comes from `parent`.
    fn implied(&mut self, own: &mut Table, parent: &Table) {
        let definition = |name: &str| parent.options.get(&format!("constraint {name}"));
        for one in &parent.checks {
            let Some(name) = &one.name else { continue };
            if definition(name).is_some_and(|text| text.contains(" NO INHERIT")) {
                continue;
            }
            let text = definition(name).cloned().unwrap_or_else(|| check(one));
            let follows = self.follows(parent, "constraint", name);
            self.constraint(follows, name, &text, Body::Constraint);
            if !own.checks.iter().any(|other| other.name == one.name) {
                own.checks.push(one.clone());
                own.options.insert(format!("constraint {name}"), text);
            }
        }
        if !self.table.options.contains_key("partition bound") {
            return;
        }
        for one in &parent.foreign_keys {
            let Some(name) = &one.name else { continue };
            let text = definition(name).cloned().unwrap_or_else(|| foreign_key(one));
            let follows = self.follows(parent, "constraint", name);
            self.constraint(follows, name, &text, Body::ForeignKey);
            own.foreign_keys.push(one.clone());
            own.options.insert(format!("constraint {name}"), text);
        }
        if let Some(key) = &parent.primary_key
            && let Some(name) = &key.name
        {
            let text = definition(name).cloned().unwrap_or_else(|| primary_key(key));
            let usual = names::primary_key(&self.table.name.name);
            let alone = is_alone(parent, name);
            let (follows, name) = self.keyed(parent, "constraint", name, usual);
            if !(alone && follows.wholly) {
                self.constraint(follows, &name, &text, Body::Constraint);
                own.primary_key = Some(PrimaryKey { name: Some(name.clone()), columns: key.columns.clone() });
                own.options.insert(format!("constraint {name}"), text);
            }
        }
        for one in &parent.uniques {
            let Some(name) = &one.name else { continue };
            let text = definition(name).cloned().unwrap_or_else(|| unique(one));
            let mut columns = one.columns.clone();
            columns.extend(names::included(parent, &text));
            let usual = names::unique(&self.table.name.name, &columns);
            let alone = is_alone(parent, name);
            let (follows, name) = self.keyed(parent, "constraint", name, usual);
            if alone && follows.wholly {
                continue;
            }
            self.constraint(follows, &name, &text, Body::Constraint);
            own.uniques.retain(|other| other.name.as_ref() != Some(&name));
            own.uniques.push(UniqueConstraint { name: Some(name.clone()), columns: one.columns.clone() });
            own.options.insert(format!("constraint {name}"), text);
        }
        for index in &parent.indexes {
            self.index(own, parent, index);
        }
    }

    /// The name of the index of this table that is attached to the one of the parent.
    fn attached(&self, kind: &str, parent: &Table, name: &str) -> Option<String> {
        let at = path(&ObjectName { namespace: parent.name.namespace.clone(), name: name.to_owned() });
        let mut options = self.table.options.iter().filter(|(_, of)| **of == at);
        options.find_map(|(option, _)| option.strip_prefix(kind)).map(str::to_owned)
    }

    fn follows(&self, parent: &Table, kind: &str, leader: &str) -> Follows {
        let leader = match kind {
            "index" => address::index(&parent.name, leader),
            _ => address::member(kind, &parent.name, leader),
        };
        Follows::plainly(self.link.clone(), leader)
    }

    /// How an index follows that of its parent, by its own name or by the usual one.
    fn keyed(&self, parent: &Table, kind: &str, leader: &str, usual: String) -> (Follows, String) {
        let own = self.attached(&format!("attached {kind} "), parent, leader);
        let at = ObjectName { namespace: parent.name.namespace.clone(), name: leader.to_owned() };
        let wholly = own.is_none();
        let name = own.unwrap_or_else(|| usual.clone());
        let (label, usual, index) = (Some(name.clone()), Some(usual), Some(path(&at)));
        (Follows { wholly, name: label, usual, index, ..self.follows(parent, kind, leader) }, name)
    }

    fn constraint(&mut self, follows: Follows, name: &str, text: &str, body: Body<'a>) {
        let alter = format!("ALTER TABLE {}", path(&self.table.name));
        let create = format!("{alter} ADD CONSTRAINT {} {text};", quoted(name));
        let remove = format!("{alter} DROP CONSTRAINT {};", quoted(name));
        let rank = if matches!(body, Body::ForeignKey) { 13 } else { 10 };
        let atom = Atom::new(body, rank, create, remove);
        self.follow(address::member("constraint", &self.table.name, name), follows, atom);
    }

    fn index(&mut self, own: &mut Table, parent: &Table, index: &Index) {
        let definition = index.definition.as_deref().unwrap_or_default();
        let usual = names::index(&self.table.name.name, &names::columns_of(parent, index));
        if let Some(key) = self.attached("attached constraint ", parent, &index.name) {
            // A key of the partition serves as its part of the index.
            let (follows, _) = self.keyed(parent, "index", &index.name, usual);
            let of = address::member("constraint", &self.table.name, &key);
            if let Some(atom) = self.atoms.get_mut(&of) {
                atom.needs.insert(follows.leader.clone());
                let leader = follows.leader.clone();
                atom.follows = Some(Follows { wholly: false, name: Some(key), ..follows });
                // The server takes the key for a user of the index.
                if let Some(leader) = self.atoms.get_mut(&leader) {
                    let path = path(&ObjectName { namespace: parent.name.namespace.clone(), name: index.name.clone() });
                    leader.remove = vec![format!("DROP INDEX {path} CASCADE;")];
                }
            }
            return;
        }
        let (follows, name) = self.keyed(parent, "index", &index.name, usual);
        if follows.wholly && definition.contains(&format!(" ON ONLY {} ", path(&parent.name))) {
            // An index of the parent alone.
            return;
        }
        let at = ObjectName { namespace: self.table.name.namespace.clone(), name: name.clone() };
        let (head, tail) = definition.split_once(" USING ").unwrap_or((definition, ""));
        let unique = if head.starts_with("CREATE UNIQUE") { "UNIQUE " } else { "" };
        let create = format!("CREATE {unique}INDEX {} ON {} USING {tail}", quoted(&name), path(&self.table.name));
        if !own.indexes.iter().any(|other| other.name == name) {
            own.indexes.push(Index { name, definition: Some(create.clone()), ..index.clone() });
        }
        let atom = Atom::new(Body::Index, 12, format!("{create};"), format!("DROP INDEX {};", path(&at)));
        self.follow(address::index(&self.table.name, &at.name), follows, atom);
    }

    fn follow(&mut self, key: String, follows: Follows, atom: Atom<'a>) {
        let owner = address::table(&self.table.name);
        let atom = self.atoms.entry(key).or_insert_with(|| atom.of(owner));
        atom.needs.insert(follows.leader.clone());
        atom.follows = Some(follows);
    }
}

impl Follows {
    fn plainly(link: String, leader: String) -> Self {
        Self { link, leader, wholly: true, name: None, usual: None, index: None }
    }
}
