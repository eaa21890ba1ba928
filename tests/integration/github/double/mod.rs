//! A GitHub of our own: it keeps state, holds the real one's limits, and notes down everything that is asked.
//!
//! * [`state`] is what it knows; [`routes`] answers; [`fault`] goes wrong on demand;
//! * a request to a route that it does not have is a violation, and fails the test that made it.

pub mod fault;
pub mod graphql;
pub mod routes;
pub mod state;

use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use fault::{Fault, Kind};
use state::{Seen, State};

/// A running GitHub. It ends with the value.
pub struct Github {
    pub url: String,
    base: &'static str,
    state: Arc<Mutex<State>>,
    _runtime: tokio::runtime::Runtime,
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
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (shared, own) = (state.clone(), url.clone());
        let app = Router::new().fallback(move |request: Request| {
            let (state, own) = (shared.clone(), own.clone());
            async move {
                let (parts, body) = request.into_parts();
                let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
                respond(&state, base, &own, &parts, &body)
            }
        });
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self { url, base, state, _runtime: runtime }
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
        let graphql = if self.base.is_empty() { "/graphql" } else { "/api/graphql" };
        [
            ("GITHUB_API_URL", format!("{}{}", self.url, self.base)),
            ("GITHUB_GRAPHQL_URL", format!("{}{graphql}", self.url)),
            ("GITHUB_SERVER_URL", self.url.clone()),
        ]
    }

    /// Fails if anything was asked that GitHub does not know, or that it would have held against us.
    pub fn assert_no_violations(&self) {
        let state = self.state();
        assert!(state.violations.is_empty(), "{:#?}", state.violations);
    }
}

fn respond(state: &Mutex<State>, base: &str, own: &str, parts: &axum::http::request::Parts, body: &Bytes) -> Response {
    let mut state = state.lock().unwrap();
    let path = parts.uri.path();
    let graphql = if base.is_empty() { "/graphql" } else { "/api/graphql" };
    let token = parts
        .headers
        .get("authorization")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default()
        .to_owned();
    let json_body: Value = serde_json::from_slice(body).unwrap_or_default();
    let seen = Seen {
        method: parts.method.to_string(),
        path: path.strip_prefix(base).unwrap_or(path).to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        body: json_body,
        token,
        status: 0,
    };
    if parts.method != "GET" && !parts.headers.contains_key("content-length") {
        state.violations.push(format!("{} {}: no Content-Length", seen.method, seen.path));
    }
    let number = state.log.len();
    state.log.push(seen.clone());

    if let Some(fault) = fault::take(&mut state, &seen, false) {
        return broken(&mut state, number, fault, None);
    }
    let answer = if path == graphql {
        graphql::answer(&mut state, &seen)
    } else if path.starts_with(base) {
        routes::answer(&mut state, &seen, own, base)
    } else {
        state.violations.push(format!("{path} lies outside {base}"));
        state::Answer::not_found()
    };
    if let Some(fault) = fault::take(&mut state, &seen, true) {
        return broken(&mut state, number, fault, Some(answer));
    }
    state.log[number].status = answer.status;
    whole(answer)
}

fn whole(answer: state::Answer) -> Response {
    let mut response = Response::builder()
        .status(StatusCode::from_u16(answer.status).unwrap())
        .header("content-type", "application/json; charset=utf-8");
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    let body = if answer.status == 204 { Body::empty() } else { Body::from(answer.body.to_string()) };
    response.body(body).unwrap()
}

fn broken(state: &mut State, number: usize, fault: Fault, answer: Option<state::Answer>) -> Response {
    match fault.kind {
        Kind::Status(status, headers) => {
            state.log[number].status = status;
            let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            whole(state::Answer { status, headers, body: json!({"message": fault.message}) })
        }
        Kind::Cut => {
            let text = answer.map(|answer| answer.body.to_string()).unwrap_or_default();
            let half = text.get(..text.len() / 2).unwrap_or_default().to_owned();
            let error = std::io::Error::other("the connection broke");
            let stream = futures_util::stream::iter([Ok(Bytes::from(half)), Err(error)]);
            Response::new(Body::from_stream(stream))
        }
        Kind::Unreadable => Response::builder().status(201).body(Body::from("{\"id\":")).unwrap(),
        Kind::Meanwhile(change) => {
            change(state);
            let answer = routes::answer_again(state, number);
            whole(answer)
        }
    }
}
