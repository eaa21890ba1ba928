//! What the next run has to know, as text that a check run carries.
//!
//! A record is as trustworthy as the check run that holds it, and that is what the gate's answer is: whoever could
//! forge the one could forge the other. It is never read from a comment, which others may alter.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::GateChange;
use super::ledger::{Entry, Ledger, Source, Word};
use crate::diff::{ChangeId, Severity};

const START: &str = "<!-- fabwright:record ";
const END: &str = " -->";
const VERSION: u32 = 1;

/// What is known of a pull request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// The commit whose changes these are. Empty when none has been reported yet.
    pub of: String,
    /// The run of the workflow that found them, if it was one.
    pub run: Option<u64>,
    /// The changes.
    pub changes: Vec<GateChange>,
    /// Tests that failed.
    pub failed_tests: usize,
    /// Files with unresolved merge conflicts.
    pub conflicts: usize,
    /// Why no changes could be found, where the check stopped before.
    pub stopped: Option<String>,
    /// The hidden first line of the report's comment.
    pub marker: Option<String>,
    /// What was heard.
    pub ledger: Ledger,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    version: u32,
    of: String,
    run: Option<u64>,
    failed_tests: usize,
    conflicts: usize,
    stopped: Option<String>,
    marker: Option<String>,
    /// Fingerprints, and after them tables and files, which others name by their place here.
    ids: Vec<String>,
    names: Vec<String>,
    changes: Vec<WireChange>,
    heard: Vec<WireEntry>,
}

/// Fingerprint, severity, tables, files, and what is told.
type WireChange = (usize, Severity, Vec<usize>, Vec<usize>, String);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireEntry {
    review: bool,
    id: u64,
    digest: String,
    by: String,
    at: Timestamp,
    /// The place of a fingerprint counted from 1, negative where it was taken back; 0 takes back everything.
    words: Vec<i64>,
    refusals: Vec<String>,
}

/// Texts, each once.
#[derive(Default)]
struct Places(Vec<String>);

impl Places {
    fn of(&mut self, text: &str) -> usize {
        match self.0.iter().position(|known| known == text) {
            Some(place) => place,
            None => {
                self.0.push(text.to_owned());
                self.0.len() - 1
            }
        }
    }
}

impl Record {
    /// Whether it tells the changes of this commit, rather than those of an earlier one.
    pub fn is_of(&self, commit: &str) -> bool {
        !self.of.is_empty() && self.of == commit
    }

    /// The record as a hidden comment in Markdown, of at most `most` characters; it has to be the last line of what it
    /// is put into. What is said of each change goes first where that is too little; if the rest is still too long, it
    /// is no record, which [`Self::from_markdown`] knows.
    pub fn to_markdown(&self, most: usize) -> String {
        let shorter = [160, 60, 0].into_iter().find_map(|told| {
            let text = self.encode(told);
            (text.encode_utf16().count() <= most).then_some(text)
        });
        shorter.unwrap_or_else(|| format!("{START}none{END}"))
    }

    fn encode(&self, told: usize) -> String {
        let (mut ids, mut names) = (Places::default(), Places::default());
        let changes = self
            .changes
            .iter()
            .map(|change| {
                let id = ids.of(&change.id.0);
                let mut places = |texts: &[String]| texts.iter().map(|text| names.of(text)).collect();
                let (tables, files) = (places(&change.tables), places(&change.files));
                (id, change.severity, tables, files, change.told.chars().take(told).collect())
            })
            .collect();
        let heard = self
            .ledger
            .entries
            .iter()
            .map(|entry| WireEntry {
                review: entry.source == Source::Review,
                id: entry.id,
                digest: entry.digest.clone(),
                by: entry.by.clone(),
                at: entry.at,
                words: entry
                    .words
                    .iter()
                    .map(|word| {
                        let mut place = |id: &ChangeId| i64::try_from(ids.of(&id.0) + 1).unwrap_or(i64::MAX);
                        match word {
                            Word::Approve(id) => place(id),
                            Word::Revoke(id) => -place(id),
                            Word::RevokeAll => 0,
                        }
                    })
                    .collect(),
                refusals: entry.refusals.clone(),
            })
            .collect();
        let wire = Wire {
            version: VERSION,
            of: self.of.clone(),
            run: self.run,
            failed_tests: self.failed_tests,
            conflicts: self.conflicts,
            stopped: self.stopped.clone(),
            marker: self.marker.clone(),
            ids: ids.0,
            names: names.0,
            changes,
            heard,
        };
        // A value made of strings, numbers and lists always has a text.
        let json = serde_json::to_string(&wire).unwrap_or_default();
        // Nothing in it can end the comment, or be taken for markup by a reader that looks for tags.
        let json = json.replace('<', "\\u003c").replace('>', "\\u003e").replace("--", "-\\u002d");
        format!("{START}{json}{END}")
    }

    /// Reads the record that a text ends with. Nothing comes back where there is none, or one of another version.
    ///
    /// Only the last line is looked at: those above it repeat names of the pull request, which may look like anything.
    pub fn from_markdown(text: &str) -> Option<Self> {
        let json = text.trim_end().lines().last()?.strip_prefix(START)?.strip_suffix(END)?;
        let wire: Wire = serde_json::from_str(json).ok()?;
        if wire.version != VERSION {
            return None;
        }
        let id = |place: usize| wire.ids.get(place).cloned().map(ChangeId);
        let names = |places: &[usize]| -> Option<Vec<String>> {
            places.iter().map(|place| wire.names.get(*place).cloned()).collect()
        };
        let changes: Option<Vec<GateChange>> = wire
            .changes
            .iter()
            .map(|(place, severity, tables, files, told)| {
                let (tables, files) = (names(tables)?, names(files)?);
                Some(GateChange { id: id(*place)?, severity: *severity, tables, files, told: told.clone() })
            })
            .collect();
        let word = |number: &i64| -> Option<Word> {
            let place = usize::try_from(number.unsigned_abs()).ok()?.checked_sub(1);
            match (place, *number > 0) {
                (None, _) => Some(Word::RevokeAll),
                (Some(place), true) => id(place).map(Word::Approve),
                (Some(place), false) => id(place).map(Word::Revoke),
            }
        };
        let entries: Option<Vec<Entry>> = wire
            .heard
            .iter()
            .map(|entry| {
                Some(Entry {
                    source: if entry.review { Source::Review } else { Source::Comment },
                    id: entry.id,
                    digest: entry.digest.clone(),
                    by: entry.by.clone(),
                    at: entry.at,
                    words: entry.words.iter().map(word).collect::<Option<_>>()?,
                    refusals: entry.refusals.clone(),
                })
            })
            .collect();
        Some(Self {
            changes: changes?,
            ledger: Ledger { entries: entries? },
            of: wire.of,
            run: wire.run,
            failed_tests: wire.failed_tests,
            conflicts: wire.conflicts,
            stopped: wire.stopped,
            marker: wire.marker,
        })
    }
}
