//! `duplicate-column`: a column is named twice.

use crate::diff::Severity;
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::ObjectName;

/// One column twice in CREATE TABLE, a view, INSERT or UPDATE.
pub const RULE: Rule = Rule {
    id: "duplicate-column",
    aliases: &[("squawk", "ban-duplicate-column-assignments")],
    looks: &[Look::Act(by_act)],
    ..ANY
};

fn by_act(_: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let (names, table): (Vec<String>, &ObjectName) = match &step.act.action {
        Action::CreateTable(table) => (table.columns.iter().map(|column| column.name.clone()).collect(), &table.name),
        Action::CreateView { name, columns, .. } => (columns.clone(), name),
        // Parts of one column, such as `a.x` and `a[1]`, may be set one by one.
        Action::Write(write) => {
            let whole = write.columns.iter().filter(|column| !column.contains(['.', '[']) || column.starts_with('"'));
            (whole.map(|column| spelled(column)).collect(), &write.table)
        }
        _ => return None,
    };
    let twice = names.iter().enumerate().find(|(at, name)| names.iter().take(*at).any(|earlier| earlier == *name))?.1;
    let text = format!("{twice} is named twice, which the server refuses.");
    Some(Warning::new(Severity::High, Confidence::High, text).advise("Leave one of them out.").on(table).about(twice))
}

fn spelled(name: &str) -> String {
    match name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.to_owned(),
        None => name.to_lowercase(),
    }
}
