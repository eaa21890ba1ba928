//! `fabwright gate`: decides whether a pull request may be merged, from what people said and what was found before.
//!
//! 1. [`conversation`] reads the pull request, its comments and reviews, and the record of the last report;
//! 2. [`policy`] reads the base branch's rules;
//! 3. the gate decides, and [`answer`] says so: in the check, in the comment, and by a reaction to a command.
//!
//! Nothing of the pull request is checked out or run here.

mod conversation;
pub mod policy;

pub use conversation::{Conversation, Decided, record_parts};

use std::path::{Path, PathBuf};

use super::forge::{self, Checks, Forge, Subject};
use super::{Console, Error, Exit};
use crate::config;
use crate::gate::command;
use crate::gate::record::Record;
use crate::gate::{Decision, Standing, Verdict};
use crate::github::event::Event;
use crate::github::reactions::Reaction;
use crate::report::{Approval, CheckKind};

/// The arguments of the command.
#[derive(Debug)]
pub struct Request {
    /// The pull request's number.
    pub pull_request: u64,
    /// Configuration that is read instead of `.fabwright.yml`, from the working directory.
    pub config: Option<PathBuf>,
    /// The folder of the configuration, from the root of the repository.
    pub working_directory: Option<PathBuf>,
    /// Where GitHub is, and who we are there.
    pub forge: forge::Settings,
}

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    /// It was decided.
    Decided {
        /// How the command ends.
        exit: Exit,
        /// The decision, as Markdown.
        summary: String,
    },
    /// Nothing is known of the head: it has to be checked first.
    Unknown {
        /// The commit of the base branch.
        base: String,
        /// The head.
        head: String,
        /// Whether the head is in a repository of others.
        from_fork: bool,
    },
    /// There is nothing to decide: the pull request is closed.
    Closed,
}

/// Runs the command.
///
/// # Errors
/// When GitHub cannot be read.
pub async fn run(request: &Request, console: &Console) -> Result<Exit, Error> {
    let forge = Forge::with_write_access(&request.forge, console)?.ok_or(Error::NoGitHub)?;
    let event = Event { pull_request: Some(request.pull_request), ..Event::default() };
    let path = policy_path(request.working_directory.as_deref(), request.config.as_deref());
    let outcome = answer(&forge, request.pull_request, &event, &path).await?;
    for notice in forge.notices() {
        console.note(&notice);
    }
    match outcome {
        Outcome::Decided { exit, summary } => {
            console.print(&summary);
            Ok(exit)
        }
        Outcome::Unknown { .. } => {
            console.note("nothing is known of this head: a check has to run first");
            Ok(Exit::ApprovalNeeded)
        }
        Outcome::Closed => {
            console.note("the pull request is closed");
            Ok(Exit::Done)
        }
    }
}

/// Where the configuration is, from the root of the repository.
pub fn policy_path(working_directory: Option<&Path>, config: Option<&Path>) -> String {
    let folder = working_directory.unwrap_or(Path::new(""));
    let path = folder.join(config.unwrap_or(Path::new(config::FILE_NAME)));
    let parts = path.components().filter_map(|part| match part {
        std::path::Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Decides anew, and says so.
///
/// # Errors
/// When GitHub cannot be read, or the base branch's configuration is wrong.
pub async fn answer(forge: &Forge, number: u64, event: &Event, policy_path: &str) -> Result<Outcome, Error> {
    let conversation = Conversation::read(forge, number, event).await?;
    let pull = &conversation.pull;
    if !pull.is_open() {
        return Ok(Outcome::Closed);
    }
    let said = event.comment.and_then(|id| conversation.comment(id)).cloned();
    let commands = said.as_ref().map(|comment| command::parse(&comment.body)).unwrap_or_default();
    if !conversation.is_current() {
        if let Some(comment) = said.as_ref().filter(|_| !commands.is_empty()) {
            react(forge, comment.id, Reaction::Eyes).await;
        }
        return Ok(Outcome::Unknown {
            base: pull.base.sha.clone(),
            head: pull.head.sha.clone(),
            from_fork: pull.is_from_fork(),
        });
    }
    let policy = policy::of_branch(forge.client(), &pull.base.branch, policy_path).await?;
    let record = &conversation.before;
    let standing =
        Standing { failed_tests: record.failed_tests, conflicts: record.conflicts, author: conversation.author() };
    let decided = conversation.decide(forge.client(), &policy, &pull.head.sha, &record.changes, standing.clone()).await;
    let approval = Approval {
        changes: &record.changes,
        decision: &decided.decision,
        answers: &decided.answers,
        failed_tests: record.failed_tests,
        conflicts: record.conflicts,
        stopped: record.stopped.as_deref(),
    };
    let next = Record { ledger: decided.ledger.clone(), ..record.clone() };
    let mut checks = Checks::of(&pull.head.sha, Subject::Branch).with(CheckKind::Approval, conversation.check);
    forge.conclude_checks(&mut checks, &[approval.check()], Some(&record_parts(&next))).await;
    if let Some(marker) = &record.marker {
        forge.retell(number, marker, |body| approval.retell(body)).await;
    }
    if let Some(comment) = said.filter(|_| !commands.is_empty()) {
        let followed = conversation.is_followed(&comment, &decided);
        let reaction = match (followed, conversation.asks_for_a_check(&comment)) {
            (false, _) => Reaction::ThumbsDown,
            (true, false) => Reaction::ThumbsUp,
            (true, true) => check_again(forge, record.run).await,
        };
        react(forge, comment.id, reaction).await;
    }
    let exit = exit(&decided.decision, &standing, record.stopped.is_some());
    Ok(Outcome::Decided { exit, summary: approval.summary() })
}

/// Starts the check again where it ran: with the rights of the pull request's own event, and not with those of a comment.
pub async fn check_again(forge: &Forge, run: Option<u64>) -> Reaction {
    let Some(run) = run else {
        forge.notice("the check has to be started again by hand: its run is not known".to_owned());
        return Reaction::Confused;
    };
    match forge.client().rerun(run).await {
        Ok(()) => Reaction::Eyes,
        Err(error) => {
            forge.notice(format!("the check has to be started again by hand: {error}"));
            Reaction::Confused
        }
    }
}

async fn react(forge: &Forge, comment: u64, reaction: Reaction) {
    if let Err(error) = forge.client().react(comment, reaction).await {
        forge.notice(format!("no reaction was left: {error}"));
    }
}

/// How a command ends for a decision.
pub fn exit(decision: &Decision, standing: &Standing, stopped: bool) -> Exit {
    match decision.verdict {
        _ if stopped => Exit::MigrationFailed,
        _ if standing.conflicts > 0 => Exit::Conflicts,
        _ if standing.failed_tests > 0 => Exit::TestsFailed,
        Verdict::Allowed => Exit::Done,
        Verdict::Waiting { .. } => Exit::ApprovalNeeded,
        Verdict::Denied { .. } => Exit::TestsFailed,
    }
}
