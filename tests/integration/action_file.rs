//! `action.yml` and the binary have to name the same inputs and outputs.

use std::collections::BTreeSet;
use std::path::Path;

use fabwright::cli::action;
use serde_yaml::Value;

fn action_file() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("action.yml");
    serde_yaml::from_str(&std::fs::read_to_string(path).expect("action.yml")).expect("YAML")
}

fn keys<'a>(file: &'a Value, section: &str) -> BTreeSet<&'a str> {
    file[section].as_mapping().expect("a mapping").keys().filter_map(Value::as_str).collect()
}

#[test]
fn every_input_is_one_that_the_binary_reads() {
    assert_eq!(keys(&action_file(), "inputs"), action::INPUTS.iter().copied().collect());
}

#[test]
fn every_input_is_described_and_has_a_default() {
    let file = action_file();
    for name in keys(&file, "inputs") {
        let input = &file["inputs"][name];
        assert!(input["description"].as_str().is_some_and(|text| text.len() > 20), "{name}");
        assert!(input["default"].as_str().is_some(), "{name}");
        assert!(name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-'), "{name}");
    }
}

#[test]
fn the_binary_itself_is_started() {
    let file = action_file();
    assert_eq!(file["runs"]["using"].as_str(), Some("docker"));
    assert_eq!(file["runs"]["args"][0].as_str(), Some("action"));
    let dockerfile = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Dockerfile")).expect("a file");
    // A shell in between drops variables with a hyphen in their name.
    assert!(dockerfile.contains("ENTRYPOINT [\"/usr/local/bin/fabwright\"]"));
}

#[test]
fn the_documentation_names_every_input_and_output() {
    let file = action_file();
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/action.md")).expect("a file");
    for name in keys(&file, "inputs").into_iter().chain(keys(&file, "outputs")) {
        assert!(page.contains(&format!("| `{name}` |")), "{name}");
    }
}
