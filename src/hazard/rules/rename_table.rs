//! `rename-table`: a table gets another name.

use crate::diff::{Change, RenameEvidence, SchemaChange, Severity};
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::{Action, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::{Dialect, ObjectName};

/// A table is renamed.
pub const RULE: Rule = Rule {
    id: "rename-table",
    aliases: &[
        ("squawk", "renaming-table"),
        ("atlas", "BC101"),
        ("strong_migrations", "rename_table"),
        ("django-migration-linter", "RENAME_TABLE"),
        ("pgroll", "rename_table"),
    ],
    looks: &[Look::Change(by_change), Look::Act(by_act)],
    ..ANY
};

fn by_change(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let Change::TableRenamed { from, to, evidence } = &change.change else { return None };
    if context.dialect() != Dialect::Sqlite
        && context.to.views.iter().any(|view| context.to.same_name(&view.name, from))
    {
        return None;
    }
    let confidence = match evidence {
        RenameEvidence::Observed { .. } | RenameEvidence::Answered | RenameEvidence::Identified { .. } => {
            Confidence::High
        }
        RenameEvidence::Inferred { .. } => Confidence::Medium,
    };
    Some(warning(context, from, to, confidence))
}

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Alter { table, change: TableChange::RenameTable { to } } = &step.act.action else { return None };
    // A view under the old name can be written, too, but on SQLite.
    let later = context.statements.iter().skip(step.at).flat_map(|statement| &statement.acts);
    let stays = context.dialect() != Dialect::Sqlite
        && later.into_iter().any(|act| {
            matches!(&act.action, Action::CreateView { name, materialized: false, .. } if context.from.same_name(name, table))
        });
    let stays = stays || context.is_moved_aside(table, to, step.at);
    (!stays && !context.is_new_at(table, step.at)).then(|| warning(context, table, to, Confidence::High))
}

fn warning(context: &Context<'_>, from: &ObjectName, to: &ObjectName, confidence: Confidence) -> Warning {
    let (old, new) = (context.table_sql(from), context.table_sql(to));
    let text = format!(
        "Deployed code still asks for {from} and fails from the migration until the new release has replaced it \
         everywhere."
    );
    let advice = format!(
        "-- Keep the old name readable until no deployed code uses it,\n\
         -- and drop the view in a later pull request.\n\
         ALTER TABLE {old} RENAME TO {new};\n\
         CREATE VIEW {old} AS SELECT * FROM {new};"
    );
    Warning::new(Severity::Breaking, confidence, text).advise(advice).on(to)
}
