//! What a webhook and Slack are told.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::double::Github;
use super::double::state::REPOSITORY;
use super::job::{Job, sha};
use super::{BASE, BREAKING, HARMLESS};
use crate::universe::Universe;

const SLACK: (&str, &str) = (".fabwright.yml", "tests:\n  slack_integration: true\n");

/// A server that takes what is posted to it, after it was busy a few times.
struct Inbox {
    url: String,
    posted: Arc<Mutex<Vec<(String, Value)>>>,
    _runtime: tokio::runtime::Runtime,
}

impl Inbox {
    fn open(busy: usize, answer: StatusCode) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let posted = Arc::new(Mutex::new(Vec::new()));
        let (kept, busy) = (posted.clone(), Arc::new(Mutex::new(busy)));
        let app = Router::new().fallback(move |request: Request| {
            let (kept, busy) = (kept.clone(), busy.clone());
            async move {
                let (parts, body) = request.into_parts();
                assert_eq!(
                    (parts.method.as_str(), &parts.headers["content-type"]),
                    ("POST", &"application/json".parse().unwrap())
                );
                let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
                kept.lock().unwrap().push((parts.uri.path().to_owned(), serde_json::from_slice(&body).unwrap()));
                let mut busy = busy.lock().unwrap();
                if *busy > 0 {
                    *busy -= 1;
                    return (StatusCode::SERVICE_UNAVAILABLE, "busy");
                }
                (answer, "no_service")
            }
        });
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self { url, posted, _runtime: runtime }
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    fn posted(&self, path: &str) -> Vec<Value> {
        let all = self.posted.lock().unwrap();
        all.iter().filter(|(at, _)| at == path).map(|(_, body)| body.clone()).collect()
    }
}

#[test]
fn a_webhook_gets_the_report_and_slack_the_verdict() {
    let (github, universe) = (Github::start(), Universe::of_sql(BASE, BREAKING));
    universe.commit_files(&[SLACK]);
    let inbox = Inbox::open(0, StatusCode::OK);
    let ran = Job::of_pull_request(&github, &universe, "feature")
        .input("webhook-url", &inbox.address("/hook"))
        .input("slack-webhook-url", &inbox.address("/slack"))
        .run();
    assert_eq!(ran.said.code, 0, "{:?}", ran.said);
    let [told]: [Value; 1] = inbox.posted("/hook").try_into().expect("one call");
    assert_eq!(told["repository"], REPOSITORY);
    assert_eq!(told["pull_request"], 7);
    assert_eq!(told["commit"], json!(sha(&universe, "feature")));
    assert_eq!(told["conclusion"], "action_required");
    let changes: Value = serde_json::from_str(&std::fs::read_to_string(ran.out.join("changes.json")).unwrap()).unwrap();
    assert_eq!(told["report"], changes);
    let headline = told["headline"].as_str().unwrap();
    assert_eq!(headline, "Schema: 1 change, 1 needs approval");
    let link = format!("<{}/{REPOSITORY}/actions/runs/1|{REPOSITORY}#7>", github.url);
    assert_eq!(inbox.posted("/slack"), [json!({"text": format!("{link}: {headline}")})]);
    assert!(!ran.everything.contains(&inbox.url), "an address is a secret");
}

#[test]
fn a_busy_server_is_called_again_and_one_that_refuses_is_named() {
    let (github, universe) = (Github::start(), Universe::of_sql(BASE, HARMLESS));
    universe.commit_files(&[SLACK]);
    let (busy, closed) = (Inbox::open(2, StatusCode::OK), Inbox::open(0, StatusCode::NOT_FOUND));
    let ran = Job::of_pull_request(&github, &universe, "feature")
        .input("webhook-url", &busy.address("/hook"))
        .input("slack-webhook-url", &closed.address("/slack"))
        .run();
    assert_eq!(ran.said.code, 0, "{:?}", ran.said);
    assert_eq!(busy.posted("/hook").len(), 3);
    assert_eq!(closed.posted("/slack").len(), 1);
    assert!(
        ran.said.stderr.contains(
            "Slack was not told: it answered 404 Not Found no_service; look at the address in input `slack-webhook-url`"
        ),
        "{}",
        ran.said.stderr
    );
    assert!(!ran.said.stderr.contains("the webhook was not told"), "{}", ran.said.stderr);
}

#[test]
fn switches_keep_both_silent() {
    let (github, universe) = (Github::start(), Universe::of_sql(BASE, BREAKING));
    universe.commit_files(&[(".fabwright.yml", "tests:\n  webhook_notifications: false\n")]);
    let inbox = Inbox::open(0, StatusCode::OK);
    let ran = Job::of_pull_request(&github, &universe, "feature")
        .input("webhook-url", &inbox.address("/hook"))
        .input("slack-webhook-url", &inbox.address("/slack"))
        .run();
    assert_eq!(ran.said.code, 0, "{:?}", ran.said);
    assert!(inbox.posted.lock().unwrap().is_empty());
}
