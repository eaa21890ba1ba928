//! The `__init__.py` files, which tie the tables together.

use serde::Serialize;

use super::Error;
use super::template::Templates;
use crate::generate::entity::{Application, Attribute, Entity};
use crate::generate::file::{FileKind, GeneratedFile};
use crate::generate::python::{Code, Imports};

#[derive(Serialize)]
struct ModelsInit {
    imports: String,
    all: String,
}

#[derive(Serialize)]
struct Register {
    imports: String,
    function: &'static str,
    docstring: &'static str,
    lines: Vec<String>,
}

/// `models/__init__.py`.
pub(super) fn models(application: &Application, templates: &Templates) -> Result<GeneratedFile, Error> {
    let mut imports = Imports::new();
    let mut names = Vec::new();
    for entity in &application.entities {
        let classes = entity.attributes.iter().filter_map(Attribute::enum_class).map(|class| class.name.clone());
        for name in std::iter::once(entity.class_name.clone()).chain(classes) {
            imports.from(&format!(".{}", entity.module), &name);
            names.push(name);
        }
    }
    for association in &application.associations {
        imports.from(&format!(".{}", association.module), &association.variable);
        names.push(association.variable.clone());
    }
    // Capitals sort first, so classes come before tables.
    names.sort();
    names.dedup();
    let all = Code::texts(names.iter().map(String::as_str)).statement(0, "__all__ = ");
    let text = templates.render("models_init.py", &ModelsInit { imports: imports.render(0), all })?;
    Ok(file(application, "models", text, FileKind::Model))
}

/// `views/__init__.py`.
pub(super) fn views(application: &Application, templates: &Templates) -> Result<GeneratedFile, Error> {
    let mut imports = Imports::new();
    let mut lines = Vec::new();
    for entity in registered(application).filter(|entity| entity.view.is_included()) {
        let icon = entity.menu.icon.as_str();
        let classes = [
            (Some(&entity.view_class), "", icon),
            (entity.master_view_class.as_ref(), " with Details", icon),
            (entity.chart.as_ref().map(|chart| &chart.class_name), " in Charts", "fa-bar-chart"),
        ];
        for (class, suffix, icon) in classes {
            let Some(class) = class else { continue };
            imports.from(&format!(".{}", entity.module), class);
            let arguments = vec![
                Code::plain(class.clone()),
                Code::text(format!("{}{suffix}", entity.plural_label)),
                Code::keyword("icon", Code::text(icon)),
                Code::keyword("category", Code::text(entity.menu.category.clone())),
            ];
            lines.push(Code::call("appbuilder.add_view", arguments).statement(4, ""));
        }
    }
    let value = Register {
        imports: imports.render(0),
        function: "register_views",
        docstring: "Add the pages of every table; details come before their masters.",
        lines,
    };
    Ok(file(application, "views", templates.render("register.py", &value)?, FileKind::View))
}

/// `api/__init__.py`.
pub(super) fn apis(application: &Application, templates: &Templates) -> Result<GeneratedFile, Error> {
    let mut imports = Imports::new();
    let mut lines = Vec::new();
    for entity in registered(application).filter(|entity| entity.api.is_included()) {
        imports.from(&format!(".{}", entity.module), &entity.api_class);
        lines.push(format!("    appbuilder.add_api({})", entity.api_class));
    }
    lines.sort();
    let value = Register {
        imports: imports.render(0),
        function: "register_apis",
        docstring: "Add the REST API of every table.",
        lines,
    };
    Ok(file(application, "api", templates.render("register.py", &value)?, FileKind::Api))
}

fn registered(application: &Application) -> impl Iterator<Item = &Entity> {
    application.registration.iter().filter_map(|table| application.entity(table))
}

fn file(application: &Application, folder: &str, text: String, kind: FileKind) -> GeneratedFile {
    GeneratedFile { path: format!("{}/{folder}/__init__.py", application.package), text, table: None, kind }
}
