//! Whole regenerations.

use std::collections::BTreeMap;

use super::super::{FileMerge, Strategies, TreeMerge, tree};
use super::*;

fn map(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn get<'t>(merge: &'t TreeMerge, path: &str) -> &'t FileMerge {
    merge.files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("no {path}"))
}

#[test]
fn files_come_stay_and_go() {
    let baseline = map(&[("same.py", "s\n"), ("edited.py", "a\nb\nc\n"), ("gone.py", "g\n"), ("kept.py", "k\n")]);
    let branch = map(&[
        ("same.py", "s\n"),
        ("edited.py", "a\nb\nmine\n"),
        ("gone.py", "g\n"),
        ("kept.py", "k\nmine\n"),
        ("hand.py", "not ours to touch\n"),
    ]);
    let generated = map(&[("same.py", "s\n"), ("edited.py", "new\nb\nc\n"), ("new.py", "n\n")]);
    let merge = tree(&baseline, &branch, &generated, &Strategies::default(), &[]);
    assert_eq!(merge.files.len(), 5, "hand-written files are none of ours");
    assert_eq!(get(&merge, "same.py").merged.outcome, Outcome::Unchanged);
    assert!(!get(&merge, "same.py").changes_branch());
    assert_eq!(get(&merge, "edited.py").merged.text.as_deref(), Some("new\nb\nmine\n"));
    assert_eq!(get(&merge, "gone.py").merged.outcome, Outcome::Deleted);
    assert_eq!(get(&merge, "new.py").merged.outcome, Outcome::Added);
    assert_eq!(merge.retired().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["kept.py"]);
    assert_eq!(merge.conflicts().count(), 0);
    assert_eq!(merge.new_baseline, generated);
    assert_eq!(merge.hand_edits(), 2);

    // A second regeneration on the result changes nothing.
    let mut after = branch;
    for file in &merge.files {
        match &file.merged.text {
            Some(text) => drop(after.insert(file.path.clone(), text.clone())),
            None => drop(after.remove(&file.path)),
        }
    }
    let again = tree(&merge.new_baseline, &after, &generated, &Strategies::default(), &[]);
    assert!(again.files.iter().all(|file| !file.changes_branch()), "{:?}", again.files);
    assert_eq!(again.hand_edits(), 1);
}

#[test]
fn files_of_a_renamed_table_move_with_their_edits() {
    let baseline = map(&[("app/models/client.py", "class Client(Model):\n    name = 1\n    fax = 2\n    x = 3\n")]);
    let branch = map(&[(
        "app/models/client.py",
        "class Client(Model):\n    name = 1\n    fax = 2\n    x = 3\n\n    def hello(self):\n        return 1\n",
    )]);
    let generated =
        map(&[("app/models/customer.py", "class Customer(Model):\n    name = 1\n    fax = 2\n    x = 3\n")]);
    let renames = [("app/models/client.py".to_owned(), "app/models/customer.py".to_owned())];
    let merge = tree(&baseline, &branch, &generated, &Strategies::default(), &renames);
    assert_eq!(merge.files.len(), 1);
    let file = get(&merge, "app/models/customer.py");
    assert_eq!(file.moved_from.as_deref(), Some("app/models/client.py"));
    assert_eq!(
        file.merged.text.as_deref(),
        Some(
            "class Customer(Model):\n    name = 1\n    fax = 2\n    x = 3\n\n    def hello(self):\n        return 1\n"
        )
    );
    // Once it has moved, the same hint does nothing.
    let after = map(&[("app/models/customer.py", file.merged.text.as_deref().unwrap())]);
    let again = tree(&merge.new_baseline, &after, &generated, &Strategies::default(), &renames);
    assert!(again.files.iter().all(|file| !file.changes_branch()));
}

#[test]
fn a_renamed_class_keeps_the_edits_beside_the_change() {
    let baseline = "class Client(Model):\n    __tablename__ = \"client\"\n    name = mapped_column(String(80))\n";
    let ours = "class Client(Audited, Model):\n    __tablename__ = \"client\"\n    \
                name = mapped_column(String(80), index=True)\n";
    let theirs = "class Customer(Model):\n    __tablename__ = \"customer\"\n    name = mapped_column(String(40))\n";
    let merged = python(baseline, ours, theirs);
    assert_eq!(
        merged.text.as_deref(),
        Some(
            "class Customer(Audited, Model):\n    __tablename__ = \"customer\"\n    \
             name = mapped_column(String(40), index=True)\n"
        )
    );
}

#[test]
fn the_longest_path_decides_the_strategy() {
    let strategies = Strategies {
        default: Strategy::Merge,
        by_path: [
            ("app/", Strategy::Ask),
            ("app/views/", Strategy::KeepMine),
            ("app/views/tag.py", Strategy::TakeGenerated),
        ]
        .into_iter()
        .map(|(path, strategy)| (path.to_owned(), strategy))
        .collect(),
    };
    assert_eq!(strategies.of("tests/x.py"), Strategy::Merge);
    assert_eq!(strategies.of("app/x.py"), Strategy::Ask);
    assert_eq!(strategies.of("app/views/order.py"), Strategy::KeepMine);
    assert_eq!(strategies.of("app/views/tag.py"), Strategy::TakeGenerated);
    assert_eq!(strategies.of("app"), Strategy::Merge);
}
