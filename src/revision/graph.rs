//! The history as a whole: heads, parents that are missing, ids that are taken twice.

use std::collections::{BTreeMap, BTreeSet};

use super::read::Revision;
use super::{Histories, HistoryFinding};
use crate::diff::Severity;

pub(super) fn check(
    base: &[Revision],
    tip: &[Revision],
    head: &[Revision],
    histories: &Histories,
) -> Vec<HistoryFinding> {
    let known: BTreeSet<&str> = base.iter().map(|revision| revision.id.value.as_str()).collect();
    let new: Vec<&Revision> = head.iter().filter(|revision| !known.contains(revision.id.value.as_str())).collect();
    // What the branch will have once it is merged.
    let merged: BTreeMap<&str, &Revision> =
        tip.iter().chain(head).map(|revision| (revision.id.value.as_str(), revision)).collect();
    let mut findings = duplicates(head);
    let missing = missing(&new, &merged, tip, head, histories);
    let behind = behind(&new, &merged, tip, histories);
    if missing.is_empty() {
        findings.extend(several_heads(&merged, tip, &behind, histories));
    }
    findings.extend(behind);
    findings.extend(missing);
    findings
}

/// The revisions that nothing builds on.
fn heads<'a>(revisions: impl Iterator<Item = &'a Revision> + Clone) -> BTreeSet<&'a str> {
    let parents: BTreeSet<&str> =
        revisions.clone().flat_map(|revision| &revision.down.value).map(String::as_str).collect();
    revisions.map(|revision| revision.id.value.as_str()).filter(|id| !parents.contains(id)).collect()
}

fn duplicates(head: &[Revision]) -> Vec<HistoryFinding> {
    let mut first: BTreeMap<&str, &Revision> = BTreeMap::new();
    let mut findings = Vec::new();
    for revision in head {
        if let Some(other) = first.get(revision.id.value.as_str()) {
            findings.push(HistoryFinding {
                severity: Severity::Breaking,
                rule: "duplicate-revision",
                path: revision.path.clone(),
                line: Some(revision.id.line),
                message: format!(
                    "revision {} is also that of {}: Alembic takes one of the two",
                    revision.id.value, other.path
                ),
                advice: "Give the newer file an id of its own, and let what builds on it name that.".to_owned(),
            });
        } else {
            first.insert(&revision.id.value, revision);
        }
    }
    findings
}

/// Revisions that build on what no file defines, as a rebase leaves them.
fn missing(
    new: &[&Revision],
    merged: &BTreeMap<&str, &Revision>,
    tip: &[Revision],
    head: &[Revision],
    histories: &Histories,
) -> Vec<HistoryFinding> {
    let of_tip = heads(tip.iter());
    new.iter()
        .flat_map(|revision| revision.down.value.iter().map(move |down| (*revision, down)))
        .filter(|(_, down)| !merged.contains_key(down.as_str()))
        .map(|(revision, down)| {
            // The base branch's head is the parent that is meant, unless something builds on it already.
            let free = |id: &&&str| !head.iter().any(|other| other.down.value.iter().any(|parent| parent == **id));
            let parent = of_tip.iter().find(free).filter(|_| of_tip.len() == 1);
            HistoryFinding {
                severity: Severity::Breaking,
                rule: "missing-parent",
                path: revision.path.clone(),
                line: Some(revision.down.line),
                message: format!("revision {} builds on {down}, which no file defines", revision.id.value),
                advice: match parent {
                    Some(parent) => rewrite(revision, down, parent, histories),
                    None => {
                        format!("Restore the file of {down}, or let down_revision name the revision that it follows.")
                    }
                },
            }
        })
        .collect()
}

/// New revisions that build on one from which the base branch has gone on meanwhile.
fn behind(
    new: &[&Revision],
    merged: &BTreeMap<&str, &Revision>,
    tip: &[Revision],
    histories: &Histories,
) -> Vec<HistoryFinding> {
    let is_new = |id: &str| new.iter().any(|revision| revision.id.value == id);
    let mut findings = Vec::new();
    for revision in new.iter().filter(|revision| revision.down.value.len() == 1) {
        let down = &revision.down.value[0];
        if is_new(down) || !merged.contains_key(down.as_str()) {
            continue;
        }
        let Some(next) = tip.iter().find(|other| !is_new(&other.id.value) && other.down.value.contains(down)) else {
            continue;
        };
        // A merge of both lines further on makes this right.
        if merges(&revision.id.value, &next.id.value, merged) {
            continue;
        }
        let end = last_of(&next.id.value, tip);
        findings.push(HistoryFinding {
            severity: Severity::Breaking,
            rule: "behind-base",
            path: revision.path.clone(),
            line: Some(revision.down.line),
            message: format!(
                "revision {} builds on {down}, from which {} has gone on to {end}: merged like this, the history has two heads",
                revision.id.value, histories.base_name
            ),
            advice: rewrite(revision, down, end, histories),
        });
    }
    findings
}

/// The end of the line that begins with a revision.
fn last_of<'a>(id: &'a str, tip: &'a [Revision]) -> &'a str {
    let mut at = id;
    for _ in 0..tip.len() {
        let mut next = tip.iter().filter(|revision| revision.down.value.iter().any(|down| down == at));
        match (next.next(), next.next()) {
            (Some(only), None) => at = &only.id.value,
            _ => break,
        }
    }
    at
}

/// Whether some revision descends from both.
fn merges(one: &str, other: &str, merged: &BTreeMap<&str, &Revision>) -> bool {
    let descendants = |start: &str| {
        let mut found: BTreeSet<String> = BTreeSet::from([start.to_owned()]);
        loop {
            let more: Vec<String> = merged
                .values()
                .filter(|revision| {
                    !found.contains(&revision.id.value) && revision.down.value.iter().any(|down| found.contains(down))
                })
                .map(|revision| revision.id.value.clone())
                .collect();
            if more.is_empty() {
                return found;
            }
            found.extend(more);
        }
    };
    !descendants(one).is_disjoint(&descendants(other))
}

fn several_heads(
    merged: &BTreeMap<&str, &Revision>,
    tip: &[Revision],
    behind: &[HistoryFinding],
    histories: &Histories,
) -> Option<HistoryFinding> {
    let all = heads(merged.values().copied());
    let before = heads(tip.iter());
    if all.len() < 2 || all.len() <= before.len().max(1) + behind.len() {
        return None;
    }
    let added = all.iter().find(|id| !before.contains(*id)).or_else(|| all.first())?;
    let revision = merged.get(added)?;
    let named: Vec<String> =
        all.iter().filter_map(|id| merged.get(id).map(|revision| format!("{id} ({})", revision.path))).collect();
    Some(HistoryFinding {
        severity: Severity::Breaking,
        rule: "several-heads",
        path: revision.path.clone(),
        line: Some(revision.id.line),
        message: format!("the history has {} heads: {}", named.len(), named.join(", ")),
        advice: format!("Merge them with {} and commit the new file.", histories.merge_command),
    })
}

/// Which line to change to what.
fn rewrite(revision: &Revision, from: &str, to: &str, histories: &Histories) -> String {
    format!(
        "In {}:{} write down_revision = \"{to}\" in place of \"{from}\": {to} is the head of {}.",
        revision.path, revision.down.line, histories.base_name
    )
}
