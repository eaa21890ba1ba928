//! `fabwright mutate`: plants faults in a copy of the application, one at a time, and tells which its tests notice.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::task::JoinSet;

use super::application::Application;
use super::{Console, Error, Exit, Format};
pub use crate::mutation::Operator;
use crate::mutation::affected::TestFiles;
use crate::mutation::{self, Mutant, MutationReport, Tried, Verdict};
use crate::outcome::{TestCase, TestStatus};
use crate::report;
use crate::run::pytest::Suite;
use crate::run::{Outcome, PythonEnvironment};
use crate::store::folder;

/// The kinds whose tests are run: those without a browser, which would take minutes for each fault.
const KINDS: [&str; 3] = ["tests/unit/", "tests/integration/", "tests/security/"];
/// pytest's exit code for tests that could not be collected, and for a broken conftest.
const UNCOLLECTED: [i32; 2] = [2, 4];

/// The arguments of the command.
#[derive(Debug)]
pub struct Request {
    /// The application's folder.
    pub application: PathBuf,
    /// Configuration to use instead of the folder's.
    pub config: Option<PathBuf>,
    /// An interpreter that has everything already.
    pub python: Option<PathBuf>,
    /// The kinds of faults to plant; all when empty.
    pub faults: Vec<Operator>,
    /// The most faults to plant.
    pub limit: Option<usize>,
    /// Whether to list the faults and plant none.
    pub list: bool,
    /// How many are tried at a time.
    pub workers: usize,
    /// The least share of caught faults, in percent.
    pub fail_under: Option<u8>,
    /// What to print.
    pub format: Format,
}

/// Runs the command.
///
/// # Errors
/// When the folder holds no application, or Python cannot be started.
pub async fn run(request: &Request, console: &Console) -> Result<Exit, Error> {
    let application = Application::open(&request.application, request.config.as_deref())?;
    let (tests, sources): (BTreeMap<_, _>, BTreeMap<_, _>) =
        application.sources.files.iter().cloned().partition(|(path, _)| path.starts_with("tests/"));
    let mut mutants = mutation::find(&sources);
    mutants.retain(|mutant| request.faults.is_empty() || request.faults.contains(&mutant.operator));
    if let Some(limit) = request.limit {
        mutants = mutation::sample(mutants, limit);
    }
    if request.list {
        for mutant in &mutants {
            console.print(&format!("{}:{}: {}: {}", mutant.path, mutant.line, mutant.operator.id(), mutant.what));
        }
        return Ok(Exit::Done);
    }
    let tests: BTreeMap<_, _> = tests.into_iter().filter(|(path, _)| is_test(path)).collect();
    if tests.is_empty() {
        return Err(Error::NoTests { folder: application.folder.display().to_string() });
    }
    let python = application.python(request.python.clone(), console).await?;
    let mut bench = Bench::new(&application, python, &tests, request.workers)?;
    let step = console.step("Test as it is");
    let mut report = bench.as_it_is(&tests).await?;
    step.done(&format!("{} tests pass, {} fail", report.tests, report.false_alarms.len()));
    bench.left_out.clone_from(&report.false_alarms);
    report.tried = bench.try_all(mutants, &tests, console).await?;

    console.print(&match request.format {
        Format::Text => report::mutation::text(&report),
        Format::Markdown => report::mutation::markdown(&report),
        Format::Json => report::mutation::json(&report).map_err(|error| Error::bug("the report of faults", error))?,
    });
    let (_, all) = report.toll();
    let fails = request.fail_under.is_some_and(|least| all.percent() < f64::from(least));
    Ok(if fails { Exit::TestsFailed } else { Exit::Done })
}

fn is_test(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    KINDS.iter().any(|kind| path.starts_with(kind)) && file.starts_with("test_") && file.ends_with(".py")
}

/// Copies of the application, each to plant one fault in at a time.
struct Bench {
    _home: TempDir,
    folders: Vec<PathBuf>,
    suite: Suite,
    left_out: Vec<String>,
}

impl Bench {
    fn new(
        application: &Application,
        python: PythonEnvironment,
        tests: &BTreeMap<String, String>,
        workers: usize,
    ) -> Result<Self, Error> {
        let home = tempfile::tempdir().map_err(|source| Error::Temporary { source })?;
        let folders: Vec<PathBuf> = (0..workers.max(1)).map(|number| home.path().join(number.to_string())).collect();
        for place in &folders {
            folder::copy(&application.folder, place)?;
        }
        let mut suite = Suite::new(python, home.path());
        suite.environment = application.config.application.environment.clone().into_iter().collect();
        suite.limit = Duration::from_secs(u64::from(application.config.tests.test_timeout_seconds));
        tracing::debug!(tests = tests.len(), "test files");
        Ok(Self { _home: home, folders, suite, left_out: Vec::new() })
    }

    fn suite(&self, folder: &Path) -> Suite {
        Suite { directory: folder.to_owned(), ..self.suite.clone() }
    }

    /// What passes and what fails before anything is planted.
    async fn as_it_is(&self, tests: &BTreeMap<String, String>) -> Result<MutationReport, Error> {
        let files: Vec<String> = tests.keys().cloned().collect();
        let place = self.folders.first().cloned().unwrap_or_default();
        let suite = self.suite(&place);
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
        Ok(MutationReport { tests: passed, false_alarms, tried: Vec::new() })
    }

    /// Plants each fault in turn, in as many copies at a time as there are.
    async fn try_all(
        &self,
        mutants: Vec<Mutant>,
        tests: &BTreeMap<String, String>,
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
            let (suite, left_out, queue, told) =
                (self.suite(place), self.left_out.clone(), queue.clone(), told.clone());
            running.spawn(async move {
                loop {
                    let next = queue.lock().ok().and_then(|mut queue| queue.pop_front());
                    let Some((place, files, mutant)) = next else { return Ok::<(), Error>(()) };
                    let tried = plant(&suite, mutant, &files, &left_out).await?;
                    // Nobody listens any more when another worker has failed.
                    let _ = told.send((place, tried));
                }
            });
        }
        drop(told);
        let mut all = BTreeMap::new();
        while let Some((place, tried)) = tells.recv().await {
            tracing::info!(place = %tried.mutant.path, line = tried.mutant.line, what = %tried.mutant.what, verdict = ?tried.verdict, "tried");
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

/// Plants one fault, runs the tests up to the first that fails, and takes the fault away again.
async fn plant(suite: &Suite, mutant: Mutant, files: &[String], left_out: &[String]) -> Result<Tried, Error> {
    let path = suite.directory.join(&mutant.path);
    let whole = folder::read_file(&path)?;
    folder::write(&path, &mutant.text)?;
    let started = Instant::now();
    let ran = suite.run_files(files, left_out, true).await;
    folder::write(&path, &whole)?;
    let (cases, outcome) = ran?;
    let verdict = verdict(suite, &cases, &outcome);
    Ok(Tried { mutant, verdict, schemathesis: None, seconds: started.elapsed().as_secs_f64() })
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
