//! What holds for every text, and how we compare with git.

use std::process::Command;

use proptest::prelude::{Just, ProptestConfig, any, prop, prop_assert, prop_assert_eq, proptest};
use proptest::strategy::Strategy as ProptestStrategy;

use super::*;

fn merge(base: &str, ours: &str, theirs: &str) -> Merged {
    text_file(Some(base), Some(ours), Some(theirs), Strategy::Merge)
}

/// What `git merge-file` makes of it; `None` for a conflict.
fn git(base: &str, ours: &str, theirs: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("base", base), ("ours", ours), ("theirs", theirs)] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let output = Command::new("git")
        .args(["merge-file", "-p", "--diff3", "ours", "base", "theirs"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

#[test]
fn ends_of_files_and_lines() {
    let cases = [
        ("no line end at the end", "a\nb\nc", "A\nb\nc", "a\nb\nC"),
        ("line end added by hand", "a\nb\nc\nd", "a\nb\nc\nd\n", "A\nb\nc\nd"),
        ("line end taken by hand", "a\nb\nc\nd\n", "a\nb\nc\nd", "A\nb\nc\nd\n"),
        ("empty base", "", "a\n", "a\n"),
        ("emptied by hand", "a\nb\n", "", "a\nb\n"),
        ("form feeds and other marks", "a\u{c}b\nc\nd\n", "a\u{c}b\nc\nD\n", "A\u{c}b\nc\nd\n"),
    ];
    for (name, base, ours, theirs) in cases {
        let merged = merge(base, ours, theirs);
        assert!(!merged.is_conflict(), "{name}: {merged:?}");
        assert_eq!(merged.text, git(base, ours, theirs), "{name}");
    }
}

#[test]
fn line_ends_of_the_branch_stay() {
    let crlf = |text: &str| text.replace('\n', "\r\n");
    let (base, ours, theirs) = ("a\nb\nc\nd\n", "a\nb\nc\nmine\n", "new\nb\nc\nd\n");
    let merged = merge(base, &crlf(ours), theirs);
    assert_eq!(merged.text.unwrap(), crlf("new\nb\nc\nmine\n"));
    let unedited = merge(base, &crlf(base), theirs);
    assert_eq!(unedited.outcome, Outcome::TakeTheirs);
    assert_eq!(unedited.text.unwrap(), crlf(theirs));
    let same = merge(base, &crlf(theirs), theirs);
    assert_eq!(same.outcome, Outcome::Unchanged);
    let conflict = merge("a\n", "x\r\n", "y\n").text.unwrap();
    assert_eq!(conflict.matches('\n').count(), conflict.matches("\r\n").count());
}

#[test]
fn markers_and_regions() {
    let merged = merge("1\na\n2\nb\n3\n", "1\nA\n2\nB\n3\n", "1\nx\n2\ny\n3\n");
    let expected = "1\n<<<<<<< your branch\nA\n||||||| last generated\na\n=======\nx\n>>>>>>> newly generated\n2\n\
                    <<<<<<< your branch\nB\n||||||| last generated\nb\n=======\ny\n>>>>>>> newly generated\n3\n";
    assert_eq!(merged.text.as_deref(), Some(expected));
    let Outcome::Conflict { reason, regions } = merged.outcome else { panic!("a conflict") };
    assert_eq!(reason, ConflictReason::BothChanged);
    assert_eq!(regions.iter().map(|region| region.line).collect::<Vec<_>>(), [2, 10]);
    assert_eq!((regions[1].base.as_str(), regions[1].ours.as_str(), regions[1].theirs.as_str()), ("b\n", "B\n", "y\n"));
}

#[test]
fn what_both_agree_on_is_outside_of_the_conflict() {
    let merged = merge("old\n", "same\nmine\nend\n", "same\ntheirs\nend\n");
    let text = merged.text.unwrap();
    assert!(text.starts_with("same\n<<<<<<< your branch\nmine\n"), "{text}");
    assert!(text.ends_with(">>>>>>> newly generated\nend\n"), "{text}");
}

#[test]
fn sides_that_do_not_exist() {
    let case = |base, ours, theirs| text_file(base, ours, theirs, Strategy::Merge);
    assert_eq!(case(None, None, Some("g\n")).outcome, Outcome::Added);
    assert_eq!(
        case(None, Some("m\n"), None),
        Merged { outcome: Outcome::KeepOurs, text: Some("m\n".into()), hand_edits: 0 }
    );
    assert_eq!(case(None, Some("g\n"), Some("g\n")).outcome, Outcome::Unchanged);
    assert_eq!(case(Some("g\n"), Some("g\n"), None), Merged { outcome: Outcome::Deleted, text: None, hand_edits: 0 });
    let retired = case(Some("g\nh\n"), Some("g\nmine\n"), None);
    assert_eq!(retired, Merged { outcome: Outcome::DeletedButEdited, text: Some("g\nmine\n".into()), hand_edits: 1 });
    assert_eq!(case(Some("g\n"), None, Some("g\n")), Merged { outcome: Outcome::KeepOurs, text: None, hand_edits: 0 });
    assert_eq!(case(Some("g\n"), None, None).outcome, Outcome::Unchanged);
    let reason = |merged: Merged| match merged.outcome {
        Outcome::Conflict { reason, .. } => Some(reason),
        _ => None,
    };
    assert_eq!(reason(case(Some("g\n"), None, Some("h\n"))), Some(ConflictReason::DeletedByHand));
    let before = case(None, Some("mine\nsame\n"), Some("generated\nsame\n"));
    assert_eq!(before.text.as_deref().map(|text| text.ends_with(">>>>>>> newly generated\nsame\n")), Some(true));
    assert_eq!(reason(before), Some(ConflictReason::NoBaseline));
}

#[test]
fn strategies_decide_what_a_merge_would_not() {
    let by = |strategy| text_file(Some("a\nb\nc\n"), Some("A\nb\nc\n"), Some("a\nb\nC\n"), strategy);
    assert_eq!(by(Strategy::Merge).text.unwrap(), "A\nb\nC\n");
    assert_eq!(by(Strategy::KeepMine).text.unwrap(), "A\nb\nc\n");
    assert_eq!(by(Strategy::TakeGenerated).text.unwrap(), "a\nb\nC\n");
    assert!(by(Strategy::Ask).is_conflict());
    let unedited = text_file(Some("a\n"), Some("a\n"), Some("b\n"), Strategy::Ask);
    assert_eq!(unedited.outcome, Outcome::TakeTheirs, "nobody has to be asked");
    let before = |strategy| text_file(None, Some("mine\n"), Some("generated\n"), strategy);
    assert!(before(Strategy::Merge).is_conflict());
    assert_eq!(before(Strategy::TakeGenerated).text.unwrap(), "generated\n");
    assert_eq!(before(Strategy::KeepMine).text.unwrap(), "mine\n");
}

#[test]
fn hand_edits_are_counted_by_hunk() {
    let base = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
    let ours = "1\nA\n3\n4\nB\nC\n6\n7\n8\n9\n";
    assert_eq!(merge(base, ours, base).hand_edits, 2);
    assert_eq!(merge(base, ours, "1\n2\n3\n4\n5\n6\n7\n8\nnine\n").hand_edits, 2);
}

/// Texts of few different lines, so that changes meet.
fn lines() -> impl ProptestStrategy<Value = String> {
    proptest::collection::vec(prop::sample::select(vec!["a", "b", "c", "d", "e", "", "  x"]), 0..14)
        .prop_flat_map(|lines| (Just(lines), any::<bool>()))
        .prop_map(|(lines, end)| lines.join("\n") + if end && !lines.is_empty() { "\n" } else { "" })
}

/// A text and two changed versions of it.
fn versions() -> impl ProptestStrategy<Value = (String, String, String)> {
    fn changed(base: &str, edits: &[(usize, u8, u8)]) -> String {
        let mut lines: Vec<String> = base.split_inclusive('\n').map(str::to_owned).collect();
        for (place, kind, name) in edits {
            let at = if lines.is_empty() { 0 } else { place % lines.len() };
            match kind % 3 {
                0 => lines.insert(at, format!("new {name}\n")),
                1 if !lines.is_empty() => drop(lines.remove(at)),
                _ if !lines.is_empty() => lines[at] = format!("changed {name}\n"),
                _ => {}
            }
        }
        lines.concat()
    }
    let edits = || proptest::collection::vec((0usize..20, any::<u8>(), 0u8..4), 0..4);
    (lines(), edits(), edits()).prop_map(|(base, ours, theirs)| {
        let (ours, theirs) = (changed(&base, &ours), changed(&base, &theirs));
        (base, ours, theirs)
    })
}

proptest! {
    #[test]
    fn a_side_that_did_not_change_yields(base in lines(), other in lines()) {
        prop_assert_eq!(merge(&base, &base, &other).text.unwrap(), other.clone());
        prop_assert_eq!(merge(&base, &other, &base).text.unwrap(), other.clone());
        prop_assert_eq!(merge(&base, &other, &other).text.unwrap(), other.clone());
        let python = python(&base, &other, &base);
        prop_assert_eq!(python.text.unwrap(), other);
    }

    #[test]
    fn no_line_of_a_person_is_lost((base, ours, theirs) in versions()) {
        for merged in [merge(&base, &ours, &theirs), python(&base, &ours, &theirs)] {
            let text = merged.text.unwrap();
            for line in ours.lines() {
                let written = !base.lines().any(|other| other == line);
                prop_assert!(!written || text.lines().any(|other| other == line), "{line:?} lost in\n{text}");
            }
        }
    }

    #[test]
    fn regions_give_back_both_sides((base, ours, theirs) in versions()) {
        let segments = crate::merge::text::merge_lines(&base, &ours, &theirs);
        let (_, regions) = crate::merge::text::render(&segments);
        let conflicts = segments.iter().filter(|s| matches!(s, crate::merge::text::Segment::Conflict { .. })).count();
        prop_assert_eq!(regions.len(), conflicts);
        let compared = crate::merge::text::compare_lines(&ours, &theirs);
        prop_assert_eq!(crate::merge::text::one_side(&compared, true), ours);
        prop_assert_eq!(crate::merge::text::one_side(&compared, false), theirs);
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// Where git merges we merge to the same text, unless the lines repeat so that there are several ways.
    #[test]
    fn git_agrees(ours_edits in edits(), theirs_edits in edits()) {
        let base: String = (0..12).map(|n| format!("line {n}\n")).collect();
        let (ours, theirs) = (edited(&base, &ours_edits, "ours"), edited(&base, &theirs_edits, "theirs"));
        let merged = merge(&base, &ours, &theirs);
        if let Some(expected) = git(&base, &ours, &theirs) {
            prop_assert_eq!(merged.text.unwrap(), expected);
        }
    }
}

fn edits() -> impl ProptestStrategy<Value = Vec<(usize, u8)>> {
    proptest::collection::vec((0usize..12, 0u8..3), 0..4)
}

fn edited(base: &str, edits: &[(usize, u8)], by: &str) -> String {
    let mut lines: Vec<String> = base.split_inclusive('\n').map(str::to_owned).collect();
    for (at, kind) in edits {
        match kind {
            0 => lines[*at].push_str(&format!("added by {by} after {at}\n")),
            1 => lines[*at].clear(),
            _ => lines[*at] = format!("{at} changed by {by}\n"),
        }
    }
    lines.concat()
}
