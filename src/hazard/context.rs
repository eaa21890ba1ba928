//! What a rule may look at beside the change itself.

use std::collections::BTreeMap;

use super::made::{self, MadeTable};
use super::registry::Input;
use super::statement::{Action, Statement, TableChange};
use crate::diff::{Change, Renames, SchemaChange};
use crate::schema::{Column, Dialect, ObjectName, Schema, Table, quote};

/// The server that a migration is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Server {
    /// Its family.
    pub dialect: Dialect,
    /// Whether it is MariaDB.
    pub mariadb: bool,
    /// Its version, major and minor. `None`: one of those that are supported today.
    pub version: Option<(u32, u32)>,
}

impl Server {
    /// A server of this family of which no more is known.
    pub fn of(dialect: Dialect) -> Self {
        Self { dialect, mariadb: false, version: None }
    }

    /// The server as it names itself: `PostgreSQL 15.4`, `MariaDB 10.11.6`.
    pub fn named(dialect: Dialect, name: &str) -> Self {
        let numbers = name.split(|letter: char| !(letter.is_ascii_digit() || letter == '.'));
        let version = numbers.filter(|number| !number.is_empty()).find_map(|number| {
            let mut parts = number.split('.');
            Some((parts.next()?.parse().ok()?, parts.next().and_then(|part| part.parse().ok()).unwrap_or(0)))
        });
        Self { dialect, mariadb: name.to_ascii_lowercase().contains("mariadb"), version }
    }

    /// Whether it is this version or a later one, which is assumed where nothing is known.
    pub fn is_at_least(&self, major: u32, minor: u32) -> bool {
        self.version.is_none_or(|version| version >= (major, minor))
    }
}

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
    /// Every statement of the migration, in order.
    pub statements: &'a [Statement],
    /// The server.
    pub server: Server,
    rows: &'a RowCounts,
    renames: Renames,
    /// Whether the schemas are known, and not only the statements.
    known: bool,
    created: Vec<Created>,
}

impl<'a> Context<'a> {
    /// Puts everything together.
    pub fn new(input: &Input<'a>, from: &'a Schema, to: &'a Schema) -> Self {
        let all: Vec<Change> = input.changes.iter().map(|change| change.change.clone()).collect();
        let statements = input.statements.all.as_slice();
        Self {
            from,
            to,
            changes: input.changes,
            statements,
            server: input.server,
            rows: input.rows,
            renames: Renames::of(&all),
            known: input.from.is_some(),
            created: created(statements),
        }
    }

    /// The server's family.
    pub fn dialect(&self) -> Dialect {
        self.server.dialect
    }

    /// Whether a statement before this one made the table, so that nobody uses it yet.
    pub fn is_new_at(&self, table: &ObjectName, at: usize) -> bool {
        let made = |one: &Created| one.at < at && one.until.is_none_or(|until| at <= until);
        self.is_new(table) || self.created.iter().any(|one| made(one) && self.from.same_name(&one.name, table))
    }

    /// What the statements say of a table, where they are all that is known.
    pub(super) fn made(&self, table: &ObjectName) -> Option<MadeTable> {
        (!self.known).then(|| made::table(self.statements, table))
    }

    /// Whether nothing is known of the schemas.
    pub fn knows_statements_only(&self) -> bool {
        !self.known
    }

    /// Whether both are one table, of which one may have the old name.
    pub fn same_table(&self, one: Option<&ObjectName>, other: Option<&ObjectName>) -> bool {
        match (one, other) {
            (Some(one), Some(other)) => {
                self.from.same_name(one, other) || self.from.same_name(self.renames.old_table(one), other)
            }
            (None, None) => true,
            _ => false,
        }
    }

    /// Whether a table that is dropped here comes back under its name, copied into a new one: SQLite's way of changing
    /// a table.
    pub fn is_rebuilt(&self, table: &ObjectName, at: usize) -> bool {
        self.statements
            .iter()
            .enumerate()
            .skip(at)
            .flat_map(|(later, statement)| statement.acts.iter().map(move |act| (later, act)))
            .any(|(later, act)| {
                matches!(&act.action, Action::Alter { table: new, change: TableChange::RenameTable { to } }
                if self.from.same_name(to, table) && self.is_new_at(new, later))
            })
    }

    /// Whether a table gets another name only to make room for a new one of its own name, which is filled from it:
    /// another way of SQLite's to change a table.
    pub fn is_moved_aside(&self, table: &ObjectName, to: &ObjectName, at: usize) -> bool {
        let later = || self.statements.iter().skip(at + 1).flat_map(|statement| &statement.acts);
        later().any(|act| matches!(&act.action, Action::CreateTable(new) if self.from.same_name(&new.name, table)))
            && later()
                .any(|act| matches!(&act.action, Action::DropTable { table, .. } if self.from.same_name(table, to)))
    }

    /// The table that moved aside under this name before a statement.
    pub fn moved_aside(&self, aside: &ObjectName, at: usize) -> Option<&'a ObjectName> {
        self.statements.iter().enumerate().take(at).find_map(|(earlier, statement)| {
            statement.acts.iter().find_map(|act| match &act.action {
                Action::Alter { table, change: TableChange::RenameTable { to } }
                    if self.from.same_name(to, aside) && self.is_moved_aside(table, to, earlier) =>
                {
                    Some(table)
                }
                _ => None,
            })
        })
    }

    /// The table whose place a new one takes.
    pub fn rebuilt_from(&self, new: &ObjectName, at: usize) -> Option<&'a ObjectName> {
        let later = self.statements.iter().skip(at).flat_map(|statement| &statement.acts);
        later.into_iter().find_map(|act| match &act.action {
            Action::Alter { table, change: TableChange::RenameTable { to } } if self.from.same_name(table, new) => {
                Some(to)
            }
            _ => None,
        })
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

    /// `the 1200 rows of customer`, or `the rows of customer` when nobody knows.
    pub fn rows_of(&self, table: &ObjectName) -> String {
        match self.rows(table) {
            Some(1) => format!("the only row of {table}"),
            Some(rows) => format!("the {rows} rows of {table}"),
            None => format!("the rows of {table}"),
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
            && !crate::schema::reserved::is_reserved(name, self.dialect());
        if plain {
            return name.to_owned();
        }
        quote::identifier_in(self.dialect(), name)
    }
}

/// A text as a Python string on one line.
pub(super) fn python(text: &str) -> String {
    format!("\"{}\"", text.escape_default())
}

/// A table that a statement makes.
#[derive(Debug)]
struct Created {
    /// The number of the statement.
    at: usize,
    /// That of the statement that drops it again.
    until: Option<usize>,
    name: ObjectName,
}

fn is_dropped(statements: &[Statement], name: &ObjectName) -> bool {
    let acts = statements.iter().flat_map(|statement| &statement.acts);
    acts.into_iter().any(|act| matches!(&act.action, Action::DropTable { table, .. } if table == name))
}

/// The tables that statements make and do not replace an older one by.
fn created(statements: &[Statement]) -> Vec<Created> {
    let mut created: Vec<Created> = Vec::new();
    let mut dropped: Vec<&ObjectName> = Vec::new();
    for (at, statement) in statements.iter().enumerate() {
        for act in &statement.acts {
            match &act.action {
                // What takes the place of an old table is not new.
                Action::Alter { table, change: TableChange::RenameTable { to } }
                    if !created.iter().any(|one| &one.name == table && one.until.is_none())
                        && is_dropped(statements.get(at..).unwrap_or_default(), to) =>
                {
                    dropped.push(table);
                }
                Action::CreateTable(table) if !dropped.contains(&&table.name) => {
                    created.push(Created { at, until: None, name: table.name.clone() });
                }
                Action::DropTable { table, .. } => {
                    let mut alive = created.iter_mut().filter(|one| &one.name == table && one.until.is_none());
                    match alive.next() {
                        Some(one) => one.until = Some(at),
                        None => dropped.push(table),
                    }
                }
                // A new table under another name stays new; one that takes the place of an old table does not.
                Action::Alter { table, change: TableChange::RenameTable { to } }
                    if created.iter().any(|one| &one.name == table && one.until.is_none())
                        && !dropped.contains(&to) =>
                {
                    created.push(Created { at, until: None, name: to.clone() });
                }
                _ => {}
            }
        }
    }
    created
}

/// What stands before the Python form of an advice.
pub(super) const IN_REVISION: &str = "\n-- In the revision:\n";

/// Calls in an Alembic revision, as comments under SQL.
pub(super) fn in_revision(calls: &[String]) -> String {
    format!("{IN_REVISION}-- {}", calls.join("\n-- "))
}

/// How a call is made outside the transaction of an Alembic revision, as comments under SQL.
pub(super) fn in_alembic(call: &str) -> String {
    in_revision(&["with op.get_context().autocommit_block():".to_owned(), format!("    {call}")])
}
