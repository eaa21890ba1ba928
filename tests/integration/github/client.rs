//! The client alone, with no pauses between writes.

use std::time::Duration;

use fabwright::github::checks::{Annotation, CheckRun, Conclusion, Level};
use fabwright::github::people::Permission;
use fabwright::github::{Client, Endpoints, Error, Identity, RepositoryName, Secret, Timing};
use serde_json::json;

use super::double::Github;
use super::double::fault::Fault;
use super::double::state::{REPOSITORY, TOKEN};

fn client(github: &Github) -> Client {
    let [(_, rest), (_, graphql), (_, server)] = github.addresses();
    let timing = Timing {
        between_writes: Duration::ZERO,
        patience: Duration::from_secs(10),
        call: Duration::from_secs(5),
        ..Timing::default()
    };
    let endpoints = Endpoints { rest, graphql, server };
    let identity = Identity::Token(Secret::new(TOKEN).unwrap());
    Client::new(endpoints, RepositoryName::parse(REPOSITORY).unwrap(), identity, timing).unwrap()
}

fn check(annotations: u32) -> CheckRun {
    let annotation = |line| Annotation {
        path: "app/x.py".into(),
        start_line: line,
        end_line: line,
        level: Level::Warning,
        title: "t".into(),
        message: "m".into(),
    };
    CheckRun {
        name: "schema impact".into(),
        external_id: "x".into(),
        details_url: None,
        conclusion: Some(Conclusion::Success),
        title: "title".into(),
        summary: "summary".into(),
        annotations: (1..=annotations).map(annotation).collect(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_number_of_annotations_arrives_once_and_in_order() {
    for count in [0, 1, 50, 51, 100, 500] {
        let github = tokio::task::block_in_place(Github::start);
        github.fail(Fault::lost("POST", "/check-runs"));
        github.fail(Fault::lost("PATCH", "/check-runs").times(1));
        github.fail(Fault::down("PATCH", "/check-runs").times(1));
        let client = client(&github);
        client.create_check(&"a".repeat(40), &check(count)).await.unwrap();
        let state = github.state();
        assert_eq!(state.checks.len(), 1, "a lost answer makes no second check");
        let lines: Vec<u64> = state.checks[0].annotations.iter().map(|it| it["start_line"].as_u64().unwrap()).collect();
        assert_eq!(lines, (1..=u64::from(count)).collect::<Vec<_>>());
        assert_eq!(state.checks[0].conclusion.as_deref(), Some("success"));
        drop(state);
        github.assert_no_violations();
        tokio::task::block_in_place(|| drop(github));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_is_made_once_whatever_becomes_of_the_answer() {
    for fault in [
        Fault::cut("POST", "/check-runs"),
        Fault::conflict("POST", "/check-runs"),
        Fault::unreadable("POST", "/check-runs"),
        Fault::lost("POST", "/check-runs").times(2),
    ] {
        let github = tokio::task::block_in_place(Github::start);
        github.fail(fault);
        client(&github).create_check(&"a".repeat(40), &check(51)).await.unwrap();
        let state = github.state();
        assert_eq!(state.checks.len(), 1);
        assert_eq!((state.checks[0].status.as_str(), state.checks[0].annotations.len()), ("completed", 51));
        drop(state);
        tokio::task::block_in_place(|| drop(github));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn patience_ends() {
    let github = tokio::task::block_in_place(Github::start);
    github.fail(Fault::limited("GET", "/pulls/7", "3600"));
    let error = client(&github).pull_request(7).await.unwrap_err();
    assert!(matches!(&error, Error::Limited { wait, .. } if wait.as_secs() == 3600), "{error}");
    github.fail(Fault::down("GET", "/pulls/8").times(99));
    let error = client(&github).pull_request(8).await.unwrap_err();
    assert!(matches!(error, Error::Lost { .. }), "{error}");
    assert_eq!(github.state().log.iter().filter(|seen| seen.path.ends_with("/8")).count(), Timing::default().tries);
    tokio::task::block_in_place(|| drop(github));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_up_limit_is_waited_out_and_run_into_once() {
    let github = tokio::task::block_in_place(Github::start);
    {
        let mut state = github.state();
        (state.limits.requests, state.limits.window) = (3, 2);
        state.branches = [("main", "1"), ("feature", "2")].map(|(name, digit)| (name.into(), digit.repeat(40))).into();
        state.pulls.insert(7, ("feature".to_owned(), REPOSITORY.to_owned(), "open"));
    }
    let client = client(&github);
    for _ in 0..5 {
        assert_eq!(client.pull_request(7).await.unwrap().number, 7);
    }
    let statuses: Vec<u16> = github.state().log.iter().map(|seen| seen.status).collect();
    assert_eq!(statuses, [200, 200, 200, 403, 200, 200]);
    tokio::task::block_in_place(|| drop(github));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_teams_owners_and_reviews_are_read() {
    let github = tokio::task::block_in_place(Github::start);
    {
        let mut state = github.state();
        state.people = [("ann", "maintain"), ("bob", "read"), ("cy", "triage")].map(|(a, b)| (a.to_owned(), b)).into();
        state.teams = vec![("octo/data".to_owned(), "ann".to_owned())];
        state.files.insert("CODEOWNERS".to_owned(), "* @octo/data\n".to_owned());
        state.reviews = (1..=130)
            .map(|id| json!({"id": id, "user": {"login": "ann", "type": "User"}, "state": "APPROVED", "body": ""}))
            .collect();
        state.labels = vec!["schema: approved".to_owned()];
    }
    let client = client(&github);
    assert_eq!(client.permission_of("@ann").await.unwrap(), Permission::Maintain);
    assert_eq!(client.permission_of("bob").await.unwrap(), Permission::Read);
    assert_eq!(client.permission_of("cy").await.unwrap(), Permission::Triage);
    assert_eq!(client.permission_of("nobody").await.unwrap(), Permission::None);
    assert_eq!(client.is_team_member("octo", "data", "ann").await.unwrap(), None, "the token may not know");
    github.state().restrict("members:read");
    assert_eq!(client.is_team_member("octo", "data", "ann").await.unwrap(), Some(true));
    assert_eq!(client.is_team_member("octo", "data", "bob").await.unwrap(), Some(false));
    assert_eq!(client.code_owners_at("main").await.unwrap().as_deref(), Some("* @octo/data\n"));
    assert_eq!(client.reviews(7).await.unwrap().len(), 130);
    assert_eq!(client.labels(7).await.unwrap(), ["schema: approved"]);
    github.assert_no_violations();
    tokio::task::block_in_place(|| drop(github));
}
