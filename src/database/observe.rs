//! Which tables and columns kept their identity under another name, read from the statements that a migration sent.
//!
//! Followed are ALTER TABLE … RENAME and RENAME COLUMN, MySQL's own ways to rename ([`mysql`]), and the detour that
//! SQLite asks for and that Alembic's batch mode takes: CREATE TABLE, INSERT … SELECT, DROP TABLE, RENAME. There the
//! position in the INSERT … SELECT tells which column became which. Identity goes through chains: a table may be
//! renamed, then copied, then renamed back, and a column with it.

mod mysql;
mod track;

use sqlparser::ast::{
    AlterTableOperation, CreateTable, Expr, Insert, ObjectType, Query, RenameTableNameKind, SelectItem, SetExpr,
    Statement, TableFactor, TableObject,
};
use sqlparser::dialect::{Dialect as Grammar, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;

use self::track::{Copied, Tracks};
use crate::diff::RenameHints;
use crate::schema::{Dialect, ObjectName};

/// The renames that `statements`, in the order in which they were sent, amount to.
///
/// A statement that cannot be read changes nothing: its renames are left to the differ's own judgement.
pub fn renames<'a>(dialect: Dialect, statements: impl IntoIterator<Item = &'a str>) -> RenameHints {
    let grammar: &dyn Grammar = match dialect {
        Dialect::Sqlite => &SQLiteDialect {},
        Dialect::Postgres => &PostgreSqlDialect {},
        Dialect::Mysql => &MySqlDialect {},
    };
    let mut tracks = Tracks::default();
    for text in statements {
        if dialect == Dialect::Mysql && mysql::observe(&mut tracks, text) {
            continue;
        }
        match Parser::parse_sql(grammar, text) {
            Ok(parsed) => {
                for statement in &parsed {
                    observe(&mut tracks, statement, text);
                }
            }
            Err(error) => tracing::debug!(%error, statement = text, "a statement is not understood"),
        }
    }
    tracks.hints()
}

fn observe(tracks: &mut Tracks, statement: &Statement, text: &str) {
    match statement {
        Statement::AlterTable(alter) => {
            let mut table = object_name(&alter.name);
            for operation in &alter.operations {
                match operation {
                    AlterTableOperation::RenameTable { table_name } => {
                        let (RenameTableNameKind::As(to) | RenameTableNameKind::To(to)) = table_name;
                        let mut to = object_name(to);
                        // PostgreSQL's new name is never qualified: the namespace stays.
                        to.namespace = to.namespace.or_else(|| table.namespace.clone());
                        tracks.rename_table(&table, &to, text);
                        table = to;
                    }
                    AlterTableOperation::RenameColumn { old_column_name, new_column_name } => {
                        tracks.rename_column(&table, &old_column_name.value, &new_column_name.value, text);
                    }
                    AlterTableOperation::AddColumn { column_def, .. } => {
                        tracks.add_column(&table, &column_def.name.value);
                    }
                    AlterTableOperation::DropColumn { column_names, .. } => {
                        column_names.iter().for_each(|name| tracks.drop_column(&table, &name.value));
                    }
                    _ => {}
                }
            }
        }
        Statement::CreateTable(create) => created(tracks, create, text),
        Statement::Insert(insert) => inserted(tracks, insert, text),
        Statement::Drop { object_type: ObjectType::Table, names, .. } => {
            names.iter().for_each(|name| tracks.drop_table(&object_name(name)));
        }
        _ => {}
    }
}

fn created(tracks: &mut Tracks, create: &CreateTable, text: &str) {
    let table = object_name(&create.name);
    let mut columns: Vec<String> = create.columns.iter().map(|column| column.name.value.clone()).collect();
    let selected = create.query.as_deref().and_then(selected);
    if let Some((_, items)) = &selected
        && columns.is_empty()
    {
        columns = items.iter().map(|item| item.name.clone().unwrap_or_default()).collect();
    }
    tracks.create_table(&table, columns.clone());
    if let Some((source, items)) = selected {
        copied(tracks, &table, &source, columns, items, text);
    }
}

fn inserted(tracks: &mut Tracks, insert: &Insert, text: &str) {
    let TableObject::TableName(name) = &insert.table else { return };
    let table = object_name(name);
    let Some((source, items)) = insert.source.as_deref().and_then(selected) else { return };
    let named: Vec<String> =
        insert.columns.iter().filter_map(|column| Some(column.0.last()?.as_ident()?.value.clone())).collect();
    let columns = if named.is_empty() { tracks.created_columns(&table) } else { named };
    copied(tracks, &table, &source, columns, items, text);
}

fn copied(
    tracks: &mut Tracks,
    table: &ObjectName,
    source: &ObjectName,
    columns: Vec<String>,
    items: Vec<Item>,
    text: &str,
) {
    let pairs = if items.iter().any(|item| item.all) {
        columns.iter().map(|name| (name.clone(), name.clone())).collect()
    } else {
        columns.into_iter().zip(items).filter_map(|(column, item)| Some((item.source?, column))).collect()
    };
    tracks.copy(table, source, Copied { pairs, statement: text.to_owned() });
}

/// One item of a SELECT list.
struct Item {
    /// The column that it hands on unchanged, but for a cast.
    source: Option<String>,
    /// The name of the result.
    name: Option<String>,
    /// `*`
    all: bool,
}

/// The table and the items of a plain `SELECT … FROM table`.
fn selected(query: &Query) -> Option<(ObjectName, Vec<Item>)> {
    let SetExpr::Select(select) = query.body.as_ref() else { return None };
    let [from] = select.from.as_slice() else { return None };
    let TableFactor::Table { name, .. } = &from.relation else { return None };
    if !from.joins.is_empty() {
        return None;
    }
    let items = select.projection.iter().map(|item| match item {
        SelectItem::UnnamedExpr(expression) => {
            let source = column_of(expression);
            Item { name: source.clone(), source, all: false }
        }
        SelectItem::ExprWithAlias { expr, alias } => {
            Item { source: column_of(expr), name: Some(alias.value.clone()), all: false }
        }
        SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..) => Item { source: None, name: None, all: true },
        SelectItem::ExprWithAliases { .. } => Item { source: None, name: None, all: false },
    });
    Some((object_name(name), items.collect()))
}

fn column_of(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Identifier(name) => Some(name.value.clone()),
        Expr::CompoundIdentifier(parts) => parts.last().map(|name| name.value.clone()),
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => column_of(inner),
        _ => None,
    }
}

fn object_name(name: &sqlparser::ast::ObjectName) -> ObjectName {
    let parts: Vec<&str> = name.0.iter().filter_map(|part| part.as_ident()).map(|part| part.value.as_str()).collect();
    match parts.as_slice() {
        [.., namespace, name] if !["public", "main"].contains(namespace) => ObjectName::qualified(*namespace, *name),
        [.., name] => ObjectName::new(*name),
        [] => ObjectName::new(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::RenameEvidence;

    fn told(statements: &[&str]) -> Vec<String> {
        let hints = renames(Dialect::Sqlite, statements.iter().copied());
        let tables = hints.tables.iter().map(|(from, to, _)| format!("{from} -> {to}"));
        let columns = hints.columns.iter().map(|(table, from, to, _)| format!("{table}.{from} -> {to}"));
        tables.chain(columns).collect()
    }

    const BATCH: [&str; 4] = [
        "\nCREATE TABLE _alembic_tmp_customer (\n\tid INTEGER NOT NULL, \n\temail VARCHAR(120), \n\tage INTEGER, vip BOOLEAN, PRIMARY KEY (id))\n",
        "INSERT INTO _alembic_tmp_customer (id, email, age) SELECT customer.id, customer.mail, CAST(customer.years AS INTEGER) AS years \nFROM customer",
        "\nDROP TABLE customer",
        "ALTER TABLE _alembic_tmp_customer RENAME TO customer",
    ];

    #[test]
    fn plain_renames() {
        assert_eq!(
            told(&[
                "ALTER TABLE a RENAME TO b",
                "ALTER TABLE b RENAME COLUMN x TO \"y z\"",
                "ALTER TABLE c RENAME p TO q"
            ]),
            ["a -> b", "b.x -> y z", "c.p -> q"]
        );
    }

    #[test]
    fn batch_mode_tells_by_position() {
        assert_eq!(told(&BATCH), ["customer.years -> age", "customer.mail -> email"]);
        let hints = renames(Dialect::Sqlite, BATCH);
        let RenameEvidence::Observed { statement } = &hints.columns[1].3 else { panic!() };
        assert!(statement.starts_with("INSERT INTO _alembic_tmp_customer (id, email"));
    }

    #[test]
    fn identity_goes_through_chains() {
        let mut statements =
            vec!["ALTER TABLE client RENAME TO customer", "ALTER TABLE customer RENAME COLUMN post TO mail"];
        statements.extend(BATCH);
        statements.extend(["ALTER TABLE customer RENAME TO buyer", "ALTER TABLE buyer RENAME COLUMN email TO address"]);
        assert_eq!(told(&statements), ["client -> buyer", "buyer.post -> address", "buyer.years -> age"]);
    }

    #[test]
    fn there_and_back_is_no_rename() {
        assert!(told(&["ALTER TABLE a RENAME TO b", "ALTER TABLE b RENAME TO a"]).is_empty());
        assert!(told(&["ALTER TABLE a RENAME COLUMN x TO y", "ALTER TABLE a RENAME COLUMN y TO x"]).is_empty());
        assert_eq!(
            told(&[
                "ALTER TABLE a RENAME COLUMN x TO t",
                "ALTER TABLE a RENAME COLUMN y TO x",
                "ALTER TABLE a RENAME COLUMN t TO y"
            ]),
            ["a.y -> x", "a.x -> y"]
        );
    }

    #[test]
    fn what_is_new_or_gone_is_no_rename() {
        assert!(told(&["ALTER TABLE a ADD COLUMN x INTEGER", "ALTER TABLE a RENAME COLUMN x TO y"]).is_empty());
        assert!(told(&["ALTER TABLE a DROP COLUMN x", "ALTER TABLE a ADD COLUMN x TEXT"]).is_empty());
        assert!(told(&["CREATE TABLE t (id INTEGER)", "ALTER TABLE t RENAME TO u"]).is_empty());
        assert!(told(&["ALTER TABLE a RENAME TO b", "DROP TABLE b"]).is_empty());
    }

    #[test]
    fn a_table_copied_by_hand_keeps_its_identity() {
        assert_eq!(
            told(&[
                "ALTER TABLE item RENAME TO item_old",
                "CREATE TABLE item (id INTEGER, title TEXT)",
                "INSERT INTO item SELECT id, name FROM item_old",
                "DROP TABLE item_old"
            ]),
            ["item.name -> title"]
        );
        let split = [
            "CREATE TABLE one (id INTEGER)",
            "CREATE TABLE two (id INTEGER)",
            "INSERT INTO one SELECT id FROM both_",
            "INSERT INTO two SELECT id FROM both_",
            "DROP TABLE both_",
        ];
        assert!(told(&split).is_empty(), "a table that was split in two is neither");
    }

    #[test]
    fn nonsense_is_passed_over() {
        assert!(told(&["PRAGMA foreign_keys=ON", "not sql at all", "UPDATE a SET b = 1"]).is_empty());
    }
}
