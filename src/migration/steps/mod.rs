//! What has to be done, and in which order, one file a dialect.

mod fill;
pub(super) mod mysql;
pub(super) mod postgres;
mod rebuild;
mod rename_order;
pub(super) mod sqlite;
mod sqlite_texts;
