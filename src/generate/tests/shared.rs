//! The files that cover the whole application: fixtures, factories, the schema, security and browsers.

use std::collections::BTreeSet;

use serde::Serialize;

use super::browser;
use super::facts::Facts;
use super::render::Renderer;
use super::security;
use super::{Error, factories, file};
use crate::generate::entity::{Check, Entity, Key};
use crate::generate::python::string;
use crate::generate::{FileKind, GeneratedFile};

#[derive(Debug, Serialize)]
struct Support {
    package: String,
    /// The major version of Flask-AppBuilder.
    fab: u32,
    /// The family of servers.
    server: &'static str,
    /// Whether any test needs a browser.
    browser: bool,
}

/// The layer under views and APIs, with one of each to ask.
#[derive(Debug, Serialize)]
struct Runtime {
    package: String,
    view: Option<View>,
    /// A chart view.
    chart: Option<View>,
    /// The route of an API.
    api: Option<String>,
}

#[derive(Debug, Serialize)]
struct View {
    name: String,
    route: String,
}

#[derive(Debug, Serialize)]
struct Database {
    tables: Vec<Table>,
    /// The schemas beside the default one, sorted.
    schemas: BTreeSet<String>,
}

#[derive(Debug, Serialize)]
struct Table {
    /// Its name, after that of its schema where it is in another than the default one.
    address: String,
    /// The `Table` of the model, as a Python expression.
    object: String,
    /// The names of its CHECK constraints, as a Python list.
    checks: Option<String>,
}

/// Every file that no single table owns.
pub(super) fn files(facts: &Facts<'_>, renderer: &Renderer) -> Result<Vec<GeneratedFile>, Error> {
    let config = facts.config;
    let support = Support {
        package: facts.application.package.clone(),
        fab: facts.application.fab.major(),
        server: facts.application.dialect.as_str(),
        browser: browser::is_wanted(facts),
    };
    let mut files = vec![
        renderer.support("tests/conftest.py", "conftest.py", &support)?,
        renderer.support("tests/application.py", "application.py", &support)?,
        renderer.support("tests/databases.py", "databases.py", &support)?,
        renderer.support("tests/support.py", "support.py", &support)?,
        renderer.support("tests/pages.py", "pages.py", &support)?,
        renderer.support("tests/schema.py", "schema.py", &support)?,
        renderer.support("tests/factories.py", "factories.py", &factories::context(facts))?,
        renderer.support("tests/requirements.txt", "requirements.txt", &support)?,
        package("tests"),
    ];
    if config.generate_unit_tests {
        files.push(package("tests/unit"));
    }
    if config.generate_integration_tests {
        files.push(package("tests/integration"));
        files.push(renderer.test("tests/integration/test_database.py", None, "database.py", &database(facts))?);
    }
    if config.generate_integration_tests && config.include_error_scenarios {
        let runtime = runtime(facts);
        if runtime.view.is_some() || runtime.api.is_some() {
            files.push(renderer.test("tests/integration/test_fabkit.py", None, "fabkit.py", &runtime)?);
        }
    }
    if config.generate_security_tests {
        files.push(package("tests/security"));
        files.extend(security::files(facts, renderer)?);
    }
    files.extend(browser::files(facts, renderer)?);
    Ok(files)
}

/// The file that makes a folder a package.
pub(super) fn package(folder: &str) -> GeneratedFile {
    file(&format!("{folder}/__init__.py"), String::new(), None, FileKind::TestSupport)
}

/// Entities whose pages take an integer key, as the routes of Flask-AppBuilder do.
pub(super) fn with_pages<'a>(facts: &Facts<'a>) -> impl Iterator<Item = &'a Entity> {
    facts
        .application
        .entities
        .iter()
        .filter(|entity| entity.view.is_included() && matches!(entity.key, Key::Integer(_)))
}

fn runtime(facts: &Facts<'_>) -> Runtime {
    let has_api = |entity: &&Entity| entity.api.is_included() && matches!(entity.key, Key::Integer(_));
    Runtime {
        package: facts.application.package.clone(),
        view: with_pages(facts)
            .next()
            .map(|entity| View { name: entity.view_class.clone(), route: entity.view_route.clone() }),
        chart: facts
            .application
            .entities
            .iter()
            .find_map(|entity| entity.chart.as_ref())
            .map(|chart| View { name: chart.class_name.clone(), route: chart.route.clone() }),
        api: facts.application.entities.iter().find(has_api).map(|entity| entity.api_route.clone()),
    }
}

fn database(facts: &Facts<'_>) -> Database {
    let mut tables: Vec<Table> = facts
        .application
        .entities
        .iter()
        .map(|entity| Table {
            address: entity.table.to_string(),
            object: format!("{}.__table__", entity.class_name),
            checks: names(&entity.checks),
        })
        .chain(facts.application.associations.iter().map(|association| Table {
            address: association.table.to_string(),
            object: format!("models.{}", association.variable),
            checks: names(&association.checks),
        }))
        .collect();
    tables.sort_by(|left, right| left.address.cmp(&right.address));
    let entities = facts.application.entities.iter().map(|entity| &entity.table);
    let all = entities.chain(facts.application.associations.iter().map(|association| &association.table));
    Database { tables, schemas: all.filter_map(|table| table.namespace.clone()).collect() }
}

fn names(checks: &[Check]) -> Option<String> {
    let names: Vec<String> = checks.iter().filter_map(|check| check.name.as_deref()).map(string).collect();
    (!names.is_empty()).then(|| format!("[{}]", names.join(", ")))
}
