//! What a query gives: its columns by name, and the tables that they come from.

use std::sync::Arc;

use sqlparser::ast::{
    Expr, Ident, ObjectName, Query, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, TableFactor, TableWithJoins,
};

use crate::impact::subject::Subjects;

/// A table and a column of it.
pub(in crate::impact) type Origin = (String, String);

/// Something that a query reads from.
#[derive(Debug, Clone)]
pub(super) enum Relation {
    /// A table, or a view, in the schema's spelling.
    Table(String),
    /// What another query gives.
    Derived(Arc<Output>),
    /// Something that the schema does not know.
    Unknown,
}

/// What a query gives.
#[derive(Debug, Clone, Default)]
pub(super) struct Output {
    /// Names in lower case, with their origin where the column is handed on as it is.
    pub(super) columns: Vec<(String, Option<Origin>)>,
    /// Relations whose columns it hands on all together.
    pub(super) stars: Vec<Relation>,
}

/// What a name is to a relation.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Origin(Origin),
    /// It has the name, for something that it makes itself.
    Made,
    /// It may have it.
    Open,
    Missing,
}

impl Relation {
    pub(super) fn find(&self, name: &str, subjects: &Subjects) -> Found {
        match self {
            Self::Table(table) => match subjects.spelled_column(table, name) {
                Some(column) => Found::Origin((table.clone(), column.to_owned())),
                None => Found::Missing,
            },
            Self::Derived(output) => output.find(name, subjects),
            Self::Unknown => Found::Open,
        }
    }
}

impl Output {
    fn find(&self, name: &str, subjects: &Subjects) -> Found {
        let lower = name.to_lowercase();
        if let Some((_, origin)) = self.columns.iter().find(|(column, _)| *column == lower) {
            return origin.clone().map_or(Found::Made, Found::Origin);
        }
        let found = self.stars.iter().map(|relation| relation.find(name, subjects));
        found.fold(Found::Missing, |best, next| match (&best, &next) {
            (Found::Missing, _) | (Found::Open, Found::Origin(_) | Found::Made) => next,
            _ => best,
        })
    }
}

/// The names of common table expressions in scope, innermost last.
pub(super) type Ctes = Vec<(String, Relation)>;

/// Puts the common table expressions of a query into scope.
pub(super) fn add_ctes(query: &Query, ctes: &mut Ctes, subjects: &Subjects) {
    for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
        let name = cte.alias.name.value.to_lowercase();
        // What a recursive one gives of itself is what its first half gives.
        ctes.push((name.clone(), Relation::Derived(Arc::default())));
        let output = renamed(output(&cte.query, ctes, subjects), cte.alias.columns.iter().map(|column| &column.name));
        if let Some(last) = ctes.last_mut() {
            *last = (name, Relation::Derived(Arc::new(output)));
        }
    }
}

fn renamed<'a>(output: Output, names: impl Iterator<Item = &'a Ident>) -> Output {
    let columns: Vec<_> = names.map(|name| (name.value.to_lowercase(), None)).collect();
    if columns.is_empty() { output } else { Output { columns, stars: Vec::new() } }
}

/// What a query gives.
pub(super) fn output(query: &Query, ctes: &Ctes, subjects: &Subjects) -> Output {
    let mut ctes = ctes.clone();
    add_ctes(query, &mut ctes, subjects);
    of_body(&query.body, &ctes, subjects)
}

fn of_body(body: &SetExpr, ctes: &Ctes, subjects: &Subjects) -> Output {
    let select = match body {
        SetExpr::Select(select) => select,
        SetExpr::Query(query) => return output(query, ctes, subjects),
        SetExpr::SetOperation { left, .. } => return of_body(left, ctes, subjects),
        _ => return Output { columns: Vec::new(), stars: vec![Relation::Unknown] },
    };
    let mut relations = Vec::new();
    select.from.iter().for_each(|from| add_joined(&mut relations, from, ctes, subjects));
    let mut output = Output::default();
    for item in &select.projection {
        match item {
            SelectItem::UnnamedExpr(Expr::Identifier(ident)) => {
                let found = relations.iter().map(|(_, relation)| relation.find(&ident.value, subjects));
                output.columns.push((ident.value.to_lowercase(), first_origin(found)));
            }
            SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => {
                if let [.., qualifier, ident] = parts.as_slice() {
                    let found = named(&relations, qualifier).map(|relation| relation.find(&ident.value, subjects));
                    output.columns.push((ident.value.to_lowercase(), first_origin(found.into_iter())));
                }
            }
            SelectItem::UnnamedExpr(_) => {}
            SelectItem::ExprWithAlias { alias, .. } => output.columns.push((alias.value.to_lowercase(), None)),
            SelectItem::ExprWithAliases { aliases, .. } => {
                output.columns.extend(aliases.iter().map(|alias| (alias.value.to_lowercase(), None)));
            }
            SelectItem::Wildcard(_) => output.stars.extend(relations.iter().map(|(_, relation)| relation.clone())),
            SelectItem::QualifiedWildcard(kind, _) => {
                let relation = match kind {
                    SelectItemQualifiedWildcardKind::ObjectName(name) => {
                        last(name).and_then(|name| named(&relations, name))
                    }
                    SelectItemQualifiedWildcardKind::Expr(_) => None,
                };
                output.stars.push(relation.cloned().unwrap_or(Relation::Unknown));
            }
        }
    }
    output
}

fn first_origin(mut found: impl Iterator<Item = Found>) -> Option<Origin> {
    found.find_map(|found| match found {
        Found::Origin(origin) => Some(origin),
        Found::Made | Found::Open | Found::Missing => None,
    })
}

/// The last part of a name.
pub(super) fn last(name: &ObjectName) -> Option<&Ident> {
    name.0.last().and_then(|part| part.as_ident())
}

/// The relation of an alias.
pub(super) fn named<'a>(relations: &'a [(String, Relation)], name: &Ident) -> Option<&'a Relation> {
    let name = name.value.to_lowercase();
    relations.iter().find(|(alias, _)| *alias == name).map(|(_, relation)| relation)
}

/// The relation that a name means.
pub(super) fn relation(name: &ObjectName, ctes: &Ctes, subjects: &Subjects) -> Option<Relation> {
    let ident = last(name)?;
    let lower = ident.value.to_lowercase();
    let cte = ctes.iter().rev().find(|(cte, _)| *cte == lower).filter(|_| name.0.len() == 1);
    Some(match (cte, subjects.spelled(&ident.value)) {
        (Some((_, relation)), _) => relation.clone(),
        (None, Some(table)) => Relation::Table(table.to_owned()),
        (None, None) => Relation::Unknown,
    })
}

/// Adds what a FROM item reads, by alias in lower case.
pub(super) fn add_joined(
    relations: &mut Vec<(String, Relation)>,
    joined: &TableWithJoins,
    ctes: &Ctes,
    subjects: &Subjects,
) {
    add_factor(relations, &joined.relation, ctes, subjects);
    joined.joins.iter().for_each(|join| add_factor(relations, &join.relation, ctes, subjects));
}

fn add_factor(relations: &mut Vec<(String, Relation)>, factor: &TableFactor, ctes: &Ctes, subjects: &Subjects) {
    match factor {
        TableFactor::Table { name, alias, .. } => {
            let (Some(ident), Some(found)) = (last(name), relation(name, ctes, subjects)) else { return };
            let alias = alias.as_ref().map_or(ident, |alias| &alias.name);
            relations.push((alias.value.to_lowercase(), found));
        }
        TableFactor::NestedJoin { table_with_joins, .. } => add_joined(relations, table_with_joins, ctes, subjects),
        TableFactor::Derived { subquery, alias, .. } => {
            let output = output(subquery, ctes, subjects);
            let columns = alias.iter().flat_map(|alias| &alias.columns).map(|column| &column.name);
            let name = alias.as_ref().map_or_else(String::new, |alias| alias.name.value.to_lowercase());
            relations.push((name, Relation::Derived(Arc::new(renamed(output, columns)))));
        }
        TableFactor::TableFunction { alias, .. } => {
            let name = alias.as_ref().map_or_else(String::new, |alias| alias.name.value.to_lowercase());
            relations.push((name, Relation::Unknown));
        }
        _ => relations.push((String::new(), Relation::Unknown)),
    }
}

/// The columns of an output by name, those that come along with `*` among them.
pub(super) fn expanded(output: &Output, subjects: &Subjects) -> Vec<(String, Option<Origin>)> {
    let mut columns = output.columns.clone();
    for relation in &output.stars {
        match relation {
            Relation::Table(table) => columns.extend(
                subjects
                    .columns_of(table)
                    .map(|column| (column.to_lowercase(), Some((table.clone(), column.to_owned())))),
            ),
            Relation::Derived(inner) => columns.extend(expanded(inner, subjects)),
            Relation::Unknown => {}
        }
    }
    columns
}
