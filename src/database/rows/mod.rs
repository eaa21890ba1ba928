//! Rows of a scratch database: putting them in, and telling afterwards whether they are still the same.
//!
//! Each dialect has a file that speaks to its server: inserting in bulk, summing up, and comparing values.

mod greatest;
mod mysql;
mod orphans;
mod postgres;
mod sqlite;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use sha2::{Digest, Sha256};

use super::{DatabaseUrl, Result};
use crate::generate::data::TableRows;
use crate::schema::{Column, Dialect, ObjectName};
pub use greatest::greatest_keys;

/// What became of the rows of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inserted {
    /// The table.
    pub table: ObjectName,
    /// How many rows it took.
    pub rows: usize,
    /// How many it refused, by the database's reason.
    pub rejected: BTreeMap<String, usize>,
}

/// Inserts rows in one transaction. A row that the database rejects is left out and counted. What hands out keys goes
/// on after the greatest key that is there.
///
/// Foreign keys are checked at the end, so that tables may reference each other in circles.
///
/// # Errors
///
/// When the database cannot be opened, and when the transaction fails as a whole.
pub async fn insert(url: &DatabaseUrl, tables: &[TableRows]) -> Result<Vec<Inserted>> {
    match url.dialect() {
        Dialect::Sqlite => sqlite::insert(url, tables).await,
        Dialect::Postgres => postgres::insert(url, tables).await,
        Dialect::Mysql => mysql::insert(url, tables).await,
    }
}

impl Inserted {
    fn into(table: &ObjectName) -> Self {
        Self { table: table.clone(), rows: 0, rejected: BTreeMap::new() }
    }

    /// Counts `rows` that are not there, or no longer.
    fn reject(&mut self, reason: String, rows: usize) {
        *self.rejected.entry(reason).or_default() += rows;
    }
}

/// What a database holds, in few words: for each table the number of its rows, a checksum over whole rows and one
/// over each column. None depends on the order of the rows.
pub type Sums = BTreeMap<ObjectName, TableSum>;

/// What a table holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSum {
    /// The number of its rows.
    pub rows: u64,
    /// A checksum over whole rows.
    pub checksum: Checksum,
    /// A checksum over each column.
    pub columns: BTreeMap<String, Checksum>,
    /// How many values of each column are not NULL.
    pub values: BTreeMap<String, u64>,
}

/// The sum of the hashes of all values, whatever their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Checksum(u128);

impl Checksum {
    fn add(&mut self, text: &str) {
        let digest = Sha256::digest(text);
        let number = digest.iter().take(16).fold(0_u128, |number, byte| (number << 8) | u128::from(*byte));
        self.0 = self.0.wrapping_add(number);
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Counts and sums up all tables of the database at `url`, except the books of the migration tool.
///
/// # Errors
///
/// When the database cannot be read.
pub async fn sums(url: &DatabaseUrl) -> Result<Sums> {
    match url.dialect() {
        Dialect::Sqlite => sqlite::sums(url).await,
        Dialect::Postgres => postgres::sums(url).await,
        Dialect::Mysql => mysql::sums(url).await,
    }
}

/// A column of a table before and after, each under the names that it has there: a migration may rename what it alters.
#[derive(Debug, Clone)]
pub struct Followed<'a> {
    /// The table's names.
    pub table: (&'a ObjectName, &'a ObjectName),
    /// The names of each column of its key.
    pub key: Vec<(String, String)>,
    /// The column.
    pub column: (&'a Column, &'a Column),
}

/// How many rows, found again by their key, hold another value in a column than they did.
///
/// # Errors
///
/// When one of the databases cannot be read.
pub async fn altered(before: &DatabaseUrl, after: &DatabaseUrl, followed: &Followed<'_>) -> Result<u64> {
    match after.dialect() {
        Dialect::Sqlite => sqlite::altered(before, after, followed).await,
        Dialect::Postgres => postgres::altered(before, after, followed).await,
        Dialect::Mysql => mysql::altered(before, after, followed).await,
    }
}

/// One respect in which the rows of two databases differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowDifference {
    /// A table is in one of them only.
    Table {
        /// Its name.
        table: ObjectName,
    },
    /// The numbers of rows differ.
    Count {
        /// The table.
        table: ObjectName,
        /// The number before.
        before: u64,
        /// The number after.
        after: u64,
    },
    /// Values differ.
    Values {
        /// The table.
        table: ObjectName,
        /// The columns; empty when each column holds the same values but in other rows.
        columns: Vec<String>,
    },
}

impl fmt::Display for RowDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table { table } => write!(f, "table {table} is there on one side only"),
            Self::Count { table, before, after } => write!(f, "table {table} had {before} rows and has {after}"),
            Self::Values { table, columns } if columns.is_empty() => {
                write!(f, "table {table} holds the same values in other rows")
            }
            Self::Values { table, columns } => {
                write!(f, "table {table} holds other values in {}", columns.join(", "))
            }
        }
    }
}

/// What differs between two databases, table by table. Empty: the rows are the same.
pub fn differences(before: &Sums, after: &Sums) -> Vec<RowDifference> {
    let names: BTreeSet<&ObjectName> = before.keys().chain(after.keys()).collect();
    let differences = names.into_iter().filter_map(|table| {
        let table = table.clone();
        let (Some(old), Some(new)) = (before.get(&table), after.get(&table)) else {
            return Some(RowDifference::Table { table });
        };
        if old.rows != new.rows {
            return Some(RowDifference::Count { table, before: old.rows, after: new.rows });
        }
        if old == new {
            return None;
        }
        let names: BTreeSet<&String> = old.columns.keys().chain(new.columns.keys()).collect();
        let columns =
            names.into_iter().filter(|name| old.columns.get(*name) != new.columns.get(*name)).cloned().collect();
        Some(RowDifference::Values { table, columns })
    });
    differences.collect()
}
