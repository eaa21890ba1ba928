//! What is said of a migration that failed.

use std::path::Path;

use super::rehearse::Ending;
use super::sides::{Plan, Sides};
use crate::app::Error;
use crate::report::Failure;
use crate::run;
use crate::schema::Dialect;

/// What has to be said of a failure where a statement on the schema ends the transaction that it stands in.
const HALF_MIGRATED: &str = " MySQL and MariaDB commit each change of the schema at once: a database on which this \
    migration failed keeps what ran before, and has to be put right by hand or from a backup before the next try.";

/// A migration's failure is what the report is about; everything else is an error of the command.
pub(super) fn stopped(sides: &Sides, plan: &Plan, error: run::Error, stage: &str) -> Result<Ending, Error> {
    let mut failure = Failure { stage: stage.to_owned(), ..Failure::default() };
    match error {
        run::Error::Migration { revision, at, statement, message, sent: _ } => {
            (failure.path, failure.line) = place(sides, at.as_deref());
            failure.revision = revision;
            failure.statement = statement;
            failure.error = message;
            failure.next_step = Some(next_step(&failure, plan.place.dialect(), stage).into());
        }
        run::Error::MigrationTimeout { revision, at, statement, seconds } => {
            failure.statement = statement;
            (failure.path, failure.line) = place(sides, at.as_deref());
            failure.revision = revision;
            failure.error = format!("still running after {seconds} s, and stopped");
            failure.next_step =
                Some("Look for a loop or a lock in it, or raise migrations.timeout_seconds in .fabwright.yml.".into());
        }
        run::Error::SeveralHeads { heads, command } => {
            failure.error = format!("the migration history has {} heads:\n{}", heads.len(), heads.join("\n"));
            failure.next_step = Some(format!("Merge them with {command} and commit the new file."));
        }
        run::Error::Load { at, message, command } => {
            (failure.path, failure.line) = place(sides, at.as_deref());
            failure.error = message;
            failure.next_step = Some(format!("Run {command} in the application's folder to see the same error."));
        }
        other => return Err(other.into()),
    }
    if failure.revision.is_some()
        && plan.place.dialect() == Dialect::Mysql
        && let Some(next_step) = &mut failure.next_step
    {
        next_step.push_str(HALF_MIGRATED);
    }
    Ok(Ending::Stopped(Box::new(failure)))
}

/// The stage in which the base branch's migrations build its database.
pub(super) const BASE: &str = "the base branch's migration";

/// What to do about a migration that failed.
fn next_step(failure: &Failure, dialect: Dialect, stage: &str) -> &'static str {
    let waited = match dialect {
        Dialect::Postgres => "lock timeout",
        Dialect::Mysql => "Lock wait timeout",
        Dialect::Sqlite => "database is locked",
    };
    if failure.error.contains(waited) {
        "Nobody else uses the rehearsal's database: the migration waits for a lock that another connection of its own holds.          Let all of it use the connection of op.get_bind(), or give the application one connection in env.py, and push again."
    } else if stage == BASE {
        "The base branch's migrations have to build its database from nothing, without a row in it, before those of the          pull request can be rehearsed: correct them on the base branch."
    } else {
        "Correct the migration, or the rows that it meets, and push again."
    }
}

/// `file:line` of the application's folder as path and line in the repository.
fn place(sides: &Sides, at: Option<&str>) -> (Option<String>, Option<u32>) {
    let Some(at) = at else { return (None, None) };
    let (path, line) = match at.rsplit_once(':') {
        Some((path, line)) if line.parse::<u32>().is_ok() => (path, line.parse().ok()),
        _ => (at, None),
    };
    let path = Path::new(path).strip_prefix(&sides.head.folder).unwrap_or(Path::new(path));
    (Some(sides.in_repository(&path.to_string_lossy())), line)
}
