//! A job on a runner: the binary with the variables that a runner sets.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::double::Github;
use super::double::state::{REPOSITORY, TOKEN, repository_id};
use crate::universe::{Said, Universe};

/// A job to be run.
pub struct Job<'a> {
    github: &'a Github,
    universe: &'a Universe,
    event: (&'static str, Value),
    variables: Vec<(String, String)>,
    run: u32,
}

/// What came of it.
pub struct Ran {
    pub said: Said,
    pub summary: String,
    pub outputs: String,
    /// Everything that it left on disk and said, in one text.
    pub everything: String,
    pub out: PathBuf,
    _folder: tempfile::TempDir,
}

impl Ran {
    /// The value of an output.
    pub fn output(&self, name: &str) -> &str {
        let rest = self.outputs.split(&format!("{name}<<FABWRIGHT_END\n")).nth(1).unwrap_or_default();
        rest.split("\nFABWRIGHT_END").next().unwrap_or_default()
    }
}

/// The commit that a revision names.
pub fn sha(universe: &Universe, revision: &str) -> String {
    universe.git(&["rev-parse", revision]).trim().to_owned()
}

/// Tells GitHub of the universe's branches, and of pull request 7.
pub fn open_pull_request(github: &Github, universe: &Universe, branch: &str) {
    let (base, head) = (sha(universe, "main"), sha(universe, branch));
    let mut state = github.state();
    state.branches.insert("main".to_owned(), base);
    state.branches.insert(branch.to_owned(), head);
    state.pulls.insert(7, (branch.to_owned(), REPOSITORY.to_owned(), "open"));
}

impl<'a> Job<'a> {
    /// The job of a pull request from a branch of the repository.
    pub fn of_pull_request(github: &'a Github, universe: &'a Universe, branch: &str) -> Self {
        open_pull_request(github, universe, branch);
        let event = pull_request(universe, branch, REPOSITORY);
        Self::new(github, universe, "pull_request", event).input("github-token", TOKEN)
    }

    pub fn new(github: &'a Github, universe: &'a Universe, name: &'static str, payload: Value) -> Self {
        let payload = super::payload::real(name, payload);
        Self { github, universe, event: (name, payload), variables: Vec::new(), run: 1 }
            .input("tests", "false")
            .input("fail-on", "error")
    }

    pub fn input(self, name: &str, value: &str) -> Self {
        let name = format!("INPUT_{}", name.to_uppercase());
        self.variable(&name, value)
    }

    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The number of the workflow's run.
    pub fn run_number(mut self, run: u32) -> Self {
        self.run = run;
        self
    }

    pub fn run(&self) -> Ran {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        std::fs::write(file("event.json"), self.event.1.to_string()).unwrap();
        let said = self.universe.fabwright_with(&["action"], |command: &mut Command| {
            for (name, _) in std::env::vars_os() {
                if name.to_string_lossy().starts_with("GITHUB_") || name.to_string_lossy().starts_with("INPUT_") {
                    command.env_remove(name);
                }
            }
            command
                .env("FABWRIGHT_PYTHON", crate::python::interpreter())
                .env("FABWRIGHT_LOG", "debug")
                .env("GITHUB_ACTIONS", "true")
                .env("GITHUB_WORKSPACE", self.universe.path())
                .env("GITHUB_OUTPUT", file("output"))
                .env("GITHUB_STEP_SUMMARY", file("summary"))
                .env("GITHUB_EVENT_NAME", self.event.0)
                .env("GITHUB_EVENT_PATH", file("event.json"))
                .env("GITHUB_REPOSITORY", REPOSITORY)
                .env("GITHUB_WORKFLOW", "Schema")
                .env("GITHUB_JOB", "check")
                .env("GITHUB_RUN_ID", self.run.to_string())
                .env("GITHUB_RUN_ATTEMPT", "1")
                .env("INPUT_OUT", file("report"))
                .envs(self.github.addresses())
                .envs(self.variables.iter().map(|(name, value)| (name, value)));
        });
        let read = |name: &str| std::fs::read_to_string(file(name)).unwrap_or_default();
        let mut everything = format!("{}{}{}{}", said.stdout, said.stderr, read("output"), read("summary"));
        for entry in std::fs::read_dir(file("report")).into_iter().flatten().flatten() {
            everything.push_str(&String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap_or_default()));
        }
        let (summary, outputs, out) = (read("summary"), read("output"), file("report"));
        Ran { said, summary, outputs, everything, out, _folder: folder }
    }
}

/// The payload of a pull request from `branch` of `repository`.
pub fn pull_request(universe: &Universe, branch: &str, repository: &str) -> Value {
    json!({
        "action": "synchronize",
        "number": 7,
        "pull_request": {
            "number": 7,
            "state": "open",
            "user": {"login": "author", "type": "User"},
            "head": {"ref": branch, "sha": sha(universe, branch), "repo": {"id": repository_id(repository), "full_name": repository, "fork": repository != REPOSITORY}},
            "base": {"ref": "main", "sha": sha(universe, "main"), "repo": {"id": repository_id(REPOSITORY), "full_name": REPOSITORY, "fork": false}},
        },
        "repository": {"full_name": REPOSITORY, "html_url": format!("https://github.test/{REPOSITORY}")},
        "sender": {"login": "author", "type": "User"},
    })
}
