//! A stage as a value, as SQL, and as a revision for Alembic.

use jiff::Timestamp;

use crate::diff::{Renames, differences};
use crate::generate::revision::{Heading, in_batches, of_statements, revision};
use crate::migration::Plan;
use crate::schema::{Schema, snapshot};

/// Something that is done, seen to work, and then left as it is for as long as it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// What it is, in a few words.
    pub title: &'static str,
    /// Why it is safe or what it waits for, in a sentence or two.
    pub why: &'static str,
    /// What is done.
    pub work: Work,
}

/// What is done in a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// The database is migrated.
    Migrate {
        /// How.
        plan: Plan,
        /// The schema before.
        from: Box<Schema>,
        /// The schema after.
        to: Box<Schema>,
    },
    /// Rows are written, each statement again and again until it finds none.
    Fill(Vec<Batch>),
    /// The migration's own statements on rows, once and in this order.
    Rows(Vec<String>),
    /// Code is released that does all of this, one sentence each.
    Release(Vec<String>),
    /// Somebody looks.
    Check(Vec<Query>),
}

/// A statement that is repeated until it writes no row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// What it fills.
    pub what: String,
    /// The statement.
    pub statement: String,
    /// How many rows it writes at most.
    pub at_once: u32,
}

/// A query that is to find nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What it finds otherwise.
    pub what: String,
    /// The query.
    pub sql: String,
}

impl Stage {
    pub(super) fn new(title: &'static str, why: &'static str, work: Work) -> Self {
        Self { title, why, work }
    }

    /// Its SQL, with comments. `None` for a release of code.
    pub fn sql(&self) -> Option<String> {
        let of = |what: &str, sql: &str| format!("-- {}\n{sql}\n", what.replace(['\n', '\r'], " "));
        Some(match &self.work {
            Work::Migrate { plan, .. } => plan.forward_sql(),
            Work::Fill(batches) => batches
                .iter()
                .map(|it| of(&format!("{}; again until it writes no row:", it.what), &it.statement))
                .collect(),
            Work::Rows(statements) => statements.iter().map(|statement| format!("{};\n", ended(statement))).collect(),
            Work::Release(_) => return None,
            Work::Check(queries) => queries.iter().map(|it| of(&it.what, &it.sql)).collect(),
        })
    }

    /// It as the text of a revision that follows `down_revision`, with the revision's id. `None` where the
    /// database stays as it is.
    pub fn revision(&self, down_revision: Option<&str>, created: Timestamp) -> Option<(String, String)> {
        let id = |what: &str| -> String {
            snapshot::sha256(&format!("{} {what}", down_revision.unwrap_or_default())).chars().take(12).collect()
        };
        let heading = |id: &str| Heading {
            revision: Some(id.to_owned()),
            down_revision: down_revision.map(str::to_owned),
            message: Some(self.title.to_owned()),
            created,
        };
        match &self.work {
            Work::Migrate { plan, from, to } => {
                let id = id(&plan.forward_sql());
                // Only the ways to say a statement come from the changes, so the plan's renames are enough.
                let changes = differences(from, to, &Renames::default());
                Some((id.clone(), revision(plan, &changes, from, to, &heading(&id))))
            }
            Work::Fill(batches) => {
                let all: String = batches.iter().map(|batch| batch.statement.as_str()).collect();
                let id = id(&all);
                let statements = batches.iter().map(|batch| (batch.what.as_str(), batch.statement.as_str()));
                Some((id.clone(), in_batches(statements, &heading(&id))))
            }
            Work::Rows(statements) => {
                let id = id(&statements.concat());
                Some((id.clone(), of_statements(statements.iter().map(|it| ended(it)), &heading(&id))))
            }
            Work::Release(_) | Work::Check(_) => None,
        }
    }
}

/// A statement without its semicolon.
fn ended(statement: &str) -> &str {
    statement.trim().trim_end_matches(';').trim_end()
}
