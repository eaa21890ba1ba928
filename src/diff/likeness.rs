//! How much a removed object looks like an added one: the scores behind inferred renames.

use std::collections::BTreeSet;

use super::rename::RenameEvidence;
use crate::schema::{Column, Table};

/// A removed and an added object, by their places in the lists they came from.
#[derive(Debug)]
pub(super) struct Pair {
    pub old: usize,
    pub new: usize,
    pub score: u8,
    pub reasons: Vec<String>,
}

/// Pairs each removed table with the added one that is most like it, best pairs first.
pub(super) fn pair_tables(gone: &[&Table], new: &[&Table]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (old_place, old_table) in gone.iter().enumerate() {
        for (new_place, new_table) in new.iter().enumerate() {
            let (score, reasons) = table_score(old_table, new_table);
            pairs.push(Pair { old: old_place, new: new_place, score, reasons });
        }
    }
    best_first(pairs, 10)
}

fn table_score(old: &Table, new: &Table) -> (u8, Vec<String>) {
    let shared: Vec<&Column> = old
        .columns
        .iter()
        .filter(|column| new.column(&column.name).is_some_and(|other| same_kind(column, other)))
        .collect();
    let all = old.columns.len() + new.columns.len() - shared.len();
    let names = name_likeness(&old.name.name, &new.name.name);
    // Almost every table has an `id`: only what goes beyond it tells tables apart.
    let telling = shared.iter().filter(|column| column.name != "id" && !old.is_key(&column.name)).count();
    let share = shared.len() * 100 / all.max(1);
    let mut score = share * 70 / 100 + names * 30 / 100;
    if telling >= 2 && share >= 75 {
        score = score.max(70) + names / 10;
    }
    if telling == 0 || (telling == 1 && names < 40) {
        score = score.min(60);
    }
    let mut reasons = vec![format!("{} of {all} columns are the same", shared.len())];
    if names >= 40 {
        reasons.push(format!("the names are {names} % alike"));
    }
    (percent(score), reasons)
}

/// Aligns the removed columns with the added ones that stand between the same columns that stayed, in order, and
/// offers what is left by likeness alone.
pub(super) fn pair_columns(old: &Table, new: &Table, known: &[(String, String, RenameEvidence)]) -> Vec<Pair> {
    let new_name = |name: &str| -> Option<usize> {
        let target = match known.iter().find(|(from, ..)| from == name) {
            Some((_, to, _)) => to.as_str(),
            None if known.iter().any(|(_, to, _)| to == name) => return None,
            None => name,
        };
        new.columns.iter().position(|column| column.name == target)
    };
    let stays: Vec<Option<usize>> = old.columns.iter().map(|column| new_name(&column.name)).collect();
    let kept: BTreeSet<usize> = stays.iter().flatten().copied().collect();
    let gone: Vec<usize> =
        (0..old.columns.len()).filter(|place| stays.get(*place).copied().flatten().is_none()).collect();
    let added: Vec<usize> = (0..new.columns.len()).filter(|place| !kept.contains(place)).collect();
    let mut pairs = Vec::new();
    for &old_place in &gone {
        // The nearest columns on either side that stayed, by their new places; the ends of the table count too.
        let before = stays.iter().take(old_place).rev().find_map(|place| *place);
        let after = stays.iter().skip(old_place + 1).find_map(|place| *place);
        for &new_place in &added {
            let before_new = (0..new_place).rev().find(|place| kept.contains(place));
            let after_new = (new_place + 1..new.columns.len()).find(|place| kept.contains(place));
            let neighbours = Neighbours { before: before == before_new, after: after == after_new };
            let rank = |places: &[usize], place: usize, near: &dyn Fn(usize) -> bool| {
                places.iter().filter(|other| near(**other) && **other < place).count()
            };
            let old_rank =
                rank(&gone, old_place, &|other| stays.iter().take(other).rev().find_map(|place| *place) == before);
            let new_rank =
                rank(&added, new_place, &|other| (0..other).rev().find(|place| kept.contains(place)) == before_new);
            let (Some(one), Some(other)) = (old.columns.get(old_place), new.columns.get(new_place)) else { continue };
            let (score, reasons) = column_score(one, other, &neighbours, old_rank == new_rank);
            pairs.push(Pair { old: old_place, new: new_place, score, reasons });
        }
    }
    best_first(pairs, 6)
}

struct Neighbours {
    before: bool,
    after: bool,
}

fn column_score(old: &Column, new: &Column, neighbours: &Neighbours, in_order: bool) -> (u8, Vec<String>) {
    if !same_kind(old, new) {
        return (0, Vec::new());
    }
    let names = name_likeness(&old.name, &new.name);
    let mut reasons = Vec::new();
    let mut score = match (neighbours.before && neighbours.after, in_order) {
        (true, true) => 72,
        (true, false) => 55,
        (false, _) if neighbours.before || neighbours.after => 32,
        (false, _) => 20,
    };
    if neighbours.before && neighbours.after {
        reasons.push("both stand between the same columns".to_owned());
    }
    if old.data_type.sql.eq_ignore_ascii_case(&new.data_type.sql) {
        score += 6;
        reasons.push(format!("both are {}", described(&old.data_type.sql)));
    } else {
        reasons.push("both hold the same kind of value".to_owned());
    }
    if old.nullable == new.nullable && old.default == new.default {
        score += 4;
    }
    if neighbours.before && neighbours.after {
        score += names * 18 / 100;
    } else {
        // Out of place, only the name speaks, and never loudly enough.
        score = (score + names * 40 / 100).min(usize::from(super::rename::THRESHOLD) - 5);
    }
    if names >= 40 {
        reasons.push(format!("the names are {names} % alike"));
    }
    (percent(score), reasons)
}

fn described(words: &str) -> &str {
    if words.is_empty() { "of no declared type" } else { words }
}

/// Takes pairs greedily by score. A pair whose runner-up is within `margin` is not sure enough to be a rename.
fn best_first(mut pairs: Vec<Pair>, margin: u8) -> Vec<Pair> {
    pairs.sort_by_key(|pair| (std::cmp::Reverse(pair.score), pair.old, pair.new));
    let close: Vec<bool> = pairs
        .iter()
        .map(|pair| {
            pairs.iter().any(|other| {
                let rival = (other.old == pair.old) != (other.new == pair.new);
                rival && other.score.abs_diff(pair.score) < margin && other.score <= pair.score
            })
        })
        .collect();
    let mut taken: Vec<Pair> = Vec::new();
    for (mut pair, close) in pairs.into_iter().zip(close) {
        if pair.score == 0 || taken.iter().any(|other| other.old == pair.old || other.new == pair.new) {
            continue;
        }
        if close {
            pair.score = pair.score.min(super::rename::THRESHOLD - 5);
            pair.reasons.push("another pair is as likely".to_owned());
        }
        taken.push(pair);
    }
    taken
}

fn same_kind(one: &Column, other: &Column) -> bool {
    std::mem::discriminant(&one.data_type.kind) == std::mem::discriminant(&other.data_type.kind)
        && one.generated.is_some() == other.generated.is_some()
}

/// How alike two names are in percent, by the pairs of letters that they share.
fn name_likeness(one: &str, other: &str) -> usize {
    let pairs = |name: &str| -> Vec<(char, char)> {
        let letters: Vec<char> = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
        letters.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?))).collect()
    };
    let (one, mut other) = (pairs(one), pairs(other));
    let all = one.len() + other.len();
    let mut shared = 0_usize;
    for pair in one {
        if let Some(place) = other.iter().position(|candidate| *candidate == pair) {
            other.swap_remove(place);
            shared += 1;
        }
    }
    (200 * shared).checked_div(all).unwrap_or(0)
}

fn percent(score: usize) -> u8 {
    u8::try_from(score.min(99)).unwrap_or(99)
}
