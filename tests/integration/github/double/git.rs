//! Trees, commits and branches, as far as one branch of its own is made with them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::state::{Answer, Commit, Seen, State};

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Makes a tree.
pub fn create_tree(state: &mut State, seen: &Seen) -> Answer {
    let mut files = BTreeMap::new();
    for entry in seen.body["tree"].as_array().into_iter().flatten() {
        if entry["mode"] != "100644" || entry["type"] != "blob" || text(&entry["path"]).is_empty() {
            return Answer::invalid("tree.mode is not included in the list");
        }
        files.insert(text(&entry["path"]), Some(text(&entry["content"])));
    }
    let sha = format!("{:040x}", state.id());
    state.trees.insert(sha.clone(), files);
    Answer::created(json!({"sha": sha}))
}

/// Makes a commit of a tree.
pub fn create_commit(state: &mut State, seen: &Seen) -> Answer {
    let Some(files) = state.trees.get(&text(&seen.body["tree"])).cloned() else { return Answer::not_found() };
    let sha = format!("{:040x}", state.id());
    let parent = text(&seen.body["parents"][0]);
    state.commits.insert(sha.clone(), Commit { parent, message: text(&seen.body["message"]), files });
    Answer::created(json!({"sha": sha}))
}

/// A commit that was made here, by our token's account.
pub fn commit(state: &State, sha: &str) -> Answer {
    let Some(commit) = state.commits.get(sha) else { return Answer::not_found() };
    let tree = state.tree_of.get(sha).cloned().unwrap_or_else(|| "7".repeat(40));
    Answer::ok(json!({
        "sha": sha,
        "commit": {"message": commit.message, "tree": {"sha": tree}},
        "author": {"login": "github-actions[bot]", "type": "Bot"},
        "parents": [{"sha": commit.parent}],
    }))
}

/// What a commit that was made here changed, as `PARENT...COMMIT`.
pub fn compare(state: &State, range: &str) -> Answer {
    let found = range.split_once("...").and_then(|(parent, sha)| Some((parent, state.commits.get(sha)?)));
    let Some((_, commit)) = found.filter(|(parent, commit)| commit.parent == *parent) else {
        return Answer::not_found();
    };
    let files: Vec<Value> = commit
        .files
        .iter()
        .map(|(path, text)| json!({"filename": path, "status": if text.is_some() { "modified" } else { "removed" }}))
        .collect();
    Answer::ok(json!({"files": files}))
}

/// Makes a branch.
pub fn create_reference(state: &mut State, seen: &Seen) -> Answer {
    let (name, sha) = (text(&seen.body["ref"]), text(&seen.body["sha"]));
    let Some(branch) = name.strip_prefix("refs/heads/") else {
        return Answer::invalid("Reference name must start with 'refs/'");
    };
    if !state.commits.contains_key(&sha) {
        return Answer::invalid("Object does not exist");
    }
    if state.branches.contains_key(branch) {
        return Answer::error(422, "Reference already exists");
    }
    state.branches.insert(branch.to_owned(), sha.clone());
    Answer::created(json!({"ref": name, "object": {"sha": sha}}))
}

/// A file of a branch that was made here; of any other, the files at the base.
pub fn file(state: &State, path: &str, reference: &str) -> Option<String> {
    let made = state.branches.get(reference).filter(|sha| state.commits.contains_key(*sha));
    let Some(mut sha) = made else { return state.files.get(path).cloned() };
    while let Some(commit) = state.commits.get(sha) {
        if let Some(text) = commit.files.get(path) {
            return text.clone();
        }
        sha = &commit.parent;
    }
    None
}
