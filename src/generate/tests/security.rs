//! `tests/security`: who may do what, and hostile input.

use serde::Serialize;

use super::Error;
use super::facts::Facts;
use super::range::Range;
use super::render::Renderer;
use super::shared::with_pages;
use crate::generate::GeneratedFile;
use crate::generate::entity::{Attribute, AttributeKind, Entity, Key};
use crate::generate::python::string;

#[derive(Debug, Serialize)]
struct Access {
    factories: Vec<String>,
    /// Rows full of markup.
    texts: Vec<Texts>,
    apis: Vec<Api>,
}

#[derive(Debug, Serialize)]
struct Texts {
    module: String,
    /// Keyword arguments of the factory.
    given: String,
}

#[derive(Debug, Serialize)]
struct Api {
    module: String,
    route: String,
}

#[derive(Debug, Serialize)]
struct Web {
    views: Vec<String>,
    deletable: Vec<Deletable>,
    api: Option<String>,
}

#[derive(Debug, Serialize)]
struct Deletable {
    module: String,
    class_name: String,
    route: String,
}

#[derive(Debug, Serialize)]
struct Input {
    label: String,
    module: String,
    class_name: String,
    view_class: String,
    route: String,
    resource: String,
    master_route: Option<String>,
    columns: Vec<TextColumn>,
    guarded: Vec<Guarded>,
    /// Further arguments: the columns that triggers may change.
    kept: String,
}

#[derive(Debug, Serialize)]
struct TextColumn {
    name: String,
    /// The longest piece of markup that fits.
    markup: &'static str,
    searched: bool,
}

#[derive(Debug, Serialize)]
struct Guarded {
    name: String,
    /// A value that nobody may set, as a Python expression for forms and JSON alike.
    value: String,
}

pub(super) fn files(facts: &Facts<'_>, renderer: &Renderer) -> Result<Vec<GeneratedFile>, Error> {
    let entities = &facts.application.entities;
    let apis = || entities.iter().filter(|entity| entity.api.is_included());
    let has_rows = |entity: &&Entity| facts.refusal(&entity.table).is_none();
    let access = Access {
        factories: entities.iter().filter(has_rows).map(|entity| entity.module.clone()).collect(),
        texts: with_pages(facts).filter(has_rows).filter_map(texts).collect(),
        apis: apis().map(|entity| Api { module: entity.module.clone(), route: entity.api_route.clone() }).collect(),
    };
    let web = Web {
        views: with_pages(facts).map(|entity| entity.view_route.clone()).collect(),
        deletable: with_pages(facts)
            .filter(has_rows)
            .map(|entity| Deletable {
                module: entity.module.clone(),
                class_name: entity.class_name.clone(),
                route: entity.view_route.clone(),
            })
            .collect(),
        api: apis().next().map(|entity| entity.api_route.clone()),
    };
    let mut files = vec![
        renderer.test("tests/security/test_access.py", None, "access.py", &access)?,
        renderer.test("tests/security/test_web.py", None, "web.py", &web)?,
    ];
    if !facts.config.include_error_scenarios {
        return Ok(files);
    }
    for entity in with_pages(facts).filter(|entity| entity.api.is_included()) {
        let path = format!("tests/security/test_{}_input.py", entity.module);
        files.push(renderer.test(&path, Some(&entity.table), "input.py", &input(entity))?);
    }
    Ok(files)
}

fn texts(entity: &Entity) -> Option<Texts> {
    let given: Vec<String> = entity
        .attributes
        .iter()
        .filter(|attribute| !attribute.primary_key)
        .filter_map(|attribute| Some(format!("{}={}", attribute.name, string(markup(attribute, entity)?))))
        .collect();
    (!given.is_empty()).then(|| Texts { module: entity.module.clone(), given: given.join(", ") })
}

fn input(entity: &Entity) -> Input {
    let shown = entity.show_columns();
    let searched = entity.search_columns();
    Input {
        label: entity.label.clone(),
        module: entity.module.clone(),
        class_name: entity.class_name.clone(),
        view_class: entity.view_class.clone(),
        route: entity.view_route.clone(),
        resource: entity.resource_name.clone(),
        master_route: entity.master_view_route.clone(),
        columns: entity
            .attributes
            .iter()
            .filter(|attribute| shown.contains(&attribute.name.as_str()) && !attribute.primary_key)
            .filter_map(|attribute| {
                Some(TextColumn {
                    name: attribute.name.clone(),
                    markup: markup(attribute, entity)?,
                    searched: searched.contains(&attribute.name.as_str()),
                })
            })
            .collect(),
        guarded: guarded(entity),
        kept: super::fields::kept_by_triggers(entity),
    }
}

/// Markup that a browser would act on, as long as the column bears it.
pub(super) fn markup(attribute: &Attribute, entity: &Entity) -> Option<&'static str> {
    let range = Range::of(attribute, entity);
    if attribute.generated.is_some()
        || !matches!(attribute.kind, AttributeKind::Text { .. })
        || range.opaque
        || entity.refers(attribute)
    {
        return None;
    }
    ["<script>alert('Fabwright')</script>", "<svg onload=a()>", "<u>x</u>"].into_iter().find(|markup| {
        let length = u32::try_from(markup.len()).unwrap_or(u32::MAX);
        range.longest.is_none_or(|longest| length <= longest) && length >= range.shortest
    })
}

/// What neither forms nor the API may set.
fn guarded(entity: &Entity) -> Vec<Guarded> {
    let forms = entity.edit_columns();
    let api = entity.api_write_columns();
    entity
        .attributes
        .iter()
        .filter(|attribute| !forms.contains(&attribute.name.as_str()) && !api.contains(&attribute.name.as_str()))
        .filter(|attribute| attribute.foreign_key.is_none())
        .filter_map(|attribute| {
            let value = match &attribute.kind {
                AttributeKind::Integer { .. } if matches!(&entity.key, Key::Integer(key) if *key == attribute.name) => {
                    "424242"
                }
                AttributeKind::DateTime { .. } => "\"2001-02-03 04:05:06\"",
                _ => return None,
            };
            Some(Guarded { name: attribute.name.clone(), value: value.to_owned() })
        })
        .collect()
}
