//! Which family of servers the application uses, and the Python package by which it reaches them.

use std::path::Path;

use super::Error;
use crate::config::Config;
use crate::database::DatabaseUrl;
use crate::run::PythonEnvironment;
use crate::run::migrate::MigrationTool;
use crate::run::python::driver::{DRIVERS, Driver, declared};
use crate::run::python::requirements::Requirements;
use crate::schema::Dialect;
use crate::store::tree::SourceTree;

/// Where an application tells which servers it uses.
pub(super) struct Signs<'a> {
    /// The folder of the application.
    pub(super) folder: &'a Path,
    /// Its configuration.
    pub(super) config: &'a Config,
    /// Its text files.
    pub(super) sources: &'a SourceTree,
    /// A database that the user named.
    pub(super) database: Option<&'a DatabaseUrl>,
}

/// The dialect to rehearse on: that of the URL that the user named, that of the configuration, or what the application
/// says by its requirements and its code. With it comes SQLAlchemy's name of a driver that is installed; SQLite needs
/// none.
pub(super) async fn choose(
    signs: &Signs<'_>,
    python: &PythonEnvironment,
    tool: &MigrationTool,
) -> Result<(Dialect, Option<&'static str>), Error> {
    let &Signs { folder, config, sources, database } = signs;
    let requirements = Requirements::find(folder, &config.application.requirements);
    // An interpreter that has everything needs no requirements.
    let declared = requirements.map_or_else(|_| Vec::new(), |found| declared(&found));
    let installed = {
        let modules: Vec<&str> = DRIVERS.iter().map(|driver| driver.module).collect();
        let missing = python.missing(&modules).await?;
        let is_there = |driver: &&Driver| !missing.iter().any(|module| module == driver.module);
        DRIVERS.iter().filter(is_there).collect::<Vec<_>>()
    };
    let named = database.map(DatabaseUrl::dialect).or(config.rehearsal.dialect);
    let dialect = named.unwrap_or_else(|| found_out(&declared, &installed, sources));
    if dialect == Dialect::Sqlite {
        return Ok((dialect, None));
    }
    let of_dialect = |driver: &&&Driver| driver.dialect == dialect;
    let driver = declared.iter().filter(of_dialect).find(|driver| installed.contains(driver));
    match driver.or_else(|| installed.iter().find(of_dialect)) {
        Some(driver) => Ok((dialect, Some(driver.name))),
        // Scripts of SQL are applied without Python.
        None if matches!(tool, MigrationTool::Sql { .. }) => Ok((dialect, None)),
        None => Err(Error::NoDriver {
            dialect,
            interpreter: python.interpreter().to_owned(),
            drivers: DRIVERS
                .iter()
                .filter(|driver| driver.dialect == dialect)
                .map(|driver| driver.distributions[0])
                .collect(),
        }),
    }
}

/// What the application says. Its requirements count for more than its code, where a URL is often only a default for
/// developers.
fn found_out(declared: &[&Driver], installed: &[&Driver], sources: &SourceTree) -> Dialect {
    let mut candidates: Vec<Dialect> = declared.iter().map(|driver| driver.dialect).collect();
    candidates.dedup();
    match candidates.as_slice() {
        [only] => *only,
        [] => written(sources)
            .into_iter()
            .find(|dialect| installed.iter().any(|driver| driver.dialect == *dialect))
            .unwrap_or(Dialect::Sqlite),
        [first, ..] => written(sources).into_iter().find(|dialect| candidates.contains(dialect)).unwrap_or(*first),
    }
}

/// The dialects of SQLAlchemy URLs in the code, comments and tests aside.
fn written(sources: &SourceTree) -> Vec<Dialect> {
    let code = sources.files.iter().filter(|(path, _)| path.ends_with(".py") && !path.starts_with("tests/"));
    let lines = code.flat_map(|(_, text)| text.lines()).filter(|line| !line.trim_start().starts_with('#'));
    let mut found = Vec::new();
    for line in lines.filter(|line| line.contains("://")) {
        for (scheme, dialect) in [
            ("postgresql", Dialect::Postgres),
            ("postgres", Dialect::Postgres),
            ("mysql", Dialect::Mysql),
            ("mariadb", Dialect::Mysql),
        ] {
            let quoted = ['"', '\''].map(|quote| format!("{quote}{scheme}"));
            let is_scheme = |rest: &str| rest.starts_with("://") || rest.starts_with('+');
            let stands = quoted.iter().any(|start| line.split(start.as_str()).skip(1).any(is_scheme));
            if stands && !found.contains(&dialect) {
                found.push(dialect);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(files: &[(&str, &str)]) -> SourceTree {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        SourceTree { files, ..SourceTree::default() }
    }

    fn told(requirements: &str, files: &[(&str, &str)]) -> Dialect {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files.iter().chain([&("requirements.txt", requirements)]) {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let sources = sources(files);
        let everything: Vec<&Driver> = DRIVERS.iter().collect();
        found_out(&declared(&Requirements::find(folder.path(), &[]).unwrap()), &everything, &sources)
    }

    #[test]
    fn requirements_and_lock_files_name_the_driver() {
        assert_eq!(told("flask\n", &[]), Dialect::Sqlite);
        assert_eq!(told("psycopg2-binary==2.9\n", &[("config.py", "URI = 'sqlite:///dev.db'")]), Dialect::Postgres);
        assert_eq!(told("PyMySQL\n", &[]), Dialect::Mysql);
        assert_eq!(
            told("flask\n", &[("uv.lock", "[[package]]\nname = \"psycopg\"\nversion = \"3.2\"\n")]),
            Dialect::Postgres
        );
        assert_eq!(
            told("flask\n", &[("Pipfile.lock", r#"{"default": {"mysqlclient": {"version": "==2.2"}}}"#)]),
            Dialect::Mysql
        );
    }

    #[test]
    fn code_decides_between_several_or_when_nothing_is_named() {
        let code = [("config.py", "# 'postgresql://x'\nURI = \"mysql+pymysql://root@localhost/app\"\n")];
        assert_eq!(told("psycopg2\nPyMySQL\n", &code), Dialect::Mysql);
        assert_eq!(told("psycopg2\nPyMySQL\n", &[]), Dialect::Postgres);
        assert_eq!(told("flask\n", &code), Dialect::Mysql);
        assert_eq!(told("flask\n", &[("docs.py", "'https://postgresql.org'")]), Dialect::Sqlite);
    }
}
