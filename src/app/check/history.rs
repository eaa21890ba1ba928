//! The hygiene of the migration history: what the files of both sides tell before anything runs, and whether the
//! models fit the database that the rehearsal left.

use std::collections::BTreeSet;

use super::rehearse::Rehearsed;
use super::sides::{Plan, Sides};
use crate::app::{Console, Error};
use crate::report::Facts;
use crate::revision::{self, Histories, HistoryFinding, Mismatch, ModelDifference, RevisionFile};
use crate::run::migrate::MigrationTool;
use crate::store::baseline::Recorded;
use crate::store::git::Commit;

/// What is wrong with the history that the pull request would leave. Only Alembic keeps one in files of its own.
pub(super) fn check(sides: &Sides, plan: &Plan, console: &Console) -> Result<Vec<HistoryFinding>, Error> {
    let folder = match plan.head.tool() {
        MigrationTool::FlaskMigrate { directory, .. } => directory.to_string_lossy().into_owned(),
        MigrationTool::Alembic { config } => {
            let config = sides.in_repository(&config.to_string_lossy());
            let text = sides.repository.read_file_at(&sides.head.commit, &config)?.unwrap_or_default();
            script_location(&text).unwrap_or_else(|| "migrations".to_owned())
        }
        MigrationTool::Command { .. } | MigrationTool::Sql { .. } => return Ok(Vec::new()),
    };
    let step = console.step("Read the history");
    let folder = sides.in_repository(folder.trim_start_matches("./").trim_end_matches('/'));
    let read = |commit: &Commit| -> Result<Vec<RevisionFile>, Error> {
        let files = sides.repository.read_files_at(commit, Some(&folder))?;
        Ok(files.into_iter().map(|(path, text)| RevisionFile { path, text }).collect())
    };
    // The base branch may have gone on since the pull request left it.
    let tip = sides.repository.resolve(&sides.base.name).unwrap_or_else(|_| sides.base.commit.clone());
    let histories = Histories {
        base: read(&sides.base.commit)?,
        tip: read(&tip)?,
        head: read(&sides.head.commit)?,
        base_name: sides.base.name.clone(),
        merge_command: plan.head.merge_command(),
    };
    let findings = revision::check(&histories);
    step.done(&format!("{} findings", findings.len()));
    Ok(findings)
}

/// Adds where the models differ from the migrated database, apart from what they do at the base as well.
///
/// Models that Fabwright writes follow the database: in their repository only what a class of the author's declares
/// counts.
pub(super) fn compare(sides: &Sides, plan: &Plan, rehearsed: &Rehearsed, facts: &mut Facts) -> Result<(), Error> {
    let (base, head) = &rehearsed.models;
    for (models, side) in [(base, &sides.base), (head, &sides.head)] {
        facts.notes.extend(
            models
                .unread
                .iter()
                .map(|why| format!("the models of {} were not compared with the database: {why}", side.name)),
        );
    }
    if base.unread.is_some() || head.unread.is_some() {
        return Ok(());
    }
    let generated: BTreeSet<String> =
        Recorded::at_commit(&sides.repository, &sides.head.commit, &sides.prefix)?.baseline.into_keys().collect();
    let by_author = |item: &&ModelDifference| {
        generated.is_empty() || item.path.as_ref().is_some_and(|path| !generated.contains(path))
    };
    // The application's process is not believed about where its files are.
    let files: BTreeSet<&str> = sides.sources.files.iter().map(|(path, _)| path.as_str()).collect();
    let placed = |item: &ModelDifference| {
        let path = item.path.as_ref().filter(|path| files.contains(path.as_str()));
        ModelDifference { path: path.map(|path| sides.in_repository(path)), ..item.clone() }
    };
    let head: Vec<ModelDifference> = head.differences.iter().filter(by_author).map(placed).collect();
    let last = rehearsed.account.revisions.iter().rev().find_map(|revision| revision.path.clone());
    let environment = files.iter().find(|path| path.ends_with("env.py")).map(|path| sides.in_repository(path));
    facts.history.extend(revision::mismatch(&Mismatch {
        base: &base.differences,
        head: &head,
        command: &plan.head.autogenerate_command(),
        otherwise: &last.or(environment).unwrap_or_default(),
    }));
    facts.history.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Ok(())
}

/// The folder of the scripts, as `alembic.ini` names it.
fn script_location(ini: &str) -> Option<String> {
    let value = ini.lines().find_map(|line| line.strip_prefix("script_location")?.trim_start().strip_prefix('='))?;
    let value = value.trim().trim_start_matches("%(here)s").trim_matches('/');
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::script_location;

    #[test]
    fn the_folder_of_the_scripts() {
        assert_eq!(script_location("[alembic]\nscript_location = alembic\n").as_deref(), Some("alembic"));
        assert_eq!(script_location("script_location = %(here)s/db/steps/\n").as_deref(), Some("db/steps"));
        assert_eq!(script_location("[alembic]\n# script_location = x\n"), None);
    }
}
