//! `fabwright init`: writes the workflow and a commented `.fabwright.yml` for the repository at hand.

use std::path::{Path, PathBuf};

use serde::Serialize;
use tera::{Context, Tera};

use super::{Console, Error, Exit};
use crate::config::FILE_NAME;
use crate::store;

const CONFIGURATION: &str = include_str!("../../templates/init/fabwright.yml");
const WORKFLOW: &str = include_str!("../../templates/init/workflow.yml");
const GATE: &str = include_str!("../../templates/init/gate.yml");

/// The arguments of the command.
#[derive(Debug)]
pub struct Request {
    /// The repository.
    pub repo: PathBuf,
}

/// What the template of the configuration is filled with: YAML values.
#[derive(Debug, Serialize)]
struct Found {
    path: String,
    factory: String,
    package: String,
}

/// Runs the command. Files that are there already stay as they are.
///
/// # Errors
/// When there is no Flask-AppBuilder application, or a file cannot be written.
pub fn run(request: &Request, console: &Console) -> Result<Exit, Error> {
    let found = find_application(&request.repo)?;
    let context = Context::from_serialize(&found).map_err(|error| Error::bug("the configuration's values", error))?;
    let configuration = Tera::one_off(CONFIGURATION, &context, false)
        .map_err(|error| Error::bug("the template of the configuration", error))?;
    let files = [
        (FILE_NAME, configuration.as_str()),
        (".github/workflows/fabwright.yml", WORKFLOW),
        (".github/workflows/fabwright-gate.yml", GATE),
    ];
    for (path, text) in files {
        let target = request.repo.join(path);
        if target.exists() {
            console.print(&format!("kept   {path} (it is there already)"));
        } else {
            store::folder::write(&target, text)?;
            console.print(&format!("wrote  {path}"));
        }
    }
    console.print(
        "Next: look through .fabwright.yml, run `fabwright check` on a branch with a migration, and commit these files.",
    );
    Ok(Exit::Done)
}

/// Finds the application's package: the one whose `__init__.py` or `app.py` speaks of Flask-AppBuilder and makes an
/// application, nearest to the root.
fn find_application(repo: &Path) -> Result<Found, Error> {
    let sources = store::tree::read(repo, |path| path.ends_with(".py"))?;
    let mut candidates: Vec<(&str, &str)> = sources
        .files
        .iter()
        .filter(|(path, text)| {
            path.ends_with(".py") && text.contains("flask_appbuilder") && !path.contains("migrations/")
        })
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    if candidates.is_empty() {
        return Err(Error::NoApplication { folder: repo.to_owned() });
    }
    candidates.sort_by_key(|(path, _)| (path.matches('/').count(), *path));
    let factory_file = sources
        .files
        .iter()
        .filter(|(path, text)| path.ends_with("__init__.py") && text.contains("def create_app"))
        .min_by_key(|(path, _)| (path.matches('/').count(), (*path).clone()));
    let (file, attribute) = match factory_file {
        Some((path, _)) => (path.as_str(), "create_app"),
        None => (candidates[0].0, "app"),
    };
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
    let module = name.trim_end_matches(".py");
    // A package is imported from the folder that holds it; a module alone is in the application's folder itself.
    let (path, package, factory) = match folder.rsplit_once('/').unwrap_or((".", folder)) {
        (_, "") => (".", module, module.to_owned()),
        (path, package) if module == "__init__" => (path, package, package.to_owned()),
        (path, package) => (path, package, format!("{package}.{module}")),
    };
    let yaml = |text: &str| serde_yaml::to_string(text).map(|text| text.trim_end().to_owned());
    let values = || -> Result<Found, serde_yaml::Error> {
        Ok(Found { path: yaml(path)?, factory: yaml(&format!("{factory}:{attribute}"))?, package: yaml(package)? })
    };
    values().map_err(|error| Error::bug("the names of the application", error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, parse};

    fn rendered() -> String {
        let found = Found { path: ".".into(), factory: "shop:create_app".into(), package: "shop".into() };
        Tera::one_off(CONFIGURATION, &Context::from_serialize(&found).expect("values"), false).expect("rendered")
    }

    #[test]
    fn the_written_configuration_says_what_was_found_and_otherwise_the_defaults() {
        let config = parse(&rendered(), Path::new(FILE_NAME)).expect("valid");
        assert_eq!(config.application.factory.as_deref(), Some("shop:create_app"));
        assert_eq!(config.application.package, "shop");
        assert_eq!(config.gate, Config::default().gate);
        assert_eq!(config.migrations, Config::default().migrations);
    }

    #[test]
    fn no_job_with_rights_checks_out_or_trusts_a_pull_request() {
        let gate: serde_yaml::Value = serde_yaml::from_str(GATE).expect("YAML");
        let events: Vec<&str> =
            gate["on"].as_mapping().expect("events").keys().filter_map(|key| key.as_str()).collect();
        assert_eq!(events, ["issue_comment", "pull_request_review", "workflow_run"]);
        assert!(!GATE.contains("actions/checkout"), "the gate needs no checkout");
        for text in [WORKFLOW, GATE] {
            assert!(!text.contains("pull_request_target"));
            assert!(text.contains("\npermissions: {}\n"), "each job asks for what it needs");
            for line in text.lines().filter(|line| line.contains("uses: actions/")) {
                let (_, pin) = line.split_once('@').expect("a version");
                assert!(pin.len() > 40 && pin[..40].bytes().all(|digit| digit.is_ascii_hexdigit()), "{line}");
            }
        }
    }

    #[test]
    fn every_commented_key_is_one_that_exists() {
        let uncommented: String = rendered()
            .lines()
            .filter(|line| {
                !line.trim_start().starts_with("# ") || line.trim_start().contains(": ") || line.ends_with(':')
            })
            .filter(|line| !is_prose(line))
            .map(|line| line.replacen("# ", "", 1) + "\n")
            .collect();
        let config = parse(&uncommented, Path::new(FILE_NAME)).unwrap_or_else(|error| panic!("{error}\n{uncommented}"));
        assert_eq!(config.rehearsal, Config::default().rehearsal);
        assert_eq!(config.hazards.ignore.len(), 1);
        assert_eq!(config.renames.len(), 1);
        assert_eq!(config.generate.strategies.len(), 1);
    }

    /// Whether a comment explains, rather than showing a key.
    fn is_prose(line: &str) -> bool {
        let text = line.trim_start();
        text.strip_prefix("# ").is_some_and(|text| {
            let text = text.trim_start().trim_start_matches("# ");
            text.starts_with(|first: char| first.is_uppercase()) || !text.contains(':') || text.ends_with('.')
        }) || text.contains("flask-migrate, alembic, command")
    }
}
