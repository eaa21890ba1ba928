//! `fabwright check`: the pull-request job.
//!
//! 1. [`sides`] resolves base and head and checks both out beside the user's tree;
//! 2. [`dialect`] tells which servers the application uses, and [`history`] what is wrong with its revisions;
//! 3. [`rehearse`] migrates a scratch database from base to head, with rows in it, and back;
//! 4. [`compare`] finds what changed, what can go wrong and which lines are affected;
//! 5. [`regenerate`] generates for the new schema and merges with the branch;
//! 6. [`suites`] runs the tests of both sides on the new schema;
//! 7. [`publish`] writes the reports and commits.
//!
//! Nothing outside temporary folders is written before the last step.

mod compare;
mod dialect;
mod history;
mod publish;
mod regenerate;
mod rehearse;
mod sides;
mod suites;

use std::path::PathBuf;
use std::time::Instant;

use super::forge::Forge;
use super::{Console, Error, Exit, Format};
use crate::gate::{self, Standing, Verdict};
use crate::report::{Compatibility, Facts, Revision, WayBack};
use rehearse::Ending;
use sides::Sides;

/// The arguments of the command.
#[derive(Debug, Clone)]
pub struct Request {
    /// The revision to compare with; found out when not given.
    pub base: Option<String>,
    /// The revision of the pull request.
    pub head: String,
    /// The repository.
    pub repo: PathBuf,
    /// Configuration to use instead of `.fabwright.yml`.
    pub config: Option<PathBuf>,
    /// The folder of the application's configuration, from the root of the repository.
    pub working_directory: Option<PathBuf>,
    /// Where to rehearse: a database is made beside this one.
    pub database_url: Option<String>,
    /// An interpreter that has the application's requirements.
    pub python: Option<PathBuf>,
    /// Where the reports go.
    pub out: PathBuf,
    /// Where what was regenerated is committed.
    pub commit: CommitMode,
    /// Whether to run tests.
    pub tests: bool,
    /// What to print at the end.
    pub format: Format,
}

/// Where what was regenerated is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitMode {
    /// Nowhere.
    Off,
    /// To the branch in this repository.
    Local,
    /// To the pull request's branch on GitHub, unless somebody pushed to it; the checkout stays as it is.
    Push,
}

/// What a check found, worded for each reader.
#[derive(Debug)]
pub struct Checked {
    /// How the command ends.
    pub exit: Exit,
    /// For the terminal.
    pub terminal: String,
    /// For a comment.
    pub comment: String,
    /// For the job summary.
    pub summary: String,
    /// For programs.
    pub json: String,
    /// The facts behind them.
    pub facts: Facts,
    /// The folder that the reports were written to.
    pub out: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// When the job could not be done. A migration that fails is no such error: it is what the report is about.
pub async fn run(request: &Request, console: &Console) -> Result<Exit, Error> {
    let checked = check(request, None, console).await?;
    console.print(match request.format {
        Format::Text => &checked.terminal,
        Format::Json => &checked.json,
        Format::Markdown => &checked.comment,
    });
    Ok(checked.exit)
}

/// Does the job. `forge` is where the repository lives, if it is to be told.
///
/// # Errors
/// As [`run`].
pub async fn check(request: &Request, forge: Option<&Forge>, console: &Console) -> Result<Checked, Error> {
    let started = Instant::now();
    let sides = Sides::open(request, console)?;
    for notice in sides.config.tests.notices() {
        console.note(&notice);
    }
    let mut facts = no_facts_yet(&sides, forge);
    let plan = sides.migrations(request, console).await?;
    facts.dialect = plan.place.dialect();

    facts.history = history::check(&sides, &plan, console)?;

    let exit = match rehearse::rehearse(&sides, &plan, console).await? {
        Ending::Stopped(failure) => {
            facts.failure = Some(*failure);
            let reason = "the migration could not be rehearsed".to_owned();
            facts.compatibility = Compatibility::NotMeasured { reason: reason.clone() };
            facts.way_back = WayBack::NotMeasured { reason };
            Exit::MigrationFailed
        }
        Ending::Arrived(rehearsed) => {
            compare::compare(&sides, &rehearsed, &mut facts, console).await?;
            let regeneration = regenerate::regenerate(&sides, &rehearsed, &mut facts, console)?;
            if request.tests {
                suites::run(&sides, &plan, &rehearsed, regeneration.as_ref(), &mut facts, console).await?;
            }
            let exit = decide(&sides, &mut facts);
            publish::commit(request, &sides, &rehearsed, regeneration.as_ref(), &mut facts, forge, console).await?;
            exit
        }
    };
    facts.seconds = started.elapsed().as_secs_f64();
    publish::report(request, facts, exit, console.layout())
}

/// The facts that are known before anything ran.
fn no_facts_yet(sides: &Sides, forge: Option<&Forge>) -> Facts {
    let revision = |side: &sides::Side| Revision { name: side.name.clone(), commit: side.commit.id().to_owned() };
    Facts {
        repository_url: forge.map(Forge::repository_url),
        report_url: forge.and_then(Forge::run_url),
        ..Facts::new(revision(&sides.base), revision(&sides.head))
    }
}

/// Asks the gate, and says how the command ends for what is known.
fn decide(sides: &Sides, facts: &mut Facts) -> Exit {
    let standing = Standing {
        failed_tests: facts.tests.as_ref().map_or(0, |tests| tests.counts().failed),
        conflicts: facts.generated.as_ref().map_or(0, |generated| generated.conflicts.len()),
        author: None,
    };
    let decision = gate::evaluate(&sides.policy, &gate::changes(&facts.changes), &[], &standing);
    let exit = match decision.verdict {
        _ if standing.conflicts > 0 => Exit::Conflicts,
        _ if standing.failed_tests > 0 => Exit::TestsFailed,
        Verdict::Allowed => Exit::Done,
        Verdict::Waiting { .. } => Exit::ApprovalNeeded,
        Verdict::Denied { .. } => Exit::TestsFailed,
    };
    facts.decision = Some(decision);
    exit
}
