//! What a rule may look at beside the change itself.

use std::collections::BTreeMap;

use crate::diff::{Change, Renames, SchemaChange};
use crate::schema::{Column, Dialect, ObjectName, Schema, Table, quote};

/// What is known of the number of rows in each table before the migration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowCounts(BTreeMap<ObjectName, u64>);

impl RowCounts {
    /// Nothing is known.
    pub fn unknown() -> Self {
        Self::default()
    }

    /// The rows of `table` (under its old name), where they are known.
    pub fn of(&self, table: &ObjectName) -> Option<u64> {
        self.0.get(table).copied()
    }
}

impl FromIterator<(ObjectName, u64)> for RowCounts {
    fn from_iter<T: IntoIterator<Item = (ObjectName, u64)>>(rows: T) -> Self {
        Self(rows.into_iter().collect())
    }
}

/// The schemas on both sides of a migration, all of its changes, and what is known of the rows.
#[derive(Debug)]
pub struct Context<'a> {
    /// The schema before.
    pub from: &'a Schema,
    /// The schema after.
    pub to: &'a Schema,
    /// Every change between the two.
    pub changes: &'a [SchemaChange],
    rows: &'a RowCounts,
    renames: Renames,
}

impl<'a> Context<'a> {
    /// Puts both sides together.
    pub fn new(from: &'a Schema, to: &'a Schema, changes: &'a [SchemaChange], rows: &'a RowCounts) -> Self {
        let all: Vec<Change> = changes.iter().map(|change| change.change.clone()).collect();
        Self { from, to, changes, rows, renames: Renames::of(&all) }
    }

    /// The server's family.
    pub fn dialect(&self) -> Dialect {
        self.to.dialect
    }

    /// The table as it was, by its new name.
    pub fn before(&self, table: &ObjectName) -> Option<&'a Table> {
        self.from.table(self.renames.old_table(table)).filter(|_| !self.is_new(table))
    }

    /// The table as it will be, by its new name.
    pub fn after(&self, table: &ObjectName) -> Option<&'a Table> {
        self.to.table(table)
    }

    /// Whether the table is made by this migration, and so has no rows yet.
    pub fn is_new(&self, table: &ObjectName) -> bool {
        self.changes
            .iter()
            .any(|change| matches!(&change.change, Change::TableAdded { table: added } if &added.name == table))
    }

    /// The column, when this migration adds it.
    pub fn added_column(&self, table: &ObjectName, column: &str) -> Option<&'a Column> {
        self.changes.iter().find_map(|change| match &change.change {
            Change::ColumnAdded { table: of, column: added } if of == table && added.name == column => Some(added),
            _ => None,
        })
    }

    /// Whether every row will hold NULL in one of these columns, because the migration adds it without a value. No
    /// constraint can fail on such rows.
    pub fn starts_empty(&self, table: &ObjectName, columns: &[String]) -> bool {
        columns.iter().filter_map(|column| self.added_column(table, column)).any(|column| {
            column.nullable && column.default.is_none() && column.generated.is_none() && !column.auto_increment
        })
    }

    /// The rows of a table, by its new name, where they are known.
    pub fn rows(&self, table: &ObjectName) -> Option<u64> {
        self.rows.of(self.renames.old_table(table))
    }

    /// `its 1200 rows`, or `its rows` when nobody knows.
    pub fn rows_in_words(&self, table: &ObjectName) -> String {
        match self.rows(table) {
            Some(1) => "its only row".to_owned(),
            Some(rows) => format!("its {rows} rows"),
            None => "its rows".to_owned(),
        }
    }

    /// A table's name in SQL.
    pub fn table_sql(&self, table: &ObjectName) -> String {
        match &table.namespace {
            Some(namespace) => format!("{}.{}", self.quote(namespace), self.quote(&table.name)),
            None => self.quote(&table.name),
        }
    }

    /// Column names in SQL, separated by commas.
    pub fn columns_sql(&self, columns: &[String]) -> String {
        columns.iter().map(|column| self.quote(column)).collect::<Vec<_>>().join(", ")
    }

    /// A name in SQL, quoted unless it is a plain word that no server reserves.
    pub fn quote(&self, name: &str) -> String {
        let mut letters = name.chars();
        let plain = letters.next().is_some_and(|first| first.is_ascii_lowercase() || first == '_')
            && letters.all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
            && !RESERVED.contains(&name);
        if plain {
            return name.to_owned();
        }
        quote::identifier_in(self.dialect(), name)
    }
}

/// Plain words that make bad table or column names unquoted on some server.
const RESERVED: [&str; 38] = [
    "all",
    "and",
    "as",
    "asc",
    "case",
    "check",
    "column",
    "condition",
    "default",
    "desc",
    "distinct",
    "end",
    "from",
    "grant",
    "group",
    "having",
    "in",
    "index",
    "interval",
    "key",
    "keys",
    "limit",
    "not",
    "offset",
    "on",
    "option",
    "or",
    "order",
    "primary",
    "range",
    "references",
    "rows",
    "select",
    "table",
    "to",
    "user",
    "values",
    "where",
];
