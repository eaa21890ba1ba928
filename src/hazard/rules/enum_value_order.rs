//! `enum-value-order`: a new value of an enum comes last.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Default, Rule, Step, Warning};
use crate::schema::quote;

/// ALTER TYPE … ADD VALUE without BEFORE or AFTER.
pub const RULE: Rule = Rule {
    id: "enum-value-order",
    aliases: &[("squawk", "require-enum-value-ordering")],
    default: Default::LintOnly,
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::AddEnumValue { name, value, placed: false } = &step.act.action else { return None };
    let text =
        format!("{value} comes last in {name}; comparisons and ORDER BY follow that order, and it cannot be changed.");
    let advice = format!(
        "-- Say where it belongs:\nALTER TYPE {} ADD VALUE {} AFTER '...';",
        context.table_sql(name),
        quote::string(value)
    );
    Some(Warning::new(Severity::Low, Confidence::High, text).advise(advice).about(value))
}
