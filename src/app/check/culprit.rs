//! Finds the rows that a migration failed on, by running it again on a copy of the database that it met.

use super::sides::{Plan, Side};
use crate::app::Error;
use crate::database::{self, Scratch};
use crate::hazard::culprit;
use crate::hazard::statement::{Action, Body, Script, Statements};
use crate::run;
use crate::run::migrate::{History, MigrationTool, Migrator};
use crate::store::folder;

/// The rows, as text. `met` is the filled database before the migration.
pub(super) async fn find(
    plan: &Plan,
    migrator: &Migrator,
    side: &Side,
    met: &Scratch,
    (wanted, known): (&History, &History),
    error: &run::Error,
) -> Result<Option<String>, Error> {
    let run::Error::Migration { message, sent, .. } = error else { return Ok(None) };
    let dialect = plan.place.dialect();
    if matches!(migrator.tool(), MigrationTool::Sql { .. }) {
        let mut statements = Vec::new();
        for revision in wanted.since(known) {
            let text = folder::read_file(&side.folder.join(&revision.path))?;
            let script = Script { path: None, revision: None, in_transaction: false, body: Body::Sql(text) };
            let read = Statements::read(dialect, &[script]);
            let alone = read.all.into_iter().filter(|statement| {
                !statement
                    .acts
                    .iter()
                    .any(|act| matches!(act.action, Action::Begin | Action::Commit | Action::Rollback))
            });
            statements.extend(alone.map(|statement| statement.text));
        }
        let found = database::culprit::find(&met.copy().await?, &statements).await?;
        return Ok(found.and_then(|(_, rows)| rows));
    }
    let told = culprit::in_message(message).map(str::to_owned);
    let run::Sent::Refused(sent) = &**sent else { return Ok(told) };
    let queries = culprit::queries(dialect, sent, message);
    if queries.is_empty() {
        return Ok(told);
    }
    let copy = met.copy().await?;
    let found = migrator.culprit(&plan.uri(&copy), sent.len(), &queries).await?;
    Ok(found.map(|found| culprit::told(&found.table, &found.rows)).or(told))
}
