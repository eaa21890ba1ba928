//! The tables of a schema, which its copies share.

use std::iter::Map;
use std::slice;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::Table;

/// A list of tables. A copy of it shares every table with the original until one of them is changed, so that copies
/// and the comparison of two almost equal schemas cost next to nothing, in time and in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tables(Vec<Arc<Table>>);

/// Goes through the tables of a schema.
pub type Iter<'a> = Map<slice::Iter<'a, Arc<Table>>, fn(&'a Arc<Table>) -> &'a Table>;

/// Goes through the tables of a schema to change them.
pub type IterMut<'a> = Map<slice::IterMut<'a, Arc<Table>>, fn(&'a mut Arc<Table>) -> &'a mut Table>;

impl Tables {
    /// No tables.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many tables there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tables in their order.
    pub fn iter(&self) -> Iter<'_> {
        self.0.iter().map(|table| &**table)
    }

    /// The tables in their order, to be changed. Those that a copy shares are copied first.
    pub fn iter_mut(&mut self) -> IterMut<'_> {
        self.0.iter_mut().map(Arc::make_mut)
    }

    /// The table at a place.
    pub fn get(&self, place: usize) -> Option<&Table> {
        self.0.get(place).map(|table| &**table)
    }

    /// The table at a place, to be changed.
    pub fn get_mut(&mut self, place: usize) -> Option<&mut Table> {
        self.0.get_mut(place).map(Arc::make_mut)
    }

    /// The first table.
    pub fn first(&self) -> Option<&Table> {
        self.get(0)
    }

    /// The tables as a slice of what is shared.
    pub fn shared(&self) -> &[Arc<Table>] {
        &self.0
    }

    /// Adds a table at the end.
    pub fn push(&mut self, table: impl Into<Arc<Table>>) {
        self.0.push(table.into());
    }

    /// Adds a table at a place, before the one that is there.
    pub fn insert(&mut self, place: usize, table: impl Into<Arc<Table>>) {
        self.0.insert(place.min(self.0.len()), table.into());
    }

    /// Keeps the tables for which this holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&Table) -> bool) {
        self.0.retain(|table| keep(table));
    }

    /// The table as one of these, which are sorted, if it is equal to one.
    pub(super) fn share(&self, mut table: Table) -> Arc<Table> {
        let place = self.0.binary_search_by(|known| known.name.cmp(&table.name)).ok();
        match place.and_then(|place| self.0.get(place)).filter(|known| ***known == table) {
            Some(known) => Arc::clone(known),
            None => {
                table.shrink();
                Arc::new(table)
            }
        }
    }

    /// Sorts by name and puts every table's own lists into their order. What is in order is left as it is, and shared.
    pub(super) fn sort(&mut self) {
        for table in self.0.iter_mut().filter(|table| !table.is_sorted()) {
            Arc::make_mut(table).sort();
        }
        self.0.sort_by(|one, other| one.name.cmp(&other.name));
    }

    pub(super) fn is_sorted(&self) -> bool {
        self.iter().all(Table::is_sorted) && self.0.is_sorted_by(|one, other| one.name <= other.name)
    }
}

impl<'a> IntoIterator for &'a Tables {
    type Item = &'a Table;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl<'a> IntoIterator for &'a mut Tables {
    type Item = &'a mut Table;
    type IntoIter = IterMut<'a>;

    fn into_iter(self) -> IterMut<'a> {
        self.iter_mut()
    }
}

impl FromIterator<Table> for Tables {
    fn from_iter<I: IntoIterator<Item = Table>>(tables: I) -> Self {
        Self(tables.into_iter().map(Arc::new).collect())
    }
}

impl FromIterator<Arc<Table>> for Tables {
    fn from_iter<I: IntoIterator<Item = Arc<Table>>>(tables: I) -> Self {
        Self(tables.into_iter().collect())
    }
}

impl Extend<Table> for Tables {
    fn extend<I: IntoIterator<Item = Table>>(&mut self, tables: I) {
        self.0.extend(tables.into_iter().map(Arc::new));
    }
}

impl From<Vec<Table>> for Tables {
    fn from(tables: Vec<Table>) -> Self {
        tables.into_iter().collect()
    }
}

impl Serialize for Tables {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}

impl<'de> Deserialize<'de> for Tables {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Like(&Self::new()).deserialize(deserializer)
    }
}

/// Reads tables, of which those that are equal to one here are shared with it.
pub(super) struct Like<'a>(pub &'a Tables);

impl<'de> DeserializeSeed<'de> for Like<'_> {
    type Value = Tables;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tables, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Like<'_> {
    type Value = Tables;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of tables")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Tables, A::Error> {
        let mut tables = Vec::with_capacity(self.0.len());
        while let Some(table) = all.next_element()? {
            tables.push(self.0.share(table));
        }
        Ok(Tables(tables))
    }
}
