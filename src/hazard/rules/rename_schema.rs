//! `rename-schema`: a schema gets another name.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::{Action, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// ALTER SCHEMA … RENAME, or ALTER TABLE … SET SCHEMA.
pub const RULE: Rule = Rule {
    id: "rename-schema",
    aliases: &[("strong_migrations", "rename_schema")],
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let (text, advice, table) = match &step.act.action {
        Action::RenameSchema { name, to } => (
            format!(
                "Deployed code that names schema {name}, or has it in its search_path, finds nothing from the migration on."
            ),
            format!(
                "-- Make the new schema, move one table after the other and leave a view behind:\nCREATE SCHEMA {};\n\
                 -- ALTER TABLE {}.thing SET SCHEMA {};\n-- CREATE VIEW {}.thing AS SELECT * FROM {}.thing;",
                context.quote(to),
                context.quote(name),
                context.quote(to),
                context.quote(name),
                context.quote(to)
            ),
            None,
        ),
        Action::Alter { table, change: TableChange::SetSchema { to } } if !context.is_new_at(table, step.at) => (
            format!(
                "Deployed code that asks for {table} finds nothing once it is in schema {to}, unless its search_path has both."
            ),
            format!(
                "-- Leave the old name readable until no deployed code uses it:\nALTER TABLE {} SET SCHEMA {};\n\
                 CREATE VIEW {} AS SELECT * FROM {}.{};",
                context.table_sql(table),
                context.quote(to),
                context.table_sql(table),
                context.quote(to),
                context.quote(&table.name)
            ),
            Some(table),
        ),
        _ => return None,
    };
    let warning = Warning::new(Severity::Breaking, Confidence::High, text).advise(advice);
    Some(match table {
        Some(table) => warning.on(table),
        None => warning,
    })
}
