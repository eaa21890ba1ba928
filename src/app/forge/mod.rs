//! What a job says on GitHub, and with what right.
//!
//! * [`Forge`] is one job's hold on its repository; without a token there is none, and the job summary is all there is;
//! * [`checks`] keeps the three check runs of each commit, or commit statuses where check runs are not allowed;
//! * [`comment`] keeps the pull request's one comment;
//! * [`commit`] commits to the pull request's branch;
//! * [`history`] keeps the record of changes.
//!
//! What a token may not do is left out with a notice. No failure to say something makes a check fail.

mod checks;
mod comment;
mod commit;
pub mod history;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

pub use checks::{Checks, Subject};
pub use comment::CommentMode;
pub use commit::TRAILER;

use super::{Console, Error};
pub use crate::github::Secret;
use crate::github::event::Event;
use crate::github::identity::App;
use crate::github::{Client, Endpoints, Identity, RepositoryName, Timing};
use crate::report::Limits;

/// Where GitHub is, who we are there, and what this job is called.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// `GITHUB_REPOSITORY`.
    pub repository: Option<String>,
    /// `GITHUB_API_URL`.
    pub api_url: Option<String>,
    /// `GITHUB_GRAPHQL_URL`.
    pub graphql_url: Option<String>,
    /// `GITHUB_SERVER_URL`.
    pub server_url: Option<String>,
    /// The workflow's token.
    pub token: Option<Secret>,
    /// A GitHub App's id and private key, which go before the token.
    pub app: Option<(String, Secret)>,
    /// `GITHUB_WORKFLOW`.
    pub workflow: Option<String>,
    /// `GITHUB_JOB`.
    pub job: Option<String>,
    /// `GITHUB_RUN_ID`.
    pub run_id: Option<String>,
    /// `GITHUB_RUN_ATTEMPT`.
    pub run_attempt: Option<String>,
    /// The folder of the application, where it is not the repository's root: two folders have two comments.
    pub folder: Option<String>,
    /// When the comment is written.
    pub comment: CommentMode,
}

/// One job's hold on its repository.
#[derive(Debug)]
pub struct Forge {
    client: Client,
    settings: Settings,
    /// The pull request's branch, where it may be written to.
    branch: Option<String>,
    notices: Mutex<Vec<String>>,
    on_top: OnceLock<commit::OnTop>,
    made: OnceLock<String>,
}

impl Forge {
    /// Takes hold of the repository. `None` where nothing can be written: there is no token, or it is that of a fork's
    /// pull request, which may only read.
    ///
    /// # Errors
    /// When an input cannot be used.
    pub fn open(settings: &Settings, event: &Event, console: &Console) -> Result<Option<Self>, Error> {
        if event.from_fork {
            console.note(
                "the pull request comes from a fork, whose token may only read: the report is in the job summary, and \
                 `fabwright publish` can post it from a `workflow_run` job",
            );
            return Ok(None);
        }
        let forge = Self::with_write_access(settings, console)?;
        Ok(forge.map(|forge| Self { branch: event.head_branch.clone(), ..forge }))
    }

    /// Takes hold of the repository on behalf of an event that runs with the repository's own rights.
    ///
    /// # Errors
    /// When an input cannot be used.
    pub fn with_write_access(settings: &Settings, console: &Console) -> Result<Option<Self>, Error> {
        let Some(repository) = settings.repository.as_deref() else { return Ok(None) };
        let identity = match (&settings.app, &settings.token) {
            (Some((id, key)), _) => {
                let mask = console.masker();
                Identity::App(App::new(id, key, Arc::new(move |token| mask(token.reveal())))?)
            }
            (None, Some(token)) => Identity::Token(token.clone()),
            (None, None) => {
                console.note("there is no `github-token`: the report is in the job summary only");
                return Ok(None);
            }
        };
        let repository = RepositoryName::parse(repository).ok_or_else(|| crate::github::Error::Setup {
            what: "GITHUB_REPOSITORY",
            message: format!("`{repository}` is not OWNER/NAME"),
        })?;
        let (api, graphql) = (settings.api_url.as_deref(), settings.graphql_url.as_deref());
        let endpoints = Endpoints::new(api, graphql, settings.server_url.as_deref());
        let client = Client::new(endpoints, repository, identity, Timing::default())?;
        Ok(Some(Self {
            client,
            settings: settings.clone(),
            branch: None,
            notices: Mutex::default(),
            on_top: OnceLock::new(),
            made: OnceLock::new(),
        }))
    }

    /// The API, for whoever decides by what is there.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The repository's page.
    pub fn repository_url(&self) -> String {
        self.client.repository_url()
    }

    /// The page of this run, where its log and its artifacts are.
    pub fn run_url(&self) -> Option<String> {
        let run = self.settings.run_id.as_deref().filter(|id| id.chars().all(|digit| digit.is_ascii_digit()))?;
        Some(format!("{}/actions/runs/{run}", self.repository_url()))
    }

    /// The number of this run.
    pub fn run_number(&self) -> Option<u64> {
        self.settings.run_id.as_deref()?.parse().ok()
    }

    /// The comment's limits and the names in its hidden marker.
    pub fn limits(&self) -> Limits {
        let mut job = self.settings.job.clone().unwrap_or_else(|| Limits::default().job);
        if let Some(folder) = &self.settings.folder {
            job = format!("{job}/{folder}");
        }
        Limits {
            workflow: self.settings.workflow.clone().unwrap_or_else(|| Limits::default().workflow),
            job,
            ..Limits::default()
        }
    }

    /// The branch that is committed to; empty where there is none.
    pub fn branch(&self) -> &str {
        self.branch.as_deref().unwrap_or_default()
    }

    /// Whether the token may write `permission`, as far as GitHub tells beforehand.
    async fn may_write(&self, permission: &str) -> bool {
        match self.client.permissions().await {
            Ok(Some(permissions)) => permissions.get(permission).is_some_and(|level| level != "read"),
            // The first refusal tells.
            Ok(None) | Err(_) => true,
        }
    }

    /// Remembers what could not be done, once.
    pub fn notice(&self, text: String) {
        let mut notices = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
        if !notices.contains(&text) {
            tracing::info!(notice = text, "less than asked for");
            notices.push(text);
        }
    }

    /// What could not be done so far, one sentence each.
    pub fn notices(&self) -> Vec<String> {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
