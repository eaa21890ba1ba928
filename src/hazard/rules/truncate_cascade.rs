//! `truncate-cascade`: the rows of other tables are deleted too.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// TRUNCATE … CASCADE.
pub const RULE: Rule = Rule {
    id: "truncate-cascade",
    aliases: &[("squawk", "ban-truncate-cascade")],
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Truncate { table, cascade: true } = &step.act.action else { return None };
    let mut children: Vec<String> =
        context.from.references_to(table).map(|(other, _)| other.name.to_string()).collect();
    children.dedup();
    let whom = if children.is_empty() { "every table that points at it".to_owned() } else { children.join(", ") };
    let text = format!("CASCADE empties {whom} together with {table}, and whatever points at those.");
    let advice = format!(
        "-- Name every table that is meant; the server refuses when one is missing:\nTRUNCATE {};",
        context.table_sql(table)
    );
    Some(Warning::new(Severity::Breaking, Confidence::High, text).advise(advice).on(table))
}
