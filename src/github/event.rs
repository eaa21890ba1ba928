//! The event that started a job.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::Error;
use super::people::Account;
use super::pulls::PullRequest;

/// What an event says about the revisions to compare.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// What happened, in one word (`opened`, `synchronize`, `created`…).
    pub action: Option<String>,
    /// The pull request's number.
    pub pull_request: Option<u64>,
    /// The commit of the base branch.
    pub base: Option<String>,
    /// The commit to check.
    pub head: Option<String>,
    /// The branch that the head is on, in the repository of the base.
    pub head_branch: Option<String>,
    /// The head branch lives in another repository, where nothing can be written.
    pub from_fork: bool,
    /// The repository's page, for links.
    pub repository_url: Option<String>,
    /// Who made it happen.
    pub sender: Option<Account>,
    /// The head before a push to the pull request or the branch.
    pub before: Option<String>,
    /// The comment that it is about.
    pub comment: Option<u64>,
    /// The text of that comment when it happened.
    pub comment_body: Option<String>,
    /// The branch that was pushed to.
    pub pushed: Option<String>,
    /// The repository's default branch.
    pub default_branch: Option<String>,
    /// The pull request that a merge group is named after.
    pub queued: Option<u64>,
    /// Whether a pull request's base is another one now.
    pub rebased_onto: bool,
}

/// Reads the payload of the event called `name` (`GITHUB_EVENT_NAME`) from `path` (`GITHUB_EVENT_PATH`).
///
/// # Errors
/// When the payload cannot be read or is not what GitHub documents.
pub fn read(name: &str, path: &Path) -> Result<Event, Error> {
    let body = std::fs::read(path).map_err(|source| Error::Payload { path: path.to_owned(), source })?;
    parse(name, &body)
}

/// The parts of a payload that are looked at. Payloads grow; what is not here is not read.
#[derive(Deserialize)]
struct Payload {
    #[serde(default)]
    action: Option<String>,
    #[serde(default)]
    pull_request: Option<Value>,
    #[serde(default)]
    issue: Option<Issue>,
    #[serde(default)]
    merge_group: Option<MergeGroup>,
    #[serde(default)]
    before: Option<String>,
    #[serde(default)]
    after: Option<String>,
    #[serde(default, rename = "ref")]
    pushed: Option<String>,
    #[serde(default)]
    comment: Option<Comment>,
    #[serde(default)]
    changes: Option<Value>,
    #[serde(default)]
    repository: Option<Repository>,
    #[serde(default)]
    sender: Option<Account>,
}

#[derive(Deserialize)]
struct Issue {
    number: u64,
    #[serde(default)]
    pull_request: Option<Value>,
}

#[derive(Deserialize)]
struct Comment {
    id: u64,
    #[serde(default)]
    body: Option<String>,
}

#[derive(Deserialize)]
struct MergeGroup {
    base_sha: String,
    head_sha: String,
    #[serde(default)]
    head_ref: Option<String>,
}

#[derive(Deserialize)]
struct Repository {
    #[serde(default)]
    html_url: Option<String>,
    #[serde(default)]
    default_branch: Option<String>,
}

/// The number of the pull request that a merge group's branch is named after:
/// `refs/heads/gh-readonly-queue/main/pr-104-<commit>`.
fn queued(branch: &str) -> Option<u64> {
    let (_, name) = branch.strip_prefix("refs/heads/gh-readonly-queue/")?.rsplit_once("/pr-")?;
    name.split_once('-')?.0.parse().ok()
}

fn parse(name: &str, body: &[u8]) -> Result<Event, Error> {
    let malformed = |error: serde_json::Error| Error::Malformed { event: name.to_owned(), message: error.to_string() };
    let payload: Payload = serde_json::from_slice(body).map_err(malformed)?;
    let mut event = Event {
        action: payload.action,
        repository_url: payload.repository.as_ref().and_then(|repository| repository.html_url.clone()),
        default_branch: payload.repository.and_then(|repository| repository.default_branch),
        before: payload.before.filter(|before| before.bytes().any(|digit| digit != b'0')),
        comment: payload.comment.as_ref().map(|comment| comment.id),
        comment_body: payload.comment.and_then(|comment| comment.body),
        rebased_onto: payload.changes.is_some_and(|changes| changes.get("base").is_some()),
        sender: payload.sender,
        ..Event::default()
    };
    match name {
        "pull_request" | "pull_request_target" | "pull_request_review" => {
            let pull_request = payload.pull_request.unwrap_or_default();
            let pull_request: PullRequest = serde_json::from_value(pull_request).map_err(malformed)?;
            event.pull_request = Some(pull_request.number);
            event.from_fork = pull_request.is_from_fork();
            event.base = Some(pull_request.base.sha);
            event.head = Some(pull_request.head.sha);
            event.head_branch = Some(pull_request.head.branch).filter(|branch| !branch.is_empty() && !event.from_fork);
        }
        "issue_comment" => {
            event.pull_request = payload.issue.filter(|issue| issue.pull_request.is_some()).map(|issue| issue.number);
        }
        "merge_group" => {
            event.base = payload.merge_group.as_ref().map(|group| group.base_sha.clone());
            event.queued = payload.merge_group.as_ref().and_then(|group| group.head_ref.as_deref()).and_then(queued);
            event.head = payload.merge_group.map(|group| group.head_sha);
        }
        "push" => {
            event.head = payload.after.filter(|after| after.bytes().any(|digit| digit != b'0'));
            let branch = payload.pushed.as_deref().and_then(|branch| branch.strip_prefix("refs/heads/"));
            event.pushed = branch.map(str::to_owned);
        }
        // Any other event (a schedule, a dispatch) checks what is checked out.
        _ => {}
    }
    Ok(event)
}

/// A workflow run that has ended, as GitHub tells of it (`workflow_run`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedRun {
    /// Its number.
    pub id: Option<u64>,
    /// The commit that it was of.
    pub head_sha: String,
    /// The repository that the commit came from, `OWNER/NAME`.
    pub head_repository: Option<String>,
}

/// Reads the payload of a `workflow_run` event.
///
/// # Errors
/// When it cannot be read, or is no such event of a pull request's run.
pub fn finished_run(path: &Path) -> Result<FinishedRun, Error> {
    #[derive(Deserialize)]
    struct Payload {
        workflow_run: Run,
    }
    #[derive(Deserialize)]
    struct Run {
        #[serde(default)]
        id: Option<u64>,
        head_sha: String,
        #[serde(default)]
        event: Option<String>,
        #[serde(default)]
        head_repository: Option<Named>,
    }
    #[derive(Deserialize)]
    struct Named {
        full_name: String,
    }
    let body = std::fs::read(path).map_err(|source| Error::Payload { path: path.to_owned(), source })?;
    let malformed = |message: String| Error::Malformed { event: "workflow_run".to_owned(), message };
    let payload: Payload = serde_json::from_slice(&body).map_err(|error| malformed(error.to_string()))?;
    let run = payload.workflow_run;
    match run.event.as_deref() {
        None | Some("pull_request") => {
            let head_repository = run.head_repository.map(|it| it.full_name);
            Ok(FinishedRun { id: run.id, head_sha: run.head_sha, head_repository })
        }
        Some(other) => Err(malformed(format!("the run was started by `{other}`, and not by `pull_request`"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_names_what_was_pushed_and_no_base() {
        let event = parse("push", br#"{"ref": "refs/heads/main", "after": "cc", "commits": []}"#).expect("documented");
        assert_eq!((event.base, event.head.as_deref()), (None, Some("cc")));
    }

    #[test]
    fn a_pull_request_names_its_revisions_and_its_branch() {
        let payload = |repository: &str| {
            format!(
                r#"{{"action": "opened", "pull_request": {{"number": 7, "state": "open",
                "head": {{"ref": "feature", "sha": "bb", "repo": {{"full_name": "{repository}"}}}},
                "base": {{"ref": "main", "sha": "aa", "repo": {{"full_name": "octo/shop"}}}}}},
                "repository": {{"html_url": "https://github.com/octo/shop"}}, "sender": {{"login": "ann"}}}}"#
            )
        };
        let event = parse("pull_request", payload("Octo/Shop").as_bytes()).expect("documented");
        assert_eq!(event.pull_request, Some(7));
        assert_eq!((event.base.as_deref(), event.head.as_deref()), (Some("aa"), Some("bb")));
        assert_eq!((event.head_branch.as_deref(), event.from_fork), (Some("feature"), false));
        let event = parse("pull_request", payload("stranger/shop").as_bytes()).expect("documented");
        assert_eq!((event.head_branch, event.from_fork), (None, true));
    }

    #[test]
    fn a_comment_on_an_issue_is_about_no_pull_request() {
        let event = |issue: &str| parse("issue_comment", issue.as_bytes()).expect("documented").pull_request;
        assert_eq!(event(r#"{"action": "created", "issue": {"number": 3}}"#), None);
        assert_eq!(event(r#"{"action": "created", "issue": {"number": 3, "pull_request": {"url": "x"}}}"#), Some(3));
    }

    #[test]
    fn a_merge_group_names_both_revisions() {
        let event = parse(
            "merge_group",
            br#"{"action": "checks_requested", "merge_group": {"base_sha": "aa", "head_sha": "bb",
            "head_ref": "refs/heads/gh-readonly-queue/release/1.0/pr-104-0123abcd"}}"#,
        )
        .expect("documented");
        assert_eq!((event.base.as_deref(), event.head.as_deref()), (Some("aa"), Some("bb")));
        assert_eq!((event.queued, event.pull_request), (Some(104), None));
        for other in ["refs/heads/pr-104-x", "refs/heads/gh-readonly-queue/main/pr-x-1", "pr-1-2"] {
            assert_eq!(queued(other), None, "{other}");
        }
    }

    #[test]
    fn a_payload_that_is_no_json_is_refused() {
        let error = parse("pull_request", b"<html>").expect_err("refused");
        assert!(error.to_string().starts_with("the payload of the `pull_request` event"), "{error}");
    }
}
