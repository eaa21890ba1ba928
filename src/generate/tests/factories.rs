//! `tests/factories.py`: a function for each table that makes a valid row.

use serde::Serialize;

use super::config::TestDataVariety;
use super::facts::Facts;
use crate::generate::entity::Entity;

/// The context of the template.
#[derive(Debug, Serialize)]
pub(super) struct FactoriesFile {
    package: String,
    factories: Vec<Factory>,
}

#[derive(Debug, Serialize)]
struct Factory {
    module: String,
    class_name: String,
    table: String,
    /// Why there can be no such row.
    refusal: Option<String>,
    numbered: bool,
    fields: Vec<Field>,
    parents: Vec<Parent>,
}

#[derive(Debug, Serialize)]
struct Field {
    name: String,
    value: String,
}

impl Field {
    /// Whether no two rows have the same value.
    fn is_numbered(&self) -> bool {
        self.value.contains("{n}") || self.value.split(|c: char| !c.is_alphanumeric()).any(|word| word == "n")
    }
}

#[derive(Debug, Serialize)]
struct Parent {
    name: String,
    /// The set of keyword arguments that make a parent unnecessary.
    given: String,
    module: String,
}

pub(super) fn context(facts: &Facts<'_>) -> FactoriesFile {
    FactoriesFile {
        package: facts.application.package.clone(),
        factories: facts.application.entities.iter().map(|entity| factory(facts, entity)).collect(),
    }
}

/// Whether the factory gives each row a value of its own.
pub(super) fn tells_apart(facts: &Facts<'_>, entity: &Entity, name: &str) -> bool {
    fields(facts, entity).iter().any(|field| field.name == name && field.is_numbered())
}

fn fields(facts: &Facts<'_>, entity: &Entity) -> Vec<Field> {
    let low = facts.config.test_data_variety == TestDataVariety::Low;
    entity
        .attributes
        .iter()
        .filter(|attribute| !facts.is_filled_elsewhere(entity, &attribute.name))
        .filter(|attribute| !(low && attribute.nullable))
        .filter(|attribute| !facts.stays_empty(entity, attribute))
        .filter_map(|attribute| {
            let value = facts.sample(entity, &attribute.name)?.factory.clone();
            Some(Field { name: attribute.name.clone(), value })
        })
        .collect()
}

fn factory(facts: &Facts<'_>, entity: &Entity) -> Factory {
    let fields = fields(facts, entity);
    let parents = facts
        .parents(entity)
        .filter(|(relation, _)| facts.makes_parent(entity, relation))
        .map(|(relation, target)| {
            let mut given = vec![format!("\"{}\"", relation.name)];
            given.extend(relation.local.iter().map(|name| format!("\"{name}\"")));
            Parent { name: relation.name.clone(), given: given.join(", "), module: target.module.clone() }
        })
        .collect();
    let numbered = fields.iter().any(Field::is_numbered);
    Factory {
        module: entity.module.clone(),
        class_name: entity.class_name.clone(),
        table: entity.table.to_string(),
        refusal: facts.refusal(&entity.table).map(str::to_owned),
        numbered,
        fields,
        parents,
    }
}
