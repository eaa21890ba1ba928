//! What tools said, whatever the tool: results of tests, [`junit`], the form in which tools exchange them, and the lines
//! that they ran ([`coverage`]).

pub mod coverage;
pub mod junit;

use serde::Serialize;

pub use coverage::{Coverage, Covered, read_coverage};
pub use junit::{read_junit, write_junit};

/// The results of one run of a test suite.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TestReport {
    /// Suites in the order in which they ran.
    pub suites: Vec<TestSuite>,
    /// Wall time of the whole run, in seconds.
    pub seconds: f64,
}

/// The results of one kind of tests.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TestSuite {
    /// The kind: `unit`, `integration`, `security`, `e2e`, `accessibility`, `performance`.
    pub kind: TestKind,
    /// Cases in the order in which they ran.
    pub cases: Vec<TestCase>,
}

/// The six kinds of tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum TestKind {
    Unit,
    Integration,
    E2e,
    Performance,
    Security,
    Accessibility,
}

impl std::str::FromStr for TestKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| format!("choose among {}", Self::ALL.map(Self::as_str).join(", ")))
    }
}

impl TestKind {
    /// All of them, cheap ones first.
    pub const ALL: [Self; 6] =
        [Self::Unit, Self::Integration, Self::Security, Self::Performance, Self::E2e, Self::Accessibility];

    /// The name that files and the command line use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Integration => "integration",
            Self::E2e => "e2e",
            Self::Performance => "performance",
            Self::Security => "security",
            Self::Accessibility => "accessibility",
        }
    }
}

/// One test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TestCase {
    /// The class or module, in the tool's words.
    pub classname: String,
    /// The test's name with its parameters.
    pub name: String,
    /// Wall time in seconds.
    pub seconds: f64,
    /// What came of it.
    pub status: TestStatus,
    /// What was kept of a failure.
    #[serde(skip_serializing_if = "Artifacts::is_empty")]
    pub artifacts: Artifacts,
}

/// Files that were kept of a failure in a browser, by their names in the folder of artifacts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Artifacts {
    /// Pictures of the pages that were open.
    pub screenshots: Vec<String>,
    /// What the browser did, for `playwright show-trace`.
    pub trace: Option<String>,
}

impl Artifacts {
    /// Whether nothing was kept.
    pub fn is_empty(&self) -> bool {
        self.screenshots.is_empty() && self.trace.is_none()
    }
}

impl TestCase {
    /// The test's name as a sentence, with its parameters in parentheses.
    pub fn title(&self) -> String {
        let (name, parameters) = match self.name.split_once('[') {
            Some((name, rest)) => (name, rest.strip_suffix(']')),
            None => (self.name.as_str(), None),
        };
        let mut words = name.strip_prefix("test_").unwrap_or(name).replace('_', " ");
        if let Some(first) = words.chars().next() {
            words.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
        }
        match parameters {
            Some(parameters) => format!("{words} ({parameters})"),
            None => words,
        }
    }

    /// Where a test that did not hold broke off: the last line of the test's own file in its account.
    pub fn place(&self) -> Option<(&str, u32)> {
        let (TestStatus::Failed { detail, .. } | TestStatus::Error { detail, .. } | TestStatus::Flaky { detail, .. }) =
            &self.status
        else {
            return None;
        };
        let module = self.classname.replace('.', "/");
        detail.lines().rev().find_map(|line| {
            let (path, rest) = line.split_once(".py:").map(|(path, rest)| (path.len() + 3, rest))?;
            let path = line.get(..path)?;
            let number = rest.split(':').next()?.parse().ok()?;
            module.starts_with(path.strip_suffix(".py")?).then_some((path, number))
        })
    }
}

/// What came of a test.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum TestStatus {
    /// It passed.
    Passed,
    /// It ran and did not hold.
    Failed {
        /// The first line of the tool's message.
        message: String,
        /// The whole account.
        detail: String,
    },
    /// It did not hold at first, and held when it was run once more.
    Flaky {
        /// The first line of the tool's message about the first run.
        message: String,
        /// The whole account of the first run.
        detail: String,
    },
    /// It could not run.
    Error {
        /// The first line of the tool's message.
        message: String,
        /// The whole account.
        detail: String,
    },
    /// It was left out, or failed as it was expected to.
    Skipped {
        /// Why.
        reason: String,
    },
}

/// Numbers of tests by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct Counts {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
}

impl TestReport {
    /// All cases with the kind of their suite.
    pub fn cases(&self) -> impl Iterator<Item = (TestKind, &TestCase)> {
        self.suites.iter().flat_map(|suite| suite.cases.iter().map(move |case| (suite.kind, case)))
    }

    /// Counts over all suites. A test that could not run counts as failed, one that held at the second try as passed.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (_, case) in self.cases() {
            match case.status {
                TestStatus::Passed | TestStatus::Flaky { .. } => counts.passed += 1,
                TestStatus::Failed { .. } | TestStatus::Error { .. } => counts.failed += 1,
                TestStatus::Skipped { .. } => counts.skipped += 1,
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(classname: &str, name: &str, detail: &str) -> TestCase {
        TestCase {
            classname: classname.into(),
            name: name.into(),
            seconds: 0.0,
            status: TestStatus::Failed { message: String::new(), detail: detail.into() },
            artifacts: Artifacts::default(),
        }
    }

    #[test]
    fn a_name_is_a_sentence() {
        let title = |name| case("", name, "").title();
        assert_eq!(title("test_an_order_has_a_number"), "An order has a number");
        assert_eq!(title("test_status_is_taken[active-é[1]]"), "Status is taken (active-é[1])");
        assert_eq!(title("test_é"), "É");
        assert_eq!(title("test_"), "");
    }

    #[test]
    fn the_place_is_the_last_line_of_the_test_itself() {
        let detail = "tests/unit/test_a.py:7: in test_x\n    f()\ntests/unit/test_a.py:3: in f\n    g()\ntests/support.py:9: in g\nE   x.py:y";
        assert_eq!(case("tests.unit.test_a.TestC", "test_x", detail).place(), Some(("tests/unit/test_a.py", 3)));
        assert_eq!(case("tests.unit.test_b", "test_x", detail).place(), None);
        let passed = TestCase { status: TestStatus::Passed, ..case("tests.unit.test_a", "test_x", "") };
        assert_eq!(passed.place(), None);
    }
}
