//! The event that started a job.

use std::path::Path;

use octocrab::models::webhook_events::{WebhookEvent, WebhookEventPayload};

use super::Error;

/// What an event says about the revisions to compare.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// The commit of the base branch.
    pub base: Option<String>,
    /// The commit to check.
    pub head: Option<String>,
    /// The head branch lives in another repository, where nothing can be written.
    pub from_fork: bool,
    /// The repository's page, for links.
    pub repository_url: Option<String>,
}

/// Reads the payload of the event called `name` (`GITHUB_EVENT_NAME`) from `path` (`GITHUB_EVENT_PATH`).
///
/// # Errors
/// When the payload cannot be read or is not what GitHub documents.
pub fn read(name: &str, path: &Path) -> Result<Event, Error> {
    let body = std::fs::read(path).map_err(|source| Error::Payload { path: path.to_owned(), source })?;
    parse(name, &body)
}

fn parse(name: &str, body: &[u8]) -> Result<Event, Error> {
    let malformed = |message: String| Error::Malformed { event: name.to_owned(), message };
    // `pull_request_target` has the payload of `pull_request`, and no type of its own.
    let kind = if name == "pull_request_target" { "pull_request" } else { name };
    let payload = WebhookEvent::try_from_header_and_body(kind, body).map_err(|error| malformed(error.to_string()))?;
    let repository = payload.repository;
    let repository_url = repository.as_ref().and_then(|it| it.html_url.as_ref()).map(|url| url.to_string());
    let mut event = Event { repository_url, ..Event::default() };
    match payload.specific {
        WebhookEventPayload::PullRequest(payload) => {
            let pull_request = payload.pull_request;
            let home = repository.map(|it| it.id);
            event.from_fork = pull_request.head.repo.as_ref().map(|it| it.id) != home;
            event.base = Some(pull_request.base.sha);
            event.head = Some(pull_request.head.sha);
        }
        WebhookEventPayload::MergeGroup(payload) => {
            let sha = |key: &str| payload.merge_group.get(key).and_then(|sha| sha.as_str()).map(str::to_owned);
            event.base = sha("base_sha");
            event.head = sha("head_sha");
        }
        // Any other event (a push, a schedule) checks what is checked out.
        _ => {}
    }
    Ok(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_names_no_revisions() {
        let event = parse("push", br#"{"ref": "refs/heads/main", "commits": []}"#);
        assert!(matches!(event, Ok(Event { base: None, head: None, .. }) | Err(Error::Malformed { .. })));
    }

    #[test]
    fn a_merge_group_names_both_revisions() {
        let event = parse(
            "merge_group",
            br#"{"action": "checks_requested", "merge_group": {"base_sha": "aa", "head_sha": "bb"}}"#,
        )
        .expect("documented");
        assert_eq!((event.base.as_deref(), event.head.as_deref()), (Some("aa"), Some("bb")));
    }

    #[test]
    fn a_payload_that_is_no_json_is_refused() {
        let error = parse("pull_request", b"<html>").expect_err("refused");
        assert!(error.to_string().starts_with("the payload of the `pull_request` event"), "{error}");
    }
}
