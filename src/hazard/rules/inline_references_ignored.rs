//! `inline-references-ignored`: a foreign key that is none.

use crate::diff::Severity;
use crate::hazard::rule::{Look, MYSQL};
use crate::hazard::statement::{Action, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// REFERENCES in the definition of a column, which MySQL reads and forgets.
pub const RULE: Rule =
    Rule { id: "inline-references-ignored", aliases: &[("atlas", "MY102")], looks: &[Look::Act(by_act)], ..MYSQL };

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    // MariaDB makes a foreign key of it, and so does MySQL from 9.0 on.
    if context.server.mariadb || context.server.version.is_some_and(|version| version >= (9, 0)) {
        return None;
    }
    let (table, column) = match &step.act.action {
        Action::CreateTable(table) => (&table.name, table.columns.iter().find(|column| column.references.is_some())?),
        Action::Alter {
            table,
            change: TableChange::AddColumn { column, .. } | TableChange::Redefine { column, .. },
        } => (table, column),
        _ => return None,
    };
    let reference = column.references.as_ref()?;
    let text = format!(
        "MySQL before 9.0 reads REFERENCES in the definition of {table}.{} and does nothing: there is no foreign key.",
        column.name
    );
    let columns = if reference.columns.is_empty() { "id".to_owned() } else { context.columns_sql(&reference.columns) };
    let advice = format!(
        "ALTER TABLE {} ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({columns});",
        context.table_sql(table),
        context.quote(&format!("fk_{}_{}", table.name, column.name)),
        context.quote(&column.name),
        context.table_sql(&reference.table)
    );
    Some(Warning::new(Severity::High, Confidence::High, text).advise(advice).on(table).about(&column.name))
}
