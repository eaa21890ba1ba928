//! `tests/integration/test_<module>_chart.py`: the charts of a table, as a browser sees them.

use serde::Serialize;

use super::config::TestDataVariety;
use super::facts::Facts;
use super::range::Range;
use super::{security, views};
use crate::generate::entity::{Attribute, AttributeKind, Chart, CheckRule, Display, Entity, Key, Relation};
use crate::generate::python::string;
use crate::schema::Dialect;

/// The context of the template.
#[derive(Debug, Serialize)]
pub(super) struct ChartFile {
    label: String,
    module: String,
    class_name: String,
    view_class: String,
    chart_class: String,
    route: String,
    /// The first thing that rows can be grouped by, as it stands in addresses.
    first: String,
    groups: Vec<Group>,
    /// A group by which rows differ, to be drawn as fewer bars than there are values.
    few: Option<Few>,
    periods: Vec<Period>,
    earlier: Option<Earlier>,
    measures: Vec<Measure>,
    hostile: Vec<Hostile>,
    /// The one key column, where that is a number.
    key: Option<String>,
    search: Option<views::Search>,
}

#[derive(Debug, Serialize)]
struct Group {
    name: String,
    address: String,
    /// Whose rows are the groups; none when they are values.
    parent: Option<Parent>,
    /// Keyword arguments of the rows to be counted.
    rows: Vec<String>,
    /// How many rows of which group that makes, as a Python expression.
    added: String,
}

#[derive(Debug, Clone, Serialize)]
struct Parent {
    module: String,
    class_name: String,
}

#[derive(Debug, Serialize)]
struct Few {
    address: String,
    parent: Option<Parent>,
    rows: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Period {
    name: String,
    /// Keyword arguments of a row that has a value.
    given: String,
    /// What turns the value that the server gives into one of UTC.
    in_utc: &'static str,
    nullable: bool,
}

/// A date of which rows can have two that are years apart.
#[derive(Debug, Serialize)]
struct Earlier {
    name: String,
    given: String,
    later: String,
}

#[derive(Debug, Serialize)]
struct Measure {
    name: String,
    /// Whether the values are added up too.
    sum: bool,
}

/// A row that is called by what people enter.
#[derive(Debug, Serialize)]
struct Hostile {
    name: String,
    key: String,
    module: String,
    class_name: String,
    attribute: String,
    markup: String,
}

pub(super) fn context(facts: &Facts<'_>, entity: &Entity, chart: &Chart) -> ChartFile {
    let groups: Vec<Group> = chart.groups.iter().filter_map(|name| group(facts, entity, name)).collect();
    ChartFile {
        label: entity.label.clone(),
        module: entity.module.clone(),
        class_name: entity.class_name.clone(),
        view_class: entity.view_class.clone(),
        chart_class: chart.class_name.clone(),
        route: chart.route.clone(),
        first: chart.groups.iter().map(|name| address(entity, name)).next().unwrap_or_default(),
        few: groups.iter().find_map(few),
        groups,
        periods: chart.groups.iter().filter_map(|name| period(facts, entity, name)).collect(),
        earlier: chart.groups.iter().find_map(|name| earlier(facts, entity, name)),
        measures: chart.averages.iter().map(|name| measure(chart, name)).collect(),
        hostile: chart.groups.iter().filter_map(|name| hostile(facts, entity, name)).collect(),
        key: match &entity.key {
            Key::Integer(key) => Some(key.clone()),
            Key::Other(_) | Key::Composite(_) => None,
        },
        search: views::searches(facts, entity).into_iter().find(|search| entity.attribute(&search.name).is_some()),
    }
}

fn address(entity: &Entity, name: &str) -> String {
    match entity.attribute(name) {
        Some(attribute) if is_moment(attribute) => format!("{name}.month"),
        _ => name.to_owned(),
    }
}

/// What rows are grouped by in a chart whose bars lie, and in one whose bars stand, where there are such.
pub(super) fn one_of_each_shape(entity: &Entity) -> String {
    let names = entity.chart.iter().flat_map(|chart| &chart.groups).map(|name| address(entity, name));
    let (standing, lying): (Vec<String>, Vec<String>) = names.partition(|name| name.ends_with(".month"));
    let names: Vec<String> = lying.iter().take(1).chain(standing.first()).map(|name| string(name)).collect();
    format!("[{}]", names.join(", "))
}

fn is_moment(attribute: &Attribute) -> bool {
    matches!(attribute.kind, AttributeKind::Date | AttributeKind::DateTime { .. })
}

fn group(facts: &Facts<'_>, entity: &Entity, name: &str) -> Option<Group> {
    let group = |parent, rows, added| Group { name: name.to_owned(), address: name.to_owned(), parent, rows, added };
    let Some(attribute) = entity.attribute(name) else {
        let (relation, target) = other_side(facts, entity, name)?;
        let key = relation.local.first()?;
        let parent = Parent { module: target.module.clone(), class_name: target.class_name.clone() };
        let mut rows = vec![format!("{key}=keys[0]"), format!("{key}=keys[1]")];
        let mut names = vec!["one", "other"];
        if !is_shared(entity, key) {
            rows.insert(0, rows[0].clone());
            names.insert(0, "one");
        }
        let all = format!("*[\"All\"] * {}", names.len());
        return Some(group(Some(parent), rows, format!("Counter([{}, {all}])", names.join(", "))));
    };
    let values = values(entity, attribute)?;
    let mut added: Vec<(String, usize)> = Vec::new();
    let mut rows = Vec::new();
    for (place, (value, label)) in values.into_iter().enumerate() {
        let times = if place == 0 && !is_shared(entity, name) { 2 } else { 1 };
        rows.extend(std::iter::repeat_n(format!("{name}={value}"), times));
        added.push((label, times));
    }
    if stays_null(attribute) {
        rows.push(format!("{name}=None"));
        added.push(("None".to_owned(), 1));
    }
    added.push(("All".to_owned(), rows.len()));
    let added: Vec<String> = added.iter().map(|(label, times)| format!("{}: {times}", string(label))).collect();
    Some(group(None, rows, format!("{{{}}}", added.join(", "))))
}

/// Two values of a closed list, each with what a chart calls it.
fn values(entity: &Entity, attribute: &Attribute) -> Option<Vec<(String, String)>> {
    let range = Range::of(attribute, entity);
    let compared = |rule: &CheckRule| {
        matches!(rule, CheckRule::Columns { .. }) && rule.columns().contains(&attribute.column.as_str())
    };
    let is_bound = range.opaque || entity.checks.iter().any(|check| check.rules.iter().any(compared));
    if is_bound || attribute.generated.is_some() {
        return None;
    }
    match &attribute.kind {
        AttributeKind::Enum(class) => {
            let member = |name: &str| format!("{}.{name}", class.name);
            Some(class.members.iter().take(2).map(|one| (member(&one.name), shown(&one.value))).collect())
        }
        AttributeKind::Integer { .. } => {
            let values: Vec<(String, String)> =
                range.only.iter().take(2).map(|value| (value.to_string(), value.to_string())).collect();
            (!values.is_empty()).then_some(values)
        }
        AttributeKind::Boolean => Some([("True", "Yes"), ("False", "No")].map(|(a, b)| (a.into(), b.into())).into()),
        _ => None,
    }
}

/// A value as it is read on a page, where spaces are one.
fn shown(value: &str) -> String {
    if value.is_empty() { "Empty".to_owned() } else { value.split_whitespace().collect::<Vec<_>>().join(" ") }
}

/// Whether rows with the same value may be refused.
fn is_shared(entity: &Entity, name: &str) -> bool {
    let column = entity.attribute(name).map(|attribute| attribute.column.as_str());
    let by_index = entity.indexes.iter().filter(|index| index.unique).any(|index| {
        index.predicate.is_some()
            || index.parts.iter().any(|part| part.column.as_deref().is_none_or(|it| Some(it) == column))
    });
    by_index
        || entity.attribute(name).is_some_and(|attribute| attribute.primary_key)
        || entity.uniques.iter().any(|unique| unique.attributes.iter().any(|one| one == name))
}

/// A relation whose rows a test can make and point at by their key, and the other side.
fn other_side<'a>(facts: &Facts<'a>, entity: &'a Entity, name: &str) -> Option<(&'a Relation, &'a Entity)> {
    let relation = entity.relation(name)?;
    let target = facts.application.entity(&relation.target)?;
    let [key] = relation.local.as_slice() else { return None };
    let attribute = entity.attribute(key)?;
    let keys = entity.foreign_keys.iter().filter(|one| one.columns.contains(&attribute.column)).count();
    let is_key = relation.remote.iter().map(String::as_str).eq(target.key.attributes());
    (keys == 1 && is_key && !Range::of(attribute, entity).opaque).then_some((relation, target))
}

fn few(group: &Group) -> Option<Few> {
    let mut rows: Vec<String> = group.rows.iter().filter(|row| !row.ends_with("=None")).cloned().collect();
    rows.dedup();
    (rows.len() == 2).then(|| Few { address: group.address.clone(), parent: group.parent.clone(), rows })
}

fn period(facts: &Facts<'_>, entity: &Entity, name: &str) -> Option<Period> {
    let attribute = entity.attribute(name).filter(|attribute| is_moment(attribute))?;
    let is_left_out = attribute.nullable && !facts.is_filled_elsewhere(entity, name);
    if attribute.generated.is_some() || (is_left_out && Range::of(attribute, entity).opaque) {
        return None;
    }
    let given = match facts.sample(entity, name) {
        Some(sample) if is_left_out && facts.config.test_data_variety == TestDataVariety::Low => {
            format!("{name}={}", sample.fixed.python)
        }
        _ => String::new(),
    };
    let has_zone = matches!(attribute.kind, AttributeKind::DateTime { with_time_zone: true });
    let in_utc =
        if has_zone && facts.application.dialect == Dialect::Postgres { ".astimezone(datetime.UTC)" } else { "" };
    Some(Period { name: name.to_owned(), given, in_utc, nullable: stays_null(attribute) })
}

fn earlier(facts: &Facts<'_>, entity: &Entity, name: &str) -> Option<Earlier> {
    entity.attribute(name).filter(|attribute| is_moment(attribute))?;
    let sample = facts.sample(entity, name)?;
    let is = |value: &str| format!("{name}={value}");
    let later = sample.change.as_ref()?;
    Some(Earlier { name: name.to_owned(), given: is(&sample.fixed.python), later: is(&later.python) })
}

/// Whether a row can be without a value; where there is a default, SQLAlchemy lets the server put it in.
fn stays_null(attribute: &Attribute) -> bool {
    attribute.nullable && attribute.server_default.is_none() && attribute.default.is_none()
}

fn measure(chart: &Chart, name: &str) -> Measure {
    Measure { name: name.to_owned(), sum: chart.sums.iter().any(|sum| sum == name) }
}

fn hostile(facts: &Facts<'_>, entity: &Entity, name: &str) -> Option<Hostile> {
    let (relation, target) = other_side(facts, entity, name)?;
    let Display::Attribute(attribute) = &target.display else { return None };
    let markup = security::markup(target.attribute(attribute)?, target)?;
    Some(Hostile {
        name: name.to_owned(),
        key: relation.local.first()?.clone(),
        module: target.module.clone(),
        class_name: target.class_name.clone(),
        attribute: attribute.clone(),
        markup: string(markup),
    })
}
