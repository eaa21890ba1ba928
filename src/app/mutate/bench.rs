//! Copies of the application, each to plant one fault in at a time.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::task::JoinSet;

use super::contract::Contract;
use crate::app::application::Application;
use crate::app::databases::{Databases, Migrated};
use crate::app::{Console, Error};
use crate::mutation::affected::TestFiles;
use crate::mutation::{Mutant, MutationReport, Tried, Verdict};
use crate::outcome::{TestCase, TestStatus};
use crate::report;
use crate::run::pytest::Suite;
use crate::run::{Outcome, PythonEnvironment};
use crate::store::folder;

/// pytest's exit code for tests that could not be collected, and for a broken conftest.
const UNCOLLECTED: [i32; 2] = [2, 4];

/// Where faults are planted.
pub(super) struct Bench {
    home: TempDir,
    folders: Vec<PathBuf>,
    suite: Suite,
    /// Where the tests have their database from, unless they make one themselves.
    databases: Option<Arc<(Databases, Migrated)>>,
    left_out: Vec<String>,
}

/// What one fault is tried with.
#[derive(Clone)]
struct Worker {
    suite: Suite,
    databases: Option<Arc<(Databases, Migrated)>>,
    left_out: Vec<String>,
    contract: Option<Arc<Contract>>,
}

impl Bench {
    /// As many copies as there are workers.
    pub(super) async fn new(
        application: &Application,
        python: PythonEnvironment,
        workers: usize,
        console: &Console,
    ) -> Result<Self, Error> {
        let home = tempfile::tempdir().map_err(|source| Error::Temporary { source })?;
        let folders: Vec<PathBuf> = (0..workers.max(1)).map(|number| home.path().join(number.to_string())).collect();
        for place in &folders {
            folder::copy(&application.folder, place)?;
        }
        let databases = Databases::for_tests(application, &python, console).await?.map(Arc::new);
        let mut suite = Suite::new(python, home.path());
        suite.database_uri = databases.as_ref().map(|made| made.1.uri.clone());
        suite.environment = application.config.application.environment.clone().into_iter().collect();
        suite.limit = Duration::from_secs(u64::from(application.config.tests.test_timeout_seconds));
        Ok(Self { home, folders, suite, databases, left_out: Vec::new() })
    }

    /// The folder that goes when this goes.
    pub(super) fn home(&self) -> &Path {
        self.home.path()
    }

    /// What passes and what fails before anything is planted. The tests that fail are left out from then on.
    pub(super) async fn as_it_is(&mut self, tests: &BTreeMap<String, String>) -> Result<MutationReport, Error> {
        let files: Vec<String> = tests.keys().cloned().collect();
        let place = self.folders.first().cloned().unwrap_or_default();
        let suite = Suite { directory: place, ..self.suite.clone() };
        let (cases, outcome) = suite.run_files(&files, &[], false).await?;
        if let Verdict::Broken { message } = verdict(&suite, &cases, &outcome) {
            return Err(Error::TestsBroken { message });
        }
        let (mut passed, mut false_alarms) = (0, Vec::new());
        for case in &cases {
            match case.status {
                TestStatus::Passed => passed += 1,
                TestStatus::Failed { .. } | TestStatus::Error { .. } => false_alarms.push(name(&suite, case)),
                TestStatus::Flaky { .. } | TestStatus::Skipped { .. } => {}
            }
        }
        self.left_out.clone_from(&false_alarms);
        Ok(MutationReport { tests: passed, false_alarms, tried: Vec::new() })
    }

    /// Plants each fault in turn, in as many copies at a time as there are.
    pub(super) async fn try_all(
        &self,
        mutants: Vec<Mutant>,
        tests: &BTreeMap<String, String>,
        contract: Option<Arc<Contract>>,
        console: &Console,
    ) -> Result<Vec<Tried>, Error> {
        let step = console.step("Plant faults");
        let files = TestFiles::new(tests, &mutants);
        let affected = |mutant: &Mutant| files.affected(mutant).into_iter().map(str::to_owned).collect::<Vec<_>>();
        let queue: VecDeque<(usize, Vec<String>, Mutant)> =
            mutants.iter().enumerate().map(|(place, mutant)| (place, affected(mutant), mutant.clone())).collect();
        let count = queue.len();
        let queue = Arc::new(Mutex::new(queue));
        let (told, mut tells) = tokio::sync::mpsc::unbounded_channel();
        let mut running = JoinSet::new();
        for place in &self.folders {
            let suite = Suite { directory: place.clone(), ..self.suite.clone() };
            let (databases, left_out) = (self.databases.clone(), self.left_out.clone());
            let worker = Worker { suite, databases, left_out, contract: contract.clone() };
            let (queue, told) = (queue.clone(), told.clone());
            running.spawn(async move {
                loop {
                    let next = queue.lock().ok().and_then(|mut queue| queue.pop_front());
                    let Some((place, files, mutant)) = next else { return Ok::<(), Error>(()) };
                    let tried = worker.plant(mutant, &files).await?;
                    // Nobody listens any more when another worker has failed.
                    let _ = told.send((place, tried));
                }
            });
        }
        drop(told);
        let mut all = BTreeMap::new();
        while let Some((place, tried)) = tells.recv().await {
            tracing::info!(
                place = %tried.mutant.path, line = tried.mutant.line, what = %tried.mutant.what,
                verdict = ?tried.verdict, schemathesis = ?tried.schemathesis, "tried"
            );
            if tried.verdict == Verdict::Survived {
                console.note(&format!("no test noticed {}", report::mutation::fault(&tried.mutant)));
            }
            all.insert(place, tried);
            step.progress(format!("{} of {count}", all.len()));
        }
        while let Some(ended) = running.join_next().await {
            ended.map_err(|error| Error::bug("planting faults", error))??;
        }
        step.done(&format!("{count} faults"));
        Ok(all.into_values().collect())
    }
}

impl Worker {
    /// Plants one fault, tries it, and takes it away again.
    async fn plant(&self, mutant: Mutant, files: &[String]) -> Result<Tried, Error> {
        let path = self.suite.directory.join(&mutant.path);
        let whole = folder::read_file(&path)?;
        folder::write(&path, &mutant.text)?;
        let tried = self.try_planted(mutant, files).await;
        folder::write(&path, &whole)?;
        tried
    }

    /// Runs the tests up to the first that fails, and schemathesis where it was asked for.
    async fn try_planted(&self, mutant: Mutant, files: &[String]) -> Result<Tried, Error> {
        let started = Instant::now();
        let verdict = self.tests_say(&mutant, files).await?;
        let seconds = started.elapsed().as_secs_f64();
        let schemathesis = match (&self.contract, &verdict) {
            (None, _) => None,
            // What does not start need not be asked again.
            (Some(_), Verdict::Broken { .. }) => Some(verdict.clone()),
            (Some(contract), _) => Some(contract.verdict(&self.suite.directory, &mutant.subjects).await?),
        };
        Ok(Tried { mutant, verdict, schemathesis, seconds })
    }

    /// What the tests say of a fault. One in a migration is in the database, too, that they are given.
    async fn tests_say(&self, mutant: &Mutant, files: &[String]) -> Result<Verdict, Error> {
        let mut suite = self.suite.clone();
        let _migrated = match self.databases.as_deref().filter(|_| mutant.in_migration) {
            None => None,
            Some((databases, _)) => match databases.migrated(&suite.directory).await? {
                Ok(migrated) => {
                    suite.database_uri = Some(migrated.uri.clone());
                    Some(migrated)
                }
                Err(error) => {
                    return Ok(Verdict::Caught { by: "migrating the database".into(), message: error.to_string() });
                }
            },
        };
        let (cases, outcome) = suite.run_files(files, &self.left_out, true).await?;
        Ok(verdict(&suite, &cases, &outcome))
    }
}

/// What the tests say.
fn verdict(suite: &Suite, cases: &[TestCase], outcome: &Outcome) -> Verdict {
    if outcome.timed_out {
        return Verdict::TimedOut;
    }
    let bad = cases.iter().find_map(|case| match &case.status {
        TestStatus::Failed { message, .. } | TestStatus::Error { message, .. } => Some((case, message)),
        _ => None,
    });
    if outcome.code().is_none_or(|code| UNCOLLECTED.contains(&code)) {
        let message = bad.map_or_else(|| outcome.tail(3), |(_, message)| message.clone());
        return Verdict::Broken { message };
    }
    match bad {
        Some((case, message)) => Verdict::Caught { by: name(suite, case), message: message.clone() },
        None => Verdict::Survived,
    }
}

fn name(suite: &Suite, case: &TestCase) -> String {
    suite.id(case).unwrap_or_else(|| format!("{}::{}", case.classname, case.name))
}
