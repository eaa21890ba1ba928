//! An application in a folder, opened to run its tests where it stands.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Console, Error};
use crate::config::{self, Config, MigrationKind};
use crate::generate::tests::TestGenerationConfig;
use crate::outcome::TestKind;
use crate::run::migrate::{self, MigrationTool, MigratorSettings};
use crate::run::{PythonEnvironment, PythonOptions};
use crate::store::tree::{self, SourceTree};

/// The packages of the generated tests, beside what the application itself requires.
const TEST_REQUIREMENTS: [&str; 2] = ["tests/requirements.txt", "tests/performance/requirements.txt"];

/// An application and what runs it.
pub(super) struct Application {
    /// Its folder.
    pub(super) folder: PathBuf,
    /// Its configuration.
    pub(super) config: Config,
    /// Its text files.
    pub(super) sources: SourceTree,
}

impl Application {
    /// Reads the configuration and the files of the application in `folder`.
    pub(super) fn open(folder: &Path, config: Option<&Path>) -> Result<Self, Error> {
        let config = config::load(folder, config)?;
        let folder = folder.join(&config.application.path);
        let folder = std::fs::canonicalize(&folder).map_err(|_| Error::NoSource { path: folder })?;
        let sources = tree::read(&folder, |_| true)?;
        if !sources.files.iter().any(|(path, text)| path.ends_with(".py") && text.contains("flask_appbuilder")) {
            return Err(Error::NoApplication { folder });
        }
        Ok(Self { folder, config, sources })
    }

    /// Finds or makes the Python environment that has the application's requirements and those of its tests.
    pub(super) async fn python(
        &self,
        interpreter: Option<PathBuf>,
        console: &Console,
    ) -> Result<PythonEnvironment, Error> {
        let step = console.step("Python environment");
        let mut options = PythonOptions::new(cache_folder());
        options.interpreter = interpreter.or_else(|| self.config.application.python.clone());
        options.requirements.clone_from(&self.config.application.requirements);
        let files = self.sources.files.iter().filter(|(path, _)| TEST_REQUIREMENTS.contains(&path.as_str()));
        let lines = files.flat_map(|(_, text)| text.lines()).map(str::trim);
        let tools: Vec<String> =
            lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect();
        if !tools.is_empty() {
            options.tools = tools;
        }
        let python = PythonEnvironment::prepare(&self.folder, &options).await?;
        step.done(python.version());
        Ok(python)
    }
}

/// How the application in `folder` migrates, as the configuration says or as its files tell.
pub(super) fn migration_tool(config: &Config, folder: &Path) -> Result<MigrationTool, Error> {
    let migrations = &config.migrations;
    let found = || migrate::detect(folder, migrations.directory.as_deref());
    let directory = || migrations.directory.clone().unwrap_or_else(|| PathBuf::from("migrations"));
    let factory = || config.application.factory.clone();
    Ok(match migrations.kind {
        None => match found()? {
            MigrationTool::FlaskMigrate { app, directory } => {
                MigrationTool::FlaskMigrate { app: factory().unwrap_or(app), directory }
            }
            other => other,
        },
        Some(MigrationKind::FlaskMigrate) => {
            // Flask itself looks for the application when nothing names it.
            MigrationTool::FlaskMigrate { app: factory().unwrap_or_default(), directory: directory() }
        }
        Some(MigrationKind::Alembic) => match found()? {
            alembic @ MigrationTool::Alembic { .. } => alembic,
            _ => MigrationTool::Alembic { config: PathBuf::from("alembic.ini") },
        },
        Some(MigrationKind::Command) => MigrationTool::Command { args: migrations.command.clone() },
        Some(MigrationKind::Sql) => MigrationTool::Sql { directory: directory() },
    })
}

/// What the configuration says of migrations, untraced.
pub(super) fn migrator_settings(config: &Config) -> MigratorSettings {
    MigratorSettings {
        limit: Duration::from_secs(config.migrations.timeout_seconds),
        database_variables: vec![config.application.database_variable.clone()],
        environment: config.application.environment.clone().into_iter().collect(),
        ..MigratorSettings::default()
    }
}

/// The kinds of tests that a configuration asks for.
pub(super) fn kinds(tests: &TestGenerationConfig) -> Vec<TestKind> {
    let wanted = |kind: &TestKind| match kind {
        TestKind::Unit => tests.generate_unit_tests,
        TestKind::Integration => tests.generate_integration_tests,
        TestKind::Security => tests.generate_security_tests,
        TestKind::Performance => tests.generate_performance_tests,
        TestKind::E2e => tests.generate_e2e_tests,
        TestKind::Accessibility => tests.generate_accessibility_tests,
    };
    TestKind::ALL.into_iter().filter(wanted).collect()
}

/// Where environments are kept between runs.
pub(super) fn cache_folder() -> PathBuf {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("FABWRIGHT_CACHE_DIR")
        .or_else(|| variable("XDG_CACHE_HOME").map(|folder| folder.join("fabwright")))
        .or_else(|| variable("HOME").map(|folder| folder.join(".cache/fabwright")))
        .unwrap_or_else(|| std::env::temp_dir().join("fabwright-cache"))
}
