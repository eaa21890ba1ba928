//! A parsed statement, each of its columns resolved against the tables in scope.

use std::ops::ControlFlow;

use sqlparser::ast::{
    Assignment, AssignmentTarget, ConflictTarget, Expr, FromTable, Ident, Insert, JoinConstraint, JoinOperator,
    ObjectName, OnConflictAction, OnInsert, Query, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr,
    Statement, TableObject, TableWithJoins, UpdateTableFromKind, Visit, Visitor,
};

use super::SqlUse;
use super::output::{self, Ctes, Found, Origin, Relation, last};
use crate::impact::UsageConfidence;
use crate::impact::place::Lines;
use crate::impact::subject::Subjects;

pub(super) fn find(statement: &Statement, subjects: &Subjects, lines: &Lines<'_>, found: &mut Vec<SqlUse>) {
    let mut resolver = Resolver { subjects, lines, found, scopes: Vec::new(), ctes: Vec::new(), asks_existence: false };
    let _ = statement.visit(&mut resolver);
}

/// What a query or statement reads, by the name that its columns are qualified with.
#[derive(Default)]
struct Scope {
    relations: Vec<(String, Relation)>,
    using: Vec<Ident>,
    /// How many common table expressions were in scope outside.
    outer_ctes: usize,
}

struct Resolver<'a> {
    subjects: &'a Subjects,
    lines: &'a Lines<'a>,
    found: &'a mut Vec<SqlUse>,
    scopes: Vec<Scope>,
    ctes: Ctes,
    /// Whether the next query only asks if there are rows.
    asks_existence: bool,
}

impl Resolver<'_> {
    fn is_cte(&self, name: &str) -> bool {
        self.ctes.iter().any(|(cte, _)| cte.eq_ignore_ascii_case(name))
    }

    fn add_table(&self, scope: &mut Scope, name: &ObjectName, alias: Option<&Ident>) {
        if let (Some(ident), Some(relation)) = (last(name), output::relation(name, &self.ctes, self.subjects)) {
            scope.relations.push((alias.unwrap_or(ident).value.to_lowercase(), relation));
        }
    }

    fn add_joined(&self, scope: &mut Scope, joined: &TableWithJoins) {
        output::add_joined(&mut scope.relations, joined, &self.ctes, self.subjects);
        for join in &joined.joins {
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
        let mut holders: Vec<Origin> = Vec::new();
        for scope in self.scopes.iter().rev() {
            let mut decided = false;
            for (_, relation) in &scope.relations {
                match relation.find(&ident.value, self.subjects) {
                    Found::Origin(origin) if !holders.contains(&origin) => holders.push(origin),
                    Found::Made | Found::Open => decided = true,
                    Found::Origin(_) | Found::Missing => {}
                }
            }
            if !holders.is_empty() || decided {
                break;
            }
        }
        let confidence = if holders.len() == 1 { UsageConfidence::Certain } else { UsageConfidence::Possible };
        for (table, column) in holders {
            self.push(ident, &table, Some(&column), confidence);
        }
    }

    fn qualified(&mut self, qualifier: &Ident, ident: &Ident) {
        let relation = self.scopes.iter().rev().find_map(|scope| output::named(&scope.relations, qualifier));
        match relation.map(|relation| relation.find(&ident.value, self.subjects)) {
            Some(Found::Origin((table, column))) => {
                self.push(ident, &table, Some(&column), UsageConfidence::Certain);
            }
            Some(Found::Made | Found::Open | Found::Missing) => {}
            // Triggers speak of NEW and OLD; their table is the statement's own scope.
            None if matches!(qualifier.value.to_lowercase().as_str(), "new" | "old") => self.unqualified(ident),
            None => {}
        }
    }

    /// `SELECT *` hands on columns that go away: whoever reads its result may miss them.
    fn stars(&mut self, select: &Select) {
        let mut relations = Vec::new();
        select.from.iter().for_each(|from| {
            output::add_joined(&mut relations, from, &self.ctes, self.subjects);
        });
        for item in &select.projection {
            let (token, read): (_, Vec<&Relation>) = match item {
                SelectItem::Wildcard(options) => {
                    (&options.wildcard_token, relations.iter().map(|(_, relation)| relation).collect())
                }
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options) => {
                    let relation = last(name).and_then(|name| output::named(&relations, name));
                    (&options.wildcard_token, relation.into_iter().collect())
                }
                _ => continue,
            };
            let start = token.0.span.start;
            let offset = self.lines.offset(start.line, start.column);
            for relation in read {
                let Relation::Table(table) = relation else { continue };
                for gone in self.subjects.leaving(table) {
                    self.found.push(SqlUse {
                        offset,
                        changes: vec![gone.change_id.clone()],
                        confidence: UsageConfidence::Possible,
                        explanation: format!("SELECT * gives {table}.{} too", gone.column),
                    });
                }
            }
        }
    }

    /// `INSERT INTO customer VALUES (…)` counts on the number of columns.
    fn positional(&mut self, insert: &Insert, name: &Ident, table: &str) {
        if !insert.columns.is_empty() || !insert.assignments.is_empty() || insert.source.is_none() {
            return;
        }
        let offset = self.lines.offset(name.span.start.line, name.span.start.column);
        for gone in self.subjects.leaving(table).iter().filter(|gone| gone.removed) {
            self.found.push(SqlUse {
                offset,
                changes: vec![gone.change_id.clone()],
                confidence: UsageConfidence::Likely,
                explanation: format!("INSERT without names of columns counts on {table}.{}", gone.column),
            });
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
                    if let Some((_, Relation::Table(table))) = scope.relations.first().cloned() {
                        if let Some(name) = last(name) {
                            self.positional(insert, name, &table);
                        }
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
                if let Some((_, Relation::Table(table))) = scope.relations.first().cloned() {
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
        let outer_ctes = self.ctes.len();
        output::add_ctes(query, &mut self.ctes, self.subjects);
        let mut scope = Scope { outer_ctes, ..Scope::default() };
        self.add_body(&mut scope, &query.body);
        let using = std::mem::take(&mut scope.using);
        self.scopes.push(scope);
        for ident in using {
            self.unqualified(&ident);
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _query: &Query) -> ControlFlow<()> {
        if let Some(scope) = self.scopes.pop() {
            self.ctes.truncate(scope.outer_ctes);
        }
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

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        if !std::mem::take(&mut self.asks_existence) {
            self.stars(select);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Exists { .. } => self.asks_existence = true,
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
