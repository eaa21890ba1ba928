//! What people read when a run is over.
//!
//! 1. [`facts::Facts`] holds everything that there is to say;
//! 2. [`wording`] turns facts into sentences, once;
//! 3. [`comment`], [`checks`], [`html`], [`terminal`] and [`json`] each write the same sentences for another reader.

pub mod approval;
pub mod checks;
pub mod comment;
pub mod diagram;
pub mod facts;
pub mod history;
pub mod html;
pub mod json;
pub mod markdown;
pub mod mutation;
mod parts;
pub mod posting;
#[cfg(test)]
mod sample;
pub mod suite;
pub mod terminal;
#[cfg(test)]
mod tests;
pub mod wording;

pub use approval::{Answer, Approval};
pub use checks::{CheckKind, CheckReport, Remark, checks};
pub use comment::{Limits, comment, digest, summary};
pub use facts::{
    AppliedRevision, AppliedStatement, Compatibility, Dependents, Facts, Failure, Fate, Generated, Lock, LostValues,
    OpenQuestion, Rehearsal, Revision, Series, TableRows, TableTouched, Trial, WayBack,
};
pub use html::{Error, html};
pub use json::changes_json;
pub use terminal::{Colour, Layout, terminal};
