//! Writes the tests of a generated application.
//!
//! 1. [`sample`] and [`range`] find valid values, and values just beyond what is valid, for each column;
//! 2. one module for each kind of file ([`factories`], [`unit`], [`views`], [`api`], [`shared`]) turns an entity into
//!    the typed context of its template;
//! 3. [`render`] fills in the template, and [`layout`] breaks lines and adds the imports that the text uses.
//!
//! Each test stands in the file of its table, under a name that says what broke when it fails.

mod api;
mod browser;
mod chart;
mod checks;
pub mod config;
#[cfg(test)]
mod examples;
mod factories;
mod facts;
mod fields;
mod layout;
mod native;
mod performance;
mod range;
mod render;
mod sample;
mod security;
mod settle;
mod shared;
mod text;
mod unit;
mod views;

pub use config::{TestDataVariety, TestGenerationConfig};

use super::{Application, FileKind, GeneratedFile};
use crate::schema::ObjectName;
use facts::Facts;
use render::Renderer;

/// Why tests can't be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A switch asks for what can't be done.
    #[error("`{switch}` can't be used like this: {reason}")]
    Switch {
        /// The switch.
        switch: &'static str,
        /// Why, and what to do.
        reason: &'static str,
    },
    /// A template is wrong, which is a bug of Fabwright.
    #[error("the template of {path} can't be filled in")]
    Template {
        /// The file that was to be written.
        path: String,
        /// What the template engine says.
        #[source]
        source: Box<tera::Error>,
    },
}

/// The whole test suite of an application, sorted by path.
///
/// # Errors
/// [`Error::Switch`] when the configuration asks for what can't be done.
pub fn files(application: &Application, config: &TestGenerationConfig) -> Result<Vec<GeneratedFile>, Error> {
    config.validate()?;
    let facts = Facts::new(application, config);
    let renderer = Renderer::new(&facts)?;
    let mut files = shared::files(&facts, &renderer)?;
    files.extend(performance::files(&facts, &renderer)?);
    for entity in &application.entities {
        if config.generate_unit_tests {
            let path = format!("tests/unit/test_{}.py", entity.module);
            files.push(renderer.test(&path, Some(&entity.table), "unit.py", &unit::context(&facts, entity))?);
        }
        if config.generate_integration_tests && entity.view.is_included() {
            let path = format!("tests/integration/test_{}_views.py", entity.module);
            files.push(renderer.test(&path, Some(&entity.table), "views.py", &views::context(&facts, entity))?);
        }
        if config.generate_integration_tests
            && let Some(chart) = &entity.chart
        {
            let path = format!("tests/integration/test_{}_chart.py", entity.module);
            let context = chart::context(&facts, entity, chart);
            files.push(renderer.test(&path, Some(&entity.table), "chart.py", &context)?);
        }
        if config.generate_integration_tests && entity.api.is_included() {
            let path = format!("tests/integration/test_{}_api.py", entity.module);
            files.push(renderer.test(&path, Some(&entity.table), "api.py", &api::context(&facts, entity))?);
        }
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(files)
}

fn file(path: &str, text: String, table: Option<&ObjectName>, kind: FileKind) -> GeneratedFile {
    GeneratedFile { path: path.to_owned(), text, table: table.cloned(), kind }
}
