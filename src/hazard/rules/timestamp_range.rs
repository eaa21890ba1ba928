//! `timestamp-range`: the time after which a column takes no more.

use crate::diff::Severity;
use crate::hazard::rule::{Look, MYSQL};
use crate::hazard::{Confidence, Context, Default, Rule, Step, Warning};

/// A column of type timestamp.
pub const RULE: Rule = Rule {
    id: "timestamp-range",
    aliases: &[("skeema", "has-time"), ("spirit", "has_timestamp")],
    default: Default::LintOnly,
    looks: &[Look::Act(by_act)],
    ..MYSQL
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let (table, column, _) =
        step.typed_columns().into_iter().find(|(_, _, data_type)| data_type.base == "timestamp")?;
    let text = format!(
        "{table}.{column} takes no moment after January 2038, and is converted between the time zones of the server and of \
         each connection."
    );
    let advice = format!("{} datetime(6) -- in UTC", context.quote(column));
    Some(Warning::new(Severity::Low, Confidence::Medium, text).advise(advice).on(table).about(column))
}
