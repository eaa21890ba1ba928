//! Objects as SQL, one file a dialect.

pub mod postgres;
pub mod sqlite;
