//! Uses in Python.
//!
//! 1. [`index`] reads what each file defines; [`models`] puts it together;
//! 2. [`walk`] goes through each file with the names in [`scope`], and [`infer`] tells types;
//! 3. [`uses`] and [`classes`] report the places that use a changed table or column.

mod classes;
mod index;
mod infer;
mod models;
mod scope;
mod syntax;
mod uses;
mod walk;

use rayon::prelude::*;
use tree_sitter::Tree;

pub(super) use models::{Models, Resolved};
pub(super) use scope::{Binding, Type};
pub(super) use walk::Rendering;

use super::place::Sink;
use super::subject::Subjects;
use super::{SourceFile, Usage};
use crate::schema::Dialect;

/// What was found in all Python files.
pub(super) struct Found {
    pub(super) usages: Vec<Usage>,
    pub(super) renderings: Vec<Rendering>,
    pub(super) models: Models,
}

/// Every use in the Python files among `files`.
pub(super) fn find(files: &[&SourceFile], dialect: Dialect, subjects: &Subjects) -> Found {
    let parsed: Vec<(Option<Tree>, index::FileIndex)> = files
        .par_iter()
        .enumerate()
        .map(|(number, file)| {
            let tree = syntax::parse(&file.text);
            let index = tree.as_ref().map(|tree| index::index(tree.root_node(), &file.text, &file.path, number));
            (tree, index.unwrap_or_default())
        })
        .collect();
    let (trees, indexes): (Vec<_>, Vec<_>) = parsed.into_iter().unzip();
    let modules: Vec<Vec<String>> = files.iter().map(|file| index::module_of(&file.path)).collect();
    let mut models = Models::new(indexes, subjects);
    modules.iter().for_each(|module| models.add_segments(module));
    let needles = models.needles(subjects);
    let walked: Vec<(Vec<Usage>, Vec<Rendering>)> = files
        .par_iter()
        .zip(&trees)
        .enumerate()
        .filter_map(|(number, (file, tree))| {
            let tree = tree.as_ref()?;
            let concerned = file.text.contains("render_template") || mentions(&file.text, &needles);
            if !concerned || is_migration(&file.text) {
                return None;
            }
            let sink = Sink::new(file);
            let module = modules[number].clone();
            let mut walker = walk::Walker::new(number, module, &models, subjects, dialect, sink, &file.text);
            walker.module(tree.root_node());
            Some((walker.sink.finish(), walker.renderings))
        })
        .collect();
    let mut found = Found { usages: Vec::new(), renderings: Vec::new(), models };
    for (usages, renderings) in walked {
        found.usages.extend(usages);
        found.renderings.extend(renderings);
    }
    found
}

fn mentions(text: &str, needles: &std::collections::HashSet<String>) -> bool {
    // SQL does not mind the case of a name.
    let lower = text.to_ascii_lowercase();
    needles.iter().any(|needle| lower.contains(&needle.to_ascii_lowercase()))
}

/// Whether a file is a migration, which speaks of the past.
fn is_migration(text: &str) -> bool {
    let mut assigned = text.lines().filter(|line| line.starts_with("revision") || line.starts_with("down_revision"));
    assigned.next().is_some() && assigned.next().is_some() && text.contains("alembic")
}
