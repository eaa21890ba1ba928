//! Finds the rows that stopped a script of SQL: it is run again, statement by statement, and the queries for the one
//! that fails are asked where it failed.

use sqlx::{AssertSqlSafe, Column, Executor, Row as _};

use super::scratch::Scratch;
use super::{Result, postgres_session, script};
use crate::hazard::culprit::{self, Query, Row};
use crate::schema::Dialect;

/// Runs `statements` on a scratch database that nobody needs any more. Gives the rows that the first one to fail could
/// not stand, as text, and that statement's number, from 0; `None` where nothing fails.
///
/// What begins or ends a transaction has to be left out of `statements`: each is alone, so that a failure leaves the
/// database as it met it.
///
/// # Errors
///
/// When the database cannot be opened.
pub async fn find(scratch: &Scratch, statements: &[String]) -> Result<Option<(usize, Option<String>)>> {
    let url = scratch.url();
    match url.dialect() {
        Dialect::Postgres => {
            let mut connection = postgres_session::connect(&url).await?;
            for (number, statement) in statements.iter().enumerate() {
                let outcome = connection.execute(sqlx::raw_sql(AssertSqlSafe(statement.as_str()))).await;
                let Err(sqlx::Error::Database(error)) = outcome else { continue };
                // Classes of SQLSTATE: data exception, integrity constraint violation.
                if !error.code().is_some_and(|code| code.starts_with("22") || code.starts_with("23")) {
                    return Ok(Some((number, None)));
                }
                let queries = queries(url.dialect(), statements, number, error.message());
                let detail = error
                    .try_downcast_ref::<sqlx::postgres::PgDatabaseError>()
                    .and_then(|error| Some(format!("DETAIL: {}", error.detail()?)));
                for query in queries {
                    if let Some(rows) = postgres(&mut connection, &query).await.filter(|rows| !rows.is_empty()) {
                        return Ok(Some((number, Some(culprit::told(&query.table, &rows)))));
                    }
                }
                let told = detail.as_deref().and_then(culprit::in_message).map(str::to_owned);
                return Ok(Some((number, told)));
            }
        }
        Dialect::Sqlite => {
            let mut connection = script::open(&url).await?;
            for (number, statement) in statements.iter().enumerate() {
                let outcome = connection.execute(sqlx::raw_sql(AssertSqlSafe(statement.as_str()))).await;
                let Err(sqlx::Error::Database(error)) = outcome else { continue };
                if !error.message().contains(" constraint failed") {
                    return Ok(Some((number, None)));
                }
                for query in queries(url.dialect(), statements, number, error.message()) {
                    if let Some(rows) = sqlite(&mut connection, &query).await.filter(|rows| !rows.is_empty()) {
                        return Ok(Some((number, Some(culprit::told(&query.table, &rows)))));
                    }
                }
                return Ok(Some((number, None)));
            }
        }
        Dialect::Mysql => {}
    }
    Ok(None)
}

fn queries(dialect: Dialect, statements: &[String], number: usize, message: &str) -> Vec<Query> {
    culprit::queries(dialect, statements.get(..=number).unwrap_or(statements), message)
}

/// A query that does not fit the table finds nothing.
async fn postgres(connection: &mut sqlx::PgConnection, query: &Query) -> Option<Vec<Row>> {
    if let Some(prepare) = &query.prepare {
        connection.execute(sqlx::raw_sql(AssertSqlSafe(prepare.as_str()))).await.ok()?;
    }
    // As texts: a number of JSON would lose digits.
    let texts = format!(
        "SELECT (SELECT json_object_agg(key, value)::text FROM json_each_text(row_to_json(found))) FROM ({}) AS found",
        query.select
    );
    let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(texts)).fetch_all(connection).await.ok()?;
    let row = |text: &String| -> Option<Row> {
        let columns: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
        Some(columns.into_iter().map(|(name, value)| (name, value.as_str().map(str::to_owned))).collect())
    };
    rows.iter().map(row).collect()
}

async fn sqlite(connection: &mut sqlx::SqliteConnection, query: &Query) -> Option<Vec<Row>> {
    let rows = sqlx::query(AssertSqlSafe(query.select.as_str())).fetch_all(&mut *connection).await.ok()?;
    let row = |row: &sqlx::sqlite::SqliteRow| -> Row {
        let value = |index: usize| row.try_get_unchecked::<Option<String>, _>(index).ok().flatten();
        row.columns().iter().map(|column| (column.name().to_owned(), value(column.ordinal()))).collect()
    };
    Some(rows.iter().map(row).collect())
}
