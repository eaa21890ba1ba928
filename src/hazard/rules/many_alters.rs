//! `many-alters`: one table is locked again and again.

use crate::diff::Severity;
use crate::hazard::rule::{Look, SERVERS};
use crate::hazard::statement::{Action, Statement, TableChange};
use crate::hazard::{Confidence, Context, Default, Rule, Step, Warning};

/// Several ALTER TABLE of one table, one after the other.
pub const RULE: Rule = Rule {
    id: "many-alters",
    aliases: &[("eugene", "W12"), ("bytebase", "statement.merge-alter-table"), ("spirit", "multiple_alter")],
    default: Default::LintOnly,
    looks: &[Look::Statement(by_statement)],
    ..SERVERS
};

fn by_statement(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let altered = |statement: &'_ Statement| match statement.acts.first().map(|act| act.action.clone()) {
        Some(Action::Alter { table, .. }) => Some(table),
        _ => None,
    };
    let table = altered(step.statement)?;
    let earlier: Vec<usize> = context
        .statements
        .iter()
        .enumerate()
        .take(step.at)
        .filter(|(_, statement)| {
            statement.script == step.statement.script && altered(statement).as_ref() == Some(&table)
        })
        .map(|(at, _)| at)
        .collect();
    // Said once, at the second; a validation has to be apart.
    let apart = |statement: &Statement| {
        statement.acts.iter().any(|act| {
            matches!(
                &act.action,
                Action::Alter {
                    change: TableChange::ValidateConstraint { .. }
                        | TableChange::RenameTable { .. }
                        | TableChange::RenameColumn { .. },
                    ..
                }
            )
        })
    };
    if earlier.len() != 1 || apart(step.statement) || context.is_new_at(&table, step.at) {
        return None;
    }
    let text = format!(
        "{table} is locked, and perhaps written anew, once for each ALTER TABLE; one statement with all parts does it once."
    );
    let first = context.statements.get(*earlier.first()?)?;
    let part =
        step.statement.text.to_ascii_lowercase().find(" table ").and_then(|at| step.statement.text.get(at + 7..));
    let part = part.and_then(|rest| rest.split_once(' ')).map_or("...", |(_, part)| part);
    let advice = format!("{},\n  {part};", first.text);
    Some(Warning::new(Severity::Low, Confidence::Medium, text).advise(advice).on(&table))
}
