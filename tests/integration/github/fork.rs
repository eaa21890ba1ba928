//! A fork's report, posted by a job of the repository's own, which believes none of it.

use std::path::Path;

use serde_json::{Value, json};

use super::double::Github;
use super::double::state::{REPOSITORY, TOKEN};
use super::job::{Job, pull_request, sha};
use super::{BASE, BREAKING};
use crate::universe::{Said, Universe};

/// A fork's pull request, and the report that its own run left.
struct Fork {
    github: Github,
    universe: Universe,
    report: tempfile::TempDir,
}

fn fork() -> Fork {
    let (github, universe) = (Github::start(), Universe::of_sql(BASE, BREAKING));
    {
        let mut state = github.state();
        state.branches.insert("main".to_owned(), sha(&universe, "main"));
        state.branches.insert("stranger:feature".to_owned(), sha(&universe, "feature"));
        state.pulls.insert(7, ("feature".to_owned(), "stranger/shop".to_owned(), "open"));
        state.people.insert("owner".to_owned(), "write");
        state.people.insert("reader".to_owned(), "read");
    }
    let event = pull_request(&universe, "feature", "stranger/shop");
    let ran = Job::new(&github, &universe, "pull_request", event).input("github-token", TOKEN).run();
    assert_eq!(ran.said.code, 0, "{:?}", ran.said);
    let report = tempfile::tempdir().unwrap();
    std::fs::copy(ran.out.join("posting.json"), report.path().join("posting.json")).unwrap();
    assert!(github.state().log.is_empty(), "the fork's own run asks nothing");
    Fork { github, universe, report }
}

impl Fork {
    fn head(&self) -> String {
        sha(&self.universe, "feature")
    }

    fn publish(&self) -> Said {
        self.publish_run("stranger/shop", &self.head(), self.report.path())
    }

    fn publish_run(&self, repository: &str, head: &str, from: &Path) -> Said {
        let event = tempfile::tempdir().unwrap();
        let path = event.path().join("event.json");
        let payload = json!({"action": "completed", "workflow_run": {"id": 1, "event": "pull_request", "head_sha": head,
            "head_branch": "feature", "pull_requests": [], "head_repository": {"full_name": repository}},
            "repository": {"full_name": REPOSITORY}});
        std::fs::write(&path, super::payload::real("workflow_run", payload).to_string()).unwrap();
        self.universe.fabwright_with(&["publish", "--from", &from.to_string_lossy()], |command| {
            command
                .env("GITHUB_EVENT_PATH", &path)
                .env("GITHUB_REPOSITORY", REPOSITORY)
                .env("GITHUB_WORKFLOW", "Publish")
                .env("GITHUB_JOB", "publish")
                .env("GITHUB_RUN_ID", "9")
                .env("GITHUB_TOKEN", TOKEN)
                .envs(self.github.addresses());
        })
    }

    /// Lets the stranger change the report.
    fn forge(&self, change: impl FnOnce(&mut Value)) {
        let path = self.report.path().join("posting.json");
        let mut value: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        change(&mut value);
        std::fs::write(path, value.to_string()).unwrap();
    }

    fn conclusion(&self, name: &str) -> Option<String> {
        self.github.state().check(&self.head(), name).and_then(|check| check.conclusion.clone())
    }
}

#[test]
fn a_forks_report_is_posted_once_and_approves_nothing() {
    let fork = fork();
    for _ in 0..2 {
        let said = fork.publish();
        assert_eq!(said.code, 0, "{said:?}");
        assert!(!format!("{said:?}").contains(TOKEN));
    }
    {
        let state = fork.github.state();
        let sticky = state.sticky();
        assert_eq!((sticky.len(), sticky[0].edits), (1, 0));
        assert!(sticky[0].body.contains("customer.fax") && sticky[0].body.contains("comes from a fork"));
    }
    assert_eq!(fork.conclusion("schema approval").as_deref(), Some("action_required"));
    fork.github.assert_no_violations();

    // A reader, the author and somebody who saw an older commit approve: none of them counts.
    let review = |id: u64, login: &str, commit: &str| json!({"id": id, "user": {"login": login, "type": "User"}, "state": "APPROVED", "commit_id": commit});
    let head = fork.head();
    fork.github.state().people.insert("author".to_owned(), "write");
    fork.github.state().reviews =
        vec![review(1, "reader", &head), review(2, "author", &head), review(3, "owner", &"0".repeat(40))];
    assert_eq!(fork.publish().code, 0);
    assert_eq!(fork.conclusion("schema approval").as_deref(), Some("action_required"));
    fork.github.state().reviews.push(review(4, "owner", &head));
    assert_eq!(fork.publish().code, 0);
    assert_eq!(fork.conclusion("schema approval").as_deref(), Some("success"));
}

impl Fork {
    /// Somebody comments, and the job of that comment runs. Gives the reaction.
    fn say(&self, login: &str, body: &str) -> Option<String> {
        let id = self.github.state().comment(7, login, "User", body);
        let payload = json!({"action": "created", "issue": {"number": 7, "pull_request": {"url": "x"}},
            "comment": {"id": id, "body": body, "user": {"login": login, "type": "User"}},
            "repository": {"full_name": REPOSITORY}, "sender": {"login": login, "type": "User"}});
        let job = Job::new(&self.github, &self.universe, "issue_comment", payload).input("github-token", TOKEN);
        let ran = job.variable("GITHUB_WORKSPACE", "/nowhere").variable("GITHUB_JOB", "gate").run_number(20).run();
        assert_eq!(ran.said.code, 0, "{:?}", ran.said);
        let state = self.github.state();
        state.reactions.iter().rev().find(|(comment, _)| *comment == id).map(|(_, content)| content.clone())
    }

    fn approval_line(&self) -> String {
        let state = self.github.state();
        let body = &state.sticky()[0].body;
        let lines: Vec<&str> = body.lines().filter(|line| line.starts_with("| **Approval** |")).collect();
        assert_eq!(lines.len(), 1, "{body}");
        lines[0].to_owned()
    }
}

#[test]
fn a_forks_commit_is_approved_by_a_comment_under_the_policy_of_the_base() {
    let fork = fork();
    let policy = "gate: {approvers: ['@owner']}\n";
    fork.github.state().files.insert(".fabwright.yml".to_owned(), policy.to_owned());
    for (login, role) in [("author", "write"), ("second", "write")] {
        fork.github.state().people.insert(login.to_owned(), role);
    }
    // The author's own word about approval is left out.
    fork.forge(|report| report["rows"][0]["label"] = json!("Approval"));
    assert_eq!(fork.publish().code, 0);
    let line = fork.approval_line();
    assert!(line.contains(&format!("commit {} as a whole", &fork.head()[..10])), "{line}");
    let step = line.split("`/fabwright ").nth(1).and_then(|rest| rest.split('`').next()).expect("what to type");
    let step = format!("/fabwright {step}");
    for login in ["author", "reader", "second"] {
        assert_eq!(fork.say(login, &step).as_deref(), Some("-1"), "{login}");
        assert_eq!(fork.conclusion("schema approval").as_deref(), Some("action_required"), "{login}");
    }
    assert_eq!(fork.say("owner", &step).as_deref(), Some("+1"));
    assert_eq!(fork.conclusion("schema approval").as_deref(), Some("success"));
    assert!(fork.approval_line().contains("**given** by `owner`"), "{}", fork.approval_line());
    // The report, posted once more, keeps it.
    assert_eq!(fork.publish().code, 0);
    assert_eq!(fork.conclusion("schema approval").as_deref(), Some("success"));

    // What is pushed next is another commit.
    fork.universe.commit_files(&[("migrations/003_more.sql", "ALTER TABLE customer DROP COLUMN name;\n")]);
    fork.github.state().branches.insert("stranger:feature".to_owned(), fork.head());
    fork.forge(|report| report["head"] = json!(fork.head()));
    assert_eq!(fork.publish().code, 0);
    assert_eq!(fork.conclusion("schema approval").as_deref(), Some("action_required"));
    assert_eq!(fork.say("owner", "/fabwright approve all").as_deref(), Some("+1"));
    assert_eq!(fork.conclusion("schema approval").as_deref(), Some("success"));
    fork.github.assert_no_violations();
}

#[test]
fn what_a_stranger_writes_stays_text() {
    let fork = fork();
    fork.forge(|report| {
        report["headline"] = json!("<img src=x onerror=1> @octo/everyone ![x](https://evil.test/x.png)");
        report["rows"][0]["text"] = json!([{"mention": "octo/everyone"}, {"text": "[click](https://evil.test)"}]);
    });
    assert_eq!(fork.publish().code, 0);
    let state = fork.github.state();
    let body = &state.sticky()[0].body;
    for part in ["<img", "](https://evil", " @octo"] {
        assert!(!body.contains(part), "{part}: {body}");
    }
}

#[test]
fn what_is_no_report_of_that_run_is_not_posted() {
    let fork = fork();
    let refused = |said: Said, part: &str| {
        assert_eq!(said.code, 2, "{said:?}");
        assert!(said.stderr.contains(part), "{part}: {}", said.stderr);
        assert!(fork.github.state().writes().is_empty());
    };
    fork.forge(|report| report["html"] = json!("<b>"));
    refused(fork.publish(), "unknown field");
    fork.forge(|report| {
        report.as_object_mut().unwrap().remove("html");
        report["head"] = json!("1".repeat(40));
    });
    refused(fork.publish(), "nothing was posted");

    let elsewhere = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/etc/passwd", elsewhere.path().join("posting.json")).unwrap();
    let said = fork.publish_run("stranger/shop", &fork.head(), elsewhere.path());
    assert!(said.code != 0 && said.stderr.contains("no plain file"), "{said:?}");
    assert!(fork.github.state().writes().is_empty());
}

#[test]
fn a_run_that_no_open_pull_request_is_at_is_not_posted() {
    let fork = fork();
    // Another repository with the same commit is another pull request's.
    let said = fork.publish_run("mallory/shop", &fork.head(), fork.report.path());
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.contains("nothing to post"), "{said:?}");
    fork.github.state().branches.insert("stranger:feature".to_owned(), "2".repeat(40));
    assert!(fork.publish().stdout.contains("nothing to post"));
    assert!(fork.github.state().writes().is_empty());
}
