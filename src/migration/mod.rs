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
pub use single::Scripts;

use crate::diff::{Change, Renames, differences};
use crate::schema::{Dialect, Schema};

/// The plan that turns `from` into `to`, with the plan that leads back. `changes` are what the differ found between
/// the two; its renames are kept as renames.
///
/// Where Fabwright cannot write migrations, the plan has no steps and says so in [`Plan::gap`].
pub fn plan(from: &Schema, to: &Schema, changes: &[Change]) -> Plan {
    let mut plan = one_way(from, to, changes);
    let lost = plan.irreversible().map(|(why, _)| why.to_owned()).collect();
    let reversed = differences(to, from, &Renames::of(changes).reversed());
    plan.back = Some(Box::new(Plan { lost, ..one_way(to, from, &reversed) }));
    plan
}

fn one_way(from: &Schema, to: &Schema, changes: &[Change]) -> Plan {
    match (from.dialect, to.dialect) {
        (Dialect::Sqlite, Dialect::Sqlite) => steps::sqlite::plan(from, to, changes),
        (Dialect::Postgres, Dialect::Postgres) => steps::postgres::plan(from, to, changes),
        (Dialect::Mysql, Dialect::Mysql) => steps::mysql::plan(from, to, changes),
        (one, other) => {
            Plan { gap: Some(format!("A {one} schema cannot be migrated into a {other} schema.")), ..Plan::default() }
        }
    }
}
