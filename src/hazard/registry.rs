//! The list of rules, and the only place that filters what they find.

use super::{Confidence, Context, Finding, RowCounts, rules};
use crate::diff::{SchemaChange, Severity};
use crate::schema::Schema;

/// A rule: what it is called, and what it looks for.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The stable id, which is also the anchor of its section in `docs/rules.md`.
    pub id: &'static str,
    /// Whether what it warns of can only happen to rows that are there already.
    pub needs_rows: bool,
    pub(super) look: fn(&Context<'_>, &SchemaChange) -> Option<Warning>,
}

impl Rule {
    /// Where the rule is described, from the root of Fabwright's own repository.
    pub fn documentation(&self) -> String {
        format!("docs/rules.md#{}", self.id)
    }
}

/// What a rule sees in one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// How much it can hurt.
    pub severity: Severity,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// What goes wrong.
    pub message: String,
    /// The safe way.
    pub advice: String,
    /// The table whose rows are at stake, under its new name.
    pub table: crate::schema::ObjectName,
}

/// Every rule, by id.
pub const RULES: [Rule; 13] = [
    rules::add_check::RULE,
    rules::add_foreign_key::RULE,
    rules::add_unique::RULE,
    rules::drop_column::RULE,
    rules::drop_constraint::RULE,
    rules::drop_table::RULE,
    rules::foreign_key_without_index::RULE,
    rules::narrow_type::RULE,
    rules::not_null_without_default::RULE,
    rules::rename_column::RULE,
    rules::rename_table::RULE,
    rules::set_not_null::RULE,
    rules::sqlite_table_rebuild::RULE,
];

/// What every rule finds in the changes from one schema to the other, in the order of the changes and, for each, of
/// the rules.
///
/// What can only fail on existing rows is left out for a table that is new or known to be empty.
pub fn check(from: &Schema, to: &Schema, changes: &[SchemaChange], rows: &RowCounts) -> Vec<Finding> {
    let context = Context::new(from, to, changes, rows);
    let mut findings = Vec::new();
    for change in changes {
        for rule in &RULES {
            let Some(warning) = (rule.look)(&context, change) else { continue };
            let without_rows = context.is_new(&warning.table) || context.rows(&warning.table) == Some(0);
            if rule.needs_rows && without_rows {
                continue;
            }
            findings.push(Finding {
                rule: rule.id,
                change_id: change.change_id.clone(),
                severity: warning.severity,
                confidence: warning.confidence,
                message: warning.message,
                advice: warning.advice,
            });
        }
    }
    findings
}
