//! The integration tests: one binary, one module a subject.

mod architecture;
mod generate;
mod impact;
mod environment;
mod migrate;
mod pytest;
mod python;
mod rules;
mod schema;
mod rehearsal;
mod store;
