//! `index-blocks-writes`: writes wait until an index is built.

use crate::diff::Severity;
use crate::hazard::rule::{Look, MYSQL};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// A FULLTEXT or SPATIAL index on a table that was there before.
pub const RULE: Rule = Rule { id: "index-blocks-writes", needs_rows: true, looks: &[Look::Act(by_act)], ..MYSQL };

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::CreateIndex(index) = &step.act.action else { return None };
    let kind = index.kind.as_ref().map(|kind| kind.to_ascii_uppercase()).unwrap_or_default();
    let statement = step.statement.text.to_ascii_uppercase();
    let special = ["FULLTEXT", "SPATIAL"].into_iter().find(|it| kind == *it || statement.contains(it))?;
    if context.is_new_at(&index.table, step.at) {
        return None;
    }
    let table = &index.table;
    let text =
        format!("Nobody can write {table} until the {special} index over {} is built.", context.rows_in_words(table));
    let advice =
        "Build it in a maintenance window, or with an online schema change, such as gh-ost or pt-online-schema-change.";
    Some(Warning::new(Severity::High, Confidence::High, text).advise(advice).on(table))
}
