//! `fabwright mutate`: plants faults in a copy of the application, one at a time, and tells which its tests notice.

mod bench;
mod contract;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use self::bench::Bench;
use self::contract::Contract;
use super::application::Application;
use super::{Console, Error, Exit, Format};
use crate::mutation;
pub use crate::mutation::Operator;
use crate::report;

/// The kinds whose tests are run: those without a browser, which would take minutes for each fault.
const KINDS: [&str; 3] = ["tests/unit/", "tests/integration/", "tests/security/"];

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
    /// Whether schemathesis is let loose on each, too.
    pub schemathesis: bool,
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
            console.print(&report::mutation::fault(mutant));
        }
        return Ok(Exit::Done);
    }
    let tests: BTreeMap<_, _> = tests.into_iter().filter(|(path, _)| is_test(path)).collect();
    if tests.is_empty() {
        return Err(Error::NoTests { folder: application.folder.display().to_string() });
    }
    let python = application.python(request.python.clone(), console).await?;
    let mut bench = Bench::new(&application, python.clone(), request.workers, console).await?;
    let step = console.step("Test as it is");
    let mut report = bench.as_it_is(&tests).await?;
    step.done(&format!("{} tests pass, {} fail", report.tests, report.false_alarms.len()));
    let contract = if request.schemathesis {
        let step = console.step("Schemathesis as it is");
        let contract = Contract::begin(&application, &python, bench.home()).await?;
        step.done(&format!("{} findings, which do not count", contract.known().await));
        Some(Arc::new(contract))
    } else {
        None
    };
    report.tried = bench.try_all(mutants, &tests, contract, console).await?;

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
