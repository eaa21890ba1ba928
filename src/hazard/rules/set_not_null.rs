//! `set-not-null`: a column that could be empty no longer may.

use crate::diff::{Change, ColumnDifference, SchemaChange, Severity};
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::{Action, ConstraintKind, NewConstraint, TableChange, WriteVerb};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::{Dialect, ObjectName};

/// A nullable column becomes NOT NULL.
pub const RULE: Rule = Rule {
    id: "set-not-null",
    aliases: &[
        ("squawk", "adding-not-nullable-field"),
        ("squawk", "adding-not-null-field"),
        ("eugene", "E2"),
        ("atlas", "MF104"),
        ("atlas", "PG303"),
        ("strong_migrations", "change_column_null"),
        ("django-migration-linter", "NOT_NULL"),
        ("bytebase", "statement.disallow-add-not-null"),
        ("pgmold", "warn_set_not_null"),
    ],
    needs_rows: true,
    looks: &[Look::Change(by_change), Look::Act(by_act)],
    ..ANY
};

fn by_change(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let Change::ColumnModified { table, from, to, differences } = &change.change else { return None };
    if !differences.contains(&ColumnDifference::Nullability) || to.nullable {
        return None;
    }
    Some(warning(context, table, &from.name, &to.name))
}

fn warning(context: &Context<'_>, table: &ObjectName, from: &str, to: &str) -> Warning {
    let (name, old, new) = (context.table_sql(table), context.quote(from), context.quote(to));
    let mut advice = format!(
        "-- Must give 0 before the migration runs:\n\
         SELECT count(*) FROM {name} WHERE {old} IS NULL;\n\
         -- Fill what is empty, with a value that fits:\n\
         UPDATE {name} SET {old} = :value WHERE {old} IS NULL;"
    );
    if context.dialect() == Dialect::Postgres {
        let check = context.quote(&format!("{}_{to}_not_null", table.name));
        advice.push_str(&format!(
            "\n-- Then without a long lock, each in its own transaction:\n\
             ALTER TABLE {name} ADD CONSTRAINT {check} CHECK ({new} IS NOT NULL) NOT VALID;\n\
             ALTER TABLE {name} VALIDATE CONSTRAINT {check};\n\
             ALTER TABLE {name} ALTER COLUMN {new} SET NOT NULL;\n\
             ALTER TABLE {name} DROP CONSTRAINT {check};"
        ));
    }
    Warning {
        severity: Severity::High,
        confidence: Confidence::Medium,
        message: format!(
            "The migration fails when {table}.{to} is NULL in any row of production, and deployed code that leaves it \
             empty is refused."
        ),
        advice,
        table: Some(table.clone()),
        item: Some(to.to_owned()),
    }
}

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Alter { table, change } = &step.act.action else { return None };
    let column = match change {
        TableChange::SetNotNull { column } => column,
        TableChange::AddConstraint(NewConstraint {
            kind: ConstraintKind::NotNull { column },
            not_valid: false,
            ..
        }) => column,
        // The definition says all of the column anew; whether it was NOT NULL before, only the schema tells.
        TableChange::Redefine { from, column }
            if column.not_null && context.from.table(table).is_none() && !is_filled(context, step, table, from) =>
        {
            from
        }
        _ => return None,
    };
    if context.is_new_at(table, step.at) || is_proven(context, step, table, column) {
        return None;
    }
    Some(warning(context, table, column, column))
}

/// Whether the migration has filled what was empty, and leaves a default for code that leaves the column out.
fn is_filled(context: &Context<'_>, step: &Step<'_>, table: &ObjectName, column: &String) -> bool {
    let acts = || context.statements.iter().enumerate().flat_map(|(at, it)| it.acts.iter().map(move |act| (at, act)));
    let filled = acts().take_while(|(at, _)| *at < step.at).any(|(_, act)| {
        matches!(&act.action, Action::Write(write)
            if write.verb == WriteVerb::Update && &write.table == table
                && write.columns.iter().any(|set| set.trim_matches(['`', '"']) == column))
    });
    let mut default = acts().filter_map(|(_, act)| match &act.action {
        Action::Alter { table: of, change: TableChange::SetDefault { column: given, .. } }
            if of == table && given == column =>
        {
            Some(true)
        }
        Action::Alter { table: of, change: TableChange::DropDefault { column: bare } }
            if of == table && bare == column =>
        {
            Some(false)
        }
        _ => None,
    });
    filled && default.next_back().unwrap_or(false)
}

/// Whether a CHECK that was validated before proves that the column holds no NULL, so that PostgreSQL 12 and later
/// need not look.
fn is_proven(context: &Context<'_>, step: &Step<'_>, table: &ObjectName, column: &str) -> bool {
    if context.dialect() != Dialect::Postgres || !context.server.is_at_least(12, 0) {
        return false;
    }
    let earlier = || {
        let before = context.statements.iter().take(step.at).flat_map(|statement| &statement.acts);
        before.chain(step.statement.acts.iter().take(step.part))
    };
    let proves = |expression: &str| {
        let text: String = expression.chars().filter(|c| !c.is_whitespace() && !"()\"".contains(*c)).collect();
        text.eq_ignore_ascii_case(&format!("{column}ISNOTNULL"))
    };
    earlier().any(|act| match &act.action {
        Action::Alter { table: of, change: TableChange::ValidateConstraint { name } } if of == table => {
            let added = earlier().find_map(|act| match &act.action {
                Action::Alter { table: of, change: TableChange::AddConstraint(added) }
                    if of == table && added.name.as_ref() == Some(name) =>
                {
                    Some(&added.kind)
                }
                _ => None,
            });
            let known = context.from.table(table).and_then(|table| {
                table.checks.iter().find(|check| check.name.as_ref() == Some(name)).map(|check| &check.expression)
            });
            match (added, known) {
                (Some(ConstraintKind::Check { expression }), _) => proves(expression),
                (Some(_), _) => false,
                (None, Some(expression)) => proves(expression),
                // It was added by an earlier migration that nobody has seen.
                (None, None) => context.from.table(table).is_none(),
            }
        }
        _ => false,
    }) || context.from.table(table).is_some_and(|table| table.checks.iter().any(|check| proves(&check.expression)))
}
