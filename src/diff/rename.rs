//! Which objects are the same under another name.
//!
//! 1. Names that are equal pair up; on SQLite, names that differ by case alone do so next.
//! 2. Hints (what a rehearsal observed, what the repository's configuration answers) pair what is left.
//! 3. Two readings of one database pair what bears the same identity in both.
//! 4. A heuristic scores what is still left. Position says far more than names: a column that is gone and a new one
//!    between the same neighbours, in the same order and of the same kind of type, are nearly always one column.
//!    Above [`THRESHOLD`] the pair is taken for a rename; below, both changes stay and the pair becomes a
//!    [`RenameQuestion`].

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::change::Change;
use super::likeness;
use crate::schema::{Column, Dialect, Lookup, ObjectName, Schema, Table};

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

    /// The same renames for those who ask about many tables.
    pub fn lookup(&self) -> RenameLookup<'_> {
        let mut lookup = RenameLookup::default();
        for (from, to, why) in &self.tables {
            lookup.new_tables.entry(from).or_insert((to, why));
            lookup.old_tables.entry(to).or_insert((from, why));
        }
        for (table, from, to, why) in &self.columns {
            lookup.columns.entry(table).or_default().push((from, to, why));
        }
        lookup
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

/// [`Renames`] by name.
#[derive(Debug, Default)]
pub struct RenameLookup<'a> {
    new_tables: HashMap<&'a ObjectName, (&'a ObjectName, &'a RenameEvidence)>,
    old_tables: HashMap<&'a ObjectName, (&'a ObjectName, &'a RenameEvidence)>,
    columns: HashMap<&'a ObjectName, Vec<RenamedColumn<'a>>>,
}

/// A column's old name, its new one, and why they are held to be the same.
pub type RenamedColumn<'a> = (&'a str, &'a str, &'a RenameEvidence);

impl<'a> RenameLookup<'a> {
    /// The new name of the table that was called `old`.
    pub fn new_table<'b>(&self, old: &'b ObjectName) -> &'b ObjectName
    where
        'a: 'b,
    {
        self.new_tables.get(old).map_or(old, |(to, _)| to)
    }

    /// The old name of the table that is called `new`.
    pub fn old_table<'b>(&self, new: &'b ObjectName) -> &'b ObjectName
    where
        'a: 'b,
    {
        self.old_tables.get(new).map_or(new, |(from, _)| from)
    }

    /// The old name of the table that is called `new`, if that is another one, and why.
    pub fn renamed_table(&self, new: &ObjectName) -> Option<(&'a ObjectName, &'a RenameEvidence)> {
        self.old_tables.get(new).copied()
    }

    /// The renamed columns of the table that is now called `table`.
    pub fn columns_of(&self, table: &ObjectName) -> &[RenamedColumn<'a>] {
        self.columns.get(table).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Finds the renames between two schemas, and the questions that remain.
pub fn resolve(from: &Schema, to: &Schema, hints: &RenameHints) -> (Renames, Vec<RenameQuestion>) {
    let mut renames = Renames::default();
    let mut questions = Vec::new();
    tables(from, to, hints, &mut renames, &mut questions);
    let mut hinted: HashMap<&ObjectName, Vec<RenamedColumn<'_>>> = HashMap::new();
    for (table, from, to, why) in &hints.columns {
        hinted.entry(table).or_default().push((from, to, why));
    }
    let mut found = Vec::new();
    {
        let names = renames.lookup();
        let old_tables = Lookup::new(from);
        for table in &to.tables {
            let Some(old) = old_tables.exactly(names.old_table(&table.name)) else { continue };
            if names.new_table(&old.name) != &table.name {
                // The table that had this name goes under another one now; this one is new.
                continue;
            }
            let same_table = same_origin(from, to) && old.identity.is_some() && old.identity == table.identity;
            let hints = hinted.get(&table.name).map(Vec::as_slice).unwrap_or_default();
            let pair = TablePair { old, new: table, dialect: to.dialect, same_table };
            let pairs = columns(&pair, hints, &mut questions);
            found.extend(pairs.into_iter().map(|(from, to, why)| (table.name.clone(), from, to, why)));
        }
    }
    renames.columns = found;
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
    let by_identity: HashMap<u64, &Table> =
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
            renamed
                .then(|| (old.name.clone(), new.name.clone(), RenameEvidence::Identified { identity: identity.into() }))
        })
        .collect()
}

fn case_only() -> RenameEvidence {
    RenameEvidence::Inferred { score: 100, reasons: vec!["the names differ by case alone".to_owned()] }
}

fn tables(from: &Schema, to: &Schema, hints: &RenameHints, renames: &mut Renames, questions: &mut Vec<RenameQuestion>) {
    let old_names: HashSet<&ObjectName> = from.tables.iter().map(|table| &table.name).collect();
    let new_names: HashSet<&ObjectName> = to.tables.iter().map(|table| &table.name).collect();
    // A hint may also pair names that both stay in use, when tables swap theirs.
    for (old, new, why) in &hints.tables {
        let taken = renames.tables.iter().any(|(from, to, _)| from == old || to == new);
        if old_names.contains(old) && new_names.contains(new) && !taken && old != new {
            renames.tables.push((old.clone(), new.clone(), why.clone()));
        }
    }
    renames.tables.extend(same_tables(from, to, renames));
    let used_old: HashSet<ObjectName> = renames.tables.iter().map(|(old, ..)| old.clone()).collect();
    let used_new: HashSet<ObjectName> = renames.tables.iter().map(|(_, new, _)| new.clone()).collect();
    let is_gone =
        |name: &ObjectName| !used_old.contains(name) && (!new_names.contains(name) || used_new.contains(name));
    let is_new = |name: &ObjectName| !used_new.contains(name) && (!old_names.contains(name) || used_old.contains(name));
    let mut gone: Vec<&Table> = from.tables.iter().filter(|table| is_gone(&table.name)).collect();
    let mut new: Vec<&Table> = to.tables.iter().filter(|table| is_new(&table.name)).collect();
    if to.dialect == Dialect::Sqlite {
        let mut twins: HashMap<String, &Table> = HashMap::new();
        for table in &new {
            twins.entry(table.name.name.to_ascii_lowercase()).or_insert(table);
        }
        let mut paired: HashSet<&ObjectName> = HashSet::new();
        gone.retain(|old| {
            let twin = twins.remove(&old.name.name.to_ascii_lowercase());
            if let Some(twin) = twin {
                paired.insert(&twin.name);
                renames.tables.push((old.name.clone(), twin.name.clone(), case_only()));
            }
            twin.is_none()
        });
        new.retain(|table| !paired.contains(&table.name));
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

/// A table before and after.
struct TablePair<'a> {
    old: &'a Table,
    new: &'a Table,
    dialect: Dialect,
    /// The server says that it is one table, so its numbers for columns mean something.
    same_table: bool,
}

fn columns(
    pair: &TablePair<'_>,
    hints: &[RenamedColumn<'_>],
    questions: &mut Vec<RenameQuestion>,
) -> Vec<(String, String, RenameEvidence)> {
    let (old, new) = (pair.old, pair.new);
    let old_names: HashSet<&str> = old.columns.iter().map(|column| column.name.as_str()).collect();
    let new_names: HashSet<&str> = new.columns.iter().map(|column| column.name.as_str()).collect();
    if hints.is_empty() && !pair.same_table && old_names == new_names {
        return Vec::new();
    }
    let mut pairs: Vec<(String, String, RenameEvidence)> = Vec::new();
    for (from, to, why) in hints {
        let known = old_names.contains(from) && new_names.contains(to);
        if known && from != to && !pairs.iter().any(|(one, other, _)| one == from || other == to) {
            pairs.push(((*from).to_owned(), (*to).to_owned(), (*why).clone()));
        }
    }
    if pair.same_table {
        pairs.extend(same_columns(old, new, &pairs));
    }
    let moved_away =
        |name: &str, pairs: &[(String, String, RenameEvidence)]| pairs.iter().any(|(from, ..)| from == name);
    let moved_here = |name: &str, pairs: &[(String, String, RenameEvidence)]| pairs.iter().any(|(_, to, _)| to == name);
    let hinted = pairs.clone();
    let is_gone = |name: &str| !moved_away(name, &hinted) && (!new_names.contains(name) || moved_here(name, &hinted));
    let is_new = |name: &str| !moved_here(name, &hinted) && (!old_names.contains(name) || moved_away(name, &hinted));
    if pair.dialect == Dialect::Sqlite {
        for column in old.columns.iter().filter(|column| is_gone(&column.name)) {
            let twin = new.columns.iter().find(|twin| {
                twin.name.eq_ignore_ascii_case(&column.name) && is_new(&twin.name) && !moved_here(&twin.name, &pairs)
            });
            if let Some(twin) = twin {
                pairs.push((column.name.clone(), twin.name.clone(), case_only()));
            }
        }
    }
    for likely in likeness::pair_columns(old, new, &pairs) {
        let (Some(from), Some(to)) = (old.columns.get(likely.old), new.columns.get(likely.new)) else { continue };
        if pair.same_table && from.identity.is_some() && to.identity.is_some() {
            // Two numbers in one table: known to be two columns.
            continue;
        }
        if likely.score >= THRESHOLD {
            let why = RenameEvidence::Inferred { score: likely.score, reasons: likely.reasons };
            pairs.push((from.name.clone(), to.name.clone(), why));
        } else if likely.score >= QUESTION {
            questions.push(RenameQuestion {
                table: Some(new.name.clone()),
                from: from.name.clone(),
                to: to.name.clone(),
                score: likely.score,
                reasons: likely.reasons,
            });
        }
    }
    pairs
}

#[cfg(test)]
mod tests;
