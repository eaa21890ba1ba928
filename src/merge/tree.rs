//! Merges a whole regeneration: files that come, go, and move with a renamed table.

use std::collections::{BTreeMap, BTreeSet};

use super::{ConflictReason, Merged, Outcome, Strategy, Versions, file};

/// Which strategy holds for which path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Strategies {
    /// Where nothing else is said.
    pub default: Strategy,
    /// By path, or by folder with a `/` at its end; the longest match holds.
    pub by_path: BTreeMap<String, Strategy>,
}

impl Strategies {
    /// The strategy for a path.
    pub fn of(&self, path: &str) -> Strategy {
        self.by_path
            .iter()
            .filter(|(prefix, _)| *prefix == path || (prefix.ends_with('/') && path.starts_with(prefix.as_str())))
            .max_by_key(|(prefix, _)| prefix.len())
            .map_or(self.default, |(_, strategy)| *strategy)
    }
}

/// One file of a regeneration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileMerge {
    /// Where the file belongs now.
    pub path: String,
    /// Where it is in the branch when it moves; that path has to go.
    pub moved_from: Option<String>,
    /// What became of it.
    pub merged: Merged,
}

impl FileMerge {
    /// Whether the branch changes: text, place, or a conflict to decide.
    pub fn changes_branch(&self) -> bool {
        self.moved_from.is_some()
            || !matches!(self.merged.outcome, Outcome::Unchanged | Outcome::KeepOurs | Outcome::DeletedButEdited)
    }
}

/// A merged regeneration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeMerge {
    /// Every file that is or was generated, by path.
    pub files: Vec<FileMerge>,
    /// What to record as last generated, once the merge is committed.
    pub new_baseline: BTreeMap<String, String>,
}

impl TreeMerge {
    /// The files that a person has to decide about.
    pub fn conflicts(&self) -> impl Iterator<Item = &FileMerge> {
        self.files.iter().filter(|file| file.merged.is_conflict())
    }

    /// The files that are no longer generated and stay because they were changed by hand.
    pub fn retired(&self) -> impl Iterator<Item = &FileMerge> {
        self.files.iter().filter(|file| file.merged.outcome == Outcome::DeletedButEdited)
    }

    /// How many hunks of hand-written changes are in the generated files.
    pub fn hand_edits(&self) -> usize {
        self.files.iter().map(|file| file.merged.hand_edits).sum()
    }
}

/// Merges everything that is generated now (`generated` must be whole: what is missing from it is retired) into
/// what is in the branch.
///
/// `baseline` is the text as last generated, `branch` the files of the branch (others than generated ones may be
/// among them), `renames` the old and new paths of files whose table was renamed.
pub fn tree(
    baseline: &BTreeMap<String, String>,
    branch: &BTreeMap<String, String>,
    generated: &BTreeMap<String, String>,
    strategies: &Strategies,
    renames: &[(String, String)],
) -> TreeMerge {
    let mut origins: BTreeMap<&str, &str> = BTreeMap::new();
    for (old, new) in renames {
        // A move happens once: not when the old path is still generated, nor when it was moved already.
        if old != new
            && generated.contains_key(new)
            && !generated.contains_key(old)
            && (baseline.contains_key(old) || branch.contains_key(old))
            && !branch.contains_key(new)
            && !baseline.contains_key(new)
        {
            origins.insert(new, old);
        }
    }
    let moved: BTreeSet<&str> = origins.values().copied().collect();
    let paths: BTreeSet<&str> =
        baseline.keys().chain(generated.keys()).map(String::as_str).filter(|path| !moved.contains(path)).collect();

    let files = paths
        .into_iter()
        .map(|path| {
            let origin = origins.get(path).copied();
            let before = origin.unwrap_or(path);
            let versions = Versions {
                base: baseline.get(before).map(String::as_str),
                ours: branch.get(before).map(String::as_str),
                theirs: generated.get(path).map(String::as_str),
            };
            let merged = file(path, versions, strategies.of(path));
            let moved_from = origin.filter(|old| branch.contains_key(*old)).map(str::to_owned);
            FileMerge { path: path.to_owned(), moved_from, merged }
        })
        .collect();
    TreeMerge { files, new_baseline: generated.clone() }
}

impl std::fmt::Display for ConflictReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::BothChanged => "changed by hand and by the generator in the same place",
            Self::NoBaseline => "was there before it was first generated",
            Self::DeletedByHand => "was deleted by hand, but its table changed",
        })
    }
}
