//! The commit on the pull request's branch.

use base64::Engine as _;

use super::double::Github;
use super::double::fault::Fault;
use super::double::remote::Remote;
use super::double::state::TOKEN;
use super::job::{Job, Ran, sha};
use crate::universe::Universe;

fn run(github: &Github, universe: &Universe) -> Ran {
    let ran = Job::of_pull_request(github, universe, "invoices").run();
    assert_eq!(ran.said.code, 0, "{:?}", ran.said);
    ran
}

#[test]
fn regenerated_files_go_to_the_branch_in_one_commit_with_checks_of_its_own() {
    let (github, universe) = (Github::start(), Universe::shop());
    let tip = sha(&universe, "invoices");
    github.fail(Fault::lost("POST", "/graphql"));
    let ran = run(&github, &universe);
    assert_eq!(sha(&universe, "invoices"), tip, "the checkout stays as it is");
    let (commits, head) = {
        let state = github.state();
        (state.commits.clone(), state.branches["invoices"].clone())
    };
    assert_eq!(commits.len(), 1, "a lost answer makes no second commit");
    let commit = &commits[&head];
    assert_eq!(commit.parent, tip);
    assert!(commit.files.contains_key("app/models/invoice.py"), "{:?}", commit.files.keys());
    let message = &commit.message;
    assert!(message.starts_with("Regenerate ") && message.contains("| change | what | severity |"), "{message}");
    let state = github.state();
    for name in ["schema impact", "generated tests", "schema approval"] {
        assert!(state.check(&tip, name).expect(name).conclusion.is_some());
        assert!(state.check(&head, name).expect(name).conclusion.is_some(), "a required check would hang");
    }
    assert!(state.sticky()[0].body.contains(&head[..7]), "{}", state.sticky()[0].body);
    drop(state);
    assert!(!ran.out.join("regenerated.patch").exists());

    // The next run looks at that commit, and adds nothing to it.
    let files: Vec<(&str, &str)> =
        commit.files.iter().map(|(path, text)| (path.as_str(), text.as_deref().unwrap_or_default())).collect();
    let files: Vec<_> = files.into_iter().filter(|(_, text)| !text.is_empty()).collect();
    for (path, _) in commit.files.iter().filter(|(_, text)| text.is_none()) {
        universe.git(&["rm", "--quiet", path]);
    }
    universe.commit_files(&files);
    run(&github, &universe);
    assert_eq!(github.state().commits.len(), 1);
    github.assert_no_violations();
}

#[test]
fn a_newer_push_is_never_overwritten() {
    let (github, universe) = (Github::start(), Universe::shop());
    github.fail(Fault::meanwhile("POST", "/graphql", |state| {
        state.branches.insert("invoices".to_owned(), "5".repeat(40));
    }));
    let ran = run(&github, &universe);
    let state = github.state();
    assert_eq!(state.branches["invoices"], "5".repeat(40));
    assert!(state.commits.is_empty());
    assert!(state.sticky()[0].body.contains("has moved on"), "{}", state.sticky()[0].body);
    assert!(ran.out.join("regenerated.patch").is_file());
}

#[test]
fn what_a_rule_of_the_branch_refuses_is_left_as_a_patch_that_applies() {
    let (github, universe) = (Github::start(), Universe::shop());
    github.state().protected.push("invoices".to_owned());
    let ran = run(&github, &universe);
    assert!(github.state().commits.is_empty());
    let patch = ran.out.join("regenerated.patch");
    assert!(ran.summary.contains("Protected branch"), "{}", ran.summary);
    universe.git(&["apply", "--check", &patch.to_string_lossy()]);
}

#[test]
fn where_the_api_makes_no_commits_git_pushes_one_and_shows_nobody_the_token() {
    let (github, universe) = (Github::enterprise(), Universe::shop());
    let tip = sha(&universe, "invoices");
    // What actions/checkout leaves behind: a header of its own, with another token.
    let header = format!("http.{}/.extraheader", github.url);
    universe.git(&["config", &header, "Authorization: Basic eC1hY2Nlc3MtdG9rZW46b3RoZXI="]);
    let config = universe.file(".git/config");
    github.state().commits_by_api = false;
    github.state().remote = Some(Remote::of(&universe));
    let ran = run(&github, &universe);

    let state = github.state();
    let remote = state.remote.as_ref().unwrap();
    let head = state.branches["invoices"].clone();
    assert_eq!(remote.git(&["rev-parse", "invoices^"]), tip, "one commit on top of the tip");
    assert!(remote.git(&["log", "-1", "--format=%B", "invoices"]).starts_with("Regenerate "));
    assert_eq!(sha(&universe, "invoices"), tip, "the checkout stays as it is");
    assert!(state.check(&head, "schema approval").is_some_and(|check| check.conclusion.is_some()));
    assert!(ran.summary.contains("pushed by git and is not signed"), "{}", ran.summary);

    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("x-access-token:{TOKEN}"));
    let called = remote.called();
    assert!(called.contains("git push") && called.contains(&github.url), "{called}");
    for secret in [TOKEN, &encoded] {
        assert!(!called.contains(secret), "a process was called with it");
        assert!(!ran.everything.contains(secret), "it is told");
    }
    assert_eq!(universe.file(".git/config"), config);
    drop(state);
    github.assert_no_violations();
}

#[test]
fn a_push_of_git_never_overwrites_a_newer_one() {
    for moment in ["/info/refs", "/git-receive-pack"] {
        let (github, universe) = (Github::start(), Universe::shop());
        github.state().commits_by_api = false;
        github.state().remote = Some(Remote::of(&universe));
        let method = if moment == "/info/refs" { "GET" } else { "POST" };
        github.fail(Fault::meanwhile(method, moment, |state| {
            state.remote.as_ref().unwrap().push_of_somebody("invoices");
        }));
        let ran = run(&github, &universe);
        let state = github.state();
        let remote = state.remote.as_ref().unwrap();
        assert_eq!(remote.git(&["log", "-1", "--format=%s", "invoices"]), "Somebody's", "{moment}");
        assert_eq!(remote.git(&["rev-parse", "invoices^"]), sha(&universe, "invoices"));
        assert!(state.sticky()[0].body.contains("has moved on"), "{moment}: {}", state.sticky()[0].body);
        assert!(ran.out.join("regenerated.patch").is_file());
    }
}
