//! The application that a schema asks for: plain values, read by the generators of code and of tests alike.
//!
//! [`derive`](Application::from_schema) works in this order:
//!
//! 1. tables of Flask-AppBuilder and Alembic are set aside;
//! 2. every other table gets its names, all at once, so that two tables never share one;
//! 3. columns become attributes: `types` says what a type is to Python and SQLAlchemy, `attribute` settles defaults
//!    and enums, `outcome` the place of each attribute on pages and in APIs;
//! 4. CHECK constraints are read into shapes by `check`;
//! 5. foreign keys and association tables become relations on both sides in `relation`;
//! 6. `details` says which rows are listed below which, and in what order FAB must hear of the pages;
//! 7. `chart` says which tables warrant a chart, and by which columns.

mod attribute;
mod chart;
mod check;
mod column;
mod derive;
mod details;
mod model;
mod outcome;
mod relation;
#[cfg(test)]
mod tests;
mod trigger;
mod types;

pub use chart::Chart;
pub use check::{Check, CheckRule, Comparison};
pub use column::{
    Attribute, AttributeKind, DefaultValue, ElementKind, EnumClass, EnumMember, EnumStorage, ReferenceKey,
};
pub use model::{
    Application, Association, AssociationEnd, Display, Entity, FabVersion, Key, Menu, Relation, RelationKind, Settings,
    UniqueKey,
};
pub use outcome::{Decision, FormField, Outcome, Refusal};
pub use types::SqlType;
