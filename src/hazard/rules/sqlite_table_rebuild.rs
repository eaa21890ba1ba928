//! `sqlite-table-rebuild`: SQLite changes some things only by copying the whole table.

use crate::diff::{Change, ChangeId, SchemaChange, Severity};
use crate::hazard::rule::{Look, SQLITE};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::{ColumnDefault, Dialect, GeneratedStorage, ObjectName, Table};

/// A change that SQLite makes by building the table anew. Said once for each table.
pub const RULE: Rule = Rule {
    id: "sqlite-table-rebuild",
    needs_rows: true,
    looks: &[Look::Change(by_change), Look::Act(by_act)],
    ..SQLITE
};

fn by_change(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    if context.dialect() != Dialect::Sqlite {
        return None;
    }
    let table = rebuilt(context, &change.change)?;
    let first: Option<&ChangeId> = context
        .changes
        .iter()
        .find(|other| rebuilt(context, &other.change) == Some(table))
        .map(|other| &other.change_id);
    if first != Some(&change.change_id) {
        return None;
    }
    Some(warning(context, table))
}

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::DropTable { table, .. } = &step.act.action else { return None };
    if let Some(table) = context.moved_aside(table, step.at) {
        return Some(warning(context, table));
    }
    // A second batch on the table is the same advice.
    let earlier = context.statements.iter().take(step.at).flat_map(|statement| &statement.acts);
    let known = earlier.into_iter().any(
        |act| matches!(&act.action, Action::DropTable { table: dropped, .. } if context.from.same_name(dropped, table)),
    );
    (!known && !context.is_new_at(table, step.at) && context.is_rebuilt(table, step.at))
        .then(|| warning(context, table))
}

fn warning(context: &Context<'_>, table: &ObjectName) -> Warning {
    let pointing = context.from.references_to(context.before(table).map_or(table, |before| &before.name)).count();
    let keys = if pointing == 0 {
        String::new()
    } else {
        " With foreign keys switched on, dropping the old copy deletes or refuses what points at it.".to_owned()
    };
    Warning {
        severity: Severity::Medium,
        confidence: Confidence::High,
        message: format!(
            "SQLite copies {table} with {} into a new table, and nothing else can write meanwhile; triggers, and views \
             that a rename rewrites, have to be made again.{keys}",
            context.rows_in_words(table)
        ),
        advice: format!(
            "-- batch_alter_table does the copy; put all changes of {} into one batch, and around it:\n\
             PRAGMA foreign_keys = OFF; -- before the transaction begins\n\
             PRAGMA foreign_key_check; -- must give no rows before COMMIT\n\
             PRAGMA foreign_keys = ON;",
            table.to_string().replace(['\n', '\r'], " ")
        ),
        table: Some(table.clone()),
        item: None,
    }
}

/// The table that SQLite has to build anew for this change.
fn rebuilt<'a>(context: &Context<'_>, change: &'a Change) -> Option<&'a ObjectName> {
    match change {
        Change::ColumnModified { table, .. }
        | Change::ConstraintAdded { table, .. }
        | Change::ConstraintRemoved { table, .. }
        | Change::RelationshipAdded { table, .. }
        | Change::RelationshipRemoved { table, .. }
        | Change::RelationshipModified { table, .. } => {
            let comes_with_column = match change {
                // `ADD COLUMN … REFERENCES` needs no copy.
                Change::RelationshipAdded { foreign_key, .. } => {
                    matches!(&foreign_key.columns[..], [only] if context.starts_empty(table, std::slice::from_ref(only)))
                }
                _ => false,
            };
            (!comes_with_column && context.after(table).is_some()).then_some(table)
        }
        Change::TableModified { to, .. } => Some(&to.name),
        Change::ColumnAdded { table, column } => {
            let stored =
                column.generated.as_ref().is_some_and(|generated| generated.storage == GeneratedStorage::Stored);
            let computed = matches!(column.default, Some(ColumnDefault::Expression(_)));
            let unfilled = !column.nullable && column.default.is_none() && column.generated.is_none();
            (stored || computed || unfilled || context.after(table)?.is_key(&column.name)).then_some(table)
        }
        Change::ColumnRemoved { table, column } => {
            (context.before(table).is_some_and(|before| is_used(before, &column.name))).then_some(table)
        }
        _ => None,
    }
}

/// Whether `ALTER TABLE … DROP COLUMN` is refused because the table itself uses the column.
fn is_used(table: &Table, column: &str) -> bool {
    let named = |columns: &[String]| columns.iter().any(|name| name == column);
    let mentions = |text: &str| text.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == column);
    table.is_key(column)
        || table.uniques.iter().any(|unique| named(&unique.columns))
        || table.foreign_keys.iter().any(|key| named(&key.columns))
        || table.checks.iter().any(|check| mentions(&check.expression))
        || table.columns.iter().any(|other| other.generated.as_ref().is_some_and(|by| mentions(&by.expression)))
}
