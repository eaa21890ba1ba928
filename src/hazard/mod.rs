//! What a migration can do to a database that has rows and traffic.
//!
//! A rule looks at the [statements](statement) that a migration sends and at the changes between the schema before and
//! the schema after, and may raise a [`Finding`]. Rules say what they see; only the [`registry`] filters. One rule, one
//! file under [`rules`], one id, one section in `docs/rules.md` with a bad and a good example that a test runs.

mod context;
pub mod culprit;
mod ignore;
mod made;
mod policy;
pub mod registry;
mod rule;
pub mod rules;
pub mod statement;
#[cfg(test)]
mod tests;

pub use context::{Context, RowCounts, Server};
pub use policy::{Ignore, Override, Policy};
pub use registry::{Input, Outcome, RULES, check, find, unknown};
pub use rule::{Default, Rule, Step, Warning};

use serde::Serialize;

use self::statement::Place;
use crate::diff::{ChangeId, Severity};
use crate::schema::ObjectName;

/// How sure a rule is of what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// It depends on data or traffic that was not seen.
    Low,
    /// Likely, from what was seen.
    Medium,
    /// Certain from the definitions alone.
    High,
}

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule's stable id, such as `not-null-without-default`.
    pub rule: &'static str,
    /// What other tools call it.
    pub aliases: Vec<&'static str>,
    /// The change that raised it, where one did.
    pub change_id: Option<ChangeId>,
    /// The statement that raised it, or does what the change tells, where one is known.
    pub statement: Option<String>,
    /// Where that statement is.
    pub place: Option<Place>,
    /// The table that it is about, under its new name.
    pub table: Option<ObjectName>,
    /// The column, constraint or index that it is about.
    pub item: Option<String>,
    /// How much it can hurt.
    pub severity: Severity,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// What goes wrong, in plain words. Names in it are as the database has them: escape them where they are shown.
    pub message: String,
    /// The safe way, for this very change: one line of plain words, or several lines of SQL with comments.
    pub advice: String,
}

/// A finding that somebody accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ignored {
    /// What was found.
    pub finding: Finding,
    /// Why it is accepted, in the words of whoever did. Empty where the comment of another tool gave no reason.
    pub reason: String,
    /// Where it is accepted: `path:line` of a comment or of the configuration.
    pub by: String,
}
