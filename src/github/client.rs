//! The API client: which calls may be repeated, how long is waited, and how pages are followed.
//!
//! * Each exchange has a time limit, and all waiting of one run together has another: nothing hangs.
//! * Reading is repeated after a lost answer. A write is not: it may have happened. Its caller looks first.
//! * Where GitHub limits, nothing was done: after the time that GitHub names, the call is made again.
//! * Writes go out one after another, with a pause between them.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::Instant;

use super::exchange::{Answer, Call, Wire, clip, next_page, origin};
use super::identity::{Credentials, Identity};
use super::{Error, Result, Secret};

/// Entries that a page is asked for: the most that GitHub gives.
const PAGE: usize = 100;
/// The most pages that are read of one list.
const MOST_PAGES: usize = 100;
/// The most redirects that a read follows.
const MOST_REDIRECTS: usize = 3;

/// Where GitHub's interfaces are. On an Enterprise server, all three differ from github.com's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// The REST API (`GITHUB_API_URL`), such as `https://api.github.com` or `https://HOST/api/v3`.
    pub rest: String,
    /// The GraphQL API (`GITHUB_GRAPHQL_URL`).
    pub graphql: String,
    /// The pages that people see (`GITHUB_SERVER_URL`).
    pub server: String,
}

impl Default for Endpoints {
    /// Those of github.com.
    fn default() -> Self {
        Self {
            rest: "https://api.github.com".to_owned(),
            graphql: "https://api.github.com/graphql".to_owned(),
            server: "https://github.com".to_owned(),
        }
    }
}

impl Endpoints {
    /// From a runner's variables. Where one is missing, it follows from the REST API's address.
    pub fn new(rest: Option<&str>, graphql: Option<&str>, server: Option<&str>) -> Self {
        let bare = |url: &str| url.trim().trim_end_matches('/').to_owned();
        let Some(rest) = rest.map(bare).filter(|rest| !rest.is_empty()) else { return Self::default() };
        let root = rest.strip_suffix("/api/v3").map(str::to_owned);
        let graphql = graphql.map(bare).unwrap_or_else(|| match &root {
            Some(root) => format!("{root}/api/graphql"),
            None => format!("{rest}/graphql"),
        });
        let server = server.map(bare).or(root).unwrap_or_else(|| Self::default().server);
        Self { rest, graphql, server }
    }
}

/// A repository's name, `OWNER/NAME`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RepositoryName {
    owner: String,
    name: String,
}

impl RepositoryName {
    /// Reads `OWNER/NAME`. `None` if it is no such name.
    pub fn parse(text: &str) -> Option<Self> {
        let (owner, name) = text.split_once('/')?;
        let plain = |part: &str| {
            !part.is_empty()
                && part.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter))
                && !matches!(part, "." | "..")
        };
        (plain(owner) && plain(name)).then(|| Self { owner: owner.to_owned(), name: name.to_owned() })
    }

    /// The user or organisation that it belongs to.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Its name without the owner's.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

/// How long things may take, and how often they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// The limit of one exchange.
    pub call: Duration,
    /// The pause between two writes, which GitHub asks for.
    pub between_writes: Duration,
    /// How often a call is made at most.
    pub tries: usize,
    /// How long all waiting of a run may take together.
    pub patience: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            call: Duration::from_secs(30),
            between_writes: Duration::from_secs(1),
            tries: 4,
            patience: Duration::from_secs(180),
        }
    }
}

/// A client for one repository. Cloning it is cheap, and clones share limits and pauses.
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    endpoints: Endpoints,
    repository: RepositoryName,
    wire: Wire,
    credentials: Credentials,
    timing: Timing,
    /// When the last write ended. Held while a write is under way, so that there is one at a time.
    last_write: tokio::sync::Mutex<Option<Instant>>,
    /// Whether writes follow each other without a pause.
    hurries: AtomicBool,
    /// What is left of the patience.
    patience: Mutex<Duration>,
}

/// Whether a call may be made again when its answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// It changes nothing, or the same thing to the same state.
    Freely,
    /// It may have happened: whoever made it has to look.
    AfterLooking,
}

impl Client {
    /// A client for `repository`, on behalf of `identity`. Nothing is sent yet.
    ///
    /// # Errors
    /// When an address is none.
    pub fn new(endpoints: Endpoints, repository: RepositoryName, identity: Identity, timing: Timing) -> Result<Self> {
        let wire = Wire::new(&endpoints.rest, timing.call)?;
        let credentials = Credentials::new(identity);
        let (last_write, patience) = (tokio::sync::Mutex::new(None), Mutex::new(timing.patience));
        let hurries = AtomicBool::new(false);
        let shared = Shared { endpoints, repository, wire, credentials, timing, last_write, hurries, patience };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Leaves out the pauses between writes from now on: the process has seconds to live.
    pub fn hurry(&self) {
        self.shared.hurries.store(true, Ordering::Relaxed);
    }

    /// Where GitHub is.
    pub fn endpoints(&self) -> &Endpoints {
        &self.shared.endpoints
    }

    /// The repository.
    pub fn repository(&self) -> &RepositoryName {
        &self.shared.repository
    }

    /// Who we are.
    pub(super) fn identity(&self) -> &Identity {
        self.shared.credentials.identity()
    }

    /// The repository's page.
    pub fn repository_url(&self) -> String {
        format!("{}/{}", self.shared.endpoints.server, self.shared.repository)
    }

    /// The token that stands for this client now; for an App, one that lasts a while longer.
    ///
    /// # Errors
    /// When the App cannot get one.
    pub async fn token(&self) -> Result<Secret> {
        let shared = &self.shared;
        let limited =
            || async { shared.credentials.token(&shared.wire, &shared.endpoints.rest, &shared.repository).await };
        self.patiently(Repeat::Freely, limited).await
    }

    /// What the token may do, where GitHub tells: by permission (`checks`), its level (`write`). `None`: it does not
    /// tell, and the first refusal will.
    ///
    /// # Errors
    /// When the App cannot get a token.
    pub async fn permissions(&self) -> Result<Option<std::collections::BTreeMap<String, String>>> {
        self.token().await?;
        Ok(self.shared.credentials.permissions().await)
    }

    /// The address of something in the repository. `path` starts with `/` or is empty.
    pub(super) fn repository_path(&self, path: &str) -> String {
        format!("/repos/{}/{}{path}", self.shared.repository.owner, self.shared.repository.name)
    }

    /// Reads one thing.
    pub(super) async fn read<T: DeserializeOwned>(&self, what: &str, path: &str) -> Result<T> {
        let url = self.url(path);
        self.patiently(Repeat::Freely, || async {
            let answer = self.fetch(what, url.clone()).await?;
            parse(what, &answer.body)
        })
        .await
    }

    /// Reads one thing that may not be there.
    pub(super) async fn read_if_there<T: DeserializeOwned>(&self, what: &str, path: &str) -> Result<Option<T>> {
        match self.read(what, path).await {
            Ok(value) => Ok(Some(value)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads a list to its last page. `path` may hold a query; `key` names the list inside an object.
    pub(super) async fn read_all<T: DeserializeOwned>(
        &self,
        what: &str,
        path: &str,
        key: Option<&str>,
    ) -> Result<Vec<T>> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let page = |number: usize| self.url(&format!("{path}{separator}per_page={PAGE}&page={number}"));
        let mut url = page(1);
        let (mut all, mut last_page) = (Vec::new(), Vec::new());
        for number in 1..=MOST_PAGES {
            let (entries, next) = self
                .patiently(Repeat::Freely, || async {
                    let answer = self.fetch(what, url.clone()).await?;
                    let mut value: Value = parse(what, &answer.body)?;
                    let list = match key {
                        Some(key) => value.get_mut(key).map(Value::take).unwrap_or_default(),
                        None => value,
                    };
                    let Value::Array(entries) = list else {
                        return Err(Error::Unexpected { what: what.to_owned(), message: "no list".to_owned() });
                    };
                    Ok((entries, next_page(&answer.headers)))
                })
                .await?;
            // A full page without a link is followed too: asking once more costs little, and missing an entry much.
            let next = match next {
                Some(next) if origin(&next) == origin(&self.shared.endpoints.rest) => Some(next),
                // A server behind a proxy may name itself otherwise; the token goes to where it was sent before.
                Some(_) => Some(page(number + 1)),
                None if entries.len() >= PAGE => Some(page(number + 1)),
                None => None,
            };
            // A server that knows no pages gives the same one for ever.
            if !entries.is_empty() && entries == last_page {
                return Ok(all);
            }
            last_page.clone_from(&entries);
            for entry in entries {
                all.push(serde_json::from_value(entry).map_err(|error| unexpected(what, &error))?);
            }
            match next {
                Some(next) => url = next,
                None => return Ok(all),
            }
        }
        Err(Error::Unexpected { what: what.to_owned(), message: format!("a list of more than {MOST_PAGES} pages") })
    }

    /// Writes, and reads what came of it.
    pub(super) async fn write<T: DeserializeOwned>(
        &self,
        repeat: Repeat,
        what: &str,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T> {
        let answer = self.put(repeat, what, method, self.url(path), body).await?;
        parse(what, &answer.body)
    }

    /// Writes where the answer does not matter.
    pub(super) async fn write_blindly(
        &self,
        repeat: Repeat,
        what: &str,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<()> {
        self.put(repeat, what, method, self.url(path), body).await.map(drop)
    }

    /// Sends a GraphQL document and gives its `data`.
    ///
    /// # Errors
    /// As for a write; what GraphQL itself refuses is [`Error::Refused`].
    pub(super) async fn graphql(&self, repeat: Repeat, what: &str, document: &str, variables: Value) -> Result<Value> {
        let body = serde_json::json!({"query": document, "variables": variables});
        let url = self.shared.endpoints.graphql.clone();
        let answer = self.put(repeat, what, Method::POST, url, &body).await?;
        let mut value: Value = parse(what, &answer.body)?;
        let Some(error) = value["errors"].get(0) else { return Ok(value["data"].take()) };
        let message = clip(error["message"].as_str().unwrap_or("no reason given"));
        let what = what.to_owned();
        match error["type"].as_str() {
            Some("FORBIDDEN" | "INSUFFICIENT_SCOPES") => Err(Error::Forbidden { what, message, needs: None }),
            Some("NOT_FOUND") => Err(Error::NotFound { what }),
            // What GitHub says where a gateway would answer 502.
            _ if message.starts_with("Something went wrong while executing") => Err(Error::Lost { what, message }),
            Some(kind) => Err(Error::Refused { what, status: 200, message: format!("{kind}: {message}") }),
            None => Err(Error::Refused { what, status: 200, message }),
        }
    }

    async fn put(
        &self,
        repeat: Repeat,
        what: &str,
        method: Method,
        url: String,
        body: &impl Serialize,
    ) -> Result<Answer> {
        let body = serde_json::to_value(body).map_err(|error| unexpected(what, &error))?;
        let call = Call { what: what.to_owned(), method, url, body: Some(body).filter(|body| !body.is_null()) };
        self.patiently(repeat, || async {
            let token = self.token_once().await?;
            let mut last = self.shared.last_write.lock().await;
            if let Some(last) = last.filter(|_| !self.shared.hurries.load(Ordering::Relaxed)) {
                tokio::time::sleep_until(last + self.shared.timing.between_writes).await;
            }
            let answer = self.shared.wire.send(&call, &token).await;
            *last = Some(Instant::now());
            let answer = answer?;
            match answer.moved_to {
                None => Ok(answer),
                Some(_) => Err(Error::Refused {
                    what: call.what.clone(),
                    status: 301,
                    message: "the repository has another name now".to_owned(),
                }),
            }
        })
        .await
    }

    /// One read, without waiting or repeating.
    async fn fetch(&self, what: &str, url: String) -> Result<Answer> {
        let token = self.token_once().await?;
        let mut call = Call { what: what.to_owned(), method: Method::GET, url, body: None };
        for _ in 0..=MOST_REDIRECTS {
            let answer = self.shared.wire.send(&call, &token).await?;
            let Some(target) = &answer.moved_to else { return Ok(answer) };
            let target = if target.starts_with('/') {
                format!("{}{target}", origin(&call.url).unwrap_or_default())
            } else {
                target.clone()
            };
            // The token goes to the server that it belongs to and to no other.
            if origin(&target) != origin(&self.shared.endpoints.rest) {
                break;
            }
            call.url = target;
        }
        Err(Error::Unexpected { what: what.to_owned(), message: "it leads from one address to the next".to_owned() })
    }

    async fn token_once(&self) -> Result<Secret> {
        let shared = &self.shared;
        shared.credentials.token(&shared.wire, &shared.endpoints.rest, &shared.repository).await
    }

    /// Makes a call until it has an answer, it may not be made again, or patience ends.
    async fn patiently<T, F>(&self, repeat: Repeat, attempt: impl FnMut() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(500))
            .with_max_times(self.shared.timing.tries.saturating_sub(1))
            .with_jitter();
        attempt
            .retry(pauses)
            .when(|error| match error {
                Error::Limited { .. } => true,
                Error::Lost { .. } | Error::Unexpected { .. } => repeat == Repeat::Freely,
                // Somebody else wrote at the same time, and this call did nothing.
                Error::Refused { status: 409, .. } => true,
                _ => false,
            })
            .adjust(|error, planned| {
                let wait = match error {
                    Error::Limited { wait, .. } => *wait,
                    _ => planned?,
                };
                planned.and_then(|_| self.afford(wait))
            })
            .notify(|error, wait| tracing::info!(%error, wait = wait.as_secs_f64(), "waiting for GitHub"))
            .await
    }

    /// Takes `wait` out of the patience that is left; `None` if that is not enough.
    fn afford(&self, wait: Duration) -> Option<Duration> {
        let mut left = self.shared.patience.lock().unwrap_or_else(PoisonError::into_inner);
        *left = left.checked_sub(wait)?;
        Some(wait)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.shared.endpoints.rest)
    }
}

fn parse<T: DeserializeOwned>(what: &str, body: &[u8]) -> Result<T> {
    serde_json::from_slice(body).map_err(|error| unexpected(what, &error))
}

fn unexpected(what: &str, error: &serde_json::Error) -> Error {
    Error::Unexpected { what: what.to_owned(), message: error.to_string() }
}

/// What stays as it is in one part of a path.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// One part of an address's path or query.
pub(super) fn part(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enterprise_server_is_found_by_its_rest_address() {
        let endpoints = Endpoints::new(Some("https://ghe.example.org/api/v3/"), None, None);
        assert_eq!(endpoints.rest, "https://ghe.example.org/api/v3");
        assert_eq!(endpoints.graphql, "https://ghe.example.org/api/graphql");
        assert_eq!(endpoints.server, "https://ghe.example.org");
        assert_eq!(Endpoints::new(None, None, None), Endpoints::default());
    }

    #[test]
    fn a_repository_name_is_no_path() {
        assert_eq!(RepositoryName::parse("octo/hello.world").expect("a name").to_string(), "octo/hello.world");
        for bad in ["octo", "octo/", "/x", "a/b/c", "a/..", "a/b?c", "a b/c"] {
            assert_eq!(RepositoryName::parse(bad), None, "{bad}");
        }
    }
}
