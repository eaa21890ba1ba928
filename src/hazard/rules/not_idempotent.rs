//! `not-idempotent`: a migration that stopped half way cannot be run again.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::{Action, NewConstraint, Statement, TableChange};
use crate::hazard::{Confidence, Context, Default, Rule, Step, Warning};
use crate::schema::ObjectName;

/// A statement outside a transaction that fails the second time.
pub const RULE: Rule = Rule {
    id: "not-idempotent",
    aliases: &[("squawk", "prefer-robust-stmts")],
    default: Default::LintOnly,
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    // A statement that is alone is done or it is not.
    let alone =
        context.statements.iter().filter(|other| other.script == step.statement.script && !is_setting(other)).count()
            == 1;
    let inside = step.statement.transaction.is_some();
    let concurrent = matches!(&step.act.action, Action::CreateIndex(index) if index.concurrently)
        || matches!(&step.act.action, Action::DropIndex { concurrently: true, .. });
    if alone || (inside && !concurrent) {
        return None;
    }
    let guard = match &step.act.action {
        Action::CreateTable(table) if !(table.if_not_exists || table.dropped_on_commit) => "IF NOT EXISTS",
        Action::CreateIndex(index) if !index.if_not_exists && index.name.is_some() => "IF NOT EXISTS",
        Action::DropIndex { if_exists: false, .. } | Action::DropTable { if_exists: false, .. } => "IF EXISTS",
        Action::Alter { change: TableChange::AddColumn { if_not_exists: false, .. }, .. } => "IF NOT EXISTS",
        Action::Alter {
            change:
                TableChange::DropColumn { if_exists: false, .. } | TableChange::DropConstraint { if_exists: false, .. },
            ..
        } => "IF EXISTS",
        Action::Alter { table, change: TableChange::AddConstraint(added) }
            if !dropped_before(context, step, table, added) =>
        {
            "DROP CONSTRAINT IF EXISTS before it"
        }
        Action::OtherDefinition { creates: false, guarded: false } => "IF EXISTS",
        Action::OtherDefinition { creates: true, guarded: false } => "IF NOT EXISTS or OR REPLACE",
        _ => return None,
    };
    let text = format!(
        "Outside a transaction a migration can stop half way. This statement fails when it is run again; with {guard} it \
         does not."
    );
    let advice = format!("Write {guard}, or put the statements into one transaction.");
    Some(Warning::new(Severity::Low, Confidence::High, text).advise(advice))
}

fn is_setting(statement: &Statement) -> bool {
    statement.acts.iter().all(|act| matches!(act.action, Action::Set { .. }))
}

/// Whether the last that was done to a constraint of this name was to drop it, if it was there.
fn dropped_before(context: &Context<'_>, step: &Step<'_>, table: &ObjectName, added: &NewConstraint) -> bool {
    let earlier = context.statements.iter().take(step.at).flat_map(|statement| &statement.acts);
    let own = step.statement.acts.iter().take(step.part);
    let mut told = earlier.chain(own).filter_map(|act| match &act.action {
        Action::Alter { table: of, change } if of == table => match change {
            TableChange::DropConstraint { name, if_exists, .. } if Some(name) == added.name.as_ref() => {
                Some(*if_exists)
            }
            TableChange::AddConstraint(other) if other.name == added.name => Some(false),
            _ => None,
        },
        _ => None,
    });
    told.next_back() == Some(true)
}
