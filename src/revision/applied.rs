//! Revisions that databases have already run must stay as they were.

use super::HistoryFinding;
use super::read::Revision;
use crate::diff::Severity;

pub(super) fn check(base: &[Revision], head: &[Revision]) -> Vec<HistoryFinding> {
    base.iter()
        .filter_map(|before| match head.iter().find(|after| after.id.value == before.id.value) {
            Some(after) => edited(before, after),
            None => Some(removed(before)),
        })
        .collect()
}

fn edited(before: &Revision, after: &Revision) -> Option<HistoryFinding> {
    let differs = |index: &usize| {
        let word = |revision: &Revision| revision.tokens.get(*index).map(|token| token.value.clone());
        word(before) != word(after)
    };
    let first = (0..before.tokens.len().max(after.tokens.len())).find(differs)?;
    let line = after.tokens.get(first).or_else(|| after.tokens.last()).map(|token| token.line);
    Some(HistoryFinding {
        severity: Severity::High,
        rule: "edited-revision",
        path: after.path.clone(),
        line,
        message: format!(
            "revision {} is on the base branch already: databases that ran it will not see this edit",
            after.id.value
        ),
        advice: "Take the edit back and put the change into a new revision.".to_owned(),
    })
}

fn removed(before: &Revision) -> HistoryFinding {
    HistoryFinding {
        severity: Severity::Breaking,
        rule: "removed-revision",
        path: before.path.clone(),
        line: None,
        message: format!(
            "revision {} is on the base branch and is gone here: a database that stands on it cannot be migrated any more",
            before.id.value
        ),
        advice: "Restore the file; what it did is undone by a new revision.".to_owned(),
    }
}
