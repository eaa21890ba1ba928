//! GitHub: the event that started a job, the files through which a job answers its runner, and the API.
//!
//! * [`event`] and [`runner`] are the job's own side;
//! * [`identity`] says who we are, [`client`] carries each call and its rules: time limits, waiting, repeating;
//! * [`pulls`], [`comments`], [`reactions`], [`people`], [`contents`], [`labels`], [`checks`], [`statuses`] and
//!   [`commits`] are the calls themselves, with plain values in and out;
//! * [`sticky`] keeps one comment where several runs write.
//!
//! A body that GitHub sends is read for what is needed and nothing else, so that a field that is missing or new harms
//! nobody.

pub mod checks;
pub mod client;
pub mod comments;
pub mod commits;
pub mod contents;
mod error;
pub mod event;
mod exchange;
pub mod identity;
pub mod labels;
pub mod people;
pub mod pulls;
pub mod reactions;
pub mod runner;
mod runs;
pub mod statuses;
pub mod sticky;
pub mod token;

pub use client::{Client, Endpoints, RepositoryName, Timing};
pub use error::Error;
pub use identity::Identity;
pub use token::Secret;

pub(crate) type Result<T> = std::result::Result<T, Error>;
