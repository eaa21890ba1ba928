//! `charset-change`: texts get another character set or collation.

use crate::diff::Severity;
use crate::hazard::rule::{Look, MYSQL};
use crate::hazard::statement::{Action, TableChange, TableOption};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// CONVERT TO CHARACTER SET, or another default character set or collation.
pub const RULE: Rule = Rule {
    id: "charset-change",
    aliases: &[
        ("skeema", "charset"),
        ("bytebase", "table.disallow-set-charset"),
        ("bytebase", "column.disallow-set-charset"),
    ],
    needs_rows: true,
    looks: &[Look::Act(by_act)],
    ..MYSQL
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Alter { table, change: TableChange::Option(option) } = &step.act.action else { return None };
    let (text, severity) = match option {
        TableOption::ConvertCharset(charset) => (
            format!(
                "Every text of {table} becomes {charset}: characters that it has not are lost, texts that were different may be \
                 equal for a unique index, and an index over long texts may become too long."
            ),
            Severity::High,
        ),
        TableOption::Charset(charset) | TableOption::Collation(charset) => (
            format!(
                "New columns of {table} are in {charset} and old ones are not: comparing and joining the two fails, or cannot \
                 use an index."
            ),
            Severity::Medium,
        ),
        _ => return None,
    };
    if context.is_new_at(table, step.at) {
        return None;
    }
    let advice = format!(
        "-- Look for texts that would be equal, and for columns that others join with; convert all tables alike:\n\
         ALTER TABLE {} CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci;",
        context.table_sql(table)
    );
    Some(Warning::new(severity, Confidence::Medium, text).advise(advice).on(table))
}
