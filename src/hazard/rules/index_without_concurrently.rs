//! `index-without-concurrently`: writes wait until an index is built.

use crate::diff::Severity;
use crate::hazard::context::{in_alembic, python};
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// CREATE INDEX without CONCURRENTLY on a table that was there before.
pub const RULE: Rule = Rule {
    id: "index-without-concurrently",
    aliases: &[
        ("squawk", "require-concurrent-index-creation"),
        ("eugene", "E6"),
        ("atlas", "PG101"),
        ("strong_migrations", "add_index"),
        ("django-migration-linter", "CREATE_INDEX"),
        ("bytebase", "index.create-concurrently"),
        ("pg-schema-diff", "INDEX_BUILD"),
    ],
    needs_rows: true,
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::CreateIndex(index) = &step.act.action else { return None };
    if index.concurrently || context.is_new_at(&index.table, step.at) {
        return None;
    }
    let table = &index.table;
    let unique = if index.unique { "UNIQUE " } else { "" };
    let name = index.name.clone().unwrap_or_else(|| format!("ix_{}", table.name));
    let rest = step.statement.text.split_once('(').map_or("(...)".to_owned(), |(_, rest)| format!("({rest}"));
    let mut advice = format!(
        "-- Outside a transaction:\nCREATE {unique}INDEX CONCURRENTLY {} ON {} {};",
        context.quote(&name),
        context.table_sql(table),
        rest.trim_end_matches(';')
    );
    if step.is_python() {
        let keys: Vec<String> = index.keys.iter().map(|key| python(key)).collect();
        advice.push_str(&in_alembic(&format!(
            "op.create_index({}, {}, [{}], unique={}, postgresql_concurrently=True)",
            python(&name),
            python(&table.name),
            keys.join(", "),
            if index.unique { "True" } else { "False" }
        )));
    }
    let text = format!("Nobody can write {table} until the index over {} is built.", context.rows_in_words(table));
    Some(Warning::new(Severity::High, Confidence::High, text).advise(advice).on(table).about(name))
}
