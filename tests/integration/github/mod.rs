//! The action against a GitHub of our own: what it writes, what it leaves alone, and what it does when things go wrong.

mod checks;
mod client;
mod comment;
mod commit;
mod described;
pub mod double;
mod fork;
pub mod job;
mod notify;
pub mod payload;
mod rename;
mod tokens;

/// The base of the scenarios.
const BASE: &str = "CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(80) NOT NULL, fax VARCHAR(20));";
/// A change that nothing blocks.
const HARMLESS: &str = "ALTER TABLE customer ADD COLUMN phone VARCHAR(20);";
/// A change that waits for approval.
const BREAKING: &str = "ALTER TABLE customer DROP COLUMN fax;";
