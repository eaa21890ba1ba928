//! Test suites that pass, fail, crash, hang and waver.

use std::time::Duration;

use fabwright::outcome::{TestCase, TestKind, TestReport, TestStatus, write_junit};
use fabwright::run::pytest::Suite;

use crate::python;

struct Project(tempfile::TempDir);

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    async fn suite(&self, kinds: &[TestKind]) -> Suite {
        Suite { kinds: kinds.to_vec(), ..Suite::new(python::environment().await, self.0.path()) }
    }
}

fn statuses(report: &TestReport) -> Vec<(&str, &TestStatus)> {
    report.cases().map(|(_, case)| (case.name.as_str(), &case.status)).collect()
}

fn only(report: &TestReport) -> &TestCase {
    let cases: Vec<_> = report.cases().map(|(_, case)| case).collect();
    assert_eq!(cases.len(), 1, "{cases:?}");
    cases[0]
}

#[tokio::test]
async fn kinds_are_reported_in_order_with_every_outcome() {
    let project = Project::new(&[
        (
            "tests/unit/test_a.py",
            "import os\nimport pytest\n\n\ndef test_good():\n    assert os.environ['FABWRIGHT_DATABASE_URI'] == 'sqlite:///x'\n\n\n\
             class TestC:\n    @pytest.mark.parametrize('x', ['<&>', 'a b'])\n    def test_bad(self, x):\n        assert x == 1, 'no & <no>'\n\n\n\
             @pytest.mark.skip(reason='not today')\ndef test_skipped():\n    pass\n",
        ),
        (
            "tests/security/test_s.py",
            "def test_token():\n    import os\n    assert not [n for n in os.environ if 'TOKEN' in n]\n",
        ),
        ("tests/integration/.keep", ""),
    ]);
    let mut suite =
        project.suite(&[TestKind::Unit, TestKind::Integration, TestKind::Security, TestKind::Performance]).await;
    suite.database_uri = Some("sqlite:///x".into());
    let report = suite.run().await.unwrap();
    let kinds: Vec<TestKind> = report.suites.iter().map(|suite| suite.kind).collect();
    assert_eq!(kinds, [TestKind::Unit, TestKind::Integration, TestKind::Security]);
    assert!(report.suites[1].cases.is_empty(), "no tests are an empty suite");
    let counts = report.counts();
    assert_eq!((counts.passed, counts.failed, counts.skipped), (2, 2, 1));
    let bad = report.suites[0].cases.iter().find(|case| case.name == "test_bad[<&>]").unwrap();
    assert_eq!(bad.classname, "tests.unit.test_a.TestC");
    assert!(
        matches!(&bad.status, TestStatus::Failed { message, detail }
        if message.contains("no & <no>") && detail.contains("tests/unit/test_a.py:12")),
        "{bad:?}"
    );
    let xml = write_junit(&report);
    assert!(xml.contains(r#"tests="5""#) && xml.contains(r#"failures="2""#), "{xml}");
    let left: Vec<_> = std::fs::read_dir(project.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["tests"], "the run left files behind");
}

#[tokio::test]
async fn a_test_that_holds_at_the_second_try_is_flaky() {
    let project = Project::new(&[(
        "tests/unit/test_a.py",
        "from pathlib import Path\n\n\ndef test_wavers():\n    mark = Path(__file__).with_name('mark')\n    seen = mark.exists()\n    mark.touch()\n    assert seen\n\n\ndef test_bad():\n    assert False\n",
    )]);
    let mut suite = project.suite(&[TestKind::Unit]).await;
    let report = suite.run().await.unwrap();
    let statuses = statuses(&report);
    assert!(matches!(statuses[0], ("test_wavers", TestStatus::Flaky { .. })), "{statuses:?}");
    assert!(matches!(statuses[1], ("test_bad", TestStatus::Failed { .. })), "{statuses:?}");
    std::fs::remove_file(project.0.path().join("tests/unit/mark")).unwrap();
    suite.retry_failed_tests = false;
    assert_eq!(suite.run().await.unwrap().counts().failed, 2);
}

const BROWSER: &str = r##"
import os

import pytest
from playwright.sync_api import sync_playwright

from tests import failures


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        failures.keep(item, item.funcargs["browser"])
    return report


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        path = os.environ["FABWRIGHT_CHROMIUM"]
        yield playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])


@pytest.fixture
def page(request, browser):
    context = browser.new_context()
    failures.begin(context)
    with failures.traced(request.node, context):
        page = context.new_page()
        page.set_content("<h1>Shop</h1>")
        yield page
    context.close()
"##;

#[tokio::test]
async fn a_failure_in_a_browser_leaves_a_picture_and_the_second_try_a_trace() {
    let project = Project::new(&[
        ("tests/__init__.py", ""),
        ("tests/conftest.py", BROWSER),
        ("tests/failures.py", include_str!("../../templates/tests/failures.py.tera")),
        (
            "tests/e2e/test_a.py",
            "import pytest\n\n\n@pytest.mark.parametrize('shop', ['../<a> b'])\ndef test_a_shop_is_open(page, shop, record_property):\n    \
             record_property('screenshot', '../../conftest.py')\n    assert page.inner_text('h1') == 'Open'\n\n\n\
             def test_good(page):\n    assert page.inner_text('h1') == 'Shop'\n",
        ),
    ]);
    let kept = tempfile::tempdir().unwrap();
    let mut suite = project.suite(&[TestKind::E2e]).await;
    suite.artifacts = Some(kept.path().to_owned());
    let report = suite.run().await.unwrap();
    let case = report.cases().map(|(_, case)| case).find(|case| case.name != "test_good").unwrap();
    assert_eq!(case.title(), "A shop is open (../<a> b)");
    assert_eq!(case.place(), Some(("tests/e2e/test_a.py", 7)));
    let [picture] = case.artifacts.screenshots.as_slice() else { panic!("{case:?}") };
    assert!(picture.starts_with("e2e-test_a.py-test_a_shop_is_open-..-a-b-"), "{picture}");
    assert!(std::fs::read(kept.path().join(picture)).unwrap().starts_with(b"\x89PNG"));
    let trace = case.artifacts.trace.as_ref().unwrap();
    assert!(std::fs::read(kept.path().join(trace)).unwrap().starts_with(b"PK"));
    let mut files: Vec<_> =
        std::fs::read_dir(kept.path()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    assert_eq!(files, [picture.clone(), trace.clone()], "a test that held keeps nothing");
    let xml = write_junit(&report);
    assert!(xml.contains(&format!(r#"<property name="screenshot" value="{picture}"/>"#)), "{xml}");
}

#[tokio::test]
async fn a_file_that_cannot_be_imported_is_an_error() {
    let project = Project::new(&[
        ("tests/unit/test_a.py", "import nothing_of_the_kind\n"),
        ("tests/unit/test_b.py", "def test_good():\n    pass\n"),
    ]);
    let report = project.suite(&[TestKind::Unit]).await.run().await.unwrap();
    let case = only(&report);
    assert!(
        matches!(&case.status, TestStatus::Error { detail, .. } if detail.contains("nothing_of_the_kind")),
        "{case:?}"
    );
}

#[tokio::test]
async fn a_hanging_test_is_named_and_the_others_are_kept() {
    let project = Project::new(&[(
        "tests/unit/test_a.py",
        "import time\n\n\ndef test_good():\n    pass\n\n\ndef test_hangs():\n    time.sleep(600)\n",
    )]);
    let mut suite = project.suite(&[TestKind::Unit]).await;
    suite.limit = Duration::from_secs(12);
    suite.retry_failed_tests = false;
    let report = suite.run().await.unwrap();
    let statuses = statuses(&report);
    assert_eq!(statuses[0], ("test_good", &TestStatus::Passed));
    assert!(
        matches!(statuses[1].1, TestStatus::Error { message, .. }
        if message == "stopped after 12 s while tests/unit/test_a.py::test_hangs was running"),
        "{statuses:?}"
    );
}

#[tokio::test]
async fn a_crash_is_an_error_with_the_last_words() {
    let project = Project::new(&[
        (
            "tests/conftest.py",
            "import pytest\n\n\ndef pytest_sessionstart():\n    pytest.exit('the database is gone', returncode=4)\n",
        ),
        ("tests/unit/test_a.py", "def test_good():\n    pass\n"),
    ]);
    let report = project.suite(&[TestKind::Unit]).await.run().await.unwrap();
    let case = only(&report);
    assert!(
        matches!(&case.status, TestStatus::Error { message, detail }
        if message == "pytest ended with exit code 4" && detail.contains("the database is gone")),
        "{case:?}"
    );
    let project = Project::new(&[("tests/unit/test_a.py", "import os\n\n\ndef test_dies():\n    os.abort()\n")]);
    let report = project.suite(&[TestKind::Unit]).await.run().await.unwrap();
    let case = only(&report);
    assert!(
        matches!(&case.status, TestStatus::Error { message, .. }
        if message == "pytest was killed by a signal while tests/unit/test_a.py::test_dies was running"),
        "{case:?}"
    );
}
