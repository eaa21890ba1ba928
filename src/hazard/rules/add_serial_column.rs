//! `add-serial-column`: a counter is written into every row.

use crate::diff::Severity;
use crate::hazard::rule::{Look, SERVERS};
use crate::hazard::statement::{Action, TableChange, TypeName};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::{Dialect, quote};

/// ADD COLUMN of a serial, identity or AUTO_INCREMENT column.
pub const RULE: Rule = Rule {
    id: "add-serial-column",
    aliases: &[("eugene", "E11"), ("strong_migrations", "add_column_auto_incrementing")],
    needs_rows: true,
    looks: &[Look::Act(by_act)],
    ..SERVERS
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Alter { table, change } = &step.act.action else { return None };
    let TableChange::AddColumn { column, .. } = change else { return None };
    let serial = column.data_type.as_ref().is_some_and(TypeName::is_serial);
    if !(serial || column.counted) || context.is_new_at(table, step.at) {
        return None;
    }
    let (name, new) = (context.table_sql(table), context.quote(&column.name));
    let text = format!(
        "Adding {table}.{} numbers {} and writes each anew while nobody can write the table, or on PostgreSQL read it.",
        column.name,
        context.rows_in_words(table)
    );
    let advice = match context.dialect() {
        Dialect::Postgres | Dialect::Sqlite => {
            let sequence = context.quote(&format!("{}_{}_seq", table.name, column.name));
            let value = quote::string(&format!("{}_{}_seq", table.name, column.name));
            format!(
                "-- 1. Add a plain column and a sequence that numbers new rows.\n\
                 ALTER TABLE {name} ADD COLUMN {new} bigint;\n\
                 CREATE SEQUENCE {sequence} OWNED BY {name}.{new};\n\
                 ALTER TABLE {name} ALTER COLUMN {new} SET DEFAULT nextval({value});\n\
                 -- 2. Number the old rows in batches, each in its own transaction.\n\
                 UPDATE {name} SET {new} = nextval({value}) WHERE {new} IS NULL; -- AND ctid ...\n\
                 -- 3. Then require it, as `set-not-null` says."
            )
        }
        Dialect::Mysql => format!(
            "-- It cannot be done in place. Use an online schema change, such as gh-ost or pt-online-schema-change:\n\
             -- gh-ost --table={} --alter=...",
            table.name.replace(['\n', '\r'], " ")
        ),
    };
    Some(Warning::new(Severity::High, Confidence::High, text).advise(advice).on(table).about(&column.name))
}
