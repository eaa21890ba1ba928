//! The rows that the rehearsal makes, and what to do when a revision's own code cannot read them: texts and documents
//! have a form that only the application knows.

use std::collections::BTreeSet;

use crate::app::Error;
use crate::database::Scratch;
use crate::database::rows::{self, Sums};
use crate::generate::data::TableRows;
use crate::hazard::culprit;
use crate::run;
use crate::schema::{ObjectName, Schema};

/// A database with rows in it.
pub(super) struct Stock {
    pub(super) filled: Scratch,
    /// A copy that stays as it is.
    pub(super) before: Scratch,
    pub(super) sums: Sums,
}

impl Stock {
    /// Puts the rows into `scratch`, and says which the database refused.
    pub(super) async fn fill(scratch: Scratch, made: &[TableRows], notes: &mut Vec<String>) -> Result<Self, Error> {
        for table in rows::insert(&scratch.url(), made).await? {
            notes.extend(table.rejected.iter().map(|(reason, rows)| {
                format!("the database refused {rows} of the rows made for {}: {reason}", table.table)
            }));
        }
        let sums = rows::sums(&scratch.url()).await?;
        let before = scratch.copy().await?;
        Ok(Self { filled: scratch, before, sums })
    }

    /// A copy of `empty` with all rows but those of some tables.
    pub(super) async fn without(
        empty: &Scratch,
        made: &[TableRows],
        unread: &BTreeSet<ObjectName>,
    ) -> Result<Self, Error> {
        let kept: Vec<TableRows> = made.iter().filter(|rows| !unread.contains(&rows.table)).cloned().collect();
        Self::fill(empty.copy().await?, &kept, &mut Vec::new()).await
    }
}

/// The tables that a revision had read when its own code gave up, and those that refer to them. Empty where it was the
/// database that refused something.
pub(super) fn unread(before: &Schema, error: &run::Error) -> BTreeSet<ObjectName> {
    let run::Error::Migration { sent, .. } = error else { return BTreeSet::new() };
    let run::Sent::Asked(asked) = &**sent else { return BTreeSet::new() };
    let mut waiting: Vec<&ObjectName> = culprit::read_by(before, asked);
    let mut found = BTreeSet::new();
    while let Some(table) = waiting.pop() {
        if found.insert(table.clone()) {
            waiting.extend(before.references_to(table).map(|(other, _)| &other.name));
        }
    }
    found
}

/// What is said when the migration went through without these rows.
pub(super) fn told(error: &run::Error, unread: &BTreeSet<ObjectName>) -> String {
    let run::Error::Migration { revision, at, message, .. } = error else { return String::new() };
    let place = at.as_ref().map(|at| format!(" ({at})")).unwrap_or_default();
    let revision = revision.as_deref().unwrap_or("a revision");
    let tables: Vec<String> = unread.iter().map(ToString::to_string).collect();
    let first = message.lines().next().unwrap_or_default();
    let first: String = first.chars().take(80).collect();
    let tables = match tables.as_slice() {
        [some @ .., last] if some.len() < 3 => {
            format!("{}{last}", some.iter().map(|it| format!("{it}, ")).collect::<String>())
        }
        [first, second, rest @ ..] => format!("{first}, {second} and {} more tables", rest.len()),
        _ => String::new(),
    };
    format!(
        "rehearsed without rows in {tables}: the code of {revision}{place} cannot read what the rehearsal makes up ({first})"
    )
}
