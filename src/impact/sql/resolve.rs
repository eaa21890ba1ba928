//! A parsed statement, each of its columns resolved against the tables in scope.

use std::ops::ControlFlow;

use sqlparser::ast::{
    Assignment, AssignmentTarget, ConflictTarget, Expr, FromTable, Ident, JoinConstraint, JoinOperator, ObjectName,
    OnConflictAction, OnInsert, Query, SetExpr, Statement, TableFactor, TableObject, TableWithJoins,
    UpdateTableFromKind, Visit, Visitor,
};

use super::SqlUse;
use crate::impact::UsageConfidence;
use crate::impact::place::Lines;
use crate::impact::subject::Subjects;

pub(super) fn find(statement: &Statement, subjects: &Subjects, lines: &Lines<'_>, found: &mut Vec<SqlUse>) {
    let mut resolver = Resolver { subjects, lines, found, scopes: Vec::new(), ctes: Vec::new() };
    let _ = statement.visit(&mut resolver);
}

/// The tables that a query or statement reads, by the name that its columns are qualified with.
#[derive(Default)]
struct Scope {
    /// Alias in lower case, table in the schema's spelling; `None` for what the schema does not know.
    relations: Vec<(String, Option<String>)>,
    using: Vec<Ident>,
}

struct Resolver<'a> {
    subjects: &'a Subjects,
    lines: &'a Lines<'a>,
    found: &'a mut Vec<SqlUse>,
    scopes: Vec<Scope>,
    ctes: Vec<String>,
}

fn last(name: &ObjectName) -> Option<&Ident> {
    name.0.last().and_then(|part| part.as_ident())
}

impl Resolver<'_> {
    fn is_cte(&self, name: &str) -> bool {
        self.ctes.iter().any(|cte| cte.eq_ignore_ascii_case(name))
    }

    fn add_table(&self, scope: &mut Scope, name: &ObjectName, alias: Option<&Ident>) {
        let Some(ident) = last(name) else { return };
        let table = if name.0.len() == 1 && self.is_cte(&ident.value) {
            None
        } else {
            self.subjects.spelled(&ident.value).map(ToOwned::to_owned)
        };
        scope.relations.push((alias.unwrap_or(ident).value.to_lowercase(), table));
    }

    fn add_factor(&self, scope: &mut Scope, factor: &TableFactor) {
        match factor {
            TableFactor::Table { name, alias, .. } => {
                self.add_table(scope, name, alias.as_ref().map(|alias| &alias.name));
            }
            TableFactor::NestedJoin { table_with_joins, .. } => self.add_joined(scope, table_with_joins),
            TableFactor::Derived { alias, .. } | TableFactor::TableFunction { alias, .. } => {
                let alias = alias.as_ref().map_or_else(String::new, |alias| alias.name.value.to_lowercase());
                scope.relations.push((alias, None));
            }
            _ => scope.relations.push((String::new(), None)),
        }
    }

    fn add_joined(&self, scope: &mut Scope, joined: &TableWithJoins) {
        self.add_factor(scope, &joined.relation);
        for join in &joined.joins {
            self.add_factor(scope, &join.relation);
            let constraint = match &join.join_operator {
                JoinOperator::Join(constraint)
                | JoinOperator::Inner(constraint)
                | JoinOperator::Left(constraint)
                | JoinOperator::LeftOuter(constraint)
                | JoinOperator::Right(constraint)
                | JoinOperator::RightOuter(constraint)
                | JoinOperator::FullOuter(constraint) => constraint,
                _ => continue,
            };
            if let JoinConstraint::Using(columns) = constraint {
                scope.using.extend(columns.iter().filter_map(last).cloned());
            }
        }
    }

    fn add_body(&self, scope: &mut Scope, body: &SetExpr) {
        match body {
            SetExpr::Select(select) => select.from.iter().for_each(|from| self.add_joined(scope, from)),
            SetExpr::Query(query) => self.add_body(scope, &query.body),
            SetExpr::SetOperation { left, right, .. } => {
                self.add_body(scope, left);
                self.add_body(scope, right);
            }
            _ => {}
        }
    }

    fn push(&mut self, ident: &Ident, table: &str, column: Option<&str>, confidence: UsageConfidence) {
        let changes = match column {
            Some(column) => self.subjects.column(table, column),
            None => self.subjects.table(table),
        };
        if changes.is_empty() {
            return;
        }
        let explanation = match column {
            Some(column) => format!("{table}.{column} in SQL"),
            None => format!("table {table} in SQL"),
        };
        let quote = u64::from(ident.quote_style.is_some());
        let start = ident.span.start;
        let offset = self.lines.offset(start.line, start.column + quote);
        self.found.push(SqlUse { offset, changes: changes.to_vec(), confidence, explanation });
    }

    fn column_of(&mut self, table: &str, ident: &Ident, confidence: UsageConfidence) {
        if let Some(column) = self.subjects.spelled_column(table, &ident.value).map(ToOwned::to_owned) {
            self.push(ident, table, Some(&column), confidence);
        }
    }

    fn unqualified(&mut self, ident: &Ident) {
        let mut holders: Vec<String> = Vec::new();
        for scope in self.scopes.iter().rev() {
            let mut unknown = false;
            for (_, table) in &scope.relations {
                match table {
                    Some(table) if self.subjects.spelled_column(table, &ident.value).is_some() => {
                        if !holders.contains(table) {
                            holders.push(table.clone());
                        }
                    }
                    Some(_) => {}
                    None => unknown = true,
                }
            }
            if !holders.is_empty() || unknown {
                break;
            }
        }
        let confidence = if holders.len() == 1 { UsageConfidence::Certain } else { UsageConfidence::Possible };
        for table in holders {
            self.column_of(&table, ident, confidence);
        }
    }

    fn qualified(&mut self, qualifier: &Ident, ident: &Ident) {
        let alias = qualifier.value.to_lowercase();
        let relation = self
            .scopes
            .iter()
            .rev()
            .flat_map(|scope| &scope.relations)
            .find(|(name, _)| *name == alias)
            .map(|(_, table)| table.clone());
        match relation {
            Some(Some(table)) => self.column_of(&table, ident, UsageConfidence::Certain),
            Some(None) => {}
            // Triggers speak of NEW and OLD; their table is the statement's own scope.
            None if alias == "new" || alias == "old" => self.unqualified(ident),
            None => {}
        }
    }

    fn assignments(&mut self, table: &str, assignments: &[Assignment]) {
        for assignment in assignments {
            let names = match &assignment.target {
                AssignmentTarget::ColumnName(name) => std::slice::from_ref(name),
                AssignmentTarget::Tuple(names) => names.as_slice(),
            };
            for ident in names.iter().filter_map(last) {
                self.column_of(table, ident, UsageConfidence::Certain);
            }
        }
    }

    fn statement_scope(&mut self, statement: &Statement) -> Scope {
        let mut scope = Scope::default();
        match statement {
            Statement::Insert(insert) => {
                if let TableObject::TableName(name) = &insert.table {
                    self.add_table(&mut scope, name, insert.table_alias.as_ref().map(|alias| &alias.alias));
                    if let Some(table) = scope.relations.first().and_then(|(_, table)| table.clone()) {
                        for ident in insert.columns.iter().filter_map(last) {
                            self.column_of(&table, ident, UsageConfidence::Certain);
                        }
                        self.assignments(&table, &insert.assignments);
                        self.on_insert(&table, insert.on.as_ref());
                    }
                }
            }
            Statement::Update(update) => {
                self.add_joined(&mut scope, &update.table);
                if let Some(table) = scope.relations.first().and_then(|(_, table)| table.clone()) {
                    self.assignments(&table, &update.assignments);
                }
                if let Some(UpdateTableFromKind::BeforeSet(from) | UpdateTableFromKind::AfterSet(from)) = &update.from {
                    from.iter().for_each(|from| self.add_joined(&mut scope, from));
                }
            }
            Statement::Delete(delete) => {
                let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
                let using = delete.using.iter().flatten();
                from.iter().chain(using).for_each(|from| self.add_joined(&mut scope, from));
            }
            Statement::CreateIndex(index) => self.add_table(&mut scope, &index.table_name, None),
            Statement::CreateTrigger(trigger) => self.add_table(&mut scope, &trigger.table_name, None),
            _ => {}
        }
        scope
    }

    fn on_insert(&mut self, table: &str, on: Option<&OnInsert>) {
        match on {
            Some(OnInsert::DuplicateKeyUpdate(assignments)) => self.assignments(table, assignments),
            Some(OnInsert::OnConflict(conflict)) => {
                if let Some(ConflictTarget::Columns(columns)) = &conflict.conflict_target {
                    for ident in columns {
                        self.column_of(table, ident, UsageConfidence::Certain);
                    }
                }
                if let OnConflictAction::DoUpdate(update) = &conflict.action {
                    self.assignments(table, &update.assignments);
                }
            }
            _ => {}
        }
    }
}

impl Visitor for Resolver<'_> {
    type Break = ();

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        let scope = self.statement_scope(statement);
        self.scopes.push(scope);
        ControlFlow::Continue(())
    }

    fn post_visit_statement(&mut self, _statement: &Statement) -> ControlFlow<()> {
        self.scopes.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if let Some(with) = &query.with {
            self.ctes.extend(with.cte_tables.iter().map(|cte| cte.alias.name.value.clone()));
        }
        let mut scope = Scope::default();
        self.add_body(&mut scope, &query.body);
        let using = std::mem::take(&mut scope.using);
        self.scopes.push(scope);
        for ident in using {
            self.unqualified(&ident);
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _query: &Query) -> ControlFlow<()> {
        self.scopes.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        if let Some(ident) = last(relation)
            && !(relation.0.len() == 1 && self.is_cte(&ident.value))
            && let Some(table) = self.subjects.spelled(&ident.value).map(ToOwned::to_owned)
        {
            self.push(ident, &table, None, UsageConfidence::Certain);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Identifier(ident) => self.unqualified(ident),
            Expr::CompoundIdentifier(parts) => {
                if let [.., qualifier, ident] = parts.as_slice() {
                    self.qualified(qualifier, ident);
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}
