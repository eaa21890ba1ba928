//! One request and its answer: sent once, within a time limit, and sorted into what it means.

use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, LINK, LOCATION, USER_AGENT};
use http::{HeaderMap, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Limited};
use octocrab::Octocrab;
use serde_json::Value;

use super::{Error, Result, Secret};

/// The longest answer that is read, in bytes.
const LONGEST_ANSWER: usize = 32 * 1024 * 1024;
/// How long GitHub asks to wait when it limits without saying for how long.
const UNSAID_WAIT: Duration = Duration::from_secs(60);
/// Longer words of GitHub's are cut, in characters.
const LONGEST_MESSAGE: usize = 300;

/// What is sent.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// What is being done, for errors: a clause such as `the comment`.
    pub what: String,
    pub method: Method,
    pub url: String,
    pub body: Option<Value>,
}

/// What came back, when it was a success.
#[derive(Debug)]
pub(super) struct Answer {
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// Where a reader has to ask instead.
    pub moved_to: Option<String>,
}

/// Sends and receives; knows neither waiting nor repeating.
#[derive(Debug, Clone)]
pub(super) struct Wire {
    octocrab: Octocrab,
    limit: Duration,
}

impl Wire {
    /// A wire to the server at `rest`, with a limit on each exchange.
    pub(super) fn new(rest: &str, limit: Duration) -> Result<Self> {
        let setup = |message: String| Error::Setup { what: "GITHUB_API_URL", message };
        // Addresses are always whole, so the base is the bare server: GraphQL does not live under the REST path.
        let base = origin(rest).ok_or_else(|| setup(format!("`{rest}` is no address of a server")))?;
        let client = reqwest::Client::builder()
            .connect_timeout(limit.min(Duration::from_secs(10)))
            .timeout(limit)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| setup(error.to_string()))?;
        let octocrab = Octocrab::builder()
            .base_uri(base)
            .map_err(|error| setup(error.to_string()))?
            // Its own retry repeats writes at once; what may be repeated is decided by the client.
            .add_retry_config(octocrab::service::middleware::retry::RetryConfig::None)
            .build_with_reqwest(client)
            .map_err(|error| setup(error.to_string()))?;
        Ok(Self { octocrab, limit })
    }

    /// Sends `call` once, with `token` as its bearer.
    pub(super) async fn send(&self, call: &Call, token: &Secret) -> Result<Answer> {
        let what = &call.what;
        let request = request(call, token)?;
        let exchange = async {
            let response = self.octocrab.execute(request).await.map_err(|error| lost(what, &error))?;
            let (parts, body) = response.into_parts();
            let body = Limited::new(body, LONGEST_ANSWER).collect().await;
            let body = body.map_err(|error| Error::Lost { what: what.clone(), message: error.to_string() })?;
            Ok((parts.status, parts.headers, body.to_bytes().to_vec()))
        };
        let answered = tokio::time::timeout(self.limit, exchange).await;
        let (status, headers, body) = answered.map_err(|_| Error::Lost {
            what: what.clone(),
            message: format!("none within {} s", self.limit.as_secs()),
        })??;
        tracing::debug!(method = %call.method, url = call.url, status = status.as_u16(), "GitHub answered");
        sort(what, status, headers, body)
    }
}

fn request(call: &Call, token: &Secret) -> Result<Request<String>> {
    let unfit = |message: String| Error::Setup { what: "github-token", message };
    let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.reveal()))
        .map_err(|_| unfit("it holds characters that no token has".to_owned()))?;
    bearer.set_sensitive(true);
    let body = call.body.as_ref().map(Value::to_string).unwrap_or_default();
    let mut request = Request::builder()
        .method(call.method.clone())
        .uri(&call.url)
        .header(AUTHORIZATION, bearer)
        .header(ACCEPT, "application/vnd.github+json")
        .header(USER_AGENT, concat!("fabwright/", env!("CARGO_PKG_VERSION")))
        .header("x-github-api-version", "2022-11-28");
    if call.method != Method::GET {
        request = request.header(CONTENT_LENGTH, body.len());
    }
    if call.body.is_some() {
        request = request.header(CONTENT_TYPE, "application/json");
    }
    request.body(body).map_err(|error| Error::Unexpected { what: call.what.clone(), message: error.to_string() })
}

fn lost(what: &str, error: &dyn std::error::Error) -> Error {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message = error.to_string();
        cause = error.source();
    }
    Error::Lost { what: what.to_owned(), message: clip(&message) }
}

/// What a status and its headers mean.
fn sort(what: &str, status: StatusCode, headers: HeaderMap, body: Vec<u8>) -> Result<Answer> {
    if status.is_success() {
        return Ok(Answer { headers, body, moved_to: None });
    }
    let what = what.to_owned();
    let message = words(&body, status);
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match status {
        StatusCode::UNAUTHORIZED => Err(Error::Unauthorized { what, message }),
        StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS => match wait(&headers, status, &message) {
            Some(wait) => Err(Error::Limited { what, wait, message }),
            None => {
                let needs = text("x-accepted-github-permissions").map(|needs| needs.replace('=', ": "));
                Err(Error::Forbidden { what, message, needs: needs.filter(|needs| !needs.is_empty()) })
            }
        },
        StatusCode::NOT_FOUND | StatusCode::GONE => Err(Error::NotFound { what }),
        status if status.is_redirection() => match headers.get(LOCATION).and_then(|value| value.to_str().ok()) {
            Some(location) => {
                let moved_to = Some(location.to_owned());
                Ok(Answer { headers, body, moved_to })
            }
            None => Err(Error::Refused { what, status: status.as_u16(), message }),
        },
        status if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => {
            Err(Error::Lost { what, message: format!("{}: {message}", status.as_u16()) })
        }
        status => Err(Error::Refused { what, status: status.as_u16(), message }),
    }
}

/// How long a limit lasts; `None` when the answer is no limit but a refusal.
fn wait(headers: &HeaderMap, status: StatusCode, message: &str) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    if let Some(seconds) = number("retry-after") {
        return Some(Duration::from_secs(seconds));
    }
    if number("x-ratelimit-remaining") == Some(0) {
        let reset = number("x-ratelimit-reset");
        let now = u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or_default();
        // One more second for clocks that differ.
        return Some(reset.map_or(UNSAID_WAIT, |reset| Duration::from_secs(reset.saturating_sub(now) + 1)));
    }
    let limited = status == StatusCode::TOO_MANY_REQUESTS || message.to_lowercase().contains("rate limit");
    limited.then_some(UNSAID_WAIT)
}

/// GitHub's own words for a refusal.
fn words(body: &[u8], status: StatusCode) -> String {
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return status.canonical_reason().unwrap_or("no reason given").to_owned();
    };
    let mut words = value["message"].as_str().unwrap_or("no reason given").to_owned();
    for error in value["errors"].as_array().into_iter().flatten() {
        let detail = error.as_str().or_else(|| error["message"].as_str()).or_else(|| error["code"].as_str());
        if let Some(detail) = detail {
            words = format!("{words}; {detail}");
        }
    }
    clip(&words)
}

/// A text on one line and of bounded length, for errors.
pub(super) fn clip(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(LONGEST_MESSAGE).collect()
}

/// Scheme, host and port of an address.
pub(super) fn origin(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "https" | "http"))?;
    Some(format!("{scheme}://{}", uri.authority()?))
}

/// The page after this one, as GitHub names it.
pub(super) fn next_page(headers: &HeaderMap) -> Option<String> {
    let links = headers.get(LINK)?.to_str().ok()?;
    links.split(',').find_map(|link| {
        let (url, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        parameters.split(';').any(|part| matches!(part.trim(), "rel=\"next\"" | "rel=next")).then(|| url.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(status: u16, headers: &[(&'static str, &str)], body: &str) -> Result<Answer> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().expect("a header"));
        }
        sort("it", StatusCode::from_u16(status).expect("a status"), map, body.as_bytes().to_vec())
    }

    #[test]
    fn a_refusal_is_told_from_a_limit() {
        let refused = sorted(
            403,
            &[("x-ratelimit-remaining", "4999"), ("x-accepted-github-permissions", "issues=write")],
            r#"{"message": "Resource not accessible by integration"}"#,
        )
        .expect_err("refused");
        assert_eq!(
            refused.to_string(),
            "it: the token may not do this (Resource not accessible by integration); it needs `issues: write`"
        );
        let wait = |status, headers: &[(&'static str, &str)], body: &str| match sorted(status, headers, body) {
            Err(Error::Limited { wait, .. }) => Some(wait.as_secs()),
            _ => None,
        };
        assert_eq!(wait(403, &[("retry-after", "7")], "{}"), Some(7));
        assert_eq!(wait(403, &[], r#"{"message": "You have exceeded a secondary rate limit"}"#), Some(60));
        assert_eq!(wait(429, &[], ""), Some(60));
        let soon = (jiff::Timestamp::now().as_second() + 20).to_string();
        let reset = wait(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", &soon)], "{}").expect("a limit");
        assert!((20..=21).contains(&reset), "{reset}");
        assert_eq!(wait(403, &[], r#"{"message": "Resource not accessible by personal access token"}"#), None);
    }

    #[test]
    fn a_servers_error_may_have_happened_and_a_refusal_did_not() {
        assert!(sorted(502, &[], "<html>").expect_err("lost").may_have_happened());
        let refused =
            sorted(422, &[], r#"{"message": "Validation Failed", "errors": [{"message": "body is too long"}]}"#)
                .expect_err("refused");
        assert!(!refused.may_have_happened());
        assert_eq!(refused.to_string(), "it: GitHub refuses it (422: Validation Failed; body is too long)");
    }

    #[test]
    fn the_next_page_is_found_among_links() {
        let mut headers = HeaderMap::new();
        let links =
            r#"<https://x/a?page=1>; rel="prev", <https://x/a?page=3>; rel="next", <https://x/a?page=9>; rel="last""#;
        headers.insert(LINK, links.parse().expect("a header"));
        assert_eq!(next_page(&headers).as_deref(), Some("https://x/a?page=3"));
        assert_eq!(next_page(&HeaderMap::new()), None);
    }
}
