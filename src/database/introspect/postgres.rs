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

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::{Executor, PgConnection};
use tokio::task::JoinSet;

use super::super::postgres_session::connect;
use super::super::{DatabaseUrl, Error, Result};
use crate::schema::Schema;

/// What makes equal objects print equally on any server, whatever its settings are.
const SESSION: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SET LOCAL search_path = ''; SET LOCAL quote_all_identifiers = off; SET LOCAL datestyle = 'ISO';
    SET LOCAL intervalstyle = 'postgres'; SET LOCAL extra_float_digits = 3; SET LOCAL timezone = 'UTC'";

pub(super) async fn introspect(url: &DatabaseUrl) -> Result<Schema> {
    let cannot = || Error::server(format!("cannot read {url}"));
    let (one, other) = tokio::join!(connect(url), connect(url));
    let mut one = one?;
    let (version, other) = begin(&mut one, other).await.map_err(cannot())?;
    let queue = Arc::new(Queue::new(&mut one, version).await.map_err(cannot())?);
    let (catalog, origin) = match other {
        Some(mut other) => {
            // A task of its own, since it takes a processor to read the rows, too. It ends with this set.
            let mut task = JoinSet::new();
            let shared = Arc::clone(&queue);
            task.spawn(async move { words(&mut other, version, &shared).await });
            let layout = layout(&mut one, version, &queue).await.map_err(cannot())?;
            let words = task.join_next().await.and_then(std::result::Result::ok);
            let words = words.unwrap_or(Err(sqlx::Error::WorkerCrashed)).map_err(cannot())?;
            read(&mut one, layout, words).await
        }
        None => {
            let layout = layout(&mut one, version, &queue).await.map_err(cannot())?;
            let words = words(&mut one, version, &queue).await.map_err(cannot())?;
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
async fn begin(one: &mut PgConnection, other: Result<PgConnection>) -> sqlx::Result<(i32, Option<PgConnection>)> {
    one.execute(SESSION).await?;
    let version = sqlx::query_scalar("SELECT current_setting('server_version_num')::int4").fetch_one(&mut *one).await?;
    let failed = match other {
        Ok(other) => match join(one, other).await {
            Ok(other) => return Ok((version, Some(other))),
            Err(error) => error.to_string(),
        },
        Err(error) => error.to_string(),
    };
    tracing::debug!(error = failed, "reading over one connection");
    one.execute("ROLLBACK").await?;
    one.execute(SESSION).await?;
    Ok((version, None))
}

/// Lets the other connection see what the first sees.
async fn join(one: &mut PgConnection, mut other: PgConnection) -> sqlx::Result<PgConnection> {
    let snapshot: String = sqlx::query_scalar("SELECT pg_export_snapshot()").fetch_one(one).await?;
    let begin = SESSION.replacen(';', &format!("; SET TRANSACTION SNAPSHOT '{snapshot}';"), 1);
    other.execute(sqlx::AssertSqlSafe(begin)).await?;
    Ok(other)
}

/// What is still to be asked about further objects, by whichever connection has the time. The last goes first.
struct Queue(Mutex<Vec<Cow<'static, str>>>);

impl Queue {
    /// Everything about which there may be an answer.
    async fn new(connection: &mut PgConnection, version: i32) -> sqlx::Result<Self> {
        let present: Vec<bool> = sqlx::query_scalar(queries::PRESENT).fetch_one(connection).await?;
        let published = present.get(queries::SOMETIMES.len()) == Some(&true);
        let sometimes = queries::SOMETIMES.iter().zip(present).filter_map(|(query, present)| present.then_some(query));
        let queries = queries::OTHERS.iter().chain(sometimes);
        let mut all: Vec<_> = queries.map(|query| Cow::Owned(format!("{}{query}", queries::USERS))).collect();
        let publications = if version >= 150_000 { queries::PUBLISHED } else { queries::PUBLISHED_BEFORE_15 };
        all.extend(published.then_some(Cow::Borrowed(publications)));
        Ok(Self(Mutex::new(all)))
    }

    fn add(&self, query: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Cow::Owned(query));
    }

    fn next(&self) -> Option<Cow<'static, str>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

/// What there is, as numbers and names.
struct Layout {
    relations: Vec<relations::Relation>,
    columns: Vec<columns::ColumnRow>,
    comments: HashMap<columns::Place, String>,
    sequences: HashMap<columns::Place, String>,
    others: Vec<rows::OtherRow>,
}

async fn layout(connection: &mut PgConnection, version: i32, queue: &Queue) -> sqlx::Result<Layout> {
    let (columns, granted) = columns::columns(connection, version).await?;
    queue.add(queries::rights(granted));
    Ok(Layout {
        columns,
        relations: relations::relations(connection).await?,
        comments: columns::comments(connection).await?,
        sequences: columns::sequences(connection).await?,
        others: others(connection, queue).await?,
    })
}

/// What the server has to put into words, and what needs what. It takes about as long as the [`Layout`].
struct Words {
    defaults: HashMap<columns::Place, columns::DefaultRow>,
    constraints: Vec<keys::ConstraintRow>,
    indexes: Vec<keys::IndexRow>,
    views: HashMap<i64, String>,
    triggers: Vec<rows::TriggerRow>,
    classes: HashMap<String, u32>,
    dependencies: Vec<rows::Dependency>,
    stand_ins: Vec<rows::StandIn>,
    others: Vec<rows::OtherRow>,
}

async fn words(connection: &mut PgConnection, version: i32, queue: &Queue) -> sqlx::Result<Words> {
    Ok(Words {
        constraints: keys::constraints(connection, version).await?,
        defaults: columns::defaults(connection).await?,
        indexes: keys::indexes(connection, version).await?,
        views: relations::views(connection).await?,
        triggers: rows::list(connection, queries::TRIGGERS).await?,
        classes: dependencies::classes(connection).await?,
        dependencies: dependencies::dependencies(connection).await?,
        stand_ins: dependencies::stand_ins(connection).await?,
        others: others(connection, queue).await?,
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
    words.others.extend(layout.others);
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
        others: words.others,
        classes: words.classes,
        dependencies: words.dependencies,
        stand_ins: words.stand_ins,
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

async fn others(connection: &mut PgConnection, queue: &Queue) -> sqlx::Result<Vec<rows::OtherRow>> {
    let mut others = Vec::new();
    while let Some(query) = queue.next() {
        others.extend(rows::list(connection, &query).await?);
    }
    Ok(others)
}
