//! `prefer-bigint-over-smallint`: a number of 16 bits runs out.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::{Confidence, Context, Default, Rule, Step, Warning};

/// A column of a 16-bit integer type.
pub const RULE: Rule = Rule {
    id: "prefer-bigint-over-smallint",
    aliases: &[("squawk", "prefer-bigint-over-smallint"), ("squawk", "prefer-big-int")],
    default: Default::LintOnly,
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    step.typed_columns()
        .into_iter()
        .find(|(_, _, data_type)| data_type.integer_bits() == Some(16) && !data_type.array)
        .map(|(table, column, data_type)| {
            let text = format!(
                "{table}.{column} is {}: it ends at 32767, and making it wider later writes every row anew.",
                data_type.sql
            );
            let advice =
                format!("{} {}", context.quote(column), if data_type.is_serial() { "bigserial" } else { "bigint" });
            Warning::new(Severity::Low, Confidence::High, text).advise(advice).on(table).about(column)
        })
}
