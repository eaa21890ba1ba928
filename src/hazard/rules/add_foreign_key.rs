//! `add-foreign-key`: values that could point nowhere no longer may.

use crate::diff::{Change, SchemaChange, Severity};
use crate::hazard::context::{in_revision, python};
use crate::hazard::rule::{ANY, Look};
use crate::hazard::statement::{Action, ConstraintKind, NewConstraint, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::{Dialect, ForeignKey, ObjectName, ReferentialAction};

/// A foreign key is added, or points at another table.
pub const RULE: Rule = Rule {
    id: "add-foreign-key",
    aliases: &[
        ("squawk", "adding-foreign-key-constraint"),
        ("squawk", "constraint-missing-not-valid"),
        ("eugene", "E1"),
        ("atlas", "PG306"),
        ("strong_migrations", "add_foreign_key"),
        ("strong_migrations", "add_reference"),
        ("bytebase", "statement.add-fk-not-valid"),
        ("pg-schema-diff", "ACQUIRES_SHARE_ROW_EXCLUSIVE_LOCK"),
    ],
    needs_rows: true,
    looks: &[Look::Change(by_change), Look::Act(by_act)],
    ..ANY
};

fn by_change(context: &Context<'_>, change: &SchemaChange) -> Option<Warning> {
    let (table, key) = match &change.change {
        Change::RelationshipAdded { table, foreign_key } => (table, foreign_key),
        Change::RelationshipModified { table, from, to }
            if from.referenced_table != to.referenced_table || from.referenced_columns != to.referenced_columns =>
        {
            (table, to)
        }
        _ => return None,
    };
    if context.starts_empty(table, &key.columns) {
        return None;
    }
    let target = &key.referenced_table;
    Some(Warning {
        severity: Severity::High,
        confidence: Confidence::Medium,
        message: format!(
            "Rows of {table} whose {} names no row of {target} make the migration fail, or stay behind as orphans where \
             the server does not look; and deployed code can no longer delete from {target} as it did.",
            key.columns.join(", ")
        ),
        advice: advice(context, table, key),
        table: Some(table.clone()),
        item: Some(key.columns.join(", ")),
    })
}

fn advice(context: &Context<'_>, table: &ObjectName, key: &ForeignKey) -> String {
    let (name, target) = (context.table_sql(table), context.table_sql(&key.referenced_table));
    let pairs: Vec<String> = key
        .columns
        .iter()
        .zip(&key.referenced_columns)
        .map(|(column, referenced)| format!("parent.{} = child.{}", context.quote(referenced), context.quote(column)))
        .collect();
    let given: Vec<String> =
        key.columns.iter().map(|column| format!("child.{} IS NOT NULL", context.quote(column))).collect();
    let mut advice = format!(
        "-- Must give 0 before the migration runs:\n\
         SELECT count(*) FROM {name} AS child\n\
         WHERE {} AND NOT EXISTS (\n  SELECT 1 FROM {target} AS parent WHERE {}\n);",
        given.join(" AND "),
        pairs.join(" AND ")
    );
    if let (Dialect::Postgres, Some(constraint)) = (context.dialect(), &key.name) {
        let constraint = context.quote(constraint);
        advice.push_str(&format!(
            "\n-- Then without a long lock on either table, each in its own transaction:\n\
             ALTER TABLE {name} ADD CONSTRAINT {constraint} FOREIGN KEY ({}) REFERENCES {target} ({}) NOT VALID;\n\
             ALTER TABLE {name} VALIDATE CONSTRAINT {constraint};",
            context.columns_sql(&key.columns),
            context.columns_sql(&key.referenced_columns)
        ));
    }
    advice
}

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    if context.dialect() == Dialect::Sqlite {
        return None;
    }
    let Action::Alter { table, change } = &step.act.action else { return None };
    let (columns, reference, name) = match change {
        TableChange::AddConstraint(NewConstraint {
            kind: ConstraintKind::ForeignKey { columns, reference },
            not_valid: false,
            name,
            ..
        }) => (columns.clone(), reference, name.clone()),
        // MySQL reads REFERENCES in a column's definition and does nothing.
        TableChange::AddColumn { column, .. } if context.dialect() == Dialect::Postgres => {
            (vec![column.name.clone()], column.references.as_ref()?, None)
        }
        _ => return None,
    };
    if context.is_new_at(table, step.at) {
        return None;
    }
    let key = ForeignKey {
        name: Some(name.unwrap_or_else(|| format!("{}_{}_fkey", table.name, columns.join("_")))),
        referenced_table: reference.table.clone(),
        referenced_columns: if reference.columns.is_empty() {
            vec!["id".to_owned()]
        } else {
            reference.columns.clone()
        },
        columns,
        on_delete: reference.on_delete,
        on_update: ReferentialAction::NoAction,
        deferred: false,
    };
    let text = format!(
        "Nobody can write {table} or {} until {} are checked against it; and a row that points nowhere makes \
         the migration fail.",
        key.referenced_table,
        context.rows_of(table)
    );
    let warning = Warning::new(Severity::High, Confidence::High, text).advise(if step.is_python() {
        advice(context, table, &key) + &revision(table, &key)
    } else {
        advice(context, table, &key)
    });
    Some(warning.on(table).about(key.columns.join(", ")))
}

/// The same in Alembic's words.
fn revision(table: &ObjectName, key: &ForeignKey) -> String {
    let list = |names: &[String]| names.iter().map(|name| python(name)).collect::<Vec<_>>().join(", ");
    let name = key.name.as_deref().unwrap_or_default();
    in_revision(&[
        format!(
            "op.create_foreign_key({}, {}, {}, [{}], [{}], postgresql_not_valid=True)",
            python(name),
            python(&table.name),
            python(&key.referenced_table.name),
            list(&key.columns),
            list(&key.referenced_columns)
        ),
        "# and in the next revision:".to_owned(),
        format!("op.execute({})", python(&format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}"))),
    ])
}
