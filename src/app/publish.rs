//! `fabwright publish`: posts the report of a fork's pull request, from a job that may write.
//!
//! The event is a finished workflow run (`workflow_run`). What is known for sure is what GitHub says about that run: its
//! commit and the repository that it came from. The report is the author's word, is posted as such, and approves nothing: people
//! approve the commit as a whole.

use std::path::PathBuf;

use super::forge::{self, Checks, Forge, Subject};
use super::gate::{Conversation, Decided, policy, record_parts};
use super::{Console, Error, Exit};
use crate::gate::record::Record;
use crate::gate::{GateChange, Standing};
use crate::github::event::{self, Event, FinishedRun};
use crate::github::pulls::PullRequest;
use crate::report::posting::{self, Posting};
use crate::report::{Approval, comment};
use crate::store::folder;

/// The arguments of the command.
#[derive(Debug)]
pub struct Request {
    /// The folder that the artifact was unpacked into.
    pub from: PathBuf,
    /// Where the configuration is, from the root of the repository.
    pub policy_path: String,
    /// The file with the event's payload.
    pub event_path: Option<PathBuf>,
    /// Where GitHub is, and who we are there.
    pub forge: forge::Settings,
}

/// Runs the command.
///
/// # Errors
/// When the event is no finished run, the report is none, or GitHub cannot be reached.
pub async fn run(request: &Request, console: &Console) -> Result<Exit, Error> {
    let path = request.event_path.as_deref().ok_or(Error::NoEvent)?;
    let run = event::finished_run(path)?;
    let forge = Forge::with_write_access(&request.forge, console)?.ok_or(Error::NoToken)?;
    let file = request.from.join(posting::FILE);
    let text = folder::read_strange(&file, posting::LARGEST)?;
    let posting = Posting::read(&text).map_err(|source| Error::Posting { path: file, source })?;
    if posting.head != run.head_sha {
        return Err(Error::OtherCommit { told: posting.head, run: run.head_sha });
    }
    let Some(pull) = find(&forge, &run).await? else {
        console.print("nothing to post: no open pull request is at the commit of that run any more");
        return Ok(Exit::Done);
    };
    let repository = forge.repository_url();
    let (changes, decided) = decide(&forge, &pull, &request.policy_path).await?;
    let approval = Approval {
        changes: &changes,
        decision: &decided.decision,
        answers: &decided.answers,
        failed_tests: 0,
        conflicts: 0,
        stopped: None,
    };
    let lines = approval.lines();
    let url = forge.post_reported(pull.number, |limits| posting.comment(limits, &repository, &lines)).await;
    let [impact, tests] = posting.checks(&repository);
    let record = Record {
        of: run.head_sha.clone(),
        run: run.id,
        marker: Some(comment::marker(&forge.limits())),
        ledger: decided.ledger,
        changes: changes.clone(),
        ..Record::default()
    };
    let reports = [impact, tests, approval.check()];
    let mut checks = Checks::of(&run.head_sha, Subject::Branch);
    forge.conclude_checks(&mut checks, &reports, Some(&record_parts(&record))).await;
    for notice in forge.notices() {
        console.note(&notice);
    }
    console.print(&format!(
        "posted to pull request {}{}",
        pull.number,
        url.map(|url| format!(": {url}")).unwrap_or_default()
    ));
    Ok(Exit::Done)
}

/// The open pull request that the run was for: GitHub names none for a run of a fork, so it is found by its commit.
async fn find(forge: &Forge, run: &FinishedRun) -> Result<Option<PullRequest>, Error> {
    let pulls = forge.client().pull_requests_with_head(&run.head_sha).await?;
    let from_there = |pull: &PullRequest| match (&pull.head.repo, &run.head_repository) {
        (Some(repository), Some(name)) => repository.full_name.eq_ignore_ascii_case(name),
        (_, None) => true,
        (None, Some(_)) => false,
    };
    Ok(pulls.into_iter().find(from_there))
}

/// What people decided about the commit. A stranger's report cannot tell what waits for approval, so the commit does as a
/// whole, under each rule of the policy.
async fn decide(forge: &Forge, pull: &PullRequest, policy_path: &str) -> Result<(Vec<GateChange>, Decided), Error> {
    let client = forge.client();
    let policy = policy::of_branch(client, &pull.base.branch, policy_path).await?;
    let files = if policy.asks_for_owners() { client.changed_paths(pull.number).await? } else { Vec::new() };
    let changes = vec![GateChange::whole_commit(&pull.head.sha, files)];
    let conversation = Conversation::read(forge, pull.number, &Event::default()).await?;
    let standing = Standing { author: conversation.author(), ..Standing::default() };
    let decided = conversation.decide(client, &policy, &pull.head.sha, &changes, standing).await;
    Ok((changes, decided))
}
