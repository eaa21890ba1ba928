//! `prefer-text`: a limit in the type is hard to change.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::{Confidence, Context, Default, Rule, Step, Warning};

/// A column of type varchar(n).
pub const RULE: Rule = Rule {
    id: "prefer-text",
    aliases: &[("squawk", "prefer-text-field")],
    default: Default::LintOnly,
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    step.typed_columns().into_iter().find(|(_, _, data_type)| data_type.base == "varchar" && !data_type.arguments.is_empty()).map(|(table, column, data_type)| {
        let text = format!("{table}.{column} is {}: raising the limit later takes a lock on the table, and lowering it checks every row under that lock.", data_type.sql);
        let advice = format!("{} text -- with CHECK (char_length({0}) <= {}), which can be changed without a long lock", context.quote(column), data_type.arguments.join(", "));
        Warning::new(Severity::Low, Confidence::High, text).advise(advice).on(table).about(column)
    })
}
