//! `tests/performance`: what pages cost on large tables, and the application under load.

use serde::Serialize;

use super::Error;
use super::facts::Facts;
use super::render::Renderer;
use super::shared::{package, with_pages};
use crate::generate::GeneratedFile;
use crate::generate::entity::{AttributeKind, Entity, Key};
use crate::generate::python::string;

/// The most rows that one table is given.
const MOST: usize = 200;
/// More than a page holds, so that what is asked row by row shows.
const LEAST: usize = 30;
/// About how many rows all tables together are given.
const ALTOGETHER: usize = 4_000;

#[derive(Debug, Serialize)]
struct Performance {
    tables: Vec<Table>,
    searches: Vec<Search>,
    /// Whether there is any API.
    apis: bool,
    /// Rows that each table is given.
    rows: usize,
}

#[derive(Debug, Serialize)]
struct Table {
    module: String,
    /// Its routes, as Python expressions; `None` where it has none.
    view: String,
    api: String,
}

#[derive(Debug, Serialize)]
struct Search {
    route: String,
    column: String,
}

pub(super) fn files(facts: &Facts<'_>, renderer: &Renderer) -> Result<Vec<GeneratedFile>, Error> {
    if !facts.config.generate_performance_tests || with_pages(facts).next().is_none() {
        return Ok(Vec::new());
    }
    let context = context(facts);
    Ok(vec![
        package("tests/performance"),
        renderer.support("tests/performance/requirements.txt", "performance_requirements.txt", &context)?,
        renderer.support("tests/performance/site.py", "site.py", &context)?,
        renderer.support("tests/performance/locustfile.py", "locustfile.py", &context)?,
        renderer.test("tests/performance/test_budgets.py", None, "budgets.py", &context)?,
        renderer.test("tests/performance/test_load.py", None, "load.py", &context)?,
    ])
}

fn context(facts: &Facts<'_>) -> Performance {
    let entities = &facts.application.entities;
    let rows = if facts.config.include_performance_datasets {
        (ALTOGETHER / entities.len().max(1)).clamp(LEAST, MOST)
    } else {
        LEAST
    };
    Performance {
        tables: entities.iter().filter(|entity| facts.refusal(&entity.table).is_none()).map(table).collect(),
        searches: with_pages(facts)
            .filter(|entity| facts.refusal(&entity.table).is_none())
            .filter_map(search)
            .collect(),
        apis: entities.iter().any(|entity| entity.api.is_included()),
        rows,
    }
}

fn table(entity: &Entity) -> Table {
    let route = |wanted: bool, route: &str| if wanted { string(route) } else { "None".to_owned() };
    let has_pages = entity.view.is_included() && matches!(entity.key, Key::Integer(_));
    Table {
        module: entity.module.clone(),
        view: route(has_pages, &entity.view_route),
        api: route(entity.api.is_included(), &entity.api_route),
    }
}

/// A text column that the list can be searched by.
fn search(entity: &Entity) -> Option<Search> {
    let is_text = |name: &&str| {
        let attribute = entity.attribute(name);
        attribute.is_some_and(|one| matches!(one.kind, AttributeKind::Text { .. }) && one.foreign_key.is_none())
    };
    let column = entity.search_columns().into_iter().find(is_text)?;
    Some(Search { route: entity.view_route.clone(), column: column.to_owned() })
}
