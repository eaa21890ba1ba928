//! Follows tables and columns from one name to the next.

use std::collections::BTreeMap;

use crate::diff::{RenameEvidence, RenameHints};
use crate::schema::ObjectName;

/// A copy of columns from one table into another.
pub(super) struct Copied {
    /// Column of the source, column of the target.
    pub pairs: Vec<(String, String)>,
    /// The statement.
    pub statement: String,
}

/// All tables that were spoken of, by their present names.
#[derive(Default)]
pub(super) struct Tracks {
    tracks: Vec<Track>,
    names: BTreeMap<String, usize>,
}

/// One table.
struct Track {
    name: ObjectName,
    /// The name before the migration; `None` for a table that the migration made.
    original: Option<ObjectName>,
    /// The statement that gave the present name.
    renamed_by: Option<String>,
    /// Columns that are not simply themselves, by their present names in lower case.
    columns: BTreeMap<String, Column>,
    /// The columns of a table that the migration made.
    created: Vec<String>,
    copies: Vec<(usize, Copied)>,
}

#[derive(Clone)]
struct Column {
    name: String,
    /// The name before the migration; `None` for a column that the migration made.
    original: Option<String>,
    /// The statement that gave the present name.
    renamed_by: Option<String>,
}

impl Tracks {
    pub fn create_table(&mut self, name: &ObjectName, columns: Vec<String>) {
        self.insert(Track::new(name.clone(), None, columns));
    }

    pub fn created_columns(&mut self, name: &ObjectName) -> Vec<String> {
        self.track(name).created.clone()
    }

    pub fn rename_table(&mut self, from: &ObjectName, to: &ObjectName, statement: &str) {
        let index = self.index(from);
        self.names.remove(&key(from));
        self.names.insert(key(to), index);
        if let Some(track) = self.tracks.get_mut(index) {
            track.name = to.clone();
            track.renamed_by = Some(statement.to_owned());
        }
    }

    pub fn rename_column(&mut self, table: &ObjectName, from: &str, to: &str, statement: &str) {
        let track = self.track(table);
        let mut column = track.columns.remove(&from.to_lowercase()).unwrap_or_else(|| Column::itself(from));
        column.name = to.to_owned();
        column.renamed_by = Some(statement.to_owned());
        track.columns.insert(to.to_lowercase(), column);
        for target in track.copies.iter_mut().flat_map(|(_, copied)| &mut copied.pairs).map(|(_, target)| target) {
            if target.eq_ignore_ascii_case(from) {
                *target = to.to_owned();
            }
        }
        for created in track.created.iter_mut().filter(|created| created.eq_ignore_ascii_case(from)) {
            *created = to.to_owned();
        }
    }

    pub fn add_column(&mut self, table: &ObjectName, name: &str) {
        let fresh = Column { original: None, ..Column::itself(name) };
        self.track(table).columns.insert(name.to_lowercase(), fresh);
    }

    pub fn drop_column(&mut self, table: &ObjectName, name: &str) {
        self.track(table).columns.remove(&name.to_lowercase());
    }

    pub fn copy(&mut self, table: &ObjectName, source: &ObjectName, copied: Copied) {
        let source = self.index(source);
        self.track(table).copies.push((source, copied));
    }

    /// A dropped table hands its identity to the one new table that was filled from it and from nothing else.
    pub fn drop_table(&mut self, name: &ObjectName) {
        let dropped = self.index(name);
        self.names.remove(&key(name));
        let heirs: Vec<usize> = (self.names.values().copied())
            .filter(|&index| {
                self.tracks.get(index).is_some_and(|track| {
                    track.original.is_none()
                        && !track.copies.is_empty()
                        && track.copies.iter().all(|(source, _)| *source == dropped)
                })
            })
            .collect();
        if let [heir] = heirs.as_slice()
            && let Some(gone) = self.tracks.get(dropped)
        {
            let (original, renamed_by) = (gone.original.clone(), gone.renamed_by.clone());
            let before = gone.columns.clone();
            if let Some(track) = self.tracks.get_mut(*heir) {
                track.inherit(original, renamed_by, &before);
            }
        }
    }

    pub fn hints(self) -> RenameHints {
        let observed = |statement: &Option<String>| RenameEvidence::Observed {
            statement: one_line(statement.as_deref().unwrap_or_default()),
        };
        let mut hints = RenameHints::default();
        for track in self.names.values().filter_map(|&index| self.tracks.get(index)) {
            let Some(original) = &track.original else { continue };
            if *original != track.name {
                hints.tables.push((original.clone(), track.name.clone(), observed(&track.renamed_by)));
            }
            for column in track.columns.values() {
                if let Some(before) = column.original.as_ref().filter(|before| **before != column.name) {
                    let evidence = observed(&column.renamed_by);
                    hints.columns.push((track.name.clone(), before.clone(), column.name.clone(), evidence));
                }
            }
        }
        hints
    }

    /// A table that was not spoken of before has been there all along.
    fn index(&mut self, name: &ObjectName) -> usize {
        match self.names.get(&key(name)) {
            Some(&index) => index,
            None => self.insert(Track::new(name.clone(), Some(name.clone()), Vec::new())),
        }
    }

    fn insert(&mut self, track: Track) -> usize {
        let index = self.tracks.len();
        self.names.insert(key(&track.name), index);
        self.tracks.push(track);
        index
    }

    fn track(&mut self, name: &ObjectName) -> &mut Track {
        let index = self.index(name);
        &mut self.tracks[index]
    }
}

impl Track {
    fn new(name: ObjectName, original: Option<ObjectName>, created: Vec<String>) -> Self {
        Self { name, original, renamed_by: None, columns: BTreeMap::new(), created, copies: Vec::new() }
    }

    fn inherit(&mut self, original: Option<ObjectName>, renamed_by: Option<String>, before: &BTreeMap<String, Column>) {
        for name in &self.created {
            let mut column = Column { original: None, ..Column::itself(name) };
            for (_, copied) in &self.copies {
                let pair = copied.pairs.iter().find(|(_, target)| target.eq_ignore_ascii_case(name));
                if let Some((source, _)) = pair {
                    let known = before.get(&source.to_lowercase()).cloned().unwrap_or_else(|| Column::itself(source));
                    let same = source.eq_ignore_ascii_case(name);
                    let renamed_by = if same { known.renamed_by } else { Some(copied.statement.clone()) };
                    column = Column { name: name.clone(), original: known.original, renamed_by };
                }
            }
            self.columns.insert(name.to_lowercase(), column);
        }
        // A copy under a name of its own is a rename too; one that takes its old name back is told by the end.
        self.renamed_by = renamed_by.or_else(|| self.copies.first().map(|(_, copied)| copied.statement.clone()));
        self.original = original;
        self.copies.clear();
    }
}

impl Column {
    fn itself(name: &str) -> Self {
        Self { name: name.to_owned(), original: Some(name.to_owned()), renamed_by: None }
    }
}

fn key(name: &ObjectName) -> String {
    name.to_string().to_lowercase()
}

fn one_line(statement: &str) -> String {
    statement.split_whitespace().collect::<Vec<_>>().join(" ")
}
