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

/// The files through which a step speaks to its runner, as they were before code of a pull request ran beside them.
///
/// That code has no name for them in its environment, but it runs as the same user and may find them: what it wrote there
/// would be outputs of this step, and variables of the job's later ones.
#[derive(Debug)]
pub struct Kept(Vec<(PathBuf, Option<Vec<u8>>)>);

impl Kept {
    /// Reads the files. One that is not there is kept as that.
    pub fn read(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        Self(paths.into_iter().map(|path| (path.clone(), std::fs::read(path).ok())).collect())
    }

    /// Puts back what was altered, and gives the files that were.
    ///
    /// # Errors
    /// When one cannot be put back.
    pub fn put_back(&self) -> Result<Vec<&Path>, Error> {
        let mut altered = Vec::new();
        for (path, before) in &self.0 {
            if std::fs::read(path).ok() == *before {
                continue;
            }
            let write = || match before {
                // A new file: the old one may be a link to elsewhere by now.
                Some(bytes) => {
                    std::fs::remove_file(path).or_else(gone)?;
                    std::fs::write(path, bytes)
                }
                None => std::fs::remove_file(path).or_else(gone),
            };
            write().map_err(|source| Error::Write { path: path.clone(), source })?;
            altered.push(path.as_path());
        }
        Ok(altered)
    }
}

fn gone(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
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
    fn what_others_wrote_is_put_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("output"), "ours").expect("written");
        std::fs::write(path("other"), "theirs").expect("written");
        let kept = Kept::read(["output", "env", "path"].map(path));
        assert_eq!(kept.put_back().expect("nothing to do"), [""; 0].map(Path::new));
        std::fs::write(path("env"), "LD_PRELOAD=/x").expect("written");
        std::fs::remove_file(path("output")).expect("removed");
        std::os::unix::fs::symlink(path("other"), path("output")).expect("linked");
        assert_eq!(kept.put_back().expect("put back"), [path("output"), path("env")]);
        let text = |name: &str| std::fs::read_to_string(path(name)).ok();
        assert_eq!(
            (text("output").as_deref(), text("env"), text("other").as_deref()),
            (Some("ours"), None, Some("theirs"))
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
