//! `enum-values-changed`: values of an enum are removed or change their place.

use crate::diff::{Change, SchemaChange, Severity};
use crate::hazard::rule::{Look, SERVERS};
use crate::hazard::statement::{Action, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::{Dialect, ObjectName, TypeKind};

/// An enum loses a value, or gets one before its end on MySQL.
pub const RULE: Rule = Rule {
    id: "enum-values-changed",
    aliases: &[
        ("atlas", "MY110"),
        ("atlas", "MY111"),
        ("atlas", "MY112"),
        ("atlas", "MY120"),
        ("atlas", "MY121"),
        ("atlas", "MY122"),
    ],
    looks: &[Look::Change(by_change), Look::Act(by_act)],
    ..SERVERS
};

fn by_change(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let Change::ColumnModified { table, from, to, .. } = &change.change else { return None };
    let (TypeKind::Enum { values: old, .. }, TypeKind::Enum { values: new, .. }) =
        (&from.data_type.kind, &to.data_type.kind)
    else {
        return None;
    };
    found(context, table, &to.name, old, new)
}

/// On MySQL the values stand in the statement, so that two statements of one script can be compared.
fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Alter { table, change: TableChange::Redefine { from, column } } = &step.act.action else { return None };
    let new = column.data_type.as_ref().filter(|it| it.is(&["enum", "set"]))?;
    let known =
        context.from.table(table).and_then(|table| table.column(from)).and_then(|old| match &old.data_type.kind {
            TypeKind::Enum { values, .. } => Some(values.to_vec()),
            _ => None,
        });
    let earlier = || {
        let before = context.statements.iter().take(step.at).flat_map(|statement| &statement.acts);
        before
            .filter_map(|act| match &act.action {
                Action::CreateTable(made) if &made.name == table => {
                    let column = made.columns.iter().find(|column| &column.name == from)?;
                    column.data_type.as_ref().filter(|it| it.is(&["enum", "set"])).map(|it| it.arguments.clone())
                }
                _ => None,
            })
            .next_back()
    };
    let old = known.or_else(earlier)?;
    found(context, table, &column.name, &old, &new.arguments)
}

fn found(context: &Context<'_>, table: &ObjectName, column: &str, old: &[String], new: &[String]) -> Option<Warning> {
    let gone: Vec<&str> = old.iter().filter(|value| !new.contains(value)).map(String::as_str).collect();
    let appended = new.len() >= old.len() && old.iter().zip(new).all(|(old, new)| old == new);
    let (text, severity) = if !gone.is_empty() {
        let text = format!(
            "{} cannot be stored in {table}.{column} any more: the migration fails on the first row that has it, or loses the \
             value where strict mode is off, and deployed code that writes it fails.",
            gone.join(", ")
        );
        (text, Severity::Breaking)
    } else if !appended && context.dialect() == Dialect::Mysql {
        let text = format!(
            "The values of {table}.{column} change their place: rows hold the number of a value, so that the whole table is \
             copied, and ORDER BY gives another order."
        );
        (text, Severity::High)
    } else {
        return None;
    };
    let advice = "Add new values at the end, move the rows over, and leave old values unused.";
    Some(Warning::new(severity, Confidence::High, text).advise(advice).on(table).about(column))
}
