//! Every request and its answer go through a validating proxy that has GitHub's own description of its API, and every
//! GraphQL document is held against GitHub's own schema. Nobody here wrote either of them.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::request::Parts;
use serde_json::Value;

use super::{description, state, whole};

/// A request with its answer.
pub struct Exchange {
    pub parts: Parts,
    /// The path below the root of the API.
    pub path: String,
    pub body: Bytes,
    pub answer: state::Answer,
}

/// By this header the proxy's upstream finds the answer to a request again.
const NUMBER: &str = "x-exchange";

static PROXY: LazyLock<Proxy> = LazyLock::new(Proxy::start);

/// One proxy for all tests of this process.
struct Proxy {
    rest: String,
    graphql: String,
    /// Answers that the proxy is about to ask for.
    answers: Arc<Mutex<HashMap<u64, state::Answer>>>,
    next: AtomicU64,
    _runtime: tokio::runtime::Runtime,
    // Node ends when this process does, because its standard input ends then.
    _node: Child,
}

impl Proxy {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let answers = Arc::new(Mutex::new(HashMap::<u64, state::Answer>::new()));
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let upstream = format!("http://{}", listener.local_addr().unwrap());
        let shared = answers.clone();
        let app = axum::Router::new().fallback(move |request: Request| {
            let number = request.headers().get(NUMBER).and_then(|number| number.to_str().ok()?.parse().ok());
            let answer = number.and_then(|number| shared.lock().unwrap().remove(&number));
            async move { whole(answer.unwrap_or_else(|| state::Answer::error(500, "no answer is kept for this"))) }
        });
        runtime.spawn(async move { axum::serve(listener, app).await });

        let packages = description::packages();
        let mut node = Command::new(node())
            .arg(packages.with_file_name("proxy.mjs"))
            .arg(upstream)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("node does not start: {error}"));
        let mut line = String::new();
        BufReader::new(node.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let addresses: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("the proxy: {error}: {line}"));
        let address = |name: &str| addresses[name].as_str().unwrap().to_owned();
        let (rest, graphql) = (address("rest"), address("graphql"));
        Self { rest, graphql, answers, next: AtomicU64::new(0), _runtime: runtime, _node: node }
    }
}

/// Node from the tests' Python environment, else the system's.
fn node() -> std::path::PathBuf {
    let ours = crate::python::interpreter().with_file_name("node");
    if ours.is_file() { ours } else { "node".into() }
}

/// What GitHub's description holds against an exchange.
pub async fn violations(client: &reqwest::Client, exchange: Exchange) -> Vec<String> {
    // Starting takes seconds.
    let proxy = tokio::task::spawn_blocking(|| &*PROXY).await.expect("a proxy");
    let what = format!("{} {}", exchange.parts.method, exchange.parts.uri);
    let found = if exchange.path.ends_with("/graphql") {
        of_document(client, proxy, &exchange.body).await
    } else {
        of_call(client, proxy, exchange).await
    };
    found.into_iter().map(|message| format!("{what}: {message}")).collect()
}

async fn of_document(client: &reqwest::Client, proxy: &Proxy, body: &Bytes) -> Vec<String> {
    let answer = client.post(&proxy.graphql).body(body.clone()).send().await.expect("an answer");
    serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("a list of messages")
}

async fn of_call(client: &reqwest::Client, proxy: &Proxy, exchange: Exchange) -> Vec<String> {
    let number = proxy.next.fetch_add(1, Ordering::Relaxed);
    let query = exchange.parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut headers = exchange.parts.headers;
    headers.remove("host");
    headers.insert(NUMBER, number.into());
    proxy.answers.lock().unwrap().insert(number, exchange.answer);
    let answer = client
        .request(exchange.parts.method, format!("{}{}{query}", proxy.rest, description::described(&exchange.path)))
        .headers(headers)
        .body(exchange.body)
        .send()
        .await
        .expect("the proxy answers");
    let Some(header) = answer.headers().get("sl-violations") else { return Vec::new() };
    let text = header.to_str().unwrap_or("violations that are no text");
    let Ok(Value::Array(list)) = serde_json::from_str(text) else { return vec![text.to_owned()] };
    list.iter().filter(|violation| counts(violation)).map(Value::to_string).collect()
}

/// A request has to be what GitHub describes, and so has an answer, save for statuses of failure that GitHub's
/// description does not list for each route.
fn counts(violation: &Value) -> bool {
    violation["location"][0] == "request" || violation["severity"] == "Error"
}
