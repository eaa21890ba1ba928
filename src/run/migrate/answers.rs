//! What the migration driver tells, one line of JSON an answer.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::hazard::culprit::Row;
use crate::revision::ModelDifference;
use crate::run::Error;

/// One line.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Answer {
    History { heads: Vec<String>, revisions: Vec<Revision> },
    Start { revision: String, path: String },
    Sent { sql: String },
    Statement(Statement),
    TransactionEnd,
    End { revision: String, seconds: f64 },
    Models(Models),
    Culprit(Culprit),
    Error(Failure),
    Done,
}

/// Why the driver gave up.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Failure {
    pub error: String,
    pub message: String,
    #[serde(default)]
    pub revision: Option<String>,
    #[serde(default)]
    pub at: Option<String>,
    #[serde(default)]
    pub statement: Option<String>,
    /// Whether the database refused it for what is in its rows.
    #[serde(default)]
    pub rows: bool,
    /// Whether the revision's own code gave up, and not the database.
    #[serde(default)]
    pub code: bool,
    #[serde(default)]
    pub heads: Vec<String>,
    #[serde(default)]
    pub modules: Vec<String>,
}

/// Rows that a statement could not stand.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Culprit {
    /// Their table.
    pub table: String,
    /// The rows.
    pub rows: Vec<Row>,
}

/// The revisions of an application.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// The newest revisions: one, unless branches were not merged.
    pub heads: Vec<String>,
    /// All revisions, each after those that it builds on.
    pub revisions: Vec<Revision>,
}

impl History {
    /// The revision of this name.
    pub fn revision(&self, name: &str) -> Option<&Revision> {
        self.revisions.iter().find(|revision| revision.revision == name)
    }

    /// The revisions that `base` does not have, in order.
    pub fn since<'a>(&'a self, base: &History) -> Vec<&'a Revision> {
        let known: BTreeSet<&str> = base.revisions.iter().map(|revision| revision.revision.as_str()).collect();
        self.revisions.iter().filter(|revision| !known.contains(revision.revision.as_str())).collect()
    }
}

/// One revision.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Revision {
    /// Its identifier.
    pub revision: String,
    /// What it builds on; more than one in a merge.
    pub down_revisions: Vec<String>,
    /// Its file, relative to the application's folder.
    pub path: PathBuf,
    /// The first line of its description.
    pub doc: String,
    /// Whether it can be undone.
    pub way_down: WayDown,
}

/// What a revision offers for the way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WayDown {
    /// Statements.
    Written,
    /// Nothing at all.
    Empty,
    /// An exception.
    Refuses,
}

/// A statement that a migration sent to the database.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Statement {
    /// The revision that sent it.
    pub revision: String,
    /// The text, with placeholders for parameters.
    pub sql: String,
    /// The text with the values of its parameters, where the driver tells it: for statements on rows.
    #[serde(default)]
    pub full: Option<String>,
    /// Time in the database, in seconds.
    pub seconds: f64,
    /// The line of the revision's file that sent it, from 1.
    #[serde(default)]
    pub line: Option<u32>,
    /// Whether it ran outside a transaction.
    #[serde(default)]
    pub autocommit: bool,
    /// What it did to tables that others see, where it was traced.
    #[serde(default)]
    pub tables: Vec<TableTouched>,
    /// From its start to the end of its transaction, in seconds that were spent in the database. So long it keeps its
    /// locks.
    #[serde(skip)]
    pub held: f64,
    /// How many rows statements read from whole tables in that time.
    #[serde(skip)]
    pub rows_while_held: u64,
}

/// What a statement did to one table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TableTouched {
    /// The schema of the table.
    pub namespace: String,
    /// The table, under the name by which others knew it then.
    pub table: String,
    /// The lock, where it is stronger than what the transaction held before, in the server's words
    /// (`AccessExclusiveLock`).
    #[serde(default)]
    pub lock: Option<String>,
    /// The algorithm by which the table is changed, in the server's words (`INPLACE`), where it has several.
    #[serde(default)]
    pub algorithm: Option<String>,
    /// How many of its rows were read one after the other.
    #[serde(default)]
    pub rows_read: u64,
    /// Whether the table was written anew.
    #[serde(default)]
    pub rewritten: bool,
}

/// Where the application's models and the migrated database differ, as Alembic sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Models {
    /// What a new revision would have to do.
    #[serde(default)]
    pub differences: Vec<ModelDifference>,
    /// Why they could not be compared.
    #[serde(default)]
    pub unread: Option<String>,
}

/// What a migration did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Applied {
    /// The revisions that ran, in order.
    pub revisions: Vec<AppliedRevision>,
    /// The statements that they sent, in order.
    pub statements: Vec<Statement>,
    /// How the models compare with the database, where that was asked for.
    pub models: Models,
    /// Wall time in seconds, with the loading of the application.
    pub seconds: f64,
}

/// A revision that ran.
#[derive(Debug, Clone, PartialEq)]
pub struct AppliedRevision {
    /// Its identifier.
    pub revision: String,
    /// Its file, relative to the application's folder.
    pub path: PathBuf,
    /// Wall time in seconds.
    pub seconds: f64,
}

impl Applied {
    pub(super) fn from_answers(answers: Vec<Answer>, seconds: f64) -> Self {
        let mut applied = Self { seconds, ..Self::default() };
        let mut transaction = 0;
        for answer in answers {
            match answer {
                Answer::Start { revision, path } => {
                    applied.revisions.push(AppliedRevision { revision, path: path.into(), seconds: 0.0 });
                }
                Answer::End { revision, seconds } => {
                    if let Some(last) = applied.revisions.last_mut().filter(|last| last.revision == revision) {
                        last.seconds = seconds;
                    }
                }
                Answer::Statement(statement) => {
                    let (seconds, rows) =
                        (statement.seconds, statement.tables.iter().map(|table| table.rows_read).sum::<u64>());
                    applied.statements.push(statement);
                    for earlier in applied.statements.iter_mut().skip(transaction) {
                        earlier.held += seconds;
                        earlier.rows_while_held += rows;
                    }
                }
                Answer::Models(models) => applied.models = models,
                Answer::TransactionEnd => transaction = applied.statements.len(),
                Answer::Sent { .. } | Answer::History { .. } | Answer::Culprit(_) | Answer::Error(_) | Answer::Done => {
                }
            }
        }
        applied
    }
}

/// Reads the file of answers. A last line that was cut off by a time limit is left out.
pub(super) fn read(path: &Path) -> Result<Vec<Answer>, Error> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::at(path)(error)),
    };
    let whole = text.rfind('\n').map_or("", |end| text.get(..end).unwrap_or_default());
    whole
        .lines()
        .map(|line| serde_json::from_str(line).map_err(|error| Error::Protocol { message: error.to_string() }))
        .collect()
}

/// The statements that were sent up to the last one that did not come to its end. Later ones only tidied up.
pub(super) fn sent(answers: &[Answer]) -> Vec<String> {
    let (mut sent, mut failed) = (Vec::new(), 0);
    let mut rest = answers.iter().peekable();
    while let Some(answer) = rest.next() {
        let Answer::Sent { sql } = answer else { continue };
        sent.push(sql.clone());
        if !matches!(rest.peek(), Some(Answer::Statement(_))) {
            failed = sent.len();
        }
    }
    sent.truncate(failed);
    sent
}

/// The queries that the revision which failed had sent.
pub(super) fn queries(answers: &[Answer], failed: Option<&str>) -> Vec<String> {
    let of_failed = |statement: &&Statement| Some(statement.revision.as_str()) == failed;
    let statements = answers.iter().filter_map(|answer| match answer {
        Answer::Statement(statement) => Some(statement),
        _ => None,
    });
    let is_query = |sql: &&str| {
        let start = sql.trim_start().get(..6).unwrap_or_default();
        start.eq_ignore_ascii_case("select") || start.to_ascii_lowercase().starts_with("with")
    };
    statements.filter(of_failed).map(|statement| statement.sql.as_str()).filter(is_query).map(str::to_owned).collect()
}

/// The statement that was sent last, unless it came to its end.
pub(super) fn waiting(answers: &[Answer]) -> Option<&str> {
    answers.iter().rev().find_map(|answer| match answer {
        Answer::Sent { sql } => Some(Some(sql.as_str())),
        Answer::Statement(_) => Some(None),
        _ => None,
    })?
}

/// The revision that was started and did not end, with its file.
pub(super) fn running(answers: &[Answer]) -> Option<(&str, &str)> {
    answers.iter().rev().find_map(|answer| match answer {
        Answer::Start { revision, path } => Some(Some((revision.as_str(), path.as_str()))),
        Answer::End { .. } => Some(None),
        _ => None,
    })?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_until_the_transaction_ends() {
        let statement = |seconds: f64, rows_read: u64| {
            Answer::Statement(Statement {
                revision: "a".into(),
                sql: String::new(),
                full: None,
                seconds,
                tables: vec![TableTouched {
                    namespace: "public".into(),
                    table: "t".into(),
                    lock: None,
                    algorithm: None,
                    rows_read,
                    rewritten: false,
                }],
                line: None,
                autocommit: false,
                held: 0.0,
                rows_while_held: 0,
            })
        };
        let answers = vec![statement(1.0, 0), statement(2.0, 10), Answer::TransactionEnd, statement(4.0, 5)];
        let told: Vec<(f64, u64)> = Applied::from_answers(answers, 9.0)
            .statements
            .iter()
            .map(|statement| (statement.held, statement.rows_while_held))
            .collect();
        assert_eq!(told, [(3.0, 10), (2.0, 10), (4.0, 5)]);
    }
}
