//! Migrated databases for an application's tests, on servers like those that it uses.

use std::path::Path;

use super::application::{Application, migration_tool, migrator_settings};
use super::dialect::{self, Signs};
use super::{Console, Error};
use crate::database::{Place, Scratch};
use crate::run::migrate::{MigrationTool, Migrator, MigratorSettings, Target};
use crate::run::{self, PythonEnvironment};
use crate::schema::Dialect;
use crate::store::folder;

/// Makes databases at the newest revision of an application's migrations.
pub(super) struct Databases {
    place: Place,
    driver: Option<&'static str>,
    tool: MigrationTool,
    settings: MigratorSettings,
    python: PythonEnvironment,
}

/// One of them, which is gone when this is dropped.
pub(super) struct Migrated {
    /// Its address as SQLAlchemy takes it, password included.
    pub(super) uri: String,
    // Held for its destructor.
    _scratch: Scratch,
}

impl Databases {
    /// Finds out which servers the application uses, and starts a throw-away one.
    pub(super) async fn of(application: &Application, python: &PythonEnvironment) -> Result<Self, Error> {
        let Application { folder, config, sources } = application;
        let tool = migration_tool(config, folder)?;
        let signs = Signs { folder, config, sources, database: None };
        let (dialect, driver) = dialect::choose(&signs, python, &tool).await?;
        let place = Place::own(dialect).await?;
        Ok(Self { place, driver, tool, settings: migrator_settings(config), python: python.clone() })
    }

    /// The database that the tests should have from outside: none where they migrate a file of SQLite themselves, as
    /// they do with Flask-Migrate.
    pub(super) async fn for_tests(
        application: &Application,
        python: &PythonEnvironment,
        console: &Console,
    ) -> Result<Option<(Self, Migrated)>, Error> {
        let step = console.step("Migrate");
        let databases = match Self::of(application, python).await {
            // Tests of an application without migrations bring their own database.
            Err(Error::Run(run::Error::NoMigrations { .. })) => return Ok(None),
            databases => databases?,
        };
        let is_file = databases.place.dialect() == Dialect::Sqlite;
        if is_file && matches!(databases.tool, MigrationTool::FlaskMigrate { .. }) {
            step.done("an SQLite file, by the tests");
            return Ok(None);
        }
        let migrated = databases.migrated(&application.folder).await??;
        step.done(&match databases.place.dialect() {
            Dialect::Sqlite => "an SQLite file".to_owned(),
            server => format!("a throw-away {server} server"),
        });
        Ok(Some((databases, migrated)))
    }

    /// How the application migrates.
    pub(super) fn tool(&self) -> &MigrationTool {
        &self.tool
    }

    /// The application's variables, those that name its database among them.
    pub(super) fn variables(&self, migrated: &Migrated) -> Vec<(String, String)> {
        self.settings.environment.iter().cloned().chain(self.settings.variables(&migrated.uri)).collect()
    }

    /// A new database, migrated by the code in `folder`. The inner error is a migration's, the outer one ours.
    pub(super) async fn migrated(&self, folder: &Path) -> Result<Result<Migrated, run::Error>, Error> {
        let scratch = self.place.database().await?;
        let uri = scratch.url().sqlalchemy_uri(self.driver);
        let migrator = Migrator::new(self.tool.clone(), self.python.clone(), folder, self.settings.clone());
        if matches!(self.tool, MigrationTool::Sql { .. }) {
            for revision in migrator.history().await?.revisions {
                scratch.apply(&folder::read_file(&folder.join(&revision.path))?).await?;
            }
        } else if let Err(error) = migrator.upgrade(&uri, &Target::Head).await {
            return Ok(Err(error));
        }
        Ok(Ok(Migrated { uri, _scratch: scratch }))
    }
}
