//! `tests/integration/test_<module>_api.py`: what clients of the REST API rely on.

use serde::Serialize;

use super::checks::Boundary;
use super::facts::{Facts, refuses_delete};
use super::fields::{self, Field, WrongPair};
use crate::generate::code::api;
use crate::generate::entity::{AttributeKind, Entity, Key, RelationKind};
use crate::generate::python::string;

/// The context of the template.
#[derive(Debug, Serialize)]
pub(super) struct ApiFile {
    label: String,
    table: String,
    module: String,
    class_name: String,
    resource: String,
    key: String,
    fields: Vec<Field>,
    /// What clients see of one row, as a Python set.
    shown: String,
    /// What they see of each row of a list.
    listed: String,
    errors: bool,
    boundaries: Vec<Boundary>,
    pairs: Vec<WrongPair>,
    uniques: Vec<Unique>,
    filters: Vec<Filter>,
    order: Option<String>,
    children: Vec<Child>,
    /// Further arguments: the columns that triggers may change.
    kept: String,
}

#[derive(Debug, Serialize)]
struct Unique {
    name: String,
    given: String,
}

#[derive(Debug, Serialize)]
struct Filter {
    name: String,
    operation: &'static str,
    wanted: String,
    given: String,
}

#[derive(Debug, Serialize)]
struct Child {
    name: String,
    module: String,
    key: String,
}

pub(super) fn context(facts: &Facts<'_>, entity: &Entity) -> ApiFile {
    let write = entity.api_write_columns();
    let errors = facts.config.include_error_scenarios;
    let set = |names: Vec<String>| {
        let names: Vec<String> = names.iter().map(|name| string(name)).collect();
        format!("{{{}}}", names.join(", "))
    };
    ApiFile {
        label: entity.label.clone(),
        table: entity.table.name.clone(),
        module: entity.module.clone(),
        class_name: entity.class_name.clone(),
        resource: entity.resource_name.clone(),
        key: entity.key.attributes().first().copied().unwrap_or_default().to_owned(),
        fields: fields::fields(facts, entity, &write),
        shown: set(api::show_columns(facts.application, entity)),
        listed: set(api::list_columns(facts.application, entity)),
        errors,
        boundaries: fields::refused(facts, entity, &write),
        pairs: fields::wrong_pairs(facts, entity, &write),
        uniques: if errors { uniques(facts, entity) } else { Vec::new() },
        filters: filters(facts, entity),
        order: entity
            .list_columns()
            .into_iter()
            .find(|name| {
                entity.attribute(name).is_some_and(|attribute| {
                    matches!(attribute.kind, AttributeKind::Text { .. } | AttributeKind::Integer { .. })
                        && attribute.foreign_key.is_none()
                })
            })
            .map(str::to_owned),
        children: children(facts, entity),
        kept: fields::kept_by_triggers(entity),
    }
}

fn uniques(facts: &Facts<'_>, entity: &Entity) -> Vec<Unique> {
    let fields = fields::fields(facts, entity, &entity.api_write_columns());
    entity
        .uniques
        .iter()
        .filter_map(|unique| {
            let given: Vec<String> = unique
                .attributes
                .iter()
                .map(|name| {
                    let field = fields.iter().find(|field| &field.attribute == name)?;
                    Some(format!("{name}={}", field.from_body.as_ref()?))
                })
                .collect::<Option<_>>()?;
            Some(Unique { name: unique.attributes.join("_and_"), given: given.join(", ") })
        })
        .collect()
}

fn filters(facts: &Facts<'_>, entity: &Entity) -> Vec<Filter> {
    entity
        .api_search_columns()
        .into_iter()
        .filter_map(|name| {
            if let Some(attribute) = entity.attribute(name) {
                let kind = matches!(attribute.kind, AttributeKind::Text { .. } | AttributeKind::Integer { .. });
                let key = attribute.primary_key || entity.refers(attribute);
                let change = facts.sample(entity, name)?.change.as_ref()?;
                return (kind && !key).then(|| Filter {
                    name: name.to_owned(),
                    operation: "eq",
                    wanted: change.json.clone(),
                    given: format!("{name}={}", change.python),
                });
            }
            let relation = entity.relation(name)?;
            let target = facts.application.entity(&relation.target)?;
            let many_to_one = relation.kind == RelationKind::ManyToOne && relation.is_by_key(target);
            let local = relation.local.first()?;
            (many_to_one && matches!(target.key, Key::Integer(_))).then(|| Filter {
                name: name.to_owned(),
                operation: "rel_o_m",
                wanted: format!("rows.add(factories.new_{})", target.module),
                given: format!("{local}=wanted"),
            })
        })
        .collect()
}

fn children(facts: &Facts<'_>, entity: &Entity) -> Vec<Child> {
    if !matches!(entity.key, Key::Integer(_)) {
        return Vec::new();
    }
    entity
        .relations
        .iter()
        .filter(|relation| relation.kind == RelationKind::OneToMany && !relation.is_to(&entity.table))
        .filter(|relation| refuses_delete(relation.on_delete))
        .filter_map(|relation| {
            let child = facts.application.entity(&relation.target)?;
            let back = child.relation(relation.back_populates.as_ref()?)?;
            let key = back.local.first().filter(|_| back.is_by_key(entity))?;
            Some(Child { name: relation.name.clone(), module: child.module.clone(), key: key.clone() })
        })
        .collect()
}
