//! `reserved-word`: a name has to be quoted everywhere.

use crate::diff::Severity;
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::{Action, TableChange};
use crate::hazard::{Confidence, Context, Default, Rule, Step, Warning};
use crate::schema::ObjectName;
use crate::schema::reserved::is_reserved;

/// A table or column whose name is a reserved word.
pub const RULE: Rule = Rule {
    id: "reserved-word",
    aliases: &[("skeema", "reserved-word"), ("bytebase", "naming.identifier.no-keyword")],
    default: Default::LintOnly,
    looks: &[Look::Act(by_act)],
    ..ANY
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let (table, names): (&ObjectName, Vec<&str>) = match &step.act.action {
        Action::CreateTable(table) => {
            let columns = table.columns.iter().map(|column| column.name.as_str());
            (&table.name, std::iter::once(table.name.name.as_str()).chain(columns).collect())
        }
        Action::Alter { table, change } => match change {
            TableChange::AddColumn { column, .. } => (table, vec![column.name.as_str()]),
            TableChange::RenameColumn { to, .. } => (table, vec![to.as_str()]),
            TableChange::RenameTable { to } => (table, vec![to.name.as_str()]),
            _ => return None,
        },
        _ => return None,
    };
    let name = names.into_iter().find(|name| is_reserved(&name.to_ascii_lowercase(), context.dialect()))?;
    let text =
        format!("{name} is a reserved word: whoever forgets to quote it in SQL gets a syntax error, or another thing.");
    let advice = format!("Call it something else, such as {name}_name or {name}_at.");
    Some(Warning::new(Severity::Low, Confidence::High, text).advise(advice).on(table).about(name))
}
