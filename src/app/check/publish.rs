//! The last step, and the only one that writes outside temporary folders: reports and the commit.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::regenerate::Regeneration;
use super::rehearse::Rehearsed;
use super::sides::Sides;
use super::{Checked, CommitMode, Request};
use crate::app::forge::{Forge, TRAILER};
use crate::app::{Console, Error, Exit, gate};
use crate::config::{self, Rename};
use crate::diff::Change;
use crate::gate::record::Record;
use crate::outcome::{TestReport, write_junit};
use crate::report::wording::sentence::short;
use crate::report::{self, Facts, Layout};
use crate::schema::ObjectName;
use crate::store::baseline::{ATTRIBUTES, with_attributes};
use crate::store::folder;
use crate::store::git::{Author, ConflictFile, FileChange, NewCommit, Target};

/// Commits the regeneration to the head's branch, or leaves its conflicts there for a person to solve.
pub(super) async fn commit(
    request: &Request,
    sides: &Sides,
    rehearsed: &Rehearsed,
    regeneration: Option<&Regeneration>,
    facts: &mut Facts,
    forge: Option<&Forge>,
    console: &Console,
) -> Result<(), Error> {
    if request.commit == CommitMode::Off {
        return Ok(());
    }
    let answers = answers(request, sides, facts)?;
    if let (CommitMode::Push, Some(forge)) = (request.commit, forge) {
        return push(request, sides, rehearsed, regeneration, answers, facts, forge, console).await;
    }
    let Some(regeneration) = regeneration else { return Ok(()) };
    let step = console.step("Commit");
    let target = target(sides, &request.head)?;
    let Some(target) = target else {
        step.done("nothing: the head is no branch");
        facts.notes.push(format!("nothing was committed, because {} is not a branch", sides.head.name));
        return Ok(());
    };
    let conflicts = conflicts(sides, regeneration);
    if !conflicts.is_empty() {
        if target == Target::Head {
            sides.repository.leave_merge(&files(sides, regeneration), &conflicts)?;
            step.done("left as a merge to finish: see `git status`");
        } else {
            step.done("nothing: there are conflicts, and the branch is not checked out");
        }
        return Ok(());
    }
    let changes = all_files(sides, regeneration)?;
    let author = author();
    let message = message(facts, rehearsed);
    let commit = sides.repository.commit_files(&NewCommit {
        target,
        parent: &sides.head.commit,
        changes: &changes,
        message: &message,
        author: &author,
    })?;
    match &commit {
        Some(commit) => step.done(&format!("{} on {}", commit.short(), sides.head.name)),
        None => step.done("nothing to commit"),
    }
    if let (Some(commit), Some(generated)) = (commit, &mut facts.generated) {
        generated.commit = Some(commit.id().to_owned());
    }
    Ok(())
}

/// Commits the regeneration, and what people answered, to the pull request's branch on GitHub, or leaves it as a patch.
#[allow(clippy::too_many_arguments)]
async fn push(
    request: &Request,
    sides: &Sides,
    rehearsed: &Rehearsed,
    regeneration: Option<&Regeneration>,
    answers: Option<FileChange>,
    facts: &mut Facts,
    forge: &Forge,
    console: &Console,
) -> Result<(), Error> {
    if regeneration.is_none() && answers.is_none() {
        return Ok(());
    }
    let step = console.step("Commit");
    if regeneration.is_some_and(|it| !conflicts(sides, it).is_empty()) {
        step.done("nothing: there are conflicts");
        return Ok(());
    }
    let mut changes = regeneration.map(|it| all_files(sides, it)).transpose()?.unwrap_or_default();
    let has_answers = answers.is_some();
    changes.extend(answers);
    let (author, message) = (author(), message(facts, rehearsed));
    let commit = NewCommit {
        target: Target::Head,
        parent: &sides.head.commit,
        changes: &changes,
        message: &message,
        author: &author,
    };
    let draft = sides.repository.draft(&commit)?;
    let tree = match &draft {
        Some(draft) => draft.tree.clone(),
        None => sides.repository.tree_of(&sides.head.commit)?,
    };
    match forge.on_top() {
        Some(on_top) if on_top.tree == tree => {
            step.done("nothing to commit: the branch has it");
            if let Some(generated) = &mut facts.generated {
                generated.commit = Some(on_top.id.clone());
            }
            return Ok(());
        }
        None if draft.is_none() => {
            step.done("nothing to commit");
            return Ok(());
        }
        _ => {}
    }
    // What was just committed is never what has to change again, save for what somebody answered since.
    let is_ours = sides.repository.message_of(&sides.head.commit)?.contains(TRAILER);
    let done = if is_ours && !has_answers {
        Err("the branch's last commit is fabwright's own, and one on top of it could go on for ever".to_owned())
    } else {
        place(sides, forge, &commit).await
    };
    let reason = match done {
        Ok(id) => {
            step.done(&format!("{} on {}", id.get(..10).unwrap_or(&id), forge.branch()));
            match &mut facts.generated {
                Some(generated) => generated.commit = Some(id),
                None => facts.notes.push(format!("the answers were written into the configuration, in {}", short(&id))),
            }
            return Ok(());
        }
        Err(reason) => reason,
    };
    folder::write(&out(request).join(PATCH), draft.map(|draft| draft.patch).as_deref().unwrap_or_default())?;
    step.done("not pushed: left as a patch");
    facts.notes.push(format!(
        "the regenerated files were not pushed: {reason}. They are in `{PATCH}` beside the report: `git apply` it on the \
         branch"
    ));
    Ok(())
}

/// Brings the branch to the head with these changes, whatever the last commit of ours made of it.
async fn place(sides: &Sides, forge: &Forge, commit: &NewCommit<'_>) -> Result<String, String> {
    let head = &sides.head.commit;
    let mut changes = commit.changes.to_vec();
    for path in forge.changed_on_top(head.id()).await.map_err(|error| error.to_string())? {
        if changes.iter().all(|change| change.path != path) {
            let before = sides.repository.read_file_at(head, &path).map_err(|error| error.to_string())?;
            changes.push(before.map_or_else(|| FileChange::delete(&path), |text| FileChange::write(&path, text)));
        }
    }
    let whole = NewCommit { changes: &changes, ..commit.clone() };
    forge.commit(&sides.repository, &whole).await.map_err(|error| error.to_string())
}

/// The configuration with the answers of people that showed to be right, where it does not have them.
fn answers(request: &Request, sides: &Sides, facts: &mut Facts) -> Result<Option<FileChange>, Error> {
    let is_right = |rename: &&Rename| facts.changes.iter().any(|change| answers_to(rename, &change.change));
    let renames: Vec<Rename> = sides.answered.iter().filter(is_right).cloned().collect();
    if renames.is_empty() {
        return Ok(None);
    }
    let path = gate::policy_path(Some(&sides.working_directory), request.config.as_deref());
    let before = sides.repository.read_file_at(&sides.head.commit, &path)?;
    let after = config::with_renames(before.as_deref().unwrap_or_default(), &renames);
    if after.is_none() {
        facts.notes.push(format!("{path} is written so that the renames could not be added to it: add them by hand"));
    }
    Ok(after.map(|text| FileChange::write(path, text)))
}

/// Whether a change is the rename that somebody said it is.
fn answers_to(rename: &Rename, change: &Change) -> bool {
    let same = |name: &ObjectName, text: &str| {
        name.to_string().eq_ignore_ascii_case(text) || name.name.eq_ignore_ascii_case(text)
    };
    match (change, &rename.table) {
        (Change::TableRenamed { from, to, .. }, None) => same(from, &rename.from) && same(to, &rename.to),
        (Change::ColumnRenamed { table, from, to, .. }, Some(wanted)) => {
            same(table, wanted)
                && from.name.eq_ignore_ascii_case(&rename.from)
                && to.name.eq_ignore_ascii_case(&rename.to)
        }
        _ => false,
    }
}

/// Everything that the commit changes: files, baselines, and how git is to show them.
fn all_files(sides: &Sides, regeneration: &Regeneration) -> Result<Vec<FileChange>, Error> {
    let mut changes = files(sides, regeneration);
    changes.extend(regeneration.recorded.changes_to(&regeneration.next, &sides.prefix));
    let attributes = sides.repository.read_file_at(&sides.head.commit, ATTRIBUTES)?;
    changes.extend(with_attributes(attributes.as_deref()).map(|text| FileChange::write(ATTRIBUTES, text)));
    Ok(changes)
}

fn author() -> Author {
    Author { name: "fabwright".into(), email: "fabwright@users.noreply.github.com".into() }
}

/// The folder for the reports.
pub(super) fn out(request: &Request) -> PathBuf {
    if request.out.is_absolute() { request.out.clone() } else { request.repo.join(&request.out) }
}

/// Where the commit goes: the branch that is checked out, another branch by its name, or nowhere.
fn target(sides: &Sides, head: &str) -> Result<Option<Target>, Error> {
    if head == "HEAD" || sides.repository.current_branch()?.as_deref() == Some(head) {
        return Ok(Some(Target::Head));
    }
    if sides.repository.resolve(&format!("refs/heads/{head}")).is_ok() {
        return Ok(Some(Target::Branch(head.to_owned())));
    }
    // A commit named by its id, as an event names it: it is checked out, or it is no place to commit to.
    Ok((sides.repository.resolve("HEAD")? == sides.head.commit).then_some(Target::Head))
}

fn files(sides: &Sides, regeneration: &Regeneration) -> Vec<FileChange> {
    let mut changes = Vec::new();
    for file in &regeneration.merge.files {
        if file.merged.is_conflict() || !file.changes_branch() {
            continue;
        }
        changes.extend(file.moved_from.as_deref().map(|old| FileChange::delete(sides.in_repository(old))));
        let path = sides.in_repository(&file.path);
        changes.push(match &file.merged.text {
            Some(text) => FileChange::write(path, text),
            None => FileChange::delete(path),
        });
    }
    changes
}

fn conflicts(sides: &Sides, regeneration: &Regeneration) -> Vec<ConflictFile> {
    regeneration
        .merge
        .conflicts()
        .map(|file| ConflictFile {
            path: sides.in_repository(&file.path),
            base: regeneration.recorded.baseline.get(&file.path).cloned(),
            ours: regeneration.branch.get(file.moved_from.as_ref().unwrap_or(&file.path)).cloned(),
            theirs: regeneration.next.baseline.get(&file.path).cloned(),
            text: file.merged.text.clone().unwrap_or_default(),
        })
        .collect()
}

/// The file that holds what could not be pushed.
const PATCH: &str = "regenerated.patch";
/// Changes and files that a message tells one by one.
const TOLD: usize = 100;

/// The commit's message: what changed and why, one line a change.
fn message(facts: &Facts, rehearsed: &Rehearsed) -> String {
    let count = facts.generated.as_ref().map_or(0, |generated| generated.changed.len());
    let mut text = match facts.changes.len() {
        _ if facts.generated.is_none() => "Keep the renames that were answered\n\n".to_owned(),
        0 => format!("Regenerate {count} files\n\nThe schema did not change.\n"),
        1 => format!("Regenerate {count} files for a schema change\n\n"),
        changes => format!("Regenerate {count} files for {changes} schema changes\n\n"),
    };
    if !facts.changes.is_empty() {
        text.push_str("| change | what | severity |\n| --- | --- | --- |\n");
    }
    for change in facts.changes.iter().take(TOLD) {
        let description = change.change_description.replace(['\n', '\r'], " ").replace('|', "\\|");
        let _ = writeln!(text, "| {} | {description} | {} |", change.change_id.short(), change.impact_severity);
    }
    if facts.changes.len() > TOLD {
        let _ = writeln!(text, "\n{} more changes.", facts.changes.len() - TOLD);
    }
    let revisions: Vec<&str> = rehearsed.account.revisions.iter().map(|revision| revision.id.as_str()).collect();
    if !revisions.is_empty() {
        let _ = writeln!(text, "\nRevisions: {}", revisions.join(", "));
    }
    let _ = writeln!(text, "\n{TRAILER}");
    text
}

/// Writes every report into the request's folder and words the result for each reader.
pub(super) fn report(
    request: &Request,
    facts: Facts,
    exit: Exit,
    record: Record,
    layout: Layout,
) -> Result<Checked, Error> {
    let out = out(request);
    let comment = report::comment(&facts, &report::Limits::default());
    let json = report::changes_json(&facts);
    let page = report::html(&facts).map_err(|error| Error::bug("the report's page", error))?;
    folder::write(&out.join("report.md"), &comment)?;
    folder::write(&out.join("report.html"), &page)?;
    folder::write(&out.join("changes.json"), &json)?;
    folder::write(&out.join(report::posting::FILE), &report::posting::posting(&facts))?;
    folder::write(&out.join("migration.sql"), facts.migration_sql.as_deref().unwrap_or_default())?;
    folder::write(&out.join("rollback.sql"), facts.rollback_sql.as_deref().unwrap_or_default())?;
    for (name, text) in facts.series.iter().flat_map(|series| &series.files) {
        folder::write(&out.join("stages").join(name), text)?;
    }
    let junit = write_junit(facts.tests.as_ref().unwrap_or(&TestReport::default()));
    folder::write(&out.join("junit.xml"), &junit)?;
    Ok(Checked {
        exit,
        terminal: report::terminal(&facts, layout),
        summary: report::summary(&facts),
        comment,
        json,
        facts,
        record,
        decided: Vec::new(),
        schema: None,
        folder: String::new(),
        out,
        channels: Vec::new(),
    })
}

impl Checked {
    /// The action's outputs, under the names that `action.yml` declares. `comment` is the comment's page.
    pub(in crate::app) fn outputs(&self, comment: Option<String>) -> Vec<(&'static str, String)> {
        let breaking = self
            .facts
            .changes
            .iter()
            .filter(|change| change.impact_severity == crate::diff::Severity::Breaking)
            .count();
        let waiting = self.facts.decision.as_ref().is_some_and(|decision| decision.waiting().next().is_some());
        vec![
            ("conclusion", self.exit.conclusion().to_owned()),
            ("has-changes", (!self.facts.changes.is_empty()).to_string()),
            ("changes", self.facts.changes.len().to_string()),
            ("breaking-changes", breaking.to_string()),
            ("approval-required", waiting.to_string()),
            ("comment-url", comment.unwrap_or_default()),
            ("report-path", self.out.join("report.html").display().to_string()),
            ("json-path", self.out.join("changes.json").display().to_string()),
        ]
    }
}
