//! What messages and documentation say about `.fabwright.yml` holds: every key that they name is there.

use std::collections::BTreeSet;
use std::path::Path;

use fabwright::config::{FILE_NAME, parse};
use ignore::WalkBuilder;

/// The keys that a mapping knows, as the refusal of an unknown one lists them.
fn keys(of: &str) -> BTreeSet<String> {
    let text = if of.is_empty() { "no_such_key: 1".to_owned() } else { format!("{of}:\n  no_such_key: 1") };
    let message = parse(&text, Path::new(FILE_NAME)).expect_err("an unknown key").to_string();
    let (_, known) = message.split_once("expected").unwrap_or_default();
    known.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Every key, with dots.
fn all_keys() -> BTreeSet<String> {
    let sections = keys("");
    assert!(sections.contains("gate") && sections.contains("tests"), "{sections:?}");
    sections.iter().flat_map(|section| keys(section).into_iter().map(move |key| format!("{section}.{key}"))).collect()
}

/// The files below `folder` that end in `extension`, with their texts.
fn texts(folder: &str, extension: &str) -> Vec<(String, String)> {
    let files = WalkBuilder::new(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).build();
    files
        .map(|entry| entry.expect("a file").into_path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).expect("text")))
        .collect()
}

/// The words in backticks, and those before "in .fabwright.yml", that read as a key of one of the sections.
fn named(text: &str, sections: &BTreeSet<String>) -> BTreeSet<String> {
    let is_key = |word: &str| {
        word.split_once('.').is_some_and(|(section, key)| {
            sections.contains(section) && key.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_')
        })
    };
    let ticked = text.split('`').filter(|word| is_key(word));
    let plain =
        text.match_indices(" in .fabwright.yml").filter_map(|(at, _)| text[..at].rsplit([' ', '`', '"']).next());
    ticked.chain(plain.filter(|word| is_key(word))).map(str::to_owned).collect()
}

#[test]
fn every_key_that_is_named_is_one_that_is_read() {
    let (sections, known) = (keys(""), all_keys());
    let mut found = 0;
    for (path, text) in [texts("src", "rs"), texts("docs", "md"), texts(".", "md")].concat() {
        // Comments speak of Python modules too, such as `tests.support`.
        let text: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for key in named(&text, &sections) {
            assert!(known.contains(&key), "{path} speaks of `{key}`, which is no key of {FILE_NAME}");
            found += 1;
        }
    }
    assert!(found > 20, "only {found} keys were found: are they still written in backticks?");
}

#[test]
fn the_documentation_names_every_key() {
    let page = include_str!("../../docs/configuration.md");
    for key in all_keys() {
        let (section, name) = key.split_once('.').expect("a dot");
        let said = [format!("`{key}`"), format!("`.{name}`"), format!("`{name}`")];
        assert!(said.iter().any(|said| page.contains(said)), "docs/configuration.md says nothing of {section}.{name}");
    }
}
