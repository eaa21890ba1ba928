//! JUnit XML, the form in which test tools exchange results.

use std::time::Duration;

use quick_junit::{
    NonSuccessKind, Property, Report, TestCase as JunitCase, TestCaseStatus, TestRerun, TestSuite as JunitSuite,
};

use super::{Artifacts, TestCase, TestReport, TestStatus};

/// The names of the properties that say what was kept of a failure.
const SCREENSHOT: &str = "screenshot";
const TRACE: &str = "trace";

/// The text of a JUnit file is not what it should be.
#[derive(Debug, thiserror::Error)]
#[error("not a JUnit report: {0}")]
pub struct JunitError(String);

/// The report as one JUnit file, with a suite for each kind of tests.
pub fn write_junit(report: &TestReport) -> String {
    let mut junit = Report::new("fabwright");
    junit.set_time(seconds(report.seconds));
    for suite in &report.suites {
        let mut written = JunitSuite::new(suite.kind.as_str());
        written.set_time(seconds(suite.cases.iter().map(|case| case.seconds).sum()));
        written.add_test_cases(suite.cases.iter().map(write_case));
        junit.add_test_suite(written);
    }
    // Writing fails only where the receiver does, and a string always receives.
    junit.to_string().unwrap_or_default()
}

/// The cases of a JUnit file, in their order.
///
/// # Errors
///
/// When the text is no JUnit file.
pub fn read_junit(xml: &str) -> Result<Vec<TestCase>, JunitError> {
    let report = Report::deserialize_from_str(xml).map_err(|error| JunitError(error.to_string()))?;
    Ok(report.test_suites.into_iter().flat_map(|suite| suite.test_cases).map(read_case).collect())
}

fn write_case(case: &TestCase) -> JunitCase {
    let non_success = |kind, message: &str, detail: &str| {
        let mut status = TestCaseStatus::non_success(kind);
        status.set_message(message).set_description(detail);
        status
    };
    let status = match &case.status {
        TestStatus::Passed => TestCaseStatus::success(),
        TestStatus::Failed { message, detail } => non_success(NonSuccessKind::Failure, message, detail),
        TestStatus::Error { message, detail } => non_success(NonSuccessKind::Error, message, detail),
        TestStatus::Flaky { message, detail } => {
            let mut rerun = TestRerun::new(NonSuccessKind::Failure);
            rerun.set_message(message.as_str()).set_description(detail.as_str());
            let mut status = TestCaseStatus::success();
            status.add_rerun(rerun);
            status
        }
        TestStatus::Skipped { reason } => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(reason.as_str());
            status
        }
    };
    let mut written = JunitCase::new(case.name.as_str(), status);
    written.set_classname(case.classname.as_str()).set_time(seconds(case.seconds));
    written.add_properties(case.artifacts.screenshots.iter().map(|file| Property::new(SCREENSHOT, file.as_str())));
    written.add_properties(case.artifacts.trace.iter().map(|file| Property::new(TRACE, file.as_str())));
    written
}

fn read_case(case: JunitCase) -> TestCase {
    let text = |text: Option<quick_junit::XmlString>| text.map(|text| text.into_string()).unwrap_or_default();
    let status = match case.status {
        TestCaseStatus::Success { flaky_runs } => match flaky_runs.into_iter().next() {
            Some(run) => TestStatus::Flaky { message: text(run.message), detail: text(run.description) },
            None => TestStatus::Passed,
        },
        TestCaseStatus::NonSuccess { kind, message, description, .. } => {
            let detail = text(description);
            let message = text(message).lines().next().unwrap_or_default().to_owned();
            match kind {
                NonSuccessKind::Failure => TestStatus::Failed { message, detail },
                NonSuccessKind::Error => TestStatus::Error { message, detail },
            }
        }
        TestCaseStatus::Skipped { message, .. } => TestStatus::Skipped { reason: text(message) },
    };
    let kept = |wanted: &str| {
        let properties = case.properties.iter().filter(|property| property.name.as_str() == wanted);
        properties.map(|property| property.value.as_str().to_owned()).collect::<Vec<_>>()
    };
    let artifacts = Artifacts { screenshots: kept(SCREENSHOT), trace: kept(TRACE).pop() };
    TestCase {
        classname: text(case.classname),
        name: case.name.into_string(),
        seconds: case.time.unwrap_or_default().as_secs_f64(),
        status,
        artifacts,
    }
}

fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{TestKind, TestSuite};

    fn case(name: &str, status: TestStatus) -> TestCase {
        let artifacts = Artifacts { screenshots: vec!["a.png".into(), "b&<.png".into()], trace: Some("t.zip".into()) };
        TestCase { classname: "tests.unit.test_a".into(), name: name.into(), seconds: 0.25, status, artifacts }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let (message, detail) = ("assert 1 == 2".to_owned(), "def test():\n>  <b>&\u{1b}[31m ]]> 🎉".to_owned());
        let cases = vec![
            case("test_ok[<&\"'>]", TestStatus::Passed),
            case("test_bad", TestStatus::Failed { message: message.clone(), detail: "line\nline".into() }),
            case("test_broken", TestStatus::Error { message: message.clone(), detail: "x".into() }),
            case("test_maybe", TestStatus::Flaky { message, detail: "y".into() }),
            case("test_not", TestStatus::Skipped { reason: "no browser".into() }),
        ];
        let report =
            TestReport { suites: vec![TestSuite { kind: TestKind::Unit, cases: cases.clone() }], seconds: 2.0 };
        let xml = write_junit(&report);
        assert!(xml.contains(r#"<testsuite name="unit" tests="5""#), "{xml}");
        assert_eq!(read_junit(&xml).unwrap(), cases);
        let hostile = TestStatus::Failed { message: "m".into(), detail };
        let report = TestReport {
            suites: vec![TestSuite { kind: TestKind::Unit, cases: vec![case("t", hostile)] }],
            seconds: 0.0,
        };
        assert_eq!(read_junit(&write_junit(&report)).unwrap().len(), 1);
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(read_junit("<html></html>").is_err());
        assert!(read_junit("").is_err());
    }
}
