//! Which lines of the application still use what a migration changes.
//!
//! Input is text: the base branch's schema, the changes, and the application's source files. Python is parsed
//! with tree-sitter, Jinja templates are tokenised, SQL strings are parsed; rows of JSON and YAML are found in
//! their trees; nothing is found by regular expression. Each use carries the line, how it names the thing, and how sure the finding is.

mod client;
mod contract;
mod database;
mod fixture;
mod naming;
mod place;
pub(crate) mod python;
mod search;
mod sql;
mod subject;
mod template;
#[cfg(test)]
mod tests;

pub use contract::{ContractChange, ContractEffect, contract};
pub use database::database_dependents;

use rayon::prelude::*;
use serde::Serialize;

use crate::diff::{ChangeId, SchemaChange};
use crate::schema::Schema;
use place::Sink;
use search::Search;
use subject::Subjects;

/// A file of the application, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path from the root of the repository, with `/`.
    pub path: String,
    /// The whole text.
    pub text: String,
    /// Whether Fabwright generated the file, so that a regeneration repairs the use.
    pub generated: bool,
}

/// A place that uses what a change changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Usage {
    /// Path from the root of the repository.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// The change whose subject is used.
    pub change_id: ChangeId,
    /// How the place names it.
    pub kind: UsageKind,
    /// How sure the finding is.
    pub confidence: UsageConfidence,
    /// The line itself, without leading white space.
    pub excerpt: String,
    /// One clause: what it uses and how that was told (`Customer.fax through the parameter annotation`).
    pub explanation: String,
    /// Whether Fabwright generated the line, so that a regeneration repairs it.
    pub regenerated: bool,
}

/// How a place names a table or column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UsageKind {
    /// The model's own definition of the attribute.
    ModelDefinition,
    /// An attribute access, a keyword argument or a query in Python.
    PythonAttribute,
    /// A string that Flask-AppBuilder reads as an attribute name (`list_columns` and its kin).
    ViewColumn,
    /// A form or API schema field.
    FormField,
    /// An expression in a Jinja template.
    Template,
    /// SQL inside a Python string.
    SqlString,
    /// A file of SQL.
    SqlFile,
    /// A row in a file of JSON, YAML or CSV.
    Fixture,
    /// A field of the REST API in JavaScript.
    Client,
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum UsageConfidence {
    /// The name fits and nothing contradicts it.
    Possible,
    /// The name fits and the surroundings make the type likely.
    Likely,
    /// The type was resolved.
    Certain,
}

/// Every place in `sources` that uses a table or column which `changes` removes, renames or redefines, in order of
/// path and place.
///
/// A rename is looked for by its old name. Uses of a column that is only redefined are reported as well: the change
/// itself tells how much they matter. Migrations are left out. Broken code is read as far as it can be.
pub fn find(base: &Schema, changes: &[SchemaChange], sources: &[SourceFile]) -> Vec<Usage> {
    let subjects = Subjects::new(base, changes);
    if subjects.is_empty() {
        return Vec::new();
    }
    // Code nests as deep as its author or a generator likes.
    match rayon::ThreadPoolBuilder::new().stack_size(STACK).build() {
        Ok(pool) => pool.install(|| search(base, &subjects, sources)),
        Err(_) => search(base, &subjects, sources),
    }
}

/// The stack of a thread that walks syntax trees, in bytes; pages are used only when they are needed.
const STACK: usize = 256 << 20;

fn search(base: &Schema, subjects: &Subjects, sources: &[SourceFile]) -> Vec<Usage> {
    let python: Vec<&SourceFile> = sources.iter().filter(|file| file.path.ends_with(".py")).collect();
    let found = python::find(&python, base.dialect, subjects);
    let mut usages = found.usages;
    let sql = sources.par_iter().filter(|file| is_sql(&file.path));
    usages.par_extend(sql.flat_map_iter(|file| {
        let mut sink = Sink::new(file);
        for usage in sql::find(&file.text, base.dialect, subjects) {
            sink.report(usage.offset, &usage.changes, UsageKind::SqlFile, usage.confidence, &usage.explanation);
        }
        sink.finish()
    }));
    let (models, renderings) = (&found.models, &found.renderings);
    let templates = sources.par_iter().filter(|file| template::is_template(&file.path));
    usages.par_extend(templates.flat_map_iter(|file| template::find(file, models, renderings, subjects)));
    let concerned = Search::new(found.needles.iter().map(String::as_str));
    let others = sources.par_iter().filter(|file| concerned.finds(&file.text));
    usages.par_extend(others.flat_map_iter(|file| {
        let mut usages = fixture::find(file, models, subjects);
        usages.extend(client::find(file, models, subjects));
        usages
    }));
    usages.sort();
    usages
}

/// Whether a path holds SQL that the application runs; migrations speak of the past.
fn is_sql(path: &str) -> bool {
    let is_migration = |part: &str| matches!(part, "migrations" | "versions" | "alembic");
    path.ends_with(".sql") && !path.split('/').any(is_migration)
}
