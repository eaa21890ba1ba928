//! `table-rewrite`: the whole table is written anew.

use crate::diff::Severity;
use crate::hazard::rule::{Look, SERVERS};
use crate::hazard::statement::{Action, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::Dialect;

/// SET TABLESPACE, SET LOGGED or UNLOGGED, SET ACCESS METHOD; OPTIMIZE TABLE on MySQL.
pub const RULE: Rule = Rule {
    id: "table-rewrite",
    aliases: &[("eugene", "E10")],
    needs_rows: true,
    looks: &[Look::Act(by_act)],
    ..SERVERS
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let (table, what) = match &step.act.action {
        Action::Alter { table, change } => match change {
            TableChange::SetTablespace { .. } => (table, "SET TABLESPACE"),
            TableChange::SetLogged { logged: true } => (table, "SET LOGGED"),
            TableChange::SetLogged { logged: false } => (table, "SET UNLOGGED"),
            TableChange::SetAccessMethod => (table, "SET ACCESS METHOD"),
            _ => return None,
        },
        Action::Vacuum { table: Some(table), full: true } if context.dialect() == Dialect::Mysql => {
            (table, "OPTIMIZE TABLE")
        }
        _ => return None,
    };
    if context.is_new_at(table, step.at) {
        return None;
    }
    let meanwhile = match context.dialect() {
        Dialect::Mysql => "needs as much room again",
        Dialect::Postgres | Dialect::Sqlite => "nobody can read or write it meanwhile",
    };
    let text =
        format!("{what} writes {table} with {} and its indexes anew; {meanwhile}.", context.rows_in_words(table));
    let advice = "Do it in a maintenance window, or copy the rows in batches into a new table and exchange the two.";
    Some(Warning::new(Severity::High, Confidence::High, text).advise(advice).on(table))
}
