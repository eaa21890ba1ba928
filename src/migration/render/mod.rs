//! Objects as SQL, one file a dialect.

pub mod sqlite;
