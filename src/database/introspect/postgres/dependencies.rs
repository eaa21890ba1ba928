//! What needs what, and what stands for what, by numbers.

use std::collections::HashMap;

use sqlx::PgConnection;
use sqlx::postgres::types::Oid;

use super::queries;
use super::rows::{Dependency, StandIn};

/// The numbers of the catalogs by their names.
pub(super) async fn classes(connection: &mut PgConnection) -> sqlx::Result<HashMap<String, u32>> {
    let rows: Vec<(String, Oid)> = sqlx::query_as(queries::CLASSES).fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(name, oid)| (name, oid.0)).collect())
}

pub(super) async fn dependencies(connection: &mut PgConnection) -> sqlx::Result<Vec<Dependency>> {
    let rows: Vec<(Oid, Oid, i32, Oid, Oid, i32)> = sqlx::query_as(queries::DEPENDENCIES).fetch_all(connection).await?;
    let id = |class: Oid, oid: Oid, part: i32| (class.0, i64::from(oid.0), i64::from(part));
    let rows = rows.into_iter().map(|(class, oid, part, other_class, other, other_part)| {
        (id(class, oid, part), id(other_class, other, other_part))
    });
    Ok(rows.collect())
}

pub(super) async fn stand_ins(connection: &mut PgConnection) -> sqlx::Result<Vec<StandIn>> {
    let rows: Vec<(Oid, Oid, Oid, Oid)> = sqlx::query_as(queries::STAND_INS).fetch_all(connection).await?;
    let id = |class: Oid, oid: Oid| (class.0, i64::from(oid.0));
    Ok(rows.into_iter().map(|(class, oid, other_class, other)| (id(class, oid), id(other_class, other))).collect())
}
