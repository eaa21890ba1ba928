//! `drop-table`: a table is removed with its rows.

use crate::diff::{Change, SchemaChange, Severity};
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::ObjectName;

/// A table is removed.
pub const RULE: Rule = Rule {
    id: "drop-table",
    aliases: &[
        ("squawk", "ban-drop-table"),
        ("atlas", "DS102"),
        ("strong_migrations", "drop_table"),
        ("django-migration-linter", "DROP_TABLE"),
        ("bytebase", "table.drop-naming-convention"),
        ("pg-schema-diff", "DELETES_DATA"),
        ("pgmold", "deny_drop_table"),
    ],
    looks: &[Look::Change(by_change), Look::Act(by_act)],
    ..ANY
};

fn by_change(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let Change::TableRemoved { table } = &change.change else { return None };
    Some(warning(context, &table.name))
}

fn warning(context: &Context<'_>, table: &ObjectName) -> Warning {
    let referenced = context.from.references_to(table).filter(|(other, _)| &other.name != table).count();
    let keys = match referenced {
        0 => String::new(),
        1 => " One foreign key pointed at it.".to_owned(),
        several => format!(" {several} foreign keys pointed at it."),
    };
    let rows = context.rows_in_words(table);
    Warning {
        severity: Severity::Breaking,
        confidence: Confidence::High,
        message: format!(
            "Table {} goes with {rows}: a rollback brings back the table but not the rows, and code that still reads \
             it fails at once.{keys}",
            table
        ),
        advice: format!(
            "First release an application that no longer uses {}, keep a dump of the table, and drop it in a later \
             pull request.",
            table
        ),
        table: Some(table.clone()),
        item: None,
    }
}

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::DropTable { table, .. } = &step.act.action else { return None };
    let rebuilt = context.is_rebuilt(table, step.at) || context.moved_aside(table, step.at).is_some();
    if rebuilt || context.is_new_at(table, step.at) {
        return None;
    }
    Some(warning(context, table))
}
