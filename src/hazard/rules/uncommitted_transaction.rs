//! `uncommitted-transaction`: a transaction is begun and never ended.

use crate::diff::Severity;
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::Nesting;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// BEGIN without COMMIT.
pub const RULE: Rule = Rule {
    id: "uncommitted-transaction",
    aliases: &[("squawk", "ban-uncommitted-transaction")],
    looks: &[Look::Statement(by_statement)],
    ..ANY
};

fn by_statement(_: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    (step.statement.nesting == Some(Nesting::NeverEnds)).then(|| {
        let text = "The transaction is never committed: everything since is taken back when the connection closes.";
        Warning::new(Severity::High, Confidence::High, text).advise("-- At the end:\nCOMMIT;")
    })
}
