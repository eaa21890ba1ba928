//! What to look for: the tables and columns that the changes take away or alter, under the names that the code
//! written for the base schema uses.

use std::collections::{HashMap, HashSet};

use super::search::Search;
use super::sql;
use crate::diff::{Change, ChangeId, ColumnDifference, SchemaChange};
use crate::schema::{ObjectName, Schema};

/// How deep views may read views.
const DEEPEST_VIEWS: usize = 8;

/// The subjects of the changes, and what the base schema says of names.
pub(super) struct Subjects {
    columns: HashMap<String, HashMap<String, Vec<ChangeId>>>,
    tables: HashMap<String, Vec<ChangeId>>,
    schema_columns: HashMap<String, HashSet<String>>,
    owners: HashMap<String, usize>,
    spelling: HashMap<String, String>,
    /// Changed columns under the names by which views hand them on.
    handed_on: HashMap<String, HashMap<String, Vec<ChangeId>>>,
    leaving: HashMap<String, Vec<Leaving>>,
}

/// A column that goes away, or gets another name.
pub(super) struct Leaving {
    pub(super) column: String,
    pub(super) change_id: ChangeId,
    /// Whether it goes away altogether.
    pub(super) removed: bool,
}

impl Subjects {
    pub(super) fn new(base: &Schema, changes: &[SchemaChange]) -> Self {
        let mut subjects = Self {
            columns: HashMap::new(),
            tables: HashMap::new(),
            schema_columns: HashMap::new(),
            owners: HashMap::new(),
            spelling: HashMap::new(),
            handed_on: HashMap::new(),
            leaving: HashMap::new(),
        };
        for table in &base.tables {
            let columns: HashSet<String> = table.columns.iter().map(|column| column.name.clone()).collect();
            for column in &columns {
                *subjects.owners.entry(column.clone()).or_default() += 1;
            }
            subjects.spelling.insert(table.name.name.to_lowercase(), table.name.name.clone());
            subjects.schema_columns.insert(table.name.name.clone(), columns);
        }
        let old_names = OldNames::new(changes);
        for change in changes {
            subjects.add(change, &old_names);
        }
        subjects.add_views(base);
        subjects
    }

    /// What views hand on under their own names; a view may read another.
    fn add_views(&mut self, base: &Schema) {
        for _ in 0..DEEPEST_VIEWS {
            let known = self.handed_on.len();
            let names = self.columns.iter().chain(&self.handed_on);
            let names: Vec<&str> = names.flat_map(|(_, columns)| columns.keys()).map(String::as_str).collect();
            let tables: Vec<&str> = self.columns.keys().chain(self.handed_on.keys()).map(String::as_str).collect();
            let (tables, stars) = (Search::new(tables.into_iter()), Search::new(names.into_iter()));
            let mut handed_on = Vec::new();
            for view in &base.views {
                let definition = view.definition.as_str();
                if !tables.finds(definition) || !(definition.contains('*') || stars.finds(definition)) {
                    continue;
                }
                let columns = sql::view_columns(definition, base.dialect, self).unwrap_or_default();
                let changed = columns.iter().filter_map(|(name, origin)| {
                    let (table, column) = origin.as_ref()?;
                    let changes = self.column(table, column);
                    (!changes.is_empty()).then(|| (name.clone(), changes.to_vec()))
                });
                let changed: HashMap<String, Vec<ChangeId>> = changed.collect();
                if !changed.is_empty() {
                    handed_on.push((view.name.name.clone(), columns, changed));
                }
            }
            for (view, columns, changed) in handed_on {
                self.spelling.entry(view.to_lowercase()).or_insert_with(|| view.clone());
                let names = columns.into_iter().map(|(name, _)| name);
                self.schema_columns.entry(view.clone()).or_insert_with(|| names.collect());
                self.handed_on.insert(view, changed);
            }
            if self.handed_on.len() == known {
                break;
            }
        }
    }

    fn add_leaving(&mut self, table: &str, column: &str, change: &SchemaChange, removed: bool) {
        self.leaving.entry(table.to_owned()).or_default().push(Leaving {
            column: column.to_owned(),
            change_id: change.change_id.clone(),
            removed,
        });
    }

    fn add(&mut self, change: &SchemaChange, old: &OldNames) {
        match &change.change {
            Change::TableRemoved { table } => self.add_table(&table.name.name, change),
            Change::TableRenamed { from, .. } => self.add_table(&from.name, change),
            Change::ColumnRemoved { table, column } => {
                self.add_column(old.table(table), &column.name, change);
                self.add_leaving(old.table(table), &column.name, change, true);
            }
            Change::ColumnRenamed { table, from, .. } => {
                self.add_column(old.table(table), &from.name, change);
                self.add_leaving(old.table(table), &from.name, change, false);
            }
            Change::ColumnModified { table, from, differences, .. } => {
                let felt = [
                    ColumnDifference::Type,
                    ColumnDifference::Nullability,
                    ColumnDifference::Generated,
                    ColumnDifference::AutoIncrement,
                ];
                if differences.iter().any(|difference| felt.contains(difference)) {
                    self.add_column(old.table(table), old.column(table, &from.name), change);
                }
            }
            Change::ViewRemoved { view } => self.add_table(&view.name.name, change),
            Change::TableAdded { .. }
            | Change::TableModified { .. }
            | Change::ColumnAdded { .. }
            | Change::ConstraintAdded { .. }
            | Change::ConstraintRemoved { .. }
            | Change::IndexAdded { .. }
            | Change::IndexRemoved { .. }
            | Change::RelationshipAdded { .. }
            | Change::RelationshipRemoved { .. }
            | Change::RelationshipModified { .. }
            | Change::ViewAdded { .. }
            | Change::ViewModified { .. }
            | Change::TriggerAdded { .. }
            | Change::TriggerRemoved { .. }
            | Change::TriggerModified { .. }
            | Change::ObjectAdded { .. }
            | Change::ObjectRemoved { .. }
            | Change::ObjectModified { .. } => {}
        }
    }

    fn add_table(&mut self, table: &str, change: &SchemaChange) {
        self.spelling.entry(table.to_lowercase()).or_insert_with(|| table.to_owned());
        self.tables.entry(table.to_owned()).or_default().push(change.change_id.clone());
    }

    fn add_column(&mut self, table: &str, column: &str, change: &SchemaChange) {
        let columns = self.columns.entry(table.to_owned()).or_default();
        columns.entry(column.to_owned()).or_default().push(change.change_id.clone());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.columns.is_empty() && self.tables.is_empty()
    }

    /// The changes of `table.column`.
    pub(super) fn column(&self, table: &str, column: &str) -> &[ChangeId] {
        let of = |tables: &'_ HashMap<String, HashMap<String, Vec<ChangeId>>>| {
            tables.get(table).is_some_and(|columns| columns.contains_key(column))
        };
        let tables = if of(&self.columns) { &self.columns } else { &self.handed_on };
        tables.get(table).and_then(|columns| columns.get(column)).map_or(&[], Vec::as_slice)
    }

    /// The columns of a table that go away or get another name.
    pub(super) fn leaving(&self, table: &str) -> &[Leaving] {
        self.leaving.get(table).map_or(&[], Vec::as_slice)
    }

    /// The columns of a table or view of the base schema, in no particular order.
    pub(super) fn columns_of(&self, table: &str) -> impl Iterator<Item = &str> {
        self.schema_columns.get(table).into_iter().flatten().map(String::as_str)
    }

    /// The changes of the table itself.
    pub(super) fn table(&self, table: &str) -> &[ChangeId] {
        self.tables.get(table).map_or(&[], Vec::as_slice)
    }

    /// Whether the base schema's `table` has `column`.
    pub(super) fn has_column(&self, table: &str, column: &str) -> bool {
        self.schema_columns.get(table).is_some_and(|columns| columns.contains(column))
    }

    /// How many tables of the base schema have a column of this name.
    pub(super) fn owner_count(&self, column: &str) -> usize {
        self.owners.get(column).copied().unwrap_or(0)
    }

    /// The table's own spelling for a name from SQL, where case does not count.
    pub(super) fn spelled(&self, table: &str) -> Option<&str> {
        self.spelling.get(&table.to_lowercase()).map(String::as_str)
    }

    /// The column's own spelling for a name from SQL.
    pub(super) fn spelled_column(&self, table: &str, column: &str) -> Option<&str> {
        let columns = self.schema_columns.get(table)?;
        columns
            .get(column)
            .or_else(|| columns.iter().find(|name| name.eq_ignore_ascii_case(column)))
            .map(String::as_str)
    }

    /// Every changed column as `(table, column)`, in no particular order.
    pub(super) fn columns(&self) -> impl Iterator<Item = (&str, &str)> {
        self.columns
            .iter()
            .flat_map(|(table, columns)| columns.keys().map(move |column| (table.as_str(), column.as_str())))
    }

    /// Every table of the base schema, in no particular order.
    pub(super) fn schema_tables(&self) -> impl Iterator<Item = &str> {
        self.schema_columns.keys().map(String::as_str)
    }

    /// Every changed table, in no particular order.
    pub(super) fn tables(&self) -> impl Iterator<Item = &str> {
        self.tables.keys().map(String::as_str)
    }
}

/// From the names of the new schema, by which changes speak, back to those of the old.
struct OldNames<'a> {
    tables: HashMap<&'a str, &'a str>,
    columns: HashMap<(&'a str, &'a str), &'a str>,
}

impl<'a> OldNames<'a> {
    fn new(changes: &'a [SchemaChange]) -> Self {
        let mut tables = HashMap::new();
        let mut columns = HashMap::new();
        for change in changes {
            match &change.change {
                Change::TableRenamed { from, to, .. } => {
                    tables.insert(to.name.as_str(), from.name.as_str());
                }
                Change::ColumnRenamed { table, from, to, .. } => {
                    columns.insert((table.name.as_str(), to.name.as_str()), from.name.as_str());
                }
                _ => {}
            }
        }
        Self { tables, columns }
    }

    fn table<'b>(&'b self, table: &'b ObjectName) -> &'b str {
        self.tables.get(table.name.as_str()).copied().unwrap_or(&table.name)
    }

    fn column<'b>(&'b self, table: &'b ObjectName, column: &'b str) -> &'b str {
        self.columns.get(&(table.name.as_str(), column)).copied().unwrap_or(column)
    }
}
