//! `int32-key`: a key of 32 bits runs out.

use crate::diff::Severity;
use crate::hazard::rule::{Look, SERVERS};
use crate::hazard::statement::{Action, ConstraintKind, TypeName};
use crate::hazard::{Confidence, Context, Default, Rule, Step, Warning};

/// A new table whose primary key is a number of 32 bits or less.
pub const RULE: Rule = Rule {
    id: "int32-key",
    aliases: &[
        ("spirit", "auto_inc_capacity"),
        ("skeema", "pk-type"),
        ("skeema", "auto-inc"),
        ("bytebase", "index.primary-key-type-allowlist"),
    ],
    default: Default::LintOnly,
    looks: &[Look::Act(by_act)],
    ..SERVERS
};

fn by_act(_: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::CreateTable(table) = &step.act.action else { return None };
    let key: Vec<&str> = table
        .constraints
        .iter()
        .find_map(|constraint| match &constraint.kind {
            ConstraintKind::PrimaryKey { columns, .. } => Some(columns.iter().map(String::as_str).collect()),
            _ => None,
        })
        .unwrap_or_default();
    let column = table.columns.iter().find(|column| {
        let is_key = column.primary_key || key == [column.name.as_str()];
        is_key && column.data_type.as_ref().and_then(TypeName::integer_bits).is_some_and(|bits| bits < 64)
    })?;
    let data_type = column.data_type.as_ref()?;
    let text = format!(
        "{}.{} is {}: a table that grows and shrinks for years uses its numbers up, and making the key wider then rewrites \
         it and every table that points at it.",
        table.name, column.name, data_type.sql
    );
    let advice = format!("{} bigint", column.name.replace(['\n', '\r'], " "));
    Some(Warning::new(Severity::Low, Confidence::Medium, text).advise(advice).on(&table.name).about(&column.name))
}
