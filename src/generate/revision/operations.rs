//! Which statements are exactly what one of Alembic's operations does.

use std::collections::HashMap;

use super::column::{actions, column, create_table, text};
use crate::diff::{Change, Constraint};
use crate::generate::python::Code;
use crate::migration::render::{postgres, sqlite};
use crate::schema::{Dialect, ForeignKey, Index, Lookup, ObjectName, Schema};

/// Statements as the plans of these changes have them, each with the operation that does the same.
pub(super) fn known(changes: &[Change], from: &Schema, to: &Schema) -> HashMap<String, Code> {
    let mut known = HashMap::new();
    let all = from.tables.iter().chain(&to.tables);
    let quiet: Vec<(&ObjectName, &Index)> = match to.dialect {
        Dialect::Sqlite => all.flat_map(|table| table.indexes.iter().map(|index| (&table.name, index))).collect(),
        Dialect::Postgres => Vec::new(),
        Dialect::Mysql => return known,
    };
    // Indexes of a table that is made anew go and come without being a change.
    for (table, index) in quiet {
        known.extend(sqlite_index(table, index));
    }
    let tables = Lookup::new(to);
    for change in changes {
        if let (Dialect::Postgres, Change::TableAdded { table }) = (to.dialect, change) {
            known.extend(table.foreign_keys.iter().filter_map(|key| create_foreign_key(&table.name, key)));
        }
        known.extend(match to.dialect {
            Dialect::Sqlite => on_sqlite(change, &tables),
            Dialect::Postgres => on_postgres(change),
            Dialect::Mysql => None,
        });
    }
    known
}

fn call(operation: &str, arguments: Vec<Code>) -> Code {
    Code::call(format!("op.{operation}"), arguments)
}

fn on_sqlite(change: &Change, tables: &Lookup<'_>) -> Option<(String, Code)> {
    let quoted = |name: &ObjectName| sqlite::quoted(&name.name);
    Some(match change {
        Change::TableAdded { table } => (sqlite::create_table(table, &table.name.name), create_table(table)?),
        Change::TableRemoved { table } => {
            (format!("DROP TABLE {};", quoted(&table.name)), call("drop_table", vec![Code::text(&table.name.name)]))
        }
        Change::TableRenamed { from, to, .. } => (
            format!("ALTER TABLE {} RENAME TO {};", quoted(from), quoted(to)),
            call("rename_table", vec![Code::text(&from.name), Code::text(&to.name)]),
        ),
        Change::ColumnAdded { table, column: added } => (
            format!(
                "ALTER TABLE {} ADD COLUMN {};",
                quoted(table),
                sqlite::added_column(tables.table(table)?, added, None)
            ),
            call("add_column", vec![Code::text(&table.name), column(added, Dialect::Sqlite)?]),
        ),
        Change::ColumnRemoved { table, column } => (
            format!("ALTER TABLE {} DROP COLUMN {};", quoted(table), sqlite::quoted(&column.name)),
            call("drop_column", vec![Code::text(&table.name), Code::text(&column.name)]),
        ),
        Change::ColumnRenamed { table, from, to, .. } => {
            let renamed = Code::keyword("new_column_name", Code::text(&to.name));
            (
                sqlite::rename_column(&quoted(table), &from.name, &to.name),
                call("alter_column", vec![Code::text(&table.name), Code::text(&from.name), renamed]),
            )
        }
        Change::IndexRemoved { table, index } => {
            let on = Code::keyword("table_name", Code::text(&table.name));
            (
                format!("DROP INDEX {};", sqlite::quoted(&index.name)),
                call("drop_index", vec![Code::text(&index.name), on]),
            )
        }
        Change::IndexAdded { table, index } => sqlite_index(table, index)?,
        _ => return None,
    })
}

fn sqlite_index(table: &ObjectName, index: &Index) -> Option<(String, Code)> {
    let mut keys = Vec::new();
    for part in &index.parts {
        let mut key = match (&part.column, &part.expression) {
            (Some(column), _) if part.collation.is_none() && !part.descending => {
                keys.push(Code::text(column));
                continue;
            }
            (Some(column), _) => sqlite::quoted(column),
            (None, Some(expression)) => expression.clone(),
            (None, None) => return None,
        };
        if let Some(collation) = &part.collation {
            key.push_str(&format!(" COLLATE {}", sqlite::quoted(collation)));
        }
        if part.descending {
            key.push_str(" DESC");
        }
        keys.push(text(&key));
    }
    let mut arguments = vec![Code::text(&index.name), Code::text(&table.name), Code::List(keys)];
    if index.unique {
        arguments.push(Code::keyword("unique", Code::plain("True")));
    }
    if let Some(predicate) = &index.predicate {
        arguments.push(Code::keyword("sqlite_where", text(predicate)));
    }
    Some((sqlite::create_index(index, &table.name), call("create_index", arguments)))
}

/// The argument for a PostgreSQL schema that is not the default one.
fn namespace(name: &ObjectName) -> Option<Code> {
    name.namespace.as_ref().map(|namespace| Code::keyword("schema", Code::text(namespace)))
}

fn on_postgres(change: &Change) -> Option<(String, Code)> {
    let alter = |table: &ObjectName| format!("ALTER TABLE {}", postgres::path(table));
    let (statement, operation, mut arguments, table) = match change {
        Change::TableRemoved { table } => {
            let statement = format!("DROP TABLE {};", postgres::path(&table.name));
            (statement, "drop_table", vec![Code::text(&table.name.name)], &table.name)
        }
        Change::TableRenamed { from, to, .. } => {
            let statement = format!("{} RENAME TO {};", alter(from), postgres::quoted(&to.name));
            (statement, "rename_table", vec![Code::text(&from.name), Code::text(&to.name)], from)
        }
        Change::ColumnAdded { table, column: added } => {
            let required = if added.nullable { "" } else { " NOT NULL" };
            let line = format!("{} ADD COLUMN {}{required}", alter(table), postgres::column(added));
            let default = added.default.as_ref().map(|value| postgres::default_value(added, value));
            let default = default.map(|value| format!(" DEFAULT {value}")).unwrap_or_default();
            let code = column(added, Dialect::Postgres).filter(|_| !added.auto_increment)?;
            (format!("{line}{default};"), "add_column", vec![Code::text(&table.name), code], table)
        }
        Change::ColumnRemoved { table, column } => {
            let statement = format!("{} DROP COLUMN {};", alter(table), postgres::quoted(&column.name));
            (statement, "drop_column", vec![Code::text(&table.name), Code::text(&column.name)], table)
        }
        Change::ColumnRenamed { table, from, to, .. } => {
            let (old, new) = (postgres::quoted(&from.name), postgres::quoted(&to.name));
            let renamed = Code::keyword("new_column_name", Code::text(&to.name));
            let arguments = vec![Code::text(&table.name), Code::text(&from.name), renamed];
            (format!("{} RENAME COLUMN {old} TO {new};", alter(table)), "alter_column", arguments, table)
        }
        Change::IndexRemoved { table, index } => {
            let own = ObjectName { namespace: table.namespace.clone(), name: index.name.clone() };
            let on = Code::keyword("table_name", Code::text(&table.name));
            (format!("DROP INDEX {};", postgres::path(&own)), "drop_index", vec![Code::text(&index.name), on], table)
        }
        Change::IndexAdded { table, index } => {
            let columns: Vec<String> = index.parts.iter().filter_map(|part| part.column.clone()).collect();
            let unique = if index.unique { "UNIQUE " } else { "" };
            let own = postgres::quoted(&index.name);
            let keys = postgres::list(&columns);
            let plain = format!("CREATE {unique}INDEX {own} ON {} USING btree ({keys})", postgres::path(table));
            index.definition.as_ref().filter(|definition| **definition == plain)?;
            let columns = Code::texts(columns.iter().map(String::as_str));
            let mut arguments = vec![Code::text(&index.name), Code::text(&table.name), columns];
            if index.unique {
                arguments.push(Code::keyword("unique", Code::plain("True")));
            }
            (format!("{plain};"), "create_index", arguments, table)
        }
        Change::RelationshipAdded { table, foreign_key } => return create_foreign_key(table, foreign_key),
        Change::ConstraintAdded { table, constraint } => {
            let (name, definition, operation, value) = match constraint {
                Constraint::Unique(unique) => {
                    let columns = Code::texts(unique.columns.iter().map(String::as_str));
                    (unique.name.as_ref()?, postgres::unique(unique), "create_unique_constraint", columns)
                }
                Constraint::Check(check) => {
                    (check.name.as_ref()?, postgres::check(check), "create_check_constraint", text(&check.expression))
                }
                Constraint::PrimaryKey(key) => {
                    let columns = Code::texts(key.columns.iter().map(String::as_str));
                    (key.name.as_ref()?, postgres::primary_key(key), "create_primary_key", columns)
                }
            };
            let statement = format!("{} ADD CONSTRAINT {} {definition};", alter(table), postgres::quoted(name));
            (statement, operation, vec![Code::text(name), Code::text(&table.name), value], table)
        }
        Change::ConstraintRemoved { table, constraint } => {
            let (name, kind) = match constraint {
                Constraint::Unique(unique) => (unique.name.as_ref()?, "unique"),
                Constraint::Check(check) => (check.name.as_ref()?, "check"),
                Constraint::PrimaryKey(key) => (key.name.as_ref()?, "primary"),
            };
            (drop_text(table, name), "drop_constraint", drop_arguments(table, name, kind), table)
        }
        Change::RelationshipRemoved { table, foreign_key } => {
            let name = foreign_key.name.as_ref()?;
            (drop_text(table, name), "drop_constraint", drop_arguments(table, name, "foreignkey"), table)
        }
        _ => return None,
    };
    arguments.extend(namespace(table));
    Some((statement, call(operation, arguments)))
}

fn drop_text(table: &ObjectName, name: &str) -> String {
    format!("ALTER TABLE {} DROP CONSTRAINT {};", postgres::path(table), postgres::quoted(name))
}

fn drop_arguments(table: &ObjectName, name: &str, kind: &str) -> Vec<Code> {
    vec![Code::text(name), Code::text(&table.name), Code::keyword("type_", Code::text(kind))]
}

fn create_foreign_key(table: &ObjectName, key: &ForeignKey) -> Option<(String, Code)> {
    let name = key.name.as_ref()?;
    let target = &key.referenced_table;
    let mut arguments = vec![
        Code::text(name),
        Code::text(&table.name),
        Code::text(&target.name),
        Code::texts(key.columns.iter().map(String::as_str)),
        Code::texts(key.referenced_columns.iter().map(String::as_str)),
    ];
    arguments.extend(actions(key));
    for (side, name) in [("source_schema", table), ("referent_schema", target)] {
        let namespace = name.namespace.as_ref().map(|namespace| Code::keyword(side, Code::text(namespace)));
        arguments.extend(namespace);
    }
    let definition = postgres::foreign_key(key);
    let statement =
        format!("ALTER TABLE {} ADD CONSTRAINT {} {definition};", postgres::path(table), postgres::quoted(name));
    Some((statement, call("create_foreign_key", arguments)))
}
