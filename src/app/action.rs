//! The `check` command as a step of a GitHub workflow: revisions from the event, answers through the runner's files.

use std::path::PathBuf;

use super::{Console, Error, Exit, check};
use crate::github::{event, runner::Runner};

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
    let mut repository_url = None;
    if let (Some(name), Some(path)) = (&request.event_name, &request.event_path) {
        let event = event::read(name, path)?;
        request.check.base = request.check.base.or(event.base);
        if let (false, Some(head)) = (request.head_given, event.head) {
            request.check.head = head;
        }
        if event.from_fork && request.check.commit {
            console.note("the pull request comes from a fork, where nothing can be written: no commit is made");
            request.check.commit = false;
        }
        repository_url = event.repository_url;
    }
    let runner = Runner { output: request.output_file, summary: request.summary_file };
    let checked = check::check(&request.check, repository_url.as_deref(), console).await?;
    runner.add_summary(&checked.summary)?;
    runner.set_outputs(&checked.outputs())?;
    console.print(&checked.terminal);
    Ok(request.fail_on.apply(checked.exit))
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
