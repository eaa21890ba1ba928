//! `rename-table`: a table gets another name.

use crate::diff::{Change, RenameEvidence, SchemaChange, Severity};
use crate::hazard::{Confidence, Context, Rule, Warning};

/// A table is renamed.
pub const RULE: Rule = Rule { id: "rename-table", needs_rows: false, look };

fn look(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let Change::TableRenamed { from, to, evidence } = &change.change else { return None };
    let (old, new) = (context.table_sql(from), context.table_sql(to));
    Some(Warning {
        severity: Severity::Breaking,
        confidence: match evidence {
            RenameEvidence::Observed { .. } | RenameEvidence::Answered | RenameEvidence::Identified { .. } => {
                Confidence::High
            }
            RenameEvidence::Inferred { .. } => Confidence::Medium,
        },
        message: format!(
            "Deployed code still asks for {from} and fails from the migration until the new release has replaced it \
             everywhere."
        ),
        advice: format!(
            "-- Keep the old name readable until no deployed code uses it,\n\
             -- and drop the view in a later pull request.\n\
             ALTER TABLE {old} RENAME TO {new};\n\
             CREATE VIEW {old} AS SELECT * FROM {new};"
        ),
        table: to.clone(),
    })
}
