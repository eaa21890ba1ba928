//! Which version of Flask-AppBuilder an application runs on, as its lock file or its requirements say.

use std::collections::BTreeMap;
use std::path::Path;

use super::Error;
use super::dialect::LOCK_FILES;
use crate::config::Config;
use crate::generate::FabVersion;
use crate::store::folder;

/// Files that ask for what is installed, read after those in which a package manager writes down what it installs.
const FILES: [&str; 5] =
    ["requirements.txt", "requirements/base.txt", "requirements/prod.txt", "pyproject.toml", "Pipfile"];
const PACKAGE: &str = "flask-appbuilder";

/// The version that code is to be written for: that of the configuration, or the newest that the application in `folder`
/// may run on.
///
/// # Errors
/// When a file cannot be read, or asks for a version that no code is written for.
pub(super) fn version(folder: &Path, config: &Config) -> Result<FabVersion, Error> {
    if let Some(version) = config.application.flask_appbuilder {
        return Ok(version);
    }
    let own = config.application.requirements.iter().map(|path| path.display().to_string());
    let files = with_includes(folder, LOCK_FILES.into_iter().chain(FILES).map(str::to_owned).chain(own).collect())?;
    let found = files.iter().find_map(|(file, text)| Some((file, locked(text)?)));
    let found = found.or_else(|| files.iter().find_map(|(file, text)| Some((file, asked_for(text)?))));
    let Some((file, version)) = found else { return Ok(FabVersion::default()) };
    FabVersion::try_from(version.major).map_err(|_| Error::FlaskAppBuilder {
        file: file.clone(),
        major: version.major,
        version: version.text,
    })
}

/// The texts of those of these files that are there, and of the requirements that they include, in this order.
fn with_includes(folder: &Path, mut names: Vec<String>) -> Result<Vec<(String, String)>, Error> {
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    let mut next = 0;
    while let Some(name) = names.get(next).cloned() {
        next += 1;
        let Some(text) = folder::read_some(folder, [&name])?.remove(&name) else { continue };
        for line in text.lines().map(str::trim) {
            let rest = line.strip_prefix("--requirement").or_else(|| line.strip_prefix("-r"));
            let Some(file) = rest.map(|rest| rest.trim_start_matches(['=', ' '])) else { continue };
            let path = Path::new(&name).with_file_name(file).display().to_string();
            if !names.contains(&path) {
                names.push(path);
            }
        }
        texts.insert(name, text);
    }
    Ok(names.into_iter().filter_map(|name| texts.remove_entry(&name)).collect())
}

/// A version, as a file has it.
#[derive(Debug, PartialEq, Eq)]
struct Version {
    major: u32,
    text: String,
}

impl Version {
    /// The version that a text begins with, after whatever is no digit.
    fn of(text: &str) -> Option<Self> {
        let rest = &text[text.find(|character: char| character.is_ascii_digit())?..];
        let end = rest.find(|character: char| !(character.is_ascii_alphanumeric() || character == '.'));
        let text = &rest[..end.unwrap_or(rest.len())];
        let major = text.split('.').next()?.parse().ok()?;
        Some(Self { major, text: text.to_owned() })
    }

    /// Whether nothing but zeros follows the first number.
    fn is_first_of_its_major(&self) -> bool {
        self.text.split('.').skip(1).all(|part| part.chars().all(|character| character == '0'))
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(|line| line.trim().to_lowercase().replace('_', "-")).collect()
}

/// The version that a requirements file (`name==1.2`) or a lock file (`name = "name"`, then `version = "1.2"`, or the
/// same in JSON) has for Flask-AppBuilder.
fn locked(text: &str) -> Option<Version> {
    let lines = lines(text);
    let pinned = lines.iter().filter_map(|line| specifiers(line)).find_map(|all| {
        let one = all.split(',').find(|one| one.starts_with("==") && !one.contains('*'))?;
        Version::of(one)
    });
    pinned.or_else(|| {
        let named = [format!("name = \"{PACKAGE}\""), format!("\"{PACKAGE}\": {{")];
        let at = lines.iter().position(|line| named.contains(line))?;
        let version = |line: &&String| line.starts_with("version = ") || line.starts_with("\"version\": ");
        // Pipenv keeps hashes before the version.
        Version::of(lines.iter().skip(at).take(400).find(version)?)
    })
}

/// The newest version that a range allows: `name>=4.5,<5`, or `name = "^4.5"` as Poetry writes it.
fn asked_for(text: &str) -> Option<Version> {
    lines(text).iter().find_map(|line| {
        let (mut least, mut most): (Option<Version>, Option<Version>) = (None, None);
        for one in specifiers(line)?.split(',').map(str::trim) {
            let Some(mut version) = Version::of(one) else { continue };
            let operator: String = one.chars().take_while(|character| !character.is_ascii_digit()).collect();
            match operator.trim() {
                "<" if version.is_first_of_its_major() => {
                    version.major = version.major.saturating_sub(1);
                    version.text = version.major.to_string();
                    most = Some(version);
                }
                "<" | "<=" | "==" | "===" | "~=" | "^" | "~" | "" => most = Some(version),
                ">" | ">=" => least = Some(version),
                _ => {}
            }
        }
        let newest = FabVersion::default().major();
        let most = most.filter(|most| most.major < newest || least.is_none());
        most.or(least.filter(|least| least.major > newest)).filter(|version| version.major != newest)
    })
}

/// What stands after the package's name in a line that asks for it, without quotes, extras, markers and comments.
fn specifiers(line: &str) -> Option<String> {
    let line = line.trim_matches(['"', '\'', ',', ' ']);
    let rest = line.strip_prefix(PACKAGE)?;
    let rest = rest.strip_prefix('[').and_then(|extras| extras.split_once(']')).map_or(rest, |(_, rest)| rest).trim();
    let rest = rest.split(['#', ';']).next().unwrap_or_default().trim_matches(['"', '\'', ' ', '(', ')']);
    // `name = "^4.5"` and `name = { version = "^4.5" }` are of TOML.
    let rest = match rest.strip_prefix("= ") {
        Some(value) => value.split_once("version = ").map_or(value, |(_, version)| version),
        None => rest,
    };
    let rest = rest.trim_matches(['"', '\'', ' ', '{', '}']).split(['"', '\'']).next().unwrap_or_default();
    rest.starts_with(['=', '<', '>', '~', '^', '!']).then(|| rest.replace(' ', "")).or_else(|| {
        let is_version = rest.starts_with(|character: char| character.is_ascii_digit());
        (is_version && line.contains(" = ")).then(|| format!("=={rest}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_version_is_found_in_every_kind_of_file() {
        for text in [
            "flask==2.3\nFlask-AppBuilder==4.8.1  # old\n",
            "flask_appbuilder[oauth] == 4.8.1 ; python_version > '3.8'\n",
            "flask-appbuilder===4.8.1 --hash=sha256:00\n",
            "dependencies = [\n    \"Flask-AppBuilder==4.8.1\",\n]\n",
            "[[package]]\nname = \"flask-appbuilder\"\nversion = \"4.8.1\"\n",
            "{\n  \"flask-appbuilder\": {\n    \"hashes\": [\n      \"sha256:ab\"\n    ],\n    \"version\": \"==4.8.1\"\n  }\n}\n",
        ] {
            assert_eq!(locked(text).map(|version| version.text).as_deref(), Some("4.8.1"), "{text}");
        }
        for text in ["flask-appbuilder>=4\n", "flask-appbuilder-extras==1.0\n", "name = \"flask\"\nversion = \"4\"\n"] {
            assert_eq!(locked(text), None, "{text}");
        }
    }

    #[test]
    fn the_newest_version_of_a_range_counts() {
        for (text, major) in [
            ("flask-appbuilder>=4.5,<5\n", Some(4)),
            ("Flask-AppBuilder <5.0.0, >=4.3\n", Some(4)),
            ("    \"flask-appbuilder~=4.8\",\n", Some(4)),
            ("flask-appbuilder==4.*\n", Some(4)),
            ("flask-appbuilder = \"^4.5\"\n", Some(4)),
            ("flask-appbuilder = { version = \"^4.5\", extras = [\"oauth\"] }\n", Some(4)),
            ("flask-appbuilder<4\n", Some(3)),
            ("flask-appbuilder>=6\n", Some(6)),
            ("flask-appbuilder>=4\n", None),
            ("flask-appbuilder<6\n", None),
            ("flask-appbuilder<6,>=4\n", None),
            ("flask-appbuilder\n", None),
        ] {
            assert_eq!(asked_for(text).map(|version| version.major), major, "{text}");
        }
    }
}
