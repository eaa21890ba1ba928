//! Working tree and git: reading a branch, recording what was generated, committing it.
//!
//! * [`git`] drives the `git` command. It reads any commit without touching the user's tree, and writes commits,
//!   conflicts and the tree so that a failure leaves everything as it was;
//! * [`baseline`] finds the texts as last generated and the recorded schema under `.fabwright/`;
//! * [`folder`] writes files whole or not at all;
//! * [`tree`] reads the application's source files.

pub mod baseline;
mod error;
pub mod folder;
pub mod git;
pub mod tree;

pub use error::{Error, Result};
