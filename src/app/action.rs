//! The `check` command as a step of a GitHub workflow: revisions from the event, answers through the runner's files.

use std::path::PathBuf;
use std::sync::Arc;

use super::check::CommitMode;
use super::forge::{self, Checks, Forge, Subject};
use super::{Console, Error, Exit, check};
use crate::github::event::{self, Event};
use crate::github::runner::Runner;
use crate::report::checks::{CheckKind, checks, stopped};

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
/// When the event or the repository cannot be read, or an answer not be written.
pub async fn run(mut request: Request, console: &Console) -> Result<Exit, Error> {
    let event = match (&request.event_name, &request.event_path) {
        (Some(name), Some(path)) => event::read(name, path)?,
        _ => Event::default(),
    };
    request.check.base = request.check.base.or_else(|| event.base.clone());
    if let (false, Some(head)) = (request.head_given, &event.head) {
        request.check.head.clone_from(head);
    }
    let forge = Forge::open(&request.forge, &event, console)?.map(Arc::new);
    request.check.commit = match (request.check.commit, event.from_fork) {
        (CommitMode::Off, _) => CommitMode::Off,
        (_, true) => {
            console.note("the pull request comes from a fork, where nothing can be written: no commit is made");
            CommitMode::Off
        }
        (CommitMode::Push, false) if forge.as_ref().is_none_or(|forge| forge.branch().is_empty()) => CommitMode::Local,
        (mode, false) => mode,
    };
    let subject =
        if request.event_name.as_deref() == Some("merge_group") { Subject::MergeGroup } else { Subject::Branch };
    // A head that the user named is known by its commit only when it is resolved.
    let sha = if request.head_given { None } else { event.head.clone().or_else(|| request.sha.clone()) };
    let begun = forge
        .clone()
        .zip(sha)
        .map(|(forge, sha)| tokio::spawn(async move { forge.begin_checks(Checks::of(&sha, subject)).await }));

    let runner = Runner { output: request.output_file, summary: request.summary_file };
    let done = check::check(&request.check, forge.as_deref(), console).await;
    let begun = match begun {
        Some(begun) => begun.await.ok(),
        None => None,
    };
    let checked = match done {
        Ok(checked) => checked,
        Err(error) => {
            if let Some(forge) = &forge {
                say_stopped(forge, begun, &event, &error).await;
            }
            runner.add_summary(&format!("### Schema: the check could not be done\n\n{}", quoted(&error)))?;
            return Err(error);
        }
    };
    let mut comment_url = None;
    let mut summary = checked.summary.clone();
    if let Some(forge) = &forge {
        if let Some(number) = event.pull_request {
            comment_url = forge.post_comment(number, &checked.facts, checked.exit).await;
        }
        let reports = checks(&checked.facts);
        let head = checked.facts.head.commit.as_str();
        let mut on_head = match begun {
            Some(begun) if begun.sha() == head => begun,
            _ => Checks::of(head, subject),
        };
        forge.conclude_checks(&mut on_head, &reports).await;
        // A commit that a workflow's token makes starts no workflow: its checks have to come from here.
        if let Some(commit) = checked.facts.generated.as_ref().and_then(|generated| generated.commit.as_deref())
            && request.check.commit == CommitMode::Push
        {
            forge.conclude_checks(&mut Checks::of(commit, subject), &reports).await;
        }
        for notice in forge.notices() {
            console.note(&notice);
            summary.push_str(&format!("\n> Note: {}\n", crate::report::markdown::escape(&notice)));
        }
    }
    runner.add_summary(&summary)?;
    runner.set_outputs(&checked.outputs(comment_url))?;
    console.print(&checked.terminal);
    Ok(request.fail_on.apply(checked.exit))
}

/// Says where a report would stand that there is none, so that no check waits for ever and no comment is out of date.
async fn say_stopped(forge: &Forge, begun: Option<Checks>, event: &Event, error: &Error) {
    let text = error.to_string();
    if let Some(mut begun) = begun {
        let reports = CheckKind::ALL.map(|kind| stopped(kind, &text));
        forge.conclude_checks(&mut begun, &reports).await;
    }
    if let Some(number) = event.pull_request {
        forge.post_stop(number, &text).await;
    }
}

fn quoted(error: &Error) -> String {
    crate::report::markdown::fence("text", &error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

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
