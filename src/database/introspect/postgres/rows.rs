//! What the catalog queries give, row by row, under the names that the queries use.

use std::collections::HashMap;

use serde::Deserialize;

use super::columns::{ColumnRow, DefaultRow, Place};
use super::keys::{ConstraintRow, IndexRow};
use crate::schema::ObjectName;

/// Everything that was read.
pub(super) struct Catalog {
    pub relations: Vec<Relation>,
    /// Sorted by relation and number.
    pub columns: Vec<ColumnRow>,
    pub defaults: HashMap<Place, DefaultRow>,
    pub comments: HashMap<Place, String>,
    pub sequences: HashMap<Place, String>,
    pub constraints: Vec<ConstraintRow>,
    pub indexes: Vec<IndexRow>,
    pub triggers: Vec<TriggerRow>,
    pub others: Vec<OtherRow>,
    /// The numbers of the catalogs by their names.
    pub classes: HashMap<String, u32>,
    pub dependencies: Vec<Dependency>,
    pub stand_ins: Vec<StandIn>,
}

/// A name with its schema, `public` included.
#[derive(Deserialize)]
pub(super) struct Named {
    pub namespace: String,
    pub name: String,
}

#[derive(Deserialize)]
pub(super) struct Relation {
    pub oid: i64,
    pub namespace: String,
    pub name: String,
    pub kind: String,
    pub persistence: String,
    pub replica_identity: String,
    pub row_security: bool,
    pub force_row_security: bool,
    pub storage: Option<String>,
    pub bound: Option<String>,
    pub partition_key: Option<String>,
    pub parents: Option<Vec<Named>>,
    pub definition: Option<String>,
    pub comment: Option<String>,
    pub of_type: Option<String>,
    pub method: Option<String>,
    pub tablespace: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct TriggerRow {
    pub oid: i64,
    pub namespace: String,
    pub relation: String,
    pub name: String,
    pub definition: String,
}

#[derive(Deserialize)]
pub(super) struct OtherRow {
    pub class: String,
    pub oid: i64,
    pub part: i64,
    pub kind: String,
    pub namespace: Option<String>,
    pub name: String,
    pub definition: String,
    pub removal: String,
}

/// An object by the numbers of its class and its own, and the part of it.
pub(super) type Id = (u32, i64, i64);

/// One object needs the other.
pub(super) type Dependency = (Id, Id);

/// The class and the number of an object, and of the one that it stands for.
pub(super) type StandIn = ((u32, i64), (u32, i64));

/// The name of an object, `public` being the namespace that goes without saying.
pub(super) fn object_name(namespace: &str, name: &str) -> ObjectName {
    if namespace == "public" { ObjectName::new(name) } else { ObjectName::qualified(namespace, name) }
}
