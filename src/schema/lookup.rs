//! A schema's tables by name, for those who ask about many of them.
//!
//! [`Schema::table`] looks through a list, which is right for one question. What asks once for each table of a large
//! schema makes a [`Lookup`] first, so that its cost grows with the number of tables and not with its square.

use std::collections::HashMap;

use super::{Dialect, ForeignKey, ObjectName, Schema, Table};

/// The tables of one schema by their names, and the foreign keys by the tables that they point at.
#[derive(Debug)]
pub struct Lookup<'a> {
    schema: &'a Schema,
    exact: HashMap<&'a ObjectName, &'a Table>,
    /// By the name in lower case; on SQLite alone, where another case will do.
    folded: HashMap<String, &'a Table>,
    references: HashMap<ObjectName, Vec<(&'a Table, &'a ForeignKey)>>,
}

impl<'a> Lookup<'a> {
    /// Looks once at everything in `schema`.
    pub fn new(schema: &'a Schema) -> Self {
        let mut lookup = Self {
            schema,
            exact: HashMap::with_capacity(schema.tables.len()),
            folded: HashMap::new(),
            references: HashMap::new(),
        };
        for table in &schema.tables {
            // Of two tables of one name, which only a broken snapshot has, the first counts everywhere.
            lookup.exact.entry(&table.name).or_insert(table);
            if schema.dialect == Dialect::Sqlite {
                lookup.folded.entry(table.name.name.to_ascii_lowercase()).or_insert(table);
            }
            for key in &table.foreign_keys {
                lookup.references.entry(lookup.key(&key.referenced_table)).or_default().push((table, key));
            }
        }
        lookup
    }

    /// The schema itself.
    pub fn schema(&self) -> &'a Schema {
        self.schema
    }

    /// The table of this name, as [`Schema::table`] finds it.
    pub fn table(&self, name: &ObjectName) -> Option<&'a Table> {
        let exact = self.exact.get(name).copied();
        if exact.is_some() || self.folded.is_empty() {
            return exact;
        }
        self.folded.get(&name.name.to_ascii_lowercase()).copied()
    }

    /// The table of exactly this name.
    pub fn exactly(&self, name: &ObjectName) -> Option<&'a Table> {
        self.exact.get(name).copied()
    }

    /// Every foreign key that points at `name`, with the table that holds it.
    pub fn references_to(&self, name: &ObjectName) -> &[(&'a Table, &'a ForeignKey)] {
        self.references.get(&self.key(name)).map(Vec::as_slice).unwrap_or_default()
    }

    fn key(&self, name: &ObjectName) -> ObjectName {
        match self.schema.dialect {
            Dialect::Sqlite => ObjectName::new(name.name.to_ascii_lowercase()),
            Dialect::Postgres | Dialect::Mysql => name.clone(),
        }
    }
}
