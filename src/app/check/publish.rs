//! The last step, and the only one that writes outside temporary folders: reports and the commit.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::regenerate::Regeneration;
use super::rehearse::Rehearsed;
use super::sides::Sides;
use super::{Checked, CommitMode, Request};
use crate::app::forge::Forge;
use crate::app::{Console, Error, Exit};
use crate::gate::record::Record;
use crate::outcome::{TestReport, write_junit};
use crate::report::{self, Facts, Layout};
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
    let Some(regeneration) = regeneration else { return Ok(()) };
    if request.commit == CommitMode::Off {
        return Ok(());
    }
    if let (CommitMode::Push, Some(forge)) = (request.commit, forge) {
        return push(request, sides, rehearsed, regeneration, facts, forge, console).await;
    }
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

/// Commits the regeneration to the pull request's branch on GitHub, or leaves it as a patch.
async fn push(
    request: &Request,
    sides: &Sides,
    rehearsed: &Rehearsed,
    regeneration: &Regeneration,
    facts: &mut Facts,
    forge: &Forge,
    console: &Console,
) -> Result<(), Error> {
    let step = console.step("Commit");
    if !conflicts(sides, regeneration).is_empty() {
        step.done("nothing: there are conflicts");
        return Ok(());
    }
    let changes = all_files(sides, regeneration)?;
    let (author, message) = (author(), message(facts, rehearsed));
    let commit = NewCommit {
        target: Target::Head,
        parent: &sides.head.commit,
        changes: &changes,
        message: &message,
        author: &author,
    };
    let Some(patch) = sides.repository.patch_of(&commit)? else {
        step.done("nothing to commit");
        return Ok(());
    };
    let refused = if sides.repository.message_of(&sides.head.commit)?.contains(TRAILER) {
        // What was just committed is never what has to change again: something here is not reproducible.
        Some("the branch's last commit is fabwright's own, and one on top of it could go on for ever".to_owned())
    } else {
        match forge.commit(&sides.repository, &commit).await {
            Ok(id) => {
                step.done(&format!("{} on {}", id.get(..10).unwrap_or(&id), forge.branch()));
                if let Some(generated) = &mut facts.generated {
                    generated.commit = Some(id);
                }
                return Ok(());
            }
            Err(error) => Some(error.to_string()),
        }
    };
    let reason = refused.unwrap_or_default();
    folder::write(&out(request).join(PATCH), &patch)?;
    step.done("not pushed: left as a patch");
    facts.notes.push(format!(
        "the regenerated files were not pushed: {reason}. They are in `{PATCH}` beside the report: `git apply` it on the \
         branch"
    ));
    Ok(())
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
fn out(request: &Request) -> PathBuf {
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

/// By this line a commit of ours is known again.
const TRAILER: &str = "Generated-by: fabwright";
/// The file that holds what could not be pushed.
const PATCH: &str = "regenerated.patch";
/// Changes and files that a message tells one by one.
const TOLD: usize = 100;

/// The commit's message: what changed and why, one line a change.
fn message(facts: &Facts, rehearsed: &Rehearsed) -> String {
    let count = facts.generated.as_ref().map_or(0, |generated| generated.changed.len());
    let mut text = match facts.changes.len() {
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
