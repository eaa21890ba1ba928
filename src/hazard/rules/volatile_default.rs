//! `volatile-default`: a default that differs from row to row is written into every one.

use crate::diff::Severity;
use crate::hazard::rule::{Look, SERVERS};
use crate::hazard::statement::{Action, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::Dialect;

/// ADD COLUMN with a default that is computed for each row; before PostgreSQL 11, with any default.
pub const RULE: Rule = Rule {
    id: "volatile-default",
    aliases: &[
        ("squawk", "adding-field-with-default"),
        ("atlas", "PG302"),
        ("strong_migrations", "add_column_default"),
        ("bytebase", "column.default-disallow-volatile"),
    ],
    needs_rows: true,
    looks: &[Look::Act(by_act)],
    ..SERVERS
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Alter { table, change: TableChange::AddColumn { column, .. } } = &step.act.action else { return None };
    let default = column.default.as_ref()?;
    if context.is_new_at(table, step.at) {
        return None;
    }
    if context.dialect() == Dialect::Mysql && (default.constant || default.calls.iter().any(|(name, _)| is_now(name))) {
        return None;
    }
    let old_server = context.dialect() == Dialect::Postgres && !context.server.is_at_least(11, 0);
    let volatile = default.calls.iter().find(|(function, arguments)| !is_stable(function, *arguments));
    let (why, confidence) = match volatile {
        Some((function, _)) if VOLATILE.contains(&function.as_str()) => {
            (format!("{function}() gives each row its own value"), Confidence::High)
        }
        Some((function, _)) => {
            (format!("{function}() is not known to be stable, and may give each row its own value"), Confidence::Medium)
        }
        None if context.dialect() == Dialect::Mysql && !default.constant => {
            ("MySQL computes an expression for each row".to_owned(), Confidence::Medium)
        }
        None if old_server => {
            ("before PostgreSQL 11 every default is written into the rows".to_owned(), Confidence::High)
        }
        None => return None,
    };
    let (name, new) = (context.table_sql(table), context.quote(&column.name));
    let data_type = column.data_type.as_ref().map(|it| it.sql.clone()).unwrap_or_default();
    let text = format!(
        "Adding {table}.{} writes {} anew while nobody can read or write the table: {why}.",
        column.name,
        context.rows_in_words(table)
    );
    let advice = format!(
        "-- 1. Add the column without a default, then set it for new rows.\n\
         ALTER TABLE {name} ADD COLUMN {new} {data_type};\n\
         ALTER TABLE {name} ALTER COLUMN {new} SET DEFAULT {};\n\
         -- 2. Fill the old rows in batches, each in its own transaction.\n\
         UPDATE {name} SET {new} = {} WHERE {new} IS NULL; -- AND id BETWEEN ... AND ...",
        default.sql, default.sql
    );
    Some(Warning::new(Severity::High, confidence, text).advise(advice).on(table).about(&column.name))
}

/// Functions of the server that are known to differ from call to call.
const VOLATILE: [&str; 14] = [
    "random",
    "gen_random_uuid",
    "uuidv4",
    "uuidv7",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
    "clock_timestamp",
    "timeofday",
    "nextval",
    "setval",
    "gen_random_bytes",
    "random_normal",
    "txid_current",
];

/// Functions of the server that give one value for the whole statement.
const STABLE: [&str; 41] = [
    "now",
    "transaction_timestamp",
    "statement_timestamp",
    "current_timestamp",
    "current_date",
    "current_time",
    "localtime",
    "localtimestamp",
    "current_user",
    "session_user",
    "current_role",
    "user",
    "current_setting",
    "current_schema",
    "current_database",
    "timezone",
    "date_trunc",
    "date_part",
    "to_char",
    "to_date",
    "to_timestamp",
    "to_json",
    "to_jsonb",
    "json_build_object",
    "jsonb_build_object",
    "json_build_array",
    "jsonb_build_array",
    "make_interval",
    "make_date",
    "lower",
    "upper",
    "concat",
    "md5",
    "coalesce",
    "nullif",
    "greatest",
    "least",
    "length",
    "repeat",
    "array_fill",
    "trim",
];

fn is_stable(function: &str, arguments: usize) -> bool {
    // Somebody else's now(…) is another function.
    let takes_none = matches!(function, "now" | "transaction_timestamp" | "statement_timestamp");
    STABLE.contains(&function) && !(takes_none && arguments > 0)
}

/// MySQL's name for the time of the statement, which is no expression to it.
fn is_now(function: &str) -> bool {
    matches!(function, "current_timestamp" | "now" | "localtime" | "localtimestamp")
}
