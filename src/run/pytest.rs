//! Runs a test suite with pytest, kind by kind.
//!
//! 1. Each kind is a process of its own over `tests/<kind>`, several at a time, so that one that crashes or hangs
//!    takes no other with it;
//! 2. its JUnit file is read; where a crash or the time limit left none, the lines that pytest printed tell which
//!    tests passed and which was running;
//! 3. tests that failed run once more where that is wanted, and those that hold then are marked as flaky.

mod plan;
mod printed;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

pub use plan::Shard;

use super::child::{LineCallback, on_path};
use super::{Error, Outcome, PythonEnvironment};
use crate::outcome::{
    Artifacts, Coverage, TestCase, TestKind, TestReport, TestStatus, TestSuite, read_coverage, read_junit,
};

/// More failures than this have one cause, and are not tried again.
const RETRIED: usize = 25;
/// Lines of output that are kept with a run that broke off.
const TAIL: usize = 40;
/// First the one that draws no windows: it takes about a third of the processor time.
const BROWSERS: [&str; 5] =
    ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// The variable that tells browser tests which browser to start.
const BROWSER_VARIABLE: &str = "FABWRIGHT_CHROMIUM";
/// The variables that tell browser tests where to keep what a failure looked like, and to trace what they do.
const ARTIFACTS_VARIABLE: &str = "FABWRIGHT_ARTIFACTS";
const TRACE_VARIABLE: &str = "FABWRIGHT_TRACE";

/// A test suite to run.
#[derive(Clone)]
pub struct Suite {
    /// The environment that has the application's requirements and pytest.
    pub python: PythonEnvironment,
    /// The application's folder, with `tests/` in it.
    pub directory: PathBuf,
    /// The kinds to run, in the order in which they are reported.
    pub kinds: Vec<TestKind>,
    /// The SQLAlchemy URI of the migrated, empty database. Without one the suite migrates a database itself.
    pub database_uri: Option<String>,
    /// Further variables.
    pub environment: Vec<(String, String)>,
    /// Tests with this pytest marker are left out.
    pub without_marker: Option<String>,
    /// How many kinds run at a time.
    pub workers: usize,
    /// The limit of each kind.
    pub limit: Duration,
    /// Whether tests that failed run once more.
    pub retry_failed_tests: bool,
    /// Told of each line that pytest prints.
    pub on_line: Option<LineCallback>,
    /// The tables whose tests run before the others.
    pub first: Vec<String>,
    /// Which share of the files runs; all when not given.
    pub shard: Option<Shard>,
    /// Which lines are counted, if any are.
    pub measured: Option<Measured>,
    /// The folder for pictures and traces of failures in a browser; none are kept without one.
    pub artifacts: Option<PathBuf>,
}

/// What coverage.py looks at, and where it keeps what it saw.
#[derive(Debug, Clone)]
pub struct Measured {
    /// The Python package.
    pub package: String,
    /// A folder of ours.
    pub folder: PathBuf,
}

impl Suite {
    /// All kinds that pytest runs, two at a time, for at most ten minutes each.
    pub fn new(python: PythonEnvironment, directory: impl Into<PathBuf>) -> Self {
        Self {
            python,
            directory: directory.into(),
            kinds: vec![
                TestKind::Unit,
                TestKind::Integration,
                TestKind::Security,
                TestKind::E2e,
                TestKind::Accessibility,
            ],
            database_uri: None,
            environment: Vec::new(),
            without_marker: None,
            workers: 2,
            limit: Duration::from_secs(600),
            retry_failed_tests: true,
            on_line: None,
            first: Vec::new(),
            shard: None,
            measured: None,
            artifacts: None,
        }
    }

    /// Which lines of the application ran, once the suite has. `None` when nobody asked.
    ///
    /// # Errors
    ///
    /// When coverage.py cannot be started, or says something that is no report.
    pub async fn coverage(&self) -> Result<Option<Coverage>, Error> {
        let Some(measured) = &self.measured else { return Ok(None) };
        let report = measured.folder.join("coverage.json");
        let all = measured.folder.join("all");
        let mut said = String::new();
        for arguments in [
            vec![OsString::from("combine"), "--keep".into(), "--quiet".into(), measured.folder.join("kinds").into()],
            vec![OsString::from("json"), "--quiet".into(), "-o".into(), report.clone().into()],
        ] {
            let child = self.python.child(&self.directory).args(["-m", "coverage"]).args(arguments);
            said = child.env("COVERAGE_FILE", &all).run().await?.tail(3);
        }
        let text = std::fs::read_to_string(&report).map_err(|_| Error::Coverage { message: said })?;
        read_coverage(&text).map(Some).map_err(|error| Error::Coverage { message: error.to_string() })
    }

    /// Runs it.
    ///
    /// # Errors
    ///
    /// When pytest is not installed or cannot be started. Whatever goes wrong in the suite is in the report.
    pub async fn run(&self) -> Result<TestReport, Error> {
        self.python.require(&["pytest"], "running the tests").await?;
        if self.measured.is_some() {
            self.python.require(&["pytest_cov"], "measuring coverage").await?;
        }
        let started = Instant::now();
        let places = Arc::new(Semaphore::new(self.workers.max(1)));
        let mut running = JoinSet::new();
        for (index, &kind) in self.kinds.iter().enumerate() {
            let (suite, places) = (self.clone(), places.clone());
            running.spawn(async move {
                // The semaphore is never closed.
                let _place = places.acquire().await;
                (index, suite.run_kind(kind).await)
            });
        }
        let mut suites = Vec::new();
        while let Some(ended) = running.join_next().await {
            let Ok((index, suite)) = ended else { continue };
            suites.push((index, suite?));
        }
        suites.sort_by_key(|(index, _)| *index);
        let suites = suites.into_iter().filter_map(|(_, suite)| suite).collect();
        Ok(TestReport { suites, seconds: started.elapsed().as_secs_f64() })
    }

    /// The results of one kind; `None` when the application has no such tests.
    async fn run_kind(&self, kind: TestKind) -> Result<Option<TestSuite>, Error> {
        let tests = format!("tests/{}", kind.as_str());
        if !self.directory.join(&tests).is_dir() {
            return Ok(None);
        }
        let mut browser = None;
        if matches!(kind, TestKind::E2e | TestKind::Accessibility) {
            match self.browser().await {
                Ok(found) => browser = Some(found),
                Err(reason) => {
                    let case = synthetic(kind, "all tests", TestStatus::Skipped { reason });
                    return Ok(Some(TestSuite { kind, cases: vec![case] }));
                }
            }
        }
        let files = if self.first.is_empty() && self.shard.is_none() {
            vec![tests]
        } else {
            plan::files(&self.directory, kind, &self.first, self.shard)?
        };
        if files.is_empty() {
            return Ok(None);
        }
        let mut options = Vec::new();
        if let Some(measured) = &self.measured {
            options.extend([format!("--cov={}", measured.package), "--cov-branch".into(), "--cov-report=".into()]);
        }
        // A trace slows every test down: only a second try makes one, where there is to be one.
        let (mut cases, _) = self.pytest(kind, &files, &options, browser.as_deref(), !self.retry_failed_tests).await?;
        if self.retry_failed_tests {
            self.retry(kind, &mut cases, browser.as_deref()).await?;
        }
        Ok(Some(TestSuite { kind, cases }))
    }

    /// Runs what failed once more.
    async fn retry(&self, kind: TestKind, cases: &mut [TestCase], browser: Option<&Path>) -> Result<(), Error> {
        let failed: Vec<(usize, String)> = (cases.iter().enumerate())
            .filter(|(_, case)| matches!(case.status, TestStatus::Failed { .. } | TestStatus::Error { .. }))
            .filter_map(|(index, case)| Some((index, node_id(&self.directory, case)?)))
            .collect();
        if failed.is_empty() || failed.len() > RETRIED {
            return Ok(());
        }
        let ids: Vec<String> = failed.iter().map(|(_, id)| id.clone()).collect();
        let (again, _) = self.pytest(kind, &ids, &[], browser, true).await?;
        for (index, _) in failed {
            let Some(case) = cases.get_mut(index) else { continue };
            let is_same = |other: &&TestCase| other.name == case.name && other.classname == case.classname;
            let Some(other) = again.iter().find(is_same) else { continue };
            case.artifacts.trace.clone_from(&other.artifacts.trace);
            if other.status == TestStatus::Passed
                && let TestStatus::Failed { message, detail } | TestStatus::Error { message, detail } = &case.status
            {
                case.status = TestStatus::Flaky { message: message.clone(), detail: detail.clone() };
            }
        }
        Ok(())
    }

    /// Runs some files in one process, in their order, and returns what ran; with `stop_at_first`, up to the first test
    /// that does not hold. Tests whose ids are `left_out` do not run.
    ///
    /// # Errors
    ///
    /// When pytest cannot be started.
    pub async fn run_files(
        &self,
        files: &[String],
        left_out: &[String],
        stop_at_first: bool,
    ) -> Result<(Vec<TestCase>, Outcome), Error> {
        let mut options: Vec<String> = left_out.iter().map(|id| format!("--deselect={id}")).collect();
        options.extend(stop_at_first.then(|| "-x".to_owned()));
        let browser = self.browser().await.ok();
        self.pytest(TestKind::Unit, files, &options, browser.as_deref(), false).await
    }

    /// The name by which pytest runs a test again; `None` when its file is not there.
    pub fn id(&self, case: &TestCase) -> Option<String> {
        node_id(&self.directory, case)
    }

    async fn pytest(
        &self,
        kind: TestKind,
        what: &[String],
        options: &[String],
        browser: Option<&Path>,
        traced: bool,
    ) -> Result<(Vec<TestCase>, Outcome), Error> {
        let folder = tempfile::tempdir().map_err(Error::at(std::env::temp_dir()))?;
        let junit = folder.path().join("junit.xml");
        let mut child = self
            .python
            .child(&self.directory)
            .args(["-m", "pytest", "-v", "--color=no", "--tb=short", "-p", "no:cacheprovider"])
            .args(["-o", "console_output_style=classic", "-o", "junit_family=xunit2", "-o", "junit_logging=no"])
            .arg("--rootdir")
            .arg(&self.directory)
            .arg("--junitxml")
            .arg(&junit)
            .args(options)
            .args(what)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .limit(self.limit);
        if let Some(marker) = &self.without_marker {
            child = child.arg("-m").arg(format!("not {marker}"));
        }
        if let Some(uri) = &self.database_uri {
            child = child.env("FABWRIGHT_DATABASE_URI", uri);
        }
        if let Some(measured) = &self.measured {
            let kinds = measured.folder.join("kinds");
            std::fs::create_dir_all(&kinds).map_err(Error::at(&kinds))?;
            child = child.env("COVERAGE_FILE", kinds.join(format!("all.{}", kind.as_str())));
        }
        if let Some(browser) = browser {
            child = child.env(BROWSER_VARIABLE, browser);
        }
        if let (Some(artifacts), Some(_)) = (&self.artifacts, browser) {
            std::fs::create_dir_all(artifacts).map_err(Error::at(artifacts))?;
            child = child.env(ARTIFACTS_VARIABLE, artifacts);
            child = if traced { child.env(TRACE_VARIABLE, "1") } else { child };
        }
        if let Some(callback) = &self.on_line {
            child = child.on_line(callback.clone());
        }
        let outcome = child.run().await?;
        let read = std::fs::read_to_string(&junit).ok().and_then(|xml| read_junit(&xml).ok());
        let ended = outcome.code().is_some_and(|code| [0, 1, 5].contains(&code)) && read.is_some();
        let mut cases = read.unwrap_or_else(|| printed::cases(&outcome.stdout));
        for case in &mut cases {
            // The names come from tests, which may say anything.
            case.artifacts.screenshots.retain(|file| self.is_kept(file));
            case.artifacts.trace = case.artifacts.trace.take().filter(|file| self.is_kept(file));
        }
        // Exit code 2 with failed collections is told case by case.
        let told =
            outcome.code() == Some(2) && cases.iter().any(|case| matches!(case.status, TestStatus::Error { .. }));
        if !ended && !told {
            cases.push(self.broken_off(kind, &outcome));
        }
        Ok((cases, outcome))
    }

    /// Whether a file of that name lies in the folder of artifacts.
    fn is_kept(&self, file: &str) -> bool {
        let plain = Path::new(file).file_name().is_some_and(|name| name == file);
        plain && self.artifacts.as_ref().is_some_and(|folder| folder.join(file).is_file())
    }

    fn broken_off(&self, kind: TestKind, outcome: &Outcome) -> TestCase {
        let running = printed::running(&outcome.stdout);
        let message = match (outcome.timed_out, outcome.code()) {
            (true, _) => format!("stopped after {} s", self.limit.as_secs()),
            (false, Some(code)) => format!("pytest ended with exit code {code}"),
            (false, None) => "pytest was killed by a signal".to_owned(),
        };
        let message = match &running {
            Some(test) => format!("{message} while {test} was running"),
            None => message,
        };
        let detail = format!("{}\n{}", last(&outcome.stdout), last(&outcome.stderr)).trim().to_owned();
        synthetic(kind, "pytest", TestStatus::Error { message, detail })
    }

    /// The browser to test with, or why there is none.
    async fn browser(&self) -> Result<PathBuf, String> {
        let Some(browser) = chromium() else {
            return Err(format!("no browser: looked for {} on PATH", BROWSERS.join(", ")));
        };
        match self.python.require(&["playwright"], "browser tests").await {
            Ok(()) => Ok(browser),
            Err(_) => Err("the Python package playwright is not installed".to_owned()),
        }
    }
}

/// The Chromium of this machine: the one that `FABWRIGHT_CHROMIUM` names, or the first on PATH.
pub fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os(BROWSER_VARIABLE).map(PathBuf::from).filter(|file| super::child::is_executable(file));
    named.or_else(|| BROWSERS.into_iter().find_map(on_path))
}

fn synthetic(kind: TestKind, name: &str, status: TestStatus) -> TestCase {
    TestCase {
        classname: format!("tests.{}", kind.as_str()),
        name: name.to_owned(),
        seconds: 0.0,
        status,
        artifacts: Artifacts::default(),
    }
}

fn last(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines.get(lines.len().saturating_sub(TAIL)..).unwrap_or_default().join("\n")
}

/// The name by which pytest runs the test again: the class name of a case is its file and its classes, with dots.
fn node_id(directory: &Path, case: &TestCase) -> Option<String> {
    let parts: Vec<&str> = case.classname.split('.').collect();
    (1..=parts.len()).rev().find_map(|end| {
        let (file, classes) = parts.split_at(end);
        let file = format!("{}.py", file.join("/"));
        directory.join(&file).is_file().then(|| {
            std::iter::once(file.as_str())
                .chain(classes.iter().copied())
                .chain([case.name.as_str()])
                .collect::<Vec<_>>()
                .join("::")
        })
    })
}
