//! Who we are to GitHub: the job's token, or a GitHub App that takes out a token for this one repository.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use http::Method;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::client::RepositoryName;
use super::exchange::{Answer, Call, Wire};
use super::{Error, Result, Secret};

/// The most that is asked for, by permission: what a granted one lacks is not asked for.
const WANTED: &[(&str, &str)] = &[
    ("checks", "write"),
    ("contents", "write"),
    ("issues", "write"),
    ("members", "read"),
    ("metadata", "read"),
    ("pull_requests", "write"),
    ("statuses", "write"),
];
/// How long before its end a token is renewed; of a short-lived one, half of its life.
const MARGIN: SignedDuration = SignedDuration::from_mins(5);
/// How far back a JWT is dated, for clocks that differ.
const CLOCK_SKEW: i64 = 60;
/// How long a JWT lasts, in seconds. GitHub takes up to ten minutes.
const JWT_LIFE: i64 = 540;

/// Told of each token that was taken out, so that logs can hide it.
pub type OnToken = Arc<dyn Fn(&Secret) + Send + Sync>;

/// Who we are.
#[derive(Debug, Clone)]
pub enum Identity {
    /// Whoever the token stands for.
    Token(Secret),
    /// A GitHub App.
    App(App),
}

/// The App that made something, as GitHub tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Maker {
    #[serde(default)]
    id: u64,
    #[serde(default)]
    slug: String,
    #[serde(default)]
    client_id: String,
}

impl Maker {
    /// That of a server that does not tell.
    pub(super) fn untold() -> Self {
        Self::default()
    }
}

/// The App that a workflow's own token stands for.
const ACTIONS: &str = "github-actions";

impl Identity {
    /// Whether that App is the one that we are. `slug` is the App that a token was found out to stand for.
    pub(super) fn is(&self, maker: &Maker, slug: Option<&str>) -> bool {
        if *maker == Maker::untold() {
            return true;
        }
        match self {
            // A person's token makes no check runs.
            Self::Token(_) => maker.slug == slug.unwrap_or(ACTIONS),
            Self::App(app) => {
                app.id == maker.id.to_string() || (!maker.client_id.is_empty() && app.id == maker.client_id)
            }
        }
    }

    /// Whether it takes a question to tell if that App is the one that we are: somebody else may have taken the token
    /// out for an App of theirs and given it to the job.
    pub(super) fn has_to_ask_about(&self, maker: &Maker) -> bool {
        matches!(self, Self::Token(_)) && *maker != Maker::untold() && maker.slug != ACTIONS
    }
}

/// A GitHub App with its key.
#[derive(Clone)]
pub struct App {
    id: String,
    key: EncodingKey,
    on_token: OnToken,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("id", &self.id).finish_non_exhaustive()
    }
}

impl App {
    /// The App with this id (or client id) and private key in PEM form, whose line breaks may be written as `\n`.
    ///
    /// # Errors
    /// When the key is none.
    pub fn new(id: &str, key: &Secret, on_token: OnToken) -> Result<Self> {
        let pem = key.reveal().replace("\\n", "\n");
        let key = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| Error::Setup {
            what: "app-private-key",
            message: "it is no RSA private key in PEM form; give the whole file that GitHub made for the App, from \
                      `-----BEGIN` on"
                .to_owned(),
        })?;
        Ok(Self { id: id.trim().to_owned(), key, on_token })
    }

    /// A token that proves that we are the App, and lets us ask for one that may do something.
    fn jwt(&self, now: Timestamp) -> Result<Secret> {
        #[derive(Serialize)]
        struct Claims<'a> {
            iat: i64,
            exp: i64,
            iss: &'a str,
        }
        let now = now.as_second();
        let claims = Claims { iat: now - CLOCK_SKEW, exp: now + JWT_LIFE, iss: &self.id };
        let unusable = |message: String| Error::Setup { what: "app-private-key", message };
        let jwt = jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &self.key)
            .map_err(|error| unusable(error.to_string()))?;
        Secret::new(&jwt).ok_or_else(|| unusable("it signs nothing".to_owned()))
    }
}

/// Hands out the token to send, and renews it in time.
#[derive(Debug)]
pub(super) struct Credentials {
    identity: Identity,
    installed: tokio::sync::Mutex<Option<Installed>>,
}

/// What GitHub gave the App.
#[derive(Debug, Clone)]
struct Installed {
    token: Secret,
    permissions: BTreeMap<String, String>,
    renew_at: Timestamp,
}

#[derive(Deserialize)]
struct Installation {
    id: u64,
    #[serde(default)]
    permissions: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct AccessToken {
    token: String,
    expires_at: Option<Timestamp>,
    #[serde(default)]
    permissions: BTreeMap<String, String>,
}

impl Credentials {
    pub(super) fn new(identity: Identity) -> Self {
        Self { identity, installed: tokio::sync::Mutex::new(None) }
    }

    /// Whose they are.
    pub(super) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The token to send now.
    pub(super) async fn token(&self, wire: &Wire, rest: &str, repository: &RepositoryName) -> Result<Secret> {
        let app = match &self.identity {
            Identity::Token(token) => return Ok(token.clone()),
            Identity::App(app) => app,
        };
        let mut installed = self.installed.lock().await;
        if let Some(installed) = installed.as_ref().filter(|it| Timestamp::now() < it.renew_at) {
            return Ok(installed.token.clone());
        }
        let fresh = install(app, wire, rest, repository).await?;
        (app.on_token)(&fresh.token);
        let token = fresh.token.clone();
        *installed = Some(fresh);
        Ok(token)
    }

    /// What the token may do, where GitHub told.
    pub(super) async fn permissions(&self) -> Option<BTreeMap<String, String>> {
        self.installed.lock().await.as_ref().map(|it| it.permissions.clone()).filter(|it| !it.is_empty())
    }
}

/// Takes out a token for this repository alone, with no more permissions than are used.
async fn install(app: &App, wire: &Wire, rest: &str, repository: &RepositoryName) -> Result<Installed> {
    let now = Timestamp::now();
    let jwt = app.jwt(now)?;
    let call = Call {
        what: format!("the App's installation in {repository}"),
        method: Method::GET,
        url: format!("{rest}/repos/{repository}/installation"),
        body: None,
    };
    let answer = wire.send(&call, &jwt).await.map_err(|error| match error {
        Error::NotFound { .. } => Error::Setup {
            what: "app-id",
            message: format!("the App is not installed in {repository}; install it there, or leave the input out"),
        },
        error => error,
    })?;
    let installation: Installation = read(&call, &answer)?;
    let mut body = json!({"repositories": [repository.name()]});
    let asked = wanted(&installation.permissions);
    if !asked.is_empty() {
        body["permissions"] = json!(asked);
    }
    let call = Call {
        what: "the App's token".to_owned(),
        method: Method::POST,
        url: format!("{rest}/app/installations/{}/access_tokens", installation.id),
        body: Some(body),
    };
    // A token whose answer was lost ends by itself: asking for another one harms nobody.
    let given: AccessToken = read(&call, &wire.send(&call, &jwt).await?)?;
    let token = Secret::new(&given.token)
        .ok_or_else(|| Error::Unexpected { what: call.what.clone(), message: "an empty token".to_owned() })?;
    let life = given.expires_at.map_or(SignedDuration::from_hours(1), |end| end.duration_since(now));
    let renew_at = now + (life - MARGIN.min(life / 2));
    let permissions = if given.permissions.is_empty() { asked } else { given.permissions };
    Ok(Installed { token, permissions, renew_at })
}

/// What is asked for: no more than is wanted, and no more than was granted, which GitHub would refuse.
fn wanted(granted: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let level = |level: &str| match level {
        "read" => 1,
        "write" => 2,
        "admin" => 3,
        _ => 0,
    };
    WANTED
        .iter()
        .filter_map(|(name, most)| {
            let granted = granted.get(*name)?;
            let least = if level(granted) < level(most) { granted.as_str() } else { most };
            Some(((*name).to_owned(), least.to_owned()))
        })
        .collect()
}

fn read<T: serde::de::DeserializeOwned>(call: &Call, answer: &Answer) -> Result<T> {
    serde_json::from_slice(&answer.body)
        .map_err(|error| Error::Unexpected { what: call.what.clone(), message: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_asked_for_than_is_wanted_and_granted() {
        let granted = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, level)| ((*name).to_owned(), (*level).to_owned())).collect::<BTreeMap<_, _>>()
        };
        let asked = wanted(&granted(&[
            ("administration", "write"),
            ("checks", "write"),
            ("contents", "read"),
            ("members", "write"),
        ]));
        assert_eq!(asked, granted(&[("checks", "write"), ("contents", "read"), ("members", "read")]));
    }

    #[test]
    fn a_key_that_is_none_is_not_repeated_in_the_error() {
        let key = Secret::new("-----BEGIN hunter2").expect("something");
        let error = App::new("1", &key, Arc::new(|_| {})).expect_err("refused").to_string();
        assert!(
            error.starts_with("app-private-key: it is no RSA private key") && !error.contains("hunter2"),
            "{error}"
        );
    }
}
