//! `tests/e2e` and `tests/accessibility`: a real browser against a real server.

use serde::Serialize;

use super::facts::Facts;
use super::render::Renderer;
use super::shared::{package, with_pages};
use super::views::{self, Child};
use super::{Error, fields};
use crate::generate::GeneratedFile;
use crate::generate::entity::{AttributeKind, Entity, RelationKind};
use crate::generate::python::string;

#[derive(Debug, Serialize)]
struct Support {}

#[derive(Debug, Serialize)]
struct Login {
    first: String,
    views: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Accessibility {
    entities: Vec<Routed>,
}

#[derive(Debug, Serialize)]
struct Routed {
    module: String,
    route: String,
    /// Where its charts are.
    chart: Option<String>,
    /// One of each shape, as a Python list.
    charts: String,
}

#[derive(Debug, Serialize)]
struct Pages {
    label: String,
    /// Further arguments: the columns that triggers may change.
    kept: String,
    module: String,
    class_name: String,
    view_class: String,
    route: String,
    fields: Vec<Entry>,
    edited: bool,
    /// A text column to search by.
    search: Option<String>,
    children: Vec<Below>,
    master_route: Option<String>,
}

/// What a person enters into one field.
#[derive(Debug, Serialize)]
struct Entry {
    name: String,
    /// A Python expression: text to type, the label to choose, or whether a box is ticked.
    value: String,
    /// What the column holds afterwards.
    stored: Option<String>,
}

/// Rows that are listed below a row.
#[derive(Debug, Serialize)]
struct Below {
    name: String,
    module: String,
    class_name: String,
    key: String,
    route: String,
    detail: bool,
    fields: Vec<Entry>,
}

/// The browser tests that are switched on, with what they share.
pub(super) fn files(facts: &Facts<'_>, renderer: &Renderer) -> Result<Vec<GeneratedFile>, Error> {
    let mut files = Vec::new();
    let routes: Vec<String> = with_pages(facts).map(|entity| entity.view_route.clone()).collect();
    let Some(first) = routes.first().cloned() else { return Ok(files) };
    if !is_wanted(facts) {
        return Ok(files);
    }
    for name in ["browser.py", "failures.py"] {
        files.push(renderer.support(&format!("tests/{name}"), name, &Support {})?);
    }
    if facts.config.generate_e2e_tests {
        files.push(package("tests/e2e"));
        files.push(renderer.test("tests/e2e/test_login.py", None, "login.py", &Login { first, views: routes })?);
        for entity in with_pages(facts) {
            let path = format!("tests/e2e/test_{}_pages.py", entity.module);
            files.push(renderer.test(&path, Some(&entity.table), "e2e.py", &pages(facts, entity))?);
        }
    }
    if facts.config.generate_accessibility_tests {
        let entities = with_pages(facts)
            .filter(|entity| facts.refusal(&entity.table).is_none())
            .map(|entity| Routed {
                module: entity.module.clone(),
                route: entity.view_route.clone(),
                chart: entity.chart.as_ref().map(|chart| chart.route.clone()),
                charts: super::chart::one_of_each_shape(entity),
            })
            .collect();
        files.push(package("tests/accessibility"));
        files.push(renderer.test("tests/accessibility/test_pages.py", None, "axe.py", &Accessibility { entities })?);
        files.push(renderer.support("tests/accessibility/baseline.json", "axe_baseline.json", &Support {})?);
    }
    Ok(files)
}

/// Whether any test needs a browser.
pub(super) fn is_wanted(facts: &Facts<'_>) -> bool {
    let config = facts.config;
    (config.generate_e2e_tests || config.generate_accessibility_tests) && with_pages(facts).next().is_some()
}

fn pages(facts: &Facts<'_>, entity: &Entity) -> Pages {
    Pages {
        label: entity.label.clone(),
        kept: super::fields::kept_by_triggers(entity),
        module: entity.module.clone(),
        class_name: entity.class_name.clone(),
        view_class: entity.view_class.clone(),
        route: entity.view_route.clone(),
        fields: entries(facts, entity, &entity.add_columns()),
        edited: !entity.edit_columns().is_empty(),
        search: entity
            .search_columns()
            .into_iter()
            .find(|name| {
                entity.attribute(name).is_some_and(|attribute| {
                    matches!(attribute.kind, AttributeKind::Text { .. }) && !attribute.nullable
                })
            })
            .map(str::to_owned),
        children: views::children(facts, entity).into_iter().filter_map(|child| below(facts, child)).collect(),
        master_route: entity.master_view_route.clone(),
    }
}

fn below(facts: &Facts<'_>, child: Child) -> Option<Below> {
    let entity = facts.application.entities.iter().find(|entity| entity.module == child.module)?;
    let names: Vec<&str> = entity.add_columns().into_iter().filter(|name| *name != child.back).collect();
    Some(Below {
        fields: entries(facts, entity, &names),
        name: child.name,
        module: child.module,
        class_name: child.class_name,
        key: child.key,
        route: child.route,
        detail: child.detail,
    })
}

fn entries(facts: &Facts<'_>, entity: &Entity, names: &[&str]) -> Vec<Entry> {
    fields::fields(facts, entity, names)
        .into_iter()
        .filter_map(|field| {
            let Some(attribute) = entity.attribute(&field.name) else {
                let relation = entity.relation(&field.name)?;
                let target = facts.application.entity(&relation.target)?;
                let label = format!("live_rows.label(factories.new_{})", target.module);
                let many = relation.kind == RelationKind::ManyToMany;
                let value = if many { format!("[{label}]") } else { label };
                return Some(Entry { name: field.name, value, stored: None });
            };
            let value = match &attribute.kind {
                AttributeKind::Boolean if attribute.nullable => string(field.from_form.as_deref().unwrap_or("True")),
                AttributeKind::Boolean => field.json.clone(),
                _ => field.form.clone()?,
            };
            Some(Entry { name: field.name, value, stored: field.from_form })
        })
        .collect()
}
