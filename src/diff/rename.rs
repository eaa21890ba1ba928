//! Which objects are the same under another name.
//!
//! 1. Names that are equal pair up; on SQLite, names that differ by case alone do so next.
//! 2. Hints (what a rehearsal observed, what the repository's configuration answers) pair what is left.
//! 3. Two readings of one database pair what bears the same identity in both.
//! 4. A heuristic scores what is still left. Position says far more than names: a column that is gone and a new one
//!    between the same neighbours, in the same order and of the same kind of type, are nearly always one column.
//!    Above [`THRESHOLD`] the pair is taken for a rename; below, both changes stay and the pair becomes a
//!    [`RenameQuestion`].

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::change::Change;
use super::likeness;
use crate::schema::{Column, Dialect, ObjectName, Schema, Table};

/// The score from which a pair is taken for a rename.
pub const THRESHOLD: u8 = 70;

/// The score from which a pair is worth a question.
const QUESTION: u8 = 40;

/// Why two objects are held to be the same one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "evidence", rename_all = "snake_case")]
pub enum RenameEvidence {
    /// A statement of the rehearsed migration renamed it.
    Observed {
        /// The statement.
        statement: String,
    },
    /// The repository's configuration says so.
    Answered,
    /// The server knows both by one number, which a rename does not change.
    Identified {
        /// The number.
        identity: u64,
    },
    /// Nobody saw it: the two look alike.
    Inferred {
        /// 0 to 100.
        score: u8,
        /// What the score rests on.
        reasons: Vec<String>,
    },
}

/// What is known of renames before two schemas are compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RenameHints {
    /// Tables: old name, new name, evidence.
    pub tables: Vec<(ObjectName, ObjectName, RenameEvidence)>,
    /// Columns: the table under its new name, old column, new column, evidence.
    pub columns: Vec<(ObjectName, String, String, RenameEvidence)>,
}

/// Two objects that may be the same one. Both changes stay in the list until somebody answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RenameQuestion {
    /// The table under its new name, when two columns are meant; none when two tables are.
    pub table: Option<ObjectName>,
    /// The old name.
    pub from: String,
    /// The new name.
    pub to: String,
    /// 0 to 100, below [`THRESHOLD`].
    pub score: u8,
    /// What the score rests on.
    pub reasons: Vec<String>,
}

impl std::fmt::Display for RenameQuestion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = if self.table.is_some() { "column" } else { "table" };
        let place = self.table.as_ref().map(|table| format!(" of `{table}`")).unwrap_or_default();
        write!(
            f,
            "was {what} `{}`{place} renamed to `{}`? ({} %: {})",
            self.from,
            self.to,
            self.score,
            self.reasons.join(", ")
        )
    }
}

/// Every rename between two schemas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renames {
    /// Tables: old name, new name, evidence.
    pub tables: Vec<(ObjectName, ObjectName, RenameEvidence)>,
    /// Columns: the table under its new name, old column, new column, evidence.
    pub columns: Vec<(ObjectName, String, String, RenameEvidence)>,
}

impl Renames {
    /// The renames among these changes.
    pub fn of(changes: &[Change]) -> Self {
        let mut renames = Self::default();
        for change in changes {
            if let Change::TableRenamed { from, to, evidence } = change {
                renames.tables.push((from.clone(), to.clone(), evidence.clone()));
            }
            if let Change::ColumnRenamed { table, from, to, evidence } = change {
                renames.columns.push((table.clone(), from.name.clone(), to.name.clone(), evidence.clone()));
            }
        }
        renames
    }

    /// The same renames in the other direction.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self {
            tables: self.tables.iter().map(|(from, to, why)| (to.clone(), from.clone(), why.clone())).collect(),
            columns: self
                .columns
                .iter()
                .map(|(table, from, to, why)| (self.old_table(table).clone(), to.clone(), from.clone(), why.clone()))
                .collect(),
        }
    }

    /// The new name of the table that was called `old`.
    pub fn new_table<'a>(&'a self, old: &'a ObjectName) -> &'a ObjectName {
        self.tables.iter().find(|(from, ..)| from == old).map_or(old, |(_, to, _)| to)
    }

    /// The old name of the table that is called `new`.
    pub fn old_table<'a>(&'a self, new: &'a ObjectName) -> &'a ObjectName {
        self.tables.iter().find(|(_, to, _)| to == new).map_or(new, |(from, ..)| from)
    }

    /// The new name of the column `old` of the table that is now called `table`.
    pub fn new_column<'a>(&'a self, table: &ObjectName, old: &'a str) -> &'a str {
        let found = self.columns.iter().find(|(of, from, ..)| of == table && from == old);
        found.map_or(old, |(_, _, to, _)| to.as_str())
    }

    /// The old name of the column `new` of the table that is now called `table`.
    pub fn old_column<'a>(&'a self, table: &ObjectName, new: &'a str) -> &'a str {
        let found = self.columns.iter().find(|(of, _, to, _)| of == table && to == new);
        found.map_or(new, |(_, from, ..)| from.as_str())
    }
}

/// Finds the renames between two schemas, and the questions that remain.
pub fn resolve(from: &Schema, to: &Schema, hints: &RenameHints) -> (Renames, Vec<RenameQuestion>) {
    let mut renames = Renames::default();
    let mut questions = Vec::new();
    tables(from, to, hints, &mut renames, &mut questions);
    for table in &to.tables {
        let Some(old) = from.tables.iter().find(|old| &old.name == renames.old_table(&table.name)) else { continue };
        if renames.new_table(&old.name) != &table.name {
            // The table that had this name goes under another one now; this one is new.
            continue;
        }
        let same_table = same_origin(from, to) && old.identity.is_some() && old.identity == table.identity;
        columns(old, table, to.dialect, same_table, hints, &mut renames, &mut questions);
    }
    renames.tables.sort_by(|a, b| a.1.cmp(&b.1));
    renames.columns.sort_by(|a, b| (&a.0, &a.2).cmp(&(&b.0, &b.2)));
    (renames, questions)
}

/// Whether both are readings of one database, so that equal identities mean the same object.
fn same_origin(from: &Schema, to: &Schema) -> bool {
    from.origin.is_some() && from.origin == to.origin
}

/// Tables that bear one identity and two names, as far as neither is paired already.
fn same_tables(from: &Schema, to: &Schema, known: &Renames) -> Vec<(ObjectName, ObjectName, RenameEvidence)> {
    if !same_origin(from, to) {
        return Vec::new();
    }
    let by_identity: BTreeMap<u64, &Table> =
        to.tables.iter().filter_map(|table| Some((table.identity?, table))).collect();
    let paired =
        |old: &Table, new: &Table| known.tables.iter().any(|(from, to, _)| *from == old.name || *to == new.name);
    from.tables
        .iter()
        .filter_map(|old| {
            let identity = old.identity?;
            let new = by_identity.get(&identity)?;
            let renamed = old.name != new.name && !paired(old, new);
            renamed.then(|| (old.name.clone(), new.name.clone(), RenameEvidence::Identified { identity }))
        })
        .collect()
}

/// Columns of one table that bear one identity and two names, as far as neither is paired already.
fn same_columns(
    old: &Table,
    new: &Table,
    known: &[(String, String, RenameEvidence)],
) -> Vec<(String, String, RenameEvidence)> {
    let paired = |old: &Column, new: &Column| known.iter().any(|(from, to, _)| *from == old.name || *to == new.name);
    old.columns
        .iter()
        .filter_map(|old| {
            let identity = old.identity?;
            let new = new.columns.iter().find(|column| column.identity == Some(identity))?;
            let renamed = old.name != new.name && !paired(old, new);
            renamed.then(|| (old.name.clone(), new.name.clone(), RenameEvidence::Identified { identity }))
        })
        .collect()
}

fn case_only() -> RenameEvidence {
    RenameEvidence::Inferred { score: 100, reasons: vec!["the names differ by case alone".to_owned()] }
}

fn tables(from: &Schema, to: &Schema, hints: &RenameHints, renames: &mut Renames, questions: &mut Vec<RenameQuestion>) {
    // A hint may also pair names that both stay in use, when tables swap theirs.
    for (old, new, why) in &hints.tables {
        let known =
            from.tables.iter().any(|table| &table.name == old) && to.tables.iter().any(|table| &table.name == new);
        let taken = renames.tables.iter().any(|(from, to, _)| from == old || to == new);
        if known && !taken && old != new {
            renames.tables.push((old.clone(), new.clone(), why.clone()));
        }
    }
    renames.tables.extend(same_tables(from, to, renames));
    let used_old: BTreeSet<ObjectName> = renames.tables.iter().map(|(old, ..)| old.clone()).collect();
    let used_new: BTreeSet<ObjectName> = renames.tables.iter().map(|(_, new, _)| new.clone()).collect();
    let mut gone: Vec<&Table> = from
        .tables
        .iter()
        .filter(|table| {
            let stays = to.tables.iter().any(|other| other.name == table.name) && !used_new.contains(&table.name);
            !used_old.contains(&table.name) && !stays
        })
        .collect();
    let mut new: Vec<&Table> = to
        .tables
        .iter()
        .filter(|table| {
            let was = from.tables.iter().any(|other| other.name == table.name) && !used_old.contains(&table.name);
            !used_new.contains(&table.name) && !was
        })
        .collect();
    if to.dialect == Dialect::Sqlite {
        gone.retain(|old| {
            let twin = new.iter().position(|table| table.name.name.eq_ignore_ascii_case(&old.name.name));
            if let Some(place) = twin {
                renames.tables.push((old.name.clone(), new.remove(place).name.clone(), case_only()));
            }
            twin.is_none()
        });
    }
    if same_origin(from, to) {
        // What bears a number that the other side does not know is known to be another table.
        gone.retain(|table| table.identity.is_none());
        new.retain(|table| table.identity.is_none());
    }
    for pair in likeness::pair_tables(&gone, &new) {
        let (Some(old), Some(new)) = (gone.get(pair.old), new.get(pair.new)) else { continue };
        if pair.score >= THRESHOLD {
            let why = RenameEvidence::Inferred { score: pair.score, reasons: pair.reasons };
            renames.tables.push((old.name.clone(), new.name.clone(), why));
        } else if pair.score >= QUESTION {
            questions.push(RenameQuestion {
                table: None,
                from: old.name.to_string(),
                to: new.name.to_string(),
                score: pair.score,
                reasons: pair.reasons,
            });
        }
    }
}

fn columns(
    old: &Table,
    new: &Table,
    dialect: Dialect,
    same_table: bool,
    hints: &RenameHints,
    renames: &mut Renames,
    questions: &mut Vec<RenameQuestion>,
) {
    let mut pairs: Vec<(String, String, RenameEvidence)> = Vec::new();
    for (table, from, to, why) in &hints.columns {
        let known = table == &new.name && old.column(from).is_some() && new.column(to).is_some();
        if known && from != to && !pairs.iter().any(|(one, other, _)| one == from || other == to) {
            pairs.push((from.clone(), to.clone(), why.clone()));
        }
    }
    if same_table {
        pairs.extend(same_columns(old, new, &pairs));
    }
    let moved_away =
        |name: &str, pairs: &[(String, String, RenameEvidence)]| pairs.iter().any(|(from, ..)| from == name);
    let moved_here = |name: &str, pairs: &[(String, String, RenameEvidence)]| pairs.iter().any(|(_, to, _)| to == name);
    let hinted = pairs.clone();
    let is_gone = |name: &str| !moved_away(name, &hinted) && (new.column(name).is_none() || moved_here(name, &hinted));
    let is_new = |name: &str| !moved_here(name, &hinted) && (old.column(name).is_none() || moved_away(name, &hinted));
    if dialect == Dialect::Sqlite {
        for column in old.columns.iter().filter(|column| is_gone(&column.name)) {
            let twin = new.columns.iter().find(|twin| {
                twin.name.eq_ignore_ascii_case(&column.name) && is_new(&twin.name) && !moved_here(&twin.name, &pairs)
            });
            if let Some(twin) = twin {
                pairs.push((column.name.clone(), twin.name.clone(), case_only()));
            }
        }
    }
    for pair in likeness::pair_columns(old, new, &pairs) {
        let (Some(from), Some(to)) = (old.columns.get(pair.old), new.columns.get(pair.new)) else { continue };
        if same_table && from.identity.is_some() && to.identity.is_some() {
            // Two numbers in one table: known to be two columns.
            continue;
        }
        if pair.score >= THRESHOLD {
            let why = RenameEvidence::Inferred { score: pair.score, reasons: pair.reasons };
            pairs.push((from.name.clone(), to.name.clone(), why));
        } else if pair.score >= QUESTION {
            questions.push(RenameQuestion {
                table: Some(new.name.clone()),
                from: from.name.clone(),
                to: to.name.clone(),
                score: pair.score,
                reasons: pair.reasons,
            });
        }
    }
    renames.columns.extend(pairs.into_iter().map(|(from, to, why)| (new.name.clone(), from, to, why)));
}

#[cfg(test)]
mod tests;
