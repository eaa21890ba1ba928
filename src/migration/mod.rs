//! The SQL that turns one schema into another, and the way back.
//!
//! A [`Plan`] is a list of steps in the order in which they must run. Each step says what it is for, carries its
//! statements, and either its reverse or why there is none and how to save what would be lost. Steps are decided in
//! [`steps`], one file a dialect, and written down in [`render`], one file a dialect.

pub mod plan;
pub mod render;
mod single;
mod steps;

pub use plan::{Plan, Reverse, Step};
pub use single::scripts;

use crate::diff::{Change, Renames, differences};
use crate::schema::{Dialect, Schema};

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The dialect is not supported here yet.
    #[error("this version of Fabwright writes migrations for SQLite only, not {0}")]
    Unsupported(Dialect),
    /// The two schemas are not of one family.
    #[error("a {from} schema cannot be migrated into a {to} schema")]
    Mixed {
        /// The dialect of the old schema.
        from: Dialect,
        /// The dialect of the new schema.
        to: Dialect,
    },
}

/// The plan that turns `from` into `to`. `changes` are what the differ found between them; its renames are kept as
/// renames.
///
/// # Errors
///
/// For dialects that are not supported yet, and when the two schemas differ in dialect.
pub fn plan(from: &Schema, to: &Schema, changes: &[Change]) -> Result<Plan, Error> {
    if from.dialect != to.dialect {
        return Err(Error::Mixed { from: from.dialect, to: to.dialect });
    }
    match to.dialect {
        Dialect::Sqlite => Ok(steps::sqlite::plan(from, to, changes)),
        dialect @ (Dialect::Postgres | Dialect::Mysql) => Err(Error::Unsupported(dialect)),
    }
}

/// The plan that turns `to` back into `from` after [`plan`] ran, with what it cannot bring back named at its head.
///
/// # Errors
///
/// As for [`plan`].
pub fn rollback(from: &Schema, to: &Schema, changes: &[Change]) -> Result<Plan, Error> {
    let lost = plan(from, to, changes)?.irreversible().map(|(why, _)| why.to_owned()).collect();
    let back = differences(to, from, &Renames::of(changes).reversed());
    let mut plan = plan(to, from, &back)?;
    plan.lost = lost;
    Ok(plan)
}
