//! What the catalog queries give, row by row, under the names that the queries use.

use serde::Deserialize;

use crate::schema::ObjectName;

/// Everything that was read.
pub(super) struct Catalog {
    pub relations: Vec<Relation>,
    pub columns: Vec<ColumnRow>,
    pub constraints: Vec<ConstraintRow>,
    pub indexes: Vec<IndexRow>,
    pub triggers: Vec<TriggerRow>,
    pub others: Vec<OtherRow>,
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
pub(super) struct ColumnRow {
    pub relation: i64,
    pub number: i64,
    pub name: String,
    pub sql: String,
    pub not_null: bool,
    pub expression: Option<String>,
    pub expression_oid: Option<i64>,
    pub generated: String,
    pub identity: String,
    pub collation: Option<String>,
    pub comment: Option<String>,
    pub inherited: bool,
    pub storage: Option<String>,
    pub compression: Option<String>,
    pub statistics: Option<i64>,
    pub options: Option<String>,
    pub type_namespace: String,
    pub type_name: String,
    pub modifier: i64,
    pub element: String,
    pub element_sql: Option<String>,
    pub labels: Option<Vec<String>>,
    pub sequence: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct ConstraintRow {
    pub oid: i64,
    pub relation: i64,
    pub name: String,
    pub kind: String,
    pub definition: String,
    pub options: Option<String>,
    pub columns: Option<Vec<String>>,
    pub target_columns: Option<Vec<String>>,
    pub target_namespace: Option<String>,
    pub target: Option<String>,
    pub on_update: String,
    pub on_delete: String,
    pub deferred: bool,
    pub index: i64,
    pub inherited: bool,
    /// The path of the index of the parent's constraint.
    pub attached: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct IndexPartRow {
    pub column: Option<String>,
    pub expression: Option<String>,
    pub descending: bool,
}

#[derive(Deserialize)]
pub(super) struct IndexRow {
    pub oid: i64,
    pub relation: i64,
    pub name: String,
    pub is_unique: bool,
    pub definition: String,
    pub predicate: Option<String>,
    pub method: String,
    pub parts: Option<Vec<IndexPartRow>>,
    /// The path of the parent's index.
    pub attached: Option<String>,
    /// Whether that does not have an index on every partition.
    pub of_invalid: bool,
    pub clustered: bool,
    pub replica_identity: bool,
    pub statistics: Option<String>,
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

#[derive(Deserialize)]
pub(super) struct Dependency {
    pub class: String,
    pub oid: i64,
    pub part: i64,
    pub other_class: String,
    pub other_oid: i64,
    pub other_part: i64,
}

#[derive(Deserialize)]
pub(super) struct StandIn {
    pub class: String,
    pub oid: i64,
    pub other_class: String,
    pub other_oid: i64,
}

/// The name of an object, `public` being the namespace that goes without saying.
pub(super) fn object_name(namespace: &str, name: &str) -> ObjectName {
    if namespace == "public" { ObjectName::new(name) } else { ObjectName::qualified(namespace, name) }
}
