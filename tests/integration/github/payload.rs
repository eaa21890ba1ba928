//! Payloads of events as GitHub really sent them, with what a scenario says put into them.

use std::sync::LazyLock;

use serde_json::Value;

use super::double::description::{completed, packages};

static EVENTS: LazyLock<Value> = LazyLock::new(|| {
    let path = packages().join("@octokit/webhooks-examples/api.github.com/index.json");
    serde_json::from_slice(&std::fs::read(path).expect("the examples")).expect("JSON")
});

/// `ours` with everything that a real payload of that event and action has beyond it. An event that no webhook sends, such
/// as `schedule`, is left as it is.
pub fn real(event: &str, ours: Value) -> Value {
    let events = EVENTS.as_array().expect("a list");
    let Some(event) = events.iter().find(|it| it["name"] == event) else { return ours };
    let examples = event["examples"].as_array().expect("a list");
    // Whether a comment is on a pull request is for the scenario to say.
    let fits = |example: &&Value| ours["action"] == example["action"] && example["issue"].get("pull_request").is_none();
    let example = examples.iter().find(fits).unwrap_or(&examples[0]);
    completed(example, ours)
}
