//! Schemathesis beside our own tests: what it finds with a fault planted, and not in the application as it is.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::Mutex;

use crate::app::Error;
use crate::app::application::{Application, cache_folder};
use crate::app::databases::Databases;
use crate::mutation::Verdict;
use crate::run::PythonEnvironment;
use crate::run::migrate::MigrationTool;
use crate::run::schemathesis::{Finding, Schemathesis, Served, Told};
use crate::store::folder;

/// Runs over the whole application, after which nothing more is expected of it.
const BEFORE: usize = 2;

/// The tool, and what it says of the application as it is.
pub(super) struct Contract {
    tool: Schemathesis,
    python: PythonEnvironment,
    databases: Databases,
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
        let databases = Databases::of(application, python).await?;
        let app = match databases.tool() {
            MigrationTool::FlaskMigrate { app, .. } => app.clone(),
            _ => config.application.factory.clone().unwrap_or_default(),
        };
        let contract = Self {
            tool: Schemathesis::find(python, &cache_folder()).await?,
            python: python.clone(),
            databases,
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
        let migrated = match self.databases.migrated(folder).await? {
            Ok(migrated) => migrated,
            Err(error) => return Ok(Told::NotServed { message: error.to_string() }),
        };
        let served = Served {
            python: self.python.clone(),
            directory: folder.to_owned(),
            app: self.app.clone(),
            environment: self.databases.variables(&migrated),
            limit: self.limit,
        };
        Ok(self.tool.run(&served, subjects, known).await?)
    }
}
