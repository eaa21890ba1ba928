//! `tests/unit/test_<module>.py`: what a model does, and what the database refuses.

use serde::Serialize;

use super::checks::{self, Boundary, Pair};
use super::facts::{Facts, refuses_delete};
use super::native;
use super::text;
use crate::generate::entity::{
    Attribute, AttributeKind, CheckRule, DefaultValue, Entity, EnumClass, Key, Relation, RelationKind,
};
use crate::generate::python::string;
use crate::schema::{ColumnDefault, Dialect, ReferentialAction};

/// The context of the template.
#[derive(Debug, Serialize)]
pub(super) struct UnitFile {
    package: String,
    label: String,
    table: String,
    /// The argument that names the schema of a table in another than the default one.
    schema: String,
    module: String,
    class_name: String,
    /// Values for a whole row, as keyword arguments.
    create: String,
    changes: Vec<Named>,
    not_null: Vec<NotNull>,
    types: Vec<Declared>,
    decimals: Vec<Named>,
    texts: Vec<Named>,
    uniques: Vec<Unique>,
    boundaries: Vec<Boundary>,
    pairs: Vec<Pair>,
    unread_checks: Vec<String>,
    enums: Vec<Enumeration>,
    booleans: Vec<Column>,
    defaults: Vec<Named>,
    server_defaults: Vec<ServerDefault>,
    foreign_keys: Vec<ForeignKey>,
    parents: Vec<Parent>,
    many: Vec<Many>,
    /// Keyword arguments that leave every optional column empty.
    nothing_optional: Option<String>,
}

#[derive(Debug, Serialize)]
struct Named {
    name: String,
    value: String,
    /// Keyword arguments for the factory.
    given: String,
}

#[derive(Debug, Serialize)]
struct NotNull {
    name: String,
    column: String,
}

#[derive(Debug, Serialize)]
struct Column {
    name: String,
    column: String,
}

#[derive(Debug, Serialize)]
struct Declared {
    name: String,
    column: String,
    sql: String,
}

#[derive(Debug, Serialize)]
struct Unique {
    /// For the test's name.
    name: String,
    attributes: Vec<String>,
    /// Attributes that may repeat as long as another one differs, with the other ones for the test's name.
    repeatable: Vec<Repeatable>,
    given: String,
}

#[derive(Debug, Serialize)]
struct Repeatable {
    name: String,
    others: String,
}

#[derive(Debug, Serialize)]
struct Enumeration {
    name: String,
    column: String,
    class_name: String,
    /// The values as a Python set.
    values: String,
    /// What is none of them and fits into the narrowest column.
    beyond: String,
    /// Whether each value may stand in any row.
    free: bool,
    /// Whether the database itself refuses other values.
    enforced: bool,
}

#[derive(Debug, Serialize)]
struct ServerDefault {
    name: String,
    column: String,
    /// The value, unless the server computes it.
    value: Option<String>,
    /// Whether the model gives the value itself, so that its code doesn't depend on the database for it.
    known_to_model: bool,
}

#[derive(Debug, Serialize)]
struct ForeignKey {
    name: String,
    columns: String,
    target: String,
    target_columns: String,
    /// Assignments that make the key point nowhere.
    attributes: Vec<String>,
    missing: String,
    given: String,
}

#[derive(Debug, Serialize)]
struct Parent {
    name: String,
    target_class: String,
    target_table: String,
    back: Option<String>,
    back_is_list: bool,
    given: String,
    refuses_delete: bool,
    deletes: bool,
    /// Whether the row goes when it is taken out of its parent's list.
    is_part: bool,
    sets_null: Option<String>,
}

#[derive(Debug, Serialize)]
struct Many {
    name: String,
    target_module: String,
    target_table: String,
    back: Option<String>,
}

pub(super) fn context(facts: &Facts<'_>, entity: &Entity) -> UnitFile {
    let config = facts.config;
    let boundaries = if config.include_boundary_tests { checks::boundaries(entity) } else { Vec::new() };
    let boundaries =
        boundaries.into_iter().filter(|boundary| boundary.accepted || config.include_error_scenarios).collect();
    UnitFile {
        package: facts.application.package.clone(),
        label: entity.label.clone(),
        table: entity.table.name.clone(),
        schema: (entity.table.namespace.as_ref()).map(|name| format!(", schema={}", string(name))).unwrap_or_default(),
        module: entity.module.clone(),
        class_name: entity.class_name.clone(),
        create: create(facts, entity),
        changes: changes(facts, entity),
        not_null: not_null(facts, entity),
        types: types(entity),
        decimals: decimals(facts, entity),
        texts: texts(facts, entity),
        uniques: uniques(facts, entity),
        boundaries,
        pairs: if config.include_boundary_tests { checks::pairs(entity) } else { Vec::new() },
        unread_checks: entity
            .checks
            .iter()
            .filter(|check| check.rules.contains(&CheckRule::Opaque))
            .map(|check| check.expression.clone())
            .collect(),
        enums: enums(facts, entity),
        booleans: booleans(entity),
        defaults: defaults(facts, entity),
        server_defaults: server_defaults(facts, entity),
        foreign_keys: foreign_keys(facts, entity),
        parents: parents(facts, entity),
        many: many(facts, entity),
        nothing_optional: nothing_optional(facts, entity),
    }
}

/// Attributes that a test may set on their own.
fn settable<'e>(facts: &'e Facts<'_>, entity: &'e Entity) -> impl Iterator<Item = &'e Attribute> {
    entity
        .attributes
        .iter()
        .filter(|attribute| attribute.foreign_key.is_none() && !facts.is_filled_elsewhere(entity, &attribute.name))
}

fn create(facts: &Facts<'_>, entity: &Entity) -> String {
    settable(facts, entity)
        .filter_map(|attribute| {
            let sample = facts.sample(entity, &attribute.name)?;
            Some(format!("{}={}", attribute.name, sample.change.as_ref()?.python))
        })
        .collect::<Vec<_>>()
        .join(", ")
}

fn changes(facts: &Facts<'_>, entity: &Entity) -> Vec<Named> {
    settable(facts, entity)
        .filter(|attribute| !attribute.primary_key)
        .filter_map(|attribute| {
            let change = facts.sample(entity, &attribute.name)?.change.as_ref()?;
            Some(Named { name: attribute.name.clone(), value: change.python.clone(), given: String::new() })
        })
        .collect()
}

fn not_null(facts: &Facts<'_>, entity: &Entity) -> Vec<NotNull> {
    if !facts.config.include_error_scenarios {
        return Vec::new();
    }
    entity
        .attributes
        .iter()
        .filter(|attribute| !attribute.nullable && !attribute.primary_key && attribute.generated.is_none())
        .filter(|attribute| !attribute.in_trigger)
        // MySQL's servers may take NULL for the time that it is.
        .filter(|attribute| facts.application.dialect != Dialect::Mysql || !attribute.declared.starts_with("timestamp"))
        .map(|attribute| NotNull { name: attribute.name.clone(), column: attribute.column.clone() })
        .collect()
}

fn types(entity: &Entity) -> Vec<Declared> {
    entity
        .attributes
        .iter()
        .filter(|attribute| attribute.collation.is_none())
        .filter_map(|attribute| {
            let sql = native::spelled(&attribute.declared)?;
            Some(Declared { name: attribute.name.clone(), column: attribute.column.clone(), sql })
        })
        .collect()
}

fn decimals(facts: &Facts<'_>, entity: &Entity) -> Vec<Named> {
    settable(facts, entity)
        .filter_map(|attribute| {
            let AttributeKind::Numeric { scale: Some(scale), .. } = &attribute.kind else { return None };
            let change = facts.sample(entity, &attribute.name)?.change.as_ref()?;
            (*scale > 0).then(|| Named {
                name: attribute.name.clone(),
                value: change.python.clone(),
                given: scale.to_string(),
            })
        })
        .collect()
}

fn texts(facts: &Facts<'_>, entity: &Entity) -> Vec<Named> {
    if !facts.config.include_edge_cases {
        return Vec::new();
    }
    settable(facts, entity)
        .filter_map(|attribute| {
            let range = super::range::Range::of(attribute, entity);
            let plain = matches!(attribute.kind, AttributeKind::Text { .. })
                && attribute.any_letter
                && !range.opaque
                && !attribute.primary_key;
            let longest = range.longest.unwrap_or(200).min(2000);
            (plain && facts.sample(entity, &attribute.name)?.change.is_some()).then(|| {
                let letters: String = "Żółć ñ 東京 🦀 ".chars().cycle().take(longest as usize).collect();
                let value =
                    format!("{}!", letters.chars().take(longest.saturating_sub(1) as usize).collect::<String>());
                let value = if longest > 60 {
                    let tail = text::fit("Żółć ñ 東京 🦀", 0, Some(longest));
                    let rest = longest as usize - tail.chars().count();
                    format!("{} + \"x\" * {rest}", string(&tail))
                } else {
                    string(&value)
                };
                Named { name: attribute.name.clone(), value, given: longest.to_string() }
            })
        })
        .collect()
}

fn uniques(facts: &Facts<'_>, entity: &Entity) -> Vec<Unique> {
    // A row that need not have a value is given none where no value is sure to keep the rules.
    let has_value = |attribute: &Attribute| !facts.stays_empty(entity, attribute);
    entity
        .uniques
        .iter()
        .filter(|unique| unique.attributes.iter().all(|name| entity.attribute(name).is_some_and(has_value)))
        .map(|unique| Unique {
            name: unique.attributes.join("_and_"),
            attributes: unique.attributes.clone(),
            repeatable: repeatable(entity, &unique.attributes),
            given: facts.filled(entity, &unique.attributes),
        })
        .collect()
}

fn repeatable(entity: &Entity, attributes: &[String]) -> Vec<Repeatable> {
    let differs = |name: &String| {
        entity.attribute(name).is_some_and(|attribute| {
            attribute.foreign_key.is_some() || matches!(attribute.kind, AttributeKind::Text { .. })
        })
    };
    attributes
        .iter()
        .filter(|name| entity.attribute(name).is_some_and(|attribute| !attribute.unique && !attribute.primary_key))
        // Another rule may want it to be unique beside something in which no two rows differ.
        .filter(|name| {
            let others = entity.uniques.iter().filter(|unique| unique.attributes != attributes);
            let mut others = others.filter(|unique| unique.attributes.contains(name));
            others.all(|unique| unique.attributes.iter().any(|other| other != *name && differs(other)))
        })
        .filter_map(|name| {
            let others: Vec<String> = attributes.iter().filter(|other| *other != name).cloned().collect();
            others.iter().any(differs).then(|| Repeatable { name: name.clone(), others: others.join("_and_") })
        })
        .collect()
}

fn enums(facts: &Facts<'_>, entity: &Entity) -> Vec<Enumeration> {
    settable(facts, entity)
        .filter_map(|attribute| {
            let class = attribute.enum_class()?;
            let values: Vec<String> = class.members.iter().map(|member| string(&member.value)).collect();
            let range = super::range::Range::of(attribute, entity);
            Some(Enumeration {
                name: attribute.name.clone(),
                column: attribute.column.clone(),
                class_name: class.name.clone(),
                values: format!("{{{}}}", values.join(", ")),
                beyond: string(&beyond(class)),
                free: !range.opaque && !attribute.unique,
                enforced: class.by_check,
            })
        })
        .collect()
}

/// One letter, which every column can hold that holds the values: a longer text would be refused for its length.
fn beyond(class: &EnumClass) -> String {
    let is_none =
        |letter: &char| class.members.iter().all(|member| !member.value.eq_ignore_ascii_case(&letter.to_string()));
    ('?'..='~').find(is_none).unwrap_or('?').to_string()
}

fn booleans(entity: &Entity) -> Vec<Column> {
    entity
        .attributes
        .iter()
        .filter(|attribute| attribute.kind == AttributeKind::Boolean)
        .filter(|attribute| {
            entity
                .checks
                .iter()
                .flat_map(|check| &check.rules)
                .any(|rule| matches!(rule, CheckRule::OneOf { column, text: false, .. } if *column == attribute.column))
        })
        .map(|attribute| Column { name: attribute.name.clone(), column: attribute.column.clone() })
        .collect()
}

fn defaults(facts: &Facts<'_>, entity: &Entity) -> Vec<Named> {
    settable(facts, entity)
        .filter(|attribute| !attribute.in_trigger)
        .filter_map(|attribute| {
            Some(Named { name: attribute.name.clone(), value: default_value(attribute)?, given: String::new() })
        })
        .collect()
}

/// The value that a row has when nobody gives one.
fn default_value(attribute: &Attribute) -> Option<String> {
    Some(match attribute.default.as_ref()? {
        DefaultValue::Text(text) => string(text),
        DefaultValue::Integer(number) => match attribute.kind {
            AttributeKind::Numeric { .. } => format!("Decimal({})", string(number)),
            _ => number.clone(),
        },
        DefaultValue::Decimal(number) => match attribute.kind {
            AttributeKind::Numeric { .. } => format!("Decimal({})", string(number)),
            _ => number.clone(),
        },
        DefaultValue::Boolean(value) => if *value { "True" } else { "False" }.to_owned(),
        DefaultValue::Member(name) => format!("{}.{name}", attribute.enum_class()?.name),
        DefaultValue::Json(_) => return None,
    })
}

fn server_defaults(facts: &Facts<'_>, entity: &Entity) -> Vec<ServerDefault> {
    entity
        .attributes
        .iter()
        .filter(|attribute| attribute.generated.is_none() && !entity.refers(attribute))
        .filter(|attribute| !attribute.primary_key && facts.sample(entity, &attribute.name).is_some())
        .filter_map(|attribute| {
            let value = match attribute.server_default.as_ref().filter(|_| !attribute.in_trigger)? {
                ColumnDefault::Literal(text) if text.eq_ignore_ascii_case("null") => return None,
                ColumnDefault::Literal(_) => Some(default_value(attribute)?),
                ColumnDefault::Expression(_) => None,
            };
            Some(ServerDefault {
                name: attribute.name.clone(),
                column: attribute.column.clone(),
                value,
                known_to_model: attribute.default.is_some(),
            })
        })
        .collect()
}

fn foreign_keys(facts: &Facts<'_>, entity: &Entity) -> Vec<ForeignKey> {
    let quoted =
        |names: &[String]| format!("[{}]", names.iter().map(|name| string(name)).collect::<Vec<_>>().join(", "));
    entity
        .foreign_keys
        .iter()
        .filter_map(|key| {
            let attributes: Vec<&Attribute> =
                key.columns.iter().filter_map(|column| entity.attribute_of(column)).collect();
            let in_key = attributes.iter().any(|attribute| attribute.primary_key);
            let text = attributes.iter().any(|attribute| !matches!(attribute.kind, AttributeKind::Integer { .. }));
            let names: Vec<String> = attributes.iter().map(|attribute| attribute.name.clone()).collect();
            (names.len() == key.columns.len()).then(|| ForeignKey {
                name: names.join("_and_"),
                columns: quoted(&key.columns),
                target: key.table.name.clone(),
                target_columns: quoted(&key.referenced),
                // The key of a row doesn't change, and a deferred check waits for the end of the transaction.
                attributes: if in_key || text || key.deferred { Vec::new() } else { names.clone() },
                missing: missing(&attributes),
                given: facts.filled(entity, &names),
            })
        })
        .collect()
}

/// A number that no row has, and that each of the columns can hold.
fn missing(attributes: &[&Attribute]) -> String {
    let most = attributes.iter().filter_map(|attribute| match attribute.kind {
        AttributeKind::Integer { most, .. } => Some(most),
        _ => None,
    });
    match most.min() {
        Some(most) if most < 999_999_999 => most.to_string(),
        _ => "MISSING_ID".to_owned(),
    }
}

fn parents(facts: &Facts<'_>, entity: &Entity) -> Vec<Parent> {
    facts
        .parents(entity)
        .map(|(relation, target)| Parent {
            name: relation.name.clone(),
            target_class: target.class_name.clone(),
            target_table: target.table.name.clone(),
            back: relation.back_populates.clone(),
            back_is_list: relation.kind != RelationKind::OneToOne,
            given: facts.filled(entity, &relation.local),
            refuses_delete: refuses_delete(relation.on_delete) && !is_deferred(entity, relation),
            deletes: relation.on_delete == ReferentialAction::Cascade,
            is_part: relation.on_delete == ReferentialAction::Cascade
                && relation.kind != RelationKind::OneToOne
                && relation.back_populates.is_some()
                && !relation.is_to(&entity.table)
                && (relation.local.iter()).all(|name| entity.attribute(name).is_some_and(|one| !one.nullable)),
            sets_null: (relation.on_delete == ReferentialAction::SetNull)
                .then(|| relation.local.first().cloned())
                .flatten(),
        })
        .collect()
}

fn is_deferred(entity: &Entity, relation: &Relation) -> bool {
    entity.foreign_keys.iter().any(|key| {
        key.deferred
            && key.columns.iter().all(|column| {
                entity.attribute_of(column).is_some_and(|attribute| relation.local.contains(&attribute.name))
            })
    })
}

fn many(facts: &Facts<'_>, entity: &Entity) -> Vec<Many> {
    entity
        .relations
        .iter()
        .filter(|relation| relation.kind == RelationKind::ManyToMany)
        .filter_map(|relation| {
            let target = facts.application.entity(&relation.target)?;
            Some(Many {
                name: relation.name.clone(),
                target_module: target.module.clone(),
                target_table: target.table.name.clone(),
                back: relation.back_populates.clone(),
            })
        })
        .collect()
}

/// Keyword arguments for a row that holds only what it must; nothing when no column is optional.
pub(super) fn nothing_optional(facts: &Facts<'_>, entity: &Entity) -> Option<String> {
    let is_bound = Facts::has_opaque_check(entity) || entity.attributes.iter().any(|attribute| attribute.in_trigger);
    if !facts.config.include_edge_cases || is_bound || matches!(entity.key, Key::Composite(_)) {
        return None;
    }
    let mut arguments: Vec<String> = settable(facts, entity)
        .filter(|attribute| attribute.nullable && attribute.default.is_none())
        .map(|attribute| format!("{}=None", attribute.name))
        .collect();
    arguments.extend(
        facts
            .parents(entity)
            .filter(|(relation, _)| relation.nullable)
            .map(|(relation, _)| format!("{}=None", relation.name)),
    );
    (!arguments.is_empty()).then(|| arguments.join(", "))
}
