//! What becomes of a table's indexes.

use std::collections::{BTreeMap, BTreeSet};

use super::alter::{Work, keys_resized, statement};
use crate::migration::render::mysql::{index, quoted};
use crate::schema::lexer::mysql::tokens;
use crate::schema::{Dialect, ForeignKey, Index, Table, canonical};

impl Work {
    /// The clauses that drop indexes and those that add them.
    pub(super) fn indexes(&mut self, old: &Table, new: &Table, anew: &BTreeSet<&str>) -> (Vec<String>, Vec<String>) {
        let was: BTreeMap<&str, &Index> = old.indexes.iter().map(|index| (index.name.as_str(), index)).collect();
        let will: BTreeMap<&str, &Index> = new.indexes.iter().map(|index| (index.name.as_str(), index)).collect();
        let stands_on = |index: &Index| {
            index.parts.iter().any(|part| part.column.as_deref().is_some_and(|column| anew.contains(column)))
        };
        let resized = keys_resized(old, new);
        let stale = |index: &Index| resized && !has_own_size(index);
        let mut dropped = Vec::new();
        let mut moved: BTreeSet<&str> = BTreeSet::new();
        let goes = |index: &&Index| !will.contains_key(index.name.as_str());
        for index in old.indexes.iter().filter(goes).filter(|index| !stands_on(index) && !stale(index)) {
            let twin = new.indexes.iter().find(|other| {
                let renamed = Index { name: index.name.clone(), ..(*other).clone() };
                !was.contains_key(other.name.as_str())
                    && !moved.contains(other.name.as_str())
                    && same_index(index, &renamed)
            });
            if let Some(twin) = twin {
                moved.extend([index.name.as_str(), twin.name.as_str()]);
                dropped.push(format!("RENAME INDEX {} TO {}", quoted(&index.name), quoted(&twin.name)));
            }
        }
        let fresh: Vec<&Index> = new
            .indexes
            .iter()
            .filter(|index| !was.get(index.name.as_str()).is_some_and(|old| same_index(old, index)))
            .collect();
        let mut again: Vec<&Index> = Vec::new();
        for index_here in &old.indexes {
            if moved.contains(index_here.name.as_str()) {
                continue;
            }
            let other = will.get(index_here.name.as_str());
            match other {
                Some(other) if same_index(index_here, other) => {
                    let stays = !stands_on(index_here) && !stale(index_here) && !may_vanish(old, index_here, &fresh);
                    if stays {
                        continue;
                    }
                }
                Some(other) if only_visibility(index_here, other) && !stands_on(index_here) && !stale(index_here) => {
                    dropped.push(format!("ALTER INDEX {} {}", quoted(&other.name), visibility(index_here, other)));
                    moved.insert(other.name.as_str());
                    continue;
                }
                _ => {}
            }
            dropped.push(format!("DROP INDEX {}", quoted(&index_here.name)));
            again.extend(other.filter(|other| same_index(index_here, other)));
        }
        let (mut added, mut texts) = (Vec::new(), 0);
        for one in again.into_iter().chain(fresh).filter(|one| !moved.contains(one.name.as_str())) {
            let clause = format!("ADD {}", index(one));
            texts += u8::from(one.method.as_deref() == Some("FULLTEXT"));
            // InnoDB builds one full-text index at a time.
            if one.method.as_deref() == Some("FULLTEXT") && texts > 1 {
                self.after.push(statement(&new.name, &[clause]));
            } else {
                added.push(clause);
            }
        }
        (dropped, added)
    }
}

pub(super) fn same_index(one: &Index, other: &Index) -> bool {
    canonical::index(one, Dialect::Mysql) == canonical::index(other, Dialect::Mysql)
}

/// An index that the server made for a foreign key goes silently when another one could serve the key. One that was
/// asked for stays, so it is asked for again.
fn may_vanish(table: &Table, index: &Index, fresh: &[&Index]) -> bool {
    let columns: Vec<&str> = columns_of(index).collect();
    let serves = |other: &&&Index| {
        columns.iter().enumerate().all(|(place, column)| {
            other.parts.get(place).is_some_and(|part| part.column.as_deref() == Some(*column) && part.length.is_none())
        })
    };
    let of_key =
        table.foreign_keys.iter().any(|key| key.columns.iter().map(String::as_str).eq(columns.iter().copied()));
    of_key && !index.unique && fresh.iter().any(|other| serves(&other))
}

/// The clauses that ask again for the indexes that a new foreign key of the same columns would otherwise replace by one
/// of its own: those that the server made for an earlier key.
pub(super) fn lasting_indexes(old: &Table, new: &Table, keys: &[&ForeignKey]) -> Vec<String> {
    let lasts = |one: &&Index| old.indexes.iter().any(|other| same_index(one, other));
    let of_key = |one: &&Index| keys.iter().any(|key| columns_of(one).eq(key.columns.iter().map(String::as_str)));
    let made = new.indexes.iter().filter(|one| !one.unique && lasts(one) && of_key(one));
    made.flat_map(|one| [format!("DROP INDEX {}", quoted(&one.name)), format!("ADD {}", index(one))]).collect()
}

fn columns_of(index: &Index) -> impl Iterator<Item = &str> {
    index.parts.iter().map(|part| part.column.as_deref().unwrap_or_default())
}

/// Whether the index says itself how big its blocks are.
fn has_own_size(index: &Index) -> bool {
    index.options.get("attributes").is_some_and(|words| says_size(words))
}

/// Whether a key is written with the size of its blocks.
pub(super) fn says_size(key: &str) -> bool {
    tokens(key).iter().any(|token| token.is("KEY_BLOCK_SIZE"))
}

fn only_visibility(old: &Index, new: &Index) -> bool {
    let without = |index: &Index| {
        let mut index = index.clone();
        index.options.remove("visibility");
        index
    };
    same_index(&without(old), &without(new))
}

fn visibility(old: &Index, new: &Index) -> String {
    match (new.options.get("visibility"), old.options.get("visibility").map(String::as_str)) {
        (Some(word), _) => word.clone(),
        (None, Some("IGNORED")) => "NOT IGNORED".to_owned(),
        (None, _) => "VISIBLE".to_owned(),
    }
}
