//! An answer to "is this a rename?", and a run that is started again after a commit of ours.

use serde_json::json;

use super::double::Github;
use super::double::state::{REPOSITORY, TOKEN};
use super::job::{Job, Ran, open_pull_request, pull_request, sha};
use crate::universe::Universe;

const BASE: &str = "CREATE TABLE customer (id INTEGER PRIMARY KEY, mail TEXT, name TEXT, phone TEXT);\n";
const REPLACED: &str = "ALTER TABLE customer ADD COLUMN contact_mail TEXT;\nALTER TABLE customer DROP COLUMN mail;\n";

/// The types of the changes that a run found.
fn changes(ran: &Ran) -> Vec<String> {
    let text = std::fs::read_to_string(ran.out.join("changes.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let changes = report["changes"].as_array().unwrap().iter();
    changes.map(|change| change["change_type"].as_str().unwrap().to_owned()).collect()
}

/// Somebody comments, and the job of that comment runs. Gives the comment's number.
fn say(github: &Github, universe: &Universe, login: &str, body: &str) -> u64 {
    let id = github.state().comment(7, login, "User", body);
    let payload = json!({"action": "created", "issue": {"number": 7, "pull_request": {"url": "x"}},
        "comment": {"id": id, "body": body, "user": {"login": login, "type": "User"}},
        "repository": {"full_name": REPOSITORY}, "sender": {"login": login, "type": "User"}});
    let job = Job::new(github, universe, "issue_comment", payload).input("github-token", TOKEN);
    let ran = job.variable("GITHUB_WORKSPACE", "/nowhere").variable("GITHUB_JOB", "gate").run_number(30).run();
    assert_eq!(ran.said.code, 0, "{:?}", ran.said);
    id
}

/// Brings a commit that GitHub made into the repository.
fn fetch(github: &Github, universe: &Universe, branch: &str) {
    let commit = {
        let state = github.state();
        state.commits[&state.branches[branch]].clone()
    };
    for (path, _) in commit.files.iter().filter(|(_, text)| text.is_none()) {
        universe.git(&["rm", "--quiet", path]);
    }
    let files = commit.files.iter().filter_map(|(path, text)| Some((path.as_str(), text.as_deref()?)));
    universe.commit_files(&files.collect::<Vec<_>>());
}

#[test]
fn an_answer_is_followed_and_written_into_the_configuration() {
    let universe = Universe::of_files(&[
        ("app/__init__.py", "from flask_appbuilder import AppBuilder\n"),
        ("migrations/001_base.sql", BASE),
        (".fabwright.yml", "# ours\ngate: {required: 1}\n"),
    ]);
    universe.commit_files(&[("migrations/002_change.sql", REPLACED)]);
    let github = Github::start();
    github.state().restrict("actions:write checks:write contents:write issues:write pull_requests:write");
    github.state().people.insert("owner".to_owned(), "write");
    let run = |number| {
        let ran = Job::of_pull_request(&github, &universe, "feature").run_number(number).run();
        assert_eq!(ran.said.code, 0, "{:?}", ran.said);
        ran
    };
    let first = run(1);
    assert_eq!(changes(&first).len(), 2, "{:?}", changes(&first));
    let body = github.state().sticky()[0].body.clone();
    assert!(body.contains("/fabwright rename customer.mail -> customer.contact_mail"), "{body}");

    let reader = say(&github, &universe, "reader", "/fabwright rename customer.mail -> customer.contact_mail");
    let owner = say(&github, &universe, "owner", "/fabwright rename customer.mail -> customer.contact_mail");
    {
        let state = github.state();
        let reactions: Vec<_> = state.reactions.iter().map(|(id, content)| (*id, content.as_str())).collect();
        assert_eq!(reactions, [(reader, "-1"), (owner, "eyes")]);
        assert_eq!(state.reruns, [1]);
    }
    let tip = sha(&universe, "feature");
    let second = run(2);
    assert_eq!(changes(&second), ["column_renamed"]);
    let made = github.state().branches["feature"].clone();
    {
        let state = github.state();
        let commit = &state.commits[&made];
        assert_eq!((commit.parent.as_str(), commit.files.len()), (tip.as_str(), 1), "{:?}", commit.files);
        assert_eq!(
            commit.files[".fabwright.yml"].as_deref(),
            Some(
                "# ours\ngate: {required: 1}\nrenames:\n  - {table: \"customer\", from: \"mail\", to: \
                 \"contact_mail\"}\n"
            )
        );
        assert!(commit.message.starts_with("Keep the renames that were answered"), "{}", commit.message);
        assert!(state.check(&made, "schema approval").is_some_and(|check| check.conclusion.is_some()));
    }

    // The answer stays when its comment is gone, and is written once.
    github.state().comments.retain(|comment| comment.id != owner);
    fetch(&github, &universe, "feature");
    assert_eq!(changes(&run(3)), ["column_renamed"]);
    assert_eq!(github.state().commits.len(), 1);
}

#[test]
fn a_run_that_is_started_again_goes_on_from_our_own_commit() {
    let (github, universe) = (Github::start(), Universe::shop());
    let first = Job::of_pull_request(&github, &universe, "invoices").run();
    assert_eq!(first.said.code, 0, "{:?}", first.said);
    let (tip, made) = (sha(&universe, "invoices"), github.state().branches["invoices"].clone());
    assert_ne!(tip, made);
    universe.git(&["switch", "--quiet", "--create", "fetched"]);
    fetch(&github, &universe, "invoices");
    let tree = sha(&universe, "HEAD^{tree}");
    universe.git(&["switch", "--quiet", "invoices"]);

    // GitHub starts the run with the event that it had.
    let again = |number| {
        open_pull_request(&github, &universe, "invoices");
        github.state().branches.insert("invoices".to_owned(), made.clone());
        let event = pull_request(&universe, "invoices", REPOSITORY);
        let job = Job::new(&github, &universe, "pull_request", event).input("github-token", TOKEN);
        let ran = job.run_number(number).run();
        assert_eq!(ran.said.code, 0, "{:?}", ran.said);
    };
    github.state().tree_of.insert(made.clone(), tree);
    again(2);
    assert_eq!(github.state().commits.len(), 1, "the branch has it already");
    let of_run = |number: u32| {
        let state = github.state();
        state
            .check(&made, "schema approval")
            .is_some_and(|check| check.external_id.starts_with(&format!("fabwright/{number}/")))
    };
    assert!(of_run(2), "the head of the pull request has the result");

    // What was committed before is not what it would be now: the branch becomes what it would have been.
    github.state().tree_of.clear();
    let stale = "app/models/left_over.py";
    github.state().commits.get_mut(&made).unwrap().files.insert(stale.to_owned(), Some("x = 1\n".to_owned()));
    again(3);
    let state = github.state();
    assert_eq!(state.commits.len(), 2);
    let commit = &state.commits[&state.branches["invoices"]];
    assert_eq!((commit.parent.as_str(), commit.files.get(stale)), (made.as_str(), Some(&None)));
    assert!(commit.files.contains_key("app/models/invoice.py"));
    assert!(state.check(&state.branches["invoices"], "schema approval").is_some());
}
