//! How much a removed object looks like an added one: the scores behind inferred renames.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::rename::RenameEvidence;
use crate::schema::{Column, Table, TypeKind};

/// A removed and an added object, by their places in the lists they came from.
#[derive(Debug)]
pub(super) struct Pair {
    pub old: usize,
    pub new: usize,
    pub score: u8,
    pub reasons: Vec<String>,
}

/// The most pairs that are scored one by one; beyond it only what is alike in every column, and alone in that, pairs
/// up. A schema that shares nothing with another must not cost the product of both.
const MOST_PAIRS: usize = 250_000;

/// The lowest score that can matter: it may still make a pair at the question's floor doubtful.
const LEAST: u8 = 25;

/// Pairs each removed table with the added one that is most like it, best pairs first.
pub(super) fn pair_tables(gone: &[&Table], new: &[&Table]) -> Vec<Pair> {
    let old_shapes: Vec<Shape<'_>> = gone.iter().map(|table| Shape::of(table)).collect();
    let new_shapes: Vec<Shape<'_>> = new.iter().map(|table| Shape::of(table)).collect();
    let score = |old: usize, place: usize| -> Option<Pair> {
        let (score, reasons) = table_score(old_shapes.get(old)?, new_shapes.get(place)?);
        (score >= LEAST).then_some(Pair { old, new: place, score, reasons })
    };
    let pairs = if gone.len().saturating_mul(new.len()) > MOST_PAIRS {
        alike_and_alone(&old_shapes, &new_shapes).into_iter().filter_map(|(old, new)| score(old, new)).collect()
    } else {
        (0..gone.len())
            .flat_map(|old| (0..new.len()).map(move |new| (old, new)))
            .filter_map(|(a, b)| score(a, b))
            .collect()
    };
    best_first(pairs, 10)
}

/// What is compared of a table, in an order that makes comparing cheap.
struct Shape<'a> {
    /// Names and kinds of value, sorted by name; whether the column is more than the row's key.
    columns: Vec<(&'a str, Kind, bool)>,
    letters: Letters,
}

impl<'a> Shape<'a> {
    fn of(table: &'a Table) -> Self {
        let keys: BTreeSet<&str> = table.primary_key.iter().flat_map(|key| &key.columns).map(String::as_str).collect();
        // Almost every table has an `id`: only what goes beyond it tells tables apart.
        let telling = |name: &str| name != "id" && !keys.contains(name);
        let mut columns: Vec<_> =
            table.columns.iter().map(|column| (column.name.as_str(), kind_of(column), telling(&column.name))).collect();
        columns.sort_unstable_by_key(|(name, ..)| *name);
        Self { columns, letters: Letters::of(&table.name.name) }
    }
}

/// Pairs of tables with exactly the same columns, where no other table on either side has those.
fn alike_and_alone(old: &[Shape<'_>], new: &[Shape<'_>]) -> Vec<(usize, usize)> {
    type Places = (Vec<usize>, Vec<usize>);
    let mut places: BTreeMap<Vec<(&str, bool)>, Places> = BTreeMap::new();
    for (place, shape) in old.iter().enumerate() {
        places.entry(signature(shape)).or_default().0.push(place);
    }
    for (place, shape) in new.iter().enumerate() {
        if let Some(found) = places.get_mut(&signature(shape)) {
            found.1.push(place);
        }
    }
    places
        .into_values()
        .filter_map(|found| match (found.0.as_slice(), found.1.as_slice()) {
            ([old], [new]) => Some((*old, *new)),
            _ => None,
        })
        .collect()
}

fn signature<'a>(shape: &Shape<'a>) -> Vec<(&'a str, bool)> {
    shape.columns.iter().map(|(name, (_, computed), _)| (*name, *computed)).collect()
}

fn table_score(old: &Shape<'_>, new: &Shape<'_>) -> (u8, Vec<String>) {
    let (mut shared, mut telling) = (0_usize, 0_usize);
    let (mut left, mut right) = (old.columns.iter().peekable(), new.columns.iter().peekable());
    while let (Some(one), Some(other)) = (left.peek(), right.peek()) {
        match one.0.cmp(other.0) {
            Ordering::Less => drop(left.next()),
            Ordering::Greater => drop(right.next()),
            Ordering::Equal => {
                if one.1 == other.1 {
                    shared += 1;
                    telling += usize::from(one.2);
                }
                left.next();
                right.next();
            }
        }
    }
    let all = (old.columns.len() + new.columns.len()).saturating_sub(shared);
    let share = shared * 100 / all.max(1);
    if share * 70 / 100 + 30 < usize::from(LEAST) {
        return (0, Vec::new());
    }
    let names = old.letters.likeness(&new.letters);
    let mut score = share * 70 / 100 + names * 30 / 100;
    if telling >= 2 && share >= 75 {
        score = score.max(70) + names / 10;
    }
    if telling == 0 || (telling == 1 && names < 40) {
        score = score.min(60);
    }
    if score < usize::from(LEAST) {
        return (0, Vec::new());
    }
    let mut reasons = vec![format!("{shared} of {all} columns are the same")];
    if names >= 40 {
        reasons.push(format!("the names are {names} % alike"));
    }
    (percent(score), reasons)
}

/// Aligns the removed columns with the added ones that stand between the same columns that stayed, in order, and
/// offers what is left by likeness alone.
pub(super) fn pair_columns(old: &Table, new: &Table, known: &[(String, String, RenameEvidence)]) -> Vec<Pair> {
    let places: HashMap<&str, usize> =
        new.columns.iter().enumerate().rev().map(|(place, column)| (column.name.as_str(), place)).collect();
    let targets: HashMap<&str, &str> = known.iter().map(|(from, to, _)| (from.as_str(), to.as_str())).collect();
    let taken: BTreeSet<&str> = known.iter().map(|(_, to, _)| to.as_str()).collect();
    let new_place = |name: &str| -> Option<usize> {
        match targets.get(name) {
            Some(target) => places.get(target).copied(),
            None if taken.contains(name) => None,
            None => places.get(name).copied(),
        }
    };
    let stays: Vec<Option<usize>> = old.columns.iter().map(|column| new_place(&column.name)).collect();
    let mut kept = vec![false; new.columns.len()];
    for place in stays.iter().flatten() {
        if let Some(kept) = kept.get_mut(*place) {
            *kept = true;
        }
    }
    let gone = standing(&stays);
    let places: Vec<Option<usize>> = kept.iter().enumerate().map(|(place, kept)| kept.then_some(place)).collect();
    let added = standing(&places);
    let names = |columns: &[Column], standing: &[Standing]| -> Vec<Letters> {
        let name = |stand: &Standing| columns.get(stand.place).map(|column| Letters::of(&column.name));
        standing.iter().filter_map(name).collect()
    };
    let (old_names, new_names) = (names(&old.columns, &gone), names(&new.columns, &added));
    let many = gone.len().saturating_mul(added.len()) > MOST_PAIRS;
    let mut pairs = Vec::new();
    for (one, one_name) in gone.iter().zip(&old_names) {
        for (other, other_name) in added.iter().zip(&new_names) {
            let neighbours = Neighbours { before: one.before == other.before, after: one.after == other.after };
            let in_order = one.rank == other.rank;
            if many && !(neighbours.before && neighbours.after && in_order) {
                continue;
            }
            let (Some(from), Some(to)) = (old.columns.get(one.place), new.columns.get(other.place)) else { continue };
            let likeness = || one_name.likeness(other_name);
            let (score, reasons) = column_score(from, to, &neighbours, in_order, likeness);
            if score >= LEAST {
                pairs.push(Pair { old: one.place, new: other.place, score, reasons });
            }
        }
    }
    best_first(pairs, 6)
}

/// Where a column stands that did not stay.
struct Standing {
    place: usize,
    /// The nearest columns on either side that stayed, by their new places; the ends of the table count too.
    before: Option<usize>,
    after: Option<usize>,
    /// How many others stand before it in the same gap.
    rank: usize,
}

/// The columns that have no new place, each with what stands around it.
fn standing(new_places: &[Option<usize>]) -> Vec<Standing> {
    let mut found: Vec<Standing> = Vec::new();
    let (mut before, mut rank) = (None, 0);
    for (place, stays) in new_places.iter().enumerate() {
        match stays {
            Some(new_place) => {
                for waiting in found.iter_mut().rev().take(rank) {
                    waiting.after = Some(*new_place);
                }
                (before, rank) = (Some(*new_place), 0);
            }
            None => {
                found.push(Standing { place, before, after: None, rank });
                rank += 1;
            }
        }
    }
    found
}

struct Neighbours {
    before: bool,
    after: bool,
}

fn column_score(
    old: &Column,
    new: &Column,
    neighbours: &Neighbours,
    in_order: bool,
    likeness: impl Fn() -> usize,
) -> (u8, Vec<String>) {
    if kind_of(old) != kind_of(new) {
        return (0, Vec::new());
    }
    let names = likeness();
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
    pairs.sort_by_key(|pair| (Reverse(pair.score), pair.old, pair.new));
    // Sorted by score, the closest rival of a pair is the next one of the same object, or one before it that is equal.
    let mut close = vec![false; pairs.len()];
    for side in [|pair: &Pair| pair.old, |pair: &Pair| pair.new] {
        let mut last: HashMap<usize, (usize, u8)> = HashMap::new();
        for (place, pair) in pairs.iter().enumerate() {
            if let Some((before, score)) = last.insert(side(pair), (place, pair.score))
                && score - pair.score < margin
            {
                close.iter_mut().skip(before).take(1).for_each(|close| *close = true);
                if score == pair.score {
                    close.iter_mut().skip(place).take(1).for_each(|close| *close = true);
                }
            }
        }
    }
    let (mut taken_old, mut taken_new) = (HashSet::new(), HashSet::new());
    let mut taken: Vec<Pair> = Vec::new();
    for (mut pair, close) in pairs.into_iter().zip(close) {
        if pair.score == 0 || taken_old.contains(&pair.old) || taken_new.contains(&pair.new) {
            continue;
        }
        if close {
            pair.score = pair.score.min(super::rename::THRESHOLD - 5);
            pair.reasons.push("another pair is as likely".to_owned());
        }
        taken_old.insert(pair.old);
        taken_new.insert(pair.new);
        taken.push(pair);
    }
    taken
}

/// What a column's values are, and whether they are computed.
type Kind = (std::mem::Discriminant<TypeKind>, bool);

fn kind_of(column: &Column) -> Kind {
    (std::mem::discriminant(&column.data_type.kind), column.generated.is_some())
}

/// The pairs of neighbouring letters in a name, sorted.
struct Letters(Vec<(char, char)>);

impl Letters {
    fn of(name: &str) -> Self {
        let letters: Vec<char> = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
        let mut pairs: Vec<(char, char)> =
            letters.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?))).collect();
        pairs.sort_unstable();
        Self(pairs)
    }

    /// How alike two names are in percent, by the pairs of letters that they share.
    fn likeness(&self, other: &Self) -> usize {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut shared = 0_usize;
        while let (Some(one), Some(another)) = (left.peek(), right.peek()) {
            match one.cmp(another) {
                Ordering::Less => drop(left.next()),
                Ordering::Greater => drop(right.next()),
                Ordering::Equal => {
                    shared += 1;
                    left.next();
                    right.next();
                }
            }
        }
        (200 * shared).checked_div(self.0.len() + other.0.len()).unwrap_or(0)
    }
}

fn percent(score: usize) -> u8 {
    u8::try_from(score.min(99)).unwrap_or(99)
}
