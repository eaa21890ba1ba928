//! `rename-column`: a column gets another name.

use crate::diff::{Change, RenameEvidence, SchemaChange, Severity};
use crate::hazard::{Confidence, Context, Rule, Warning};

/// A column is renamed.
pub const RULE: Rule = Rule { id: "rename-column", needs_rows: false, look };

fn look(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let Change::ColumnRenamed { table, from, to, evidence } = &change.change else { return None };
    let (name, old, new) = (context.table_sql(table), context.quote(&from.name), context.quote(&to.name));
    Some(Warning {
        severity: Severity::Breaking,
        confidence: match evidence {
            RenameEvidence::Observed { .. } | RenameEvidence::Answered | RenameEvidence::Identified { .. } => {
                Confidence::High
            }
            RenameEvidence::Inferred { .. } => Confidence::Medium,
        },
        message: format!(
            "Deployed code still asks for {table}.{} and fails from the migration until the new release has replaced \
             it everywhere.",
            from.name
        ),
        advice: format!(
            "-- 1. Add the new column and let the application write both.\n\
             ALTER TABLE {name} ADD COLUMN {new} {};\n\
             -- 2. Fill it, in batches where the table is large.\n\
             UPDATE {name} SET {new} = {old} WHERE {new} IS NULL;\n\
             -- 3. Release an application that uses the new column alone.\n\
             -- 4. Drop the old one in a later pull request.\n\
             ALTER TABLE {name} DROP COLUMN {old};",
            to.data_type.sql
        ),
        table: table.clone(),
    })
}
