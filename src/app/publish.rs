//! `fabwright publish`: posts the report of a fork's pull request, from a job that may write.
//!
//! The event is a finished workflow run (`workflow_run`). What is known for sure is what GitHub says about that run: its
//! commit and the repository that it came from. The report is the author's word, is posted as such, and approves nothing.

use std::path::PathBuf;

use super::forge::{self, Checks, Forge, Subject};
use super::{Console, Error, Exit};
use crate::github::event::{self, FinishedRun};
use crate::github::people::Permission;
use crate::github::pulls::{PullRequest, ReviewState};
use crate::report::checks::{CheckKind, CheckReport, Verdict};
use crate::report::posting::{self, Posting};
use crate::store::folder;

/// The arguments of the command.
#[derive(Debug)]
pub struct Request {
    /// The folder that the artifact was unpacked into.
    pub from: PathBuf,
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
    let comment = |limits: &_| posting.comment(limits, &repository);
    let url = forge.post_reported(pull.number, comment).await;
    let mut reports = Vec::from(posting.checks(&repository));
    reports.push(approval(&forge, &pull).await?);
    forge.conclude_checks(&mut Checks::of(&run.head_sha, Subject::Branch), &reports, None).await;
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

/// Whether somebody who may write has approved this very commit. A stranger's report cannot tell what waits for
/// approval, so all of it does.
async fn approval(forge: &Forge, pull: &PullRequest) -> Result<CheckReport, Error> {
    let client = forge.client();
    let mut last = std::collections::BTreeMap::new();
    for review in client.reviews(pull.number).await? {
        let Some(author) = review.author.filter(|author| !author.is_bot()) else { continue };
        // A remark takes nothing back.
        if review.state != ReviewState::Commented {
            last.insert(author.login, (review.state, review.commit_id));
        }
    }
    let mut by = Vec::new();
    for (login, (state, commit)) in last {
        let is_author = pull.author.as_ref().is_none_or(|author| author.is(&login));
        let here = commit.as_deref() == Some(&pull.head.sha);
        if state == ReviewState::Approved
            && here
            && !is_author
            && client.permission_of(&login).await? >= Permission::Write
        {
            by.push(login);
        }
    }
    let (verdict, title, summary) = match by.as_slice() {
        [] => (
            Verdict::Waiting,
            "Waiting for a review of this commit by somebody with write access".to_owned(),
            "The pull request comes from a fork, and its report is its author's own word. Look at its migrations, and \
             approve this commit in a review."
                .to_owned(),
        ),
        names => {
            (Verdict::Passed, format!("Reviewed by {}", names.join(", ")), "This very commit was approved.".to_owned())
        }
    };
    Ok(CheckReport { kind: CheckKind::Approval, verdict, title, summary, remarks: Vec::new() })
}
