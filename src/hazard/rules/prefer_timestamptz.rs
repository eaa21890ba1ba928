//! `prefer-timestamptz`: a time without its zone is not a moment.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::{Confidence, Context, Default, Rule, Step, Warning};

/// A column of type timestamp without time zone.
pub const RULE: Rule = Rule {
    id: "prefer-timestamptz",
    aliases: &[("squawk", "prefer-timestamp-tz"), ("squawk", "prefer-timestamptz")],
    default: Default::LintOnly,
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    step.typed_columns().into_iter().find(|(_, _, data_type)| data_type.base == "timestamp").map(|(table, column, data_type)| {
        let text = format!("{table}.{column} is {}: it keeps what a clock showed and not when that was; servers and clients in other zones read other moments.", data_type.sql);
        let advice = format!("{} timestamptz", context.quote(column));
        Warning::new(Severity::Low, Confidence::High, text).advise(advice).on(table).about(column)
    })
}
