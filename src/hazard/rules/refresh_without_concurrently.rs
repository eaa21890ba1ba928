//! `refresh-without-concurrently`: readers of a materialized view wait until it is computed anew.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// REFRESH MATERIALIZED VIEW without CONCURRENTLY.
pub const RULE: Rule = Rule {
    id: "refresh-without-concurrently",
    aliases: &[("strong_migrations", "refresh_materialized_view")],
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::RefreshView { name, concurrently: false } = &step.act.action else { return None };
    if context
        .statements
        .iter()
        .take(step.at)
        .flat_map(|statement| &statement.acts)
        .any(|act| matches!(&act.action, Action::CreateView { name: made, .. } if made == name))
    {
        return None;
    }
    let text = format!("Nobody can read {name} until it is computed anew.");
    let advice = format!(
        "-- With a unique index over columns of {}, readers go on:\nREFRESH MATERIALIZED VIEW CONCURRENTLY {};",
        name.to_string().replace(['\n', '\r'], " "),
        context.table_sql(name)
    );
    Some(Warning::new(Severity::Medium, Confidence::High, text).advise(advice).on(name))
}
