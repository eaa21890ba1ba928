//! What needs what, and what stands for what, by numbers.

use std::collections::HashMap;

use sqlx::postgres::PgRow;
use sqlx::postgres::types::Oid;
use sqlx::{PgConnection, Row};

use super::queries;
use super::rows::{Dependency, StandIn};

/// The numbers of the catalogs by their names.
pub(super) async fn classes(connection: &mut PgConnection) -> sqlx::Result<HashMap<String, u32>> {
    let rows: Vec<(String, Oid)> = sqlx::query_as(queries::CLASSES).fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(name, oid)| (name, oid.0)).collect())
}

pub(super) async fn dependencies(connection: &mut PgConnection) -> sqlx::Result<Vec<Dependency>> {
    let number = |row: &PgRow, place: usize| Ok::<_, sqlx::Error>(row.try_get::<Oid, _>(place)?.0);
    let read = |row: PgRow| {
        let one = (number(&row, 0)?, number(&row, 1)?, row.try_get(2)?);
        Ok((one, (number(&row, 3)?, number(&row, 4)?, row.try_get(5)?)))
    };
    sqlx::query(queries::DEPENDENCIES).try_map(read).fetch_all(connection).await
}

pub(super) async fn stand_ins(connection: &mut PgConnection) -> sqlx::Result<Vec<StandIn>> {
    let rows: Vec<(Oid, Oid, Oid, Oid)> = sqlx::query_as(queries::STAND_INS).fetch_all(connection).await?;
    let pairs = rows.into_iter().map(|(class, oid, other, of)| ((class.0, oid.0), (other.0, of.0)));
    Ok(pairs.collect())
}
