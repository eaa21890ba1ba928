//! What is remembered: from check to check of a pull request, and for good when it is merged.

use super::story::Story;
use crate::github::job::sha;

#[test]
fn a_push_without_a_pull_request_is_recorded_as_that() {
    let mut story = Story::new();
    let (before, after) = (sha(&story.universe, "main"), sha(&story.universe, "feature"));
    story.merge(&after);
    let ran = story.push(&before);
    assert!(ran.summary.contains("on the branch `fabwright/history`"), "{}", ran.summary);
    let shown = story.history(&[]);
    assert!(shown.contains("no pull request\n") && !shown.contains("approved"), "{shown}");
    story.github.assert_no_violations();
}

#[test]
fn where_the_record_may_not_be_kept_it_is_beside_the_report() {
    let mut story = Story::new();
    let (before, after) = (sha(&story.universe, "main"), sha(&story.universe, "feature"));
    story.merge(&after);
    story.github.state().restrict("checks:write contents:read pull_requests:read");
    let ran = story.push(&before);
    assert_eq!(ran.said.code, 0, "{:?}", ran.said);
    assert!(ran.summary.contains("the record of changes was not kept"), "{}", ran.summary);
    assert!(!story.github.state().branches.contains_key("fabwright/history"));
    let kept = std::fs::read_to_string(ran.out.join("history.json")).expect("kept");
    assert!(kept.contains(&after) && kept.contains("customer.fax"), "{kept}");
    assert!(ran.out.join("schema.json").is_file());
}

#[test]
fn more_changes_than_a_check_can_hold_are_remembered_all_the_same() {
    let tables: Vec<String> = (0..450).map(|number| format!("a_table_{number}")).collect();
    let statements = |make: fn(&String) -> String| tables.iter().map(make).collect::<String>();
    let mut story = Story::of(
        &statements(|table| format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY);\n")),
        &statements(|table| format!("DROP TABLE {table};\n")),
    );
    story.check("450 tables are dropped");
    assert_eq!(story.approval(), "action_required");
    assert_eq!(story.say("owner", "/fabwright approve all").as_deref(), Some("+1"));
    assert_eq!(story.approval(), "success");
    let head = sha(&story.universe, "feature");
    {
        let state = story.github.state();
        let of = |name: &str| state.checks.iter().filter(|check| check.sha == head && check.name == name).count();
        assert!(of("schema approval (record 2)") > 0, "it fits into one check");
        let long = |check: &&crate::github::double::state::CheckRun| check.summary.len() > 65_535;
        assert_eq!(state.checks.iter().find(long).map(|check| &check.name), None, "however it is counted");
    }
    // It goes on to the next commit.
    story.universe.commit_files(&[("README.md", "more\n")]);
    story.check("A commit without changes of the schema");
    assert_eq!(story.approval(), "success");
}
