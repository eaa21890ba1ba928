//! `add-unique`: rows that were allowed to be alike no longer are.

use crate::diff::{Change, Constraint, SchemaChange, Severity};
use crate::hazard::context::{in_revision, python};
use crate::hazard::made;
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::{Action, ConstraintKind, NewConstraint, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::{ColumnDefault, Dialect, ObjectName};

/// A primary key, UNIQUE constraint or unique index is added.
pub const RULE: Rule = Rule {
    id: "add-unique",
    aliases: &[
        ("squawk", "disallowed-unique-constraint"),
        ("squawk", "disallow-unique-constraint"),
        ("eugene", "E7"),
        ("atlas", "PG105"),
        ("atlas", "MF101"),
        ("atlas", "MF102"),
        ("strong_migrations", "add_unique_constraint"),
        ("django-migration-linter", "ADD_UNIQUE"),
    ],
    needs_rows: true,
    looks: &[Look::Change(by_change), Look::Act(by_act), Look::Act(by_duplicates)],
    ..ANY
};

fn by_change(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let (table, keys, columns, predicate) = subject(context, &change.change)?;
    // What was unique by the same columns before stays so.
    if predicate.is_none() && context.before(table).is_some_and(|before| before.is_unique_by(&columns)) {
        return None;
    }
    if context.starts_empty(table, &columns) {
        return None;
    }
    let constant = !columns.is_empty()
        && columns.iter().all(|column| {
            let added = context.added_column(table, column);
            added.is_some_and(|added| matches!(added.default, Some(ColumnDefault::Literal(_))))
        });
    let name = context.table_sql(table);
    let condition = predicate.map_or_else(String::new, |predicate| format!("\nWHERE {predicate}"));
    let keys = keys.join(", ");
    let (confidence, message) = if constant {
        let text = format!(
            "Every row of {table} gets the same value in {keys}, so the migration fails as soon as there are two rows."
        );
        (Confidence::High, text)
    } else {
        let text = format!(
            "The migration fails on a database that holds two rows of {table} with the same {keys}, and deployed code \
             that writes such rows is refused."
        );
        (Confidence::Medium, text)
    };
    Some(Warning {
        severity: Severity::High,
        confidence,
        message,
        advice: format!(
            "-- Must give no rows before the migration runs:\n\
             SELECT {keys}, count(*) FROM {name}{condition}\n\
             GROUP BY {keys} HAVING count(*) > 1;"
        ),
        table: Some(table.clone()),
        item: Some(columns.join(", ")),
    })
}

type Subject<'a> = (&'a ObjectName, Vec<String>, Vec<String>, Option<&'a str>);

/// The table, its keys in SQL, the columns among them, and the condition of a partial index.
fn subject<'a>(context: &Context<'_>, change: &'a Change) -> Option<Subject<'a>> {
    match change {
        Change::ConstraintAdded { table, constraint } => {
            let columns = match constraint {
                Constraint::PrimaryKey(key) => key.columns.clone(),
                Constraint::Unique(unique) => unique.columns.clone(),
                Constraint::Check(_) => return None,
            };
            Some((table, columns.iter().map(|column| context.quote(column)).collect(), columns, None))
        }
        Change::IndexAdded { table, index } if index.unique => {
            let keys = index.parts.iter().filter_map(|part| match (&part.column, &part.expression) {
                (Some(column), _) => Some(context.quote(column)),
                (None, expression) => expression.clone(),
            });
            let columns = index.parts.iter().filter_map(|part| part.column.clone()).collect();
            Some((table, keys.collect(), columns, index.predicate.as_deref()))
        }
        _ => None,
    }
}

/// Where the schema is not known: an index or a constraint, which need not lock what it reads to fail on it.
fn by_duplicates(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    if !context.knows_statements_only() {
        return None;
    }
    let (table, columns) = match &step.act.action {
        // Built concurrently it fails alone, and can be tried again.
        Action::CreateIndex(index) if index.unique && !index.concurrently => {
            (&index.table, index.keys.iter().filter_map(|key| made::column(key)).collect())
        }
        Action::Alter { table, change } if context.dialect() != Dialect::Postgres => match change {
            TableChange::AddConstraint(NewConstraint { kind: ConstraintKind::Unique { columns, .. }, .. }) => {
                (table, columns.clone())
            }
            TableChange::AddColumn { column, .. } if column.unique && column.default.is_some() => {
                (table, vec![column.name.clone()])
            }
            _ => return None,
        },
        _ => return None,
    };
    let columns: Vec<String> = columns;
    // A column that an earlier statement added without a value is NULL in every row.
    let earlier = context.statements.iter().take(step.at).flat_map(|statement| &statement.acts);
    let starts_empty = earlier.into_iter().any(|act| {
        matches!(&act.action, Action::Alter { table: of, change: TableChange::AddColumn { column, .. } }
            if of == table && columns.contains(&column.name) && column.default.is_none() && !column.counted)
    });
    if starts_empty || context.is_new_at(table, step.at) {
        return None;
    }
    let (sql, keys) = (context.table_sql(table), context.columns_sql(&columns));
    let told = if columns.is_empty() { "key".to_owned() } else { columns.join(", ") };
    let text = format!(
        "The migration fails on a database that holds two rows of {table} with the same {told}, and deployed code that \
         writes such rows is refused."
    );
    let advice = format!(
        "-- Must give no rows before the migration runs:\n\
         SELECT {keys}, count(*) FROM {sql} GROUP BY {keys} HAVING count(*) > 1;"
    );
    Some(Warning::new(Severity::High, Confidence::Medium, text).advise(advice).on(table).about(columns.join(", ")))
}

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    if context.dialect() != Dialect::Postgres {
        return None;
    }
    let Action::Alter { table, change } = &step.act.action else { return None };
    let (columns, name) = match change {
        TableChange::AddConstraint(NewConstraint {
            kind: ConstraintKind::Unique { columns, using_index: None },
            name,
            ..
        }) => (columns.clone(), name.clone()),
        TableChange::AddColumn { column, .. } if column.unique => (vec![column.name.clone()], None),
        _ => return None,
    };
    if context.is_new_at(table, step.at) {
        return None;
    }
    let (sql, keys) = (context.table_sql(table), context.columns_sql(&columns));
    let name = name.unwrap_or_else(|| format!("{}_{}_key", table.name, columns.join("_")));
    let constraint = context.quote(&name);
    let text = format!(
        "The constraint builds an index over {} while nobody can read or write the table, and fails when two \
         rows have the same {}.",
        context.rows_of(table),
        columns.join(", ")
    );
    let mut advice = format!(
        "-- Must give no rows before the migration runs:\n\
         SELECT {keys}, count(*) FROM {sql} GROUP BY {keys} HAVING count(*) > 1;\n\
         -- Then build the index outside a transaction:\n\
         CREATE UNIQUE INDEX CONCURRENTLY {constraint} ON {sql} ({keys});\n\
         -- And make it the constraint, which takes a moment:\n\
         ALTER TABLE {sql} ADD CONSTRAINT {constraint} UNIQUE USING INDEX {constraint};"
    );
    if step.is_python() {
        let list = columns.iter().map(|column| python(column)).collect::<Vec<_>>().join(", ");
        advice.push_str(&in_revision(&[
            "with op.get_context().autocommit_block():".to_owned(),
            format!(
                "    op.create_index({}, {}, [{list}], unique=True, postgresql_concurrently=True)",
                python(&name),
                python(&table.name)
            ),
            format!(
                "op.execute({})",
                python(&format!("ALTER TABLE {sql} ADD CONSTRAINT {constraint} UNIQUE USING INDEX {constraint}"))
            ),
        ]));
    }
    Some(Warning::new(Severity::High, Confidence::High, text).advise(advice).on(table).about(columns.join(", ")))
}
