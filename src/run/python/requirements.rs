//! What an application asks to have installed, and which versions its package manager locked.

mod document;
mod lock;
mod manifest;

use std::path::{Path, PathBuf};

use pep508_rs::pep440_rs::{Operator, Version, VersionSpecifiers};
use pep508_rs::{PackageName, Requirement, VerbatimUrl, VersionOrUrl};

use self::lock::Locked;
use crate::run::Error;

/// The requirements of an application.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requirements {
    files: Vec<String>,
    asked: Vec<Asked>,
    constraints: String,
    locked: Locked,
}

/// A line of a requirements file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    file: String,
    line: String,
}

/// The version of a package that an application runs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The file that says so.
    pub file: String,
    /// The version, as far as the file tells it.
    pub version: Version,
    /// What the file says.
    pub says: String,
}

impl Requirements {
    /// Reads the `named` files of `app_dir`, or without any `requirements.txt`, `requirements/base.txt`,
    /// `requirements/prod.txt`, or else `pyproject.toml` or `Pipfile` with the versions of their lock file, and the file
    /// of test requirements beside them.
    ///
    /// # Errors
    ///
    /// When a named file is missing, nothing is there, or a file of a package manager does not parse.
    pub fn find(app_dir: &Path, named: &[PathBuf]) -> Result<Self, Error> {
        let mut found = Self { locked: Locked::read(app_dir)?, ..Self::default() };
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
        } else {
            found.read_manifest(app_dir)?;
        }
        if let Some(file) = first(&["requirements-test.txt", "requirements/test.txt", "tests/requirements.txt"]) {
            found.read(app_dir, &file, &mut Vec::new())?;
        }
        if found.text().trim().is_empty() {
            return Err(Error::Requirements {
                missing: "the application's folder has no requirements in requirements.txt, pyproject.toml or Pipfile"
                    .to_owned(),
            });
        }
        Ok(found)
    }

    /// One requirements file that stands for all that were read, constraints aside. It names no folder, so that the
    /// same requirements are the same text in every checkout.
    pub fn text(&self) -> String {
        self.asked.iter().flat_map(|asked| [asked.line.as_str(), "\n"]).collect()
    }

    /// One constraints file that stands for all that were read.
    pub fn constraints(&self) -> &str {
        &self.constraints
    }

    /// The files, for a person.
    pub fn names(&self) -> String {
        self.files.join(", ")
    }

    /// What is asked for by name, as <https://packaging.python.org/en/latest/specifications/dependency-specifiers/> has
    /// it.
    pub fn packages(&self) -> impl Iterator<Item = Requirement<VerbatimUrl>> {
        self.asked.iter().filter_map(Asked::requirement)
    }

    /// The names of all packages that are locked.
    pub fn locked(&self) -> impl Iterator<Item = &PackageName> {
        self.locked.names()
    }

    /// The version of a package that the application runs on: the one that its requirements pin, or that is locked, or
    /// the newest that its requirements allow, where `newest` is the newest major version that there is.
    pub fn release_of(&self, package: &str, newest: u64) -> Option<Release> {
        let package: PackageName = package.parse().ok()?;
        let asked: Vec<(&str, VersionSpecifiers)> = self
            .asked
            .iter()
            .filter_map(|asked| Some((asked.file.as_str(), asked.requirement()?)))
            .filter(|(_, requirement)| requirement.name == package)
            .filter_map(|(file, requirement)| match requirement.version_or_url? {
                VersionOrUrl::VersionSpecifier(specifiers) => Some((file, specifiers)),
                VersionOrUrl::Url(_) => None,
            })
            .collect();
        let is_pin = |operator: &Operator| matches!(operator, Operator::Equal | Operator::ExactEqual);
        let pinned = asked.iter().find_map(|(file, specifiers)| {
            let pin = specifiers.iter().find(|one| is_pin(one.operator()))?;
            Some(Release { file: (*file).to_owned(), version: pin.version().clone(), says: pin.version().to_string() })
        });
        let locked = || {
            let version = self.locked.version(&package)?;
            Some(Release { file: self.locked.file.clone(), version: version.clone(), says: version.to_string() })
        };
        let allowed = || {
            let (file, specifiers) = asked.iter().find(|(_, specifiers)| !specifiers.is_empty())?;
            // Which releases there are is not known here: the last of each major version stands for them.
            let last = (0..=newest).map(|major| Version::new([major, u64::from(u16::MAX)]));
            let versions = last.chain(specifiers.iter().map(|one| one.version().clone()));
            let version = versions.filter(|version| specifiers.contains(version)).max()?;
            Some(Release { file: (*file).to_owned(), version, says: specifiers.to_string() })
        };
        pinned.or_else(locked).or_else(allowed)
    }

    fn read(&mut self, app_dir: &Path, file: &Path, open: &mut Vec<PathBuf>) -> Result<(), Error> {
        if open.iter().any(|seen| seen == file) {
            return Ok(());
        }
        open.push(file.to_path_buf());
        let text = std::fs::read_to_string(file).map_err(Error::at(file))?;
        let name = file.strip_prefix(app_dir).unwrap_or(file).display().to_string();
        self.files.push(name.clone());
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
                Line::Other => self.asked.push(Asked { file: name.clone(), line: line.to_owned() }),
            }
        }
        Ok(())
    }

    fn read_manifest(&mut self, app_dir: &Path) -> Result<(), Error> {
        type Reader = fn(&Path) -> Result<Vec<String>, Error>;
        let readers: [(&str, Reader); 2] = [("pyproject.toml", manifest::pyproject), ("Pipfile", manifest::pipfile)];
        for (file, read) in readers.into_iter().filter(|(file, _)| app_dir.join(file).is_file()) {
            let lines = read(app_dir)?;
            // A pyproject.toml may be there for a linter only.
            if !lines.is_empty() {
                self.files.push(file.to_owned());
                self.asked.extend(lines.into_iter().map(|line| Asked { file: file.to_owned(), line }));
                self.constraints = self.locked.constraints();
                break;
            }
        }
        Ok(())
    }
}

impl Asked {
    /// The requirement, without the options of `pip` that may follow it.
    fn requirement(&self) -> Option<Requirement<VerbatimUrl>> {
        let line = self.line.split(" --").next().unwrap_or_default().split(" #").next().unwrap_or_default();
        line.trim().trim_end_matches('\\').trim().parse().ok()
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

    #[test]
    fn included_files_are_read_and_the_application_itself_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("requirements.txt", "flask==3.1.3\n-r more.txt\n-e .\n-c limits.txt\n");
        write("more.txt", "alembic\n-r requirements.txt\n");
        write("limits.txt", "alembic<2\n");
        let found = Requirements::find(folder.path(), &[]).unwrap();
        assert_eq!(found.text(), "flask==3.1.3\nalembic\n");
        assert_eq!(found.constraints(), "alembic<2\n\n");
        assert_eq!(found.names(), "requirements.txt, more.txt");
    }

    #[test]
    fn a_missing_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = Requirements::find(folder.path(), &["nope.txt".into()]).unwrap_err().to_string();
        assert!(error.contains("nope.txt"), "{error}");
        let error = Requirements::find(folder.path(), &[]).unwrap_err().to_string();
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

    fn release(files: &[(&str, &str)]) -> Option<(String, u64, String)> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let release = Requirements::find(folder.path(), &[]).unwrap().release_of("Flask-AppBuilder", 5)?;
        Some((release.file, release.version.release()[0], release.says))
    }

    #[test]
    fn a_pinned_version_counts_for_more_than_a_locked_one_and_that_for_more_than_a_range() {
        let lock = "[[package]]\nname = \"flask-appbuilder\"\nversion = \"4.5.0\"\n";
        let found = |file: &str, says: &str| Some((file.to_owned(), 4, says.to_owned()));
        for line in [
            "Flask-AppBuilder==4.8.1  # old",
            "flask_appbuilder[oauth] == 4.8.1 ; python_version > '3.8'",
            "flask-appbuilder==4.8.1 --hash=sha256:00",
            "flask-appbuilder==4.8.1 \\\n    --hash=sha256:00",
        ] {
            let files = [("requirements.txt", line), ("uv.lock", lock)];
            assert_eq!(release(&files), found("requirements.txt", "4.8.1"), "{line}");
        }
        let files = [("requirements.txt", "flask-appbuilder>=4\n"), ("uv.lock", lock)];
        assert_eq!(release(&files), found("uv.lock", "4.5.0"));
        let files = [("pyproject.toml", "[project]\ndependencies = [\"flask-appbuilder>=4\"]\n"), ("uv.lock", lock)];
        assert_eq!(release(&files), found("uv.lock", "4.5.0"));
        assert_eq!(release(&[("requirements.txt", "flask-appbuilder-extras==1.0\n")]), None);
    }

    #[test]
    fn the_newest_version_of_a_range_counts() {
        for (range, major) in [
            (">=4.5,<5", 4),
            (" <5.0.0, >=4.3", 4),
            ("~=4.8", 4),
            ("==4.*", 4),
            ("<4", 3),
            (">=6", 6),
            (">=4", 5),
            ("<6", 5),
            ("<6,>=4", 5),
        ] {
            let found = release(&[("requirements.txt", &format!("flask-appbuilder{range}\n"))]);
            assert_eq!(found.map(|(_, major, _)| major), Some(major), "{range}");
        }
        assert_eq!(release(&[("requirements.txt", "flask-appbuilder\n")]), None);
    }

    #[test]
    fn the_versions_of_the_lock_file_are_installed() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("pyproject.toml", "[tool.poetry.dependencies]\npython = \"^3.11\"\nflask = \"^3.0\"\n");
        write("poetry.lock", "[[package]]\nname = \"flask\"\nversion = \"3.1.2\"\n");
        let found = Requirements::find(folder.path(), &[]).unwrap();
        assert_eq!((found.text().as_str(), found.constraints()), ("flask>=3.0,<4\n", "flask==3.1.2\n"));
        // A requirements file says for itself what is installed.
        write("requirements.txt", "flask==3.0\n");
        let found = Requirements::find(folder.path(), &[]).unwrap();
        assert_eq!((found.text().as_str(), found.constraints()), ("flask==3.0\n", ""));
    }
}
