//! The statements of a migration, as values that rules can ask.
//!
//! 1. A [`Script`] is a file of SQL, or what a revision of Alembic sent when it ran.
//! 2. The reader of the dialect splits it and turns each statement into [actions](Action); what it cannot read stays,
//!    marked as unread.
//! 3. [`transaction`] tells which statements share a transaction, and which time limits hold.

mod action;
mod depth;
mod generic;
mod postgres;
mod postgres_lock;
#[cfg(test)]
mod tests;
mod transaction;

pub use action::{
    Action, Computed, ConstraintKind, Expression, NewColumn, NewConstraint, NewIndex, NewTable, Reference,
    ReindexTarget, TableChange, TableOption, TypeName, Write, WriteVerb,
};
pub use postgres_lock::{Lock, lock};
pub use transaction::Nesting;

use serde::Serialize;

use super::ignore::{self, Comments};
use crate::schema::Dialect;

/// Where a statement stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file, as the caller named it.
    pub path: Option<String>,
    /// The line in it, from 1.
    pub line: Option<u32>,
    /// The character in the line, from 1.
    pub column: Option<u32>,
    /// The revision of the migration history.
    pub revision: Option<String>,
}

/// A file of SQL, or a revision that ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its file.
    pub path: Option<String>,
    /// The revision of the migration history.
    pub revision: Option<String>,
    /// Whether whoever runs it opens a transaction around it.
    pub in_transaction: bool,
    /// What it says.
    pub body: Body,
}

/// What a script says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// SQL.
    Sql(String),
    /// The statements that a program sent.
    Recorded {
        /// The statements, in order.
        statements: Vec<Recorded>,
        /// The text of the program, in which comments may say what to ignore.
        program: String,
    },
}

/// A statement that a program sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its text, with placeholders where there were parameters.
    pub sql: String,
    /// The line of the program that sent it.
    pub line: Option<u32>,
    /// Whether it ran outside a transaction.
    pub autocommit: bool,
}

/// One action, and where it stands in its statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// What is done.
    pub action: Action,
    /// Where it begins.
    pub place: Place,
    /// Whether the name that it works on was written with its schema.
    pub qualified: bool,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Which of the scripts it is in, from 0.
    pub script: usize,
    /// Its text without the semicolon.
    pub text: String,
    /// Where it begins.
    pub place: Place,
    /// The line on which it ends.
    pub last_line: Option<u32>,
    /// What it does.
    pub acts: Vec<Act>,
    /// Why it could not be read, in the parser's words.
    pub unread: Option<String>,
    /// Every name in it that is longer than the server keeps.
    pub long_names: Vec<String>,
    /// The number of its transaction. `None`: it is alone.
    pub transaction: Option<usize>,
    /// What BEGIN or COMMIT did that it should not.
    pub nesting: Option<Nesting>,
    /// Whether `lock_timeout` was set before it.
    pub lock_timeout: bool,
    /// Whether `statement_timeout` was set before it.
    pub statement_timeout: bool,
    /// Rules to ignore, by the comments around it.
    pub ignored: Vec<ignore::Comment>,
}

/// Everything that a migration sends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statements {
    /// The statements, in order.
    pub all: Vec<Statement>,
    /// The scripts' ignore comments that could not be read, with their places.
    pub complaints: Vec<(Place, String)>,
}

impl Statements {
    /// Reads scripts, in the order in which they run.
    pub fn read(dialect: Dialect, scripts: &[Script]) -> Self {
        let mut read = Self::default();
        for (number, script) in scripts.iter().enumerate() {
            let comments = match &script.body {
                Body::Sql(text) => Comments::of_sql(text),
                Body::Recorded { program, .. } => Comments::of_python(program),
            };
            let mut statements = match &script.body {
                Body::Sql(text) => split(dialect, text, |offset| at(script, text, offset)),
                Body::Recorded { statements, .. } => recorded(dialect, script, statements),
            };
            for statement in &mut statements {
                statement.script = number;
            }
            comments.assign(&mut statements, matches!(script.body, Body::Recorded { .. }));
            let outside = comments.no_transaction;
            transaction::track(dialect, &mut statements, script, outside, number);
            read.complaints.extend(comments.complaints.into_iter().map(|(line, text)| {
                let place = Place { path: script.path.clone(), line: Some(line), column: None, revision: None };
                (place, text)
            }));
            read.all.append(&mut statements);
        }
        read
    }
}

fn recorded(dialect: Dialect, script: &Script, statements: &[Recorded]) -> Vec<Statement> {
    let mut found = Vec::new();
    for sent in statements {
        let place =
            || Place { path: script.path.clone(), line: sent.line, column: None, revision: script.revision.clone() };
        let sql = without_placeholders(&sent.sql);
        let parts = split(dialect, &sql, |_| place());
        found.extend(parts.into_iter().map(|mut part| {
            part.last_line = sent.line;
            part.transaction = sent.autocommit.then_some(usize::MAX);
            part
        }));
    }
    found
}

/// Placeholders of Python's drivers become parameters that the grammar knows.
fn without_placeholders(sql: &str) -> String {
    if !sql.contains('%') {
        return sql.to_owned();
    }
    let (mut text, mut rest) = (String::with_capacity(sql.len()), sql);
    while let Some(at) = rest.find('%') {
        let (before, after) = rest.split_at(at);
        text.push_str(before);
        let named = after.strip_prefix("%(").and_then(|inner| inner.find(")s").map(|end| end + 4));
        let length = if after.starts_with("%%") {
            text.push('%');
            2
        } else if after.starts_with("%s") {
            text.push_str("NULL");
            2
        } else if let Some(length) = named {
            text.push_str("NULL");
            length
        } else {
            text.push('%');
            1
        };
        rest = after.get(length..).unwrap_or_default();
    }
    text + rest
}

fn at(script: &Script, text: &str, offset: usize) -> Place {
    let before = text.get(..offset).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Place {
        path: script.path.clone(),
        line: Some(number(before.bytes().filter(|byte| *byte == b'\n').count() + 1)),
        column: Some(number(before.get(start..).unwrap_or_default().chars().count() + 1)),
        revision: script.revision.clone(),
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The statements of a text. `at` tells where an offset in it is.
fn split(dialect: Dialect, text: &str, at: impl Fn(usize) -> Place) -> Vec<Statement> {
    if depth::of(text) > depth::LIMIT {
        let place = at(0);
        let mut statement = Statement::new(text.trim(), place);
        statement.unread = Some("it is nested too deeply".to_owned());
        return vec![statement];
    }
    match dialect {
        Dialect::Postgres => postgres::read(text, at),
        Dialect::Mysql | Dialect::Sqlite => generic::read(dialect, text, at),
    }
}

impl Statement {
    fn new(text: &str, place: Place) -> Self {
        Self {
            script: 0,
            text: text.to_owned(),
            last_line: place.line.map(|line| line + number(text.matches('\n').count())),
            place,
            acts: Vec::new(),
            unread: None,
            long_names: Vec::new(),
            transaction: None,
            nesting: None,
            lock_timeout: false,
            statement_timeout: false,
            ignored: Vec::new(),
        }
    }

    /// Whether it defines something, or changes a definition.
    pub fn is_definition(&self) -> bool {
        self.acts.iter().any(|act| act.action.is_definition())
    }
}
