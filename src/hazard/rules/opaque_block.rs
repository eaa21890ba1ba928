//! `opaque-block`: what a block of code does is not looked at.

use crate::diff::Severity;
use crate::hazard::rule::{Look, SERVERS};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// A DO block, CALL or EXECUTE.
pub const RULE: Rule = Rule {
    id: "opaque-block",
    aliases: &[("pg-schema-diff", "HAS_UNTRACKABLE_DEPENDENCIES")],
    looks: &[Look::Act(by_act)],
    ..SERVERS
};

fn by_act(_: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    (step.act.action == Action::Block).then(|| {
        let text = "What this block does is decided when it runs: no rule has looked at the statements in it.";
        let advice = "Write the statements out where they are known, or review the block by hand.";
        Warning::new(Severity::Low, Confidence::High, text).advise(advice)
    })
}
