//! What the lines that pytest prints with `-v` tell of a run that left no JUnit file.

use crate::outcome::{Artifacts, TestCase, TestStatus};

const WORDS: [&str; 6] = [" PASSED", " XPASS", " FAILED", " ERROR", " SKIPPED", " XFAIL"];

fn status(word: &str) -> TestStatus {
    let message = word.trim().to_lowercase();
    match word {
        " PASSED" | " XPASS" => TestStatus::Passed,
        " FAILED" => TestStatus::Failed { message, detail: String::new() },
        " ERROR" => TestStatus::Error { message, detail: String::new() },
        _ => TestStatus::Skipped { reason: message },
    }
}

/// The tests that came to an end.
pub(super) fn cases(output: &str) -> Vec<TestCase> {
    let ended = output.lines().filter_map(|line| {
        let line = line.trim_end();
        WORDS.iter().find_map(|word| Some((test(line.strip_suffix(word)?)?, status(word))))
    });
    ended
        .map(|((classname, name), status)| TestCase {
            classname,
            name,
            seconds: 0.0,
            status,
            artifacts: Artifacts::default(),
        })
        .collect()
}

/// The test that was running when the output broke off.
pub(super) fn running(output: &str) -> Option<String> {
    let line = output.lines().rev().find(|line| !line.trim().is_empty())?.trim_end();
    let ended = WORDS.iter().any(|word| line.ends_with(word));
    (!ended && test(line).is_some()).then(|| line.to_owned())
}

fn test(id: &str) -> Option<(String, String)> {
    let (file, rest) = id.split_once("::")?;
    let module = file.strip_suffix(".py")?.replace('/', ".");
    // The parameters of a test may hold anything.
    let plain = rest.find('[').unwrap_or(rest.len());
    Some(match rest.get(..plain)?.rfind("::") {
        Some(at) => (format!("{module}.{}", rest.get(..at)?.replace("::", ".")), rest.get(at + 2..)?.to_owned()),
        None => (module, rest.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\
collected 3 items

tests/unit/test_a.py::test_one PASSED
tests/unit/test_a.py::TestB::test_two[x::y z] FAILED
tests/unit/test_a.py::test_three ";

    #[test]
    fn ended_and_running_tests_are_told_apart() {
        let cases = cases(OUTPUT);
        assert_eq!(cases.len(), 2);
        assert_eq!((cases[0].classname.as_str(), cases[0].name.as_str()), ("tests.unit.test_a", "test_one"));
        assert_eq!(
            (cases[1].classname.as_str(), cases[1].name.as_str()),
            ("tests.unit.test_a.TestB", "test_two[x::y z]")
        );
        assert_eq!(running(OUTPUT).as_deref(), Some("tests/unit/test_a.py::test_three"));
        assert_eq!(running("tests/unit/test_a.py::test_one PASSED\n"), None);
    }
}
