//! What an application asks to have installed, read into one text.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::run::{Child, Error};

/// Prints the dependencies of a pyproject.toml, one a line.
const PYPROJECT: &str = "\
import sys
try:
    import tomllib
except ImportError:
    from pip._vendor import tomli as tomllib
with open('pyproject.toml', 'rb') as file:
    document = tomllib.load(file)
for line in document.get('project', {}).get('dependencies', []):
    print(line)
";

/// The requirements of an application.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requirements {
    files: Vec<String>,
    text: String,
    constraints: String,
}

impl Requirements {
    /// Reads the `named` files of `app_dir`, or without any `requirements.txt`, `requirements/base.txt`,
    /// `pyproject.toml` and the file of test requirements beside them.
    ///
    /// # Errors
    ///
    /// When a named file is missing, or nothing is there.
    pub async fn find(app_dir: &Path, named: &[PathBuf], interpreter: &Path) -> Result<Self, Error> {
        let mut found = Self::default();
        if !named.is_empty() {
            for file in named {
                let path = app_dir.join(file);
                if !path.is_file() {
                    let missing = format!("the application's folder has no file {}", file.display());
                    return Err(Error::Requirements { missing });
                }
                found.read(app_dir, &path, &mut Vec::new())?;
            }
            return Ok(found);
        }
        let first = |names: &[&str]| names.iter().map(|name| app_dir.join(name)).find(|file| file.is_file());
        if let Some(file) = first(&["requirements.txt", "requirements/base.txt", "requirements/prod.txt"]) {
            found.read(app_dir, &file, &mut Vec::new())?;
        } else if app_dir.join("pyproject.toml").is_file() {
            found.read_pyproject(app_dir, interpreter).await?;
        }
        if let Some(file) = first(&["requirements-test.txt", "requirements/test.txt", "tests/requirements.txt"]) {
            found.read(app_dir, &file, &mut Vec::new())?;
        }
        if found.text.trim().is_empty() {
            return Err(Error::Requirements {
                missing: "the application's folder has no requirements in requirements.txt or pyproject.toml"
                    .to_owned(),
            });
        }
        Ok(found)
    }

    /// One requirements file that stands for all that were read, constraints aside. It names no folder, so that the
    /// same requirements are the same text in every checkout.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// One constraints file that stands for all that were read.
    pub fn constraints(&self) -> &str {
        &self.constraints
    }

    /// The files, for a person.
    pub fn names(&self) -> String {
        self.files.join(", ")
    }

    fn read(&mut self, app_dir: &Path, file: &Path, open: &mut Vec<PathBuf>) -> Result<(), Error> {
        if open.iter().any(|seen| seen == file) {
            return Ok(());
        }
        open.push(file.to_path_buf());
        let text = std::fs::read_to_string(file).map_err(Error::at(file))?;
        self.files.push(file.strip_prefix(app_dir).unwrap_or(file).display().to_string());
        let folder = file.parent().unwrap_or(app_dir);
        for line in text.lines() {
            match Line::of(line) {
                Line::Include(path) => self.read(app_dir, &folder.join(path), open)?,
                Line::Constraint(path) => {
                    let path = folder.join(path);
                    self.constraints.push_str(&std::fs::read_to_string(&path).map_err(Error::at(&path))?);
                    self.constraints.push('\n');
                }
                // The application itself is imported from its folder: an installed copy would grow stale.
                Line::Local => {}
                Line::Other => {
                    self.text.push_str(line);
                    self.text.push('\n');
                }
            }
        }
        Ok(())
    }

    async fn read_pyproject(&mut self, app_dir: &Path, interpreter: &Path) -> Result<(), Error> {
        let outcome =
            Child::new(interpreter, app_dir).args(["-I", "-c", PYPROJECT]).limit(Duration::from_secs(30)).run().await?;
        if !outcome.success() {
            return Err(Error::Install {
                what: "pyproject.toml".to_owned(),
                command: "python -c 'import tomllib; tomllib.load(open(\"pyproject.toml\", \"rb\"))'".to_owned(),
                output: outcome.tail(3),
            });
        }
        self.files.push("pyproject.toml".to_owned());
        self.text.push_str(&outcome.stdout);
        Ok(())
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Line<'a> {
    Include(&'a str),
    Constraint(&'a str),
    Local,
    Other,
}

impl<'a> Line<'a> {
    fn of(line: &'a str) -> Self {
        let line = line.trim();
        let value = |short: &str, long: &str| {
            let rest = line.strip_prefix(long).or_else(|| line.strip_prefix(short))?;
            let rest = rest.trim_start().trim_start_matches('=').trim_start();
            // A file on a server is for the installer to fetch.
            rest.split_whitespace().next().filter(|value| !value.contains("://"))
        };
        if let Some(path) = value("-r", "--requirement") {
            return Self::Include(path);
        }
        if let Some(path) = value("-c", "--constraint") {
            return Self::Constraint(path);
        }
        let target = value("-e", "--editable").unwrap_or(line);
        if target == "." || target == "./" || target.starts_with(".[") { Self::Local } else { Self::Other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn included_files_are_read_and_the_application_itself_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("requirements.txt", "flask==3.1.3\n-r more.txt\n-e .\n-c limits.txt\n");
        write("more.txt", "alembic\n-r requirements.txt\n");
        write("limits.txt", "alembic<2\n");
        let found = Requirements::find(folder.path(), &[], Path::new("python3")).await.unwrap();
        assert_eq!(found.text(), "flask==3.1.3\nalembic\n");
        assert_eq!(found.constraints(), "alembic<2\n\n");
        assert_eq!(found.names(), "requirements.txt, more.txt");
    }

    #[tokio::test]
    async fn a_missing_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = Requirements::find(folder.path(), &["nope.txt".into()], Path::new("python3"))
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains("nope.txt"), "{error}");
        let error = Requirements::find(folder.path(), &[], Path::new("python3")).await.unwrap_err().to_string();
        assert!(error.contains("requirements.txt"), "{error}");
    }

    #[test]
    fn options_are_told_apart() {
        assert_eq!(Line::of("--requirement=base.txt"), Line::Include("base.txt"));
        assert_eq!(Line::of("-e .[dev]"), Line::Local);
        assert_eq!(Line::of("./vendored/some.whl"), Line::Other);
        assert_eq!(Line::of("--extra-index-url https://x"), Line::Other);
        assert_eq!(Line::of("-c https://example.com/constraints.txt"), Line::Other);
    }
}
