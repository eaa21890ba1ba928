//! What a migration can do to a database that has rows and traffic.
//!
//! A rule looks at one change, between the schema before and the schema after, and may raise a [`Finding`]. Rules
//! say what they see; only the [`registry`] filters. One rule, one file under [`rules`], one id, one section in
//! `docs/rules.md` with a bad and a good example that a test runs.

mod context;
pub mod registry;
pub mod rules;
#[cfg(test)]
mod tests;

pub use context::{Context, RowCounts};
pub use registry::{RULES, Rule, Warning, check};

use serde::Serialize;

use crate::diff::{ChangeId, Severity};

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
    /// The change that raised it.
    pub change_id: ChangeId,
    /// How much it can hurt.
    pub severity: Severity,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// What goes wrong, in plain words. Names in it are as the database has them: escape them where they are shown.
    pub message: String,
    /// The safe way, for this very change: one line of plain words, or several lines of SQL with comments.
    pub advice: String,
}
