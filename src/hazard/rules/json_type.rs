//! `json-type`: json has no equality.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// A column of type json.
pub const RULE: Rule = Rule {
    id: "json-type",
    aliases: &[("eugene", "E3"), ("strong_migrations", "add_column_json")],
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    step.typed_columns().into_iter().find(|(_, _, data_type)| data_type.base == "json").map(|(table, column, _)| {
        let text = format!("{table}.{column} is json, which has no equality: SELECT DISTINCT, UNION and GROUP BY over it fail, in queries that worked before the column was there.");
        let advice = format!("{} jsonb", context.quote(column));
        Warning::new(Severity::Medium, Confidence::High, text).advise(advice).on(table).about(column)
    })
}
