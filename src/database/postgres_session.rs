//! Connections to PostgreSQL.

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};

use super::{DatabaseUrl, Error, Result};

/// A connection to the database at `url`.
pub(super) async fn connect(url: &DatabaseUrl) -> Result<PgConnection> {
    let cannot = format!("cannot open {url}");
    let options: PgConnectOptions = url.expose().parse().map_err(Error::server(cannot.clone()))?;
    options.disable_statement_logging().connect().await.map_err(Error::server(cannot))
}
