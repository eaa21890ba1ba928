//! `unqualified-table`: which table a name means depends on search_path.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Default, Rule, Step, Warning};

/// A table is named without its schema.
pub const RULE: Rule = Rule {
    id: "unqualified-table",
    aliases: &[("squawk", "require-table-schema"), ("bytebase", "statement.create-specify-schema")],
    default: Default::LintOnly,
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    if step.act.qualified {
        return None;
    }
    let table = match &step.act.action {
        Action::CreateTable(table) if !table.temporary => &table.name,
        Action::Alter { table, .. } | Action::DropTable { table, .. } => table,
        _ => return None,
    };
    let text = format!("Which table {table} is depends on search_path at the time of the migration.");
    let advice = format!("public.{}", context.quote(&table.name));
    Some(Warning::new(Severity::Low, Confidence::High, text).advise(advice).on(table))
}
