//! Questions that span objects.

use super::{Column, Dialect, ForeignKey, ObjectName, Schema, Table, TypeKind};

impl Schema {
    /// The table of this name. SQLite does not tell names apart by case, so there another case will do when the
    /// exact name is not found.
    pub fn table(&self, name: &ObjectName) -> Option<&Table> {
        self.tables.iter().find(|table| &table.name == name).or_else(|| {
            let same = |table: &&Table| table.name.name.eq_ignore_ascii_case(&name.name);
            if self.dialect == Dialect::Sqlite { self.tables.iter().find(same) } else { None }
        })
    }

    /// Whether both names mean the same table to the server.
    pub fn same_name(&self, one: &ObjectName, other: &ObjectName) -> bool {
        one == other || (self.dialect == Dialect::Sqlite && one.name.eq_ignore_ascii_case(&other.name))
    }

    /// Every foreign key that points at `name`, with the table that holds it.
    pub fn references_to<'a>(&'a self, name: &'a ObjectName) -> impl Iterator<Item = (&'a Table, &'a ForeignKey)> {
        self.tables.iter().flat_map(move |table| {
            let keys = table.foreign_keys.iter();
            keys.filter(move |key| self.same_name(&key.referenced_table, name)).map(move |key| (table, key))
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

    /// The column that counts the rows: a primary key of one integer.
    pub fn counted_by(&self) -> Option<&str> {
        let [only] = self.primary_key.as_ref()?.columns.as_slice() else { return None };
        let column = self.column(only)?;
        matches!(column.data_type.kind, TypeKind::Integer { .. }).then_some(column.name.as_str())
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
