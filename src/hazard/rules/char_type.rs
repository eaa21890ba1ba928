//! `char-type`: a fixed length pads what is shorter.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::{Confidence, Context, Default, Rule, Step, Warning};

/// A column of type char(n).
pub const RULE: Rule = Rule {
    id: "char-type",
    aliases: &[("squawk", "ban-char-field"), ("bytebase", "column.maximum-character-length")],
    default: Default::LintOnly,
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    step.typed_columns().into_iter().find(|(_, _, data_type)| data_type.base == "char" && !data_type.sql.starts_with('"')).map(|(table, column, data_type)| {
        let text = format!("{table}.{column} is {}: shorter values are padded with spaces, which comparisons and lengths then see or not, and nothing gets faster.", data_type.sql);
        let advice = format!("{} text -- with CHECK (char_length({0}) <= ...) where the length matters", context.quote(column));
        Warning::new(Severity::Low, Confidence::High, text).advise(advice).on(table).about(column)
    })
}
