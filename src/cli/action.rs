//! The GitHub Action's inputs, turned into the request of the `check` command.
//!
//! A container action gets its inputs as variables: `working-directory` arrives as `INPUT_WORKING-DIRECTORY`. An
//! input that was not given arrives empty.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::secrets;
use crate::app::check::CommitMode;
use crate::app::forge::{self, CommentMode, Secret};
use crate::app::{Format, action, check, gate, publish};

/// The inputs that `action.yml` declares.
pub const INPUTS: &[&str] = &[
    "github-token",
    "app-id",
    "app-private-key",
    "config",
    "working-directory",
    "base",
    "head",
    "database-url",
    "out",
    "comment",
    "commit",
    "tests",
    "fail-on",
    "webhook-url",
    "slack-webhook-url",
];

/// Why the action's inputs cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A switch that is neither true nor false.
    #[error("input `{input}`: `{value}` is neither `true` nor `false`")]
    Switch {
        /// The input.
        input: &'static str,
        /// What was given.
        value: String,
    },
    /// An input that goes with another one.
    #[error("input `{input}` is missing: `{beside}` is given")]
    Missing {
        /// The input.
        input: &'static str,
        /// The one that is there.
        beside: &'static str,
    },
    /// A word that the input does not know.
    #[error("input `{input}`: `{value}` is not one of {known}")]
    Word {
        /// The input.
        input: &'static str,
        /// What was given.
        value: String,
        /// What would be right.
        known: &'static str,
    },
}

/// The variables that a runner sets for a step.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The variables of this process, from which secrets are taken out: the process starts over for that.
    pub fn of_process() -> Self {
        Self(secrets::environment())
    }

    fn input(&self, name: &str) -> Option<&str> {
        self.variable(&format!("INPUT_{}", name.to_uppercase().replace(' ', "_")))
    }

    fn variable(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    fn switch(&self, input: &'static str) -> Result<bool, Error> {
        match self.input(input) {
            None | Some("true") => Ok(true),
            Some("false") => Ok(false),
            Some(value) => Err(Error::Switch { input, value: value.to_owned() }),
        }
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Self(pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
    }
}

/// The request that the inputs make.
///
/// # Errors
/// When an input has a value that it does not know.
pub fn request(environment: &Environment) -> Result<action::Request, Error> {
    let fail_on = match environment.input("fail-on") {
        None | Some("approval") => action::FailOn::Approval,
        Some("tests") => action::FailOn::Tests,
        Some("error") => action::FailOn::Error,
        Some(value) => {
            return Err(Error::Word {
                input: "fail-on",
                value: value.to_owned(),
                known: "`approval`, `tests` and `error`",
            });
        }
    };
    let commit = match environment.input("commit") {
        None | Some("true" | "push") => CommitMode::Push,
        Some("local") => CommitMode::Local,
        Some("false" | "off") => CommitMode::Off,
        Some(value) => {
            return Err(Error::Word { input: "commit", value: value.to_owned(), known: "`push`, `local` and `off`" });
        }
    };
    let path = |name: &str| environment.variable(name).map(PathBuf::from);
    Ok(action::Request {
        check: check::Request {
            base: environment.input("base").map(str::to_owned),
            head: environment.input("head").unwrap_or("HEAD").to_owned(),
            repo: path("GITHUB_WORKSPACE").unwrap_or_else(|| PathBuf::from(".")),
            config: environment.input("config").map(PathBuf::from),
            working_directory: environment.input("working-directory").map(PathBuf::from),
            database_url: environment.input("database-url").map(str::to_owned),
            python: environment.variable("FABWRIGHT_PYTHON").map(PathBuf::from),
            out: environment.input("out").map_or_else(|| PathBuf::from("fabwright-report"), PathBuf::from),
            commit,
            tests: environment.switch("tests")?,
            format: Format::Text,
        },
        head_given: environment.input("head").is_some(),
        fail_on,
        event_name: environment.variable("GITHUB_EVENT_NAME").map(str::to_owned),
        event_path: path("GITHUB_EVENT_PATH"),
        sha: environment.variable("GITHUB_SHA").map(str::to_owned),
        forge: forge(environment)?,
        output_file: path("GITHUB_OUTPUT"),
        summary_file: path("GITHUB_STEP_SUMMARY"),
        addresses: action::Addresses {
            webhook: environment.input("webhook-url").map(str::to_owned),
            slack: environment.input("slack-webhook-url").map(str::to_owned),
        },
        runner_files: ["GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE"].into_iter().filter_map(path).collect(),
    })
}

/// Where GitHub is, and who we are there, for a command that is run by hand or as a step of its own: the token is in
/// `GITHUB_TOKEN`.
///
/// # Errors
/// As [`request`].
pub fn outside_a_step(environment: &Environment, folder: Option<&Path>) -> Result<forge::Settings, Error> {
    let mut settings = forge(environment)?;
    settings.folder = folder.map(|folder| folder.display().to_string()).filter(|folder| folder != ".");
    Ok(settings)
}

/// The request to post the report in the folder `from`.
///
/// # Errors
/// As [`request`].
pub fn publish(from: PathBuf, environment: &Environment) -> Result<publish::Request, Error> {
    let event_path = environment.variable("GITHUB_EVENT_PATH").map(PathBuf::from);
    let policy_path = gate::policy_path(None, None);
    Ok(publish::Request { from, policy_path, event_path, forge: outside_a_step(environment, None)? })
}

/// Where GitHub is, and who we are there: as the input says, or else the variable that a workflow may have set.
fn forge(environment: &Environment) -> Result<forge::Settings, Error> {
    let comment = match environment.input("comment") {
        None | Some("always") => CommentMode::Always,
        Some("changes") => CommentMode::Changes,
        Some("failures") => CommentMode::Failures,
        Some("off") => CommentMode::Off,
        Some(value) => {
            return Err(Error::Word {
                input: "comment",
                value: value.to_owned(),
                known: "`always`, `changes`, `failures` and `off`",
            });
        }
    };
    let app = match (environment.input("app-id"), environment.input("app-private-key").and_then(Secret::new)) {
        (Some(id), Some(key)) => Some((id.to_owned(), key)),
        // A fork's pull request has the repository's variables and none of its secrets.
        (_, None) => None,
        (None, Some(_)) => return Err(Error::Missing { input: "app-id", beside: "app-private-key" }),
    };
    let variable = |name: &str| environment.variable(name).map(str::to_owned);
    let folder = environment.input("working-directory").map(|folder| folder.trim_matches('/').to_owned());
    Ok(forge::Settings {
        repository: variable("GITHUB_REPOSITORY"),
        api_url: variable("GITHUB_API_URL"),
        graphql_url: variable("GITHUB_GRAPHQL_URL"),
        server_url: variable("GITHUB_SERVER_URL"),
        token: environment.input("github-token").or_else(|| environment.variable("GITHUB_TOKEN")).and_then(Secret::new),
        app,
        workflow: variable("GITHUB_WORKFLOW"),
        job: variable("GITHUB_JOB"),
        run_id: variable("GITHUB_RUN_ID"),
        run_attempt: variable("GITHUB_RUN_ATTEMPT"),
        folder: folder.filter(|folder| !folder.is_empty() && folder != "."),
        comment,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_input_reaches_the_request() {
        let request = request(&Environment::from([
            ("INPUT_CONFIG", "ci/fabwright.yml"),
            ("INPUT_WORKING-DIRECTORY", "web"),
            ("INPUT_BASE", "develop"),
            ("INPUT_HEAD", "feature"),
            ("INPUT_DATABASE-URL", "sqlite:x.db"),
            ("INPUT_OUT", "report"),
            ("INPUT_COMMIT", "false"),
            ("INPUT_COMMENT", "changes"),
            ("INPUT_GITHUB-TOKEN", "ghs_secret"),
            ("INPUT_TESTS", "false"),
            ("INPUT_FAIL-ON", "tests"),
            ("GITHUB_WORKSPACE", "/github/workspace"),
        ]))
        .expect("valid");
        assert_eq!(request.check.config, Some("ci/fabwright.yml".into()));
        assert_eq!(request.check.working_directory, Some("web".into()));
        assert_eq!(request.check.base.as_deref(), Some("develop"));
        assert_eq!(request.check.head, "feature");
        assert_eq!(request.check.database_url.as_deref(), Some("sqlite:x.db"));
        assert_eq!(request.check.out, PathBuf::from("report"));
        assert_eq!(request.check.repo, PathBuf::from("/github/workspace"));
        assert_eq!(request.check.commit, CommitMode::Off);
        assert_eq!(request.forge.comment, CommentMode::Changes);
        assert!(!format!("{request:?}").contains("ghs_secret"));
        assert!(!request.check.tests && request.head_given);
        assert_eq!(request.fail_on, action::FailOn::Tests);
    }

    #[test]
    fn an_empty_input_means_its_default() {
        let request = request(&Environment::from([("INPUT_COMMIT", ""), ("INPUT_BASE", " ")])).expect("valid");
        assert_eq!(request.check.commit, CommitMode::Push);
        assert_eq!(request.check.base, None);
    }

    #[test]
    fn a_word_that_an_input_does_not_know_is_refused() {
        let error = |name, value| request(&Environment::from([(name, value)])).expect_err("refused").to_string();
        assert_eq!(error("INPUT_COMMIT", "yes"), "input `commit`: `yes` is not one of `push`, `local` and `off`");
        assert!(error("INPUT_FAIL-ON", "warnings").contains("`approval`, `tests` and `error`"));
    }
}
