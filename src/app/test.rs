//! `fabwright test`: runs the application's tests where they stand, kind by kind.

use std::path::PathBuf;
use std::time::Duration;

use super::application::{Application, kinds};
use super::databases::Databases;
use super::{Console, Error, Exit, Format};
pub use crate::outcome::TestKind;
use crate::outcome::write_junit;
use crate::report::suite::{ARTIFACTS, SuiteRun};
pub use crate::run::pytest::Shard;
use crate::run::pytest::{Measured, Suite};
use crate::store::folder;

/// The variable that tells load tests where to write what they measured.
const PERFORMANCE_REPORTS: &str = "FABWRIGHT_PERFORMANCE_REPORTS";

/// The arguments of the command.
#[derive(Debug)]
pub struct Request {
    /// The application's folder.
    pub application: PathBuf,
    /// Configuration to use instead of the folder's.
    pub config: Option<PathBuf>,
    /// An interpreter that has everything already.
    pub python: Option<PathBuf>,
    /// The kinds to run; those of the configuration when empty.
    pub kinds: Vec<TestKind>,
    /// Which share of the files to run.
    pub shard: Option<Shard>,
    /// The tables whose tests run first.
    pub first: Vec<String>,
    /// How many processes at a time; the configuration's number when not given.
    pub workers: Option<usize>,
    /// Whether a test that fails is an end of it, with no second try.
    pub no_retry: bool,
    /// The SQLAlchemy URI of a migrated, empty database.
    pub database_uri: Option<String>,
    /// Whether to measure coverage, and ask for the configuration's percentage.
    pub coverage: bool,
    /// Where the reports go.
    pub out: Option<PathBuf>,
    /// What to print.
    pub format: Format,
}

/// Runs the command.
///
/// # Errors
/// When the folder holds no application, or Python cannot be started.
pub async fn run(request: &Request, console: &Console) -> Result<Exit, Error> {
    let application = Application::open(&request.application, request.config.as_deref())?;
    let tests = &application.config.tests;
    if !application.sources.files.iter().any(|(path, _)| path.starts_with("tests/")) {
        return Err(Error::NoTests { folder: application.folder.display().to_string() });
    }
    let python = application.python(request.python.clone(), console).await?;
    let kept = tempfile::tempdir().map_err(|source| Error::Temporary { source })?;
    let mut suite = Suite::new(python, &application.folder);
    suite.kinds = if request.kinds.is_empty() { kinds(tests) } else { request.kinds.clone() };
    let made = match &request.database_uri {
        Some(_) => None,
        None => Databases::for_tests(&application, &suite.python, console).await?,
    };
    suite.database_uri = request.database_uri.clone().or_else(|| made.as_ref().map(|(_, it)| it.uri.clone()));
    suite.environment = application.config.application.environment.clone().into_iter().collect();
    let configured = if tests.parallel_execution { usize::from(tests.max_test_workers) } else { 1 };
    suite.workers = request.workers.unwrap_or(configured);
    suite.limit = Duration::from_secs(u64::from(tests.test_timeout_seconds));
    suite.retry_failed_tests = tests.retry_failed_tests && !request.no_retry;
    suite.first.clone_from(&request.first);
    suite.shard = request.shard;
    let package = application.config.application.package.clone();
    suite.measured = request.coverage.then(|| Measured { package: package.clone(), folder: kept.path().to_owned() });

    if let Some(out) = request.out.as_ref().filter(|_| tests.generate_performance_reports) {
        folder::make(out)?;
        let out = std::path::absolute(out).map_err(|source| Error::Unreadable { path: out.clone(), source })?;
        suite.environment.push((PERFORMANCE_REPORTS.to_owned(), out.display().to_string()));
    }

    if let Some(out) = &request.out {
        folder::make(out)?;
        let out = std::path::absolute(out).map_err(|source| Error::Unreadable { path: out.clone(), source })?;
        suite.artifacts = Some(out.join(ARTIFACTS));
    }
    let step = console.step("Test");
    let report = suite.run().await?;
    let coverage = suite.coverage().await?;
    let counts = report.counts();
    step.done(&format!("{} passed, {} failed, {} skipped", counts.passed, counts.failed, counts.skipped));

    let run = SuiteRun { report: &report, coverage: coverage.as_ref(), package: &package };
    let json = run.json().map_err(|error| Error::bug("the results of the tests", error))?;
    if let Some(out) = &request.out {
        folder::make(out)?;
        if tests.generate_junit_xml {
            folder::write(&out.join("junit.xml"), &write_junit(&report))?;
        }
        if let Some(coverage) = coverage.as_ref().filter(|_| tests.generate_coverage_reports) {
            let text = serde_json::to_string_pretty(coverage).map_err(|error| Error::bug("the coverage", error))?;
            folder::write(&out.join("coverage.json"), &text)?;
        }
        folder::write(&out.join("test-results.json"), &json)?;
        folder::write(&out.join("test-summary.md"), &run.markdown())?;
    }
    console.print(&match request.format {
        Format::Text => run.text(),
        Format::Markdown => run.markdown(),
        Format::Json => json,
    });
    let wanted = f64::from(tests.target_coverage_percentage);
    let uncovered =
        coverage.as_ref().map(|coverage| run.generated(coverage).line_percent()).filter(|has| *has < wanted);
    if let Some(has) = uncovered {
        console.complain(&format!(
            "{has:.1} % of the lines of generated code ran, and `target_coverage_percentage` asks for {wanted} %"
        ));
    }
    Ok(if counts.failed > 0 || uncovered.is_some() { Exit::TestsFailed } else { Exit::Done })
}
