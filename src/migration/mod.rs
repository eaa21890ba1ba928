//! The SQL that turns one schema into another, and the way back.
//!
//! A [`Plan`] is a list of steps in the order in which they must run. Each step says what it is for, carries its
//! statements, and either its reverse or why there is none and how to save what would be lost. Steps are decided in
//! [`steps`], one file a dialect, and written down in [`render`], one file a dialect.

pub mod plan;
pub mod render;
mod save;
mod single;
mod steps;

pub use plan::{Plan, Reverse, Step};
pub use save::Save;
pub use single::Scripts;

use crate::diff::{Change, Renames, differences};
use crate::schema::{Dialect, Schema};

/// The plan that turns `from` into `to`, with the plan that leads back. `changes` are what the differ found between
/// the two; its renames are kept as renames.
///
/// Where Fabwright cannot write migrations, the plan has no steps and says so in [`Plan::gap`].
pub fn plan(from: &Schema, to: &Schema, changes: &[Change]) -> Plan {
    both_ways(from, to, changes, Locks::Plain)
}

/// The same plan in the forms that let others read and write the tables meanwhile, in several transactions. Only
/// PostgreSQL has such forms: for any other dialect the plan has no steps and says so in [`Plan::gap`].
pub fn online_plan(from: &Schema, to: &Schema, changes: &[Change]) -> Plan {
    if to.dialect == Dialect::Postgres {
        return both_ways(from, to, changes, Locks::Short);
    }
    let gap = format!("There are no other forms of these statements for {}: leave --online away.", to.dialect);
    Plan { gap: Some(gap), ..Plan::default() }
}

/// How long a plan may keep others from tables that are there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Locks {
    /// As long as it takes.
    Plain,
    /// Never for as long as it takes to read the rows, where that can be had.
    Short,
}

fn both_ways(from: &Schema, to: &Schema, changes: &[Change], locks: Locks) -> Plan {
    let mut plan = one_way(from, to, changes, locks);
    let lost = plan.irreversible().map(|(why, _)| why.to_owned()).collect();
    let reversed = differences(to, from, &Renames::of(changes).reversed());
    plan.back = Some(Box::new(Plan { lost, ..one_way(to, from, &reversed, locks) }));
    plan
}

fn one_way(from: &Schema, to: &Schema, changes: &[Change], locks: Locks) -> Plan {
    let mut plan = match (from.dialect, to.dialect) {
        (Dialect::Sqlite, Dialect::Sqlite) => steps::sqlite::plan(from, to, changes),
        (Dialect::Postgres, Dialect::Postgres) => steps::postgres::plan(from, to, changes, locks),
        (Dialect::Mysql, Dialect::Mysql) => steps::mysql::plan(from, to, changes),
        (one, other) => {
            Plan { gap: Some(format!("A {one} schema cannot be migrated into a {other} schema.")), ..Plan::default() }
        }
    };
    save::name_apart(&mut plan, from, to);
    plan
}
