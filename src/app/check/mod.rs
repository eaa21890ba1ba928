//! `fabwright check`: the pull-request job.
//!
//! 1. [`sides`] resolves base and head and checks both out beside the user's tree; if all that changes is [`prose`], the
//!    check is done;
//! 2. [`dialect`](super::dialect) tells which servers the application uses, and [`history`] what is wrong with its revisions;
//! 3. [`rehearse`] migrates a scratch database from base to head, with rows in it, and [`way_back`]; [`culprit`] finds the rows
//!    that it failed on;
//! 4. [`compare`] finds what changed, what can go wrong and which lines are affected; [`series`] spreads what breaks
//!    deployed code over stages that do not;
//! 5. [`regenerate`] generates for the new schema and merges with the branch;
//! 6. [`suites`] runs the tests of both sides on the new schema;
//! 7. [`publish`] writes the reports and commits.
//!
//! Nothing outside temporary folders is written before the last step.

mod compare;
mod culprit;
mod failure;
mod history;
mod made_up;
mod prose;
mod publish;
mod regenerate;
mod rehearse;
mod series;
mod sides;
mod suites;
mod way_back;

use std::path::PathBuf;
use std::time::Instant;

use super::forge::Forge;
use super::gate::{self, Conversation, Decided};
use super::{Console, Error, Exit, Format};
use crate::gate::record::Record;
use crate::gate::{Decision, GateChange, Standing, evaluate};
use crate::notify::Channel;
use crate::report::approval::COMMAND;
use crate::report::wording::why;
use crate::report::{self, Compatibility, Facts, Revision, WayBack};
use crate::schema::Schema;
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
    /// What the gate has to remember.
    pub record: Record,
    /// What was decided by each conversation, in their order.
    pub decided: Vec<Decided>,
    /// The schema of the head, where the rehearsal arrived there.
    pub schema: Option<Schema>,
    /// The folder of the application in the repository; empty for its root.
    pub folder: String,
    /// The folder that the reports were written to.
    pub out: PathBuf,
    /// Who else is told, by the configuration.
    pub channels: Vec<Channel>,
}

/// Runs the command.
///
/// # Errors
/// When the job could not be done. A migration that fails is no such error: it is what the report is about.
pub async fn run(request: &Request, console: &Console) -> Result<Exit, Error> {
    let checked = check(request, None, &[], console).await?;
    console.print(match request.format {
        Format::Text => &checked.terminal,
        Format::Json => &checked.json,
        Format::Markdown => &checked.comment,
    });
    Ok(checked.exit)
}

/// Does the job. `forge` is where the repository lives, if it is to be told, and `conversations` what people said there
/// about the pull request, or about each of those that a push merged.
///
/// # Errors
/// As [`run`].
pub async fn check(
    request: &Request,
    forge: Option<&Forge>,
    conversations: &[Conversation],
    console: &Console,
) -> Result<Checked, Error> {
    let started = Instant::now();
    let mut sides = Sides::open(request, console)?;
    let known = sides.config.renames.len();
    for conversation in conversations {
        conversation.steer(&mut sides.config);
    }
    sides.answered = sides.config.renames[known..].to_vec();
    for notice in sides.config.tests.notices() {
        console.note(&notice);
    }
    let mut facts = no_facts_yet(&sides, forge);
    if forge.is_some() {
        facts.approval_command = Some(COMMAND.to_owned());
    }
    let mut record = Record { of: sides.head.commit.id().to_owned(), ..Record::default() };
    let (mut decided, mut schema) = (Vec::new(), None);
    let exit = if prose::is_all(&sides, &mut facts)? {
        let exit;
        (record, decided, exit) = decide(&sides, &mut facts, forge, conversations).await;
        exit
    } else {
        let plan = sides.migrations(request, console).await?;
        facts.dialect = plan.place.dialect();

        facts.history = history::check(&sides, &plan, console)?;

        match rehearse::rehearse(&sides, &plan, console).await? {
            Ending::Stopped(failure) => {
                record.stopped = Some(failure.stage.clone());
                // What had been reported before still is what people have seen.
                let before = conversations.first().map(|it| it.before.clone()).unwrap_or_default();
                (record.changes, record.ledger) = (before.changes, before.ledger);
                facts.failure = Some(*failure);
                let reason = "the migration could not be rehearsed".to_owned();
                facts.compatibility = Compatibility::NotMeasured { reason: reason.clone() };
                facts.way_back = WayBack::NotMeasured { reason };
                Exit::MigrationFailed
            }
            Ending::Arrived(rehearsed) => {
                compare::compare(&sides, &rehearsed, &mut facts, console).await?;
                history::compare(&sides, &plan, &rehearsed, &mut facts)?;
                let regeneration = regenerate::regenerate(&sides, &rehearsed, &mut facts, console)?;
                facts.compatibility = Compatibility::Inferred { reason: "no tests were run".to_owned() };
                if request.tests {
                    let kept = publish::out(request).join(report::suite::ARTIFACTS);
                    suites::run(&sides, &plan, &rehearsed, regeneration.as_ref(), kept, &mut facts, console).await?;
                }
                let exit;
                (record, decided, exit) = decide(&sides, &mut facts, forge, conversations).await;
                publish::commit(request, &sides, &rehearsed, regeneration.as_ref(), &mut facts, forge, console).await?;
                schema = Some(rehearsed.after);
                exit
            }
        }
    };
    facts.seconds = started.elapsed().as_secs_f64();
    record.run = forge.and_then(Forge::run_number);
    record.marker = forge.map(|forge| report::comment::marker(&forge.limits()));
    let checked = publish::report(request, facts, exit, record, console.layout())?;
    let tests = &sides.config.tests;
    let channels = [(tests.webhook_notifications, Channel::Webhook), (tests.slack_integration, Channel::Slack)];
    let channels = channels.into_iter().filter(|(wanted, _)| *wanted).map(|(_, channel)| channel).collect();
    Ok(Checked { decided, schema, folder: sides.prefix.clone(), channels, ..checked })
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

/// Asks the gate, and says what is to be remembered, what was decided by each conversation, and how the command ends for
/// what is known.
async fn decide(
    sides: &Sides,
    facts: &mut Facts,
    forge: Option<&Forge>,
    conversations: &[Conversation],
) -> (Record, Vec<Decided>, Exit) {
    let standing = Standing {
        failed_tests: facts.tests.as_ref().map_or(0, |tests| tests.counts().failed),
        conflicts: facts.generated.as_ref().map_or(0, |generated| generated.conflicts.len()),
        author: None,
    };
    let changes = gate_changes(facts);
    let mut decided = Vec::new();
    for (forge, conversation) in forge.iter().flat_map(|forge| conversations.iter().map(move |it| (forge, it))) {
        let commit = sides.head.commit.id();
        decided.push(conversation.decide(forge.client(), &sides.policy, commit, &changes, standing.clone()).await);
    }
    facts.answers = decided.iter().flat_map(|decided| decided.answers.clone()).collect();
    let decision = Decision::any_of(decided.iter().map(|decided| decided.decision.clone()), &standing)
        .unwrap_or_else(|| evaluate(&sides.policy, &changes, &[], &standing));
    let exit = gate::exit(&decision, &standing, false);
    let record = Record {
        of: sides.head.commit.id().to_owned(),
        failed_tests: standing.failed_tests,
        conflicts: standing.conflicts,
        changes,
        ledger: decided.first().map(|decided| decided.ledger.clone()).unwrap_or_default(),
        ..Record::default()
    };
    facts.decision = Some(decision);
    (record, decided, exit)
}

/// The changes as the gate sees them, with the files that make each of them.
fn gate_changes(facts: &Facts) -> Vec<GateChange> {
    let revisions = facts.rehearsal.iter().flat_map(|rehearsal| &rehearsal.revisions);
    let migrations: Vec<String> = revisions.filter_map(|revision| revision.path.clone()).collect();
    let generated: Vec<&String> = facts.generated.iter().flat_map(|generated| &generated.changed).collect();
    facts
        .changes
        .iter()
        .map(|change| {
            let mut gate_change = GateChange::from(change);
            let model = |path: &&&String| {
                let stem = path.rsplit('/').next().and_then(|name| name.strip_suffix(".py"));
                path.contains("models/")
                    && stem.is_some_and(|stem| {
                        gate_change.tables.iter().any(|table| table.rsplit('.').next() == Some(stem))
                    })
            };
            let models: Vec<String> = generated.iter().filter(model).map(|path| (*path).clone()).collect();
            gate_change.files = migrations.iter().cloned().chain(models).collect();
            gate_change.told = why(facts, change).plain();
            gate_change
        })
        .collect()
}
