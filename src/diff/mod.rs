//! What differs between two schemas, and what each difference means.
//!
//! 1. [`rename`] decides which objects are the same under another name, by evidence that the rehearsal gathered
//!    or, without any, by a scored heuristic that says what it saw;
//! 2. [`differ`] compares the pair object by object and yields [`change::Change`]s in a deterministic order;
//! 3. [`describe`] turns each into a [`change::SchemaChange`], the record that people and programs read.

mod align;
pub mod change;
pub mod describe;
pub mod differ;
mod implied;
mod likeness;
mod object;
pub mod rename;
pub mod sentence;
pub mod severity;

pub use align::aligned;
pub use change::{Change, ChangeId, ColumnDifference, Constraint, SchemaChange, SchemaChangeType, Severity};
pub use describe::{Comparison, compare, relationship};
pub use differ::{diff, differences};
pub use implied::implied;
pub use rename::{RenameEvidence, RenameHints, RenameLookup, RenameQuestion, Renames};
pub use severity::{TypeChange, type_change};
