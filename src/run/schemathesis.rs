//! Lets schemathesis test an application's REST API, to set its findings beside those of our own tests.
//!
//! Schemathesis finds something in almost every application, so what it finds counts only beside what was known
//! before: it writes down what it found in its own form, a baseline, and reads it again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::child::is_executable;
use super::{Error, PythonEnvironment, PythonOptions};

const DRIVER: &str = include_str!("../../templates/python/driver/contract.py");
/// The version that is installed where there is none.
const REQUIREMENT: &str = include_str!("../../templates/tools/schemathesis.txt");
const COMMAND: &str = "schemathesis";
/// Generated cases for each operation, beside those that schemathesis derives from the document.
const EXAMPLES: &str = "5";
/// The driver's exit codes for an application that does not start, and one that has no document of its API.
const NOT_STARTED: i32 = 30;
const NO_OPENAPI: i32 = 31;
/// Schemathesis's exit codes: nothing found, something found.
const ENDED: [i32; 2] = [0, 1];
/// The version of the form of a baseline.
const FORMAT: u32 = 1;

/// What schemathesis found, in the words by which it knows it again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Finding {
    /// Method and path.
    pub operation: String,
    /// The check that failed.
    pub check: String,
    /// The kind of failure.
    pub failure: String,
    /// What tells it from others of its kind.
    pub signature: String,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It ran, and found this beside what was known.
    Found(BTreeSet<Finding>),
    /// The application did not start, or gave no document of its API.
    NotServed {
        /// What it said.
        message: String,
    },
    /// It took too long.
    TimedOut,
}

/// An application to serve.
#[derive(Debug, Clone)]
pub struct Served {
    /// The environment that has its requirements.
    pub python: PythonEnvironment,
    /// Its folder.
    pub directory: PathBuf,
    /// What `FLASK_APP` would say; empty lets Flask look.
    pub app: String,
    /// Its variables, that of its migrated database among them.
    pub environment: Vec<(String, String)>,
    /// The limit of a run.
    pub limit: Duration,
}

/// The installed tool.
#[derive(Debug, Clone)]
pub struct Schemathesis {
    program: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Baseline {
    format_version: u32,
    entries: BTreeSet<Finding>,
}

impl Schemathesis {
    /// The one of the application's environment; elsewhere one in an environment of its own, kept in `cache_dir`.
    ///
    /// # Errors
    ///
    /// When it cannot be installed.
    pub async fn find(python: &PythonEnvironment, cache_dir: &Path) -> Result<Self, Error> {
        let own = python.interpreter().with_file_name(COMMAND);
        if is_executable(&own) {
            return Ok(Self { program: own });
        }
        let wanted = tempfile::tempdir().map_err(Error::at(std::env::temp_dir()))?;
        let file = wanted.path().join("requirements.txt");
        std::fs::write(&file, REQUIREMENT).map_err(Error::at(&file))?;
        let mut options = PythonOptions::new(cache_dir);
        options.tools.clear();
        let installed = PythonEnvironment::prepare(wanted.path(), &options).await?;
        Ok(Self { program: installed.interpreter().with_file_name(COMMAND) })
    }

    /// Tests the operations that have to do with `subjects`, classes and tables, or all when there are none.
    ///
    /// # Errors
    ///
    /// When Python does not run, or schemathesis breaks off.
    pub async fn run(
        &self,
        served: &Served,
        subjects: &BTreeSet<String>,
        known: &BTreeSet<Finding>,
    ) -> Result<Told, Error> {
        let folder = tempfile::tempdir().map_err(Error::at(std::env::temp_dir()))?;
        let (driver, baseline) = (folder.path().join("fabwright_contract.py"), folder.path().join("baseline.json"));
        let before = Baseline { format_version: FORMAT, entries: known.clone() };
        let before = serde_json::to_vec(&before).map_err(|error| Error::Schemathesis { message: error.to_string() })?;
        for (path, text) in [(&driver, DRIVER.as_bytes()), (&baseline, before.as_slice())] {
            std::fs::write(path, text).map_err(Error::at(path))?;
        }
        let child = served
            .python
            .child(&served.directory)
            .arg(&driver)
            .args(["--app", served.app.as_str(), "--folder"])
            .arg(folder.path())
            .args(subjects.iter().map(|subject| format!("--subject={subject}")))
            .arg("--")
            .arg(&self.program)
            .args(["run", "--no-color", "--generation-deterministic", "--no-shrink"])
            .args(["--max-examples", EXAMPLES, "--request-timeout=20", "--baseline-update", "--baseline"])
            .arg(&baseline)
            .envs(served.environment.iter().map(|(name, value)| (name, value)))
            .limit(served.limit);
        let outcome = child.run().await?;
        match outcome.code() {
            None if outcome.timed_out => Ok(Told::TimedOut),
            Some(NOT_STARTED | NO_OPENAPI) => Ok(Told::NotServed { message: outcome.tail(1) }),
            Some(code) if ENDED.contains(&code) => {
                let text = std::fs::read_to_string(&baseline).map_err(Error::at(&baseline))?;
                let after: Baseline =
                    serde_json::from_str(&text).map_err(|error| Error::Schemathesis { message: error.to_string() })?;
                Ok(Told::Found(after.entries.difference(known).cloned().collect()))
            }
            _ => Err(Error::Schemathesis { message: outcome.tail(20) }),
        }
    }
}
