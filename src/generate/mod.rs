//! Writes the application that a schema asks for.
//!
//! 1. [`entity`] derives an [`Application`]: plain values that say which classes, attributes, relations and pages
//!    each table gets, and why something is left out;
//! 2. `code` writes models, views and REST APIs from it;
//! 3. [`data`] makes rows for the schema, for rehearsals;
//! 4. [`revision`] writes a migration as an Alembic revision;
//! 5. [`names`] and [`python`] hold what both the code and the tests must spell alike.
//!
//! Everything here is a function of the schema and the [`Settings`]: the same input gives the same bytes, whatever
//! the order of the tables.

pub mod code;
pub mod data;
pub mod entity;
pub mod file;
pub mod names;
pub mod python;
pub mod revision;
pub mod tests;

pub use entity::{Application, Entity, FabVersion, Settings};
pub use file::{FileKind, GeneratedFile, Selection};
