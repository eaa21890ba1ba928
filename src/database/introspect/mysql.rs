//! Reads a MySQL or MariaDB database.

use sqlx::Connection;

use super::super::{DatabaseUrl, Error, Result, mysql_session};

pub(super) async fn server(url: &DatabaseUrl) -> Result<String> {
    let cannot = || Error::server(format!("cannot read {url}"));
    let mut connection = mysql_session::connect(url).await?;
    let version: String = sqlx::query_scalar("SELECT VERSION()").fetch_one(&mut connection).await.map_err(cannot())?;
    connection.close().await.map_err(cannot())?;
    let number = version.split('-').next().unwrap_or(&version);
    Ok(format!("{} {number}", if version.contains("MariaDB") { "MariaDB" } else { "MySQL" }))
}
