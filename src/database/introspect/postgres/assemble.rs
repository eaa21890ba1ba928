//! Puts the rows of the catalog together.

mod addresses;
mod table;

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use self::addresses::{Addresses, Classes, Places};
use self::table::{About, TableRows};
use super::keys::Columns;
use super::rows::{Catalog, Id, object_name};
use crate::schema::{Dialect, ObjectName, Other, Schema, Table, Trigger, View, address};

/// Up to how many tables are put together on all processors. Each thread has a heap of its own and makes no use of what
/// others gave back, which for more tables would take memory that matters more than the time.
const FEW: usize = 4_000;

pub(super) fn schema(mut catalog: Catalog) -> Schema {
    let mut schema = Schema::empty(Dialect::Postgres);
    let classes = Classes::new(catalog.classes);
    let mut addresses = Addresses::new(&classes, catalog.stand_ins);
    let columns = Columns::new(&catalog.columns);
    let mut rows: BTreeMap<i64, TableRows> = BTreeMap::new();
    let mut views: HashMap<i64, ObjectName> = HashMap::new();
    for relation in catalog.relations {
        let name = object_name(&relation.namespace, &relation.name);
        let id = classes.id("pg_class", relation.oid, 0);
        if relation.is_view() {
            let definition = catalog.views.remove(&relation.oid).unwrap_or_default();
            addresses.put(id, address::view(&name));
            views.insert(relation.oid, name.clone());
            schema.views.push(View { name, materialized: relation.kind == "m", definition });
        } else {
            addresses.put(id, address::table(&name));
            let comment = catalog.comments.get(&(relation.oid, 0)).cloned();
            rows.insert(relation.oid, TableRows::new(relation, name, comment));
        }
    }
    for row in catalog.constraints {
        if let Some(table) = rows.get_mut(&row.relation) {
            table.add_constraint(row);
        }
    }
    for row in catalog.indexes {
        if let Some(table) = rows.get_mut(&row.relation) {
            table.add_index(row);
        } else if let Some(view) = views.get(&row.relation) {
            addresses.put(classes.id("pg_class", row.oid, 0), address::index(view, &row.name));
            let name = ObjectName { namespace: view.namespace.clone(), name: row.name };
            let removal = format!("DROP INDEX {}", quoted_path(&name));
            let (kind, removal) = ("index".to_owned(), Some(removal));
            let definition = row.definition.unwrap_or_default();
            schema.others.push(Other { kind, name, definition, removal });
        }
    }
    let about = About {
        columns: &columns,
        comments: &catalog.comments,
        defaults: &catalog.defaults,
        sequences: &catalog.sequences,
        classes: &classes,
    };
    let rows: Vec<TableRows> = rows.into_values().collect();
    let assemble = |rows: TableRows| rows.assemble(&about);
    let made: Vec<_> = match rows.len() {
        ..FEW => rows.into_par_iter().map(assemble).collect(),
        _ => rows.into_iter().map(assemble).collect(),
    };
    let mut tables: BTreeMap<i64, Table> = BTreeMap::new();
    for (oid, table, numbered) in made {
        addresses.extend(numbered);
        tables.insert(oid, table);
    }
    for row in catalog.triggers {
        let table = tables.get(&row.relation).map(|table| &table.name).or_else(|| views.get(&row.relation));
        let Some(table) = table.cloned() else { continue };
        let id = classes.id("pg_trigger", row.oid, 0);
        addresses.put(id, address::member("trigger", &table, &row.name));
        schema.triggers.push(Trigger { name: row.name, table, definition: row.definition });
    }
    let mut belongs: Vec<(String, Id)> = Vec::new();
    for row in catalog.others {
        let name = row.namespace.map_or_else(|| ObjectName::new(&row.name), |space| object_name(&space, &row.name));
        let other = Other { kind: row.kind, name, definition: row.definition, removal: Some(row.removal) };
        let key = address::other(&other);
        let target = match row.class.as_str() {
            "domain default" | "domain not null" => Some("pg_type"),
            "sequence owner" | "view options" => Some("pg_class"),
            class => class.split_once(" on ").map(|(_, class)| class),
        };
        match target {
            Some(class) => belongs.push((key, classes.id(class, row.oid, row.part))),
            None => addresses.put(classes.id(&row.class, row.oid, row.part), key),
        }
        schema.others.push(other);
    }
    let places = Places { tables: &tables, columns: &columns };
    let said = owned_sequences(&schema.others);
    schema.dependencies = addresses.edges(&catalog.dependencies, &belongs, said, &places);
    schema.tables = tables.into_values().collect();
    schema.sort();
    schema
}

/// What says which column owns a sequence needs that sequence, which its text names and the catalog turns round.
fn owned_sequences(others: &[Other]) -> Vec<(String, String)> {
    let owners = others.iter().filter(|other| other.kind == "sequence owner");
    owners.map(|other| (address::other(other), address::of_kind("sequence", &other.name))).collect()
}

fn quoted_path(name: &ObjectName) -> String {
    crate::migration::render::postgres::path(name)
}
