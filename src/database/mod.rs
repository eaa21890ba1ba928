//! Databases: where they are, what is in them, and throw-away ones to try things in.
//!
//! * [`url`] is the address of a database, which prints without its password;
//! * [`introspect`](introspect()) reads the schema of a live database;
//! * [`rows`] puts rows into a scratch database and tells later whether they are the same;
//! * [`scratch`] makes a database that is gone when its value is dropped;
//! * [`postgres_server`] and [`mysql_server`] are throw-away servers that end with the program;
//! * [`script`] loads SQL text into a scratch database to learn what it means;
//! * [`culprit`] finds the rows that stopped one;
//! * [`observe`] reads from a migration's statements what kept its identity under another name.

pub mod culprit;
pub mod error;
pub mod introspect;
pub mod mysql_server;
mod mysql_session;
pub mod observe;
pub mod postgres_server;
mod postgres_session;
pub mod rows;
pub mod scratch;
pub mod script;
mod throw_away;
pub mod url;

pub use error::{Error, Result};
pub use introspect::{introspect, server};
pub use mysql_server::MysqlServer;
pub use postgres_server::PostgresServer;
pub use scratch::{Place, Scratch};
pub use script::schema_of_script;
pub use url::DatabaseUrl;
