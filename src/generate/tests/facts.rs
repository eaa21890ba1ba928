//! What every kind of test needs to know about an application.

use std::collections::{BTreeMap, BTreeSet};

use super::config::{TestDataVariety, TestGenerationConfig};
use super::native;
use super::range::Range;
use super::sample::{self, Sample, Style};
use super::settle;
use crate::generate::Application;
use crate::generate::entity::{Attribute, AttributeKind, CheckRule, Entity, Key, Relation, RelationKind};
use crate::schema::{ColumnDefault, ObjectName, ReferentialAction};

/// An application with the samples of its columns.
pub(super) struct Facts<'a> {
    pub application: &'a Application,
    pub config: &'a TestGenerationConfig,
    samples: BTreeMap<&'a ObjectName, BTreeMap<String, Sample>>,
    /// Why tests can't make a row of a table, by table.
    refused: BTreeMap<&'a ObjectName, String>,
    /// Optional relations whose parent a factory makes, by table and relation.
    optional_parents: BTreeSet<(&'a ObjectName, &'a str)>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(application: &'a Application, config: &'a TestGenerationConfig) -> Self {
        let style = Style {
            realistic: config.realistic_test_data,
            beyond_ascii: config.test_data_variety == TestDataVariety::High,
            dialect: application.dialect,
        };
        let mut samples = BTreeMap::new();
        let mut refused = BTreeMap::new();
        for entity in &application.entities {
            let mut own = sample::of_entity(entity, style);
            if Self::has_opaque_check(entity) && !settle::settle(entity, &mut own) {
                refused.insert(&entity.table, format!("no row of {} is known that keeps its CHECKs", entity.table));
            }
            samples.insert(&entity.table, own);
        }
        let mut facts = Self { application, config, samples, refused, optional_parents: BTreeSet::new() };
        facts.refuse();
        if config.test_data_variety != TestDataVariety::Low {
            facts.choose_optional_parents();
        }
        facts
    }

    /// The sample of an attribute; none for a column that the server computes.
    pub(super) fn sample(&self, entity: &Entity, attribute: &str) -> Option<&Sample> {
        self.samples.get(&entity.table)?.get(attribute)
    }

    /// Why tests can't make a row of this table; nothing when they can.
    pub(super) fn refusal(&self, table: &ObjectName) -> Option<&str> {
        self.refused.get(table).map(String::as_str)
    }

    /// Tables with a required column of a type of which no value is known, and those that need a row of such a table.
    fn refuse(&mut self) {
        let application = self.application;
        for entity in &application.entities {
            let unknown = entity.attributes.iter().find(|attribute| {
                let is_free = !attribute.nullable && attribute.generated.is_none() && attribute.foreign_key.is_none();
                is_free
                    && matches!(&attribute.kind, AttributeKind::Native { sql, columns: 0 }
                        if native::values(sql, application.dialect).is_none())
            });
            if let Some(attribute) = unknown {
                let (table, column, sql) = (&entity.table, &attribute.column, &attribute.declared);
                let reason = format!("{table}.{column} is a {sql}, of which no value is known");
                self.refused.insert(table, reason);
            }
        }
        self.refuse_circles();
        self.refuse_changed_keys();
        let mut grows = !self.refused.is_empty();
        while grows {
            let found: Vec<(&ObjectName, String)> = application
                .entities
                .iter()
                .filter(|entity| self.refusal(&entity.table).is_none())
                .filter_map(|entity| {
                    let reason = self
                        .parents(entity)
                        .filter(|(relation, _)| !relation.nullable)
                        .find_map(|(_, target)| self.refusal(&target.table))?;
                    Some((&entity.table, reason.to_owned()))
                })
                .collect();
            grows = !found.is_empty();
            self.refused.extend(found);
        }
    }

    /// Tables with a key that people give and a trigger may change.
    fn refuse_changed_keys(&mut self) {
        for entity in &self.application.entities {
            let key = entity.attributes.iter().find(|one| one.primary_key && one.in_trigger && !one.is_served());
            if let Some(key) = key {
                let reason = format!("a trigger may change {}.{}, which is a key", entity.table, key.column);
                self.refused.entry(&entity.table).or_insert(reason);
            }
        }
    }

    /// Tables of which no row can be the first: each needs one that needs it, or one of its own.
    fn refuse_circles(&mut self) {
        let mut edges: BTreeSet<(&ObjectName, &ObjectName)> = BTreeSet::new();
        for entity in &self.application.entities {
            let required = self.parents(entity).filter(|(relation, _)| !relation.nullable);
            edges.extend(required.map(|(_, target)| (&entity.table, &target.table)));
        }
        for (table, target) in &edges {
            if reaches(&edges, target, table) {
                let reason = if table == target {
                    format!("a row of {table} needs another one, so that none can be the first")
                } else {
                    format!("a row of {table} needs one of {target} that needs it in turn")
                };
                self.refused.entry(table).or_insert(reason);
            }
        }
    }

    /// The relations of an entity whose key its own table holds, and whose other side has a class.
    pub(super) fn parents<'e>(&self, entity: &'e Entity) -> impl Iterator<Item = (&'e Relation, &'a Entity)> {
        entity
            .relations
            .iter()
            .filter(|relation| relation.owns_key && relation.kind != RelationKind::ManyToMany)
            .filter_map(|relation| Some((relation, self.application.entity(&relation.target)?)))
    }

    /// Whether the factory makes the parent itself.
    pub(super) fn makes_parent(&self, entity: &Entity, relation: &Relation) -> bool {
        !relation.nullable || self.optional_parents.contains(&(&entity.table, relation.name.as_str()))
    }

    /// Whether the factory leaves an attribute out: the server fills it in, or a relation does.
    pub(super) fn is_filled_elsewhere(&self, entity: &Entity, name: &str) -> bool {
        let Some(attribute) = entity.attribute(name) else { return true };
        let by_relation = self.parents(entity).any(|(relation, _)| relation.local.iter().any(|local| local == name));
        let key = matches!(&entity.key, Key::Integer(key) if key == name) && attribute.is_served();
        let by_time = matches!(attribute.server_default, Some(ColumnDefault::Expression(_)));
        attribute.generated.is_some() || by_relation || key || by_time
    }

    /// Keyword arguments for a factory that make sure none of `attributes` is NULL.
    pub(super) fn filled(&self, entity: &Entity, attributes: &[String]) -> String {
        let mut arguments = Vec::new();
        for (relation, target) in self.parents(entity) {
            if relation.local.iter().any(|local| attributes.contains(local)) && !self.makes_parent(entity, relation) {
                arguments.push(format!("{}=factories.new_{}()", relation.name, target.module));
            }
        }
        if self.config.test_data_variety == TestDataVariety::Low {
            for name in attributes {
                if let Some(attribute) = entity.attribute(name)
                    && attribute.nullable
                    && !self.is_filled_elsewhere(entity, name)
                    && let Some(sample) = self.sample(entity, name)
                {
                    arguments.push(format!("{name}={}", sample.value().python));
                }
            }
        }
        arguments.join(", ")
    }

    /// Whether a column may hold what no CHECK refuses only when it is NULL.
    pub(super) fn stays_empty(&self, entity: &Entity, attribute: &Attribute) -> bool {
        attribute.nullable
            && Range::of(attribute, entity).opaque
            && self.sample(entity, &attribute.name).is_none_or(|sample| !sample.settled)
    }

    /// Whether a CHECK of this table was not understood.
    pub(super) fn has_opaque_check(entity: &Entity) -> bool {
        entity.checks.iter().any(|check| check.rules.contains(&CheckRule::Opaque))
    }

    /// Optional relations are followed as long as that ends: no factory may come back to its own table.
    fn choose_optional_parents(&mut self) {
        let application = self.application;
        let mut edges: BTreeSet<(&ObjectName, &ObjectName)> = BTreeSet::new();
        for entity in &application.entities {
            for (relation, target) in self.parents(entity) {
                if !relation.nullable {
                    edges.insert((&entity.table, &target.table));
                }
            }
        }
        for entity in &application.entities {
            for relation in &entity.relations {
                let Some(target) = application.entity(&relation.target) else { continue };
                let owns = relation.owns_key && relation.kind != RelationKind::ManyToMany;
                let is_made = self.refusal(&target.table).is_none();
                if !owns || !relation.nullable || !is_made || reaches(&edges, &target.table, &entity.table) {
                    continue;
                }
                edges.insert((&entity.table, &target.table));
                self.optional_parents.insert((&entity.table, relation.name.as_str()));
            }
        }
    }
}

/// Whether deleting the referenced row is refused.
pub(super) fn refuses_delete(action: ReferentialAction) -> bool {
    matches!(action, ReferentialAction::NoAction | ReferentialAction::Restrict)
}

fn reaches(edges: &BTreeSet<(&ObjectName, &ObjectName)>, from: &ObjectName, to: &ObjectName) -> bool {
    let mut seen = BTreeSet::from([from]);
    let mut queue = vec![from];
    while let Some(at) = queue.pop() {
        if at == to {
            return true;
        }
        for (start, end) in edges {
            if *start == at && seen.insert(end) {
                queue.push(end);
            }
        }
    }
    false
}
