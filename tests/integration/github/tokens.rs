//! What a token may not do is left out, and no token is seen where it should not be.

use super::double::Github;
use super::double::routes::granted;
use super::double::state::{REPOSITORY, TOKEN};
use super::job::{Job, open_pull_request, pull_request, sha};
use super::{BASE, BREAKING, HARMLESS};
use crate::universe::Universe;

/// A key made for these tests alone.
const KEY: &str = include_str!("app-key.pem");

#[test]
fn a_token_that_may_only_read_is_refused_once_for_each_kind_of_write() {
    let (github, universe) = (Github::start(), Universe::of_sql(BASE, BREAKING));
    github.state().restrict("contents:read pull_requests:read");
    let ran = Job::of_pull_request(&github, &universe, "feature").run();
    assert_eq!(ran.said.code, 0, "{:?}", ran.said);
    let state = github.state();
    assert!(state.comments.is_empty() && state.checks.is_empty() && state.statuses.is_empty());
    assert_eq!(state.writes().len(), 3, "one check, one status, one comment: {:#?}", state.writes());
    for part in ["1 needs approval", "no check runs were written", "no comment was written", "checks: write"] {
        assert!(ran.summary.contains(part), "{part}: {}", ran.summary);
    }
    drop(state);
    github.assert_no_violations();
}

#[test]
fn without_checks_there_are_statuses() {
    let (github, universe) = (Github::start(), Universe::of_sql(BASE, BREAKING));
    github.state().restrict("contents:read statuses:write pull_requests:write");
    Job::of_pull_request(&github, &universe, "feature").run();
    let (state, head) = (github.state(), sha(&universe, "feature"));
    let last = |name: &str| {
        let found = state.statuses.iter().rev().find(|(sha, context, _)| *sha == head && context == name);
        found.map(|(_, _, state)| state.as_str())
    };
    assert_eq!(last("schema impact"), Some("success"));
    assert_eq!(last("generated tests"), Some("success"));
    assert_eq!(last("schema approval"), Some("failure"));
    assert_eq!(state.sticky().len(), 1);
}

#[test]
fn from_a_fork_nothing_is_written_at_all() {
    let (github, universe) = (Github::start(), Universe::of_sql(BASE, HARMLESS));
    open_pull_request(&github, &universe, "feature");
    let event = pull_request(&universe, "feature", "stranger/shop");
    let ran = Job::new(&github, &universe, "pull_request", event).input("github-token", TOKEN).run();
    assert_eq!(ran.said.code, 0, "{:?}", ran.said);
    assert!(github.state().log.is_empty(), "{:#?}", github.state().log);
    assert!(ran.summary.contains("Schema: 1 change"), "{}", ran.summary);
    assert!(ran.out.join("report.html").is_file());
}

#[test]
fn without_a_token_the_job_summary_has_it_all() {
    let (github, universe) = (Github::start(), Universe::of_sql(BASE, HARMLESS));
    let event = pull_request(&universe, "feature", REPOSITORY);
    let ran = Job::new(&github, &universe, "pull_request", event).run();
    assert_eq!(ran.said.code, 0, "{:?}", ran.said);
    assert!(github.state().log.is_empty());
    assert!(ran.summary.contains("Schema: 1 change"), "{}", ran.summary);
}

#[test]
fn a_token_that_github_does_not_know_fails_nothing_but_is_told() {
    let (github, universe) = (Github::start(), Universe::of_sql(BASE, HARMLESS));
    github.state().tokens.clear();
    let ran = Job::of_pull_request(&github, &universe, "feature").run();
    assert_eq!(ran.said.code, 0, "{:?}", ran.said);
    assert!(ran.summary.contains("GitHub does not accept the token"), "{}", ran.summary);
}

#[test]
fn an_app_takes_out_a_token_for_this_repository_and_what_it_needs() {
    for github in [Github::start(), Github::enterprise()] {
        let universe = Universe::of_sql(BASE, HARMLESS);
        github.state().installation =
            Some(granted("administration:write checks:write contents:write issues:write metadata:read"));
        // So short that it has to be renewed while the job runs.
        github.state().token_life = 4;
        open_pull_request(&github, &universe, "feature");
        let event = pull_request(&universe, "feature", REPOSITORY);
        let job = Job::new(&github, &universe, "pull_request", event);
        let ran = job.input("app-id", "42").input("app-private-key", KEY).run();
        assert_eq!(ran.said.code, 0, "{:?}", ran.said);
        let state = github.state();
        assert_eq!(state.sticky().len(), 1, "{:#?}", state.log);
        assert_eq!(state.sticky()[0].login, "fabwright-app[bot]");
        assert_eq!(state.checks.len(), 3);
        let taken: Vec<_> = state.log.iter().filter(|seen| seen.path.ends_with("/access_tokens")).collect();
        assert!(taken.len() > 1, "it was renewed");
        assert_eq!(taken[0].body["repositories"], serde_json::json!(["shop"]));
        assert!(taken[0].body["permissions"].get("administration").is_none(), "{}", taken[0].body);
        let tokens: Vec<String> = state.tokens.keys().filter(|token| token.contains("Installation")).cloned().collect();
        drop(state);
        // The one place where a token stands is the command that tells the runner to hide it.
        let rest =
            ran.everything.lines().filter(|line| !line.starts_with("::add-mask::")).collect::<Vec<_>>().join("\n");
        for token in &tokens {
            assert!(ran.said.stdout.contains(&format!("::add-mask::{token}\n")));
            assert!(!rest.contains(token), "a token is told");
        }
        assert!(!ran.everything.contains(KEY.lines().nth(1).unwrap()), "the key is told");
        github.assert_no_violations();
    }
}

#[test]
fn an_app_that_may_not_write_checks_does_not_try() {
    let (github, universe) = (Github::start(), Universe::of_sql(BASE, HARMLESS));
    github.state().installation = Some(granted("contents:read pull_requests:read metadata:read"));
    open_pull_request(&github, &universe, "feature");
    let event = pull_request(&universe, "feature", REPOSITORY);
    let job = Job::new(&github, &universe, "pull_request", event);
    let ran = job.input("app-id", "42").input("app-private-key", KEY).run();
    assert_eq!(ran.said.code, 0, "{:?}", ran.said);
    let writes: Vec<String> =
        github.state().writes().into_iter().filter(|write| !write.ends_with("/access_tokens")).collect();
    assert!(writes.is_empty(), "{writes:#?}");
    assert!(ran.summary.contains("the App may not write checks"), "{}", ran.summary);
}

#[test]
fn an_enterprise_server_is_reached_by_its_own_addresses() {
    let (github, universe) = (Github::enterprise(), Universe::of_sql(BASE, HARMLESS));
    let ran = Job::of_pull_request(&github, &universe, "feature").run();
    assert_eq!(ran.said.code, 0, "{:?}", ran.said);
    let state = github.state();
    assert_eq!((state.sticky().len(), state.checks.len()), (1, 3));
    drop(state);
    github.assert_no_violations();
}

/// What a migration of the pull request's own writes down about its surroundings.
const SPY: &str = r#"
import os, pathlib, subprocess, sys
seen = [f"{name}={value}" for name, value in os.environ.items()]
for path in pathlib.Path("/proc").glob("[0-9]*"):
    for name in ("cmdline", "environ"):
        if path.name == str(os.getppid()) or name == "cmdline":
            try:
                seen.append(path.joinpath(name).read_bytes().decode("utf-8", "replace"))
            except OSError:
                pass
seen.append(subprocess.run(["git", "config", "--list", "--show-origin"], capture_output=True, text=True).stdout)
pathlib.Path(sys.argv[1]).joinpath("seen").write_text("\n".join(seen))
import sqlite3
url = os.environ["DATABASE_URL"]
connection = sqlite3.connect(url.split("///", 1)[1])
connection.execute("CREATE TABLE IF NOT EXISTS customer (id INTEGER PRIMARY KEY)")
connection.commit()
"#;

/// A pull request whose migration is this program of its own, which is given a folder.
fn universe_of(program: &str, folder: &tempfile::TempDir) -> Universe {
    let config = format!(
        "migrations:\n  kind: command\n  command: [\"{}\", \"migrate.py\", \"{}\"]\n",
        crate::python::interpreter().display(),
        folder.path().display()
    );
    let universe = Universe::of_files(&[
        ("app/__init__.py", "from flask_appbuilder import AppBuilder\n"),
        ("migrate.py", program),
        (".fabwright.yml", &config),
    ]);
    universe.commit_files(&[("README", "x")]);
    universe
}

#[test]
fn a_forks_code_is_never_run_with_the_repositorys_rights() {
    let folder = tempfile::tempdir().unwrap();
    let (github, universe) = (Github::start(), universe_of(SPY, &folder));
    open_pull_request(&github, &universe, "feature");
    let event = pull_request(&universe, "feature", "stranger/shop");
    let ran = Job::new(&github, &universe, "pull_request_target", event).input("github-token", TOKEN).run();
    assert_eq!(ran.said.code, 2, "{:?}", ran.said);
    assert!(ran.said.stderr.contains("would run a stranger's code"), "{:?}", ran.said);
    assert!(!folder.path().join("seen").exists() && github.state().log.is_empty());
    // A branch of the repository is its own.
    let event = pull_request(&universe, "feature", REPOSITORY);
    let ran = Job::new(&github, &universe, "pull_request_target", event).input("github-token", TOKEN).run();
    assert_eq!((ran.said.code, github.state().sticky().len()), (0, 1), "{:?}", ran.said);
}

/// A migration that speaks to the runner in the action's name.
const INTRUDER: &str = r#"
import pathlib, sys, os, sqlite3
for name in ("env", "output"):
    with pathlib.Path(sys.argv[1]).joinpath(name).open("a") as file:
        file.write("conclusion=success\nLD_PRELOAD=/evil.so\n")
connection = sqlite3.connect(os.environ["DATABASE_URL"].split("///", 1)[1])
connection.execute("CREATE TABLE IF NOT EXISTS customer (id INTEGER PRIMARY KEY)")
connection.commit()
"#;

#[test]
fn the_pull_requests_code_does_not_speak_to_the_runner() {
    let folder = tempfile::tempdir().unwrap();
    let (github, universe) = (Github::start(), universe_of(INTRUDER, &folder));
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("env"), "").unwrap();
    let ran = Job::of_pull_request(&github, &universe, "feature")
        .variable("GITHUB_ENV", &path("env").to_string_lossy())
        .variable("GITHUB_OUTPUT", &path("output").to_string_lossy())
        .run();
    assert_eq!(ran.said.code, 0, "{:?}", ran.said);
    assert_eq!(std::fs::read_to_string(path("env")).unwrap(), "");
    let outputs = std::fs::read_to_string(path("output")).unwrap();
    assert!(outputs.starts_with("conclusion<<FABWRIGHT_END\n") && !outputs.contains("evil"), "{outputs}");
    assert!(ran.said.stderr.contains("a file of the runner's: it was put back"), "{:?}", ran.said);
}

/// A migration during which the runner asks the job to end.
const STOPPED: &str = "import os, signal, time\nos.kill(os.getppid(), signal.SIGTERM)\ntime.sleep(600)\n";

#[test]
fn a_run_that_is_stopped_leaves_no_check_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let (github, universe) = (Github::start(), universe_of(STOPPED, &folder));
    let ran = Job::of_pull_request(&github, &universe, "feature").run();
    assert_eq!(ran.said.code, 14, "{:?}", ran.said);
    let state = github.state();
    let conclusions: Vec<_> = state.checks.iter().map(|check| check.conclusion.as_deref()).collect();
    assert_eq!(conclusions, [Some("cancelled"); 3], "{:#?}", state.checks);
    assert!(state.comments.is_empty(), "the next run has more to say");
}

#[test]
fn the_pull_requests_code_sees_no_token() {
    let folder = tempfile::tempdir().unwrap();
    let (github, universe) = (Github::start(), universe_of(SPY, &folder));
    let ran = Job::of_pull_request(&github, &universe, "feature").run();
    let seen = std::fs::read_to_string(folder.path().join("seen"))
        .unwrap_or_else(|error| panic!("the migration did not run: {error}: {:?}", ran.said));
    assert!(seen.contains("DATABASE_URL="), "{seen}");
    assert!(!seen.contains(TOKEN), "a child sees the token");
    assert!(!seen.contains("INPUT_GITHUB-TOKEN"), "{seen}");
    assert!(!ran.everything.contains(TOKEN), "the token is told");
    assert_eq!(github.state().sticky().len(), 1);
}
