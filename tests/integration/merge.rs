//! Our merge beside `git merge-file` on the same files.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use fabwright::merge::{Strategy, Versions, file};

const CORPUS: [&str; 2] =
    [include_str!("../../src/merge/tests/structural.txt"), include_str!("../../src/merge/tests/others.txt")];

/// The texts under `--- base`, `--- ours` and `--- theirs`.
fn versions(case: &str) -> [String; 3] {
    let part = |name: &str| {
        let start = case.find(&format!("--- {name}\n")).expect("the part is there") + name.len() + 5;
        let rest = &case[start..];
        rest[..rest.find("\n--- ").map_or(rest.len(), |end| end + 1)].to_owned()
    };
    ["base", "ours", "theirs"].map(part)
}

/// How many conflicts git leaves.
fn git(folder: &Path, [base, ours, theirs]: &[String; 3]) -> usize {
    for (name, text) in [("base", base), ("ours", ours), ("theirs", theirs)] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let output = Command::new("git")
        .args(["merge-file", "--stdout", "ours", "base", "theirs"])
        .current_dir(folder)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().lines().filter(|line| line.starts_with("<<<<<<<")).count()
}

fn fabwright([base, ours, theirs]: &[String; 3]) -> usize {
    let versions = Versions { base: Some(base), ours: Some(ours), theirs: Some(theirs) };
    let merged = file("app/models/customer.py", versions, Strategy::Merge);
    merged.text.unwrap_or_default().lines().filter(|line| line.starts_with("<<<<<<<")).count()
}

#[test]
fn fewer_conflicts_reach_people_than_with_git() {
    let folder = tempfile::tempdir().unwrap();
    let mut table = String::from("  git fabwright  case\n");
    let (mut gits, mut ours, mut cases) = (0, 0, 0);
    for case in CORPUS.iter().flat_map(|corpus| corpus.split("=== ").skip(1)) {
        let (name, body) = case.split_once('\n').unwrap();
        let versions = versions(body);
        let (theirs, own) = (git(folder.path(), &versions), fabwright(&versions));
        writeln!(table, "{theirs:>5} {own:>9}  {name}").unwrap();
        (gits, ours, cases) = (gits + theirs, ours + own, cases + 1);
    }
    writeln!(table, "{gits:>5} {ours:>9}  conflicts in all of {cases} cases").unwrap();
    insta::assert_snapshot!(table);
    assert!(ours < gits, "{table}");
}
