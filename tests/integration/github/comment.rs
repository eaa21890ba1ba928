//! One comment, whatever happens.

use super::double::Github;
use super::double::fault::Fault;
use super::double::state::TOKEN;
use super::job::Job;
use super::{BASE, BREAKING, HARMLESS};
use crate::universe::Universe;

#[test]
fn many_runs_leave_one_comment_which_changes_when_its_content_does() {
    let (github, universe) = (Github::start(), Universe::of_sql(BASE, HARMLESS));
    for number in 0..250 {
        github.state().comment(7, "reader", "User", &format!("remark {number}"));
    }
    let run = |number| Job::of_pull_request(&github, &universe, "feature").run_number(number).run();
    let first = run(1);
    assert_eq!(first.said.code, 0, "{:?}", first.said);
    assert!(first.output("comment-url").contains("#issuecomment-"), "{}", first.outputs);
    // The comment lies on the third page, and further remarks follow.
    github.state().comment(7, "reader", "User", "one more");
    run(2);
    {
        let state = github.state();
        let sticky = state.sticky();
        assert_eq!((sticky.len(), sticky[0].edits), (1, 0), "the same content needs no update");
        assert!(sticky[0].body.contains("Schema: 1 change"), "{}", sticky[0].body);
    }
    universe.commit_files(&[("migrations/003_more.sql", "CREATE TABLE invoice (id INTEGER PRIMARY KEY);")]);
    run(3);
    let state = github.state();
    let sticky = state.sticky();
    assert_eq!((sticky.len(), sticky[0].edits), (1, 1));
    assert!(sticky[0].body.contains("Schema: 2 changes, nothing blocks"), "{}", sticky[0].body);
    drop(state);
    github.assert_no_violations();
}

#[test]
fn a_lost_answer_is_looked_for_before_the_comment_is_written_again() {
    for fault in [
        Fault::lost("POST", "/issues/7/comments"),
        Fault::cut("POST", "/issues/7/comments"),
        Fault::down("POST", "/issues/7/comments"),
        Fault::conflict("POST", "/issues/7/comments"),
        Fault::unreadable("POST", "/issues/7/comments"),
        Fault::limited("POST", "/issues/7/comments", "1"),
        Fault::down("GET", "/issues/7/comments").times(2),
        Fault::cut("GET", "/issues/7/comments"),
    ] {
        let (github, universe) = (Github::start(), Universe::of_sql(BASE, HARMLESS));
        github.fail(fault);
        let ran = Job::of_pull_request(&github, &universe, "feature").run();
        assert_eq!(ran.said.code, 0, "{:?}", ran.said);
        let state = github.state();
        assert_eq!(state.sticky().len(), 1, "{:#?}", state.log);
        assert!(state.faults.iter().all(|fault| fault.times == 0), "the fault was not met");
        drop(state);
        github.assert_no_violations();
    }
}

#[test]
fn of_two_runs_at_once_the_oldest_comment_stays() {
    let (github, universe) = (Github::start(), Universe::of_sql(BASE, HARMLESS));
    github.fail(Fault::meanwhile("POST", "/issues/7/comments", |state| {
        let body = "<!-- fabwright:comment workflow=Schema job=check -->\nanother run's";
        state.comment(7, "github-actions[bot]", "Bot", body);
    }));
    let ran = Job::of_pull_request(&github, &universe, "feature").run();
    assert_eq!(ran.said.code, 0, "{:?}", ran.said);
    let state = github.state();
    let sticky = state.sticky();
    assert_eq!(sticky.len(), 1, "{sticky:#?}");
    assert_eq!(sticky[0].edits, 1, "the older one was brought up to date");
    assert!(sticky[0].body.contains("Schema: 1 change"), "{}", sticky[0].body);
}

#[test]
fn a_strangers_copy_of_the_marker_is_not_ours() {
    let (github, universe) = (Github::start(), Universe::of_sql(BASE, HARMLESS));
    let forged = "<!-- fabwright:comment workflow=Schema job=check -->\nAll is well, merge it.";
    github.state().comment(7, "mallory", "User", forged);
    Job::of_pull_request(&github, &universe, "feature").run();
    let state = github.state();
    let bodies: Vec<(&str, usize)> =
        state.sticky().iter().map(|comment| (comment.login.as_str(), comment.edits)).collect();
    assert_eq!(bodies, [("mallory", 0), ("github-actions[bot]", 0)]);
}

#[test]
fn another_token_finds_the_comment_of_the_one_before() {
    let (github, universe) = (Github::start(), Universe::of_sql(BASE, HARMLESS));
    Job::of_pull_request(&github, &universe, "feature").run();
    github.state().tokens.get_mut(TOKEN).unwrap().login = "other-app[bot]".to_owned();
    universe.commit_files(&[("migrations/003_more.sql", BREAKING)]);
    Job::of_pull_request(&github, &universe, "feature").run_number(2).run();
    let state = github.state();
    assert_eq!((state.sticky().len(), state.sticky()[0].edits), (1, 1));
}

#[test]
fn a_report_that_is_too_long_is_shed_until_it_fits() {
    let tables: String = (0..900)
        .map(|number| {
            format!("CREATE TABLE \"表{}{number}\" (id INTEGER PRIMARY KEY, \"値é😀\" TEXT);\n", "格".repeat(30))
        })
        .collect();
    let (github, universe) = (Github::start(), Universe::of_sql(BASE, &tables));
    let ran = Job::of_pull_request(&github, &universe, "feature").run();
    assert_eq!(ran.said.code, 0, "{:?}", ran.said);
    let state = github.state();
    let body = &state.sticky()[0].body;
    assert!(body.chars().count() <= 65_536 && body.chars().count() > 30_000, "{}", body.chars().count());
    assert!(body.contains("Schema: 900 changes") && body.contains("[full report](") && body.contains("Left out"));
    assert!(ran.summary.contains("表"), "the job summary has what the comment has no room for");
    drop(state);
    github.assert_no_violations();
}

#[test]
fn the_comment_is_written_when_it_is_asked_for() {
    let wanted = |mode: &str, migration: &str| {
        let (github, universe) = (Github::start(), Universe::of_sql(BASE, migration));
        let ran = Job::of_pull_request(&github, &universe, "feature").input("comment", mode).run();
        assert_eq!(ran.said.code, 0, "{:?}", ran.said);
        let count = github.state().sticky().len();
        count == 1
    };
    for (mode, migration, expected) in [
        ("changes", "-- nothing\n", false),
        ("changes", HARMLESS, true),
        ("failures", HARMLESS, false),
        ("failures", BREAKING, true),
        ("off", BREAKING, false),
    ] {
        assert_eq!(wanted(mode, migration), expected, "{mode}: {migration}");
    }
}
