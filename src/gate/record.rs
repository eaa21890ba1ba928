//! What the next run has to know, as text that a check run carries.
//!
//! A record is as trustworthy as the check run that holds it, and that is what the gate's answer is: whoever could
//! forge the one could forge the other. It is never read from a comment, which others may alter.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::GateChange;
use super::ledger::{Entry, Ledger, Source, Word};
use crate::diff::{ChangeId, Severity};
use crate::schema::snapshot;

const START: &str = "<!-- fabwright:record ";
const PART: &str = "<!-- fabwright:record-part ";
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

    /// The record as hidden comments in Markdown, each of at most `most` ASCII characters, and each the last line of what
    /// it is put into. What is said of each change goes first where one is too little; a record that is still longer comes
    /// in parts, and is lost in none of them.
    pub fn to_parts(&self, most: usize) -> Vec<String> {
        let whole = |json: &str| format!("{START}{json}{END}");
        let shorter = [160, 60, 0].into_iter().map(|told| self.encode(told)).find(|json| whole(json).len() <= most);
        if let Some(json) = shorter {
            return vec![whole(&json)];
        }
        let json = self.encode(60);
        let digest = digest(&json);
        let room = most.saturating_sub(PART.len() + END.len() + digest.len() + 24).max(1);
        // It is ASCII, so that every byte is a character.
        let chunks: Vec<&str> =
            json.as_bytes().chunks(room).filter_map(|chunk| std::str::from_utf8(chunk).ok()).collect();
        let total = chunks.len();
        let part = |(index, chunk): (usize, &&str)| format!("{PART}{}/{total} {digest} {chunk}{END}", index + 1);
        chunks.iter().enumerate().map(part).collect()
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
        // Nothing in it can end the comment, or be taken for markup by a reader that looks for tags; and it is ASCII, as
        // long whoever counts it.
        let mut ascii = String::with_capacity(json.len());
        let mut units = [0; 2];
        for letter in json.replace("--", "-\\u002d").chars() {
            match letter {
                '<' => ascii.push_str("\\u003c"),
                '>' => ascii.push_str("\\u003e"),
                letter if letter.is_ascii() => ascii.push(letter),
                letter => {
                    let escapes = letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}"));
                    ascii.extend(escapes);
                }
            }
        }
        ascii
    }

    /// Reads the record that a text ends with. Nothing comes back where there is none, or one of another version.
    ///
    /// Only the last line is looked at: those above it repeat names of the pull request, which may look like anything.
    pub fn from_markdown(text: &str) -> Option<Self> {
        Self::decode(text.trim_end().lines().last()?.strip_prefix(START)?.strip_suffix(END)?)
    }

    /// Reads a record that comes in parts. Nothing comes back where one is missing.
    pub fn from_parts(mut parts: Vec<Part>) -> Option<Self> {
        parts.sort_by_key(|part| part.number);
        let first = parts.first()?;
        let (total, sum) = (first.total, first.digest.clone());
        let whole = parts.iter().map(|part| part.number).eq(1..=total) && parts.iter().all(|part| part.digest == sum);
        let json: String = parts.into_iter().map(|part| part.chunk).collect();
        (whole && digest(&json) == sum).then(|| Self::decode(&json))?
    }

    fn decode(json: &str) -> Option<Self> {
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

/// A part of a record that is too long for one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Which one it is, from 1.
    pub number: usize,
    /// How many there are.
    pub total: usize,
    /// Of what it is a part.
    pub digest: String,
    chunk: String,
}

impl Part {
    /// Reads the part that a text ends with.
    pub fn from_markdown(text: &str) -> Option<Self> {
        let part = text.trim_end().lines().last()?.strip_prefix(PART)?.strip_suffix(END)?;
        let (place, rest) = part.split_once(' ')?;
        let (digest, chunk) = rest.split_once(' ')?;
        let (number, total) = place.split_once('/')?;
        let (number, total) = (number.parse().ok()?, total.parse().ok()?);
        let is_one = (1..=MOST_PARTS).contains(&total) && (1..=total).contains(&number);
        is_one.then(|| Self { number, total, digest: digest.to_owned(), chunk: chunk.to_owned() })
    }
}

/// More parts than any record has.
const MOST_PARTS: usize = 500;

fn digest(json: &str) -> String {
    let mut digest = snapshot::sha256(json);
    digest.truncate(32);
    digest
}
