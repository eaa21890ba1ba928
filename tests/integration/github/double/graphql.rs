//! The GraphQL documents that are used.

use std::collections::BTreeMap;

use base64::Engine as _;
use serde_json::{Value, json};

use super::routes::may;
use super::state::{Answer, Commit, REPOSITORY, Seen, State};

fn refused(kind: &str, message: &str) -> Answer {
    Answer::ok(json!({"data": {"createCommitOnBranch": null}, "errors": [{"type": kind, "message": message}]}))
}

/// Who edited a comment last.
fn editor(state: &State, seen: &Seen) -> Answer {
    let id = seen.body["variables"]["id"].as_str().unwrap_or_default();
    let comment = state.comments.iter().find(|comment| format!("IC_{}", comment.id) == id);
    let node = comment.map(|comment| match (comment.edits, state.editors.get(&comment.id)) {
        (0, _) => json!({"lastEditedAt": null, "editor": null}),
        (_, login) => {
            json!({"lastEditedAt": "2026-01-02T00:00:00Z", "editor": login.map(|login| json!({"login": login}))})
        }
    });
    Answer::ok(json!({"data": {"node": node}}))
}

pub fn answer(state: &mut State, seen: &Seen) -> Answer {
    let query = seen.body["query"].as_str().unwrap_or_default();
    if query.contains("viewer { login }") {
        let login = state.tokens.get(&seen.token).map(|token| token.login.clone());
        return Answer::ok(json!({"data": {"viewer": {"login": login}}}));
    }
    if query.contains("... on IssueComment { lastEditedAt editor { login } }") {
        return editor(state, seen);
    }
    if !query.contains("createCommitOnBranch(input: $input)") {
        state.violations.push(format!("an unknown GraphQL document: {query}"));
        return Answer::error(400, "Problems parsing JSON");
    }
    if !state.tokens.contains_key(&seen.token) {
        return Answer::error(401, "Bad credentials");
    }
    if !may(state, seen, &["contents"], "write") {
        return refused("FORBIDDEN", "Resource not accessible by integration");
    }
    if !state.commits_by_api {
        let message = "Field 'createCommitOnBranch' doesn't exist on type 'Mutation'";
        return Answer::ok(json!({"errors": [{"message": message, "path": ["mutation", "createCommitOnBranch"]}]}));
    }
    let input = &seen.body["variables"]["input"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if text(&input["branch"]["repositoryNameWithOwner"]) != REPOSITORY {
        return refused("NOT_FOUND", "Could not resolve to a Repository");
    }
    let branch = text(&input["branch"]["branchName"]);
    let Some(head) = state.branches.get(&branch).cloned() else {
        return refused("NOT_FOUND", "Could not resolve to a Ref");
    };
    if state.protected.contains(&branch) {
        return refused(
            "UNPROCESSABLE",
            "Protected branch rules not configured for this: changes must be made through a pull request",
        );
    }
    let expected = text(&input["expectedHeadOid"]);
    if expected != head {
        let message = format!("Expected branch to point to \"{expected}\" but it did not. Pull and try again.");
        return refused("STALE_DATA", &message);
    }
    let headline = text(&input["message"]["headline"]);
    if headline.is_empty() || headline.contains('\n') {
        return refused("UNPROCESSABLE", "A commit message is required");
    }
    let mut files = BTreeMap::new();
    for addition in input["fileChanges"]["additions"].as_array().into_iter().flatten() {
        let bytes = base64::engine::general_purpose::STANDARD.decode(text(&addition["contents"])).unwrap();
        files.insert(text(&addition["path"]), Some(String::from_utf8(bytes).unwrap()));
    }
    for deletion in input["fileChanges"]["deletions"].as_array().into_iter().flatten() {
        files.insert(text(&deletion["path"]), None);
    }
    let id = state.id();
    let sha = format!("{id:040x}");
    let message = format!("{headline}\n\n{}", text(&input["message"]["body"]));
    state.commits.insert(sha.clone(), Commit { parent: head, message, files });
    state.branches.insert(branch, sha.clone());
    Answer::ok(json!({"data": {"createCommitOnBranch": {"commit": {"oid": sha, "url": "https://github.test/c"}}}}))
}
