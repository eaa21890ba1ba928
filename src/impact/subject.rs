//! What to look for: the tables and columns that the changes take away or alter, under the names that the code
//! written for the base schema uses.

use std::collections::{HashMap, HashSet};

use crate::diff::{Change, ChangeId, ColumnDifference, SchemaChange};
use crate::schema::{ObjectName, Schema};

/// The subjects of the changes, and what the base schema says of names.
pub(super) struct Subjects {
    columns: HashMap<String, HashMap<String, Vec<ChangeId>>>,
    tables: HashMap<String, Vec<ChangeId>>,
    schema_columns: HashMap<String, HashSet<String>>,
    owners: HashMap<String, usize>,
    spelling: HashMap<String, String>,
}

impl Subjects {
    pub(super) fn new(base: &Schema, changes: &[SchemaChange]) -> Self {
        let mut subjects = Self {
            columns: HashMap::new(),
            tables: HashMap::new(),
            schema_columns: HashMap::new(),
            owners: HashMap::new(),
            spelling: HashMap::new(),
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
        subjects
    }

    fn add(&mut self, change: &SchemaChange, old: &OldNames) {
        match &change.change {
            Change::TableRemoved { table } => self.add_table(&table.name.name, change),
            Change::TableRenamed { from, .. } => self.add_table(&from.name, change),
            Change::ColumnRemoved { table, column } => self.add_column(old.table(table), &column.name, change),
            Change::ColumnRenamed { table, from, .. } => self.add_column(old.table(table), &from.name, change),
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
        self.columns.get(table).and_then(|columns| columns.get(column)).map_or(&[], Vec::as_slice)
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
