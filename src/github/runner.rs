//! The files through which a step answers its runner.
//!
//! See "Workflow commands for GitHub Actions" in GitHub's documentation: outputs go to the file that
//! `GITHUB_OUTPUT` names, the job summary to the one that `GITHUB_STEP_SUMMARY` names.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::Error;

/// The largest job summary that GitHub takes from one step, in bytes.
const SUMMARY_LIMIT: usize = 1024 * 1024;

/// The files of one step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Runner {
    /// Where outputs go.
    pub output: Option<PathBuf>,
    /// Where the job summary goes.
    pub summary: Option<PathBuf>,
}

impl Runner {
    /// Appends outputs, whatever their values hold.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set_outputs(&self, outputs: &[(&str, String)]) -> Result<(), Error> {
        let Some(path) = &self.output else { return Ok(()) };
        let text: String = outputs.iter().map(|(name, value)| heredoc(name, value)).collect();
        append(path, &text)
    }

    /// Appends to the job summary, cut at a line where it would be too large for GitHub.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn add_summary(&self, markdown: &str) -> Result<(), Error> {
        let Some(path) = &self.summary else { return Ok(()) };
        let mut end = markdown.len().min(SUMMARY_LIMIT - 1);
        if end < markdown.len() {
            while !markdown.is_char_boundary(end) {
                end -= 1;
            }
            end = markdown[..end].rfind('\n').unwrap_or(end);
        }
        append(path, &format!("{}\n", &markdown[..end]))
    }
}

/// The multi-line form of an output, with a delimiter that the value does not contain.
fn heredoc(name: &str, value: &str) -> String {
    let mut delimiter = String::from("FABWRIGHT_END");
    while value.contains(&delimiter) {
        delimiter.push('_');
    }
    format!("{name}<<{delimiter}\n{value}\n{delimiter}\n")
}

fn append(path: &Path, text: &str) -> Result<(), Error> {
    let write = || OpenOptions::new().append(true).create(true).open(path)?.write_all(text.as_bytes());
    write().map_err(|source| Error::Write { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_end_its_own_output() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("output");
        let runner = Runner { output: Some(path.clone()), summary: None };
        runner.set_outputs(&[("a", "x\nFABWRIGHT_END\nb=evil".into()), ("c", "1".into())]).expect("written");
        assert_eq!(
            std::fs::read_to_string(path).expect("text"),
            "a<<FABWRIGHT_END_\nx\nFABWRIGHT_END\nb=evil\nFABWRIGHT_END_\nc<<FABWRIGHT_END\n1\nFABWRIGHT_END\n"
        );
    }

    #[test]
    fn a_summary_stays_under_the_limit() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("summary");
        let runner = Runner { output: None, summary: Some(path.clone()) };
        runner.add_summary(&"é line\n".repeat(200_000)).expect("written");
        let text = std::fs::read_to_string(path).expect("text");
        assert!(text.len() <= SUMMARY_LIMIT);
        assert!(text.ends_with("é line\n"));
    }
}
