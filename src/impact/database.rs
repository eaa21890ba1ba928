//! What in the database itself depends on what a change takes away or alters.

use std::collections::HashSet;

use super::search::Search;
use super::sql;
use super::subject::Subjects;
use crate::diff::{Change, SchemaChange};
use crate::schema::{Dialect, Index, Schema, Table, address};

/// The names of the keys, constraints, indexes, generated columns, views, triggers, functions and policies of `schema`
/// (as it was before) that depend on the subject of `change`, each with its kind (`view active_customer`), sorted.
///
/// PostgreSQL knows them itself, except for what the bodies of functions speak of; elsewhere their text is read.
/// What goes along with a removed table (its own indexes and keys) is not named.
pub fn database_dependents(schema: &Schema, change: &SchemaChange) -> Vec<String> {
    let subjects = Subjects::new(schema, std::slice::from_ref(change));
    if subjects.is_empty() {
        return Vec::new();
    }
    let known = Known::of(schema, &subjects);
    let mut names = Vec::new();
    for table in &schema.tables {
        add_keys(table, &subjects, &mut names);
        add_constraints(table, &subjects, &mut names);
        for index in table.indexes.iter().filter(|index| uses_column(table, index, &subjects)) {
            names.push(format!("index {}", index.name));
        }
    }
    for view in &schema.views {
        let removed = matches!(&change.change, Change::ViewRemoved { view: gone } if gone.name == view.name);
        let reads = || !sql::find(&view.definition, schema.dialect, &subjects).is_empty();
        if !removed && known.needs(&address::view(&view.name)).unwrap_or_else(reads) {
            names.push(format!("view {}", view.name));
        }
    }
    for trigger in &schema.triggers {
        let own = !subjects.table(&trigger.table.name).is_empty();
        let reads = || !sql::find(&trigger.definition, schema.dialect, &subjects).is_empty();
        let trigger_address = address::member("trigger", &trigger.table, &trigger.name);
        if !own && known.needs(&trigger_address).unwrap_or_else(reads) {
            names.push(format!("trigger {}", trigger.name));
        }
    }
    for object in &schema.others {
        let gone = matches!(&change.change, Change::ObjectRemoved { object: removed } if removed.name == object.name);
        let body = object.definition.as_str();
        let speaks = || {
            let word = |word| Search::new(std::iter::once(word)).finds(body);
            Search::new(subjects.tables()).finds(body)
                || subjects.columns().any(|(table, column)| word(table) && word(column))
        };
        let has_body = matches!(object.kind.as_str(), "function" | "procedure");
        let needs = match known.needs(&address::other(object)) {
            Some(needs) if needs || !has_body => needs,
            _ => speaks(),
        };
        if !gone && needs {
            names.push(format!("{} {}", object.kind, object.name));
        }
    }
    names.sort();
    names.dedup();
    names
}

/// What the server itself knows of dependencies.
struct Known<'a> {
    schema: &'a Schema,
    /// The addresses of what changes.
    changed: HashSet<String>,
}

impl<'a> Known<'a> {
    fn of(schema: &'a Schema, subjects: &Subjects) -> Self {
        let mut changed = HashSet::new();
        for table in &schema.tables {
            let whole = !subjects.table(&table.name.name).is_empty();
            if whole {
                changed.insert(address::table(&table.name));
            }
            let columns = table.columns.iter().map(|column| column.name.as_str());
            changed.extend(
                columns
                    .filter(|column| whole || !subjects.column(&table.name.name, column).is_empty())
                    .map(|column| address::member("column", &table.name, column)),
            );
        }
        Self { schema, changed }
    }

    /// Whether the object at an address needs what changes; `None` where the server does not tell.
    fn needs(&self, object: &str) -> Option<bool> {
        if self.schema.dialect != Dialect::Postgres || self.schema.dependencies.is_empty() {
            return None;
        }
        let needs = self.schema.dependencies.get(object);
        Some(needs.is_some_and(|needs| needs.iter().any(|need| self.changed.contains(need))))
    }
}

/// Constraints and generated columns that speak of a changed column, beside it.
fn add_constraints(table: &Table, subjects: &Subjects, names: &mut Vec<String>) {
    let changed = |column: &String| !subjects.column(&table.name.name, column).is_empty();
    if table.primary_key.as_ref().is_some_and(|key| key.columns.iter().any(changed)) {
        names.push(format!("primary key of {}", table.name));
    }
    for unique in table.uniques.iter().filter(|unique| unique.columns.iter().any(changed)) {
        let name = unique.name.clone().unwrap_or_else(|| format!("{}({})", table.name, unique.columns.join(", ")));
        names.push(format!("unique constraint {name}"));
    }
    for check in table.checks.iter().filter(|check| mentions(table, &check.expression, subjects)) {
        let name = check.name.clone().unwrap_or_else(|| format!("of {}", table.name));
        names.push(format!("check {name}"));
    }
    for column in table.columns.iter().filter(|column| !changed(&column.name)) {
        if column.generated.as_ref().is_some_and(|generated| mentions(table, &generated.expression, subjects)) {
            names.push(format!("generated column {}.{}", table.name, column.name));
        }
    }
}

/// Whether an expression names a changed column of its table.
fn mentions(table: &Table, expression: &str, subjects: &Subjects) -> bool {
    let words = expression.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.into_iter().any(|word| !subjects.column(&table.name.name, word).is_empty())
}

fn add_keys(table: &Table, subjects: &Subjects, names: &mut Vec<String>) {
    for key in &table.foreign_keys {
        let target = &key.referenced_table;
        let whole = table.name != *target && !subjects.table(&target.name).is_empty();
        let own = key.columns.iter().any(|column| !subjects.column(&table.name.name, column).is_empty());
        let referenced = key.referenced_columns.iter().any(|column| !subjects.column(&target.name, column).is_empty());
        if whole || own || referenced {
            let (columns, targets) = (key.columns.join(", "), key.referenced_columns.join(", "));
            names.push(match &key.name {
                Some(name) => format!("foreign key {name}"),
                None => format!("foreign key {}({columns}) -> {target}({targets})", table.name),
            });
        }
    }
}

fn uses_column(table: &Table, index: &Index, subjects: &Subjects) -> bool {
    let changed = |column: &str| !subjects.column(&table.name.name, column).is_empty();
    let mentions = |expression: &str| mentions(table, expression, subjects);
    index.predicate.as_deref().is_some_and(mentions)
        || index
            .parts
            .iter()
            .any(|part| part.column.as_deref().is_some_and(changed) || part.expression.as_deref().is_some_and(mentions))
}
