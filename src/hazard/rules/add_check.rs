//! `add-check`: a condition that no row had to meet before.

use crate::diff::{Change, Constraint, SchemaChange, Severity};
use crate::hazard::context::{in_revision, python};
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::{Action, ConstraintKind, NewConstraint, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::lexer::mentions;
use crate::schema::{Dialect, ObjectName};

/// A CHECK constraint is added.
pub const RULE: Rule = Rule {
    id: "add-check",
    aliases: &[
        ("squawk", "constraint-missing-not-valid"),
        ("eugene", "E1"),
        ("atlas", "PG305"),
        ("strong_migrations", "add_check_constraint"),
        ("bytebase", "statement.add-check-not-valid"),
    ],
    needs_rows: true,
    looks: &[Look::Change(by_change), Look::Act(by_act)],
    ..ANY
};

fn by_change(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let Change::ConstraintAdded { table, constraint: Constraint::Check(check) } = &change.change else { return None };
    let same = |before: &crate::schema::Table| before.checks.iter().any(|old| old.expression == check.expression);
    if context.before(table).is_some_and(same) {
        return None;
    }
    Some(Warning {
        severity: Severity::High,
        confidence: Confidence::Medium,
        message: format!(
            "The migration fails when any row of {table} breaks the condition {}, and deployed code that writes such \
             rows is refused.",
            check.expression
        ),
        advice: advice(context, table, &check.expression, check.name.as_deref()),
        table: Some(table.clone()),
        item: Some(check.name.clone().unwrap_or_else(|| check.expression.clone())),
    })
}

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Alter { table, change } = &step.act.action else { return None };
    let (expression, name) = match change {
        TableChange::AddConstraint(NewConstraint {
            kind: ConstraintKind::Check { expression },
            not_valid: false,
            name,
            ..
        }) => (expression, name.clone()),
        TableChange::AddColumn { column, .. } if column.default.is_some() => (column.check.as_ref()?, None),
        _ => return None,
    };
    if context.is_new_at(table, step.at) || context.dialect() == Dialect::Sqlite {
        return None;
    }
    let meanwhile = match context.dialect() {
        Dialect::Mysql => "the table is copied and nobody can write it",
        Dialect::Postgres | Dialect::Sqlite => "nobody can read or write it",
    };
    let text = format!(
        "The condition {expression} is checked against {} while {meanwhile}; one that breaks it makes the \
         migration fail.",
        context.rows_of(table)
    );
    let item = name.clone().unwrap_or_else(|| expression.clone());
    let name = name.unwrap_or_else(|| format!("{}_check", table.name));
    let warning = Warning::new(Severity::High, Confidence::High, text)
        .advise(advice(context, table, expression, Some(&name)) + &revision(step, table, expression, &name));
    Some(warning.on(table).about(item))
}

fn advice(context: &Context<'_>, table: &ObjectName, expression: &str, name: Option<&str>) -> String {
    let sql = context.table_sql(table);
    let added = context.changes.iter().find_map(|change| match &change.change {
        Change::ColumnAdded { table: of, column } if of == table && mentions(expression, &column.name) => Some(column),
        _ => None,
    });
    let when = match added {
        Some(column) => format!("once {} is filled", column.name),
        None => "before the migration runs".to_owned(),
    };
    let mut advice = format!("-- Must give 0 {when}:\nSELECT count(*) FROM {sql} WHERE NOT ({expression});");
    if let (Dialect::Postgres, Some(name)) = (context.dialect(), name) {
        let constraint = context.quote(name);
        advice.push_str(&format!(
            "\n-- Then without a long lock, each in its own transaction:\n\
             ALTER TABLE {sql} ADD CONSTRAINT {constraint} CHECK ({expression}) NOT VALID;\n\
             ALTER TABLE {sql} VALIDATE CONSTRAINT {constraint};"
        ));
    }
    advice
}

/// The same in Alembic's words, for a statement that a revision sent.
fn revision(step: &Step<'_>, table: &ObjectName, expression: &str, name: &str) -> String {
    if !step.is_python() {
        return String::new();
    }
    in_revision(&[
        format!(
            "op.create_check_constraint({}, {}, {}, postgresql_not_valid=True)",
            python(name),
            python(&table.name),
            python(expression)
        ),
        "# and in the next revision:".to_owned(),
        format!("op.execute({})", python(&format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}"))),
    ])
}
