//! `stored-generated-column`: a computed column is written into every row.

use crate::diff::Severity;
use crate::hazard::rule::{Look, SERVERS};
use crate::hazard::statement::{Action, Computed, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::Dialect;

/// ADD COLUMN … GENERATED ALWAYS AS … STORED.
pub const RULE: Rule = Rule {
    id: "stored-generated-column",
    aliases: &[
        ("squawk", "adding-field-with-default"),
        ("eugene", "E11"),
        ("strong_migrations", "add_column_generated_stored"),
    ],
    needs_rows: true,
    looks: &[Look::Act(by_act)],
    ..SERVERS
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Alter { table, change: TableChange::AddColumn { column, .. } } = &step.act.action else { return None };
    if column.generated != Some(Computed::Stored) || context.is_new_at(table, step.at) {
        return None;
    }
    let (name, new) = (context.table_sql(table), context.quote(&column.name));
    let data_type = column.data_type.as_ref().map(|it| it.sql.clone()).unwrap_or_default();
    let meanwhile = match context.dialect() {
        Dialect::Mysql => "writes wait",
        Dialect::Postgres | Dialect::Sqlite => "nobody can read or write the table",
    };
    let text = format!(
        "Adding the stored column {table}.{} writes {} anew; meanwhile {meanwhile}.",
        column.name,
        context.rows_in_words(table)
    );
    let advice = match context.dialect() {
        Dialect::Mysql => format!(
            "-- Computed on reading, it costs nothing to add:\nALTER TABLE {name} ADD COLUMN {new} {};",
            column.definition.replace("STORED", "VIRTUAL").replace("stored", "VIRTUAL")
        ),
        Dialect::Postgres | Dialect::Sqlite => format!(
            "-- 1. Add a plain column, and let a trigger fill it for new rows.\n\
             ALTER TABLE {name} ADD COLUMN {new} {data_type};\n\
             -- 2. Fill the old rows in batches, each in its own transaction.\n\
             -- Or compute it in a view."
        ),
    };
    Some(Warning::new(Severity::High, Confidence::High, text).advise(advice).on(table).about(&column.name))
}
