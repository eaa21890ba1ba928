//! What has to be done, and in which order, one file a dialect.

mod fill;
pub(super) mod mysql;
pub(super) mod postgres;
mod rebuild;
pub(super) mod sqlite;
mod sqlite_texts;
