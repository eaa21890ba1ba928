//! `float-type`: a binary fraction is not a decimal one.

use crate::diff::Severity;
use crate::hazard::rule::{Look, SERVERS};
use crate::hazard::{Confidence, Context, Default, Rule, Step, Warning};

/// A column of a floating-point type.
pub const RULE: Rule = Rule {
    id: "float-type",
    aliases: &[("skeema", "has-float"), ("spirit", "has_float")],
    default: Default::LintOnly,
    looks: &[Look::Act(by_act)],
    ..SERVERS
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    step.typed_columns()
        .into_iter()
        .find(|(_, _, data_type)| data_type.is(&["real", "float", "float4", "float8", "double precision", "double"]))
        .map(|(table, column, data_type)| {
            let text = format!("{table}.{column} is {}: sums of amounts such as 0.1 come out wrong.", data_type.sql);
            let advice = format!("{} numeric(12, 2)", context.quote(column));
            let confidence = if is_money(column) { Confidence::Medium } else { Confidence::Low };
            Warning::new(Severity::Low, confidence, text).advise(advice).on(table).about(column)
        })
}

/// Whether a column's name speaks of money.
fn is_money(column: &str) -> bool {
    const WORDS: [&str; 10] =
        ["price", "amount", "total", "cost", "balance", "fee", "tax", "salary", "payment", "discount"];
    column
        .to_ascii_lowercase()
        .split('_')
        .any(|word| WORDS.contains(&word.trim_end_matches('s')) || WORDS.contains(&word))
}
