//! Drives an application's migrations, up and down.
//!
//! 1. [`detect`] tells how the application migrates;
//! 2. [`Migrator`] asks for the history and applies part of it, through a driver in Python that the
//!    application's own interpreter runs;
//! 3. [`answers`] reads what the driver told: revisions, statements, times, and where it failed.

pub mod answers;
pub mod detect;
mod sql;

use std::path::{Path, PathBuf};
use std::time::Duration;

use self::answers::Answer;
use super::child::LineCallback;
use super::{Child, Error, Outcome, PythonEnvironment, Sent};
use crate::hazard::culprit::Query;
use crate::schema::BOOKKEEPING;
pub use answers::{Applied, AppliedRevision, Culprit, History, Models, Revision, Statement, TableTouched, WayDown};
pub use detect::detect;

const DRIVER: &str = include_str!("../../../templates/python/driver/migrate.py");
const MODELS: &str = include_str!("../../../templates/python/driver/models.py");
const TRACE: &str = include_str!("../../../templates/python/driver/trace.py");
const TRACE_POSTGRES: &str = include_str!("../../../templates/python/driver/trace_postgresql.py");
const TRACE_MYSQL: &str = include_str!("../../../templates/python/driver/trace_mysql.py");
const TRACE_SQLITE: &str = include_str!("../../../templates/python/driver/trace_sqlite.py");
const SESSION: &str = include_str!("../../../templates/python/driver/session.py");
const PROBE: &str = include_str!("../../../templates/python/driver/probe.py");
/// The variables that name the database, whatever else the configuration names.
const DATABASE_VARIABLES: [&str; 2] = ["DATABASE_URL", "SQLALCHEMY_DATABASE_URI"];

/// How an application migrates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MigrationTool {
    /// Flask-Migrate.
    FlaskMigrate {
        /// The application as `FLASK_APP` takes it; empty lets Flask look for it.
        app: String,
        /// The folder of the migrations, relative to the application's.
        directory: PathBuf,
    },
    /// Alembic without Flask.
    Alembic {
        /// Its configuration, relative to the application's folder.
        config: PathBuf,
    },
    /// A command that migrates to the newest revision.
    Command {
        /// The program and its arguments.
        args: Vec<String>,
    },
    /// A folder of `.sql` files, applied in the order of their names.
    Sql {
        /// The folder, relative to the application's.
        directory: PathBuf,
    },
}

/// Where a migration leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The newest revision.
    Head,
    /// Before the first revision.
    Base,
    /// This revision.
    Revision(String),
}

impl Target {
    fn as_str(&self) -> &str {
        match self {
            Self::Head => "head",
            Self::Base => "base",
            Self::Revision(revision) => revision,
        }
    }
}

/// What a migration may take and see.
#[derive(Clone)]
pub struct MigratorSettings {
    /// The limit of one run.
    pub limit: Duration,
    /// Further variables that are set to the database's URI.
    pub database_variables: Vec<String>,
    /// Further variables.
    pub environment: Vec<(String, String)>,
    /// Whether to follow the locks and scans of each statement, where the server tells them.
    pub trace: bool,
    /// Whether to compare the application's models with the database after an upgrade by Alembic.
    pub compare: bool,
    /// Told of each line of output.
    pub on_line: Option<LineCallback>,
}

impl MigratorSettings {
    /// The variables that name the database at `uri`, with it.
    pub fn variables(&self, uri: &str) -> impl Iterator<Item = (String, String)> {
        self.names().map(|name| (name.to_owned(), uri.to_owned()))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        DATABASE_VARIABLES.into_iter().chain(self.database_variables.iter().map(String::as_str))
    }
}

impl Default for MigratorSettings {
    fn default() -> Self {
        Self {
            limit: Duration::from_secs(600),
            database_variables: Vec::new(),
            environment: Vec::new(),
            trace: false,
            compare: false,
            on_line: None,
        }
    }
}

/// Runs the migrations of one application folder.
#[derive(Clone)]
pub struct Migrator {
    tool: MigrationTool,
    python: PythonEnvironment,
    directory: PathBuf,
    settings: MigratorSettings,
}

impl Migrator {
    /// A migrator for the application in `directory`.
    pub fn new(
        tool: MigrationTool,
        python: PythonEnvironment,
        directory: impl Into<PathBuf>,
        settings: MigratorSettings,
    ) -> Self {
        Self { tool, python, directory: directory.into(), settings }
    }

    /// The same, which also compares the application's models with the database after an upgrade.
    #[must_use]
    pub fn comparing(&self) -> Self {
        let mut comparing = self.clone();
        comparing.settings.compare = true;
        comparing
    }

    /// How the application migrates.
    pub fn tool(&self) -> &MigrationTool {
        &self.tool
    }

    /// All revisions from the first to the heads, without touching any database.
    ///
    /// A command keeps its history to itself: it gives an empty one.
    ///
    /// # Errors
    ///
    /// When the application or a migration cannot be loaded.
    pub async fn history(&self) -> Result<History, Error> {
        match &self.tool {
            MigrationTool::Sql { directory } => sql::history(&self.directory, directory),
            MigrationTool::Command { .. } => Ok(History::default()),
            MigrationTool::FlaskMigrate { .. } | MigrationTool::Alembic { .. } => {
                let unused = tempfile::tempdir().map_err(Error::at(std::env::temp_dir()))?;
                let uri = format!("sqlite:///{}", unused.path().join("unused.db").display());
                let (answers, outcome) = self.drive(&uri, "history", "head").await?;
                self.failure(&answers, &outcome)?;
                answers
                    .into_iter()
                    .find_map(|answer| match answer {
                        Answer::History { heads, revisions } => Some(History { heads, revisions }),
                        _ => None,
                    })
                    .ok_or_else(|| Error::Protocol { message: "it told no history".to_owned() })
            }
        }
    }

    /// Migrates the database at `uri` (in SQLAlchemy's form) up to `target`.
    ///
    /// # Errors
    ///
    /// When a migration fails or runs out of time, when there are several heads, or when the application connects
    /// to another database.
    pub async fn upgrade(&self, uri: &str, target: &Target) -> Result<Applied, Error> {
        self.migrate(uri, "upgrade", target).await
    }

    /// Migrates the database at `uri` (in SQLAlchemy's form) down to `target`.
    ///
    /// # Errors
    ///
    /// As [`Self::upgrade`], and when the tool knows no way down.
    pub async fn downgrade(&self, uri: &str, target: &Target) -> Result<Applied, Error> {
        self.migrate(uri, "downgrade", target).await
    }

    async fn migrate(&self, uri: &str, command: &str, target: &Target) -> Result<Applied, Error> {
        match &self.tool {
            MigrationTool::Sql { .. } => Err(Error::Unsupported {
                message: "a folder of .sql files is applied through the database, script by script".to_owned(),
            }),
            MigrationTool::Command { args } => match (command, target) {
                ("upgrade", Target::Head) => self.run_command(uri, args).await,
                _ => Err(Error::Unsupported {
                    message: format!(
                        "`{}` only migrates to the newest revision; where Alembic does the work, set `migrations.kind` in \
                         .fabwright.yml to `alembic` or `flask-migrate`",
                        args.join(" ")
                    ),
                }),
            },
            MigrationTool::FlaskMigrate { .. } | MigrationTool::Alembic { .. } => {
                let (answers, outcome) = self.drive(uri, command, target.as_str()).await?;
                self.failure(&answers, &outcome)?;
                Ok(Applied::from_answers(answers, outcome.seconds))
            }
        }
    }

    /// Migrates a copy of the database again, at `uri`, up to its statement of this number, from 1, which failed. Just
    /// before it asks `queries`, and gives the rows of the first that finds any.
    ///
    /// # Errors
    ///
    /// When the driver cannot be run. A migration that fails again is none.
    pub async fn culprit(&self, uri: &str, number: usize, queries: &[Query]) -> Result<Option<Culprit>, Error> {
        let folder = tempfile::tempdir().map_err(Error::at(std::env::temp_dir()))?;
        let probe = folder.path().join("probe.json");
        let text = serde_json::json!({ "number": number, "queries": queries }).to_string();
        std::fs::write(&probe, text).map_err(Error::at(&probe))?;
        let (answers, _) = self.drive_with(uri, "upgrade", "head", Some(&probe)).await?;
        Ok(answers.into_iter().find_map(|answer| match answer {
            Answer::Culprit(culprit) => Some(culprit),
            _ => None,
        }))
    }

    async fn run_command(&self, uri: &str, args: &[String]) -> Result<Applied, Error> {
        let Some((program, rest)) = args.split_first() else {
            return Err(Error::Unsupported { message: "the command that migrates is empty".to_owned() });
        };
        let child = self.python.command(program, &self.directory).args(rest);
        let outcome = self.surroundings(child, uri).run().await?;
        if outcome.timed_out {
            return Err(self.timeout(&[]));
        }
        if !outcome.success() {
            let message = format!("`{}` failed:\n{}", args.join(" "), outcome.tail(20));
            return Err(Error::Migration {
                revision: None,
                at: None,
                statement: None,
                message,
                sent: Box::new(Sent::Nothing),
            });
        }
        let file = uri.strip_prefix("sqlite:///").map(Path::new);
        if file.is_some_and(|file| file.metadata().map_or(0, |metadata| metadata.len()) == 0) {
            return Err(self.other_database("table"));
        }
        Ok(Applied { seconds: outcome.seconds, ..Applied::default() })
    }

    async fn drive(&self, uri: &str, command: &str, target: &str) -> Result<(Vec<Answer>, Outcome), Error> {
        self.drive_with(uri, command, target, None).await
    }

    async fn drive_with(
        &self,
        uri: &str,
        command: &str,
        target: &str,
        probe: Option<&Path>,
    ) -> Result<(Vec<Answer>, Outcome), Error> {
        let folder = tempfile::tempdir().map_err(Error::at(std::env::temp_dir()))?;
        let driver = folder.path().join("fabwright_migrate.py");
        let answers = folder.path().join("answers.jsonl");
        let modules = [
            ("fabwright_trace.py", TRACE),
            ("fabwright_trace_postgresql.py", TRACE_POSTGRES),
            ("fabwright_trace_mysql.py", TRACE_MYSQL),
            ("fabwright_trace_sqlite.py", TRACE_SQLITE),
            ("fabwright_session.py", SESSION),
            ("fabwright_models.py", MODELS),
            ("fabwright_probe.py", PROBE),
        ];
        std::fs::write(&driver, DRIVER).map_err(Error::at(&driver))?;
        for (name, text) in modules {
            let file = folder.path().join(name);
            std::fs::write(&file, text).map_err(Error::at(&file))?;
        }
        let mut child = self.python.child(&self.directory).arg(&driver).arg("--answers").arg(&answers);
        child = match &self.tool {
            MigrationTool::FlaskMigrate { app, directory } => child
                .args(["--tool", "flask", "--app", app.as_str(), "--location"])
                .arg(directory)
                .env("FLASK_APP", app),
            MigrationTool::Alembic { config } => child.args(["--tool", "alembic", "--location"]).arg(config),
            MigrationTool::Command { .. } | MigrationTool::Sql { .. } => {
                return Err(Error::Unsupported { message: "only Alembic migrations have a driver".to_owned() });
            }
        };
        child = match probe {
            Some(probe) => child.arg("--probe").arg(probe),
            None if self.settings.trace => child.arg("--trace"),
            None => child,
        };
        if self.settings.compare {
            child = child.arg("--compare");
        }
        let child = self.surroundings(child.args(["--uri", uri, command, target]), uri);
        let outcome = child.run().await?;
        Ok((answers::read(&answers)?, outcome))
    }

    fn surroundings(&self, child: Child, uri: &str) -> Child {
        let mut child = child
            .envs(self.settings.environment.iter().map(|(name, value)| (name, value)))
            .envs(self.settings.variables(uri))
            .env("FAB_CREATE_DB", "False")
            .env("FAB_UPDATE_PERMS", "False")
            .limit(self.settings.limit);
        if let Some(callback) = &self.settings.on_line {
            child = child.on_line(callback.clone());
        }
        child
    }

    fn failure(&self, answers: &[Answer], outcome: &Outcome) -> Result<(), Error> {
        if outcome.timed_out {
            return Err(self.timeout(answers));
        }
        for answer in answers {
            let Answer::Error(failure) = answer else { continue };
            let failure = failure.clone();
            return Err(match failure.error.as_str() {
                "heads" => Error::SeveralHeads { heads: failure.heads, command: self.merge_command() },
                "modules" => Error::ModulesMissing {
                    interpreter: self.python.interpreter().to_path_buf(),
                    modules: failure.modules,
                    needed_for: "running the migrations".to_owned(),
                },
                "other_database" => self.other_database(BOOKKEEPING),
                "migration" => Error::Migration {
                    sent: Box::new(match (failure.rows, failure.code) {
                        (true, _) => Sent::Refused(answers::sent(answers)),
                        (false, true) => Sent::Asked(answers::queries(answers, failure.revision.as_deref())),
                        (false, false) => Sent::Nothing,
                    }),
                    revision: failure.revision,
                    at: failure.at,
                    statement: failure.statement.map(|sql| sql.trim().to_owned()),
                    message: failure.message,
                },
                _ => Error::Load { at: failure.at, message: failure.message, command: self.heads_command() },
            });
        }
        if outcome.success() && answers.iter().any(|answer| matches!(answer, Answer::Done)) {
            return Ok(());
        }
        Err(Error::Load {
            at: None,
            message: format!("Python ended without an answer: {}", outcome.tail(10)),
            command: self.heads_command(),
        })
    }

    fn timeout(&self, answers: &[Answer]) -> Error {
        let running = answers::running(answers);
        Error::MigrationTimeout {
            revision: running.map(|(revision, _)| revision.to_owned()),
            at: running.map(|(_, path)| path.to_owned()),
            statement: answers::waiting(answers).map(|sql| sql.trim().to_owned()),
            seconds: self.settings.limit.as_secs(),
        }
    }

    fn other_database(&self, expected: &str) -> Error {
        let variable = self.settings.names().collect::<Vec<_>>().join(", ");
        Error::OtherDatabase { variable, expected: expected.to_owned() }
    }

    fn alembic(&self, command: &str) -> String {
        match &self.tool {
            MigrationTool::FlaskMigrate { app, directory } => {
                let app = if app.is_empty() { String::new() } else { format!(" --app {app}") };
                format!("flask{app} db {command} -d {}", directory.display())
            }
            MigrationTool::Alembic { config } => format!("alembic -c {} {command}", config.display()),
            MigrationTool::Command { .. } | MigrationTool::Sql { .. } => format!("alembic {command}"),
        }
    }

    /// The command that merges all heads of the history into one.
    pub fn merge_command(&self) -> String {
        // Flask-Migrate takes revisions, Alembic too; `heads` stands for all of them.
        self.alembic("merge heads")
    }

    /// The command that writes a revision for what the models declare beyond the database.
    pub fn autogenerate_command(&self) -> String {
        match &self.tool {
            MigrationTool::FlaskMigrate { .. } => self.alembic("migrate"),
            _ => self.alembic("revision --autogenerate"),
        }
    }

    fn heads_command(&self) -> String {
        self.alembic("heads")
    }
}
