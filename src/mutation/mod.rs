//! Faults that people make in Flask-AppBuilder applications, planted one at a time to see which tests notice.
//!
//! 1. [`index`] reads which class stands for which table, and what guards against forged requests;
//! 2. [`walk`] visits every node of every Python file with the class, the table and the function that it stands in;
//! 3. [`operators`] each look at a node and say what a fault there would be: one file a fault;
//! 4. [`affected`] tells which test files have to do with a fault, the likeliest first;
//! 5. [`score`] counts what was caught.

pub mod affected;
mod index;
mod operators;
pub mod score;
mod syntax;
mod template;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::Serialize;

pub use operators::Operator;
pub use score::{MutationReport, Toll, Tried, Verdict};

/// One fault that can be planted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mutant {
    /// What kind of fault.
    pub operator: Operator,
    /// The file, from the application's folder, with `/`.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong then, in one clause.
    pub what: String,
    /// The classes and tables that it is about; empty when it is about the whole application.
    pub subjects: BTreeSet<String>,
    /// Whether it changes what the database becomes.
    #[serde(skip)]
    pub in_migration: bool,
    /// The file's text with the fault in it.
    #[serde(skip)]
    pub text: String,
}

/// What is put in place of which bytes of a file.
pub(crate) type Edit = (Range<usize>, String);

/// Every fault that can be planted in an application, in order of path and place.
///
/// `files` are the application's sources by path, its migrations among them and its tests not. Files that are no
/// Python, or no template, are passed over, and so is Python that cannot be parsed.
pub fn find(files: &BTreeMap<String, String>) -> Vec<Mutant> {
    let trees: Vec<_> = files
        .iter()
        .filter(|(path, _)| path.ends_with(".py"))
        .filter_map(|(path, text)| Some((path.as_str(), text.as_str(), syntax::parse(text)?)))
        .collect();
    let index = index::Index::new(trees.iter().map(|(_, text, tree)| (*text, tree.root_node())));
    let mut found: Vec<Mutant> =
        trees.iter().flat_map(|(path, text, tree)| walk::walk(path, text, tree.root_node(), &index)).collect();
    found.extend(files.iter().flat_map(|(path, text)| template::look(path, text)));
    found.sort_by(|a, b| (&a.path, a.line, a.operator, &a.what).cmp(&(&b.path, b.line, b.operator, &b.what)));
    found
}

/// At most `limit` faults, of every kind and every file alike; always the same ones.
pub fn sample(mutants: Vec<Mutant>, limit: usize) -> Vec<Mutant> {
    if mutants.len() <= limit {
        return mutants;
    }
    // Kind by kind, the first of each, then the second of each, and so on.
    let mut seen: BTreeMap<Operator, usize> = BTreeMap::new();
    let mut ranked: Vec<(usize, usize, Mutant)> = Vec::new();
    let counts = mutants.iter().fold(BTreeMap::<Operator, usize>::new(), |mut counts, mutant| {
        *counts.entry(mutant.operator).or_default() += 1;
        counts
    });
    for (place, mutant) in mutants.into_iter().enumerate() {
        let nth = seen.entry(mutant.operator).or_default();
        // Spread over the files: a step that has no divisor in common with the count visits every one.
        let count = counts.get(&mutant.operator).copied().unwrap_or(1);
        let step = (count / 3..=count).find(|step| *step > 0 && gcd(*step, count) == 1).unwrap_or(1);
        ranked.push((*nth * step % count, place, mutant));
        *nth += 1;
    }
    ranked.sort_by_key(|(rank, place, _)| (*rank, *place));
    ranked.truncate(limit);
    ranked.sort_by_key(|(_, place, _)| *place);
    ranked.into_iter().map(|(_, _, mutant)| mutant).collect()
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The text with the edits made, which must not overlap.
pub(crate) fn edited(text: &str, edits: &[Edit]) -> Option<String> {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|(range, _)| range.start);
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for (range, new) in edits {
        out.push_str(text.get(at..range.start)?);
        out.push_str(new);
        at = range.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}
