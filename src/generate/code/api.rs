//! `ModelRestApi` classes.

use serde::Serialize;

use super::template::Templates;
use super::{Error, rule};
use crate::generate::entity::{Application, Display, Entity};
use crate::generate::file::{FileKind, GeneratedFile};
use crate::generate::python::{Code, Imports};

#[derive(Serialize)]
struct ApiFile {
    imports: String,
    class_name: String,
    body: Vec<String>,
}

/// The REST API of an entity.
pub(super) fn entity(
    application: &Application,
    entity: &Entity,
    templates: &Templates,
) -> Result<GeneratedFile, Error> {
    let mut imports = Imports::new();
    imports.from("..fabkit.api", "ModelRestApi");
    imports.from("..fabkit.interface", "SQLAInterface");
    imports.from(&format!("..models.{}", entity.module), &entity.class_name);
    let assign = |name: &str, code: Code| code.statement(4, &format!("{name} = "));
    let mut body = vec![
        assign("resource_name", Code::text(entity.resource_name.clone())),
        assign("datamodel", Code::call("SQLAInterface", vec![Code::plain(&*entity.class_name)])),
    ];
    let (list, show) = (list_columns(application, entity), show_columns(application, entity));
    let texts = |names: &[String]| Code::texts(names.iter().map(String::as_str));
    if list == show {
        body.push(assign("list_columns = show_columns", texts(&list)));
    } else {
        body.push(assign("list_columns", texts(&list)));
        body.push(assign("show_columns", texts(&show)));
    }
    body.extend(super::view::order(entity, list.iter().cloned()));
    let (add, edit) = (entity.api_write_columns(), entity.api_edit_columns());
    if add == edit {
        body.push(assign("add_columns = edit_columns", Code::texts(add)));
    } else {
        body.push(assign("add_columns", Code::texts(add)));
        body.push(assign("edit_columns", Code::texts(edit)));
    }
    if entity.api_search_columns().is_empty() {
        let all = entity.attributes.iter().map(|one| one.name.as_str());
        let all = all.chain(entity.relations.iter().map(|one| one.name.as_str()));
        body.push(assign("search_exclude_columns", Code::texts(all)));
    } else {
        body.push(assign("search_columns", Code::texts(entity.api_search_columns())));
    }
    let validators = rule::api_validators(entity, &mut imports);
    if !validators.is_empty() {
        body.push(assign("validators_columns", Code::Dict(validators)));
    }
    let text = templates
        .render("api.py", &ApiFile { imports: imports.render(0), class_name: entity.api_class.clone(), body })?;
    Ok(GeneratedFile {
        path: format!("{}/api/{}.py", application.package, entity.module),
        text,
        table: Some(entity.table.clone()),
        kind: FileKind::Api,
    })
}

/// What a list answers with, for each row.
pub(in crate::generate) fn list_columns(application: &Application, entity: &Entity) -> Vec<String> {
    let list = entity.columns(|outcome| {
        if outcome.list.is_included() || outcome.list.refusal().is_some_and(|why| why.is_key()) {
            &outcome.api_read
        } else {
            &outcome.list
        }
    });
    dotted(application, entity, &list)
}

/// What is told of one row.
pub(in crate::generate) fn show_columns(application: &Application, entity: &Entity) -> Vec<String> {
    dotted(application, entity, &entity.api_read_columns())
}

/// Relations as their key and what the row is called: `customer` → `customer.id`, `customer.name`.
fn dotted(application: &Application, entity: &Entity, names: &[&str]) -> Vec<String> {
    let mut columns = Vec::new();
    for name in names {
        let target = entity.relation(name).and_then(|relation| application.entity(&relation.target));
        let Some(target) = target else {
            columns.push((*name).to_owned());
            continue;
        };
        let mut parts = target.key.attributes();
        if let Display::Attribute(display) = &target.display
            && !parts.contains(&display.as_str())
        {
            parts.push(display);
        }
        columns.extend(parts.into_iter().map(|part| format!("{name}.{part}")));
    }
    columns
}
