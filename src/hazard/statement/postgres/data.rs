//! Statements that write rows, out of Squawk's tree.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use super::Acts;
use super::text::{flat, object};
use crate::hazard::statement::{Action, Write, WriteVerb};
use crate::schema::ObjectName;

/// Reads the statement if it is one of these, and tells whether it is.
pub(super) fn read(acts: &mut Acts<'_>, statement: &ast::Stmt) -> bool {
    use ast::Stmt;
    let node = statement.syntax();
    match statement {
        Stmt::Update(update) => {
            let Some((table, _)) = update.relation_name().and_then(|name| object(name.syntax())) else { return true };
            let targets = update.set_clause().and_then(|set| set.set_column_list());
            let columns = targets.into_iter().flat_map(|list| list.set_columns()).flat_map(set_targets).collect();
            let condition = update.where_clause_or_current_of().map(|it| flat(it.syntax()));
            let verb = WriteVerb::Update;
            acts.push(
                node,
                Action::Write(Write { verb, table, condition, columns, constants: Vec::new(), source: None }),
            );
        }
        Stmt::Delete(delete) => {
            let Some((table, _)) = delete.relation_name().and_then(|name| object(name.syntax())) else { return true };
            let condition = delete.where_clause_or_current_of().map(|it| flat(it.syntax()));
            let verb = WriteVerb::Delete;
            acts.push(
                node,
                Action::Write(Write {
                    verb,
                    table,
                    condition,
                    columns: Vec::new(),
                    constants: Vec::new(),
                    source: None,
                }),
            );
        }
        Stmt::Insert(insert) => {
            let Some((table, _)) = insert.relation_name_ref().and_then(|name| object(name.syntax())) else {
                return true;
            };
            let columns = insert.column_target_list().map(|list| targets(list.column_targets())).unwrap_or_default();
            let (verb, source) = match insert.insert_source() {
                Some(ast::InsertSource::SelectVariant(ast::SelectVariant::Select(select))) => {
                    let from = select.from_clause().and_then(|from| object(from.syntax()));
                    (WriteVerb::InsertSelect, from.map(|(name, _)| name))
                }
                Some(
                    ast::InsertSource::SelectVariant(ast::SelectVariant::Values(_))
                    | ast::InsertSource::DefaultValues(_),
                )
                | None => (WriteVerb::InsertValues, None),
                Some(ast::InsertSource::SelectVariant(_)) => (WriteVerb::InsertSelect, None),
            };
            acts.push(
                node,
                Action::Write(Write {
                    verb,
                    table: table.clone(),
                    condition: None,
                    columns,
                    constants: Vec::new(),
                    source,
                }),
            );
            push_set_lists(acts, node, &table);
        }
        Stmt::Merge(merge) => {
            let Some((table, _)) = merge.table_relation_name().and_then(|name| object(name.syntax())) else {
                return true;
            };
            let inserted = merge.syntax().descendants().find_map(ast::MergeInsert::cast);
            let columns = inserted
                .and_then(|insert| insert.column_target_list())
                .map(|list| targets(list.column_targets()))
                .unwrap_or_default();
            let write = Write {
                verb: WriteVerb::Merge,
                table: table.clone(),
                condition: None,
                columns,
                constants: Vec::new(),
                source: None,
            };
            acts.push(node, Action::Write(write));
            push_set_lists(acts, node, &table);
        }
        _ => return false,
    }
    true
}

/// The columns of each SET inside a statement that is no UPDATE: ON CONFLICT, WHEN MATCHED.
fn push_set_lists(acts: &mut Acts<'_>, node: &SyntaxNode, table: &ObjectName) {
    for set in node.descendants().filter_map(ast::SetClause::cast) {
        let list = set.set_column_list();
        let columns = list.into_iter().flat_map(|list| list.set_columns()).flat_map(set_targets).collect();
        let write = Write {
            verb: WriteVerb::Upsert,
            table: table.clone(),
            condition: None,
            columns,
            constants: Vec::new(),
            source: None,
        };
        acts.push(set.syntax(), Action::Write(write));
    }
}

fn set_targets(column: ast::SetColumn) -> Vec<String> {
    match column {
        ast::SetColumn::SetSingleColumn(single) => {
            single.column_target().map(|it| flat(it.syntax())).into_iter().collect()
        }
        ast::SetColumn::SetMultipleColumns(several) => {
            several.column_target_list().map(|list| targets(list.column_targets())).unwrap_or_default()
        }
    }
}

fn targets(list: impl Iterator<Item = ast::ColumnTarget>) -> Vec<String> {
    list.map(|target| flat(target.syntax())).collect()
}
