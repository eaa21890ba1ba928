//! `alter-rebuilds-table`: the whole table is written anew in place.

use crate::diff::Severity;
use crate::hazard::rule::{Look, MYSQL};
use crate::hazard::statement::{Action, ConstraintKind, TableChange, TableOption};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// An ALTER TABLE that MySQL cannot do in its dictionary alone.
pub const RULE: Rule = Rule {
    id: "alter-rebuilds-table",
    aliases: &[("bytebase", "statement.require-algorithm-option"), ("skeema", "compression")],
    needs_rows: true,
    looks: &[Look::Act(by_act)],
    ..MYSQL
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Alter { table, change } = &step.act.action else { return None };
    if context.is_new_at(table, step.at) {
        return None;
    }
    // Columns can be added anywhere and dropped in the dictionary from MySQL 8.0.29 and MariaDB 10.3.2 / 10.4 on.
    let instant = match (context.server.mariadb, context.server.version) {
        (_, None) => true,
        (true, Some(version)) => version >= (10, 4),
        (false, Some(version)) => version >= (8, 1),
    };
    let why = match change {
        TableChange::AddColumn { column, .. } if column.placed && !instant => "the new column stands between others",
        TableChange::DropColumn { .. } if !instant => "the column is taken out of every row",
        TableChange::Option(TableOption::RowFormat(_)) => "rows are stored in another form",
        TableChange::AddConstraint(added) if matches!(added.kind, ConstraintKind::PrimaryKey { .. }) => {
            "rows are stored in the order of the primary key"
        }
        TableChange::Other { sql } if sql.eq_ignore_ascii_case("force") => "FORCE asks for it",
        TableChange::Other { sql } if sql.to_ascii_lowercase().starts_with("order by") => "ORDER BY sorts every row",
        TableChange::Redefine { from, column } => {
            let old = context.from.table(table).and_then(|table| table.column(from))?;
            let moved = column.placed;
            let nullability = old.nullable == column.not_null;
            match (moved, nullability) {
                (true, _) if !instant => "a column is moved",
                (_, true) => "whether a column may be NULL is stored in every row",
                _ => return None,
            }
        }
        _ => return None,
    };
    let text = format!(
        "{table} is written anew with {}: others can go on, but it takes as much time, room and work as a copy, and replicas \
         fall behind by as much: {why}.",
        context.rows_in_words(table)
    );
    let advice = format!(
        "-- Ask for what takes a moment, so that the server refuses instead:\n{}, ALGORITHM=INSTANT;",
        step.statement.text
    );
    Some(Warning::new(Severity::Medium, Confidence::Medium, text).advise(advice).on(table))
}
