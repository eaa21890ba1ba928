//! What GitHub knows.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::fault::Fault;
use super::limits::{Limits, Waits};
use super::remote::Remote;

/// A request, as it was seen.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub query: String,
    pub body: Value,
    pub token: String,
    pub status: u16,
}

/// An answer to be.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

impl Answer {
    pub fn ok(body: Value) -> Self {
        Self { status: 200, headers: Vec::new(), body }
    }

    pub fn created(body: Value) -> Self {
        Self { status: 201, ..Self::ok(body) }
    }

    pub fn error(status: u16, message: &str) -> Self {
        Self { status, ..Self::ok(json!({"message": message, "documentation_url": "https://docs.github.com/rest"})) }
    }

    pub fn not_found() -> Self {
        Self::error(404, "Not Found")
    }

    pub fn invalid(message: &str) -> Self {
        let mut answer = Self::error(422, "Validation Failed");
        answer.body["errors"] = json!([{"message": message}]);
        answer
    }
}

/// A token: whose it is, and what it may do.
#[derive(Debug, Clone)]
pub struct Token {
    pub login: String,
    pub kind: &'static str,
    /// By permission, its level.
    pub permissions: BTreeMap<String, String>,
}

#[derive(Debug, Clone)]
pub struct Comment {
    pub id: u64,
    pub number: u64,
    pub login: String,
    pub kind: &'static str,
    pub body: String,
    pub edits: usize,
}

#[derive(Debug, Clone)]
pub struct CheckRun {
    pub id: u64,
    pub sha: String,
    pub name: String,
    pub external_id: String,
    /// The App that made it.
    pub app: String,
    pub status: String,
    pub conclusion: Option<String>,
    pub title: String,
    pub summary: String,
    pub annotations: Vec<Value>,
}

#[derive(Debug, Clone)]
pub struct Commit {
    pub parent: String,
    pub message: String,
    /// By path, its text; `None` was deleted.
    pub files: BTreeMap<String, Option<String>>,
}

/// Everything that GitHub knows about one repository.
pub struct State {
    pub tokens: BTreeMap<String, Token>,
    /// Pull requests by number: head branch, head repository, state.
    pub pulls: BTreeMap<u64, (String, String, &'static str)>,
    /// The commit of each branch; a fork's branch is `OWNER:NAME`.
    pub branches: BTreeMap<String, String>,
    /// Branches that take no push.
    pub protected: Vec<String>,
    pub commits: BTreeMap<String, Commit>,
    /// What git says of the tree of a commit that was made here.
    pub tree_of: BTreeMap<String, String>,
    /// Trees that no commit may have yet.
    pub trees: BTreeMap<String, BTreeMap<String, Option<String>>>,
    /// Pull requests that were merged, and by which commit.
    pub merged: Vec<(u64, String)>,
    pub comments: Vec<Comment>,
    /// Who edited a comment last; of others it is not known.
    pub editors: BTreeMap<u64, String>,
    pub checks: Vec<CheckRun>,
    /// Statuses: commit, context, state.
    pub statuses: Vec<(String, String, String)>,
    /// Files at the base: by path, text.
    pub files: BTreeMap<String, String>,
    pub people: BTreeMap<String, &'static str>,
    /// Members of teams, as (`org/team`, login).
    pub teams: Vec<(String, String)>,
    pub reviews: Vec<Value>,
    pub labels: Vec<String>,
    /// Reactions: comment, content.
    pub reactions: Vec<(u64, String)>,
    /// Workflow runs that were started again.
    pub reruns: Vec<u64>,
    /// What the App's installation was granted. `None`: it is not installed.
    pub installation: Option<BTreeMap<String, String>>,
    /// How long a token that an App takes out lasts, in seconds.
    pub token_life: i64,
    /// The repository for git, if it is served.
    pub remote: Option<Remote>,
    /// Whether `createCommitOnBranch` is there: older Enterprise servers have no such thing.
    pub commits_by_api: bool,
    pub limits: Limits,
    pub waits: Waits,
    pub faults: Vec<Fault>,
    pub log: Vec<Seen>,
    pub violations: Vec<String>,
    pub next_id: u64,
}

/// The repository that all scenarios are about.
pub const REPOSITORY: &str = "octo/shop";
/// The id of a repository, which is another one for a fork.
pub fn repository_id(name: &str) -> u64 {
    if name == REPOSITORY { 1 } else { 2 }
}

/// What a workflow's own token is in the scenarios.
pub const TOKEN: &str = "ghs_TheWorkflowsOwnToken0123456789abcdef";

/// Permissions from a text such as `checks:write contents:read`.
pub fn permissions(text: &str) -> BTreeMap<String, String> {
    text.split_whitespace()
        .filter_map(|pair| pair.split_once(':'))
        .map(|(name, level)| (name.to_owned(), level.to_owned()))
        .collect()
}

impl Default for State {
    fn default() -> Self {
        let all = permissions("checks:write contents:write issues:write pull_requests:write statuses:write");
        let bot = Token { login: "github-actions[bot]".to_owned(), kind: "Bot", permissions: all };
        Self {
            tokens: BTreeMap::from([(TOKEN.to_owned(), bot)]),
            pulls: BTreeMap::new(),
            branches: BTreeMap::new(),
            protected: Vec::new(),
            commits: BTreeMap::new(),
            trees: BTreeMap::new(),
            tree_of: BTreeMap::new(),
            merged: Vec::new(),
            comments: Vec::new(),
            editors: BTreeMap::new(),
            checks: Vec::new(),
            statuses: Vec::new(),
            files: BTreeMap::new(),
            people: BTreeMap::new(),
            teams: Vec::new(),
            reviews: Vec::new(),
            labels: Vec::new(),
            reactions: Vec::new(),
            reruns: Vec::new(),
            installation: None,
            token_life: 3600,
            remote: None,
            commits_by_api: true,
            limits: Limits::default(),
            waits: Waits::default(),
            faults: Vec::new(),
            log: Vec::new(),
            violations: Vec::new(),
            next_id: 1,
        }
    }
}

impl State {
    pub fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Lets somebody comment.
    pub fn comment(&mut self, number: u64, login: &str, kind: &'static str, body: &str) -> u64 {
        let id = self.id();
        self.comments.push(Comment { id, number, login: login.to_owned(), kind, body: body.to_owned(), edits: 0 });
        id
    }

    /// Leaves the workflow's token with these permissions.
    pub fn restrict(&mut self, text: &str) {
        self.tokens.get_mut(TOKEN).unwrap().permissions = permissions(text);
    }

    /// Comments that begin with our hidden line.
    pub fn sticky(&self) -> Vec<&Comment> {
        self.comments.iter().filter(|comment| comment.body.starts_with("<!-- fabwright:comment")).collect()
    }

    /// The newest check of a name on a commit.
    pub fn check(&self, sha: &str, name: &str) -> Option<&CheckRun> {
        self.checks.iter().rev().find(|check| check.sha == sha && check.name == name)
    }

    /// The requests that changed something, or tried to, as `METHOD path`.
    pub fn writes(&self) -> Vec<String> {
        self.log
            .iter()
            .filter(|seen| seen.method != "GET")
            .map(|seen| format!("{} {}", seen.method, seen.path))
            .collect()
    }
}
