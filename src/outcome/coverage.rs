//! Which lines of the application the tests ran, as coverage.py tells it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What was covered, file by file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Files by path from the application's folder.
    pub files: BTreeMap<String, Covered>,
}

/// How much of something was covered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Covered {
    /// Lines with code on them.
    pub lines: usize,
    /// Those that ran.
    pub covered_lines: usize,
    /// Ways out of conditions.
    pub branches: usize,
    /// Those that were taken.
    pub covered_branches: usize,
    /// The lines that did not run.
    pub missing: Vec<u32>,
}

/// The text is no report of coverage.py.
#[derive(Debug, thiserror::Error)]
#[error("not a report of coverage.py: {0}")]
pub struct CoverageError(#[from] serde_json::Error);

#[derive(Deserialize)]
struct Told {
    files: BTreeMap<String, ToldFile>,
}

#[derive(Deserialize)]
struct ToldFile {
    summary: Summary,
    #[serde(default)]
    missing_lines: Vec<u32>,
}

#[derive(Deserialize)]
struct Summary {
    num_statements: usize,
    covered_lines: usize,
    #[serde(default)]
    num_branches: usize,
    #[serde(default)]
    covered_branches: usize,
}

/// Reads the JSON that `coverage json` writes.
///
/// # Errors
///
/// When the text is something else.
pub fn read_coverage(json: &str) -> Result<Coverage, CoverageError> {
    let told: Told = serde_json::from_str(json)?;
    let files = told.files.into_iter().map(|(path, file)| {
        let covered = Covered {
            lines: file.summary.num_statements,
            covered_lines: file.summary.covered_lines,
            branches: file.summary.num_branches,
            covered_branches: file.summary.covered_branches,
            missing: file.missing_lines,
        };
        (path.replace('\\', "/"), covered)
    });
    Ok(Coverage { files: files.collect() })
}

impl Coverage {
    /// The sum over the files for which `wanted` holds by path.
    pub fn sum(&self, wanted: impl Fn(&str) -> bool) -> Covered {
        let mut sum = Covered::default();
        for (_, file) in self.files.iter().filter(|(path, _)| wanted(path)) {
            sum.lines += file.lines;
            sum.covered_lines += file.covered_lines;
            sum.branches += file.branches;
            sum.covered_branches += file.covered_branches;
        }
        sum
    }
}

impl Covered {
    /// Covered lines in percent; 100 where there are none.
    pub fn line_percent(&self) -> f64 {
        percent(self.covered_lines, self.lines)
    }

    /// Taken branches in percent; 100 where there are none.
    pub fn branch_percent(&self) -> f64 {
        percent(self.covered_branches, self.branches)
    }
}

/// Counts of lines are far below what a float holds exactly.
fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { 100.0 } else { part as f64 * 100.0 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_of_coverage_py_is_read_and_summed() {
        let json = r#"{"meta": {"version": "7"}, "totals": {}, "files": {
            "app/models/a.py": {"summary": {"num_statements": 10, "covered_lines": 9, "num_branches": 4,
                "covered_branches": 3, "percent_covered": 85.0}, "missing_lines": [7], "executed_lines": [1]},
            "app/hand.py": {"summary": {"num_statements": 10, "covered_lines": 0}, "missing_lines": [1, 2]}}}"#;
        let coverage = read_coverage(json).unwrap();
        let generated = coverage.sum(|path| path.starts_with("app/models/"));
        assert_eq!((generated.line_percent(), generated.branch_percent()), (90.0, 75.0));
        assert_eq!(coverage.sum(|_| true).line_percent(), 45.0);
        assert_eq!(coverage.files["app/models/a.py"].missing, [7]);
        assert_eq!(coverage.sum(|_| false).line_percent(), 100.0);
        assert!(read_coverage("[]").is_err());
    }
}
