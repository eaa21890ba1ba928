//! Tells how an application migrates, from the files that are there.

use std::path::{Path, PathBuf};

use super::MigrationTool;
use crate::run::Error;

/// Folders that hold migrations, most usual first.
const FOLDERS: [&str; 4] = ["migrations", "alembic", "app/migrations", "db/migrations"];
/// Names of application factories that Flask itself looks for.
const FACTORIES: [&str; 2] = ["create_app", "make_app"];

/// Looks at the application in `directory`: into `named`, its folder of migrations, or into the usual ones.
///
/// # Errors
///
/// [`Error::NoMigrations`] with all that was looked for.
pub fn detect(directory: &Path, named: Option<&Path>) -> Result<MigrationTool, Error> {
    let folders: Vec<PathBuf> = named.map_or_else(|| FOLDERS.map(PathBuf::from).to_vec(), |named| vec![named.into()]);
    for folder in &folders {
        let flask = std::fs::read_to_string(directory.join(folder).join("env.py"))
            .is_ok_and(|text| text.contains("current_app") || text.contains("flask"));
        if flask && directory.join(folder).join("alembic.ini").is_file() {
            return Ok(MigrationTool::FlaskMigrate { app: application(directory), directory: folder.clone() });
        }
    }
    // A folder of scripts that is named as such has nothing to do with an alembic.ini at the root.
    let scripts = folders.iter().find(|folder| holds_sql(&directory.join(folder)));
    if let (Some(_), Some(folder)) = (named, scripts) {
        return Ok(MigrationTool::Sql { directory: folder.clone() });
    }
    let mut configs =
        std::iter::once(PathBuf::from("alembic.ini")).chain(folders.iter().map(|folder| folder.join("alembic.ini")));
    if let Some(config) = configs.find(|config| directory.join(config).is_file()) {
        return Ok(MigrationTool::Alembic { config });
    }
    if let Some(folder) = scripts {
        return Ok(MigrationTool::Sql { directory: folder.clone() });
    }
    if let Some(named) = named {
        let named = named.display();
        return Err(Error::NoMigrations {
            directory: directory.to_path_buf(),
            looked_for: vec![
                format!("{named}/alembic.ini with env.py"),
                "alembic.ini".into(),
                format!("{named}/*.sql"),
            ],
        });
    }
    Err(Error::NoMigrations {
        directory: directory.to_path_buf(),
        looked_for: vec![
            "migrations/alembic.ini with env.py (Flask-Migrate)".to_owned(),
            "alembic.ini (Alembic)".to_owned(),
            "migrations/*.sql".to_owned(),
            format!("the same in {}", FOLDERS[1..].join(", ")),
        ],
    })
}

fn holds_sql(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|entries| {
        entries.flatten().any(|entry| entry.path().extension().is_some_and(|extension| extension == "sql"))
    })
}

/// The application as `FLASK_APP` takes it. Empty when nothing tells, so that Flask itself looks.
fn application(directory: &Path) -> String {
    for file in [".flaskenv", ".env"] {
        let text = std::fs::read_to_string(directory.join(file)).unwrap_or_default();
        let value = text.lines().find_map(|line| {
            let line = line.trim().trim_start_matches("export ").trim();
            Some(line.strip_prefix("FLASK_APP")?.trim_start().strip_prefix('=')?.trim().trim_matches(['"', '\'']))
        });
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            return value.to_owned();
        }
    }
    let mut packages: Vec<String> = std::fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().join("__init__.py").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    // `app` is the usual name, and `tests` may well define a factory of its own.
    packages.retain(|name| name != "tests");
    packages.sort_by_key(|name| (name != "app", name.clone()));
    let modules = ["app", "wsgi", "main", "application"].map(str::to_owned);
    for (name, file) in packages
        .iter()
        .map(|name| (name, directory.join(name).join("__init__.py")))
        .chain(modules.iter().map(|name| (name, directory.join(format!("{name}.py")))))
    {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        for factory in FACTORIES {
            if text.lines().any(|line| line.starts_with(&format!("def {factory}("))) {
                return format!("{name}:{factory}");
            }
        }
    }
    // The module that makes the application at import time.
    modules
        .iter()
        .map(|name| (name, directory.join(format!("{name}.py"))))
        .chain(packages.iter().map(|name| (name, directory.join(name).join("__init__.py"))))
        .find(|(_, file)| std::fs::read_to_string(file).is_ok_and(|text| text.contains("Flask(")))
        .map(|(name, _)| name.clone())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn flask_migrate_with_a_factory() {
        let repository = folder(&[
            ("migrations/alembic.ini", ""),
            ("migrations/env.py", "from flask import current_app"),
            ("tests/__init__.py", "def create_app():"),
            ("app/__init__.py", "from flask import Flask\n\ndef create_app(config=None):\n"),
        ]);
        let expected = MigrationTool::FlaskMigrate { app: "app:create_app".into(), directory: "migrations".into() };
        assert_eq!(detect(repository.path(), None).unwrap(), expected);
    }

    #[test]
    fn the_application_may_be_named_or_be_a_module() {
        let migrations = [("migrations/alembic.ini", ""), ("migrations/env.py", "import flask")];
        let named = folder(&[migrations[0], migrations[1], (".flaskenv", "FLASK_APP=shop.web:make\n")]);
        assert!(
            matches!(detect(named.path(), None).unwrap(), MigrationTool::FlaskMigrate { app, .. } if app == "shop.web:make")
        );
        let module = folder(&[migrations[0], migrations[1], ("wsgi.py", "app = Flask(__name__)\n")]);
        assert!(
            matches!(detect(module.path(), None).unwrap(), MigrationTool::FlaskMigrate { app, .. } if app == "wsgi")
        );
    }

    #[test]
    fn plain_alembic_and_sql() {
        let alembic = folder(&[("alembic.ini", ""), ("migrations/env.py", "from alembic import context")]);
        assert_eq!(detect(alembic.path(), None).unwrap(), MigrationTool::Alembic { config: "alembic.ini".into() });
        let sql = folder(&[("migrations/001.sql", "")]);
        assert_eq!(detect(sql.path(), None).unwrap(), MigrationTool::Sql { directory: "migrations".into() });
        let named = folder(&[("alembic.ini", ""), ("db/steps/001.sql", "")]);
        let found = detect(named.path(), Some(Path::new("db/steps"))).unwrap();
        assert_eq!(found, MigrationTool::Sql { directory: "db/steps".into() });
    }

    #[test]
    fn nothing_names_what_was_looked_for() {
        let error = detect(folder(&[("README.md", "")]).path(), None).unwrap_err().to_string();
        assert!(error.contains("migrations/alembic.ini") && error.contains("flask db init"), "{error}");
    }
}
