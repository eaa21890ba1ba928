//! `invalid-index-left`: an index that a failed build left behind is taken for a good one.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// CREATE INDEX CONCURRENTLY IF NOT EXISTS.
pub const RULE: Rule = Rule {
    id: "invalid-index-left",
    aliases: &[("strong_migrations", "remove_invalid_indexes")],
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::CreateIndex(index) = &step.act.action else { return None };
    if !(index.concurrently && index.if_not_exists) || context.is_new_at(&index.table, step.at) {
        return None;
    }
    let name = index.name.as_ref()?;
    // A DROP before it takes a leftover away.
    let dropped = context
        .statements
        .iter()
        .take(step.at)
        .flat_map(|statement| &statement.acts)
        .any(|act| matches!(&act.action, Action::DropIndex { index: gone, .. } if &gone.name == name));
    if dropped {
        return None;
    }
    let text = format!(
        "When a build of {name} fails, an invalid index of that name stays behind. IF NOT EXISTS takes it for a good \
         one: queries do not use it, and a unique one refuses nothing."
    );
    let quoted = context.quote(name);
    let advice = format!(
        "-- Take a leftover away before each attempt:\nDROP INDEX CONCURRENTLY IF EXISTS {quoted};\n{};",
        step.statement.text
    );
    Some(Warning::new(Severity::Low, Confidence::Medium, text).advise(advice).on(&index.table).about(name))
}
