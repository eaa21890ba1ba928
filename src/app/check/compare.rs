//! What changed, what can go wrong, and which lines are affected.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;

use super::rehearse::Rehearsed;
use super::series;
use super::sides::Sides;
use crate::app::hazards::{policy, scripts};
use crate::app::{Console, Error};
use crate::config::FILE_NAME;
use crate::database::rows::{self, Followed, Sums};
use crate::diff::{self, Change, ColumnDifference, RenameQuestion, SchemaChange};
use crate::gate::GateChange;
use crate::hazard::{self, Input, RowCounts, Server, statement::Statements};
use crate::impact::{self, SourceFile};
use crate::migration;
use crate::report::{Dependents, Facts, Fate, LostValues, OpenQuestion, TableRows, WayBack};
use crate::schema::{Column, ObjectName};
use crate::store::baseline::Recorded;
use crate::store::tree;

/// Fills in everything that the two schemas and the application's files tell.
pub(super) async fn compare(
    sides: &Sides,
    rehearsed: &Rehearsed,
    facts: &mut Facts,
    console: &Console,
) -> Result<(), Error> {
    let step = console.step("Compare");
    let (before, after) = (&rehearsed.before, &rehearsed.after);
    let comparison = diff::compare(before, after, &rehearsed.hints, Timestamp::now());
    let mut changes = comparison.changes;
    let scripts = migration::Scripts::between(before, after);
    for change in &mut changes {
        let (forward, back) = scripts.of(&change.change);
        change.migration_script = Some(forward);
        change.rollback_plan = Some(back);
        change.requires_approval = sides.policy.wants_approval(&GateChange::from(&*change));
    }
    let differs: Vec<Change> = changes.iter().map(|change| change.change.clone()).collect();
    let plan = migration::plan(before, after, &differs);
    facts.series = series::series(sides, rehearsed, &changes, console).await?;
    let mut implied = diff::implied(&differs.iter().collect::<Vec<_>>(), before, after).into_iter();
    changes.retain(|_| !implied.next().unwrap_or_default());
    // The rehearsal's rows say nothing of how many there are in production.
    let hazards = hazards(sides, rehearsed, &changes);
    (facts.findings, facts.ignored) = (hazards.findings, hazards.ignored);
    facts.notes.extend(hazards.notices);
    step.done(&format!("{} changes, {} findings", changes.len(), facts.findings.len()));

    let step = console.step("Find the impact");
    let generated: BTreeSet<String> =
        Recorded::at_commit(&sides.repository, &sides.head.commit, &sides.prefix)?.baseline.into_keys().collect();
    let sources: Vec<SourceFile> = sides
        .sources
        .files
        .iter()
        .filter(|(path, _)| !is_migration(path, sides))
        .map(|(path, text)| SourceFile {
            path: sides.in_repository(path),
            text: text.clone(),
            generated: generated.contains(path),
        })
        .collect();
    let mut usages = impact::find(before, &changes, &sources);
    // A place is a line: two uses in one are one thing to change.
    usages.sort_by(|one, other| {
        (&one.path, one.line, &one.change_id, one.column).cmp(&(
            &other.path,
            other.line,
            &other.change_id,
            other.column,
        ))
    });
    usages.dedup_by(|one, other| one.path == other.path && one.line == other.line && one.change_id == other.change_id);
    let used: BTreeSet<&str> = usages.iter().map(|usage| usage.path.as_str()).collect();
    facts.sources = sources.iter().filter(|source| used.contains(source.path.as_str())).cloned().collect();
    step.done(&format!("{} uses in {} of {} files", usages.len(), used.len(), sources.len()));
    facts.notes.extend(
        sides
            .sources
            .left_out
            .iter()
            .map(|file| format!("{} was not searched: it is {}", sides.in_repository(&file.path), file.reason)),
    );
    facts.notes.extend(rehearsed.notes.iter().cloned());
    let felt = changes.iter().filter(|change| !change.backward_compatible);
    facts.dependents = felt
        .map(|change| Dependents {
            change_id: change.change_id.clone(),
            names: impact::database_dependents(before, change),
        })
        .filter(|dependents| !dependents.names.is_empty())
        .collect();
    facts.contract = impact::contract(before, &changes, &base_sources(sides)?, &sources);

    let mut account = rehearsed.account.clone();
    account.tables = tables(&rehearsed.rows_before, &rehearsed.rows_after, &changes);
    account.lost = lost(&changes, rehearsed).await?;
    for change in &mut changes {
        let back = change.rollback_plan.take().unwrap_or_default();
        change.rollback_plan = Some(verdict(&rehearsed.way_back, &account.lost, change) + &back);
    }
    facts.rehearsal = Some(account);
    facts.questions = comparison.questions.into_iter().map(question).collect();
    facts.migration_sql = Some(plan.forward_sql());
    facts.rollback_sql = Some(plan.rollback_sql());
    facts.usages = Some(usages);
    facts.changes = changes;
    facts.dialect = after.dialect;
    facts.server = Some(rehearsed.server.clone());
    facts.way_back = rehearsed.way_back.clone();
    facts.before = Some(before.clone());
    facts.after = Some(after.clone());
    Ok(())
}

/// The base branch's Python, which declares the API that clients use now.
fn base_sources(sides: &Sides) -> Result<Vec<SourceFile>, Error> {
    let tree = tree::read(&sides.base.folder, |path| path.ends_with(".py") && !is_migration(path, sides))?;
    let source =
        |(path, text): (String, String)| SourceFile { path: sides.in_repository(&path), text, generated: false };
    Ok(tree.files.into_iter().map(source).collect())
}

/// What the rules say of the statements that were sent and of what changed.
fn hazards(sides: &Sides, rehearsed: &Rehearsed, changes: &[SchemaChange]) -> hazard::Outcome {
    let dialect = rehearsed.after.dialect;
    let read = |path: &str| {
        let inside = sides.sources.files.iter().find(|(file, _)| sides.in_repository(file) == path);
        inside.map(|(_, text)| text.clone())
    };
    let statements = Statements::read(dialect, &scripts(dialect, &rehearsed.account.revisions, read));
    // The rehearsal's rows say nothing of how many there are in production.
    let rows = RowCounts::unknown();
    let input = Input {
        from: Some(&rehearsed.before),
        to: Some(&rehearsed.after),
        changes,
        rows: &rows,
        statements: &statements,
        server: Server::named(dialect, &rehearsed.server),
    };
    hazard::check(&input, &policy(&sides.config.hazards, FILE_NAME, jiff::Zoned::now().date()))
}

/// What is known of the way back of one change, as comments of SQL.
fn verdict(way_back: &WayBack, lost: &[LostValues], change: &SchemaChange) -> String {
    let proof = match way_back {
        WayBack::Proven { rows } => format!("measured: the migration went down and up again on {rows} rows"),
        WayBack::Broken { error } => format!("measured: the way back is broken: {error}"),
        WayBack::Inferred => "inferred from the statements, not measured".to_owned(),
        WayBack::NotMeasured { reason } => format!("not measured: {reason}"),
    };
    let own = lost.iter().filter(|lost| lost.change_id.as_ref() == Some(&change.change_id));
    let lines = std::iter::once(proof).chain(own.map(|lost| {
        let unit = if lost.column.is_some() { "values" } else { "rows" };
        let of = lost.column.as_ref().map_or(lost.table.to_string(), |column| format!("{}.{column}", lost.table));
        let fate = if lost.fate == Fate::Deleted { "deleted" } else { "altered" };
        format!("{} {unit} of {of} are {fate} and cannot be restored: save them first", lost.values)
    }));
    // A name or an error must not end the comment that it stands in.
    lines.map(|line| format!("-- {}\n", line.split(['\n', '\r']).collect::<Vec<_>>().join(" "))).collect()
}

/// A question with the words that answer it.
fn question(asked: RenameQuestion) -> OpenQuestion {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let of_table = asked.table.as_ref().map(|table| format!("table: {}, ", quoted(&table.name))).unwrap_or_default();
    let answer = format!("renames: [{{{of_table}from: {}, to: {}}}]", quoted(&asked.from), quoted(&asked.to));
    OpenQuestion { asked, answer }
}

/// The name of a table before the changes.
fn old_name(table: &ObjectName, changes: &[SchemaChange]) -> ObjectName {
    changes
        .iter()
        .find_map(|change| match &change.change {
            Change::TableRenamed { from, to, .. } if to == table => Some(from.clone()),
            _ => None,
        })
        .unwrap_or_else(|| table.clone())
}

/// Rows per table, each table under its new name.
fn tables(before: &Sums, after: &Sums, changes: &[SchemaChange]) -> Vec<TableRows> {
    let mut rows: BTreeMap<ObjectName, TableRows> = BTreeMap::new();
    let mut known = BTreeSet::new();
    for (table, sum) in after {
        let old = old_name(table, changes);
        let before = before.get(&old).map(|sum| sum.rows);
        known.insert(old);
        rows.insert(table.clone(), TableRows { table: table.clone(), before, after: Some(sum.rows) });
    }
    for (table, sum) in before.iter().filter(|(table, _)| !known.contains(*table)) {
        rows.insert(table.clone(), TableRows { table: table.clone(), before: Some(sum.rows), after: None });
    }
    rows.into_values().collect()
}

/// Values that the migration did away with, as the rehearsal's rows showed.
async fn lost(changes: &[SchemaChange], rehearsed: &Rehearsed) -> Result<Vec<LostValues>, Error> {
    let before = &rehearsed.rows_before;
    let values = |table: &ObjectName, column: &str| {
        before.get(table).and_then(|sum| sum.values.get(column)).copied().unwrap_or_default()
    };
    let mut lost = Vec::new();
    for change in changes {
        let (table, column, values, fate) = match &change.change {
            Change::TableRemoved { table } => {
                let rows = before.get(&table.name).map_or(0, |sum| sum.rows);
                (table.name.clone(), None, rows, Fate::Deleted)
            }
            Change::ColumnRemoved { table, column } => {
                let old = old_name(table, changes);
                let values = values(&old, &column.name);
                (old, Some(column.name.clone()), values, Fate::Deleted)
            }
            Change::ColumnModified { table, from, to, differences }
                if differences.contains(&ColumnDifference::Type) =>
            {
                let old = old_name(table, changes);
                let values = altered(changes, rehearsed, (&old, table), (from, to)).await?;
                (old, Some(from.name.clone()), values, Fate::Altered)
            }
            _ => continue,
        };
        if values > 0 {
            lost.push(LostValues { change_id: Some(change.change_id.clone()), table, column, values, fate });
        }
    }
    let by_statements = rehearsed.lost_for_good.iter().filter(|(.., values)| *values > 0);
    lost.extend(by_statements.map(|(table, column, values)| LostValues {
        change_id: None,
        table: table.clone(),
        column: Some(column.clone()),
        values: *values,
        fate: Fate::Altered,
    }));
    Ok(lost)
}

/// How many values of a column the migration altered. Rows are told by their primary key; without one nothing is told.
async fn altered(
    changes: &[SchemaChange],
    rehearsed: &Rehearsed,
    table: (&ObjectName, &ObjectName),
    column: (&Column, &Column),
) -> Result<u64, Error> {
    let (old, new) = table;
    let old_column = |name: &str| {
        changes
            .iter()
            .find_map(|change| match &change.change {
                Change::ColumnRenamed { table, from, to, .. } if table == new && to.name == name => {
                    Some(from.name.clone())
                }
                _ => None,
            })
            .unwrap_or_else(|| name.to_owned())
    };
    let (Some(before), Some(after)) = (rehearsed.before.table(old), rehearsed.after.table(new)) else { return Ok(0) };
    let Some(key) = &after.primary_key else { return Ok(0) };
    let key: Vec<(String, String)> = key.columns.iter().map(|name| (old_column(name), name.clone())).collect();
    if !key.iter().all(|(old, _)| before.column(old).is_some()) {
        return Ok(0);
    }
    let column = (before.column(&old_column(&column.1.name)).unwrap_or(column.0), column.1);
    let followed = Followed { table, key, column };
    Ok(rows::altered(&rehearsed.filled_before.url(), &rehearsed.filled.url(), &followed).await?)
}

/// Whether a file is part of the migrations, which speak of old names by right.
fn is_migration(path: &str, sides: &Sides) -> bool {
    let folder = sides.config.migrations.directory.as_deref();
    path.split('/').any(|part| part == "migrations" || part == "alembic")
        || folder.is_some_and(|folder| Path::new(path).starts_with(folder))
}
