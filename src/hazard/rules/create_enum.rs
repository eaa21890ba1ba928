//! `create-enum`: the values of an enum are hard to change.

use crate::diff::Severity;
use crate::hazard::rule::{Look, SERVERS};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Default, Rule, Step, Warning};
use crate::schema::Dialect;

/// CREATE TYPE … AS ENUM, or an ENUM or SET column on MySQL.
pub const RULE: Rule = Rule {
    id: "create-enum",
    aliases: &[("eugene", "W13"), ("skeema", "has-enum"), ("bytebase", "column.type-disallow-list")],
    default: Default::LintOnly,
    looks: &[Look::Act(by_act)],
    ..SERVERS
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let name = match &step.act.action {
        Action::CreateEnum { name, .. } => name.to_string(),
        _ if context.dialect() == Dialect::Mysql => {
            let columns = step.typed_columns();
            let (table, column, _) = columns.into_iter().find(|(_, _, data_type)| data_type.is(&["enum", "set"]))?;
            format!("{table}.{column}")
        }
        _ => return None,
    };
    let text = format!(
        "The values of {name} can be added to, but not removed or put in another order without rewriting the table."
    );
    let advice = "Use a table of values with a foreign key, or a text with a CHECK.";
    Some(Warning::new(Severity::Low, Confidence::High, text).advise(advice).about(name))
}
