//! GitHub's own description of its API, as npm has it: what it answers when, with an example of each.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde_json::Value;

/// Where npm's packages are. `make test` installs them.
pub fn packages() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/node/node_modules");
    assert!(
        folder.is_dir(),
        "install what the tests need first: scripts/setup-tests .venv, or npm ci --prefix tests/node"
    );
    folder
}

static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    let path = packages().join("@octokit/openapi/generated/api.github.com.json");
    serde_json::from_slice(&std::fs::read(path).expect("the description")).expect("JSON")
});

/// GitHub's own example of an answer, if the description has that route and an example for it.
pub fn example(method: &str, path: &str, status: u16) -> Option<&'static Value> {
    let operation = route(path)?.1.get(method.to_lowercase())?;
    let answer = resolved(&operation["responses"][status.to_string()]);
    let content = &answer["content"]["application/json"];
    let first = content["examples"].as_object()?.values().next()?;
    Some(&resolved(first)["value"])
}

/// A path as the description has it: what it calls a reference or a file's path is one part, whatever slashes are in it.
pub fn described(path: &str) -> String {
    let Some((template, _)) = route(path) else { return path.to_owned() };
    let parts: Vec<&str> = path.splitn(template.split('/').count(), '/').collect();
    let (last, before) = parts.split_last().unwrap_or((&"", &[]));
    format!("{}/{}", before.join("/"), last.replace('/', "%2F"))
}

/// The routes at a path, with their template: the one with the fewest parameters that fits.
fn route(path: &str) -> Option<(&'static String, &'static Value)> {
    let parts: Vec<&str> = path.split('/').collect();
    let parameters = |template: &String| template.matches('{').count();
    let fits = |template: &str| {
        let wanted: Vec<&str> = template.split('/').collect();
        wanted.len() == parts.len()
            && wanted.iter().zip(&parts).all(|(wanted, part)| wanted.starts_with('{') || wanted == part)
    };
    let fits_at_length = |template: &str| {
        let Some(before) = ["{ref}", "{path}"].iter().find_map(|open| template.strip_suffix(open)) else {
            return false;
        };
        let wanted: Vec<&str> = before.trim_end_matches('/').split('/').collect();
        wanted.len() < parts.len()
            && wanted.iter().zip(&parts).all(|(wanted, part)| wanted.starts_with('{') || wanted == part)
    };
    let paths = DESCRIPTION["paths"].as_object()?;
    let exact = paths.iter().filter(|(template, _)| fits(template)).min_by_key(|(template, _)| parameters(template));
    exact.or_else(|| {
        paths.iter().filter(|(template, _)| fits_at_length(template)).min_by_key(|(template, _)| parameters(template))
    })
}

fn resolved(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(reference) => DESCRIPTION.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null),
        None => value,
    }
}

/// `ours` with everything that GitHub's example has beyond it, in every entry of every list.
pub fn completed(example: &Value, ours: Value) -> Value {
    match (example, ours) {
        (Value::Object(example), Value::Object(ours)) => {
            let mut whole = example.clone();
            for (key, value) in ours {
                let value = match example.get(&key) {
                    // What is not granted is not there.
                    Some(example) if key != "permissions" => completed(example, value),
                    _ => value,
                };
                whole.insert(key, value);
            }
            Value::Object(whole)
        }
        (Value::Array(example), Value::Array(ours)) => match example.first() {
            Some(first) => ours.into_iter().map(|entry| completed(first, entry)).collect(),
            None => Value::Array(ours),
        },
        (_, ours) => ours,
    }
}
