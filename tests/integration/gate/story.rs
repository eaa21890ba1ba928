//! Pull request 7, from its opening on: what people do, and the jobs that follow.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::github::double::state::{REPOSITORY, TOKEN};
use crate::github::double::{Github, git};
use crate::github::job::{Job, Ran, open_pull_request, pull_request, sha};
use crate::universe::Universe;

const BASE: &str = "CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, fax TEXT, phone TEXT, mail TEXT);\n";
const TWO_DROPS: &str = "ALTER TABLE customer DROP COLUMN fax;\nALTER TABLE customer DROP COLUMN phone;\n";
const POLICY: &str = "gate: {approvers: ['@owner', '@octo/data']}\n";

/// Pull request 7, from its opening on.
pub struct Story {
    pub github: Github,
    pub universe: Universe,
    pub head: Option<String>,
    pub run: u32,
    pub transcript: String,
}

impl Story {
    /// A pull request that drops two columns, before its first check.
    pub fn new() -> Self {
        Self::of(BASE, TWO_DROPS)
    }

    /// A pull request that makes this change of that base.
    pub fn of(base: &str, change: &str) -> Self {
        let universe = Universe::of_files(&[
            ("app/__init__.py", "from flask_appbuilder import AppBuilder\n"),
            ("migrations/001_base.sql", base),
            (".fabwright.yml", POLICY),
        ]);
        universe.commit_files(&[("migrations/002_change.sql", change)]);
        let github = Github::start();
        {
            let mut state = github.state();
            state.files.insert(".fabwright.yml".into(), POLICY.into());
            for (login, role) in [
                ("owner", "write"),
                ("second", "maintain"),
                ("author", "write"),
                ("writer", "admin"),
                ("reader", "read"),
            ] {
                state.people.insert(login.into(), role);
            }
        }
        Self { github, universe, head: None, run: 1, transcript: String::new() }
    }

    /// A pull request that has been checked.
    pub fn checked() -> Self {
        let mut story = Self::new();
        story.check("The pull request is opened");
        story
    }

    pub fn next_run(&mut self) -> u32 {
        self.run += 1;
        self.run
    }

    /// The job of a push to the pull request.
    pub fn check(&mut self, title: &str) -> Ran {
        let run = self.next_run();
        open_pull_request(&self.github, &self.universe, "feature");
        let mut event = pull_request(&self.universe, "feature", REPOSITORY);
        event["before"] = json!(self.head);
        let job = Job::new(&self.github, &self.universe, "pull_request", event)
            .input("github-token", TOKEN)
            .input("commit", "off")
            .run_number(run);
        let ran = job.run();
        self.head = Some(sha(&self.universe, "feature"));
        self.tell(title);
        ran
    }

    /// Somebody comments, and the job of that comment runs. Gives the reaction.
    pub fn say(&mut self, login: &str, body: &str) -> Option<String> {
        let kind = if login.ends_with("[bot]") { "Bot" } else { "User" };
        let id = self.github.state().comment(7, login, kind, body);
        self.hear("created", id, login);
        self.tell(&format!("@{login} writes `{}`", body.replace('\n', " ⏎ ")));
        self.reaction(id)
    }

    pub fn reaction(&self, id: u64) -> Option<String> {
        self.github
            .state()
            .reactions
            .iter()
            .rev()
            .find(|(comment, _)| *comment == id)
            .map(|(_, content)| content.clone())
    }

    /// The job of an event about a comment.
    pub fn hear(&mut self, action: &str, id: u64, sender: &str) -> Ran {
        let body = {
            let state = self.github.state();
            state.comments.iter().find(|comment| comment.id == id).map(|comment| comment.body.clone())
        };
        self.hear_text(action, id, sender, &body.unwrap_or_default())
    }

    pub fn hear_text(&mut self, action: &str, id: u64, sender: &str, body: &str) -> Ran {
        let payload = json!({
            "action": action,
            "issue": {"number": 7, "pull_request": {"url": "x"}},
            "comment": {"id": id, "body": body, "user": {"login": sender, "type": "User"}},
            "repository": {"full_name": REPOSITORY},
            "sender": {"login": sender, "type": "User"},
        });
        self.answer("issue_comment", payload)
    }

    pub fn answer(&mut self, name: &'static str, payload: Value) -> Ran {
        let run = self.next_run();
        // The gate's own workflow, and a runner without a checkout.
        let job = Job::new(&self.github, &self.universe, name, payload)
            .input("github-token", TOKEN)
            .variable("GITHUB_WORKFLOW", "Schema gate")
            .variable("GITHUB_JOB", "gate")
            .variable("GITHUB_WORKSPACE", "/nowhere")
            .run_number(run);
        let ran = job.run();
        assert_eq!(ran.said.code, 0, "{:?}", ran.said);
        ran
    }

    /// Somebody reviews a commit, and the job of that review runs.
    pub fn review(&mut self, login: &str, verdict: &str, commit: &str) -> u64 {
        let id = {
            let mut state = self.github.state();
            let id = state.id();
            state.reviews.push(json!({
                "id": id, "user": {"login": login, "type": "User"}, "state": verdict, "commit_id": commit, "body": "",
                "submitted_at": format!("2026-01-01T{:02}:{:02}:00Z", id / 60, id % 60),
            }));
            id
        };
        self.hear_review("submitted", login);
        self.tell(&format!("@{login} reviews: {verdict}"));
        id
    }

    pub fn hear_review(&mut self, action: &str, login: &str) {
        let mut payload = pull_request(&self.universe, "feature", REPOSITORY);
        payload["action"] = json!(action);
        payload["sender"] = json!({"login": login, "type": "User"});
        self.answer("pull_request_review", payload);
    }

    /// The default branch moves to a commit, and pull request 7 with it.
    pub fn merge(&mut self, commit: &str) {
        self.universe.git(&["switch", "--quiet", "main"]);
        self.universe.git(&["merge", "--quiet", "--ff-only", commit]);
        let mut state = self.github.state();
        state.branches.insert("main".into(), commit.to_owned());
        if let Some(pull) = state.pulls.get_mut(&7) {
            pull.2 = "closed";
            state.merged.push((7, commit.to_owned()));
        }
    }

    /// The job of a push that moved the default branch from `before`.
    pub fn push(&mut self, before: &str) -> Ran {
        let run = self.next_run();
        let payload = json!({
            "ref": "refs/heads/main", "before": before, "after": sha(&self.universe, "main"),
            "repository": {"full_name": REPOSITORY, "default_branch": "main"},
            "sender": {"login": "owner", "type": "User"},
        });
        Job::new(&self.github, &self.universe, "push", payload).input("github-token", TOKEN).run_number(run).run()
    }

    /// A file of the branch of the record.
    pub fn kept(&self, path: &str) -> Option<String> {
        git::file(&self.github.state(), path, "fabwright/history")
    }

    /// What `fabwright history` shows in a clone that has fetched the record.
    pub fn history(&self, arguments: &[&str]) -> String {
        let files: BTreeMap<String, String> = {
            let state = self.github.state();
            let mut files = BTreeMap::new();
            let mut sha = state.branches["fabwright/history"].clone();
            while let Some(commit) = state.commits.get(&sha) {
                for (path, text) in &commit.files {
                    files.entry(path.clone()).or_insert_with(|| text.clone().unwrap_or_default());
                }
                sha.clone_from(&commit.parent);
            }
            files
        };
        let clone = Universe::of_files(&[("README", "")]);
        clone.git(&["switch", "--quiet", "--orphan", "fabwright/history"]);
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        clone.commit_files(&files);
        let said = clone.fabwright(&[&["history"], arguments].concat());
        assert_eq!(said.code, 0, "{said:?}");
        said.stdout
    }

    /// How "schema approval" stands on a commit.
    pub fn approval_of(&self, commit: &str) -> String {
        let state = self.github.state();
        let check = state.check(commit, "schema approval").unwrap_or_else(|| panic!("no check on {commit}"));
        check.conclusion.clone().unwrap_or_else(|| check.status.clone())
    }

    pub fn approval(&self) -> String {
        self.approval_of(&sha(&self.universe, "feature"))
    }

    /// The one comment.
    pub fn comment(&self) -> String {
        let state = self.github.state();
        let sticky = state.sticky();
        assert_eq!(sticky.len(), 1, "{sticky:#?}");
        sticky[0].body.clone()
    }

    /// A line of the comment's head.
    pub fn row(&self, label: &str) -> String {
        let comment = self.comment();
        let start = format!("| **{label}** |");
        comment.lines().find(|line| line.starts_with(&start)).unwrap_or_default().to_owned()
    }

    /// The cell of a change in the table of changes.
    pub fn cell(&self, id: &str) -> String {
        let comment = self.comment();
        let line = comment.lines().find(|line| line.starts_with(&format!("| `{}`", &id[..8]))).unwrap_or_default();
        line.split('|').nth(4).unwrap_or_default().trim().to_owned()
    }

    /// Gives the transcript the comment and the checks as they are now.
    pub fn tell(&mut self, title: &str) {
        let (comment, head) =
            (self.github.state().sticky().first().map(|it| it.body.clone()), sha(&self.universe, "feature"));
        let _ = writeln!(self.transcript, "# {title}\n");
        for check in ["schema impact", "generated tests", "schema approval"] {
            let state = self.github.state();
            let conclusion = state.check(&head, check).and_then(|check| check.conclusion.clone());
            let _ = writeln!(self.transcript, "- {check}: {}", conclusion.as_deref().unwrap_or("none"));
        }
        let _ = writeln!(self.transcript, "\n{}\n\n---\n", comment.as_deref().unwrap_or("(no comment)"));
    }

    pub fn keep_transcript(&self, name: &str) {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, &self.transcript).expect("written");
    }
}

/// The id of the change that removes a column.
pub fn id_of(ran: &Ran, column: &str) -> String {
    let text = std::fs::read_to_string(ran.out.join("changes.json")).expect("a report");
    let report: Value = serde_json::from_str(&text).expect("JSON");
    let change = report["changes"].as_array().expect("changes").iter().find(|change| change["column_name"] == column);
    change.unwrap_or_else(|| panic!("no change of {column}"))["change_id"].as_str().expect("an id").to_owned()
}
