//! `add-primary-key`: a primary key builds an index while nobody can use the table.

use crate::diff::Severity;
use crate::hazard::rule::{Look, SERVERS};
use crate::hazard::statement::{Action, ConstraintKind, NewConstraint, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::Dialect;

/// ADD PRIMARY KEY without an index that is there, on a table that was there before.
pub const RULE: Rule = Rule {
    id: "add-primary-key",
    aliases: &[
        ("squawk", "adding-serial-primary-key-field"),
        ("squawk", "adding-primary-key-constraint"),
        ("atlas", "PG104"),
        ("eugene", "E7"),
        ("strong_migrations", "add_primary_key"),
        ("bytebase", "index.primary-key-type-allowlist"),
    ],
    needs_rows: true,
    looks: &[Look::Act(by_act)],
    ..SERVERS
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Alter { table, change } = &step.act.action else { return None };
    let (columns, name) = match change {
        TableChange::AddConstraint(NewConstraint {
            kind: ConstraintKind::PrimaryKey { columns, using_index: None },
            name,
            ..
        }) => (columns.clone(), name.clone()),
        TableChange::AddColumn { column, .. } if column.primary_key => (vec![column.name.clone()], None),
        _ => return None,
    };
    if context.is_new_at(table, step.at) {
        return None;
    }
    let (sql, keys) = (context.table_sql(table), context.columns_sql(&columns));
    let constraint = context.quote(&name.unwrap_or_else(|| format!("{}_pkey", table.name)));
    let meanwhile = match context.dialect() {
        Dialect::Mysql => "the table is copied and writes wait",
        Dialect::Postgres | Dialect::Sqlite => "nobody can read or write the table",
    };
    let text = format!(
        "The primary key of {table} over {} builds an index over {} and looks for NULL in each; meanwhile {meanwhile}.",
        columns.join(", "),
        context.rows_in_words(table)
    );
    let advice = match context.dialect() {
        Dialect::Postgres | Dialect::Sqlite => format!(
            "-- 1. Make the columns NOT NULL first, as `set-not-null` says.\n\
             -- 2. Build the index outside a transaction.\n\
             CREATE UNIQUE INDEX CONCURRENTLY {constraint} ON {sql} ({keys});\n\
             -- 3. Make it the key, which takes a moment.\n\
             ALTER TABLE {sql} ADD CONSTRAINT {constraint} PRIMARY KEY USING INDEX {constraint};"
        ),
        Dialect::Mysql => format!("ALTER TABLE {sql} ADD PRIMARY KEY ({keys}), ALGORITHM=INPLACE, LOCK=NONE;"),
    };
    Some(Warning::new(Severity::High, Confidence::High, text).advise(advice).on(table).about(columns.join(", ")))
}
