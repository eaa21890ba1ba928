//! Generates for the head's schema and merges with what the branch has.

use std::collections::BTreeMap;

use super::rehearse::Rehearsed;
use super::sides::Sides;
use crate::app::generate::{files, merged, texts};
use crate::app::{Console, Error, framework};
use crate::diff::Change;
use crate::generate::{FabVersion, FileKind, GeneratedFile};
use crate::merge::TreeMerge;
use crate::report::{Facts, Generated};
use crate::schema::{ObjectName, snapshot};
use crate::store::baseline::Recorded;
use crate::store::folder;

/// A merged regeneration, written into the temporary checkout.
pub(super) struct Regeneration {
    pub(super) merge: TreeMerge,
    /// The generated files as the branch has them.
    pub(super) branch: BTreeMap<String, String>,
    /// What the branch has recorded.
    pub(super) recorded: Recorded,
    /// What it is to record.
    pub(super) next: Recorded,
}

/// Generates, merges, and writes the result into the head's temporary checkout. `None` for a repository that was never
/// generated: nothing there is Fabwright's to change.
pub(super) fn regenerate(
    sides: &Sides,
    rehearsed: &Rehearsed,
    facts: &mut Facts,
    console: &Console,
) -> Result<Option<Regeneration>, Error> {
    let recorded = Recorded::at_commit(&sides.repository, &sides.head.commit, &sides.prefix)?;
    if recorded.baseline.is_empty() {
        if !facts.changes.is_empty() {
            facts.notes.push(
                "nothing is regenerated and no tests ran, because nothing was ever generated here: fabwright generate \
                 does it the first time"
                    .into(),
            );
        }
        return Ok(None);
    }
    let step = console.step("Regenerate");
    let fab = framework::version(&sides.head.folder, &sides.config)?;
    let generated = files(&rehearsed.after, &sides.config, fab)?;
    let renames = moved_files(rehearsed, sides, facts, &generated, fab)?;
    let generated = texts(generated);
    let branch = folder::read_some(&sides.head.folder, recorded.baseline.keys().chain(generated.keys()))?;
    let merge = merged(&recorded.baseline, &branch, &generated, &sides.config, &renames);
    for file in &merge.files {
        if let Some(old) = &file.moved_from {
            folder::remove(&sides.head.folder.join(old))?;
        }
        let path = sides.head.folder.join(&file.path);
        match &file.merged.text {
            // A conflict is a person's to solve: the checkout keeps the branch's text, so that tests can still run.
            _ if file.merged.is_conflict() || !file.changes_branch() => {}
            Some(text) => folder::write(&path, text)?,
            None => folder::remove(&path)?,
        }
    }
    facts.notes.extend(
        merge
            .retired()
            .map(|file| format!("{} is no longer generated, and kept because it was changed by hand", file.path)),
    );
    let changed = merge.files.iter().filter(|file| file.changes_branch() && !file.merged.is_conflict());
    let account = Generated {
        changed: changed.map(|file| sides.in_repository(&file.path)).collect(),
        hand_edits: merge.hand_edits(),
        conflicts: merge.conflicts().map(|file| sides.in_repository(&file.path)).collect(),
        commit: None,
    };
    step.done(&format!(
        "{} files changed, {} hand edits kept, {} conflicts",
        account.changed.len(),
        account.hand_edits,
        account.conflicts.len()
    ));
    facts.generated = Some(account);
    let next = Recorded { baseline: merge.new_baseline.clone(), schema: snapshot::to_files(&rehearsed.after) };
    Ok(Some(Regeneration { merge, branch, recorded, next }))
}

/// Old and new paths of the files of renamed tables: a table keeps as many files, in the same order.
fn moved_files(
    rehearsed: &Rehearsed,
    sides: &Sides,
    facts: &Facts,
    generated: &[GeneratedFile],
    fab: FabVersion,
) -> Result<Vec<(String, String)>, Error> {
    let renamed: Vec<(&ObjectName, &ObjectName)> = facts
        .changes
        .iter()
        .filter_map(|change| match &change.change {
            Change::TableRenamed { from, to, .. } => Some((from, to)),
            _ => None,
        })
        .collect();
    if renamed.is_empty() {
        return Ok(Vec::new());
    }
    let before = files(&rehearsed.before, &sides.config, fab)?;
    let of = |files: &[GeneratedFile], table: &ObjectName| -> Vec<(FileKind, String)> {
        files
            .iter()
            .filter(|file| file.table.as_ref() == Some(table))
            .map(|file| (file.kind, file.path.clone()))
            .collect()
    };
    let mut moved = Vec::new();
    for (from, to) in renamed {
        let (old, new) = (of(&before, from), of(generated, to));
        let same = old.len() == new.len() && old.iter().zip(&new).all(|((old, _), (new, _))| old == new);
        if same {
            moved.extend(old.into_iter().zip(new).map(|((_, old), (_, new))| (old, new)));
        }
    }
    Ok(moved)
}
