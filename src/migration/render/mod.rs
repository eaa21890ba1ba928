//! Objects as SQL, one file a dialect.

pub mod mysql;
pub mod postgres;
pub mod sqlite;
