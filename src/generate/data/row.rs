//! Makes the rows of one table.

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::Xoshiro256PlusPlus;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use sha2::{Digest, Sha256};

use super::check::{Candidate, Check};
use super::value::Value;
use super::{TableRows, Unsatisfied, edge_case, realistic, relationship};
use crate::schema::{Column, ForeignKey, Schema, Table, TypeKind};

/// How often a row is drawn before it is given up.
const ATTEMPTS: u64 = 40;
/// How many values are tried to mend one row.
const REPAIRS: usize = 60;

type Row = BTreeMap<String, Value>;

pub(super) struct Maker<'a> {
    schema: &'a Schema,
    table: &'a Table,
    seed: u64,
    earlier: &'a [TableRows],
    columns: Vec<&'a Column>,
    checks: Vec<Check>,
    unique: Vec<Vec<&'a str>>,
    edges: BTreeMap<&'a str, Vec<Value>>,
    domains: BTreeMap<&'a str, Vec<Value>>,
    /// The first key of a table whose keys count.
    first: i64,
}

impl<'a> Maker<'a> {
    pub(super) fn new(
        schema: &'a Schema,
        table: &'a Table,
        seed: u64,
        earlier: &'a [TableRows],
        unsatisfied: &mut Vec<Unsatisfied>,
    ) -> Self {
        let mut declare = |reason: String| unsatisfied.push(Unsatisfied { table: table.name.clone(), reason });
        let mut checks = Vec::new();
        for check in &table.checks {
            match Check::parse(&check.expression) {
                Ok(parsed) => checks.push(parsed),
                Err(reason) => declare(format!("CHECK ({}): {reason}", check.expression)),
            }
        }
        // A type without a meaning is left to its default where it has one.
        let columns: Vec<&Column> = (table.columns.iter())
            .filter(|column| column.generated.is_none())
            .filter(|column| realistic::is_known(&column.data_type) || !(column.nullable || column.default.is_some()))
            .collect();
        for column in columns.iter().filter(|column| !realistic::is_known(&column.data_type)) {
            declare(format!("column {}: no values are known for the type {}", column.name, column.data_type.sql));
        }
        for key in table.foreign_keys.iter().filter(|key| !relationship::may_be_null(table, key)) {
            if schema.table(&key.referenced_table).is_none() {
                declare(format!(
                    "foreign key ({}): there is no table {}",
                    key.columns.join(", "),
                    key.referenced_table
                ));
            }
        }
        let domains: BTreeMap<&str, Vec<Value>> = (columns.iter())
            .filter_map(|column| {
                Some((column.name.as_str(), checks.iter().find_map(|check| check.domain(&column.name))?))
            })
            .collect();
        let edges = (columns.iter())
            .map(|column| {
                let mut edges = match domains.get(column.name.as_str()) {
                    Some(values) => values.clone(),
                    None => edge_case::values(column),
                };
                if domains.contains_key(column.name.as_str()) && column.nullable {
                    edges.push(Value::Null);
                }
                (column.name.as_str(), edges)
            })
            .collect();
        Self { schema, table, seed, earlier, columns, checks, unique: unique_keys(table), edges, domains, first: 1 }
    }

    pub(super) fn counting_from(self, first: i64) -> Self {
        Self { first, ..self }
    }

    pub(super) fn rows(&self, count: usize) -> TableRows {
        let columns = self.columns.iter().map(|column| column.name.clone()).collect();
        let mut made = TableRows { table: self.table.name.clone(), columns, rows: Vec::new() };
        let mut taken = BTreeSet::new();
        for index in 0..count {
            let found = (0..ATTEMPTS).find_map(|attempt| {
                let mut random = self.random(index, attempt, "");
                let row = self.mended(self.drawn(index, attempt, &made, &mut random)?, &mut random)?;
                let keys = self.keys(&row);
                keys.iter().all(|key| !taken.contains(key)).then_some((row, keys))
            });
            // When forty draws all collide, the keys are as good as used up.
            let Some((row, keys)) = found else { break };
            taken.extend(keys);
            made.rows.push(
                self.columns.iter().map(|column| row.get(&column.name).cloned().unwrap_or(Value::Null)).collect(),
            );
        }
        made
    }

    /// A source of randomness for one cell that no other cell disturbs.
    fn random(&self, index: usize, attempt: u64, column: &str) -> Xoshiro256PlusPlus {
        let mut hash = Sha256::new();
        hash.update(self.seed.to_le_bytes());
        hash.update(self.table.name.to_string());
        hash.update([0]);
        hash.update(column);
        hash.update((index as u64).to_le_bytes());
        hash.update(attempt.to_le_bytes());
        Xoshiro256PlusPlus::from_seed(hash.finalize().into())
    }

    fn drawn(&self, index: usize, attempt: u64, own: &TableRows, random: &mut Xoshiro256PlusPlus) -> Option<Row> {
        let mut row = Row::new();
        for key in &self.table.foreign_keys {
            self.reference(key, index, own, &mut row, random)?;
        }
        for (place, column) in self.columns.iter().enumerate() {
            if !row.contains_key(&column.name) {
                let value = self.cell(column, place, index, attempt);
                row.insert(column.name.clone(), value);
            }
        }
        Some(row)
    }

    /// Puts the columns of `key` into `row`. `None` when the row cannot exist.
    fn reference(
        &self,
        key: &ForeignKey,
        index: usize,
        own: &TableRows,
        row: &mut Row,
        random: &mut Xoshiro256PlusPlus,
    ) -> Option<()> {
        let optional = relationship::may_be_null(self.table, key);
        let to_itself = key.referenced_table == self.table.name;
        let null = optional && (index == 0 || random.random_bool(0.15));
        let columns = relationship::target_columns(self.schema, key);
        let target =
            if to_itself { Some(own) } else { self.earlier.iter().find(|rows| rows.table == key.referenced_table) };
        let picked =
            if null { None } else { target.and_then(|target| relationship::pick(target, columns, key, row, random)) };
        match picked {
            Some(values) => {
                for (name, value) in key.columns.iter().zip(values) {
                    row.insert(name.clone(), value);
                }
            }
            None if optional => {
                for name in &key.columns {
                    let column = self.table.column(name)?;
                    if column.nullable && !self.table.is_key(name) {
                        row.entry(name.clone()).or_insert(Value::Null);
                    }
                }
            }
            // The first row of a table that must reference itself does.
            None if to_itself => {
                for (name, target) in key.columns.iter().zip(columns) {
                    let column = self.table.column(target)?;
                    let place = self.columns.iter().position(|other| other.name == column.name)?;
                    let value = self.cell(column, place, index, 0);
                    row.insert(target.clone(), value.clone());
                    row.insert(name.clone(), value);
                }
            }
            // The referenced table has no rows although it had its turn: nothing can be referenced.
            None if target.is_some() => return None,
            // A cycle or a missing table: any value, which is replaced when the cycle is closed.
            None => {}
        }
        Some(())
    }

    fn cell(&self, column: &Column, place: usize, index: usize, attempt: u64) -> Value {
        let mut random = self.random(index, attempt, &column.name);
        if self.is_counted(column) {
            return Value::Integer(self.first.saturating_add(index as i64));
        }
        if index % 3 == 2
            && attempt < 2
            && let Some(edges) = self.edges.get(column.name.as_str()).filter(|edges| !edges.is_empty())
            && let Some(value) = edges.get((index / 3 + place) % edges.len())
        {
            return value.clone();
        }
        if column.nullable && !self.table.is_key(&column.name) && random.random_bool(0.1) {
            return Value::Null;
        }
        if let Some(value) = self.domains.get(column.name.as_str()).and_then(|domain| domain.choose(&mut random)) {
            return value.clone();
        }
        let value = realistic::value(self.table, column, &mut random);
        match (value, &column.data_type.kind) {
            // A vocabulary is soon used up by a unique column.
            (Value::Text(text), TypeKind::Text { length }) if attempt > 4 => {
                let suffix = format!(" {}", random.random_range(0..1_000_000));
                let room = length.map(|length| length.saturating_sub(suffix.len() as u32));
                Value::Text(realistic::fitted(realistic::fitted(text, room) + &suffix, *length))
            }
            (value, _) => value,
        }
    }

    /// Whether the column is a key that simply counts.
    fn is_counted(&self, column: &Column) -> bool {
        self.table.counted_by() == Some(column.name.as_str())
    }

    /// The row, changed where it must be to keep all conditions that were understood.
    fn mended(&self, mut row: Row, random: &mut Xoshiro256PlusPlus) -> Option<Row> {
        for _ in 0..REPAIRS {
            let Some(broken) = self.broken(&row) else { return Some(row) };
            let free: Vec<&Column> = (self.columns.iter().copied())
                .filter(|column| broken.columns().contains(&column.name.as_str()) && self.is_free(column))
                .collect();
            let column = free.choose(random)?;
            let value = match broken.candidates(&column.name).choose(random) {
                Some(Candidate::Value(value)) => value.clone(),
                Some(Candidate::Near(other, steps)) => {
                    row.get(other).map_or(Value::Null, |value| value.shifted(*steps))
                }
                None => continue,
            };
            if accepts(column, &value) {
                let before = row.insert(column.name.clone(), value);
                // A step that breaks another condition is still kept now and then, or the search could get stuck.
                if self.broken(&row).is_some_and(|now| now != broken)
                    && random.random_bool(0.5)
                    && let Some(before) = before
                {
                    row.insert(column.name.clone(), before);
                }
            } else if random.random_bool(0.3) {
                row.insert(column.name.clone(), realistic::value(self.table, column, random));
            }
        }
        self.broken(&row).is_none().then_some(row)
    }

    fn broken(&self, row: &Row) -> Option<&Check> {
        self.checks.iter().find(|check| !check.holds(&|name| lookup(row, name)))
    }

    fn is_free(&self, column: &Column) -> bool {
        !self.is_counted(column) && !self.table.foreign_keys.iter().any(|key| key.columns.contains(&column.name))
    }

    fn keys(&self, row: &Row) -> Vec<String> {
        let mut keys = Vec::new();
        for (index, columns) in self.unique.iter().enumerate() {
            let values: Vec<Value> = columns.iter().map(|name| lookup(row, name)).collect();
            if values.iter().all(|value| !value.is_null()) {
                let parts: Vec<String> = values.iter().map(Value::key).collect();
                keys.push(format!("{index}:{parts:?}"));
            }
        }
        keys
    }
}

/// Column names in a condition need not be written as the table writes them.
fn lookup(row: &Row, name: &str) -> Value {
    let found =
        row.get(name).or_else(|| row.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value));
    found.cloned().unwrap_or(Value::Null)
}

fn accepts(column: &Column, value: &Value) -> bool {
    match (&column.data_type.kind, value) {
        (_, Value::Null) => column.nullable,
        (TypeKind::Text { length: Some(length) }, Value::Text(text)) => text.chars().count() <= *length as usize,
        _ => true,
    }
}

fn unique_keys(table: &Table) -> Vec<Vec<&str>> {
    let names = |columns: &'_ [String]| -> Vec<String> { columns.to_vec() };
    let mut keys: Vec<Vec<String>> = Vec::new();
    keys.extend(table.primary_key.as_ref().map(|key| names(&key.columns)));
    keys.extend(table.uniques.iter().map(|unique| names(&unique.columns)));
    for index in table.indexes.iter().filter(|index| index.unique) {
        // The database decides about indexed expressions; a partial index is kept as if it were whole.
        keys.extend(index.parts.iter().map(|part| part.column.clone()).collect::<Option<Vec<_>>>());
    }
    (keys.iter())
        .map(|key| {
            table
                .columns
                .iter()
                .map(|column| column.name.as_str())
                .filter(|name| key.iter().any(|part| part == name))
                .collect()
        })
        .collect()
}
