//! A GitHub of our own: it keeps state, holds the real one's limits, and notes down everything that is asked.
//!
//! * [`state`] is what it knows; [`routes`] answers; [`fault`] goes wrong on demand;
//! * [`remote`] is the repository itself, which git's own `http-backend` serves;
//! * [`limits`] counts what is asked;
//! * [`proxy`] holds every request and answer against GitHub's own [`description`];
//! * a request to a route that it does not have is a violation, and so is all that the proxy finds. A violation fails
//!   the test that made it.

pub mod description;
pub mod fault;
pub mod git;
pub mod graphql;
pub mod limits;
pub mod proxy;
pub mod remote;
pub mod routes;
pub mod state;

use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::json;
use tokio::task::JoinSet;

use fault::{Fault, Kind};
use limits::Verdict;
use proxy::Exchange;
use state::{Answer, Seen, State};

/// A running GitHub. It ends with the value, and fails the test if there was a violation.
pub struct Github {
    pub url: String,
    base: &'static str,
    state: Arc<Mutex<State>>,
    /// What the proxy is still looking at.
    checks: Arc<Mutex<JoinSet<Vec<String>>>>,
    runtime: tokio::runtime::Runtime,
}

impl Github {
    /// One like github.com.
    pub fn start() -> Self {
        Self::at("")
    }

    /// An Enterprise server: REST under `/api/v3`, GraphQL beside it.
    pub fn enterprise() -> Self {
        Self::at("/api/v3")
    }

    fn at(base: &'static str) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let checks = Arc::new(Mutex::new(JoinSet::new()));
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        // Node closes a connection that rests, perhaps just when it is used again.
        let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
        let (shared, looking, own) = (state.clone(), checks.clone(), url.clone());
        let app = Router::new().fallback(move |request: Request| {
            let (state, checks, client, own) = (shared.clone(), looking.clone(), client.clone(), own.clone());
            async move {
                let (parts, body) = request.into_parts();
                let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
                if remote::serves(parts.uri.path()) {
                    return tokio::task::block_in_place(|| remote::answer(&state, &parts, &body));
                }
                let (answer, delivery) = respond(&state, base, &own, &parts, &body);
                let path = below(base, parts.uri.path()).to_owned();
                let exchange = Exchange { parts, path, body, answer: answer.clone() };
                checks.lock().unwrap().spawn(async move { proxy::violations(&client, exchange).await });
                match delivery {
                    Delivery::Whole => whole(answer),
                    Delivery::Cut => cut(&answer),
                    Delivery::Unreadable => {
                        Response::builder().status(answer.status).body(Body::from("{\"id\":")).unwrap()
                    }
                }
            }
        });
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self { url, base, state, checks, runtime }
    }

    /// What it knows, to set up or to look at.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Makes something go wrong.
    pub fn fail(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// The addresses as a runner names them.
    pub fn addresses(&self) -> [(&'static str, String); 3] {
        [
            ("GITHUB_API_URL", format!("{}{}", self.url, self.base)),
            ("GITHUB_GRAPHQL_URL", format!("{}{}", self.url, graphql_path(self.base))),
            ("GITHUB_SERVER_URL", self.url.clone()),
        ]
    }

    /// All that was asked so far and that GitHub does not know, or would have held against us. Each is told once.
    pub fn violations(&self) -> Vec<String> {
        let checks = std::mem::take(&mut *self.checks.lock().unwrap());
        // A thread of its own, because the caller may be one that must not wait.
        let found = std::thread::scope(|scope| scope.spawn(|| self.runtime.block_on(checks.join_all())).join());
        let mut violations = std::mem::take(&mut self.state().violations);
        violations.extend(found.expect("the proxy looks at everything").into_iter().flatten());
        violations
    }

    /// Fails if there was a violation.
    pub fn assert_no_violations(&self) {
        let violations = self.violations();
        assert!(violations.is_empty(), "{violations:#?}");
    }
}

impl Drop for Github {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.assert_no_violations();
        }
    }
}

/// How an answer reaches who asked.
enum Delivery {
    Whole,
    /// The connection breaks in the middle of it.
    Cut,
    /// Something else that is no JSON.
    Unreadable,
}

fn graphql_path(base: &str) -> &'static str {
    if base.is_empty() { "/graphql" } else { "/api/graphql" }
}

fn below<'a>(base: &str, path: &'a str) -> &'a str {
    path.strip_prefix(base).unwrap_or(path)
}

fn respond(state: &Mutex<State>, base: &str, own: &str, parts: &Parts, body: &Bytes) -> (Answer, Delivery) {
    let mut state = state.lock().unwrap();
    let path = parts.uri.path();
    let token = parts
        .headers
        .get("authorization")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default()
        .to_owned();
    let seen = Seen {
        method: parts.method.to_string(),
        path: below(base, path).to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        body: serde_json::from_slice(body).unwrap_or_default(),
        token,
        status: 0,
    };
    if parts.method != "GET" && !parts.headers.contains_key("content-length") {
        state.violations.push(format!("{} {}: no Content-Length", seen.method, seen.path));
    }
    let number = state.log.len();
    state.log.push(seen.clone());

    let request = format!("{} {}", seen.method, seen.path);
    if state.waits.is_early(&request) {
        state.violations.push(format!("{request}: asked again before the time that GitHub had asked to wait"));
    }
    let is_write = seen.method != "GET" && !seen.body["query"].as_str().is_some_and(|query| query.starts_with("query"));
    let verdict = match state.tokens.contains_key(&seen.token) {
        true => state.limits.meet(&seen.token, is_write),
        false => Verdict::Passes(Vec::new()),
    };
    let (answer, delivery) = match verdict {
        Verdict::Passes(headers) => {
            let (mut answer, delivery) = answered(&mut state, &seen, (base, own), path);
            answer.headers.extend(headers);
            (answer, delivery)
        }
        Verdict::Exhausted(answer) => (answer, Delivery::Whole),
        Verdict::Shameless(answer) => {
            state.violations.push(format!("{request}: asked although {}", answer.body["message"]));
            (answer, Delivery::Whole)
        }
    };
    state.waits.note(&request, &answer);
    state.log[number].status = answer.status;
    (answer, delivery)
}

/// The answer to a request that is within the limits, with what goes wrong at it.
fn answered(state: &mut State, seen: &Seen, (base, own): (&str, &str), path: &str) -> (Answer, Delivery) {
    let before = fault::take(state, seen, false);
    if let Some(Fault { kind: Kind::Meanwhile(change), .. }) = &before {
        change(state);
    }
    match before {
        Some(Fault { kind: Kind::Status(status, headers), message, .. }) => {
            (gone_wrong(status, headers, message), Delivery::Whole)
        }
        _ => {
            let answer = if path == graphql_path(base) {
                graphql::answer(state, seen)
            } else if path.starts_with(base) {
                completed(seen, routes::answer(state, seen, own, base))
            } else {
                state.violations.push(format!("{path} lies outside {base}"));
                Answer::not_found()
            };
            match fault::take(state, seen, true) {
                Some(Fault { kind: Kind::Status(status, headers), message, .. }) => {
                    (gone_wrong(status, headers, message), Delivery::Whole)
                }
                Some(Fault { kind: Kind::Cut, .. }) => (answer, Delivery::Cut),
                Some(Fault { kind: Kind::Unreadable, .. }) => (answer, Delivery::Unreadable),
                Some(Fault { kind: Kind::Meanwhile(change), .. }) => {
                    change(state);
                    (answer, Delivery::Whole)
                }
                None => (answer, Delivery::Whole),
            }
        }
    }
}

fn gone_wrong(status: u16, headers: Vec<(&str, &str)>, message: &str) -> Answer {
    let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Answer { status, headers, body: json!({"message": message}) }
}

/// An answer with all that GitHub's own would have.
fn completed(seen: &Seen, answer: Answer) -> Answer {
    match description::example(&seen.method, &seen.path, answer.status) {
        Some(example) => Answer { body: description::completed(example, answer.body), ..answer },
        None => answer,
    }
}

fn whole(answer: Answer) -> Response {
    let mut response = Response::builder()
        .status(StatusCode::from_u16(answer.status).unwrap())
        .header("content-type", "application/json; charset=utf-8");
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    let body = if answer.status == 204 { Body::empty() } else { Body::from(answer.body.to_string()) };
    response.body(body).unwrap()
}

/// The first half of an answer, with which the connection breaks.
fn cut(answer: &Answer) -> Response {
    let text = answer.body.to_string();
    let half = text.get(..text.len() / 2).unwrap_or_default().to_owned();
    let error = std::io::Error::other("the connection broke");
    Response::new(Body::from_stream(futures_util::stream::iter([Ok(Bytes::from(half)), Err(error)])))
}
