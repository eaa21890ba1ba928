//! Three-way merge of generated text with what people wrote by hand.
//!
//! Of each file there are three texts: as it was last generated (`base`), as it is in the branch (`ours`, with
//! what people changed by hand) and as it is newly generated (`theirs`).
//!
//! 1. A side that did not change yields to the one that did; [`file()`] names every such case.
//! 2. When both changed, the texts are merged by lines.
//! 3. When that conflicts and the file is Python, it is merged by its structure: imports, class bodies, lists,
//!    the arguments of a call. The result must parse, or it is not used.
//! 4. What is left is a conflict, with the three texts of each region. Nothing written by hand is overwritten
//!    unless the caller's [`Strategy`] says so.
//!
//! [`tree()`] does this for a whole regeneration: files that come, go, and move with a renamed table.

mod python;
mod text;
mod tree;

#[cfg(test)]
mod tests;

use serde::Deserialize;

pub use text::ConflictRegion;
pub use tree::{FileMerge, Strategies, TreeMerge, tree};

/// What to do with a file that both a person and the generator changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Merge; what can't be merged is a conflict.
    #[default]
    Merge,
    /// Leave the file as it is in the branch.
    KeepMine,
    /// Overwrite the file with the generated text.
    TakeGenerated,
    /// Don't merge: a file that both changed is a conflict.
    Ask,
}

/// The three texts of a file; `None` where it does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versions<'a> {
    /// As last generated.
    pub base: Option<&'a str>,
    /// As it is in the branch.
    pub ours: Option<&'a str>,
    /// As newly generated.
    pub theirs: Option<&'a str>,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The branch already has the generated text, or neither has the file.
    Unchanged,
    /// Nobody changed the file by hand: the generated text replaces it.
    TakeTheirs,
    /// The generated text did not change, or the file is not generated: the branch's text stays.
    KeepOurs,
    /// Both changed it, and both changes are in the result.
    Merged,
    /// Both changed the same place.
    Conflict {
        /// Why a person has to decide.
        reason: ConflictReason,
        /// The places.
        regions: Vec<ConflictRegion>,
    },
    /// A new file.
    Added,
    /// No longer generated and not changed by hand: it goes.
    Deleted,
    /// No longer generated but changed by hand: it stays, and is no longer Fabwright's.
    DeletedButEdited,
}

/// Why a merge is left to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConflictReason {
    /// Both sides changed the same place.
    BothChanged,
    /// The file was there before Fabwright first generated it, so nothing tells which side is older.
    NoBaseline,
    /// It was deleted by hand, and its generated text changed.
    DeletedByHand,
}

/// The result of merging one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// What became of the file.
    pub outcome: Outcome,
    /// The text that belongs in the branch, with conflict markers if there are conflicts; `None` for no file.
    pub text: Option<String>,
    /// In how many hunks the text differs by hand from the generated text.
    pub hand_edits: usize,
}

impl Merged {
    fn new(outcome: Outcome, text: Option<&str>, hand_edits: usize) -> Self {
        Self { outcome, text: text.map(str::to_owned), hand_edits }
    }

    /// Whether a person has to decide something.
    pub fn is_conflict(&self) -> bool {
        matches!(self.outcome, Outcome::Conflict { .. })
    }

    fn conflict(reason: ConflictReason, segments: &[text::Segment]) -> Self {
        let (text, regions) = text::render(segments);
        Self { hand_edits: regions.len(), outcome: Outcome::Conflict { reason, regions }, text: Some(text) }
    }
}

/// Merges one file. `path` tells the language.
pub fn file(path: &str, versions: Versions<'_>, strategy: Strategy) -> Merged {
    let unix = |text: Option<&str>| {
        text.map(|text| if text::is_crlf(text) { text.replace("\r\n", "\n") } else { text.to_owned() })
    };
    let (base, ours, theirs) = (unix(versions.base), unix(versions.ours), unix(versions.theirs));
    let mut merged = file_of_lines(
        path,
        Versions { base: base.as_deref(), ours: ours.as_deref(), theirs: theirs.as_deref() },
        strategy,
    );
    // The branch's line ends are the repository's choice, not the generator's.
    if versions.ours.is_some_and(text::is_crlf) {
        merged.text = merged.text.map(|text| text.replace("\r\n", "\n").replace('\n', "\r\n"));
    }
    merged
}

fn file_of_lines(path: &str, versions: Versions<'_>, strategy: Strategy) -> Merged {
    let Versions { base, ours, theirs } = versions;
    match (base, ours, theirs) {
        (_, None, None) => Merged::new(Outcome::Unchanged, None, 0),
        (None, None, Some(theirs)) => Merged::new(Outcome::Added, Some(theirs), 0),
        (None, Some(ours), None) => Merged::new(Outcome::KeepOurs, Some(ours), 0),
        (None, Some(ours), Some(theirs)) => {
            if ours == theirs {
                return Merged::new(Outcome::Unchanged, Some(ours), 0);
            }
            by_strategy(strategy, ours, theirs)
                .unwrap_or_else(|| Merged::conflict(ConflictReason::NoBaseline, &text::compare_lines(ours, theirs)))
        }
        (Some(base), None, Some(theirs)) => match strategy {
            _ if base == theirs => Merged::new(Outcome::KeepOurs, None, 0),
            Strategy::KeepMine => Merged::new(Outcome::KeepOurs, None, 0),
            Strategy::TakeGenerated => Merged::new(Outcome::Added, Some(theirs), 0),
            Strategy::Merge | Strategy::Ask => {
                let region =
                    ConflictRegion { line: 1, base: base.to_owned(), ours: String::new(), theirs: theirs.to_owned() };
                let outcome = Outcome::Conflict { reason: ConflictReason::DeletedByHand, regions: vec![region] };
                Merged::new(outcome, Some(theirs), 0)
            }
        },
        (Some(base), Some(ours), None) => match strategy {
            _ if base == ours => Merged::new(Outcome::Deleted, None, 0),
            Strategy::TakeGenerated => Merged::new(Outcome::Deleted, None, 0),
            _ => Merged::new(Outcome::DeletedButEdited, Some(ours), text::hunks(base, ours)),
        },
        (Some(base), Some(ours), Some(theirs)) => all_three(path, base, ours, theirs, strategy),
    }
}

fn by_strategy(strategy: Strategy, ours: &str, theirs: &str) -> Option<Merged> {
    match strategy {
        Strategy::KeepMine => Some(Merged::new(Outcome::KeepOurs, Some(ours), text::hunks(theirs, ours))),
        Strategy::TakeGenerated => Some(Merged::new(Outcome::TakeTheirs, Some(theirs), 0)),
        Strategy::Merge | Strategy::Ask => None,
    }
}

fn all_three(path: &str, base: &str, ours: &str, theirs: &str, strategy: Strategy) -> Merged {
    if ours == theirs {
        return Merged::new(Outcome::Unchanged, Some(ours), 0);
    }
    if base == ours {
        let keep = strategy == Strategy::KeepMine;
        let outcome = if keep { Outcome::KeepOurs } else { Outcome::TakeTheirs };
        return Merged::new(outcome, Some(if keep { ours } else { theirs }), 0);
    }
    if base == theirs && strategy != Strategy::TakeGenerated {
        return Merged::new(Outcome::KeepOurs, Some(ours), text::hunks(theirs, ours));
    }
    if let Some(merged) = by_strategy(strategy, ours, theirs) {
        return merged;
    }
    let lines = text::merge_lines(base, ours, theirs);
    let segments = if strategy == Strategy::Ask {
        if text::is_clean(&lines) { text::compare_lines(ours, theirs) } else { lines }
    } else if is_python(path) {
        python::merge(base, ours, theirs, lines)
    } else {
        lines
    };
    if text::is_clean(&segments) {
        let (text, _) = text::render(&segments);
        let hand_edits = text::hunks(theirs, &text);
        Merged { outcome: Outcome::Merged, text: Some(text), hand_edits }
    } else {
        Merged::conflict(ConflictReason::BothChanged, &segments)
    }
}

fn is_python(path: &str) -> bool {
    path.ends_with(".py") || path.ends_with(".pyi")
}
