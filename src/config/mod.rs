//! `.fabwright.yml`: what an application says about itself, with defaults for everything.
//!
//! [`load`] reads and validates it. An unknown key is an error that names its line: a misspelt switch must never
//! be a silent default. Nothing outside the `app` and `cli` rooms sees a [`Config`] as a whole.

mod error;
mod hazards;
mod load;
mod remember;
mod types;

pub use error::Error;
pub use load::{FILE_NAME, load, parse};
pub use remember::with_renames;
pub use types::{
    Application, Config, Gate, GateRule, Generate, HazardIgnore, HazardRule, Hazards, MigrationKind, Migrations,
    Rehearsal, Rename,
};
