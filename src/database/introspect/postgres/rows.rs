//! What the catalog queries give, row by row, under the names that the queries use.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use sqlx::{AssertSqlSafe, PgConnection};

use super::columns::{ColumnRow, DefaultRow, Place};
use super::keys::{ConstraintRow, IndexRow};
use super::relations::Relation;
use crate::schema::ObjectName;

/// Everything that was read.
pub(super) struct Catalog {
    pub relations: Vec<Relation>,
    /// The SELECTs of views.
    pub views: HashMap<i64, String>,
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

#[derive(Deserialize)]
pub(super) struct TriggerRow {
    pub oid: i64,
    /// The number of its table or view.
    pub relation: i64,
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

/// An object by the numbers of its class and its own, and the part of it. There are very many: they are kept small.
pub(super) type Id = (u32, u32, i32);

/// One object needs the other.
pub(super) type Dependency = (Id, Id);

/// The class and the number of an object, and of the one that it stands for.
pub(super) type StandIn = ((u32, u32), (u32, u32));

/// The name of an object, `public` being the namespace that goes without saying.
pub(super) fn object_name(namespace: &str, name: &str) -> ObjectName {
    if namespace == "public" { ObjectName::new(name) } else { ObjectName::qualified(namespace, name) }
}

/// The rows of a query, which the server hands over as one JSON text.
pub(super) async fn list<T: DeserializeOwned>(connection: &mut PgConnection, query: &str) -> sqlx::Result<Vec<T>> {
    let query = format!("SELECT coalesce(json_agg(x), '[]')::text FROM (\n{query}\n) x");
    let text: String = sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(connection).await?;
    of_json(&text)
}

/// The rows of one JSON text.
pub(super) fn of_json<T: DeserializeOwned>(text: &str) -> sqlx::Result<Vec<T>> {
    serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(Box::new(error)))
}
