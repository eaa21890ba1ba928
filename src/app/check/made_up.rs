//! The rows that the rehearsal makes, and what to do when a revision's own code cannot read them: texts and documents
//! have a form that only the application knows.

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
    pub(super) async fn without(empty: &Scratch, made: &[TableRows], unread: &[ObjectName]) -> Result<Self, Error> {
        let kept: Vec<TableRows> = made.iter().filter(|rows| !unread.contains(&rows.table)).cloned().collect();
        Self::fill(empty.copy().await?, &kept, &mut Vec::new()).await
    }
}

/// The tables that a revision had read when its own code gave up, and those that refer to them. Empty where it was the
/// database that refused something.
pub(super) fn unread(before: &Schema, error: &run::Error) -> Vec<ObjectName> {
    let run::Error::Migration { sent, .. } = error else { return Vec::new() };
    let run::Sent::Asked(asked) = &**sent else { return Vec::new() };
    let mut found: Vec<ObjectName> = culprit::read_by(before, asked).into_iter().cloned().collect();
    let mut at = 0;
    while let Some(table) = found.get(at).cloned() {
        let children = before.references_to(&table).map(|(other, _)| other.name.clone());
        for child in children {
            if !found.contains(&child) {
                found.push(child);
            }
        }
        at += 1;
    }
    found
}

/// What is said when the migration went through without these rows.
pub(super) fn told(error: &run::Error, unread: &[ObjectName]) -> String {
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
