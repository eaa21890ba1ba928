//! `too-many-enum-values`: an enum or set needs more bytes.

use crate::diff::Severity;
use crate::hazard::rule::{Look, MYSQL};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// An ENUM of more than 255 values, or a SET that grows past 8, 16, 24 or 32.
pub const RULE: Rule = Rule {
    id: "too-many-enum-values",
    aliases: &[("atlas", "MY113"), ("atlas", "MY123")],
    looks: &[Look::Act(by_act)],
    ..MYSQL
};

fn by_act(_: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let columns = step.typed_columns();
    let (table, column, data_type) = columns.into_iter().find(|(_, _, data_type)| {
        let values = data_type.arguments.len();
        (data_type.base == "enum" && values > 255) || (data_type.base == "set" && values > 8)
    })?;
    let text = format!(
        "{table}.{column} has {} values, and each row needs more bytes for it; the table is copied where it had fewer before.",
        data_type.arguments.len()
    );
    let advice = "Keep the values in a table of their own, with a foreign key.";
    Some(Warning::new(Severity::Low, Confidence::High, text).advise(advice).on(table).about(column))
}
