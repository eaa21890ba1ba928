//! Fabwright keeps a Flask-AppBuilder application in step with its database, one pull request at a time.
//!
//! The rooms, in the order in which a pull request passes them:
//!
//! * [`cli`] turns arguments and action inputs into one request per command;
//! * [`config`] reads `.fabwright.yml`;
//! * [`app`] has one file per command and is the only place that wires rooms together;
//! * core rooms take values and give values, with no I/O, clock or randomness of their own: [`schema`],
//!   [`diff`], [`hazard`], [`impact`], [`revision`], [`migration`], [`generate`], [`rollout`], [`merge`], [`outcome`],
//!   [`mutation`], [`gate`], [`history`] and [`report`];
//! * edge rooms each face one outside system: [`database`], [`run`], [`store`], [`github`] and
//!   [`notify`].
//!
//! Who may know whom is written down in `docs/architecture.md` and held by `tests/integration/architecture.rs`.

pub mod app;
pub mod cli;
pub mod config;
pub mod database;
pub mod diff;
pub mod gate;
pub mod generate;
pub mod github;
pub mod hazard;
pub mod history;
pub mod impact;
pub mod merge;
pub mod migration;
pub mod mutation;
pub mod notify;
pub mod outcome;
pub mod report;
pub mod revision;
pub mod rollout;
pub mod run;
pub mod schema;
pub mod store;
