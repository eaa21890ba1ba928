//! Runs the generated tests on the new schema: the head's, and the base's to learn whether deployed code survives.

use std::path::PathBuf;
use std::time::Duration;

use super::regenerate::Regeneration;
use super::rehearse::Rehearsed;
use super::sides::{Plan, Side, Sides};
use crate::app::application::kinds;
use crate::app::{Console, Error};
use crate::outcome::{TestKind, TestReport};
use crate::report::{Compatibility, Facts};
use crate::run::pytest::Suite;

/// The pytest marker of tests that compare the database with the models. They are about the schema, which is meant to
/// differ, and not about what the code does.
const ABOUT_THE_SCHEMA: &str = "schema";

const NO_TESTS: &str = "the base has no generated tests";

/// Runs the suites and puts their results into the facts. What a failure in a browser looked like goes into `kept`.
pub(super) async fn run(
    sides: &Sides,
    plan: &Plan,
    rehearsed: &Rehearsed,
    regeneration: Option<&Regeneration>,
    kept: PathBuf,
    facts: &mut Facts,
    console: &Console,
) -> Result<(), Error> {
    if regeneration.is_none() {
        facts.compatibility = Compatibility::Inferred { reason: NO_TESTS.to_owned() };
        return Ok(());
    }
    let step = console.step("Test the head");
    let mut head = suite(sides, &sides.head, plan, rehearsed, kinds(&sides.config.tests));
    head.artifacts = Some(std::path::absolute(&kept).unwrap_or(kept));
    let report = head.run().await?;
    step.done(&counted(&report));
    facts.tests = Some(report);

    if facts.changes.is_empty() {
        facts.compatibility = Compatibility::NotMeasured { reason: "the schema did not change".into() };
        return Ok(());
    }
    if !sides.base.folder.join("tests/integration").is_dir() {
        facts.compatibility = Compatibility::Inferred { reason: NO_TESTS.to_owned() };
        return Ok(());
    }
    let step = console.step("Test the base's code");
    let mut deployed = suite(sides, &sides.base, plan, rehearsed, vec![TestKind::Unit, TestKind::Integration]);
    deployed.without_marker = Some(ABOUT_THE_SCHEMA.to_owned());
    deployed.retry_failed_tests = false;
    let report = deployed.run().await?;
    step.done(&counted(&report));
    facts.compatibility = Compatibility::Measured(report);
    Ok(())
}

fn suite(sides: &Sides, side: &Side, plan: &Plan, rehearsed: &Rehearsed, kinds: Vec<TestKind>) -> Suite {
    let tests = &sides.config.tests;
    let mut suite = Suite::new(plan.python.clone(), &side.folder);
    suite.kinds = kinds;
    suite.database_uri = Some(plan.uri(&rehearsed.empty));
    suite.environment = sides.config.application.environment.clone().into_iter().collect();
    suite.workers = if tests.parallel_execution { usize::from(tests.max_test_workers) } else { 1 };
    suite.limit = Duration::from_secs(u64::from(tests.test_timeout_seconds));
    suite.retry_failed_tests = tests.retry_failed_tests;
    suite
}

fn counted(report: &TestReport) -> String {
    let counts = report.counts();
    format!("{} passed, {} failed, {} skipped", counts.passed, counts.failed, counts.skipped)
}
