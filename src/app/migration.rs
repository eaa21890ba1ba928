//! `fabwright migration`: the SQL that turns one schema into another, or back, or an Alembic revision that does both.

use jiff::Timestamp;

use super::{Console, Error, Exit, source};
use crate::diff::{self, RenameHints};
use crate::generate::revision::{Heading, revision};
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
    /// Whether tables must stay in use meanwhile.
    pub online: bool,
    /// What to print.
    pub output: Output,
}

/// What the command prints.
#[derive(Debug)]
pub enum Output {
    /// The SQL there.
    Forward,
    /// The SQL back.
    Rollback,
    /// An Alembic revision with both.
    Alembic {
        /// The revision's id.
        revision: Option<String>,
        /// The revision that it follows.
        down_revision: Option<String>,
        /// What it is for.
        message: Option<String>,
    },
}

/// Runs the command.
///
/// # Errors
/// When a source cannot be read, or the two are of different dialects.
pub async fn run(request: &Request, console: &Console) -> Result<Exit, Error> {
    let (from, to) = source::read_both(&request.from, &request.to, request.dialect).await?;
    let changes = diff::differ::diff(&from, &to, &RenameHints::default());
    let plan = if request.online {
        migration::online_plan(&from, &to, &changes)
    } else {
        migration::plan(&from, &to, &changes)
    };
    if let Some(gap) = plan.gap {
        return Err(Error::NoPlan(gap));
    }
    console.print(&match &request.output {
        Output::Forward => plan.forward_sql(),
        Output::Rollback => plan.rollback_sql(),
        Output::Alembic { revision: id, down_revision, message } => {
            let heading = Heading {
                revision: id.clone(),
                down_revision: down_revision.clone(),
                message: message.clone(),
                created: Timestamp::now(),
            };
            revision(&plan, &changes, &from, &to, &heading)
        }
    });
    Ok(Exit::Done)
}
