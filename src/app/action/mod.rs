//! A step of a GitHub workflow: the event says whether the head is checked or what was found is decided about anew, and
//! the answers go through the API and the runner's files.
//!
//! * what an event asks for is decided here;
//! * [`job`] checks the head and tells what came of it;
//! * [`news`] tells a webhook and Slack;
//! * [`push`] keeps what a push to the default branch brought.

mod job;
mod news;
mod push;

use std::path::PathBuf;
use std::sync::Arc;

use super::check::CommitMode;
use super::ending::Ending;
use super::forge::{self, Forge};
use super::{Console, Error, Exit, check, gate, publish};
use crate::github::event::{self, Event};
use crate::github::runner::Runner;
pub use crate::notify::Addresses;
use crate::store::git::Repository;
use job::check_and_tell;

/// The step's inputs and surroundings.
#[derive(Debug)]
pub struct Request {
    /// What to check.
    pub check: check::Request,
    /// Whether the user named the head; otherwise the event does.
    pub head_given: bool,
    /// What makes the step fail.
    pub fail_on: FailOn,
    /// The event that started the workflow.
    pub event_name: Option<String>,
    /// The file with its payload.
    pub event_path: Option<PathBuf>,
    /// The commit that the workflow runs for, where the event names none.
    pub sha: Option<String>,
    /// Where GitHub is, and who we are there.
    pub forge: forge::Settings,
    /// The file for outputs.
    pub output_file: Option<PathBuf>,
    /// The file for the job summary.
    pub summary_file: Option<PathBuf>,
    /// The other files that the runner reads after the step: variables, search path and state for later steps.
    pub runner_files: Vec<PathBuf>,
    /// Where else to tell of what was found.
    pub addresses: Addresses,
}

/// What makes the step fail. Each includes what comes after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// A missing approval.
    Approval,
    /// Failing tests.
    Tests,
    /// Only what kept the job from being done: a failed migration, conflicts, errors.
    Error,
}

impl FailOn {
    /// How the step ends when the check ended with `exit`.
    fn apply(self, exit: Exit) -> Exit {
        match (self, exit) {
            (Self::Tests | Self::Error, Exit::ApprovalNeeded) | (Self::Error, Exit::TestsFailed) => Exit::Done,
            _ => exit,
        }
    }
}

/// Runs the step.
///
/// # Errors
/// When the event or the repository cannot be read, or an answer not be written; when the process is asked to end.
pub async fn run(mut request: Request, ending: &Ending, console: &Console) -> Result<Exit, Error> {
    let mut event = match (&request.event_name, &request.event_path) {
        (Some(name), Some(path)) => event::read(name, path)?,
        _ => Event::default(),
    };
    if request.event_name.as_deref() == Some("workflow_run") {
        let from = request.check.repo.join(&request.check.out);
        let policy_path =
            gate::policy_path(request.check.working_directory.as_deref(), request.check.config.as_deref());
        let publish = publish::Request { from, policy_path, event_path: request.event_path, forge: request.forge };
        return ending.or(publish::run(&publish, console)).await;
    }
    if event.from_fork && request.event_name.as_deref() == Some("pull_request_target") {
        return Err(Error::ForkWithRights);
    }
    if request.event_name.as_deref() == Some("pull_request_target") {
        // From a branch of the repository, it is the same event.
        request.event_name = Some("pull_request".to_owned());
    }
    let forge = Forge::open(&request.forge, &event, console)?.map(Arc::new);
    match what_to_do(request.event_name.as_deref(), &event) {
        Task::Nothing(why) => {
            console.note(why);
            return Ok(Exit::Done);
        }
        Task::Answer => {
            let is_pull_request = request.event_name.as_deref() == Some("pull_request");
            let Some((forge, number)) = forge.as_ref().zip(event.pull_request).filter(|_| !event.from_fork) else {
                if is_pull_request {
                    return check_and_tell(&mut request, &event, forge, ending, console).await;
                }
                console.note("nothing can be written here: the next comment or push decides anew");
                return Ok(Exit::Done);
            };
            let path = gate::policy_path(request.check.working_directory.as_deref(), request.check.config.as_deref());
            match ending.or(gate::answer(forge, number, &event, &path)).await? {
                gate::Outcome::Decided { exit, summary } => {
                    return say_decided(&request, forge, exit, summary, console);
                }
                gate::Outcome::Closed => {
                    console.note("the pull request is closed: there is nothing to decide");
                    return Ok(Exit::Done);
                }
                gate::Outcome::Unknown { .. } if is_pull_request => {}
                gate::Outcome::Unknown { base, head, from_fork } => {
                    // A comment's job has rights that code of a fork must not have.
                    let is_here = Repository::open(&request.check.repo).and_then(|repo| repo.resolve(&head)).is_ok();
                    if from_fork || !is_here {
                        console.note("nothing was reported of this head yet: its check has to run first");
                        return Ok(Exit::Done);
                    }
                    (event.base, event.head) = (Some(base), Some(head));
                    request.check.commit = CommitMode::Off;
                }
            }
        }
        Task::Check => {}
    }
    check_and_tell(&mut request, &event, forge, ending, console).await
}

/// What an event asks for.
#[derive(Debug, PartialEq, Eq)]
enum Task {
    /// A check of the head.
    Check,
    /// A decision about what was found already; a check where nothing was.
    Answer,
    /// Nothing, for this reason.
    Nothing(&'static str),
}

fn what_to_do(name: Option<&str>, event: &Event) -> Task {
    let action = event.action.as_deref().unwrap_or_default();
    match (name, action) {
        (Some("issue_comment"), _) if event.pull_request.is_none() => {
            Task::Nothing("the comment is on an issue, not on a pull request")
        }
        (Some("issue_comment" | "pull_request_review"), _) => Task::Answer,
        (Some("pull_request"), "closed") => Task::Nothing("the pull request is closed"),
        (Some("pull_request"), "" | "opened" | "synchronize" | "reopened" | "ready_for_review") => Task::Check,
        (Some("pull_request"), "edited") if event.rebased_onto => Task::Check,
        // A label, a title, a draft: the head is the same, and so is what was found in it.
        (Some("pull_request"), _) => Task::Answer,
        _ => Task::Check,
    }
}

/// Tells what was decided. A comment's or a review's job has done its work whatever it decided: the check has the verdict.
fn say_decided(
    request: &Request,
    forge: &Forge,
    exit: Exit,
    summary: String,
    console: &Console,
) -> Result<Exit, Error> {
    let runner = Runner { output: request.output_file.clone(), summary: request.summary_file.clone() };
    let mut summary = summary;
    for notice in forge.notices() {
        console.note(&notice);
        summary.push_str(&format!("\n> Note: {}\n", crate::report::markdown::escape(&notice)));
    }
    runner.add_summary(&summary)?;
    let waits = (exit == Exit::ApprovalNeeded).to_string();
    runner.set_outputs(&[("conclusion", exit.conclusion().to_owned()), ("approval-required", waits)])?;
    console.print(&summary);
    let is_pull_request = request.event_name.as_deref() == Some("pull_request");
    Ok(if is_pull_request { request.fail_on.apply(exit) } else { Exit::Done })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_event_asks_for() {
        let event = |action: &str| Event { action: Some(action.to_owned()), pull_request: Some(7), ..Event::default() };
        for action in ["opened", "synchronize", "reopened", "ready_for_review"] {
            assert_eq!(what_to_do(Some("pull_request"), &event(action)), Task::Check, "{action}");
        }
        // A check that did not run must not look like one that passed, so that these decide anew.
        for action in ["labeled", "unlabeled", "edited", "converted_to_draft"] {
            assert_eq!(what_to_do(Some("pull_request"), &event(action)), Task::Answer, "{action}");
        }
        let retargeted = Event { rebased_onto: true, ..event("edited") };
        assert_eq!(what_to_do(Some("pull_request"), &retargeted), Task::Check);
        for (name, action) in
            [("issue_comment", "created"), ("issue_comment", "deleted"), ("pull_request_review", "dismissed")]
        {
            assert_eq!(what_to_do(Some(name), &event(action)), Task::Answer, "{name} {action}");
        }
        let on_an_issue = Event { pull_request: None, ..event("created") };
        assert!(matches!(what_to_do(Some("issue_comment"), &on_an_issue), Task::Nothing(_)));
        assert!(matches!(what_to_do(Some("pull_request"), &event("closed")), Task::Nothing(_)));
        for name in ["merge_group", "push", "schedule", "workflow_dispatch"] {
            assert_eq!(what_to_do(Some(name), &Event::default()), Task::Check, "{name}");
        }
    }

    #[test]
    fn fail_on_lets_pass_only_what_it_says() {
        for (fail_on, approval, tests) in [
            (FailOn::Approval, Exit::ApprovalNeeded, Exit::TestsFailed),
            (FailOn::Tests, Exit::Done, Exit::TestsFailed),
            (FailOn::Error, Exit::Done, Exit::Done),
        ] {
            assert_eq!(fail_on.apply(Exit::ApprovalNeeded), approval);
            assert_eq!(fail_on.apply(Exit::TestsFailed), tests);
            assert_eq!(fail_on.apply(Exit::MigrationFailed), Exit::MigrationFailed);
            assert_eq!(fail_on.apply(Exit::Conflicts), Exit::Conflicts);
        }
    }
}
