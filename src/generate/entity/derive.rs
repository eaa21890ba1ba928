//! From a schema to an application.

use std::collections::BTreeSet;

use super::attribute::Server;
use super::outcome::{Decision, Refusal};
use super::types::OwnTypes;
use super::{
    Application, Association, AssociationEnd, Attribute, AttributeKind, Check, Display, Entity, Key, Menu,
    ReferenceKey, Settings, UniqueKey, attribute, chart, details, relation, trigger,
};
use crate::generate::names::{self, TableNames};
use crate::schema::{BOOKKEEPING, Dialect, Index, ObjectName, Schema, Table};

/// Attributes that name a row, best first.
const DISPLAY_NAMES: &[&str] = &["name", "title", "label", "display_name", "full_name", "number", "code", "sku"];

impl Application {
    /// The application that `schema` asks for.
    pub fn from_schema(schema: &Schema, settings: &Settings) -> Self {
        let mut tables: Vec<&Table> =
            schema.tables.iter().filter(|table| !is_set_aside(&table.name, settings)).collect();
        tables.sort_by(|left, right| left.name.cmp(&right.name));
        let names = names::tables(tables.iter().map(|table| &table.name));
        let associations: Vec<(&Table, Option<[AssociationEnd; 2]>)> = tables
            .iter()
            .filter_map(|table| match ends(table, &tables) {
                Some(ends) => Some((*table, Some(ends))),
                None if table.primary_key.is_none() => Some((*table, None)),
                None => None,
            })
            .collect();
        let without_class: BTreeSet<&ObjectName> = associations.iter().map(|(table, _)| &table.name).collect();
        let own_types = OwnTypes::of(schema);
        let server = Server { dialect: schema.dialect, own_types: &own_types, fab: settings.fab };
        let mut application = Self {
            package: settings.package.clone(),
            dialect: schema.dialect,
            fab: settings.fab,
            entities: tables
                .iter()
                .filter(|table| !without_class.contains(&table.name))
                .map(|table| entity(table, &names[&table.name], &server))
                .collect(),
            associations: associations
                .iter()
                .map(|(table, ends)| association(table, &names[&table.name], ends.clone(), &server))
                .collect(),
            registration: Vec::new(),
        };
        relation::connect(&mut application, &|table, columns| {
            schema.table(table).is_some_and(|table| table.is_unique_by(columns))
        });
        for entity in &mut application.entities {
            settle(entity);
            let triggers = trigger::of_table(schema, &entity.table);
            for attribute in &mut entity.attributes {
                attribute.in_trigger = triggers.iter().any(|trigger| trigger.concerns(&attribute.column));
            }
        }
        details::nest(&mut application);
        chart::choose(&mut application);
        application
    }
}

fn is_set_aside(name: &ObjectName, settings: &Settings) -> bool {
    name.name.starts_with("ab_") || name.name == BOOKKEEPING || settings.excluded.contains(name)
}

/// The ends of a table that is nothing but two foreign keys to tables with a class.
fn ends(table: &Table, tables: &[&Table]) -> Option<[AssociationEnd; 2]> {
    let [first, second] = table.foreign_keys.as_slice() else { return None };
    let end = |position: usize| {
        let column = &table.columns[position].name;
        let key = [first, second].into_iter().find(|key| key.columns == [column.clone()])?;
        let target = tables.iter().find(|other| other.name == key.referenced_table)?;
        (target.primary_key.is_some() && target.name != table.name)
            .then(|| AssociationEnd { column: column.clone(), target: target.name.clone() })
    };
    if table.columns.len() != 2 {
        return None;
    }
    Some([end(0)?, end(1)?])
}

fn entity(table: &Table, names: &TableNames, server: &Server<'_>) -> Entity {
    let class_name = names.class_name.clone();
    let view_class = format!("{class_name}View");
    let checks = checks(table, server.dialect);
    let foreign_keys = foreign_keys(table);
    let attributes = attribute::all(table, &class_name, &checks, &foreign_keys, server);
    Entity {
        table: table.name.clone(),
        module: names.module.clone(),
        master_view_class: None,
        master_view_route: None,
        view_route: format!("/{}", view_class.to_lowercase()),
        view_class,
        api_class: format!("{class_name}Api"),
        api_route: format!("/api/v1/{}", names.module),
        resource_name: names.module.clone(),
        label: names::label(&names::singular(&names.module)),
        plural_label: names::label(&names::plural(&names.module)),
        menu: Menu { category: "Data".to_owned(), icon: "fa-table".to_owned() },
        key: key(table, &attributes),
        relations: Vec::new(),
        details: Vec::new(),
        uniques: uniques(table, &attributes),
        checks,
        foreign_keys,
        indexes: indexes(table),
        display: display(&attributes),
        chart: None,
        view: Decision::Included,
        api: Decision::Included,
        comment: table.comment.clone(),
        attributes,
        class_name,
    }
}

fn association(
    table: &Table,
    names: &TableNames,
    ends: Option<[AssociationEnd; 2]>,
    server: &Server<'_>,
) -> Association {
    let checks = checks(table, server.dialect);
    let foreign_keys = foreign_keys(table);
    let attributes = attribute::all(table, &names.class_name, &checks, &foreign_keys, server);
    Association {
        table: table.name.clone(),
        module: names.module.clone(),
        variable: names.module.clone(),
        key: table.primary_key.as_ref().map(|key| key.columns.clone()).unwrap_or_default(),
        uniques: uniques(table, &attributes),
        checks,
        foreign_keys,
        indexes: indexes(table),
        attributes,
        ends,
        comment: table.comment.clone(),
    }
}

fn checks(table: &Table, dialect: Dialect) -> Vec<Check> {
    let mut checks: Vec<Check> = table.checks.iter().map(|constraint| Check::read(constraint, dialect)).collect();
    checks.sort_by(|left, right| (&left.name, &left.expression).cmp(&(&right.name, &right.expression)));
    checks
}

fn foreign_keys(table: &Table) -> Vec<ReferenceKey> {
    let mut keys: Vec<ReferenceKey> = table
        .foreign_keys
        .iter()
        .map(|key| ReferenceKey {
            name: key.name.clone(),
            columns: key.columns.clone(),
            table: key.referenced_table.clone(),
            referenced: key.referenced_columns.clone(),
            on_delete: key.on_delete,
            on_update: key.on_update,
            deferred: key.deferred,
        })
        .collect();
    keys.sort_by(|left, right| (&left.columns, &left.name).cmp(&(&right.columns, &right.name)));
    keys
}

fn indexes(table: &Table) -> Vec<Index> {
    let mut indexes = table.indexes.clone();
    indexes.sort_by(|left, right| left.name.cmp(&right.name));
    indexes
}

fn key(table: &Table, attributes: &[Attribute]) -> Key {
    let columns = table.primary_key.as_ref().map(|key| key.columns.clone()).unwrap_or_default();
    let mut found: Vec<&Attribute> =
        columns.iter().filter_map(|column| attributes.iter().find(|one| &one.column == column)).collect();
    match (found.pop(), found.is_empty()) {
        (Some(only), true) if matches!(only.kind, AttributeKind::Integer { .. }) => Key::Integer(only.name.clone()),
        (Some(only), true) => Key::Other(only.name.clone()),
        (last, _) => Key::Composite(found.into_iter().chain(last).map(|one| one.name.clone()).collect()),
    }
}

fn uniques(table: &Table, attributes: &[Attribute]) -> Vec<UniqueKey> {
    let of = |columns: &mut dyn Iterator<Item = &String>| -> Vec<String> {
        columns
            .filter_map(|column| attributes.iter().find(|one| &one.column == column))
            .map(|attribute| attribute.name.clone())
            .collect()
    };
    let constraints = table.uniques.iter().map(|unique| UniqueKey {
        name: unique.name.clone(),
        attributes: of(&mut unique.columns.iter()),
        index: false,
    });
    let plain = |index: &&Index| {
        index.unique && index.predicate.is_none() && index.parts.iter().all(|part| part.column.is_some())
    };
    let indexes = table.indexes.iter().filter(plain).map(|index| UniqueKey {
        name: Some(index.name.clone()),
        attributes: of(&mut index.parts.iter().filter_map(|part| part.column.as_ref())),
        index: true,
    });
    let mut uniques: Vec<UniqueKey> = constraints.chain(indexes).collect();
    uniques.sort_by(|left, right| (&left.name, &left.attributes).cmp(&(&right.name, &right.attributes)));
    uniques
}

fn display(attributes: &[Attribute]) -> Display {
    let is_text = |attribute: &&Attribute| {
        matches!(attribute.kind, AttributeKind::Text { .. }) && attribute.foreign_key.is_none()
    };
    let named = DISPLAY_NAMES
        .iter()
        .find_map(|name| attributes.iter().filter(is_text).find(|attribute| attribute.name == *name));
    let best = named
        .or_else(|| attributes.iter().filter(is_text).find(|attribute| attribute.unique && !attribute.nullable))
        .or_else(|| attributes.iter().filter(is_text).find(|attribute| attribute.outcome.list.is_included()));
    best.map_or(Display::Key, |attribute| Display::Attribute(attribute.name.clone()))
}

/// What only the whole table decides: whether it has pages, and that a list tells what its rows are called.
fn settle(entity: &mut Entity) {
    if let Display::Attribute(name) = &entity.display
        && let Some(attribute) = entity.attributes.iter_mut().find(|attribute| &attribute.name == name)
        && attribute.outcome.list.refusal() == Some(Refusal::TooLong)
    {
        attribute.outcome.list = Decision::Included;
    }
    let in_address = |name: &str| entity.attribute(name).is_some_and(|attribute| attribute.kind.has_text());
    let refusal = if !entity.key.attributes().into_iter().all(in_address) {
        Some(Refusal::KeyWithoutText)
    } else if entity.list_columns().is_empty() {
        Some(Refusal::OnlyKey)
    } else {
        None
    };
    if let Some(refusal) = refusal {
        entity.view = Decision::Excluded(refusal);
        entity.api = Decision::Excluded(refusal);
    }
}
