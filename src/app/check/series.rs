//! The stages in which the changes could reach production while deployed code keeps working, gone through on a copy of
//! the base's database.

use jiff::Timestamp;

use super::rehearse::Rehearsed;
use super::sides::Sides;
use crate::app::{Console, Error};
use crate::database::{Scratch, introspect, script};
use crate::diff::{Renames, SchemaChange, differences};
use crate::hazard::statement::{Action, Body, Script, Statements, TableChange};
use crate::report::{AppliedStatement, Series, Trial};
use crate::rollout::{Conversion, Own, Rollout, Stage, Work, rollout};

/// A migration that changes rows by more statements than these computes them: there is nothing to be written out.
const MOST: usize = 20;
/// What Alembic calls a table while it makes one anew on SQLite: its rows are only moved.
const MOVED: &str = "_alembic_tmp_";
/// Words that a statement on rows begins with.
const ON_ROWS: [&str; 4] = ["UPDATE", "INSERT", "DELETE", "WITH"];

/// Writes the stages, and goes through them. `None` where deployed code survives all changes at once.
pub(super) async fn series(
    sides: &Sides,
    rehearsed: &Rehearsed,
    changes: &[SchemaChange],
    console: &Console,
) -> Result<Option<Series>, Error> {
    let (before, after) = (&rehearsed.before, &rehearsed.after);
    let own = Own { rows: on_rows(rehearsed), conversions: conversions(rehearsed) };
    let Some(rollout) = rollout(before, after, changes, &own) else { return Ok(None) };
    let step = console.step("Try it in stages");
    let trial = tried(rehearsed, &rollout).await?;
    let stages = rollout.stages.len();
    step.done(&match &trial {
        Trial::Arrived { .. } => format!("{stages} stages keep deployed code working"),
        Trial::Stopped { stage, .. } => format!("stage {stage} of {stages} stops"),
        Trial::NotTried => "not tried".to_owned(),
    });
    let files = files(sides, rehearsed, &rollout);
    Ok(Some(Series { rollout, trial, files }))
}

/// The migration's own statements on rows, where each is known in full.
fn on_rows(rehearsed: &Rehearsed) -> Vec<String> {
    let statements = rehearsed.account.revisions.iter().flat_map(|revision| &revision.statements);
    let is_on_rows = |statement: &&AppliedStatement| {
        let first = statement.sql.split_whitespace().next().unwrap_or_default();
        ON_ROWS.iter().any(|word| first.eq_ignore_ascii_case(word)) && !statement.sql.contains(MOVED)
    };
    let on_rows: Vec<&AppliedStatement> = statements.filter(is_on_rows).collect();
    let full: Option<Vec<String>> = on_rows.iter().map(|statement| statement.full.clone()).collect();
    full.filter(|full| full.len() <= MOST).unwrap_or_default()
}

/// How the migration itself makes values of another type.
fn conversions(rehearsed: &Rehearsed) -> Vec<Conversion> {
    let statements = rehearsed.account.revisions.iter().flat_map(|revision| &revision.statements);
    let of = |statement: &AppliedStatement| {
        let body = Body::Sql(statement.sql.clone());
        let script = Script { path: None, revision: None, in_transaction: false, body };
        let read = Statements::read(rehearsed.before.dialect, &[script]);
        let acts = read.all.into_iter().flat_map(|statement| statement.acts);
        acts.filter_map(|act| match act.action {
            Action::Alter { table, change: TableChange::SetType { column, using: Some(expression), .. } } => {
                Some(Conversion { table, column, expression })
            }
            _ => None,
        })
        .collect::<Vec<_>>()
    };
    statements.flat_map(of).collect()
}

async fn tried(rehearsed: &Rehearsed, rollout: &Rollout) -> Result<Trial, Error> {
    let copy = rehearsed.filled_before.copy().await?;
    let most = rehearsed.rows_before.values().map(|table| table.rows).max().unwrap_or_default();
    for (place, stage) in rollout.stages.iter().enumerate() {
        if let Err(error) = run(&copy, stage, most).await {
            return Ok(Trial::Stopped { stage: place + 1, error: error.to_string() });
        }
    }
    let found = introspect(&copy.url()).await?;
    if let Some(rest) = differences(&rollout.end, &found, &Renames::default()).first() {
        let error = format!("the schema is another one in the end: {rest:?}");
        tracing::debug!(error, "the stages do not lead to the head's schema");
        return Ok(Trial::NotTried);
    }
    Ok(Trial::Arrived { rows: rehearsed.rows_before.values().map(|table| table.rows).sum() })
}

async fn run(copy: &Scratch, stage: &Stage, most: u64) -> Result<(), Error> {
    let url = copy.url();
    match &stage.work {
        Work::Migrate { plan, .. } => script::apply_each(&url, plan.statements()).await?,
        Work::Fill(batches) => {
            for batch in batches {
                for _ in 0..=most / u64::from(batch.at_once) {
                    script::apply(&url, &batch.statement).await?;
                }
            }
        }
        Work::Rows(_) => script::apply(&url, &stage.sql().unwrap_or_default()).await?,
        // What the queries find, the last stage stumbles over.
        Work::Check(_) | Work::Release(_) => {}
    }
    Ok(())
}

/// The stages that touch the database, as revisions that follow the base's.
fn files(sides: &Sides, rehearsed: &Rehearsed, rollout: &Rollout) -> Vec<(String, String)> {
    let mut follows = rehearsed.base_revision.clone();
    let is_alembic = sides.is_alembic();
    let mut files = Vec::new();
    for (place, stage) in rollout.stages.iter().enumerate() {
        let slug: String = stage.title.split(':').next().unwrap_or_default().to_lowercase().replace(' ', "_");
        let name = format!("{}_{slug}", place + 1);
        if is_alembic && let Some((id, text)) = stage.revision(follows.as_deref(), Timestamp::now()) {
            files.push((format!("{name}.py"), text));
            follows = Some(id);
        } else if let Some(sql) = stage.sql() {
            files.push((format!("{name}.sql"), sql));
        }
    }
    files
}
