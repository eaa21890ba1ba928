//! Holds the arrows of docs/architecture.md: which room of `src/` may know which.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The core rooms in the order of the pipeline; those in one row don't know each other.
const PIPELINE: [&[&str]; 11] = [
    &["schema"],
    &["diff"],
    &["hazard", "impact", "revision"],
    &["migration"],
    &["generate"],
    &["rollout"],
    &["merge"],
    &["outcome", "mutation"],
    &["gate"],
    &["history"],
    &["report"],
];

/// The rooms that each face one outside system.
const EDGES: [&str; 5] = ["database", "run", "store", "github", "notify"];

/// Every room, and the rooms that it may know.
fn allowed() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let core: BTreeSet<&str> = PIPELINE.concat().into_iter().collect();
    let mut table: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (place, row) in PIPELINE.iter().enumerate() {
        for room in *row {
            table.insert(room, PIPELINE[..place].concat().into_iter().collect());
        }
    }
    for edge in EDGES {
        table.insert(edge, core.clone());
    }
    table.insert("config", core.clone());
    table.insert("app", core.iter().copied().chain(EDGES).chain(["config"]).collect());
    table.insert("cli", ["app", "schema"].into());
    table.insert("main", ["cli", "app"].into());
    table.insert("lib", BTreeSet::new());
    table
}

/// A place in a file that names a room.
#[derive(Debug, PartialEq, Eq)]
struct Mention {
    line: usize,
    room: String,
}

/// The words and marks of Rust source, without comments and the insides of literals.
fn tokens(source: &str) -> Vec<(String, usize)> {
    let letters: Vec<char> = source.chars().collect();
    let at = |index: usize| letters.get(index).copied().unwrap_or('\0');
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let (mut tokens, mut index, mut line) = (Vec::new(), 0, 1);
    while index < letters.len() {
        let start = index;
        let first = letters[index];
        if first == '/' && at(index + 1) == '/' {
            while index < letters.len() && at(index) != '\n' {
                index += 1;
            }
        } else if first == '/' && at(index + 1) == '*' {
            let mut depth = 0;
            loop {
                match (at(index), at(index + 1)) {
                    ('/', '*') => (depth, index) = (depth + 1, index + 2),
                    ('*', '/') => (depth, index) = (depth - 1, index + 2),
                    _ => index += 1,
                }
                if depth == 0 || index >= letters.len() {
                    break;
                }
            }
        } else if first == '"' {
            index += 1;
            while index < letters.len() && at(index) != '"' {
                index += if at(index) == '\\' { 2 } else { 1 };
            }
            index += 1;
        } else if first == '\'' && (at(index + 1) == '\\' || at(index + 2) == '\'') {
            index += if at(index + 1) == '\\' { 3 } else { 2 };
            while index < letters.len() && at(index) != '\'' {
                index += 1;
            }
            index += 1;
        } else if is_word(first) {
            while is_word(at(index)) {
                index += 1;
            }
            let word: String = letters[start..index].iter().collect();
            let hashes = (index..).take_while(|place| at(*place) == '#').count();
            if matches!(word.as_str(), "r" | "br" | "cr") && at(index + hashes) == '"' {
                let end: String = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
                let rest: String = letters[index + hashes + 1..].iter().collect();
                let inside = rest.find(&end).map_or(rest.chars().count(), |byte| rest[..byte].chars().count());
                index += hashes + 1 + inside + end.len();
            } else {
                tokens.push((word, line));
            }
        } else if first == ':' && at(index + 1) == ':' {
            tokens.push(("::".to_owned(), line));
            index += 2;
        } else {
            if !first.is_whitespace() {
                tokens.push((first.to_string(), line));
            }
            index += 1;
        }
        line += letters[start..index.min(letters.len())].iter().filter(|letter| **letter == '\n').count();
    }
    tokens
}

/// The rooms that a file names. `depth` is how many modules deep the file is: 1 for `src/merge/mod.rs`.
fn mentions(source: &str, depth: usize) -> Vec<Mention> {
    let tokens = tokens(source);
    let text = |index: usize| tokens.get(index).map_or("", |(text, _)| text.as_str());
    let mut found = Vec::new();
    let (mut braces, mut inline): (usize, Vec<usize>) = (0, Vec::new());
    let mut index = 0;
    while index < tokens.len() {
        let continues = index > 0 && text(index - 1) == "::";
        let mut next = index + 1;
        let reaches_root = match text(index) {
            "{" => {
                if index > 1 && text(index - 2) == "mod" {
                    inline.push(braces);
                }
                braces += 1;
                false
            }
            "}" => {
                braces = braces.saturating_sub(1);
                if inline.last() == Some(&braces) {
                    inline.pop();
                }
                false
            }
            "crate" | "fabwright" => !continues,
            "super" if !continues => {
                let mut up = 1;
                while text(next) == "::" && text(next + 1) == "super" {
                    (up, next) = (up + 1, next + 2);
                }
                up >= depth + inline.len()
            }
            _ => false,
        };
        if reaches_root && text(next) == "::" {
            let mut push = |place: usize| {
                let (room, line) = tokens[place].clone();
                found.push(Mention { line, room });
            };
            if text(next + 1) == "{" {
                let (mut level, mut place) = (1, next + 2);
                let mut is_first = true;
                while level > 0 && place < tokens.len() {
                    match text(place) {
                        "{" => level += 1,
                        "}" => level -= 1,
                        "," if level == 1 => is_first = true,
                        "self" if level == 1 => is_first = false,
                        _ if level == 1 && is_first => {
                            push(place);
                            is_first = false;
                        }
                        _ => {}
                    }
                    place += 1;
                }
            } else if next + 1 < tokens.len() {
                push(next + 1);
            }
        }
        // What a group holds is looked at again, so that braces stay balanced.
        index = next;
    }
    found
}

/// Every mention in a file that the table does not allow, as `file:line: what`.
fn offences(file: &str, source: &str) -> Vec<String> {
    let table = allowed();
    let inner: Vec<&str> = file.trim_start_matches("src/").trim_end_matches(".rs").split('/').collect();
    let room = inner[0];
    let Some(may_know) = table.get(room) else {
        return vec![format!("{file}:1: {room} is no room; add it to docs/architecture.md and to this table")];
    };
    let depth = match inner.as_slice() {
        ["main" | "lib"] => 0,
        [.., "mod"] => inner.len() - 1,
        _ => inner.len(),
    };
    mentions(source, depth)
        .into_iter()
        .filter(|mention| mention.room != room && !may_know.contains(mention.room.as_str()))
        .map(|Mention { line, room: other }| {
            let why = if table.contains_key(other.as_str()) { "must not know" } else { "names an unknown room:" };
            format!("{file}:{line}: {room} {why} {other}")
        })
        .collect()
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn rooms_know_only_what_they_may() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    rust_files(&root.join("src"), &mut files);
    files.sort();
    assert!(files.len() > 20, "the sources are there");
    let found: Vec<String> = files
        .iter()
        .flat_map(|path| {
            let name = path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
            offences(&name, &std::fs::read_to_string(path).expect("readable source"))
        })
        .collect();
    assert!(found.is_empty(), "docs/architecture.md says who may know whom:\n{}", found.join("\n"));
}

#[test]
fn the_page_names_every_room() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/architecture.md")).expect("the page");
    for room in allowed().keys().filter(|room| **room != "lib") {
        assert!(page.contains(&format!("`{room}/`")) || page.contains(&format!("`{room}.rs`")), "{room} is missing");
    }
}

#[test]
fn the_scanner_finds_every_way_to_name_a_room() {
    let found = |file: &str, source: &str| offences(file, source);
    assert_eq!(
        found("src/merge/mod.rs", "\nuse crate::report::Comment;\n"),
        ["src/merge/mod.rs:2: merge must not know report"]
    );
    let nested = "use crate::{\n    schema::{Table, report},\n    self,\n    gate::{self, Policy},\n    run,\n};\n";
    assert_eq!(
        found("src/merge/text.rs", nested),
        ["src/merge/text.rs:4: merge must not know gate", "src/merge/text.rs:5: merge must not know run"]
    );
    assert_eq!(found("src/store/git/mod.rs", "fn f() { let x = crate::run::go(); }").len(), 1);
    assert_eq!(found("src/store/git/mod.rs", "use super::super::database::Url;").len(), 1);
    assert_eq!(found("src/store/git/read.rs", "use super::super::database::Url;"), [""; 0], "store::database");
    assert_eq!(found("src/merge/mod.rs", "mod tests { use super::super::app::x; } use super::app;").len(), 2);
    assert_eq!(found("src/main.rs", "use fabwright::{cli, store};"), ["src/main.rs:1: main must not know store"]);
    assert_eq!(found("src/main.rs", "use fabwright::cli;"), [""; 0]);
    assert_eq!(
        found("src/gate/mod.rs", "use crate::nowhere::X;"),
        ["src/gate/mod.rs:1: gate names an unknown room: nowhere"]
    );
    assert_eq!(found("src/helpers/mod.rs", "").len(), 1, "an unknown room");
    assert_eq!(found("src/hazard/mod.rs", "use crate::impact::Usage;").len(), 1, "rooms of one step");
    let quiet = "// use crate::app;\n/* crate::app /* x */ crate::app */\nconst A: &str = \"crate::app\";\n\
                 const B: &str = r#\"crate::app \"x\" \"#;\nconst C: char = '\"'; fn f<'a>(x: &'a str) {}\n\
                 use crate::merge::text;\nuse crate::schema::Table;\n";
    assert_eq!(found("src/merge/mod.rs", quiet), [""; 0]);
    assert_eq!(found("src/merge/mod.rs", &format!("{quiet}use crate::app;")).len(), 1, "and goes on after it");
}
