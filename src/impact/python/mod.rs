//! Uses in Python.
//!
//! 1. [`index`] reads what each file defines; [`models`] puts it together;
//! 2. [`walk`] goes through each file with the names in [`scope`], and [`infer`] tells types;
//! 3. [`uses`] and [`classes`] report the places that use a changed table or column.

mod api;
mod calls;
mod classes;
mod declare;
mod functions;
mod index;
mod infer;
mod mapper;
mod models;
mod queries;
mod scope;
pub(crate) mod syntax;
mod uses;
mod views;
mod walk;

use std::collections::{BTreeSet, HashMap, HashSet};

use rayon::prelude::*;

pub(super) use api::Api;
pub(super) use models::{Models, Resolved};
pub(super) use scope::{Binding, Type};
pub(super) use walk::Rendering;

use super::place::Sink;
use super::search::Search;
use super::subject::Subjects;
use super::{SourceFile, Usage};
use crate::schema::Dialect;
use index::{Attribute, FileIndex};
use models::Learner;

/// What was found in all Python files.
pub(super) struct Found {
    pub(super) usages: Vec<Usage>,
    pub(super) renderings: Vec<Rendering>,
    pub(super) models: Models,
    /// The names by which the changed columns and tables can appear.
    pub(super) needles: HashSet<String>,
}

/// What a file has that declares a model, a table, a view or a schema.
const DECLARING: [&str; 11] = [
    "Column",
    "mapped_column",
    "Mapped",
    "relationship",
    "Table",
    "__tablename__",
    "__table__",
    "datamodel",
    "Meta",
    "map_imperatively",
    "mapper",
];

/// Passes over functions that have no annotation: the second sees what the first learned.
const LESSONS: usize = 2;

/// The models, views and APIs that the Python files declare.
pub(super) fn declared(files: &[&SourceFile], subjects: &Subjects) -> Models {
    let declaring = Search::new(DECLARING.iter().copied());
    let indexes = files.par_iter().enumerate().filter(|(_, file)| declaring.finds(&file.text));
    Models::new(indexes.map(|(number, file)| index_of(file, number)).collect(), subjects)
}

/// Every use in the Python files among `files`. A file is parsed only when its text speaks of something that matters,
/// and its tree is dropped at once: memory is bounded by the largest file, not by their number.
pub(super) fn find(files: &[&SourceFile], dialect: Dialect, subjects: &Subjects) -> Found {
    let names = subjects.columns().map(|(_, column)| column).chain(subjects.tables());
    let declaring = Search::new(DECLARING.iter().copied().chain(names));
    let mut indexes: Vec<Option<FileIndex>> = files
        .par_iter()
        .enumerate()
        .map(|(number, file)| declaring.finds(&file.text).then(|| index_of(file, number)))
        .collect();
    let mapped = mapped_names(&indexes);
    let speaking = Search::new(mapped.iter().map(String::as_str));
    indexes.par_iter_mut().zip(files).enumerate().for_each(|(number, (index, file))| {
        if index.is_none() && speaking.finds(&file.text) {
            *index = Some(index_of(file, number));
        }
    });
    let modules: Vec<Vec<String>> = files.iter().map(|file| index::module_of(&file.path)).collect();
    let mut models = Models::new(indexes.into_iter().flatten().collect(), subjects);
    modules.iter().for_each(|module| models.add_segments(module));

    let walk = |number: usize, models: &Models| {
        let file = files[number];
        let tree = syntax::parse(&file.text)?;
        let (sink, module) = (Sink::new(file), modules[number].clone());
        let mut walker = walk::Walker::new(number, module, models, subjects, dialect, sink, &file.text);
        walker.module(tree.root_node());
        Some((walker.sink.finish(), walker.renderings, walker.lessons))
    };
    let teaching: Vec<usize> = (0..files.len())
        .into_par_iter()
        .filter(|number| {
            let text = &files[*number].text;
            (text.contains("return ") || text.contains("yield ")) && speaking.finds(text) && !is_migration(text)
        })
        .collect();
    for _ in 0..LESSONS {
        let lessons: Vec<HashMap<Learner, Option<Binding>>> =
            teaching.par_iter().filter_map(|number| walk(*number, &models)).map(|(_, _, lessons)| lessons).collect();
        if !models.learn(lessons.into_iter().flatten()) {
            break;
        }
    }

    let needles = models.needles(subjects);
    let concerned = Search::new(needles.iter().map(String::as_str).chain(["render_template"]));
    let walked: Vec<(Vec<Usage>, Vec<Rendering>)> = (0..files.len())
        .into_par_iter()
        .filter(|number| concerned.finds(&files[*number].text) && !is_migration(&files[*number].text))
        .filter_map(|number| walk(number, &models))
        .map(|(usages, renderings, _)| (usages, renderings))
        .collect();
    let mut found = Found { usages: Vec::new(), renderings: Vec::new(), models, needles };
    for (usages, renderings) in walked {
        found.usages.extend(usages);
        found.renderings.extend(renderings);
    }
    found
}

fn index_of(file: &SourceFile, number: usize) -> FileIndex {
    let tree = syntax::parse(&file.text);
    tree.map(|tree| declare::index(tree.root_node(), &file.text, &file.path, number)).unwrap_or_default()
}

/// The names of the classes and tables that speak of columns.
fn mapped_names(indexes: &[Option<FileIndex>]) -> BTreeSet<String> {
    let is_mapped = |class: &&index::Class| {
        class.explicit_table.is_some()
            || class
                .attributes
                .values()
                .any(|attribute| matches!(attribute, Attribute::Column(_) | Attribute::Relation(_)))
    };
    let classes = indexes.iter().flatten().flat_map(|index| &index.classes);
    let mapped = classes.filter(is_mapped).map(|class| class.name.clone());
    let mappings = indexes.iter().flatten().flat_map(|index| &index.mappings);
    mapped.chain(mappings.map(|mapping| mapping.class.clone())).collect()
}

/// Whether a file is a migration, which speaks of the past.
fn is_migration(text: &str) -> bool {
    let mut assigned = text.lines().filter(|line| line.starts_with("revision") || line.starts_with("down_revision"));
    assigned.next().is_some() && assigned.next().is_some() && text.contains("alembic")
}
