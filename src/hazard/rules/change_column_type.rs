//! `change-column-type`: a type changes, and every row is written anew.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::{Action, TableChange, TypeName};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::TypeKind;

/// ALTER COLUMN … TYPE that PostgreSQL cannot do in the catalogue alone.
pub const RULE: Rule = Rule {
    id: "change-column-type",
    aliases: &[
        ("squawk", "changing-column-type"),
        ("eugene", "E5"),
        ("eugene", "E10"),
        ("atlas", "PG301"),
        ("strong_migrations", "change_column"),
        ("django-migration-linter", "ALTER_COLUMN"),
        ("bytebase", "column.disallow-changing-type"),
        ("pg-schema-diff", "ACQUIRES_ACCESS_EXCLUSIVE_LOCK"),
    ],
    needs_rows: true,
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Alter { table, change: TableChange::SetType { column, to, using } } = &step.act.action else {
        return None;
    };
    if context.is_new_at(table, step.at) {
        return None;
    }
    let before = context.from.table(table).and_then(|table| table.column(column));
    if using.is_none() && before.is_some_and(|before| is_free(&before.data_type.kind, to)) {
        return None;
    }
    let (name, old) = (context.table_sql(table), context.quote(column));
    let new = context.quote(&format!("{column}_new"));
    let from = before.map(|before| format!(" from {}", before.data_type.sql)).unwrap_or_default();
    let text = format!(
        "{table}.{column} changes its type{from} to {}: the server writes {} and every index on the column anew, and \
         nobody can read or write the table meanwhile.",
        to.sql,
        context.rows_in_words(table)
    );
    let advice = format!(
        "-- 1. Add a column of the new type, and let a trigger or the application write both.\n\
         ALTER TABLE {name} ADD COLUMN {new} {};\n\
         -- 2. Fill it in batches, each in its own transaction.\n\
         UPDATE {name} SET {new} = {} WHERE {new} IS NULL AND {old} IS NOT NULL; -- AND id BETWEEN ... AND ...\n\
         -- 3. Release an application that uses the new column, and drop the old one in a later pull request.",
        to.sql,
        using.clone().unwrap_or_else(|| format!("{old}::{}", to.sql))
    );
    let confidence = if before.is_some() { Confidence::High } else { Confidence::Medium };
    Some(Warning::new(Severity::High, confidence, text).advise(advice).on(table).about(column))
}

/// Whether the catalogue alone changes: the stored values are good as they are.
fn is_free(from: &TypeKind, to: &TypeName) -> bool {
    let number = |at: usize| to.arguments.get(at).and_then(|argument| argument.parse::<u32>().ok());
    match from {
        _ if to.array => false,
        TypeKind::Text { length } if to.is(&["text"]) => length.is_some() || length.is_none(),
        TypeKind::Text { length } if to.is(&["varchar"]) => match (length, number(0)) {
            (_, None) => true,
            (Some(old), Some(new)) => new >= *old,
            (None, Some(_)) => false,
        },
        TypeKind::Numeric { precision, scale } if to.is(&["numeric", "decimal"]) => match (precision, number(0)) {
            (_, None) => true,
            (Some(old), Some(new)) => new >= *old && scale.unwrap_or(0) == number(1).unwrap_or(0),
            (None, Some(_)) => false,
        },
        _ => false,
    }
}
