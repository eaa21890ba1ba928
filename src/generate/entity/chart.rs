//! Which tables warrant a chart, and by which columns.
//!
//! A chart tells how many rows are in each group. What makes groups is decided by type, in one table:
//!
//! | column                                      | in a chart |
//! |---------------------------------------------|------------|
//! | ENUM, or text or a number with a CHECK list | a group for each value |
//! | foreign key of one column                   | a group for each row that it points at |
//! | the same with ON DELETE CASCADE, or to its own table | nothing: a part goes with its master, a tree has levels and no groups |
//! | date, date and time                         | a group for each month or year |
//! | truth value                                 | two groups, where something else warrants the chart |
//! | decimal, whole or floating-point number     | a sum and an average |
//! | the same by the name of a price or a rate   | an average: what they add up to means nothing |
//! | the same by the name of a code or a place   | nothing |
//! | text, UUID, bytes, JSON, time, span of time, array, anything else | nothing: hardly two rows share a value |
//!
//! Keys and columns whose values differ from row to row are nothing either, and what no page shows no chart shows.

use std::collections::BTreeSet;

use super::outcome::Decision;
use super::{Application, Attribute, AttributeKind, CheckRule, Entity, Relation, RelationKind};
use crate::generate::names;
use crate::schema::ReferentialAction;

/// The last words of names of numbers that are no amounts.
const CODES: &[&str] = &[
    "code",
    "day",
    "hash",
    "hour",
    "id",
    "index",
    "key",
    "lat",
    "latitude",
    "level",
    "lng",
    "lon",
    "longitude",
    "month",
    "no",
    "nr",
    "num",
    "number",
    "order",
    "phone",
    "pin",
    "port",
    "position",
    "postcode",
    "rank",
    "revision",
    "seq",
    "sequence",
    "sort",
    "version",
    "week",
    "year",
    "zip",
];

/// The last words of names of numbers that do not add up.
const RATES: &[&str] = &[
    "age",
    "factor",
    "grade",
    "humidity",
    "pct",
    "percent",
    "percentage",
    "price",
    "rate",
    "rating",
    "ratio",
    "score",
    "share",
    "temperature",
];

/// A view that Flask-AppBuilder has.
const FLASK_APPBUILDER: &str = "UserStatsChartView";

/// The chart view of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// The class, as in `OrderChartView`; also FAB's endpoint and permission name for it.
    pub class_name: String,
    /// Where FAB mounts it, as in `/orderchartview`, without a slash at the end.
    pub route: String,
    /// What rows can be grouped by: lists of values, then relations, dates and truth values.
    pub groups: Vec<String>,
    /// Columns that add up.
    pub sums: Vec<String>,
    /// Columns that have an average.
    pub averages: Vec<String>,
}

/// What a column is to a chart; the order is the one in which groups are offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    List,
    Period,
    Truth,
    Amount,
    Rate,
    Nothing,
}

/// Gives a chart to each table that warrants one.
pub(super) fn choose(application: &mut Application) {
    let mut taken: BTreeSet<String> = [FLASK_APPBUILDER.to_owned()].into();
    for entity in &application.entities {
        taken.insert(entity.view_class.clone());
        taken.extend(entity.master_view_class.clone());
        taken.extend(entity.attributes.iter().filter_map(|one| Some(one.enum_class()?.name.clone())));
    }
    for entity in &mut application.entities {
        entity.chart = of(entity, &mut taken);
    }
}

fn of(entity: &Entity, taken: &mut BTreeSet<String>) -> Option<Chart> {
    let is_link = entity.attributes.iter().all(|one| one.primary_key || one.foreign_key.is_some());
    if !entity.view.is_included() || is_link {
        return None;
    }
    let roles: Vec<(Role, &Attribute)> = entity.attributes.iter().map(|one| (role(entity, one), one)).collect();
    let named = |wanted: &[Role]| {
        let found = roles.iter().filter(|(role, _)| wanted.contains(role));
        found.map(|(_, attribute)| attribute.name.clone()).collect::<Vec<_>>()
    };
    let relations = entity.relations.iter().filter(|relation| makes_groups(entity, relation));
    let mut groups = named(&[Role::List]);
    groups.extend(relations.map(|relation| relation.name.clone()));
    groups.extend(named(&[Role::Period]));
    if groups.is_empty() {
        return None;
    }
    groups.extend(named(&[Role::Truth]));
    let base = format!("{}ChartView", entity.class_name);
    let class_name = names::unused(base, taken, |base, number| format!("{base}{number}"));
    Some(Chart {
        route: format!("/{}", class_name.to_lowercase()),
        class_name,
        groups,
        sums: named(&[Role::Amount]),
        averages: named(&[Role::Amount, Role::Rate]),
    })
}

fn role(entity: &Entity, attribute: &Attribute) -> Role {
    let differs = attribute.unique || attribute.foreign_key.is_some();
    if differs || !attribute.outcome.show.is_included() {
        return Role::Nothing;
    }
    match &attribute.kind {
        AttributeKind::Enum(_) => Role::List,
        AttributeKind::Integer { .. } if is_listed(entity, attribute) => Role::List,
        AttributeKind::Date | AttributeKind::DateTime { .. } => Role::Period,
        AttributeKind::Boolean => Role::Truth,
        AttributeKind::Integer { .. } | AttributeKind::Numeric { .. } | AttributeKind::Float => number(attribute),
        AttributeKind::Text { .. }
        | AttributeKind::Binary { .. }
        | AttributeKind::Time
        | AttributeKind::Interval
        | AttributeKind::Json
        | AttributeKind::Uuid
        | AttributeKind::Array(_)
        | AttributeKind::Native { .. } => Role::Nothing,
    }
}

/// Whether a CHECK lists the values of a number.
fn is_listed(entity: &Entity, attribute: &Attribute) -> bool {
    let lists = |rule: &CheckRule| matches!(rule, CheckRule::OneOf { column, .. } if column == &attribute.column);
    entity.checks.iter().any(|check| check.rules.iter().any(lists))
}

fn number(attribute: &Attribute) -> Role {
    // YEAR, BIT and OID are numbers that nobody adds up, and have no filter.
    if attribute.primary_key || !attribute.outcome.search.is_included() {
        return Role::Nothing;
    }
    let name = attribute.name.to_lowercase();
    let last = name.rsplit('_').find(|word| !word.is_empty()).unwrap_or_default();
    match () {
        () if CODES.contains(&last) => Role::Nothing,
        () if RATES.contains(&last) => Role::Rate,
        () => Role::Amount,
    }
}

/// Whether the rows that a relation points at are groups, and their key is one that can be asked for again.
fn makes_groups(entity: &Entity, relation: &Relation) -> bool {
    let [key] = relation.local.as_slice() else { return false };
    let has_key = entity.attribute(key).is_some_and(|attribute| {
        matches!(attribute.kind, AttributeKind::Integer { .. } | AttributeKind::Text { .. } | AttributeKind::Uuid)
    });
    relation.kind == RelationKind::ManyToOne
        && relation.owns_key
        && has_key
        && !relation.is_to(&entity.table)
        && relation.on_delete != ReferentialAction::Cascade
        && relation.outcome.show == Decision::Included
}
