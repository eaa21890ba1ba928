//! Check runs, on the commit that they are about.

use serde_json::json;

use super::double::Github;
use super::double::fault::Fault;
use super::double::state::REPOSITORY;
use super::job::{Job, sha};
use super::{BASE, BREAKING, HARMLESS};
use crate::universe::Universe;

const NAMES: [&str; 3] = ["schema impact", "generated tests", "schema approval"];

/// The conclusions of the three checks of a commit.
fn conclusions(github: &Github, sha: &str) -> Vec<Option<String>> {
    let state = github.state();
    NAMES.iter().map(|name| state.check(sha, name).and_then(|check| check.conclusion.clone())).collect()
}

fn some(conclusions: [&str; 3]) -> Vec<Option<String>> {
    conclusions.iter().map(|conclusion| Some((*conclusion).to_owned())).collect()
}

#[test]
fn checks_begin_early_and_end_on_the_head() {
    let (github, universe) = (Github::start(), Universe::of_sql(BASE, BREAKING));
    let ran = Job::of_pull_request(&github, &universe, "feature").run();
    assert_eq!(ran.said.code, 0, "{:?}", ran.said);
    let head = sha(&universe, "feature");
    assert_eq!(conclusions(&github, &head), some(["neutral", "neutral", "action_required"]));
    let state = github.state();
    assert_eq!(state.checks.len(), 3, "{:#?}", state.checks);
    assert!(state.checks.iter().all(|check| check.sha == head && check.status == "completed"));
    let begun = state
        .log
        .iter()
        .find(|seen| seen.method == "POST" && seen.path.ends_with("/check-runs"))
        .expect("a check that begins");
    assert_eq!(begun.body["status"], "in_progress", "{}", begun.body);
    let approval = state.check(&head, "schema approval").expect("a check");
    assert!(approval.title.contains("aiting for 1"), "{}", approval.title);
    assert!(approval.summary.contains("customer.fax"), "{}", approval.summary);
    drop(state);
    github.assert_no_violations();
}

#[test]
fn a_harmless_change_is_green() {
    let (github, universe) = (Github::start(), Universe::of_sql(BASE, HARMLESS));
    Job::of_pull_request(&github, &universe, "feature").run();
    assert_eq!(conclusions(&github, &sha(&universe, "feature")), some(["success", "neutral", "success"]));
}

#[test]
fn a_merge_group_is_checked_on_its_own_commit() {
    let (github, universe) = (Github::start(), Universe::of_sql(BASE, BREAKING));
    let head = sha(&universe, "feature");
    let payload = json!({"action": "checks_requested",
        "merge_group": {"base_sha": sha(&universe, "main"), "head_sha": head, "head_ref": "refs/heads/gh-readonly-queue/x"},
        "repository": {"full_name": REPOSITORY}});
    let job = Job::new(&github, &universe, "merge_group", payload);
    job.input("github-token", super::double::state::TOKEN).run();
    assert_eq!(conclusions(&github, &head), some(["neutral", "neutral", "failure"]), "a queue waits for nobody");
    assert!(github.state().comments.is_empty());
    github.assert_no_violations();
}

#[test]
fn a_rerun_supersedes_what_was_there() {
    let (github, universe) = (Github::start(), Universe::of_sql(BASE, HARMLESS));
    Job::of_pull_request(&github, &universe, "feature").run_number(1).run();
    Job::of_pull_request(&github, &universe, "feature").run_number(2).run();
    let state = github.state();
    assert_eq!(state.checks.len(), 6);
    assert!(state.checks.iter().all(|check| check.status == "completed"), "none is left under way");
}

#[test]
fn a_check_that_cannot_be_done_does_not_hang() {
    let universe = Universe::of_sql(BASE, HARMLESS);
    universe.commit_files(&[(".fabwright.yml", "unknown: 1\n")]);
    let github = Github::start();
    let ran = Job::of_pull_request(&github, &universe, "feature").run();
    assert_eq!(ran.said.code, 2, "{:?}", ran.said);
    assert_eq!(conclusions(&github, &sha(&universe, "feature")), some(["failure"; 3]));
    assert!(ran.summary.contains("unknown"), "{}", ran.summary);
    let state = github.state();
    assert!(state.sticky()[0].body.contains("could not be done"), "{}", state.sticky()[0].body);
}

#[test]
fn a_failed_migration_fails_every_check_at_its_line() {
    let (github, universe) = (Github::start(), Universe::of_sql(BASE, "ALTER TABLE customer DROP COLUMN nothing;"));
    Job::of_pull_request(&github, &universe, "feature").run();
    let head = sha(&universe, "feature");
    assert_eq!(conclusions(&github, &head), some(["failure"; 3]));
    let state = github.state();
    let annotations = &state.check(&head, "schema impact").expect("a check").annotations;
    assert_eq!(annotations.len(), 1, "{annotations:?}");
    assert_eq!(annotations[0]["path"], "migrations/002_change.sql");
    assert_eq!(annotations[0]["annotation_level"], "failure");
}

#[test]
fn every_use_is_an_annotation_at_its_line_in_batches() {
    let universe = Universe::of_sql(BASE, BREAKING);
    let lines: String = (0..120).map(|_| "connection.execute(\"SELECT fax FROM customer\")\n").collect();
    universe.commit_files(&[("app/faxes.py", &format!("def faxes(connection):\n{}", indent(&lines)))]);
    let github = Github::start();
    // The second batch's answer is lost.
    github.fail(Fault::lost("PATCH", "/check-runs/"));
    Job::of_pull_request(&github, &universe, "feature").run();
    let state = github.state();
    let check = state.check(&sha(&universe, "feature"), "schema impact").expect("a check");
    let at: Vec<u64> = check
        .annotations
        .iter()
        .filter(|annotation| annotation["path"] == "app/faxes.py")
        .filter_map(|annotation| annotation["start_line"].as_u64())
        .collect();
    assert_eq!(at, (2..122).collect::<Vec<u64>>());
    assert_eq!(check.status, "completed");
    drop(state);
    github.assert_no_violations();
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}

#[test]
fn a_pull_request_of_prose_is_green_without_running_anything() {
    let broken =
        [("app/__init__.py", "from flask_appbuilder import AppBuilder\n"), ("migrations/001_base.sql", "NO SQL;")];
    let universe = Universe::of_files(&broken);
    universe.commit_files(&[("README.md", "How to use it.\n")]);
    let github = Github::start();
    let ran = Job::of_pull_request(&github, &universe, "feature").input("tests", "true").run();
    assert_eq!(ran.said.code, 0, "{:?}", ran.said);
    assert_eq!(conclusions(&github, &sha(&universe, "feature")), some(["success", "neutral", "success"]));
    assert!(github.state().sticky()[0].body.contains("only prose was changed"));
}
