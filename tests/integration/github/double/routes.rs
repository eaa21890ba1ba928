//! The REST routes, with GitHub's limits.

use serde_json::{Value, json};

use super::git;
use super::state::{Answer, CheckRun, Comment, REPOSITORY, Seen, State, Token, permissions, repository_id};

/// Answers a request.
pub fn answer(state: &mut State, seen: &Seen, own: &str, base: &str) -> Answer {
    let parts: Vec<&str> = seen.path.split('/').filter(|part| !part.is_empty()).collect();
    let inside: Vec<&str> = match parts.as_slice() {
        ["repos", owner, name, rest @ ..] if format!("{owner}/{name}") == REPOSITORY => rest.to_vec(),
        ["repos", ..] => return Answer::not_found(),
        _ => Vec::new(),
    };
    // An App proves itself with a JWT, and gets a token.
    match (seen.method.as_str(), parts.as_slice(), inside.as_slice()) {
        ("GET", _, ["installation"]) => return installation(state, seen),
        ("POST", ["app", "installations", "77", "access_tokens"], _) => return access_token(state, seen),
        _ => {}
    }
    if !state.tokens.contains_key(&seen.token) {
        return Answer::error(401, "Bad credentials");
    }
    let link = |page: usize| format!("{own}{base}{}?{}", seen.path, with_page(&seen.query, page));
    match (seen.method.as_str(), inside.as_slice()) {
        ("GET", ["issues", number, "comments"]) => {
            let number = number.parse::<u64>().unwrap();
            let comments = state.comments.iter().filter(|comment| comment.number == number).map(comment_json);
            paged(comments.collect(), seen, None, link)
        }
        ("POST", ["issues", number, "comments"]) => with(state, seen, &["issues", "pull_requests"], |state| {
            let body = seen.body["body"].as_str().unwrap_or_default().to_owned();
            if let Some(refusal) = refuse_body(&body) {
                return refusal;
            }
            let token = state.tokens[&seen.token].clone();
            let id = state.comment(number.parse().unwrap(), &token.login, token.kind, &body);
            let comment = state.comments.iter().find(|comment| comment.id == id).unwrap();
            Answer::created(comment_json(comment))
        }),
        ("PATCH", ["issues", "comments", id]) => with(state, seen, &["issues", "pull_requests"], |state| {
            let body = seen.body["body"].as_str().unwrap_or_default().to_owned();
            if let Some(refusal) = refuse_body(&body) {
                return refusal;
            }
            let Some(comment) = find_comment(state, id) else { return Answer::not_found() };
            comment.body = body;
            comment.edits += 1;
            Answer::ok(comment_json(comment))
        }),
        ("DELETE", ["issues", "comments", id]) => with(state, seen, &["issues", "pull_requests"], |state| {
            let before = state.comments.len();
            let id: u64 = id.parse().unwrap();
            state.comments.retain(|comment| comment.id != id);
            if state.comments.len() == before {
                Answer::not_found()
            } else {
                Answer { status: 204, ..Answer::ok(json!(null)) }
            }
        }),
        ("POST", ["issues", "comments", id, "reactions"]) => with(state, seen, &["issues", "pull_requests"], |state| {
            let content = seen.body["content"].as_str().unwrap_or_default().to_owned();
            if !["+1", "-1", "eyes", "confused", "heart", "hooray", "laugh", "rocket"].contains(&content.as_str()) {
                return Answer::invalid("content is not a reaction");
            }
            let id: u64 = id.parse().unwrap();
            state.reactions.push((id, content.clone()));
            Answer::created(json!({"id": state.id(), "content": content}))
        }),
        ("GET", ["issues", _, "labels"]) => {
            let labels = state.labels.iter().map(|name| json!({"name": name})).collect();
            paged(labels, seen, None, link)
        }
        ("POST", ["check-runs"]) => with(state, seen, &["checks"], |state| create_check(state, seen)),
        ("PATCH", ["check-runs", id]) => with(state, seen, &["checks"], |state| update_check(state, id, seen)),
        ("GET", ["check-runs", id]) => match state.checks.iter().find(|check| check.id.to_string() == *id) {
            Some(check) => Answer::ok(check_json(check)),
            None => Answer::not_found(),
        },
        ("GET", ["commits", sha, "check-runs"]) => {
            let runs: Vec<Value> = state.checks.iter().filter(|check| check.sha == *sha).map(check_json).collect();
            paged(runs, seen, Some("check_runs"), link)
        }
        ("POST", ["actions", "runs", run, "rerun"]) => with(state, seen, &["actions"], |state| {
            state.reruns.push(run.parse().unwrap());
            Answer::created(json!({}))
        }),
        ("POST", ["statuses", sha]) => with(state, seen, &["statuses"], |state| {
            let text = |key: &str| seen.body[key].as_str().unwrap_or_default().to_owned();
            if text("description").chars().count() > 140 {
                return Answer::invalid("description is too long (maximum is 140 characters)");
            }
            if !["pending", "success", "failure", "error"].contains(&text("state").as_str()) {
                return Answer::invalid("state is not included in the list");
            }
            state.statuses.push(((*sha).to_owned(), text("context"), text("state")));
            Answer::created(json!({"id": state.id()}))
        }),
        ("GET", ["pulls"]) => {
            let pulls = state.pulls.keys().map(|number| pull_json(state, *number)).collect();
            paged(pulls, seen, None, link)
        }
        ("GET", ["pulls", number]) => match number.parse().ok().filter(|number| state.pulls.contains_key(number)) {
            Some(number) => Answer::ok(pull_json(state, number)),
            None => Answer::not_found(),
        },
        ("GET", ["pulls", _, "reviews"]) => paged(state.reviews.clone(), seen, None, link),
        // A fork's commit is not known this way.
        ("GET", ["commits", sha, "pulls"]) => {
            let merged: Vec<u64> =
                state.merged.iter().filter(|(_, commit)| commit == sha).map(|(number, _)| *number).collect();
            paged(merged.into_iter().map(|number| pull_json(state, number)).collect(), seen, None, link)
        }
        ("GET", ["commits", sha]) => git::commit(state, sha),
        ("GET", ["compare", range]) => git::compare(state, range),
        ("POST", ["git", "trees"]) => with(state, seen, &["contents"], |state| git::create_tree(state, seen)),
        ("POST", ["git", "commits"]) => with(state, seen, &["contents"], |state| git::create_commit(state, seen)),
        ("POST", ["git", "refs"]) => with(state, seen, &["contents"], |state| git::create_reference(state, seen)),
        ("GET", ["git", "ref", "heads", branch @ ..]) => match state.branches.get(&branch.join("/")) {
            Some(sha) => Answer::ok(json!({"ref": format!("refs/heads/{}", branch.join("/")), "object": {"sha": sha}})),
            None => Answer::not_found(),
        },
        ("GET", ["git", "commits", sha]) => match state.commits.get(*sha) {
            Some(commit) => {
                Answer::ok(json!({"sha": sha, "message": commit.message, "parents": [{"sha": commit.parent}]}))
            }
            None => Answer::not_found(),
        },
        ("GET", ["collaborators", login, "permission"]) => match state.people.get(*login) {
            Some(role) => {
                let permission = match *role {
                    "maintain" => "write",
                    "triage" => "read",
                    role => role,
                };
                Answer::ok(
                    json!({"permission": permission, "role_name": role, "user": {"login": login, "role_name": role}}),
                )
            }
            None => Answer::not_found(),
        },
        ("GET", ["contents", path @ ..]) => match git::file(state, &path.join("/"), &reference(seen)) {
            Some(text) => {
                use base64::Engine as _;
                let content = base64::engine::general_purpose::STANDARD.encode(text);
                Answer::ok(json!({"type": "file", "encoding": "base64", "content": format!("{content}\n")}))
            }
            None => Answer::not_found(),
        },
        _ => elsewhere(state, seen, &parts),
    }
}

/// Routes outside the repository.
fn elsewhere(state: &mut State, seen: &Seen, parts: &[&str]) -> Answer {
    match (seen.method.as_str(), parts) {
        ("GET", ["user"]) => {
            let token = &state.tokens[&seen.token];
            match token.kind {
                "User" => Answer::ok(json!({"login": token.login, "type": "User"})),
                _ => Answer::error(403, "Resource not accessible by integration"),
            }
        }
        ("GET", ["orgs", organisation, "teams", team, "memberships", login]) => {
            if !may(state, seen, &["members"], "read") {
                return Answer::error(403, "Resource not accessible by integration");
            }
            let is_member = state.teams.contains(&(format!("{organisation}/{team}"), (*login).to_owned()));
            if is_member { Answer::ok(json!({"state": "active", "role": "member"})) } else { Answer::not_found() }
        }
        _ => {
            state.violations.push(format!("no such route: {} {}", seen.method, seen.path));
            Answer::not_found()
        }
    }
}

/// Whether the token has one of these permissions at that level.
pub fn may(state: &State, seen: &Seen, wanted: &[&str], level: &str) -> bool {
    let Some(token) = state.tokens.get(&seen.token) else { return false };
    wanted.iter().any(|name| {
        token.permissions.get(*name).is_some_and(|given| given == level || (level == "read" && given == "write"))
    })
}

fn with(state: &mut State, seen: &Seen, wanted: &[&str], act: impl FnOnce(&mut State) -> Answer) -> Answer {
    if may(state, seen, wanted, "write") {
        return act(state);
    }
    let mut answer = Answer::error(403, "Resource not accessible by integration");
    let accepted: Vec<String> = wanted.iter().map(|name| format!("{name}=write")).collect();
    answer.headers.push(("x-accepted-github-permissions".to_owned(), accepted.join("; ")));
    answer
}

fn refuse_body(body: &str) -> Option<Answer> {
    match body.chars().count() {
        0 => Some(Answer::invalid("body can't be blank")),
        count if count > 65_536 => Some(Answer::invalid("body is too long (maximum is 65536 characters)")),
        _ => None,
    }
}

fn find_comment<'a>(state: &'a mut State, id: &str) -> Option<&'a mut Comment> {
    state.comments.iter_mut().find(|comment| comment.id.to_string() == id)
}

fn comment_json(comment: &Comment) -> Value {
    json!({
        "id": comment.id,
        "node_id": format!("IC_{}", comment.id),
        "html_url": format!("https://github.test/{REPOSITORY}/pull/{}#issuecomment-{}", comment.number, comment.id),
        "body": comment.body,
        "user": {"login": comment.login, "type": comment.kind},
        "author_association": "NONE",
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": if comment.edits == 0 { "2026-01-01T00:00:00Z" } else { "2026-01-02T00:00:00Z" },
        "performed_via_github_app": null,
    })
}

fn pull_json(state: &State, number: u64) -> Value {
    let (branch, repository, open) = &state.pulls[&number];
    let merged = state.merged.iter().find(|(known, _)| *known == number).map(|(_, commit)| commit.clone());
    let owner = repository.split('/').next().unwrap_or_default();
    let key = if repository == REPOSITORY { branch.clone() } else { format!("{owner}:{branch}") };
    json!({
        "number": number,
        "state": open,
        "html_url": format!("https://github.test/{REPOSITORY}/pull/{number}"),
        "user": {"login": "author", "type": "User"},
        "head": {"ref": branch, "sha": state.branches.get(&key), "repo": {"id": repository_id(repository), "full_name": repository}},
        "base": {"ref": "main", "sha": state.branches.get("main"), "repo": {"id": repository_id(REPOSITORY), "full_name": REPOSITORY}},
        "labels": [],
        "requested_teams": [],
        "merged_at": merged.as_ref().map(|_| "2026-01-03T00:00:00Z"),
        "merge_commit_sha": merged,
    })
}

fn create_check(state: &mut State, seen: &Seen) -> Answer {
    let text = |key: &str| seen.body[key].as_str().unwrap_or_default().to_owned();
    if text("name").is_empty() || text("head_sha").len() != 40 {
        return Answer::invalid("name and head_sha are required");
    }
    let mut check = CheckRun {
        id: state.id(),
        sha: text("head_sha"),
        name: text("name"),
        external_id: String::new(),
        app: state.tokens[&seen.token].login.trim_end_matches("[bot]").to_owned(),
        status: "queued".to_owned(),
        conclusion: None,
        title: String::new(),
        summary: String::new(),
        annotations: Vec::new(),
    };
    if let Some(refusal) = apply(&mut check, &seen.body) {
        return refusal;
    }
    state.checks.push(check.clone());
    Answer::created(check_json(&check))
}

fn update_check(state: &mut State, id: &str, seen: &Seen) -> Answer {
    let Some(check) = state.checks.iter_mut().find(|check| check.id.to_string() == id) else {
        return Answer::not_found();
    };
    match apply(check, &seen.body) {
        Some(refusal) => refusal,
        None => Answer::ok(check_json(check)),
    }
}

/// Takes over what a request says about a check, or says what is wrong with it.
fn apply(check: &mut CheckRun, body: &Value) -> Option<Answer> {
    let output = &body["output"];
    let annotations = output["annotations"].as_array().cloned().unwrap_or_default();
    if annotations.len() > 50 {
        return Some(Answer::error(422, "Invalid request.\n\nNo more than 50 items are allowed; 51 were supplied."));
    }
    for annotation in &annotations {
        let path = annotation["path"].as_str().unwrap_or_default();
        let message = annotation["message"].as_str().unwrap_or_default();
        let line = annotation["start_line"].as_u64().unwrap_or_default();
        if path.is_empty() || path.starts_with('/') || message.is_empty() || message.len() > 65_536 || line == 0 {
            return Some(Answer::invalid("an annotation is not valid"));
        }
    }
    if output.is_object() {
        let (title, summary) = (output["title"].as_str(), output["summary"].as_str());
        let (Some(title), Some(summary)) = (title, summary) else {
            return Some(Answer::invalid("output needs title and summary"));
        };
        if summary.is_empty() || summary.chars().count() > 65_535 {
            return Some(Answer::error(422, "Only 65535 characters are allowed"));
        }
        (check.title, check.summary) = (title.to_owned(), summary.to_owned());
    }
    let conclusion = body["conclusion"].as_str();
    if (body["status"] == "completed") != conclusion.is_some() {
        return Some(Answer::invalid("a completed check has a conclusion"));
    }
    let known = ["success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required"];
    if conclusion.is_some_and(|conclusion| !known.contains(&conclusion)) {
        return Some(Answer::invalid("conclusion is not included in the list"));
    }
    check.annotations.extend(annotations);
    check.status = body["status"].as_str().unwrap_or(&check.status).to_owned();
    check.conclusion = conclusion.map(str::to_owned);
    if let Some(id) = body["external_id"].as_str() {
        check.external_id = id.to_owned();
    }
    None
}

fn check_json(check: &CheckRun) -> Value {
    json!({
        "id": check.id,
        "name": check.name,
        "head_sha": check.sha,
        "external_id": check.external_id,
        "app": {"id": 1, "slug": check.app},
        "status": check.status,
        "conclusion": check.conclusion,
        "output": {"title": check.title, "summary": check.summary, "annotations_count": check.annotations.len()},
    })
}

fn installation(state: &State, seen: &Seen) -> Answer {
    // A JWT has three parts.
    if seen.token.split('.').count() != 3 {
        return Answer::error(401, "A JSON web token could not be decoded");
    }
    match &state.installation {
        Some(granted) => Answer::ok(json!({"id": 77, "permissions": granted})),
        None => Answer::not_found(),
    }
}

fn access_token(state: &mut State, seen: &Seen) -> Answer {
    let granted = state.installation.clone().unwrap_or_default();
    let mut asked = granted.clone();
    if let Some(wanted) = seen.body["permissions"].as_object() {
        asked =
            wanted.iter().map(|(name, level)| (name.clone(), level.as_str().unwrap_or_default().to_owned())).collect();
        let rank = |level: &str| if level == "write" { 2 } else { 1 };
        if asked.iter().any(|(name, level)| granted.get(name).is_none_or(|given| rank(given) < rank(level))) {
            return Answer::error(422, "The permissions requested are not granted to this installation.");
        }
    }
    let token = format!("ghs_InstallationToken{:020}", state.id());
    let end = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(state.token_life);
    let login = "fabwright-app[bot]".to_owned();
    state.tokens.insert(token.clone(), Token { login, kind: "Bot", permissions: asked.clone() });
    Answer::created(json!({"token": token, "expires_at": end.to_string(), "permissions": asked}))
}

fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

fn with_page(query: &str, page: usize) -> String {
    let others = query.split('&').filter(|pair| !pair.starts_with("page=") && !pair.is_empty());
    others.map(str::to_owned).chain([format!("page={page}")]).collect::<Vec<_>>().join("&")
}

/// The revision that a request asks for.
fn reference(seen: &Seen) -> String {
    parameter(&seen.query, "ref").unwrap_or_default().replace("%2F", "/")
}

/// One page of a list, with a link to the next.
fn paged(entries: Vec<Value>, seen: &Seen, key: Option<&str>, link: impl Fn(usize) -> String) -> Answer {
    let number = |name: &str, otherwise: usize| {
        parameter(&seen.query, name).and_then(|value| value.parse().ok()).unwrap_or(otherwise)
    };
    let (size, page) = (number("per_page", 30).min(100), number("page", 1));
    let total = entries.len();
    let shown: Vec<Value> = entries.into_iter().skip((page - 1) * size).take(size).collect();
    let mut answer = Answer::ok(match key {
        Some(key) => json!({"total_count": total, key: shown}),
        None => json!(shown),
    });
    if page * size < total {
        answer.headers.push(("link".to_owned(), format!("<{}>; rel=\"next\"", link(page + 1))));
    }
    answer
}

/// Restricts an installation.
pub fn granted(text: &str) -> std::collections::BTreeMap<String, String> {
    permissions(text)
}
