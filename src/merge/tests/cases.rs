//! A table of merges as they come up: what a person wrote, what the generator changed, what has to come out.

use super::*;

/// The parts between `--- base`, `--- ours`, `--- theirs` and `--- merged`.
fn parts(case: &str) -> [String; 4] {
    let mut parts = [const { String::new() }; 4];
    let mut current = None;
    for line in case.split_inclusive('\n') {
        match line.trim_end() {
            "--- base" => current = Some(0),
            "--- ours" => current = Some(1),
            "--- theirs" => current = Some(2),
            "--- merged" => current = Some(3),
            _ => {
                if let Some(index) = current {
                    let part: &mut String = &mut parts[index];
                    part.push_str(line);
                }
            }
        }
    }
    parts
}

/// Merges, says where the case is when it fails, and that lines alone would not have done.
fn run(name: &str, case: &str, expect_line_conflict: bool) {
    let [base, ours, theirs, expected] = parts(case);
    let lines_conflict = !crate::merge::text::is_clean(&crate::merge::text::merge_lines(&base, &ours, &theirs));
    assert_eq!(lines_conflict, expect_line_conflict, "{name}: whether lines alone conflict");
    let merged = python(&base, &ours, &theirs);
    if expected.trim() == "CONFLICT" {
        assert!(merged.is_conflict(), "{name}: must conflict, but became\n{}", merged.text.unwrap_or_default());
        let text = merged.text.unwrap_or_default();
        for marker in ["<<<<<<< your branch", "||||||| last generated", "=======", ">>>>>>> newly generated"] {
            assert!(text.contains(marker), "{name}: no {marker} in\n{text}");
        }
        return;
    }
    let text = merged.text.clone().unwrap_or_default();
    assert_eq!(merged.outcome, Outcome::Merged, "{name}:\n{text}");
    assert_eq!(text, expected, "{name}:\n{text}");
    assert!(merged.hand_edits > 0, "{name}: the hand edit is counted");
}

#[test]
fn structure_merges_where_lines_conflict() {
    let cases = include_str!("structural.txt");
    let mut count = 0;
    for case in cases.split("=== ").skip(1) {
        let (name, body) = case.split_once('\n').unwrap();
        run(name, body, true);
        count += 1;
    }
    assert!(count >= 25, "{count} cases");
}

#[test]
fn lines_suffice_or_a_person_must_decide() {
    for case in include_str!("others.txt").split("=== ").skip(1) {
        let (name, body) = case.split_once('\n').unwrap();
        let (expect, name) = name.split_once(": ").unwrap();
        run(name, body, expect == "lines conflict");
    }
}
