//! Tells others of what was found: a webhook of the team's own, and Slack.
//!
//! An address is a secret: whoever has it can write there. It is in no message and no log.

use std::fmt;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use reqwest::{Client, StatusCode, Url};
use serde::Serialize;
use serde_json::{Value, json};

/// The longest that one call may take.
const LIMIT: Duration = Duration::from_secs(10);
/// The most characters of an answer that a message repeats.
const ANSWER: usize = 200;

/// Why somebody was not told.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// An address that is none.
    #[error("{channel} was not told: input `{}` is no address that begins with https://", channel.input())]
    Address {
        /// Who.
        channel: Channel,
    },
    /// No answer, or a refusal.
    #[error("{channel} was not told: {reason}; look at the address in input `{}`", channel.input())]
    NotTold {
        /// Who.
        channel: Channel,
        /// What came instead.
        reason: String,
    },
}

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// A program of the team's own, in JSON.
    Webhook,
    /// People, through an incoming webhook of Slack.
    Slack,
}

impl Channel {
    /// The action's input that holds the address.
    pub fn input(self) -> &'static str {
        match self {
            Self::Webhook => "webhook-url",
            Self::Slack => "slack-webhook-url",
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Webhook => "the webhook",
            Self::Slack => "Slack",
        })
    }
}

/// Where the channels are.
#[derive(Clone, Default)]
pub struct Addresses {
    /// The webhook's.
    pub webhook: Option<String>,
    /// Slack's.
    pub slack: Option<String>,
}

impl Addresses {
    /// The address of a channel.
    pub fn of(&self, channel: Channel) -> Option<&str> {
        match channel {
            Channel::Webhook => self.webhook.as_deref(),
            Channel::Slack => self.slack.as_deref(),
        }
    }
}

impl fmt::Debug for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = |address: &Option<String>| address.as_ref().map(|_| "…");
        f.debug_struct("Addresses").field("webhook", &known(&self.webhook)).field("slack", &known(&self.slack)).finish()
    }
}

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub struct Announcement {
    /// The repository, as `OWNER/NAME`.
    pub repository: Option<String>,
    /// The number of the pull request.
    pub pull_request: Option<u64>,
    /// The commit that was checked.
    pub commit: String,
    /// `success`, `action_required` or `failure`.
    pub conclusion: String,
    /// The verdict in one line of plain text.
    pub headline: String,
    /// The page of the workflow's run.
    pub run_url: Option<String>,
    /// What `changes.json` holds.
    pub report: Value,
}

impl Announcement {
    fn body(&self, channel: Channel) -> Value {
        match channel {
            Channel::Webhook => json!(self),
            Channel::Slack => json!({"text": self.text()}),
        }
    }

    /// <https://docs.slack.dev/messaging/formatting-message-text/>: three characters are markup, whatever is around them.
    fn text(&self) -> String {
        let plain = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let subject = match (&self.repository, self.pull_request) {
            (Some(repository), Some(number)) => format!("{repository}#{number}"),
            (Some(repository), None) => repository.clone(),
            (None, _) => self.commit.chars().take(12).collect(),
        };
        let subject = match &self.run_url {
            Some(url) => format!("<{}|{}>", plain(url).replace('|', "%7C"), plain(&subject)),
            None => plain(&subject),
        };
        format!("{subject}: {}", plain(&self.headline))
    }
}

/// Tells a channel. A call that got no answer, or one of a busy server, is repeated twice.
///
/// # Errors
/// When the address is none, or the channel does not take it.
pub async fn tell(channel: Channel, address: &str, announcement: &Announcement) -> Result<(), Error> {
    let url = Url::parse(address).ok().filter(|url| url.scheme() == "https" || is_loopback(url));
    let url = url.ok_or(Error::Address { channel })?;
    let not_told = |reason: String| Error::NotTold { channel, reason };
    let client = Client::builder()
        .timeout(LIMIT)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("fabwright/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| not_told(error.without_url().to_string()))?;
    let body = announcement.body(channel).to_string();
    let call = || async {
        let request = client.post(url.clone()).header("content-type", "application/json").body(body.clone());
        let answer = request.send().await.map_err(|error| (true, in_full(&error.without_url())))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let said: String = answer.text().await.unwrap_or_default().chars().take(ANSWER).collect();
        Err((is_busy(status), format!("it answered {status} {}", said.trim()).trim_end().to_owned()))
    };
    let told = call
        .retry(ExponentialBuilder::default().with_min_delay(Duration::from_millis(500)).with_max_times(2))
        .when(|(again, _): &(bool, String)| *again)
        .await;
    tracing::debug!(%channel, told = told.is_ok(), "told");
    told.map_err(|(_, reason)| not_told(reason))
}

/// A server on this machine may do without encryption.
fn is_loopback(url: &Url) -> bool {
    url.scheme() == "http" && matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"))
}

fn is_busy(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS
}

/// An error with its causes.
fn in_full(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announcement() -> Announcement {
        Announcement {
            repository: Some("octo/shop".to_owned()),
            pull_request: Some(7),
            commit: "a".repeat(40),
            conclusion: "failure".to_owned(),
            headline: "Schema: <!channel> & 2 changes".to_owned(),
            run_url: Some("https://github.com/octo/shop/actions/runs/1".to_owned()),
            report: json!({}),
        }
    }

    #[test]
    fn no_name_of_a_schema_calls_people_on_slack() {
        assert_eq!(
            announcement().text(),
            "<https://github.com/octo/shop/actions/runs/1|octo/shop#7>: Schema: &lt;!channel&gt; &amp; 2 changes"
        );
    }

    #[tokio::test]
    async fn an_address_without_encryption_is_refused_and_not_repeated() {
        let secret = "http://hooks.example.com/T0/secret";
        let error = tell(Channel::Slack, secret, &announcement()).await.unwrap_err();
        assert_eq!(error, Error::Address { channel: Channel::Slack });
        assert!(!error.to_string().contains("secret"), "{error}");
        let addresses = Addresses { webhook: Some(secret.to_owned()), slack: None };
        assert!(!format!("{addresses:?}").contains("secret"));
    }

    #[tokio::test]
    async fn what_did_not_answer_is_said_without_the_address() {
        // Nothing listens on the port that was just given back.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("http://127.0.0.1:{port}/secret");
        let error = tell(Channel::Webhook, &address, &announcement()).await.unwrap_err().to_string();
        assert!(error.starts_with("the webhook was not told: "), "{error}");
        assert!(!error.contains("secret") && !error.contains(&port.to_string()), "{error}");
    }
}
