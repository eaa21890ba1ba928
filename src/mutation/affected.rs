//! Which test files have to do with a fault.

use std::collections::{BTreeMap, BTreeSet};

use super::Mutant;

/// The test files of an application, by what they speak of.
#[derive(Debug)]
pub struct TestFiles<'a> {
    words: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Every class and table of the application.
    subjects: BTreeSet<&'a str>,
}

impl<'a> TestFiles<'a> {
    /// Reads `tests`, texts by path, of an application in which `mutants` can be planted.
    pub fn new(tests: &'a BTreeMap<String, String>, mutants: &'a [Mutant]) -> Self {
        Self {
            words: tests.iter().map(|(path, text)| (path.as_str(), words(text))).collect(),
            subjects: mutants.iter().flat_map(|mutant| &mutant.subjects).map(String::as_str).collect(),
        }
    }

    /// The files to run for a fault, the likeliest to notice it first.
    ///
    /// A file that is named after one of the fault's tables comes first, one about the whole application after it, then
    /// those that speak of the fault's classes; one about other tables only is left out. A fault that is about nothing
    /// in particular is everybody's, and so is one of which no file speaks.
    pub fn affected(&self, mutant: &Mutant) -> Vec<&'a str> {
        let speaks = |words: &BTreeSet<&str>| mutant.subjects.iter().any(|name| words.contains(name.as_str()));
        let everything = mutant.subjects.is_empty() || !self.words.values().any(speaks);
        let mut ranked: Vec<(usize, usize, &'a str)> = self
            .words
            .iter()
            .filter_map(|(path, words)| {
                let file = path.rsplit('/').next().unwrap_or(path);
                let is_named = mutant.subjects.iter().any(|name| file.starts_with(&format!("test_{name}")));
                let rank = match (is_named, self.is_general(words), speaks(words)) {
                    (true, ..) => 0,
                    (_, true, _) => 1,
                    (_, _, true) => 2,
                    _ if everything => 3,
                    _ => return None,
                };
                Some((rank, kind(path), *path))
            })
            .collect();
        ranked.sort_unstable();
        ranked.into_iter().map(|(.., path)| path).collect()
    }

    /// Whether a file is about the whole application: it speaks of no table, or of most.
    fn is_general(&self, words: &BTreeSet<&str>) -> bool {
        let spoken = self.subjects.iter().filter(|name| words.contains(*name)).count();
        spoken == 0 || spoken * 3 > self.subjects.len()
    }
}

/// Cheap kinds first.
fn kind(path: &str) -> usize {
    let kinds = ["/unit/", "/integration/", "/security/", "/performance/", "/e2e/", "/accessibility/"];
    kinds.iter().position(|kind| path.contains(kind)).unwrap_or(0)
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| !word.is_empty()).collect()
}
