//! `transaction-nesting`: BEGIN and COMMIT do not fit the transaction that is open.

use crate::diff::Severity;
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::Nesting;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// BEGIN inside a transaction, or COMMIT of one that the script did not open.
pub const RULE: Rule = Rule {
    id: "transaction-nesting",
    aliases: &[("squawk", "transaction-nesting")],
    looks: &[Look::Statement(by_statement)],
    ..ANY
};

fn by_statement(_: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let (text, advice) = match step.statement.nesting? {
        Nesting::BeginsInside => (
            "A transaction is open already: the server goes on in it with a warning, and the next COMMIT ends it sooner \
             than the script thinks.",
            "Leave this BEGIN out, or use SAVEPOINT.",
        ),
        Nesting::EndsNothing => (
            "No transaction is open here, so nothing is ended: the statements before have been committed one by one.",
            "Leave it out, or begin the transaction.",
        ),
        Nesting::EndsTheTools => (
            "It ends the transaction that the migration tool opened: what follows runs outside, and when it fails the tool \
             cannot take back what came before.",
            "Leave it out, and tell the tool to open no transaction for a script that needs none.",
        ),
        Nesting::NeverEnds => return None,
    };
    Some(Warning::new(Severity::Medium, Confidence::High, text).advise(advice))
}
