//! `fabwright migration`: the SQL that turns one schema into another, or back.

use super::{Console, Error, Exit, source};
use crate::diff::{self, RenameHints};
use crate::migration;
use crate::schema::Dialect;

/// The arguments of the command.
#[derive(Debug)]
pub struct Request {
    /// The schema before.
    pub from: String,
    /// The schema after.
    pub to: String,
    /// The dialect of an .sql file.
    pub dialect: Option<Dialect>,
    /// Whether to print the way back.
    pub rollback: bool,
}

/// Runs the command.
///
/// # Errors
/// When a source cannot be read, or the two are of different dialects.
pub async fn run(request: &Request, console: &Console) -> Result<Exit, Error> {
    let (from, to) = source::read_both(&request.from, &request.to, request.dialect).await?;
    let changes = diff::differ::diff(&from, &to, &RenameHints::default());
    let plan = migration::plan(&from, &to, &changes);
    if let Some(gap) = plan.gap {
        return Err(Error::NoPlan(gap));
    }
    console.print(&if request.rollback { plan.rollback_sql() } else { plan.forward_sql() });
    Ok(Exit::Done)
}
