//! What a package manager locked: the version of every package that it would install.

use std::collections::BTreeMap;
use std::path::Path;

use pep508_rs::PackageName;
use pep508_rs::pep440_rs::Version;
use serde::Deserialize;

use super::document;
use crate::run::Error;

/// The lock files, first the one that the Python Packaging User Guide specifies.
const FILES: [(&str, Form); 5] = [
    ("pylock.toml", Form::Toml),
    ("poetry.lock", Form::Toml),
    ("uv.lock", Form::Toml),
    ("pdm.lock", Form::Toml),
    ("Pipfile.lock", Form::Json),
];

#[derive(Clone, Copy)]
enum Form {
    Toml,
    Json,
}

#[derive(Deserialize)]
struct Lock {
    #[serde(alias = "package", default)]
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: Option<String>,
    /// Of Poetry and uv.
    source: Option<BTreeMap<String, serde_json::Value>>,
    #[serde(flatten)]
    rest: BTreeMap<String, serde_json::Value>,
}

impl Package {
    /// Whether a package index has it. What comes from elsewhere has to be asked for by its address.
    fn is_of_an_index(&self) -> bool {
        let is_index = |source: &BTreeMap<String, serde_json::Value>| {
            // Poetry's word for an index of one's own is `legacy`.
            source.contains_key("registry") || source.get("type").is_some_and(|kind| kind == "legacy")
        };
        let elsewhere = ["git", "path", "url", "editable", "vcs", "directory", "archive"];
        self.source.as_ref().is_none_or(is_index) && !elsewhere.iter().any(|key| self.rest.contains_key(*key))
    }
}

#[derive(Deserialize)]
struct Pipfile {
    #[serde(default)]
    default: BTreeMap<String, Pinned>,
    #[serde(default)]
    develop: BTreeMap<String, Pinned>,
}

#[derive(Deserialize)]
struct Pinned {
    /// None of what comes from a repository or a folder.
    version: Option<String>,
}

/// The packages of a lock file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Locked {
    /// The file's name.
    pub(super) file: String,
    versions: BTreeMap<PackageName, Vec<Version>>,
}

impl Locked {
    /// Reads the lock file of the application in `folder`. Without one there are no packages.
    pub(super) fn read(folder: &Path) -> Result<Self, Error> {
        let Some((file, form)) = FILES.into_iter().find(|(file, _)| folder.join(file).is_file()) else {
            return Ok(Self::default());
        };
        let packages: Vec<(String, Option<String>)> = match form {
            Form::Toml => {
                let Lock { packages } = document::toml(folder, file)?;
                packages.into_iter().filter(Package::is_of_an_index).map(|one| (one.name, one.version)).collect()
            }
            Form::Json => {
                let Pipfile { default, develop } = document::json(folder, file)?;
                default.into_iter().chain(develop).map(|(name, locked)| (name, locked.version)).collect()
            }
        };
        let mut versions: BTreeMap<PackageName, Vec<Version>> = BTreeMap::new();
        for (name, version) in packages {
            let version = version.and_then(|version| version.trim_start_matches('=').parse().ok());
            if let (Ok(name), Some(version)) = (PackageName::new(name), version) {
                let all = versions.entry(name).or_default();
                if !all.contains(&version) {
                    all.push(version);
                }
            }
        }
        Ok(Self { file: file.to_owned(), versions })
    }

    /// The names of all packages.
    pub(super) fn names(&self) -> impl Iterator<Item = &PackageName> {
        self.versions.keys()
    }

    /// The version of a package; the newest, where it differs from one platform to the other.
    pub(super) fn version(&self, name: &PackageName) -> Option<&Version> {
        self.versions.get(name)?.iter().max()
    }

    /// The versions as a constraints file. A package is left out where its version depends on the platform.
    pub(super) fn constraints(&self) -> String {
        let only = |(name, versions): (&PackageName, &Vec<Version>)| match versions.as_slice() {
            [version] => Some(format!("{name}=={version}\n")),
            _ => None,
        };
        self.versions.iter().filter_map(only).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locked(file: &str, text: &str) -> Result<String, Error> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(file), text).unwrap();
        Ok(Locked::read(folder.path())?.constraints())
    }

    #[test]
    fn every_kind_of_lock_file_is_read() {
        let pins = "flask-appbuilder==4.8.1\n";
        let poetry = "[[package]]\nname = \"Flask_AppBuilder\"\nversion = \"4.8.1\"\n\n[package.dependencies]\n\
                      flask = \">=2\"\n\n[metadata]\nlock-version = \"2.1\"\n";
        for file in ["poetry.lock", "uv.lock", "pdm.lock"] {
            assert_eq!(locked(file, poetry).unwrap(), pins, "{file}");
        }
        let pylock = "lock-version = \"1.0\"\n[[packages]]\nname = \"flask-appbuilder\"\nversion = \"4.8.1\"\n";
        assert_eq!(locked("pylock.toml", pylock).unwrap(), pins);
        let pipfile = r#"{"default": {"flask-appbuilder": {"hashes": ["sha256:ab"], "version": "==4.8.1"}}}"#;
        assert_eq!(locked("Pipfile.lock", pipfile).unwrap(), pins);
        assert_eq!(locked("requirements.txt", "").unwrap(), "");
    }

    #[test]
    fn what_no_index_has_and_what_depends_on_the_platform_is_no_constraint() {
        let text = r#"
            [[package]]
            name = "shop"
            version = "0.1.0"
            source = { editable = "." }

            [[package]]
            name = "fork"
            version = "1.0"
            source = { type = "git", url = "https://example.com/fork.git" }

            [[package]]
            name = "own"
            version = "1.0"
            source = { type = "legacy", url = "https://pypi.example.com/simple", reference = "own" }

            [[package]]
            name = "numpy"
            version = "1.26.4"

            [[package]]
            name = "numpy"
            version = "2.3.1"
            source = { registry = "https://pypi.org/simple" }
        "#;
        assert_eq!(locked("uv.lock", text).unwrap(), "own==1.0\n");
    }

    #[test]
    fn a_broken_file_is_named_with_the_place() {
        let error = locked("poetry.lock", "<<<<<<< HEAD\n").unwrap_err().to_string();
        assert!(error.contains("poetry.lock") && error.contains("line 1"), "{error}");
        let error = locked("Pipfile.lock", "{\n  \"default\": 1\n}").unwrap_err().to_string();
        assert!(error.contains("Pipfile.lock") && error.contains("line 2"), "{error}");
    }
}
