//! The affected tables as a diagram: a model of what to draw, and two ways to draw it.
//!
//! 1. [`draw`] chooses the tables (those that change and their neighbours) and marks what differs;
//! 2. [`mermaid`] writes it for GitHub, [`svg`] for the page.

pub mod mermaid;
pub mod svg;

use std::collections::{BTreeMap, BTreeSet};

use super::facts::Facts;
use super::wording::change::what;
use crate::diff::Change;
use crate::schema::{Column, ObjectName, Schema, Table};

/// More tables than this make no picture.
const MAX_ENTITIES: usize = 40;
/// Fields beyond this many are folded unless they are keys or change.
const MAX_FIELDS: usize = 14;

/// Which moment is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Both sides in one: what goes and what comes is marked.
    Changes,
    /// The base's schema.
    Before,
    /// The head's schema.
    After,
}

/// How a thing differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It does not.
    Same,
    /// It is defined otherwise or has another name.
    Changed,
    /// It was not there.
    Added,
    /// It is gone.
    Removed,
}

/// What to draw.
#[derive(Debug, Clone, Default)]
pub struct Diagram {
    /// Tables, sorted by name.
    pub entities: Vec<Entity>,
    /// Foreign keys between them.
    pub links: Vec<Link>,
    /// Affected tables that are left out because there are too many.
    pub omitted: usize,
}

/// A table.
#[derive(Debug, Clone)]
pub struct Entity {
    /// Its name.
    pub name: String,
    /// How it differs.
    pub state: State,
    /// What differs, in a word or two.
    pub note: Option<String>,
    /// Its columns.
    pub fields: Vec<Field>,
    /// Columns that are not shown.
    pub folded: usize,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type in the server's words.
    pub sql_type: String,
    /// Whether it is part of the primary key.
    pub primary: bool,
    /// Whether it is part of a foreign key.
    pub foreign: bool,
    /// Whether NULL is accepted.
    pub nullable: bool,
    /// How it differs.
    pub state: State,
    /// What differs, in a few words.
    pub note: Option<String>,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The referencing table, as an index into the entities.
    pub from: usize,
    /// Its first referencing column, as an index into its fields.
    pub from_field: Option<usize>,
    /// The referenced table, as an index into the entities.
    pub to: usize,
    /// The referencing columns.
    pub label: String,
    /// How it differs.
    pub state: State,
    /// Whether a row may go without a parent.
    pub optional: bool,
    /// Whether a parent has at most one such row.
    pub single: bool,
}

/// The diagram of one moment. `None` where there is no schema of it, or nothing to draw.
pub fn draw(facts: &Facts, moment: Moment) -> Option<Diagram> {
    let marks = Marks::new(facts);
    let (own, other) = match moment {
        Moment::Before => (facts.before.as_ref()?, None),
        Moment::After => (facts.after.as_ref()?, None),
        Moment::Changes => (facts.after.as_ref()?, facts.before.as_ref()),
    };
    let mut names: BTreeSet<ObjectName> = marks.affected(moment);
    let known =
        |name: &ObjectName| own.table(name).is_some() || other.is_some_and(|schema| schema.table(name).is_some());
    names.retain(|name| known(name));
    let omitted = names.len().saturating_sub(MAX_ENTITIES);
    let mut names: BTreeSet<ObjectName> = names.into_iter().take(MAX_ENTITIES).collect();
    for name in names.clone() {
        for schema in [Some(own), other].into_iter().flatten() {
            let targets = schema.table(&name).into_iter().flat_map(|table| &table.foreign_keys);
            for key in targets {
                if names.len() < MAX_ENTITIES && known(&key.referenced_table) {
                    names.insert(key.referenced_table.clone());
                }
            }
        }
    }
    let tables: Vec<(&Table, &Schema)> = names
        .iter()
        .filter_map(|name| {
            let of = |schema: &'_ Schema| schema.table(name).is_some();
            let schema = if of(own) { own } else { other? };
            schema.table(name).map(|table| (table, schema))
        })
        .collect();
    let entities: Vec<Entity> = tables.iter().map(|(table, _)| marks.entity(table, moment)).collect();
    if entities.is_empty() {
        return None;
    }
    let mut diagram = Diagram { entities, links: Vec::new(), omitted };
    for (from, (table, schema)) in tables.iter().enumerate() {
        marks.links(&mut diagram, from, table, schema, moment);
    }
    Some(diagram)
}

/// What the changes say about each object.
#[derive(Default)]
struct Marks {
    tables: BTreeMap<ObjectName, (State, Option<String>)>,
    columns: BTreeMap<(ObjectName, String), (State, Option<String>)>,
    removed_columns: BTreeMap<ObjectName, Vec<Column>>,
    keys: BTreeMap<(ObjectName, Vec<String>), State>,
    removed_keys: Vec<(ObjectName, Vec<String>, ObjectName)>,
    old_tables: BTreeMap<ObjectName, ObjectName>,
    old_columns: BTreeMap<(ObjectName, String), String>,
    touched: BTreeSet<ObjectName>,
}

impl Marks {
    fn new(facts: &Facts) -> Self {
        let mut marks = Self::default();
        for record in &facts.changes {
            marks.add(&record.change);
        }
        marks
    }

    fn add(&mut self, change: &Change) {
        let touched = match change {
            Change::TableAdded { table } => {
                self.tables.insert(table.name.clone(), (State::Added, Some("added".to_owned())));
                Some(&table.name)
            }
            Change::TableRemoved { table } => {
                self.tables.insert(table.name.clone(), (State::Removed, Some("removed".to_owned())));
                Some(&table.name)
            }
            Change::TableRenamed { from, to, .. } => {
                self.tables.insert(to.clone(), (State::Changed, Some(format!("renamed from {from}"))));
                self.old_tables.insert(to.clone(), from.clone());
                Some(to)
            }
            Change::TableModified { to, .. } => Some(&to.name),
            Change::ColumnAdded { table, column } => {
                self.columns.insert((table.clone(), column.name.clone()), (State::Added, Some("added".to_owned())));
                Some(table)
            }
            Change::ColumnRemoved { table, column } => {
                self.columns.insert((table.clone(), column.name.clone()), (State::Removed, Some("removed".to_owned())));
                self.removed_columns.entry(table.clone()).or_default().push(column.clone());
                Some(table)
            }
            Change::ColumnModified { table, from, to, .. } => {
                let note = if from.data_type.sql == to.data_type.sql {
                    what(change).plain().rsplit(": ").next().unwrap_or_default().to_owned()
                } else {
                    format!("was {}", from.data_type.sql)
                };
                let entry = self.columns.entry((table.clone(), to.name.clone())).or_insert((State::Changed, None));
                entry.1 = Some(entry.1.take().map_or(note.clone(), |before| format!("{before}, {note}")));
                Some(table)
            }
            Change::ColumnRenamed { table, from, to, .. } => {
                self.old_columns.insert((table.clone(), to.name.clone()), from.name.clone());
                let note = format!("renamed from {}", from.name);
                let entry = self.columns.entry((table.clone(), to.name.clone())).or_insert((State::Changed, None));
                entry.1 = Some(entry.1.take().map_or(note.clone(), |before| format!("{note}, {before}")));
                Some(table)
            }
            Change::RelationshipAdded { table, foreign_key } => {
                self.keys.insert((table.clone(), foreign_key.columns.clone()), State::Added);
                Some(table)
            }
            Change::RelationshipModified { table, to, .. } => {
                self.keys.insert((table.clone(), to.columns.clone()), State::Changed);
                Some(table)
            }
            Change::RelationshipRemoved { table, foreign_key } => {
                self.removed_keys.push((
                    table.clone(),
                    foreign_key.columns.clone(),
                    foreign_key.referenced_table.clone(),
                ));
                Some(table)
            }
            Change::ConstraintAdded { table, .. }
            | Change::ConstraintRemoved { table, .. }
            | Change::IndexAdded { table, .. }
            | Change::IndexRemoved { table, .. } => Some(table),
            Change::ViewAdded { .. }
            | Change::ViewRemoved { .. }
            | Change::ViewModified { .. }
            | Change::TriggerAdded { .. }
            | Change::TriggerRemoved { .. }
            | Change::TriggerModified { .. }
            | Change::ObjectAdded { .. }
            | Change::ObjectRemoved { .. }
            | Change::ObjectModified { .. } => None,
        };
        if let Some(name) = touched {
            self.touched.insert(name.clone());
        }
    }

    /// The tables that change, under the names that they have at this moment.
    fn affected(&self, moment: Moment) -> BTreeSet<ObjectName> {
        let old = |name: &ObjectName| self.old_tables.get(name).unwrap_or(name).clone();
        self.touched.iter().map(|name| if moment == Moment::Before { old(name) } else { name.clone() }).collect()
    }

    fn entity(&self, table: &Table, moment: Moment) -> Entity {
        let new_name = self.new_table(&table.name, moment);
        let (state, note) = self.tables.get(&new_name).cloned().unwrap_or((State::Same, None));
        let mut fields: Vec<Field> =
            table.columns.iter().map(|column| self.field(&new_name, table, column, moment)).collect();
        if moment == Moment::Changes {
            for column in self.removed_columns.get(&new_name).into_iter().flatten() {
                let mut field = self.field(&new_name, table, column, moment);
                (field.state, field.note) = (State::Removed, Some("removed".to_owned()));
                fields.push(field);
            }
        }
        let all = fields.len();
        if all > MAX_FIELDS {
            let mut room = MAX_FIELDS.saturating_sub(fields.iter().filter(|field| must_show(field)).count());
            fields.retain(|field| {
                let fits = room > 0;
                if must_show(field) {
                    return true;
                }
                room = room.saturating_sub(1);
                fits
            });
        }
        let shown_state = match (moment, state) {
            (Moment::Before, State::Added) | (Moment::After, State::Removed) => State::Same,
            (_, State::Same) if self.touched.contains(&new_name) => State::Changed,
            (_, state) => state,
        };
        let note = if moment == Moment::Changes { note } else { None };
        Entity { name: table.name.to_string(), state: shown_state, note, folded: all - fields.len(), fields }
    }

    fn field(&self, table_name: &ObjectName, table: &Table, column: &Column, moment: Moment) -> Field {
        let new_name = match moment {
            Moment::Before => self
                .old_columns
                .iter()
                .find(|((owner, _), old)| owner == table_name && **old == column.name)
                .map_or(&column.name, |((_, new), _)| new),
            Moment::After | Moment::Changes => &column.name,
        };
        let (state, note) =
            self.columns.get(&(table_name.clone(), new_name.clone())).cloned().unwrap_or((State::Same, None));
        let (state, note) = match (moment, state) {
            (Moment::Before, State::Added) | (Moment::After | Moment::Changes, State::Removed) => (State::Same, None),
            (Moment::Changes, state) => (state, note),
            (Moment::Before | Moment::After, state) => (state, None),
        };
        Field {
            name: column.name.clone(),
            sql_type: column.data_type.sql.clone(),
            primary: table.is_key(&column.name),
            foreign: table.foreign_keys.iter().any(|key| key.columns.contains(&column.name)),
            nullable: column.nullable,
            state,
            note,
        }
    }

    fn links(&self, diagram: &mut Diagram, from: usize, table: &Table, schema: &Schema, moment: Moment) {
        let new_name = self.new_table(&table.name, moment);
        let table_state = self.tables.get(&new_name).map_or(State::Same, |(state, _)| *state);
        for key in &table.foreign_keys {
            let Some(to) = position(diagram, &key.referenced_table.to_string()) else { continue };
            let state = match (moment, table_state) {
                (Moment::Before, _) => State::Same,
                (_, State::Added | State::Removed) => table_state,
                _ => self.keys.get(&(new_name.clone(), key.columns.clone())).copied().unwrap_or(State::Same),
            };
            let optional = key.columns.iter().any(|name| table.column(name).is_some_and(|column| column.nullable));
            let first = key.columns.first();
            let link = Link {
                from,
                from_field: diagram.entities[from].fields.iter().position(|field| Some(&field.name) == first),
                to,
                label: key.columns.join(", "),
                state,
                optional,
                single: schema.table(&table.name).is_some_and(|table| table.is_unique_by(&key.columns)),
            };
            diagram.links.push(link);
        }
        if moment == Moment::Changes {
            for (_, columns, target) in self.removed_keys.iter().filter(|(owner, ..)| owner == &new_name) {
                let Some(to) = position(diagram, &target.to_string()) else { continue };
                let first = columns.first();
                let from_field = diagram.entities[from].fields.iter().position(|field| Some(&field.name) == first);
                let label = columns.join(", ");
                let state = State::Removed;
                diagram.links.push(Link { from, from_field, to, label, state, optional: true, single: false });
            }
        }
    }

    fn new_table(&self, name: &ObjectName, moment: Moment) -> ObjectName {
        match moment {
            Moment::Before => self.old_tables.iter().find(|(_, old)| *old == name).map_or(name, |(new, _)| new).clone(),
            Moment::After | Moment::Changes => name.clone(),
        }
    }
}

fn must_show(field: &Field) -> bool {
    field.primary || field.foreign || field.state != State::Same
}

fn position(diagram: &Diagram, name: &str) -> Option<usize> {
    diagram.entities.iter().position(|entity| entity.name == name)
}
