//! The rehearsal: one scratch database goes from base to head with rows in it, and back again.

use std::path::Path;
use std::time::Instant;

use super::culprit;
use super::failure::{BASE, stopped};
use super::made_up::{self, Stock};
use super::sides::{Plan, Side, Sides};
use super::way_back::{self, There, WentBack};
use crate::app::{Console, Error};
use crate::database::rows::{self, Sums};
use crate::database::{self, Scratch, observe};
use crate::diff::{self, RenameEvidence, RenameHints};
use crate::generate::data;
use crate::report::{AppliedRevision, AppliedStatement, Failure, Lock, Rehearsal, TableTouched, WayBack};
use crate::run;
use crate::run::migrate::{Applied, History, MigrationTool, Migrator, Models, Revision, Statement, Target};
use crate::schema::{ObjectName, Schema, snapshot};
use crate::store::baseline::Recorded;
use crate::store::folder;

/// How a rehearsal ended.
pub(super) enum Ending {
    /// A migration failed, and the rest could not be done.
    Stopped(Box<Failure>),
    /// The database is at the head's schema.
    Arrived(Box<Rehearsed>),
}

/// What the rehearsal showed.
pub(super) struct Rehearsed {
    /// The schema of the base.
    pub(super) before: Schema,
    /// The schema of the head.
    pub(super) after: Schema,
    /// The newest revision of the base.
    pub(super) base_revision: Option<String>,
    /// Renames that its statements showed, or the configuration answers.
    pub(super) hints: RenameHints,
    /// The database at the head's schema, without rows.
    pub(super) empty: Scratch,
    /// Rows and values before and after the migration.
    pub(super) rows_before: Sums,
    pub(super) rows_after: Sums,
    /// The database at the base's schema, with its rows.
    pub(super) filled_before: Scratch,
    /// The same at the head's schema.
    pub(super) filled: Scratch,
    /// How the models compare with the database, at the base and at the head.
    pub(super) models: (Models, Models),
    /// Whether it led back.
    pub(super) way_back: WayBack,
    /// Values that the migration's statements altered and that did not come back: the table, the column, how many.
    pub(super) lost_for_good: Vec<(ObjectName, String, u64)>,
    /// What was applied, for the report.
    pub(super) account: Rehearsal,
    /// The server and its version.
    pub(super) server: String,
    /// What has to be said beside the results.
    pub(super) notes: Vec<String>,
}

/// Migrates to the base, fills, migrates to the head, and goes back on a copy.
pub(super) async fn rehearse(sides: &Sides, plan: &Plan, console: &Console) -> Result<Ending, Error> {
    let step = console.step("Migrate to the base");
    let base_history = match &plan.base {
        None => History::default(),
        Some(base) => match base.history().await {
            Ok(history) => history,
            Err(error) => return stopped(sides, plan, error, "the base branch's migration history"),
        },
    };
    let head_history = match plan.head.history().await {
        Ok(history) => history,
        Err(error) => return stopped(sides, plan, error, "the pull request's migration history"),
    };
    let filled = plan.place.database().await?;
    let mut models_before = Models::default();
    if let Some(base) = &plan.base {
        match up(plan, &base.comparing(), &sides.base, &filled, &base_history, &History::default()).await? {
            Ok(applied) => models_before = applied.models,
            Err(error) => return stopped(sides, plan, error, BASE),
        }
    }
    let before = database::introspect(&filled.url()).await?;
    let empty = filled.copy().await?;
    let recorded = Recorded::at_commit(&sides.repository, &sides.base.commit, &sides.prefix)?.schema;
    // What was recorded on another family of servers says nothing about this one.
    let is_stale = snapshot::from_files(&recorded).is_ok_and(|recorded| recorded.dialect == before.dialect)
        && recorded != snapshot::to_files(&before);
    step.done(&format!("{} tables, {} revisions", before.tables.len(), base_history.revisions.len()));

    let step = console.step("Fill with rows");
    let wanted = &sides.config.rehearsal;
    let greatest = rows::greatest_keys(&filled.url(), &before).await?;
    let made = data::rows_beside(&before, wanted.rows_per_table, wanted.seed, &greatest);
    let mut notes: Vec<String> = made
        .unsatisfied
        .iter()
        .map(|rule| format!("the rows of {} do not keep to a rule: {}", rule.table, rule.reason))
        .collect();
    if is_stale {
        notes.push(
            "the base's .fabwright/schema/ is not the schema that its migrations build; the migrations are believed"
                .into(),
        );
    }
    let mut stock = Stock::fill(filled, &made.tables, &mut notes).await?;
    step.done(&format!("{} rows", total(&stock.sums)));

    let step = console.step("Migrate to the head");
    let applied = match up(plan, &plan.head, &sides.head, &stock.filled, &head_history, &base_history).await? {
        Ok(applied) => applied,
        Err(error) => {
            let unread = made_up::unread(&before, &error);
            let again = match unread.is_empty() {
                true => None,
                false => {
                    let fewer = Stock::without(&empty, &made.tables, &unread).await?;
                    let ended = up(plan, &plan.head, &sides.head, &fewer.filled, &head_history, &base_history).await?;
                    ended.ok().map(|applied| (fewer, applied))
                }
            };
            match again {
                Some((fewer, applied)) => {
                    notes.push(made_up::told(&error, &unread));
                    stock = fewer;
                    applied
                }
                None => {
                    let (met, histories) = (&stock.before, (&head_history, &base_history));
                    let row = culprit::find(plan, &plan.head, &sides.head, met, histories, &error).await?;
                    let ending = stopped(sides, plan, error, "the pull request's migration")?;
                    return Ok(match ending {
                        Ending::Stopped(failure) => Ending::Stopped(Box::new(Failure { row, ..*failure })),
                        arrived @ Ending::Arrived(_) => arrived,
                    });
                }
            }
        }
    };
    let Stock { filled, before: filled_before, sums: rows_before } = stock;
    let on_empty = match up(plan, &plan.head.comparing(), &sides.head, &empty, &head_history, &base_history).await? {
        Ok(applied) => applied,
        Err(error) => return stopped(sides, plan, error, "the pull request's migration on an empty database"),
    };
    let after = database::introspect(&filled.url()).await?;
    let rows_after = rows::sums(&filled.url()).await?;
    step.done(&format!("{} new revisions, {} statements", applied.revisions.len(), applied.statements.len()));

    let hints = hints(sides, &before, &applied);
    let way_back = if applied.revisions.is_empty() {
        WentBack::without("there is no new revision")
    } else {
        let there = There {
            histories: (&base_history, &head_history),
            schemas: (&before, &after),
            rows: (&rows_before, &rows_after),
            filled: (&filled_before, &filled),
            applied: &applied,
            changes: diff::diff(&before, &after, &hints),
        };
        way_back::go(sides, plan, &there, console).await?
    };
    notes.extend(way_back.notes);
    Ok(Ending::Arrived(Box::new(Rehearsed {
        account: account(sides, &head_history, &applied, &on_empty),
        base_revision: base_history.heads.first().cloned(),
        server: database::server(&filled.url()).await?,
        before,
        after,
        hints,
        empty,
        rows_before,
        rows_after,
        filled_before,
        filled,
        models: (models_before, on_empty.models),
        way_back: way_back.verdict,
        lost_for_good: way_back.lost,
        notes,
    })))
}

/// Applies what `wanted` has and `known` has not. The inner error is a migration's, the outer one ours.
pub(super) async fn up(
    plan: &Plan,
    migrator: &Migrator,
    side: &Side,
    scratch: &Scratch,
    wanted: &History,
    known: &History,
) -> Result<Result<Applied, run::Error>, Error> {
    if !matches!(migrator.tool(), MigrationTool::Sql { .. }) {
        return Ok(migrator.upgrade(&plan.uri(scratch), &Target::Head).await);
    }
    let mut applied = Applied::default();
    for revision in wanted.since(known) {
        if let Err(error) = script(side, scratch, revision, &revision.path, &mut applied).await? {
            return Ok(Err(error));
        }
    }
    Ok(Ok(applied))
}

/// Applies one script of SQL, and adds it to what was applied.
pub(super) async fn script(
    side: &Side,
    scratch: &Scratch,
    revision: &Revision,
    path: &Path,
    applied: &mut Applied,
) -> Result<Result<(), run::Error>, Error> {
    let sql = folder::read_file(&side.folder.join(path))?;
    let started = Instant::now();
    if let Err(error) = database::script::apply(&scratch.url(), &sql).await {
        return Ok(Err(run::Error::Migration {
            revision: Some(revision.revision.clone()),
            at: Some(path.display().to_string()),
            statement: None,
            message: error.to_string(),
            sent: Box::new(run::Sent::Nothing),
        }));
    }
    let (revision, seconds) = (revision.revision.clone(), started.elapsed().as_secs_f64());
    applied.revisions.push(run::migrate::AppliedRevision {
        revision: revision.clone(),
        path: path.to_owned(),
        seconds,
    });
    applied.statements.push(run::migrate::Statement {
        revision,
        full: None,
        sql,
        seconds,
        line: None,
        autocommit: false,
        tables: Vec::new(),
        held: seconds,
        rows_while_held: 0,
    });
    Ok(Ok(()))
}

/// Renames that the statements showed, and those that the configuration answers.
fn hints(sides: &Sides, before: &Schema, applied: &Applied) -> RenameHints {
    let mut hints = observe::renames(before.dialect, applied.statements.iter().map(|statement| statement.sql.as_str()));
    for rename in &sides.config.renames {
        match &rename.table {
            Some(table) => hints.columns.push((
                ObjectName::new(table),
                rename.from.clone(),
                rename.to.clone(),
                RenameEvidence::Answered,
            )),
            None => hints.tables.push((
                ObjectName::new(&rename.from),
                ObjectName::new(&rename.to),
                RenameEvidence::Answered,
            )),
        }
    }
    hints
}

/// How long a statement keeps others from a table: to the end of its transaction, unless the server ends that with it.
fn held(table: &run::migrate::TableTouched, statement: &Statement) -> f64 {
    if table.algorithm.is_some() { statement.seconds } else { statement.held }
}

/// What was applied, with what each statement did to the tables: on those with rows, and on empty ones.
fn account(sides: &Sides, history: &History, applied: &Applied, on_empty: &Applied) -> Rehearsal {
    let same = applied.statements.len() == on_empty.statements.len();
    let told = |(index, statement): (usize, &Statement)| {
        let small = on_empty.statements.get(index).filter(|small| same && small.sql == statement.sql);
        let touched = statement.tables.iter().map(|table| TableTouched {
            table: object(&table.namespace, &table.table),
            lock: table.lock.as_deref().and_then(Lock::from_server),
            way: table.algorithm.as_ref().map(|algorithm| {
                let lock = table.lock.as_ref().map(|lock| format!(", LOCK={lock}"));
                format!("ALGORITHM={algorithm}{}", lock.unwrap_or_default())
            }),
            held: held(table, statement),
            held_when_empty: small.map(|small| held(table, small)),
            rows_read: table.rows_read,
            rewritten: table.rewritten,
            grows: statement.tables.iter().any(|table| table.rewritten)
                || small.is_some_and(|small| statement.rows_while_held > small.rows_while_held),
        });
        AppliedStatement {
            sql: statement.sql.clone(),
            full: statement.full.clone(),
            seconds: Some(statement.seconds),
            line: statement.line,
            autocommit: statement.autocommit,
            touched: touched.collect(),
        }
    };
    let revisions = applied.revisions.iter().map(|ran| AppliedRevision {
        id: ran.revision.clone(),
        message: history.revision(&ran.revision).map(|revision| revision.doc.clone()).unwrap_or_default(),
        path: Some(sides.in_repository(&ran.path.to_string_lossy())),
        statements: (applied.statements.iter().enumerate())
            .filter(|(_, statement)| statement.revision == ran.revision)
            .map(told)
            .collect(),
    });
    Rehearsal { revisions: revisions.collect(), ..Rehearsal::default() }
}

fn object(namespace: &str, name: &str) -> ObjectName {
    if namespace == "public" { ObjectName::new(name) } else { ObjectName::qualified(namespace, name) }
}

pub(super) fn total(sums: &Sums) -> u64 {
    sums.values().map(|table| table.rows).sum()
}
