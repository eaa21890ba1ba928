//! Writes models, views and REST APIs.
//!
//! Each file is a template of `templates/python/` and one typed value for it. Templates hold the fixed text and the
//! order of the parts; anything that has to be quoted or wrapped comes to them ready, from
//! [`python`](crate::generate::python).

pub(in crate::generate) mod api;
mod constraint;
mod declaration;
mod model;
mod package;
mod rule;
mod template;
mod view;

use super::entity::{Application, SqlType};
use super::file::{FileKind, GeneratedFile, Selection};

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A template and its value do not fit: a bug of Fabwright's.
    #[error("the template {template} could not be rendered: {source}")]
    Template {
        /// The template.
        template: &'static str,
        /// What Tera says.
        source: tera::Error,
    },
}

/// Models, views and APIs of the selected tables, and the files that tie all tables together, sorted by path.
///
/// # Errors
/// When a template does not fit its value, which is a bug.
pub fn files(application: &Application, selection: &Selection) -> Result<Vec<GeneratedFile>, Error> {
    let templates = template::Templates::load()?;
    let package = &application.package;
    let fabkit = |(name, text): &(&str, &str), kind| GeneratedFile {
        path: format!("{package}/fabkit/{name}"),
        text: (*text).to_owned(),
        table: None,
        kind,
    };
    let any = |is: fn(&SqlType) -> bool| application.attributes().any(|attribute| is(&attribute.sqlalchemy));
    let mut files: Vec<GeneratedFile> = template::FABKIT.iter().map(|part| fabkit(part, FileKind::Runtime)).collect();
    files.push(fabkit(&template::writes(application.fab), FileKind::Runtime));
    if application.entities.iter().any(|entity| entity.chart.is_some()) {
        files.extend(template::CHARTS.iter().map(|part| fabkit(part, FileKind::Runtime)));
    }
    if any(SqlType::is_fabkits) {
        files.push(fabkit(&template::TYPES, FileKind::Model));
    }
    if any(SqlType::is_backport) {
        files.push(fabkit(&template::BACKPORTS, FileKind::Model));
    }
    files.extend([
        package::models(application, &templates)?,
        package::views(application, &templates)?,
        package::apis(application, &templates)?,
    ]);
    for entity in application.entities.iter().filter(|entity| selection.includes(&entity.table)) {
        files.push(model::entity(application, entity, &templates)?);
        if entity.view.is_included() {
            files.push(view::entity(application, entity, &templates)?);
        }
        if entity.api.is_included() {
            files.push(api::entity(application, entity, &templates)?);
        }
    }
    for association in application.associations.iter().filter(|one| selection.includes(&one.table)) {
        files.push(model::association(application, association, &templates)?);
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(files)
}
