//! Questions that span objects.

use super::{Column, ForeignKey, ObjectName, Schema, Table};

impl Schema {
    /// The table of this name.
    pub fn table(&self, name: &ObjectName) -> Option<&Table> {
        self.tables.iter().find(|table| &table.name == name)
    }

    /// Every foreign key that points at `name`, with the table that holds it.
    pub fn references_to<'a>(&'a self, name: &'a ObjectName) -> impl Iterator<Item = (&'a Table, &'a ForeignKey)> {
        self.tables.iter().flat_map(move |table| {
            table.foreign_keys.iter().filter(move |key| &key.referenced_table == name).map(move |key| (table, key))
        })
    }
}

impl Table {
    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether `column` is part of the primary key.
    pub fn is_key(&self, column: &str) -> bool {
        self.primary_key.as_ref().is_some_and(|key| key.columns.iter().any(|name| name == column))
    }

    /// Whether rows are unique by exactly these columns, in any order, by key, constraint or full index.
    pub fn is_unique_by(&self, columns: &[String]) -> bool {
        let same = |names: &[String]| names.len() == columns.len() && names.iter().all(|name| columns.contains(name));
        self.primary_key.as_ref().is_some_and(|key| same(&key.columns))
            || self.uniques.iter().any(|unique| same(&unique.columns))
            || self.indexes.iter().any(|index| {
                index.unique
                    && index.predicate.is_none()
                    && index.parts.len() == columns.len()
                    && index.parts.iter().all(|part| part.column.as_ref().is_some_and(|name| columns.contains(name)))
            })
    }
}
