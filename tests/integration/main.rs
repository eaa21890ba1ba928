//! The integration tests: one binary, one module a subject.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod action_file;
mod alembic;
mod architecture;
mod bad_input;
mod catches;
mod check;
mod check_mysql;
mod check_postgres;
mod commands;
mod configuration;
mod coverage;
mod culprit;
mod environment;
mod gate;
mod generate;
mod generated_applications;
mod generated_tests;
mod github;
mod history;
mod hostile;
mod impact;
mod interrupted;
mod lint;
mod locks;
mod merge;
mod migrate;
mod mutate;
mod mysql;
mod objects;
mod postgres;
mod pytest;
mod python;
mod rehearsal;
mod reports;
mod rollout;
mod rules;
mod sabotage;
mod schema;
mod scratch;
mod scratch_mysql;
mod store;
mod test_command;
mod universe;
