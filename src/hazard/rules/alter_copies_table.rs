//! `alter-copies-table`: the whole table is copied while writes wait.

use crate::diff::Severity;
use crate::hazard::rule::{Look, MYSQL};
use crate::hazard::statement::{Action, Computed, ConstraintKind, NewColumn, TableChange, TableOption};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::{ObjectName, TypeKind};

/// An ALTER TABLE that MySQL can only do with ALGORITHM=COPY, or that asks for it.
pub const RULE: Rule = Rule {
    id: "alter-copies-table",
    aliases: &[
        ("strong_migrations", "change_column"),
        ("bytebase", "statement.require-algorithm-option"),
        ("bytebase", "column.disallow-change-type"),
        ("bytebase", "column.disallow-changing-type"),
        ("skeema", "unsafe-alter"),
        ("spirit", "unsafe"),
    ],
    needs_rows: true,
    looks: &[Look::Act(by_act)],
    ..MYSQL
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Alter { table, change } = &step.act.action else { return None };
    // Asked for less than a copy, the server refuses.
    let refuses = step.statement.acts.iter().any(|act| {
        matches!(&act.action, Action::Alter { change: TableChange::Assertion { name: "ALGORITHM", value }, .. }
            if matches!(value.as_str(), "INPLACE" | "INSTANT" | "NOCOPY"))
    });
    if refuses || context.is_new_at(table, step.at) {
        return None;
    }
    let why = match change {
        TableChange::Redefine { from, column } => retyped(context, table, from, column)?,
        TableChange::Option(TableOption::ConvertCharset(charset)) => {
            format!("every text is converted to {charset}")
        }
        TableChange::Option(TableOption::Engine(engine)) => engine_change(context, table, engine)?,
        TableChange::DropConstraint { what: Some("primary key"), .. } if !adds_key(step) => {
            "rows are stored in the order of the primary key".to_owned()
        }
        TableChange::AddConstraint(added) => match &added.kind {
            ConstraintKind::Check { .. } => "every row is checked".to_owned(),
            _ => return None,
        },
        TableChange::AddColumn { column, .. } if column.generated == Some(Computed::Stored) => {
            "the column is computed for every row".to_owned()
        }
        TableChange::AddColumn { column, .. } if column.counted => "every row is numbered".to_owned(),
        TableChange::Assertion { name: "ALGORITHM", value } if value == "COPY" => {
            "it asks for ALGORITHM=COPY".to_owned()
        }
        TableChange::Assertion { name: "LOCK", value } if value == "SHARED" || value == "EXCLUSIVE" => {
            format!("it asks for LOCK={value}")
        }
        _ => return None,
    };
    let text = format!(
        "{table} is copied with {} while nobody can write it, and replicas fall behind by as much: {why}.",
        context.rows_in_words(table)
    );
    let statement = &step.statement.text;
    let advice = format!(
        "-- Ask for what does not block, so that the server refuses instead of copying:\n\
         {statement}, ALGORITHM=INPLACE, LOCK=NONE;\n\
         -- Where it refuses, use an online schema change, such as gh-ost or pt-online-schema-change."
    );
    Some(Warning::new(Severity::High, Confidence::Medium, text).advise(advice).on(table))
}

/// Why a column's new definition makes MySQL copy the table. Nothing where only its name, its comment or its default
/// changes, or where a varchar grows inside its length bytes.
fn retyped(context: &Context<'_>, table: &ObjectName, from: &str, column: &NewColumn) -> Option<String> {
    let new = column.data_type.as_ref()?;
    let Some(old) = context.from.table(table).and_then(|table| table.column(from)) else {
        // A change of the name alone says the type again; MODIFY says a new one.
        return (from == column.name).then(|| format!("the type of {from} may change to {}", new.sql));
    };
    let simple = |sql: &str| sql.to_ascii_lowercase().replace("integer", "int").replace(' ', "");
    if simple(&old.data_type.sql) == simple(&new.sql) {
        return None;
    }
    let number = |at: usize| new.arguments.get(at).and_then(|argument| argument.parse::<u32>().ok());
    if let (TypeKind::Text { length: Some(old) }, true, Some(length)) =
        (&old.data_type.kind, new.base == "varchar", number(0))
    {
        // Four bytes a character in utf8mb4; one length byte holds up to 255.
        let class = |length: u32| length.saturating_mul(4) > 255;
        if length >= *old && class(length) == class(*old) {
            return None;
        }
    }
    if let (TypeKind::Enum { values, .. }, true) = (&old.data_type.kind, new.is(&["enum", "set"])) {
        // Values at the end need no copy.
        if new.arguments.len() >= values.len() && values.iter().zip(&new.arguments).all(|(old, new)| old == new) {
            return None;
        }
    }
    Some(format!("the type of {from} changes from {} to {}", old.data_type.sql, new.sql))
}

fn engine_change(context: &Context<'_>, table: &ObjectName, engine: &str) -> Option<String> {
    let old = context.from.table(table).and_then(|table| table.options.get("engine"));
    match old {
        Some(old) if old.eq_ignore_ascii_case(engine) => Some("naming its own engine writes the table anew".to_owned()),
        _ => Some(format!("its engine becomes {engine}")),
    }
}

/// Whether the same statement adds a primary key.
fn adds_key(step: &Step<'_>) -> bool {
    step.statement.acts.iter().any(|act| match &act.action {
        Action::Alter { change: TableChange::AddConstraint(added), .. } => {
            matches!(added.kind, ConstraintKind::PrimaryKey { .. })
        }
        _ => false,
    })
}
