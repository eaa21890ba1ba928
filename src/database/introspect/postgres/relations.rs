//! Tables, views, and what stands above them.

use std::collections::HashMap;

use sqlx::postgres::PgRow;
use sqlx::postgres::types::Oid;
use sqlx::{PgConnection, Row};

use super::columns::letter;
use super::queries;

/// A name with its schema, `public` included.
pub(super) struct Named {
    pub namespace: String,
    pub name: String,
}

/// A table, a partitioned table, a view or a materialized view.
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
    pub parents: Vec<Named>,
    pub of_type: Option<String>,
    pub method: Option<String>,
    pub tablespace: Option<String>,
}

impl Relation {
    pub fn is_view(&self) -> bool {
        matches!(self.kind.as_str(), "v" | "m")
    }
}

pub(super) async fn relations(connection: &mut PgConnection) -> sqlx::Result<Vec<Relation>> {
    let mut parents: HashMap<i64, Vec<Named>> = HashMap::new();
    let rows: Vec<(Oid, String, String)> = sqlx::query_as(queries::PARENTS).fetch_all(&mut *connection).await?;
    for (child, namespace, name) in rows {
        parents.entry(i64::from(child.0)).or_default().push(Named { namespace, name });
    }
    let read = |row: PgRow| {
        let oid = i64::from(row.try_get::<Oid, _>(0)?.0);
        Ok(Relation {
            oid,
            namespace: row.try_get(1)?,
            name: row.try_get(2)?,
            kind: letter(row.try_get(3)?),
            persistence: letter(row.try_get(4)?),
            replica_identity: letter(row.try_get(5)?),
            row_security: row.try_get(6)?,
            force_row_security: row.try_get(7)?,
            storage: row.try_get(8)?,
            bound: row.try_get(9)?,
            partition_key: row.try_get(10)?,
            of_type: row.try_get(11)?,
            method: row.try_get(12)?,
            tablespace: row.try_get(13)?,
            parents: parents.remove(&oid).unwrap_or_default(),
        })
    };
    sqlx::query(queries::RELATIONS).try_map(read).fetch_all(connection).await
}

/// The SELECTs of views by the numbers of these.
pub(super) async fn views(connection: &mut PgConnection) -> sqlx::Result<HashMap<i64, String>> {
    let rows: Vec<(Oid, String)> = sqlx::query_as(queries::VIEWS).fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(oid, text)| (i64::from(oid.0), text)).collect())
}

/// The names of relations by their numbers.
pub(super) struct Names<'a> {
    known: HashMap<i64, (&'a str, &'a str)>,
    others: HashMap<i64, (String, String)>,
}

impl<'a> Names<'a> {
    /// The names of the relations that were read and of those that are `wanted` besides: an extension's, say.
    pub async fn new(
        connection: &mut PgConnection,
        relations: &'a [Relation],
        wanted: impl Iterator<Item = i64>,
    ) -> sqlx::Result<Self> {
        let known: HashMap<i64, _> =
            relations.iter().map(|row| (row.oid, (row.namespace.as_str(), row.name.as_str()))).collect();
        let unknown: Vec<i64> = wanted.filter(|oid| *oid != 0 && !known.contains_key(oid)).collect();
        let mut others = HashMap::new();
        if !unknown.is_empty() {
            let rows: Vec<(i64, String, String)> =
                sqlx::query_as(queries::NAMES).bind(unknown).fetch_all(connection).await?;
            others.extend(rows.into_iter().map(|(oid, namespace, name)| (oid, (namespace, name))));
        }
        Ok(Self { known, others })
    }

    pub fn get(&self, oid: i64) -> Option<(&str, &str)> {
        let other = || self.others.get(&oid).map(|(namespace, name)| (namespace.as_str(), name.as_str()));
        self.known.get(&oid).copied().or_else(other)
    }
}
