use std::path::PathBuf;

use super::Exit;
use crate::schema::Dialect;
use crate::{config, database, generate, github, report, run, schema, store};

/// Why a command could not be done.
///
/// Rooms say what happened; this says how the process ends for it, and adds the next step where only the command
/// knows it.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum Error {
    #[error(transparent)]
    Config(#[from] config::Error),
    #[error(transparent)]
    Database(#[from] database::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Run(#[from] run::Error),
    #[error(transparent)]
    Tests(#[from] generate::tests::Error),
    #[error(transparent)]
    Github(#[from] github::Error),
    /// A snapshot that cannot be read.
    #[error("{path}: {source}")]
    Snapshot { path: PathBuf, source: schema::snapshot::Error },
    /// A source that is not there.
    #[error(
        "{path}: there is no such file or folder. A source is a database URL (sqlite:PATH), a snapshot, or an .sql file \
         with `--dialect`"
    )]
    NoSource { path: PathBuf },
    /// An .sql file without a dialect.
    #[error("{path}: say which dialect the file is in, with `--dialect postgres`, `mysql` or `sqlite`")]
    DialectNeeded { path: PathBuf },
    /// The application cannot reach the servers that it is to be rehearsed on.
    #[error(
        "the rehearsal is on {dialect}, and {} has none of the packages that reach it ({}): add one to the \
         application's requirements, or set `rehearsal.dialect` in .fabwright.yml",
        interpreter.display(), drivers.join(", ")
    )]
    NoDriver { dialect: Dialect, interpreter: PathBuf, drivers: Vec<&'static str> },
    /// A migration that cannot be written.
    #[error("{0}")]
    NoPlan(String),
    /// No revision to compare with.
    #[error("there is no {} to compare with: name the base revision with `--base`", looked_for.join(", "))]
    NoBase { looked_for: &'static [&'static str] },
    /// A folder that is not below the repository's root.
    #[error("`working-directory`: {folder} is not a folder inside the repository; give its path from the root")]
    Outside { folder: PathBuf },
    /// The configured folder is not in a revision.
    #[error("`application.path`: {revision} has no folder `{folder}`")]
    NoFolder { folder: String, revision: String },
    /// A temporary folder cannot be made.
    #[error(
        "no temporary folder can be made: {source}. Is the disk full, or TMPDIR set to a folder that is not there?"
    )]
    Temporary { source: std::io::Error },
    /// No way to GitHub.
    #[error(
        "there is no way to GitHub: set GITHUB_REPOSITORY to OWNER/NAME and GITHUB_TOKEN to a token, as in a workflow"
    )]
    NoGitHub,
    /// No application.
    #[error(
        "{folder}: no Python file here imports flask_appbuilder. If the application is in a folder of its own, name it \
         as `application.path` in .fabwright.yml"
    )]
    NoApplication { folder: PathBuf },
    /// An application of another generation.
    #[error(
        "{file}: Flask-AppBuilder {version} is asked for, and code is generated for versions 4 and 5. {}",
        if *major < 4 {
            "Upgrade the application to version 4 first"
        } else {
            "Look for a newer Fabwright, or set `application.flask_appbuilder: 5` in .fabwright.yml to try code of \
             version 5"
        }
    )]
    FlaskAppBuilder { file: String, major: u32, version: String },
    /// No tests.
    #[error(
        "{folder}: there are no tests in tests/unit, tests/integration or tests/security; `fabwright generate` writes them"
    )]
    NoTests { folder: String },
    /// Tests that do not run on the application as it is.
    #[error("the tests do not run on the application as it is: {message}")]
    TestsBroken { message: String },
    /// An application that cannot be served as it is.
    #[error("schemathesis cannot be let loose on the application as it is, which does not start: {message}")]
    NotServed { message: String },
    /// Schemathesis takes too long on the application as it is.
    #[error(
        "schemathesis was not done with the application as it is after {seconds} s and was stopped; raise          `tests.test_timeout_seconds` in .fabwright.yml"
    )]
    TooSlow { seconds: u64 },
    /// Uncommitted changes where a commit would go.
    #[error(
        "{branch} is checked out and has uncommitted changes ({files}). Commit or stash them, or run with \
         `--no-commit`"
    )]
    Dirty { branch: String, files: String },
    /// A file that was named cannot be read.
    #[error("{path}: cannot be read: {source}")]
    Unreadable { path: PathBuf, source: std::io::Error },
    /// A report from elsewhere that is none.
    #[error("{path}: {source}")]
    Posting { path: PathBuf, source: report::posting::Error },
    /// A report of another commit than the run's.
    #[error("the report is of commit {told}, and the run was of {run}: nothing was posted")]
    OtherCommit { told: String, run: String },
    /// No event.
    #[error("there is no event: run `fabwright publish` in a workflow that starts on `workflow_run`")]
    NoEvent,
    /// A fork's code in a job that has the repository's rights.
    #[error(
        "this job was started by `pull_request_target` for a pull request from a fork: it has the rights and secrets of \
         the repository, and would run a stranger's code with them. Start it on `pull_request`, and post its report on \
         `workflow_run`, as the workflows of `fabwright init` do"
    )]
    ForkWithRights,
    /// No token.
    #[error("there is nothing to write with: set GITHUB_TOKEN to the job's token and GITHUB_REPOSITORY to OWNER/NAME")]
    NoToken,
    /// No record.
    #[error(
        "there is no branch {} here. Fetch it with `git fetch origin {}`; it begins with the first push to the default \
         branch that the action sees",
        super::forge::history::BRANCH,
        super::forge::history::BRANCH
    )]
    NoHistory,
    /// Somebody stopped it.
    #[error("stopped before the end: nothing was committed")]
    Interrupted,
    /// Something that cannot happen did.
    #[error("this is a bug in fabwright: {what}: {detail}. Please report it, with the output of FABWRIGHT_LOG=debug")]
    Bug { what: &'static str, detail: String },
}

impl Error {
    /// How the process ends for this error.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Config(_)
            | Self::Snapshot { .. }
            | Self::NoSource { .. }
            | Self::NoDriver { .. }
            | Self::DialectNeeded { .. }
            | Self::NoPlan(_)
            | Self::Tests(generate::tests::Error::Switch { .. })
            | Self::NoBase { .. }
            | Self::NoFolder { .. }
            | Self::NoGitHub
            | Self::Outside { .. }
            | Self::NoApplication { .. }
            | Self::NoTests { .. }
            | Self::FlaskAppBuilder { .. }
            | Self::Unreadable { .. }
            | Self::Posting { .. }
            | Self::OtherCommit { .. }
            | Self::NoEvent
            | Self::NoHistory
            | Self::ForkWithRights
            | Self::NoToken
            | Self::Dirty { .. } => Exit::Usage,
            Self::Run(error) => match error {
                run::Error::NoMigrations { .. }
                | run::Error::OtherDatabase { .. }
                | run::Error::Requirements { .. }
                | run::Error::Unsupported { .. } => Exit::Usage,
                _ => Exit::Outside,
            },
            Self::Store(error) if error.is_users() => Exit::Usage,
            Self::Database(error) if error.is_users() => Exit::Usage,
            Self::Database(_)
            | Self::Store(_)
            | Self::Github(_)
            | Self::Temporary { .. }
            | Self::TooSlow { .. }
            | Self::Interrupted => Exit::Outside,
            Self::TestsBroken { .. } | Self::NotServed { .. } => Exit::TestsFailed,
            Self::Tests(generate::tests::Error::Template { .. }) | Self::Bug { .. } => Exit::Bug,
        }
    }

    /// A bug, found where `what` was being made.
    pub(super) fn bug(what: &'static str, detail: impl std::error::Error) -> Self {
        let mut text = detail.to_string();
        let mut cause = detail.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        Self::Bug { what, detail: text }
    }
}
