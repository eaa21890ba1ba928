//! `drop-constraint`: the database no longer refuses what it refused.

use crate::diff::{Change, Constraint, SchemaChange, Severity};
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::{Action, ConstraintKind, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::ObjectName;

/// A key, UNIQUE, CHECK or foreign key goes while its table and columns stay.
pub const RULE: Rule = Rule {
    id: "drop-constraint",
    aliases: &[("atlas", "CD101"), ("pgmold", "deny_drop_unique_constraint")],
    looks: &[Look::Change(by_change), Look::Act(by_act)],
    ..ANY
};

fn by_change(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let (table, what, consequence) = match &change.change {
        Change::ConstraintRemoved { table, constraint } => {
            let (what, consequence) = lost(context, table, constraint)?;
            (table, what, consequence)
        }
        Change::RelationshipRemoved { table, foreign_key } => {
            if !all_stay(context, table, &foreign_key.columns) || context.after(table).is_none() {
                return None;
            }
            let target = &foreign_key.referenced_table;
            // Without its table there is nothing left to point at.
            context.to.table(target)?;
            let what = format!("the foreign key on {}", foreign_key.columns.join(", "));
            (table, what, format!("rows that name no row of {target}"))
        }
        Change::IndexRemoved { table, index } if index.unique => {
            let columns: Vec<String> = index.parts.iter().filter_map(|part| part.column.clone()).collect();
            if !all_stay(context, table, &columns) || context.after(table)?.is_unique_by(&columns) {
                return None;
            }
            (table, format!("the unique index {}", index.name), "duplicates".to_owned())
        }
        _ => return None,
    };
    Some(Warning {
        severity: Severity::Medium,
        confidence: Confidence::High,
        message: format!(
            "Without {what} the database accepts {consequence} in {table}; once they are there, the constraint cannot \
             come back until they are cleaned up, so the way back may fail.",
        ),
        advice: format!(
            "Say in the pull request what keeps {table} right from now on, and keep a validator in the model."
        ),
        table: Some(table.clone()),
        item: None,
    })
}

fn lost(context: &Context<'_>, table: &ObjectName, constraint: &Constraint) -> Option<(String, String)> {
    let after = context.after(table)?;
    match constraint {
        Constraint::PrimaryKey(key) => {
            let gone = all_stay(context, table, &key.columns) && !after.is_unique_by(&key.columns);
            gone.then(|| (format!("the primary key on {}", key.columns.join(", ")), "duplicates".to_owned()))
        }
        Constraint::Unique(unique) => {
            let gone = all_stay(context, table, &unique.columns) && !after.is_unique_by(&unique.columns);
            gone.then(|| (format!("UNIQUE on {}", unique.columns.join(", ")), "duplicates".to_owned()))
        }
        Constraint::Check(check) => {
            // A CHECK with the same name and another condition is judged by `add-check`.
            let replaced = after
                .checks
                .iter()
                .any(|new| new.expression == check.expression || (new.name.is_some() && new.name == check.name));
            let before = context.before(table)?;
            let mentions = |column: &str| {
                check.expression.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == column)
            };
            let column_gone =
                before.columns.iter().any(|column| mentions(&column.name) && !stays(context, table, &column.name));
            let what = format!("the CHECK {}", check.expression);
            (!replaced && !column_gone).then(|| (what, "values that break it".to_owned()))
        }
    }
}

fn stays(context: &Context<'_>, table: &ObjectName, column: &str) -> bool {
    !context.changes.iter().any(|change| match &change.change {
        Change::ColumnRemoved { table: of, column: gone } => of == table && gone.name == column,
        _ => false,
    })
}

fn all_stay(context: &Context<'_>, table: &ObjectName, columns: &[String]) -> bool {
    columns.iter().all(|column| stays(context, table, column))
}

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Alter { table, change: TableChange::DropConstraint { name, what, .. } } = &step.act.action else {
        return None;
    };
    // Where both schemas are known, what is really gone is told from them.
    if context.from.table(table).is_some() || context.is_new_at(table, step.at) || is_helper(context, table, name) {
        return None;
    }
    let what = what.map_or_else(|| format!("the constraint {name}"), |what| format!("the {what} {name}"));
    let text = format!(
        "Without {what} the database accepts rows of {table} that it refused; once they are there, the constraint cannot come \
         back until they are cleaned up, so the way back may fail."
    );
    let advice =
        format!("Say in the pull request what keeps {table} right from now on, and keep a validator in the model.");
    Some(Warning::new(Severity::Medium, Confidence::Medium, text).advise(advice).on(table).about(name))
}

/// Whether the same migration adds the constraint: it is replaced, or was a step on the way.
fn is_helper(context: &Context<'_>, table: &ObjectName, name: &str) -> bool {
    context.statements.iter().flat_map(|statement| &statement.acts).any(|act| match &act.action {
        Action::Alter { table: of, change: TableChange::AddConstraint(added) } => {
            let replaced = matches!(added.kind, ConstraintKind::PrimaryKey { .. }) && name == "PRIMARY";
            of == table && (added.name.as_deref() == Some(name) || replaced)
        }
        Action::Alter { table: of, change: TableChange::ValidateConstraint { name: validated } } => {
            of == table && validated == name
        }
        _ => false,
    })
}
