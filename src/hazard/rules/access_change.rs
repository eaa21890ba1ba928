//! `access-change`: somebody may see or do more, or less, than before.

use crate::diff::Severity;
use crate::hazard::rule::{Look, SERVERS};
use crate::hazard::statement::{Action, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// GRANT, REVOKE, a policy, row level security, or another owner.
pub const RULE: Rule = Rule {
    id: "access-change",
    aliases: &[("pg-schema-diff", "AUTHZ_UPDATE")],
    looks: &[Look::Act(by_act)],
    ..SERVERS
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let (text, table) = match &step.act.action {
        Action::Grant { objects, to } => (format!("{to} may do more than before {objects}."), None),
        Action::Revoke { objects, from } => {
            (format!("{from} may do less than before {objects}; code that runs as that role may fail."), None)
        }
        Action::Policy { table, verb } => (
            format!("{verb} POLICY changes which rows of {table} are seen, without an error when they are not."),
            Some(table),
        ),
        Action::Alter { table, change: TableChange::SetRowSecurity { on: true } } => (
            format!(
                "With row level security {table} looks empty to everybody but its owner, until a policy says otherwise."
            ),
            Some(table),
        ),
        Action::Alter { table, change: TableChange::SetRowSecurity { on: false } } => {
            (format!("Without row level security everybody who may read {table} reads every row."), Some(table))
        }
        Action::Alter { table, change: TableChange::Owner { to } } => (
            format!(
                "{to} owns {table} from now on: its former owner may no longer change it, and policies no longer spare {to}."
            ),
            Some(table),
        ),
        _ => return None,
    };
    if table.is_some_and(|table| context.is_new_at(table, step.at)) {
        return None;
    }
    let warning =
        Warning::new(Severity::Medium, Confidence::Medium, text.split_whitespace().collect::<Vec<_>>().join(" "))
            .advise("Let somebody who answers for access approve it.");
    Some(match table {
        Some(table) => warning.on(table),
        None => warning,
    })
}
