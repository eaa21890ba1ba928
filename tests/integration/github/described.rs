//! That the proxy finds what GitHub's description holds against a request, so that the other tests can fail by it.

use axum::http::Method;
use serde_json::{Value, json};

use super::double::Github;
use super::double::state::TOKEN;

/// What the proxy has against a request.
async fn against(github: &Github, method: Method, path: &str, body: Option<Value>) -> Vec<String> {
    let request = reqwest::Client::new()
        .request(method, format!("{}{path}", github.url))
        .bearer_auth(TOKEN)
        .header("content-type", "application/json")
        .body(body.map(|body| body.to_string()).unwrap_or_default());
    request.send().await.unwrap();
    github.violations()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_github_does_not_describe_is_a_violation() {
    let github = tokio::task::block_in_place(Github::start);
    github.state().comment(7, "reader", "User", "a remark");
    let sha = "a".repeat(40);
    let commits = format!("/repos/octo/shop/statuses/{sha}");
    let long = "x".repeat(65_536);
    let wrong_annotation =
        json!([{"path": "a", "start_line": 1, "end_line": 1, "annotation_level": "error", "message": "m"}]);
    for (method, path, body, part) in [
        (Method::POST, "/repos/octo/shop/check-runs", json!({"name": "x"}), "head_sha"),
        (
            Method::POST,
            "/repos/octo/shop/check-runs",
            json!({"name": "x", "head_sha": sha, "status": "bogus"}),
            "status",
        ),
        (
            Method::PATCH,
            "/repos/octo/shop/check-runs/1",
            json!({"output": {"title": "t", "summary": "s", "annotations": wrong_annotation}}),
            "annotation_level",
        ),
        (Method::PATCH, "/repos/octo/shop/check-runs/1", json!({"output": {"title": "t", "summary": long}}), "65535"),
        (Method::POST, "/repos/octo/shop/issues/7/comments", json!({"text": "x"}), "body"),
        (Method::PATCH, "/repos/octo/shop/issues/comments/2", json!({"body": 1}), "body"),
        (Method::POST, "/repos/octo/shop/issues/comments/2/reactions", json!({"content": "thumbs"}), "content"),
        (Method::POST, &commits, json!({"state": "done"}), "state"),
    ] {
        let found = against(&github, method.clone(), path, Some(body)).await;
        assert!(found.iter().any(|message| message.contains(part)), "{method} {path}: {found:#?}");
    }
    for (path, part) in [
        ("/repos/octo/shop/nothing", "route not found"),
        ("/repos/octo/shop/pulls/7/reviews?per_page=many", "per_page"),
    ] {
        let found = against(&github, Method::GET, path, None).await;
        assert!(found.iter().any(|message| message.contains(part)), "{path}: {found:#?}");
    }
    let described = against(&github, Method::GET, "/repos/octo/shop/issues/7/comments?per_page=100", None).await;
    assert_eq!(described, Vec::<String>::new());
    tokio::task::block_in_place(|| drop(github));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_githubs_schema_does_not_know_is_a_violation() {
    let github = tokio::task::block_in_place(Github::start);
    let document = |fields: &str| {
        format!(
            "mutation C($input: CreateCommitOnBranchInput!) {{ createCommitOnBranch(input: $input) {{ commit {{ {fields} }} }} }}"
        )
    };
    let input = json!({"branch": {"repositoryNameWithOwner": "octo/shop", "branchName": "x"},
        "message": {"headline": "h"}, "expectedHeadOid": "a".repeat(40), "fileChanges": {}});
    for (query, input, part) in [
        (document("oid colour"), input.clone(), "colour"),
        (document("oid"), json!({"branch": {}}), "expectedHeadOid"),
        ("mutation {".to_owned(), input.clone(), "Syntax Error"),
    ] {
        let body = json!({"query": query, "variables": {"input": input}});
        let found = against(&github, Method::POST, "/graphql", Some(body)).await;
        assert!(found.iter().any(|message| message.contains(part)), "{part}: {found:#?}");
    }
    let body = json!({"query": document("oid url"), "variables": {"input": input}});
    assert_eq!(against(&github, Method::POST, "/graphql", Some(body)).await, Vec::<String>::new());
    tokio::task::block_in_place(|| drop(github));
}
