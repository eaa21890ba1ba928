//! The way back: down to the base and up again on a copy, and what of the schema and the rows is there again.

use jiff::Timestamp;

use super::rehearse::{script, total, up};
use super::sides::{Plan, Side, Sides};
use crate::app::{Console, Error};
use crate::database::rows::{self, Followed, RowDifference, Sums};
use crate::database::{self, Scratch};
use crate::diff::{self, Change, RenameHints, Renames};
use crate::report::WayBack;
use crate::report::wording::count;
use crate::run;
use crate::run::migrate::{Applied, History, MigrationTool, Migrator, Target};
use crate::schema::{ObjectName, Schema};

/// Where the way back begins and where it has to lead: each pair is the base's and the head's.
pub(super) struct There<'a> {
    pub(super) histories: (&'a History, &'a History),
    pub(super) schemas: (&'a Schema, &'a Schema),
    pub(super) rows: (&'a Sums, &'a Sums),
    pub(super) filled: (&'a Scratch, &'a Scratch),
    /// What led from the one to the other.
    pub(super) applied: &'a Applied,
    /// What differs between the two.
    pub(super) changes: Vec<Change>,
}

/// Where it led.
pub(super) struct WentBack {
    pub(super) verdict: WayBack,
    /// Values that statements of the migration altered and that did not come back: table, column, how many.
    pub(super) lost: Vec<(ObjectName, String, u64)>,
    pub(super) notes: Vec<String>,
}

impl WentBack {
    /// Nobody went, for this reason.
    pub(super) fn without(reason: &str) -> Self {
        WayBack::NotMeasured { reason: reason.to_owned() }.into()
    }
}

impl From<WayBack> for WentBack {
    fn from(verdict: WayBack) -> Self {
        Self { verdict, lost: Vec::new(), notes: Vec::new() }
    }
}

/// Goes down to the base and up again on a copy, and compares schema and rows with the base's.
pub(super) async fn go(sides: &Sides, plan: &Plan, there: &There<'_>, console: &Console) -> Result<WentBack, Error> {
    let step = console.step("Go back");
    let (base_history, head_history) = there.histories;
    let (before, after) = there.schemas;
    let copy = match there.filled.1.copy().await {
        Ok(copy) => copy,
        // A view without its column can be looked at, but not made again.
        Err(error @ database::Error::NotCopied { .. }) => return Ok(WentBack::without(&error.to_string())),
        Err(error) => return Err(error.into()),
    };
    let broken = |error: String| Ok(WayBack::Broken { error }.into());
    let down = match down(plan, &plan.head, &sides.head, &copy, head_history, base_history).await? {
        None => return Ok(WayBack::Inferred.into()),
        Some(Err(error)) => return broken(in_repository(sides, &error)),
        Some(Ok(down)) => down,
    };
    let back = database::introspect(&copy.url()).await?;
    if let Some((many, first)) = differs(before, &back) {
        return broken(format!("the downgrade leaves {} from the base, first: {first}", counted(many)));
    }
    let mut went = compared(there, &down, &copy).await?;
    if matches!(went.verdict, WayBack::Broken { .. }) {
        return Ok(went);
    }
    if let Err(error) = up(plan, &plan.head, &sides.head, &copy, head_history, base_history).await? {
        went.verdict =
            WayBack::Broken { error: format!("the second upgrade failed: {}", in_repository(sides, &error)) };
        return Ok(went);
    }
    let again = database::introspect(&copy.url()).await?;
    if let Some((many, first)) = differs(after, &again) {
        return broken(format!("the second upgrade leaves {} from the first, first: {first}", counted(many)));
    }
    step.done("down and up again");
    Ok(went)
}

/// Compares the rows of `copy`, which went down, with those of the base.
async fn compared(there: &There<'_>, down: &Applied, copy: &Scratch) -> Result<WentBack, Error> {
    let (rows_before, rows_after) = there.rows;
    let renames = Renames::of(&there.changes);
    let rows_back = rows::sums(&copy.url()).await?;
    let mut went = WentBack::from(WayBack::Proven { rows: total(rows_before) });
    // What the application itself writes when it is loaded is no statement of the migration.
    let statements = || there.applied.statements.iter().chain(&down.statements);
    let is_told = statements().next().is_some();
    let of_migration = |table: &ObjectName| !is_told || statements().any(|one| one.sql.contains(&table.name));
    for difference in rows::differences(rows_before, &rows_back) {
        match &difference {
            // The table went with its rows, which is told for itself.
            RowDifference::Count { table, .. } if there.removes(table) => {}
            RowDifference::Count { table, before, after } if !of_migration(table) => went.notes.push(format!(
                "no statement of the migration writes {table}, which had {before} rows and has {after}: the application \
                 does, when it is loaded"
            )),
            RowDifference::Table { .. } | RowDifference::Count { .. } => {
                return Ok(WayBack::Broken { error: format!("after the downgrade, {difference}") }.into());
            }
            RowDifference::Values { table, .. } if there.removes(table) || !of_migration(table) => {}
            RowDifference::Values { table, columns } => {
                let new_table = renames.new_table(table);
                for column in columns.iter().filter(|column| !there.alters(new_table, column, &renames)) {
                    let new_column = renames.new_column(new_table, column);
                    let sum = |sums: &Sums, table: &ObjectName, column: &str| {
                        sums.get(table).and_then(|sum| sum.columns.get(column).copied())
                    };
                    let many = there.others(table, column, copy).await?;
                    if sum(rows_before, table, column) == sum(rows_after, new_table, new_column) {
                        let error = format!("after the downgrade, {many} values of {table}.{column} are others than before");
                        return Ok(WayBack::Broken { error }.into());
                    }
                    went.lost.push((table.clone(), column.clone(), many));
                }
            }
        }
    }
    Ok(went)
}

impl There<'_> {
    fn removes(&self, table: &ObjectName) -> bool {
        self.changes.iter().any(|change| matches!(change, Change::TableRemoved { table: gone } if gone.name == *table))
    }

    /// Whether the change of the schema itself does away with values of the column: that is told for itself.
    fn alters(&self, table: &ObjectName, column: &str, renames: &Renames) -> bool {
        self.changes.iter().any(|change| match change {
            Change::ColumnRemoved { table: of, column: gone } => of == table && gone.name == column,
            Change::ColumnModified { table: of, to, .. } => {
                of == table && renames.old_column(table, &to.name) == column
            }
            _ => false,
        })
    }

    /// How many values of a column of the base are others in `copy`. Rows are told by their key; without one, all may be.
    async fn others(&self, table: &ObjectName, column: &str, copy: &Scratch) -> Result<u64, Error> {
        let all = self.rows.0.get(table).and_then(|sum| sum.values.get(column)).copied().unwrap_or_default();
        let Some(known) = self.schemas.0.table(table) else { return Ok(all) };
        let (Some(key), Some(column)) = (&known.primary_key, known.column(column)) else { return Ok(all) };
        let key = key.columns.iter().map(|name| (name.clone(), name.clone())).collect();
        let followed = Followed { table: (table, table), key, column: (column, column) };
        Ok(rows::altered(&self.filled.0.url(), &copy.url(), &followed).await?)
    }
}

/// Takes back what `wanted` has and `known` has not. `None` when the application has no way down.
async fn down(
    plan: &Plan,
    migrator: &Migrator,
    side: &Side,
    scratch: &Scratch,
    wanted: &History,
    known: &History,
) -> Result<Option<Result<Applied, run::Error>>, Error> {
    match migrator.tool() {
        MigrationTool::Command { .. } => Ok(None),
        MigrationTool::FlaskMigrate { .. } | MigrationTool::Alembic { .. } => {
            let target = known.heads.first().map_or(Target::Base, |revision| Target::Revision(revision.clone()));
            Ok(Some(migrator.downgrade(&plan.uri(scratch), &target).await))
        }
        MigrationTool::Sql { .. } => {
            let scripts: Option<Vec<_>> = wanted
                .since(known)
                .into_iter()
                .rev()
                .map(|revision| Some((revision, revision.down_script()?)))
                .collect();
            let Some(scripts) = scripts else { return Ok(None) };
            let mut applied = Applied::default();
            for (revision, path) in scripts {
                if let Err(error) = script(side, scratch, revision, &path, &mut applied).await? {
                    return Ok(Some(Err(error)));
                }
            }
            Ok(Some(Ok(applied)))
        }
    }
}

fn counted(differences: usize) -> String {
    count(differences, "difference", "differences")
}

/// In how many respects two schemas differ, and the first of them. Physical identity is no such respect.
fn differs(wanted: &Schema, found: &Schema) -> Option<(usize, String)> {
    let changes = diff::compare(wanted, found, &RenameHints::default(), Timestamp::now()).changes;
    let first = changes.first()?.change_description.clone();
    Some((changes.len(), first))
}

/// The message of an error, without the folder of the temporary checkout.
fn in_repository(sides: &Sides, error: &run::Error) -> String {
    error.to_string().replace(&format!("{}/", sides.head.folder.display()), "")
}
