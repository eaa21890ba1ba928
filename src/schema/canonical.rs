//! What counts when two objects are compared.
//!
//! Two schemas are the same when their canonical forms are equal: the differ compares by these functions and the
//! fingerprint hashes their result, so a fingerprint changes exactly when there is a difference to report.
//!
//! Column order does not count, since no migration tool can change it everywhere. On SQLite neither do the names of
//! constraints (nothing there refers to them), the case of identifiers in texts, or the case of type words.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::lexer::{canonical, canonical_expression};
use super::{
    CheckConstraint, Column, ColumnDefault, Dialect, ForeignKey, Index, PrimaryKey, Schema, Table, UniqueConstraint,
};

/// The table option under which SQLite's key columns without NOT NULL are kept, as a JSON list. SQLite, unlike other
/// servers, takes NULL in such a column, unless it stands for the row id.
pub const NULLABLE_KEY: &str = "nullable_key";

/// Options whose names begin so keep the server's own spelling of what means the same in other words. They are
/// written into migrations, so that nothing else comes out, and are no difference.
pub const SPELLING: &str = "spelling ";

impl Schema {
    /// Puts every list of objects into its one order.
    pub fn sort(&mut self) {
        self.tables.sort();
        self.views.sort_by(|a, b| a.name.cmp(&b.name));
        self.triggers.sort_by(|a, b| (&a.table, &a.name).cmp(&(&b.table, &b.name)));
        self.others.sort_by(|a, b| (&a.kind, &a.name).cmp(&(&b.kind, &b.name)));
    }

    /// The schema with every list of objects in its one order.
    pub fn sorted(&self) -> Cow<'_, Schema> {
        let is_sorted = self.tables.is_sorted()
            && self.views.is_sorted_by(|a, b| a.name <= b.name)
            && self.triggers.is_sorted_by(|a, b| (&a.table, &a.name) <= (&b.table, &b.name))
            && self.others.is_sorted_by(|a, b| (&a.kind, &a.name) <= (&b.kind, &b.name));
        if is_sorted {
            return Cow::Borrowed(self);
        }
        let mut schema = self.clone();
        schema.sort();
        Cow::Owned(schema)
    }

    /// Forgets by which numbers its server knows the objects: what is left is all that a snapshot holds.
    #[must_use]
    pub fn without_identity(mut self) -> Schema {
        self.origin = None;
        for table in &mut self.tables {
            table.identity = None;
            table.columns.iter_mut().for_each(|column| column.identity = None);
        }
        self
    }

    /// The canonical form: equal for schemas between which there is no difference to report.
    #[must_use]
    pub fn canonical(&self) -> Schema {
        let mut schema = self.clone();
        for table in &mut schema.tables {
            *table = self::table(table, self.dialect);
        }
        for view in &mut schema.views {
            view.definition = definition(&view.definition, self.dialect);
        }
        for trigger in &mut schema.triggers {
            trigger.definition = definition(&trigger.definition, self.dialect);
            if self.dialect == Dialect::Sqlite {
                trigger.table.name.make_ascii_lowercase();
            }
        }
        for other in &mut schema.others {
            other.definition = definition(&other.definition, self.dialect);
        }
        schema.dependencies.clear();
        schema.origin = None;
        schema.sort();
        schema
    }
}

impl Table {
    /// Puts every list of objects into its one order.
    pub(super) fn sort(&mut self) {
        self.uniques.sort_by(by_columns);
        self.checks.sort_by(by_expression);
        self.foreign_keys.sort_by(by_target);
        self.indexes.sort_by(|a, b| a.name.cmp(&b.name));
    }

    pub(super) fn is_sorted(&self) -> bool {
        self.uniques.is_sorted_by(|a, b| by_columns(a, b).is_le())
            && self.checks.is_sorted_by(|a, b| by_expression(a, b).is_le())
            && self.foreign_keys.is_sorted_by(|a, b| by_target(a, b).is_le())
            && self.indexes.is_sorted_by(|a, b| a.name <= b.name)
    }
}

fn by_columns(a: &UniqueConstraint, b: &UniqueConstraint) -> Ordering {
    (&a.name, &a.columns).cmp(&(&b.name, &b.columns))
}

fn by_expression(a: &CheckConstraint, b: &CheckConstraint) -> Ordering {
    (&a.name, &a.expression).cmp(&(&b.name, &b.expression))
}

fn by_target(a: &ForeignKey, b: &ForeignKey) -> Ordering {
    (&a.name, &a.columns, &a.referenced_table).cmp(&(&b.name, &b.columns, &b.referenced_table))
}

/// The canonical form of a table.
pub fn table(table: &Table, dialect: Dialect) -> Table {
    let mut columns: Vec<Column> = table.columns.iter().map(|column| self::column(column, dialect)).collect();
    columns.sort_by(|a, b| a.name.cmp(&b.name));
    let mut checks: Vec<CheckConstraint> = table.checks.iter().map(|check| self::check(check, dialect)).collect();
    checks.sort_by(by_expression);
    let mut uniques: Vec<UniqueConstraint> = table.uniques.iter().map(|unique| self::unique(unique, dialect)).collect();
    uniques.sort_by(by_columns);
    let mut keys: Vec<ForeignKey> = table.foreign_keys.iter().map(|key| foreign_key(key, dialect)).collect();
    keys.sort_by_cached_key(|key| format!("{key:?}"));
    Table {
        name: table.name.clone(),
        columns,
        primary_key: table.primary_key.as_ref().map(|key| primary_key(key, dialect)),
        uniques,
        checks,
        foreign_keys: keys,
        indexes: table.indexes.iter().map(|index| self::index(index, dialect)).collect(),
        comment: table.comment.clone(),
        options: options(table),
        identity: None,
    }
}

/// The options that count: the row id never holds NULL, whatever its column says, and spelling never counts.
pub fn options(table: &Table) -> BTreeMap<String, String> {
    let mut options = counting(&table.options);
    if table.columns.iter().any(|column| column.auto_increment) {
        options.remove(NULLABLE_KEY);
    }
    options
}

/// The options without those that only say how something was spelled.
pub fn counting(options: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    options
        .iter()
        .filter(|(name, _)| !name.starts_with(SPELLING))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The canonical form of a column.
pub fn column(column: &Column, dialect: Dialect) -> Column {
    let mut column = Column { identity: None, options: counting(&column.options), ..column.clone() };
    if dialect == Dialect::Sqlite {
        column.data_type.sql.make_ascii_uppercase();
    }
    if let Some(ColumnDefault::Expression(text)) = &mut column.default {
        *text = expression(text, dialect);
    }
    if let Some(generated) = &mut column.generated {
        generated.expression = expression(&generated.expression, dialect);
    }
    column
}

/// The canonical form of a primary key.
pub fn primary_key(key: &PrimaryKey, dialect: Dialect) -> PrimaryKey {
    PrimaryKey { name: constraint_name(key.name.as_ref(), dialect), columns: names(&key.columns, dialect) }
}

/// The canonical form of a UNIQUE constraint.
pub fn unique(unique: &UniqueConstraint, dialect: Dialect) -> UniqueConstraint {
    UniqueConstraint { name: constraint_name(unique.name.as_ref(), dialect), columns: names(&unique.columns, dialect) }
}

/// The canonical form of a CHECK constraint.
pub fn check(check: &CheckConstraint, dialect: Dialect) -> CheckConstraint {
    CheckConstraint {
        name: constraint_name(check.name.as_ref(), dialect),
        expression: expression(&check.expression, dialect),
        column: check.column.clone(),
    }
}

/// The canonical form of a foreign key.
pub fn foreign_key(key: &ForeignKey, dialect: Dialect) -> ForeignKey {
    let mut key = key.clone();
    key.name = constraint_name(key.name.as_ref(), dialect);
    key.columns = names(&key.columns, dialect);
    key.referenced_columns = names(&key.referenced_columns, dialect);
    key
}

/// The canonical form of an index. The text that made it only repeats its parts.
pub fn index(index: &Index, dialect: Dialect) -> Index {
    let mut index = index.clone();
    if dialect == Dialect::Sqlite {
        index.definition = None;
    }
    index.predicate = index.predicate.as_deref().map(|text| expression(text, dialect));
    for part in &mut index.parts {
        part.expression = part.expression.as_deref().map(|text| expression(text, dialect));
    }
    index
}

/// The canonical form of the text that defines a view, a trigger or another object.
pub fn definition(text: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => canonical(text),
        Dialect::Postgres | Dialect::Mysql => text.trim().trim_end_matches(';').trim_end().to_owned(),
    }
}

/// The canonical form of an expression.
pub fn expression(text: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => canonical_expression(text),
        Dialect::Postgres | Dialect::Mysql => text.trim().to_owned(),
    }
}

fn constraint_name(name: Option<&String>, dialect: Dialect) -> Option<String> {
    match dialect {
        Dialect::Sqlite => None,
        Dialect::Postgres | Dialect::Mysql => name.cloned(),
    }
}

fn names(names: &[String], dialect: Dialect) -> Vec<String> {
    match dialect {
        Dialect::Sqlite => names.iter().map(|name| name.to_ascii_lowercase()).collect(),
        Dialect::Postgres | Dialect::Mysql => names.to_vec(),
    }
}
