//! Reads a PostgreSQL database in a few catalog queries, whatever its size.
//!
//! Everything is read in one transaction, which two connections share where the server lets them, and without a search
//! path, so that the server writes every name in full.

mod assemble;
mod columns;
mod dependencies;
mod keys;
mod queries;
mod relations;
mod rows;
mod types;

use std::collections::HashMap;

use sqlx::{Executor, PgConnection};

use super::super::postgres_session::connect;
use super::super::{DatabaseUrl, Error, Result};
use crate::schema::Schema;

/// What makes equal objects print equally on any server, whatever its settings are.
const SESSION: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SET LOCAL search_path = ''; SET LOCAL quote_all_identifiers = off; SET LOCAL datestyle = 'ISO';
    SET LOCAL intervalstyle = 'postgres'; SET LOCAL extra_float_digits = 3; SET LOCAL timezone = 'UTC'";

pub(super) async fn introspect(url: &DatabaseUrl) -> Result<Schema> {
    let cannot = || Error::server(format!("cannot read {url}"));
    let mut one = connect(url).await?;
    let (version, mut other) = begin(&mut one, url).await.map_err(cannot())?;
    let (catalog, origin) = match &mut other {
        Some(other) => {
            let (layout, words) = tokio::join!(layout(&mut one, version), words(other, version));
            read(&mut one, layout.map_err(cannot())?, words.map_err(cannot())?).await
        }
        None => {
            let layout = layout(&mut one, version).await.map_err(cannot())?;
            let words = words(&mut one, version).await.map_err(cannot())?;
            read(&mut one, layout, words).await
        }
    }
    .map_err(cannot())?;
    let mut schema = assemble::schema(catalog);
    schema.origin = origin;
    Ok(schema)
}

/// Starts to read, and gives the server's version and, where the server allows it, a second connection that sees the
/// same. The version is a number: 150004 for 15.4.
async fn begin(one: &mut PgConnection, url: &DatabaseUrl) -> sqlx::Result<(i32, Option<PgConnection>)> {
    one.execute(SESSION).await?;
    let version = sqlx::query_scalar("SELECT current_setting('server_version_num')::int4").fetch_one(&mut *one).await?;
    match second(one, url).await {
        Ok(other) => Ok((version, Some(other))),
        Err(error) => {
            tracing::debug!(%error, "reading over one connection");
            one.execute("ROLLBACK").await?;
            one.execute(SESSION).await?;
            Ok((version, None))
        }
    }
}

/// A second connection that sees what the first sees.
async fn second(one: &mut PgConnection, url: &DatabaseUrl) -> Result<PgConnection> {
    let cannot = || Error::server(format!("cannot read {url} over two connections"));
    let mut other = connect(url).await?;
    let snapshot: String = sqlx::query_scalar("SELECT pg_export_snapshot()").fetch_one(one).await.map_err(cannot())?;
    let begin = SESSION.replacen(';', &format!("; SET TRANSACTION SNAPSHOT '{snapshot}';"), 1);
    other.execute(sqlx::AssertSqlSafe(begin)).await.map_err(cannot())?;
    Ok(other)
}

/// What there is, as numbers and names.
struct Layout {
    relations: Vec<relations::Relation>,
    columns: Vec<columns::ColumnRow>,
    comments: HashMap<columns::Place, String>,
    sequences: HashMap<columns::Place, String>,
    classes: HashMap<String, u32>,
    dependencies: Vec<rows::Dependency>,
    stand_ins: Vec<rows::StandIn>,
    others: Vec<rows::OtherRow>,
}

async fn layout(connection: &mut PgConnection, version: i32) -> sqlx::Result<Layout> {
    Ok(Layout {
        columns: columns::columns(connection, version).await?,
        relations: relations::relations(connection).await?,
        comments: columns::comments(connection).await?,
        sequences: columns::sequences(connection).await?,
        classes: dependencies::classes(connection).await?,
        dependencies: dependencies::dependencies(connection).await?,
        stand_ins: dependencies::stand_ins(connection).await?,
        others: others(connection, version).await?,
    })
}

/// What the server has to put into words.
struct Words {
    defaults: HashMap<columns::Place, columns::DefaultRow>,
    constraints: Vec<keys::ConstraintRow>,
    indexes: Vec<keys::IndexRow>,
    views: HashMap<i64, String>,
    triggers: Vec<rows::TriggerRow>,
}

async fn words(connection: &mut PgConnection, version: i32) -> sqlx::Result<Words> {
    Ok(Words {
        constraints: keys::constraints(connection, version).await?,
        defaults: columns::defaults(connection).await?,
        indexes: keys::indexes(connection, version).await?,
        views: relations::views(connection).await?,
        triggers: relations::list(connection, queries::TRIGGERS).await?,
    })
}

/// Everything, and the origin of the database.
async fn read(
    connection: &mut PgConnection,
    layout: Layout,
    mut words: Words,
) -> sqlx::Result<(rows::Catalog, Option<String>)> {
    let targets = words.constraints.iter().map(|row| row.target);
    let names = relations::Names::new(connection, &layout.relations, targets).await?;
    keys::name_targets(&mut words.constraints, &names);
    keys::define(connection, &mut words.indexes, &keys::Columns::new(&layout.columns), &names).await?;
    let origin = sqlx::query_scalar(queries::ORIGIN).fetch_one(connection).await?;
    let catalog = rows::Catalog {
        relations: layout.relations,
        views: words.views,
        columns: layout.columns,
        defaults: words.defaults,
        comments: layout.comments,
        sequences: layout.sequences,
        constraints: words.constraints,
        indexes: words.indexes,
        triggers: words.triggers,
        others: layout.others,
        classes: layout.classes,
        dependencies: layout.dependencies,
        stand_ins: layout.stand_ins,
    };
    Ok((catalog, origin))
}

pub(super) async fn server(url: &DatabaseUrl) -> Result<String> {
    let mut connection = connect(url).await?;
    let version: String = sqlx::query_scalar("SELECT 'PostgreSQL ' || current_setting('server_version')")
        .fetch_one(&mut connection)
        .await
        .map_err(Error::server(format!("cannot read {url}")))?;
    Ok(version)
}

async fn others(connection: &mut PgConnection, version: i32) -> sqlx::Result<Vec<rows::OtherRow>> {
    let mut others = Vec::new();
    for query in queries::OTHERS {
        others.extend(relations::list(connection, &format!("{}{query}", queries::USERS)).await?);
    }
    let published = if version >= 150_000 { queries::PUBLISHED } else { queries::PUBLISHED_BEFORE_15 };
    others.extend(relations::list(connection, published).await?);
    Ok(others)
}
