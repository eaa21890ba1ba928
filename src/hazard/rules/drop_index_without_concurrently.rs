//! `drop-index-without-concurrently`: reads and writes wait until an index is dropped.

use crate::diff::Severity;
use crate::hazard::context::{in_alembic, python};
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// DROP INDEX without CONCURRENTLY.
pub const RULE: Rule = Rule {
    id: "drop-index-without-concurrently",
    aliases: &[
        ("squawk", "require-concurrent-index-deletion"),
        ("atlas", "PG102"),
        ("strong_migrations", "remove_index"),
        ("django-migration-linter", "DROP_INDEX"),
        ("pg-schema-diff", "INDEX_DROPPED"),
    ],
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::DropIndex { index, concurrently: false, if_exists, .. } = &step.act.action else { return None };
    let owner = context.from.tables.iter().find(|table| table.indexes.iter().any(|one| one.name == index.name));
    // IF EXISTS takes no lock where there is no such index.
    if *if_exists && owner.is_none() && !context.knows_statements_only() {
        return None;
    }
    let exists = if *if_exists { "IF EXISTS " } else { "" };
    let table = owner.map_or_else(|| "its table".to_owned(), |table| table.name.to_string());
    let mut advice =
        format!("-- Outside a transaction:\nDROP INDEX CONCURRENTLY {exists}{};", context.table_sql(index));
    if step.is_python() {
        let name = owner.map_or_else(|| "...".to_owned(), |table| table.name.name.clone());
        advice.push_str(&in_alembic(&format!(
            "op.drop_index({}, table_name={}, postgresql_concurrently=True)",
            python(&index.name),
            python(&name)
        )));
    }
    let text = format!(
        "Dropping {index} waits for every query on {table}, and until it gets its lock nobody else can read or write the \
         table."
    );
    let warning = Warning::new(Severity::Medium, Confidence::High, text).advise(advice).about(&index.name);
    Some(match owner {
        Some(table) => warning.on(&table.name),
        None => warning,
    })
}
