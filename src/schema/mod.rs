//! What a database looks like: the model that every other room speaks.
//!
//! A [`Schema`] is a plain value. It is read from a live database by the `database` room, or from a snapshot by
//! [`snapshot`], and is never changed after that: the differ, the generators and the renderers only look at it.
//!
//! * [`model`] holds the objects: tables, columns, constraints, indexes, views, triggers;
//! * [`tables`] is the list of tables that copies of a schema share;
//! * [`types`] holds column types: the words of the server and what they mean;
//! * [`name`] holds qualified names;
//! * [`address`] names every object of a schema in one text;
//! * [`navigate`] answers questions that span objects ("who references this table?");
//! * [`lookup`] answers them for those who ask about many tables;
//! * [`quote`] writes names and texts as SQL;
//! * [`reserved`] lists the words that a server keeps for itself;
//! * [`lexer`] reads the words of SQL texts;
//! * [`canonical`] says what counts when two objects are compared;
//! * [`snapshot`] is the canonical, versioned text of a schema, and its fingerprint.

pub mod address;
pub mod canonical;
pub mod lexer;
pub mod lookup;
pub mod model;
pub mod name;
pub mod navigate;
pub mod quote;
pub mod reserved;
pub mod snapshot;
pub mod tables;
pub mod types;

pub use lookup::Lookup;
pub use model::{
    CheckConstraint, Column, ColumnDefault, Dependencies, ForeignKey, Generated, GeneratedStorage, Index, IndexPart,
    Other, PrimaryKey, ReferentialAction, Schema, Table, Trigger, UniqueConstraint, View,
};
pub use name::ObjectName;
pub use tables::Tables;
pub use types::{DataType, Dialect, TypeKind};

/// The table in which Alembic keeps its books: no part of what the application asks for.
pub const BOOKKEEPING: &str = "alembic_version";
