//! Three-way merge of an order of keys, each of which stands for a statement or an element.

use std::collections::BTreeMap;

use similar::{MergeResolution, TextMerge};

/// A place in the merged order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Slot {
    /// The thing with this key.
    Key(String),
    /// Both sides replaced the same things by different ones.
    Conflict {
        /// The keys as last generated.
        base: Vec<String>,
        /// The keys in the branch.
        ours: Vec<String>,
        /// The keys as newly generated.
        theirs: Vec<String>,
    },
}

/// Merges three orders of keys, each without repetition.
///
/// What one side added is there, what one side removed is not. Two additions at the same place are both kept,
/// the branch's after the generated one. A key never comes twice.
pub(super) fn merge(base: &[&str], ours: &[&str], theirs: &[&str]) -> Vec<Slot> {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for key in base.iter().chain(ours).chain(theirs) {
        let next = numbers.len();
        numbers.entry(key).or_insert(next);
    }
    // Keys may hold line ends; their numbers don't.
    let lines = |keys: &[&str]| keys.iter().map(|key| format!("{}\n", numbers[key])).collect::<String>();
    let (base_lines, ours_lines, theirs_lines) = (lines(base), lines(ours), lines(theirs));
    let merge = TextMerge::from_lines(base_lines.as_str(), ours_lines.as_str(), theirs_lines.as_str());

    let mut slots: Vec<Slot> = Vec::new();
    for region in merge.regions() {
        let (b, o, t) = (&base[region.base_range()], &ours[region.ours_range()], &theirs[region.theirs_range()]);
        match region.resolution() {
            MergeResolution::Unchanged | MergeResolution::Ours | MergeResolution::Both => push(&mut slots, o),
            MergeResolution::Theirs => push(&mut slots, t),
            _ if is_contradiction(b, o, t) => slots.push(Slot::Conflict {
                base: b.iter().map(ToString::to_string).collect(),
                ours: o.iter().map(ToString::to_string).collect(),
                theirs: t.iter().map(ToString::to_string).collect(),
            }),
            _ => push(&mut slots, &unite(b, o, t)),
        }
    }
    slots
}

/// Puts keys that a side deleted back to where they stand in `base`.
pub(super) fn reinsert<'k>(base: &[&'k str], mut side: Vec<&'k str>, deleted: &[String]) -> Vec<&'k str> {
    for (position, key) in base.iter().enumerate() {
        if deleted.iter().any(|gone| gone == key) {
            let at = base[..position]
                .iter()
                .rev()
                .find_map(|before| side.iter().position(|there| there == before))
                .map_or(0, |found| found + 1);
            side.insert(at, key);
        }
    }
    side
}

fn push(slots: &mut Vec<Slot>, keys: &[&str]) {
    for key in keys {
        let there = slots.iter().any(|slot| match slot {
            Slot::Key(other) => other == key,
            Slot::Conflict { ours, theirs, .. } => ours.iter().chain(theirs).any(|other| other == key),
        });
        if !there {
            slots.push(Slot::Key((*key).to_owned()));
        }
    }
}

/// Whether both sides removed the same thing and put different things in its place.
fn is_contradiction(base: &[&str], ours: &[&str], theirs: &[&str]) -> bool {
    let lost = base.iter().any(|key| *key != "pass" && !ours.contains(key) && !theirs.contains(key));
    let added =
        |side: &[&str]| side.iter().filter(|key| !base.contains(key)).map(|key| (*key).to_owned()).collect::<Vec<_>>();
    lost && added(ours) != added(theirs)
}

fn unite<'k>(base: &[&'k str], ours: &[&'k str], theirs: &[&'k str]) -> Vec<&'k str> {
    let common = |side: &[&'k str]| -> Vec<&'k str> {
        side.iter().copied().filter(|key| base.contains(key) && ours.contains(key) && theirs.contains(key)).collect()
    };
    // Who changed the order of what is there decides about the order.
    let reordered = common(ours) != common(base);
    let (frame, guest) = if reordered { (ours, theirs) } else { (theirs, ours) };
    let removed = |key: &&'k str| base.contains(key) && !(ours.contains(key) && theirs.contains(key));
    // What one side removed stays as a mark until the end: what replaced it belongs there.
    let lost = |side: &[&'k str]| -> Vec<String> {
        base.iter().filter(|key| !side.contains(key)).map(ToString::to_string).collect()
    };
    let mut result = reinsert(base, frame.to_vec(), &lost(frame));
    let marked = reinsert(base, guest.to_vec(), &lost(guest));
    for (position, key) in marked.iter().enumerate() {
        if result.contains(key) || removed(key) {
            continue;
        }
        let before = position.checked_sub(1).map(|before| marked[before]);
        let after = marked[..position].iter().rev().find_map(|before| result.iter().position(|there| there == before));
        let mut at = after.map_or(0, |found| found + 1);
        let replaces = before.is_some_and(|before| base.contains(&before) && !guest.contains(&before));
        if !reordered && !replaces {
            while at < result.len() && !base.contains(&result[at]) && !ours.contains(&result[at]) {
                at += 1;
            }
        }
        result.insert(at, key);
    }
    result.retain(|key| !removed(key));
    result
}
