//! `rename-column`: a column gets another name.

use crate::diff::{Change, RenameEvidence, SchemaChange, Severity};
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::{Action, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::ObjectName;

/// A column is renamed.
pub const RULE: Rule = Rule {
    id: "rename-column",
    aliases: &[
        ("squawk", "renaming-column"),
        ("atlas", "BC102"),
        ("strong_migrations", "rename_column"),
        ("django-migration-linter", "RENAME_COLUMN"),
        ("spirit", "rename_column"),
        ("pgroll", "rename_column"),
    ],
    looks: &[Look::Change(by_change), Look::Act(by_act)],
    ..ANY
};

fn by_change(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let Change::ColumnRenamed { table, from, to, evidence } = &change.change else { return None };
    let confidence = match evidence {
        RenameEvidence::Observed { .. } | RenameEvidence::Answered | RenameEvidence::Identified { .. } => {
            Confidence::High
        }
        RenameEvidence::Inferred { .. } => Confidence::Medium,
    };
    Some(warning(context, table, &from.name, &to.name, &to.data_type.sql, confidence))
}

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Alter { table, change } = &step.act.action else { return None };
    let (from, to, data_type) = match change {
        TableChange::RenameColumn { from, to } => (from, to, None),
        TableChange::Redefine { from, column } if *from != column.name => {
            (from, &column.name, column.data_type.as_ref())
        }
        _ => return None,
    };
    let known =
        context.from.table(table).and_then(|table| table.column(from)).map(|column| column.data_type.sql.clone());
    let data_type = known.or_else(|| data_type.map(|it| it.sql.clone())).unwrap_or_else(|| "...".to_owned());
    (!context.is_new_at(table, step.at)).then(|| warning(context, table, from, to, &data_type, Confidence::High))
}

fn warning(
    context: &Context<'_>,
    table: &ObjectName,
    from: &str,
    to: &str,
    data_type: &str,
    confidence: Confidence,
) -> Warning {
    let (name, old, new) = (context.table_sql(table), context.quote(from), context.quote(to));
    let text = format!(
        "Deployed code still asks for {table}.{from} and fails from the migration until the new release has replaced it \
         everywhere."
    );
    let advice = format!(
        "-- 1. Add the new column and let the application write both.\n\
         ALTER TABLE {name} ADD COLUMN {new} {data_type};\n\
         -- 2. Fill it, in batches where the table is large.\n\
         UPDATE {name} SET {new} = {old} WHERE {new} IS NULL;\n\
         -- 3. Release an application that uses the new column alone.\n\
         -- 4. Drop the old one in a later pull request.\n\
         ALTER TABLE {name} DROP COLUMN {old};"
    );
    Warning::new(Severity::Breaking, confidence, text).advise(advice).on(table).about(from)
}
