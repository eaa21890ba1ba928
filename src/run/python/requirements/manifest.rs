//! What `pyproject.toml` and `Pipfile` ask for, as requirements that `pip` takes.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::document;
use crate::run::Error;

/// Groups of dependencies that tests need, beside those of the application.
const TEST_GROUPS: [&str; 2] = ["test", "tests"];

#[derive(Deserialize)]
struct Pyproject {
    #[serde(default)]
    project: Project,
    #[serde(default, rename = "dependency-groups")]
    groups: BTreeMap<String, Vec<toml::Value>>,
    #[serde(default)]
    tool: Tool,
}

#[derive(Deserialize, Default)]
struct Project {
    #[serde(default)]
    dependencies: Vec<String>,
    #[serde(default, rename = "optional-dependencies")]
    optional: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize, Default)]
struct Tool {
    poetry: Option<Poetry>,
}

#[derive(Deserialize)]
struct Poetry {
    #[serde(default)]
    dependencies: BTreeMap<String, Dependency>,
    #[serde(default)]
    group: BTreeMap<String, Group>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    dependencies: BTreeMap<String, Dependency>,
}

#[derive(Deserialize)]
struct Pipfile {
    #[serde(default)]
    packages: BTreeMap<String, Dependency>,
}

/// A dependency as Poetry and Pipenv write it, by name.
#[derive(Deserialize)]
#[serde(untagged)]
enum Dependency {
    Version(String),
    Table(Table),
    /// One for each platform or version of Python.
    Several(Vec<Table>),
}

#[derive(Deserialize)]
struct Table {
    version: Option<String>,
    #[serde(default)]
    extras: Vec<String>,
    git: Option<String>,
    #[serde(alias = "branch", alias = "tag", alias = "ref")]
    rev: Option<String>,
    #[serde(alias = "file")]
    url: Option<String>,
    path: Option<String>,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    markers: Option<String>,
}

/// The requirements of `pyproject.toml` in this folder: of `[project]`, or else of Poetry.
pub(super) fn pyproject(folder: &Path) -> Result<Vec<String>, Error> {
    let Pyproject { project, groups, tool } = document::toml(folder, "pyproject.toml")?;
    let mut lines = project.dependencies;
    for name in TEST_GROUPS {
        lines.extend(project.optional.get(name).cloned().unwrap_or_default());
        // A table includes another group.
        lines.extend(groups.get(name).into_iter().flatten().filter_map(toml::Value::as_str).map(str::to_owned));
    }
    if let Some(poetry) = tool.poetry {
        if lines.is_empty() {
            lines.extend(poetry.dependencies.iter().flat_map(|(name, one)| one.requirements(name)));
        }
        let tests = TEST_GROUPS.iter().filter_map(|name| poetry.group.get(*name)).flat_map(|group| &group.dependencies);
        lines.extend(tests.flat_map(|(name, one)| one.requirements(name)));
    }
    Ok(lines)
}

/// The requirements of `Pipfile` in this folder.
pub(super) fn pipfile(folder: &Path) -> Result<Vec<String>, Error> {
    let Pipfile { packages } = document::toml(folder, "Pipfile")?;
    Ok(packages.iter().flat_map(|(name, one)| one.requirements(name)).collect())
}

impl Dependency {
    /// The requirements, without those of Python itself, of a folder, or of something optional.
    fn requirements(&self, name: &str) -> Vec<String> {
        if name == "python" {
            return Vec::new();
        }
        match self {
            Self::Version(version) => vec![format!("{name}{}", specifiers(version))],
            Self::Table(table) => table.requirement(name).into_iter().collect(),
            Self::Several(tables) if tables.iter().all(|table| table.markers.is_some()) => {
                tables.iter().filter_map(|table| table.requirement(name)).collect()
            }
            // Where it depends on the version of Python, the lock file says which it is.
            Self::Several(_) => vec![name.to_owned()],
        }
    }
}

impl Table {
    fn requirement(&self, name: &str) -> Option<String> {
        if self.optional || self.path.is_some() {
            return None;
        }
        let extras = if self.extras.is_empty() { String::new() } else { format!("[{}]", self.extras.join(",")) };
        let from = match (&self.git, &self.url) {
            (Some(git), _) => {
                let rev = self.rev.as_ref().map_or_else(String::new, |rev| format!("@{rev}"));
                format!(" @ git+{}{rev}", git.trim_start_matches("git+"))
            }
            (None, Some(url)) => format!(" @ {url}"),
            (None, None) => self.version.as_deref().map_or_else(String::new, specifiers),
        };
        let markers = self.markers.as_ref().map_or_else(String::new, |markers| format!(" ; {markers}"));
        Some(format!("{name}{extras}{from}{markers}"))
    }
}

/// Version specifiers for a constraint of Poetry or Pipenv. Of alternatives (`^1 || ^2`) the lock file knows which it is.
fn specifiers(constraint: &str) -> String {
    if constraint.contains('|') {
        return String::new();
    }
    let all = constraint.split(',').map(str::trim).filter(|one| !one.is_empty() && *one != "*");
    all.map(specifier).collect::<Vec<_>>().join(",")
}

/// <https://python-poetry.org/docs/dependency-specification/>: a caret keeps the first number that is not zero, a tilde
/// the first two.
fn specifier(constraint: &str) -> String {
    let bounds = |version: &str, kept: usize| {
        let version = version.trim();
        let mut numbers: Vec<u64> = version.split('.').map_while(|part| part.parse().ok()).collect();
        numbers.truncate(kept.max(1));
        if let Some(last) = numbers.last_mut() {
            *last = last.saturating_add(1);
        }
        let next: Vec<String> = numbers.iter().map(u64::to_string).collect();
        format!(">={version},<{}", next.join("."))
    };
    if let Some(version) = constraint.strip_prefix('^') {
        let zeros = version.trim().split('.').take_while(|part| part.trim_start_matches('0').is_empty()).count();
        return bounds(version, zeros + 1);
    }
    match constraint.strip_prefix('~') {
        Some(rest) if !rest.starts_with('=') => bounds(rest, 2),
        _ if constraint.starts_with(|first: char| first.is_ascii_digit()) => format!("=={constraint}"),
        _ => constraint.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poetry_s_constraints_become_specifiers() {
        for (constraint, expected) in [
            ("^1.2.3", ">=1.2.3,<2"),
            ("^0.2.3", ">=0.2.3,<0.3"),
            ("^0.0.3", ">=0.0.3,<0.0.4"),
            ("^0.0", ">=0.0,<0.1"),
            ("^0", ">=0,<1"),
            ("~1.2.3", ">=1.2.3,<1.3"),
            ("~1", ">=1,<2"),
            ("~=1.2", "~=1.2"),
            ("1.2.3", "==1.2.3"),
            ("1.2.*", "==1.2.*"),
            (">=1, <3,!=2.1", ">=1,<3,!=2.1"),
            ("*", ""),
            ("^1 || ^2", ""),
        ] {
            assert_eq!(specifiers(constraint), expected, "{constraint}");
        }
    }

    fn written(file: &str, text: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(file), text).unwrap();
        folder
    }

    #[test]
    fn a_project_s_dependencies_and_those_of_its_tests_are_asked_for() {
        let text = r#"
            [project]
            dependencies = ["Flask-AppBuilder>=4,<5"]
            [project.optional-dependencies]
            test = ["hypothesis"]
            docs = ["sphinx"]
            [dependency-groups]
            tests = ["pytest-mock", { include-group = "lint" }]
        "#;
        let folder = written("pyproject.toml", text);
        assert_eq!(pyproject(folder.path()).unwrap(), ["Flask-AppBuilder>=4,<5", "hypothesis", "pytest-mock"]);
    }

    #[test]
    fn poetry_s_dependencies_are_asked_for() {
        let text = r#"
            [tool.poetry.dependencies]
            python = "^3.11"
            flask-appbuilder = { version = "^5.0", extras = ["oauth"] }
            fork = { git = "https://example.com/fork.git", rev = "abc" }
            local = { path = "../local" }
            psycopg2 = "*"
            rich = { version = "^13", optional = true }
            scipy = [{ version = "^1.9", python = "<3.12" }, { version = "^2", python = ">=3.12" }]
            tzdata = [{ version = "^1", markers = "os_name == 'nt'" }, { version = "^2", markers = "os_name == 'posix'" }]
            waitress = { version = "^3", markers = "sys_platform != 'win32'" }
            [tool.poetry.group.test.dependencies]
            hypothesis = "6.1"
        "#;
        let folder = written("pyproject.toml", text);
        assert_eq!(
            pyproject(folder.path()).unwrap(),
            [
                "flask-appbuilder[oauth]>=5.0,<6",
                "fork @ git+https://example.com/fork.git@abc",
                "psycopg2",
                "scipy",
                "tzdata>=1,<2 ; os_name == 'nt'",
                "tzdata>=2,<3 ; os_name == 'posix'",
                "waitress>=3,<4 ; sys_platform != 'win32'",
                "hypothesis==6.1",
            ]
        );
    }

    #[test]
    fn pipenv_s_packages_are_asked_for() {
        let folder = written("Pipfile", "[packages]\nflask-appbuilder = \"==4.8.1\"\nshop = {path = \".\"}\n");
        assert_eq!(pipfile(folder.path()).unwrap(), ["flask-appbuilder==4.8.1"]);
    }
}
