//! Schemathesis beside our own tests: what it finds with a fault planted, and not in the application as it is.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::Mutex;

use crate::app::Error;
use crate::app::application::{Application, cache_folder, migration_tool, migrator_settings};
use crate::database::{Place, Scratch};
use crate::mutation::Verdict;
use crate::run::migrate::{MigrationTool, Migrator, MigratorSettings, Target};
use crate::run::schemathesis::{Finding, Schemathesis, Served, Told};
use crate::run::{self, PythonEnvironment};
use crate::schema::Dialect;
use crate::store::folder;

/// Runs over the whole application, after which nothing more is expected of it.
const BEFORE: usize = 2;

/// The tool, and what it says of the application as it is.
pub(super) struct Contract {
    tool: Schemathesis,
    python: PythonEnvironment,
    place: Place,
    migrations: MigrationTool,
    settings: MigratorSettings,
    app: String,
    limit: Duration,
    /// A copy in which nothing is ever planted.
    as_it_is: PathBuf,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    findings: BTreeSet<Finding>,
    /// What was asked of the application as it is.
    asked: BTreeSet<BTreeSet<String>>,
}

impl Contract {
    /// Finds the tool and lets it loose on the application as it is.
    pub(super) async fn begin(
        application: &Application,
        python: &PythonEnvironment,
        home: &Path,
    ) -> Result<Self, Error> {
        let config = &application.config;
        let as_it_is = home.join("as-it-is");
        folder::copy(&application.folder, &as_it_is)?;
        let migrations = migration_tool(config, &as_it_is)?;
        let app = match &migrations {
            MigrationTool::FlaskMigrate { app, .. } => app.clone(),
            _ => config.application.factory.clone().unwrap_or_default(),
        };
        let contract = Self {
            tool: Schemathesis::find(python, &cache_folder()).await?,
            python: python.clone(),
            place: Place::own(Dialect::Sqlite).await?,
            migrations,
            settings: migrator_settings(config),
            app,
            limit: Duration::from_secs(u64::from(config.tests.test_timeout_seconds)),
            as_it_is,
            known: Mutex::default(),
        };
        for _ in 0..BEFORE {
            let mut known = contract.known.lock().await;
            contract.learn(&mut known, BTreeSet::new()).await?;
        }
        Ok(contract)
    }

    /// How many things it says of the application as it is.
    pub(super) async fn known(&self) -> usize {
        self.known.lock().await.findings.len()
    }

    /// What it says of the application in `folder`, in which a fault about `subjects` is planted.
    pub(super) async fn verdict(&self, folder: &Path, subjects: &BTreeSet<String>) -> Result<Verdict, Error> {
        let known = self.known.lock().await.findings.clone();
        let found = match self.ask(folder, subjects, &known).await? {
            Told::Found(found) => found,
            Told::NotServed { message } => {
                return Ok(Verdict::Caught { by: "starting the application".into(), message });
            }
            Told::TimedOut => return Ok(Verdict::TimedOut),
        };
        if found.is_empty() {
            return Ok(Verdict::Survived);
        }
        // The same run on the application as it is tells what has nothing to do with the fault.
        let known = {
            let mut known = self.known.lock().await;
            if !known.asked.contains(subjects) {
                self.learn(&mut known, subjects.clone()).await?;
            }
            known.findings.clone()
        };
        if found.is_subset(&known) {
            return Ok(Verdict::Survived);
        }
        // And what is found once only was found by chance.
        let Told::Found(again) = self.ask(folder, subjects, &known).await? else { return Ok(Verdict::Survived) };
        Ok(found.intersection(&again).next().map_or(Verdict::Survived, |finding| Verdict::Caught {
            by: finding.operation.clone(),
            message: format!("{} ({}) {}", finding.failure, finding.check, finding.signature).trim_end().to_owned(),
        }))
    }

    async fn learn(&self, known: &mut Known, subjects: BTreeSet<String>) -> Result<(), Error> {
        match self.ask(&self.as_it_is, &subjects, &known.findings).await? {
            Told::Found(found) => known.findings.extend(found),
            Told::NotServed { message } => return Err(Error::NotServed { message }),
            Told::TimedOut => return Err(Error::TooSlow { seconds: self.limit.as_secs() }),
        }
        known.asked.insert(subjects);
        Ok(())
    }

    async fn ask(&self, folder: &Path, subjects: &BTreeSet<String>, known: &BTreeSet<Finding>) -> Result<Told, Error> {
        let scratch = self.place.database().await?;
        let uri = scratch.url().sqlalchemy_uri(None);
        if let Err(error) = self.migrate(folder, &scratch, &uri).await? {
            return Ok(Told::NotServed { message: error.to_string() });
        }
        let variables = self.settings.variables(&uri);
        let served = Served {
            python: self.python.clone(),
            directory: folder.to_owned(),
            app: self.app.clone(),
            environment: self.settings.environment.iter().cloned().chain(variables).collect(),
            limit: self.limit,
        };
        Ok(self.tool.run(&served, subjects, known).await?)
    }

    /// The inner error is a migration's, the outer one ours.
    async fn migrate(&self, folder: &Path, scratch: &Scratch, uri: &str) -> Result<Result<(), run::Error>, Error> {
        let migrator = Migrator::new(self.migrations.clone(), self.python.clone(), folder, self.settings.clone());
        if !matches!(self.migrations, MigrationTool::Sql { .. }) {
            return Ok(migrator.upgrade(uri, &Target::Head).await.map(drop));
        }
        for revision in migrator.history().await?.revisions {
            scratch.apply(&folder::read_file(&folder.join(&revision.path))?).await?;
        }
        Ok(Ok(()))
    }
}
