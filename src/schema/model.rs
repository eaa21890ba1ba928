//! The objects of a schema.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{DataType, Dialect, ObjectName, Tables};

/// Everything that one database holds, data apart.
///
/// Lists of objects are kept sorted by name; columns keep the order of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// The family of the server that it was read from.
    pub dialect: Dialect,
    /// Tables, sorted by name.
    pub tables: Tables,
    /// Views and materialized views, sorted by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub views: Vec<View>,
    /// Triggers, sorted by table and name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Trigger>,
    /// Objects that are compared by their definition text alone, sorted by kind and name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Other>,
    /// What must be there before what: the [address](super::address) of an object to the addresses of all that it
    /// needs, sorted, where the server knows. It orders migrations and is no difference by itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dependencies: Dependencies,
    /// The database that the `identity` numbers of tables and columns come from. Numbers of two databases, or of two
    /// servers, say nothing about each other.
    #[serde(skip)]
    pub origin: Option<String>,
}

/// The address of an object to the addresses of what it needs.
pub type Dependencies = BTreeMap<String, Vec<String>>;

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: ObjectName,
    /// Its columns, in the table's order.
    pub columns: Vec<Column>,
    /// The primary key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_key: Option<PrimaryKey>,
    /// UNIQUE constraints. A unique index made by CREATE UNIQUE INDEX is among `indexes`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uniques: Vec<UniqueConstraint>,
    /// CHECK constraints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<CheckConstraint>,
    /// Foreign keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foreign_keys: Vec<ForeignKey>,
    /// Indexes that no constraint owns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Index>,
    /// The comment on the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Whatever else distinguishes the table, by the server's own words (`engine`, `without_rowid`, `strict`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// The number by which the server itself knows the table, whatever its name: PostgreSQL's OID, InnoDB's TABLE_ID.
    /// It is good for telling renames apart and is no part of the definition: no snapshot holds it.
    #[serde(skip)]
    pub identity: Option<u64>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub data_type: DataType,
    /// Whether NULL is accepted. A column of the primary key is not nullable.
    pub nullable: bool,
    /// The default for a row that does not name the column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<ColumnDefault>,
    /// The expression of a generated column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated: Option<Box<Generated>>,
    /// The server hands out the value (AUTOINCREMENT, identity, serial).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub auto_increment: bool,
    /// The collation, when it is not the default of its table or type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// The comment on the column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Whatever else distinguishes the column, by the server's own words (`on update`, `invisible`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// The number by which the server itself knows the column, whatever its name: PostgreSQL's attnum.
    /// It only counts together with the identity of the table, and like that is no part of the definition.
    #[serde(skip)]
    pub identity: Option<u16>,
}

/// The default of a column.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum ColumnDefault {
    /// A constant: the text of a string without its quotes, or a number or boolean as it is written.
    Literal(String),
    /// Anything that the server computes, as an SQL expression.
    Expression(String),
}

/// A generated column's expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generated {
    /// The SQL expression.
    pub expression: String,
    /// Whether the value is kept or computed on reading.
    pub storage: GeneratedStorage,
}

/// Where a generated column's value lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GeneratedStorage {
    /// Written with the row.
    Stored,
    /// Computed on reading.
    Virtual,
}

/// A primary key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrimaryKey {
    /// The constraint's name, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its columns, in key order.
    pub columns: Vec<String>,
}

/// A UNIQUE constraint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UniqueConstraint {
    /// The constraint's name, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its columns, in key order.
    pub columns: Vec<String>,
}

/// A CHECK constraint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckConstraint {
    /// The constraint's name, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The condition, without the enclosing parentheses.
    pub expression: String,
    /// The column that it is written with and goes with, where the server keeps that (MariaDB).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// The constraint's name, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The referencing columns.
    pub columns: Vec<String>,
    /// The table that is referenced.
    pub referenced_table: ObjectName,
    /// The columns that are referenced, in the order of `columns`.
    pub referenced_columns: Vec<String>,
    /// What happens to this row when the referenced row goes.
    pub on_delete: ReferentialAction,
    /// What happens to this row when the referenced key changes.
    pub on_update: ReferentialAction,
    /// Whether the check waits for the end of the transaction (DEFERRABLE INITIALLY DEFERRED).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deferred: bool,
}

impl ForeignKey {
    /// Whether both ask the same, under whatever name.
    pub fn asks_the_same(&self, other: &Self) -> bool {
        *self == Self { name: self.name.clone(), ..other.clone() }
    }
}

/// What a foreign key does when its target changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferentialAction {
    /// NO ACTION, the default.
    NoAction,
    /// RESTRICT.
    Restrict,
    /// CASCADE.
    Cascade,
    /// SET NULL.
    SetNull,
    /// SET DEFAULT.
    SetDefault,
}

/// An index that no constraint owns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Whether it forbids duplicates.
    pub unique: bool,
    /// What is indexed, in order.
    pub parts: Vec<IndexPart>,
    /// The condition of a partial index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicate: Option<String>,
    /// The access method, when it is not the server's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The complete definition by the server, where it keeps one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// Whatever else distinguishes the index, by the server's own words (`comment`, `visibility`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
}

/// One key of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexPart {
    /// The column, unless an expression is indexed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The expression, unless a column is indexed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// How much of the column is indexed, where not all of it is: in characters for text and in bytes for binary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
    /// Whether the order is descending.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub descending: bool,
    /// The collation, when it is not the column's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
}

/// A view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Its name.
    pub name: ObjectName,
    /// Whether its rows are stored.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub materialized: bool,
    /// The whole CREATE statement (SQLite) or the SELECT (the others).
    pub definition: String,
}

/// A trigger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// The table or view that it watches.
    pub table: ObjectName,
    /// The whole CREATE statement.
    pub definition: String,
}

/// An object that is compared by its definition text alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Other {
    /// What it is, in the server's words (`sequence`, `function`, `virtual table`).
    pub kind: String,
    /// Its name; that of a function has its parameters' types.
    pub name: ObjectName,
    /// The whole CREATE statement, or a canonical description of it.
    pub definition: String,
    /// The statement that takes it away, where the definition is a statement that makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removal: Option<String>,
}

impl Schema {
    /// A schema with nothing in it.
    pub fn empty(dialect: Dialect) -> Self {
        Self {
            dialect,
            tables: Tables::new(),
            views: Vec::new(),
            triggers: Vec::new(),
            others: Vec::new(),
            dependencies: BTreeMap::new(),
            origin: None,
        }
    }
}

impl Table {
    /// Gives back what its lists hold in reserve, of which a large schema has much.
    pub fn shrink(&mut self) {
        self.columns.shrink_to_fit();
        self.uniques.shrink_to_fit();
        self.checks.shrink_to_fit();
        self.foreign_keys.shrink_to_fit();
        self.indexes.shrink_to_fit();
        let key = self.primary_key.iter_mut().map(|key| &mut key.columns);
        let uniques = self.uniques.iter_mut().map(|unique| &mut unique.columns);
        key.chain(uniques).for_each(Vec::shrink_to_fit);
        for key in &mut self.foreign_keys {
            key.columns.shrink_to_fit();
            key.referenced_columns.shrink_to_fit();
        }
        for index in &mut self.indexes {
            index.parts.shrink_to_fit();
        }
    }

    /// A table with nothing in it.
    pub fn new(name: impl Into<ObjectName>) -> Self {
        Self {
            name: name.into(),
            columns: Vec::new(),
            primary_key: None,
            uniques: Vec::new(),
            checks: Vec::new(),
            foreign_keys: Vec::new(),
            indexes: Vec::new(),
            comment: None,
            options: BTreeMap::new(),
            identity: None,
        }
    }
}

impl Column {
    /// A column that takes NULL and has nothing but its type.
    pub fn new(name: impl Into<String>, data_type: DataType) -> Self {
        Self {
            name: name.into(),
            data_type,
            nullable: true,
            default: None,
            generated: None,
            auto_increment: false,
            collation: None,
            comment: None,
            options: BTreeMap::new(),
            identity: None,
        }
    }
}
