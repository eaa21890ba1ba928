//! The main job on the example, end to end: what a pull request's author and reviewer get.

use serde_json::Value;

use crate::universe::Universe;

fn json(universe: &Universe, path: &str) -> Value {
    serde_json::from_str(&universe.file(path)).expect("JSON")
}

fn kinds(report: &Value) -> Vec<&str> {
    report["changes"].as_array().expect("changes").iter().filter_map(|change| change["change_type"].as_str()).collect()
}

#[test]
fn the_example_pull_request() {
    let universe = Universe::shop();
    let tip = universe.git(&["rev-parse", "HEAD"]);
    let said = universe.fabwright(&["check", "--base", "main", "--head", "invoices"]);
    assert_eq!(said.code, 10, "a breaking change waits for approval: {said:?}");

    let report = json(&universe, "fabwright-report/changes.json");
    for kind in [
        "table_added",
        "column_added",
        "column_renamed",
        "column_removed",
        "column_modified",
        "relationship_added",
        "index_added",
        "constraint_added",
    ] {
        assert!(kinds(&report).contains(&kind), "{kind} is missing among {:?}", kinds(&report));
    }
    for field in [
        "change_id",
        "change_type",
        "timestamp",
        "table_name",
        "column_name",
        "old_definition",
        "new_definition",
        "impact_severity",
        "backward_compatible",
        "requires_approval",
        "rollback_plan",
        "affected_tables",
        "affected_relationships",
        "detected_by",
        "source_system",
        "change_description",
        "migration_script",
    ] {
        assert!(report["changes"][0].get(field).is_some(), "{field} is missing");
    }
    assert_eq!(report["way_back"]["proven"], true, "{:#}", report["way_back"]);

    the_uses_of_the_dropped_column_are_found(&universe, &report);
    deployed_code_breaks_at_once_and_not_in_stages(&universe, &report);

    // One commit on the branch, on top of its tip, and a clean tree.
    assert_eq!(universe.git(&["rev-parse", "HEAD^"]), tip);
    assert_eq!(universe.git(&["status", "--porcelain", "--", ".", ":!fabwright-report"]), "");
    hand_edits_survive(&universe);

    // The committed branch passes its own tests, and there is nothing left to commit.
    let tip = universe.git(&["rev-parse", "HEAD"]);
    let again = universe.fabwright(&["check", "--base", "main", "--head", "invoices"]);
    assert_eq!(again.code, 10, "{again:?}");
    assert_eq!(universe.git(&["rev-parse", "HEAD"]), tip, "the second check committed something");
    let report = json(&universe, "fabwright-report/changes.json");
    assert_eq!(report["tests"]["failed"], 0, "{:#}", report["tests"]);
    assert!(report["tests"]["passed"].as_u64().expect("a number") > 200, "{:#}", report["tests"]);
}

/// Python, a template and an SQL string use `customer.fax`; each is found at its line.
fn the_uses_of_the_dropped_column_are_found(universe: &Universe, report: &Value) {
    let dropped = report["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .find(|change| change["change_type"] == "column_removed" && change["column_name"] == "fax")
        .expect("customer.fax is dropped");
    let usages: Vec<(String, u64, String)> = report["usages"]
        .as_array()
        .expect("usages")
        .iter()
        .filter(|usage| usage["change_id"] == dropped["change_id"] && usage["regenerated"] == false)
        .map(|usage| {
            let text = |key: &str| usage[key].as_str().expect("text").to_owned();
            (text("path"), usage["line"].as_u64().expect("a line"), text("kind"))
        })
        .collect();
    for (path, kind) in [
        ("app/custom.py", "python_attribute"),
        ("app/templates/customer_card.html", "template"),
        ("app/reports.py", "sql_string"),
    ] {
        // `git grep` is the witness: every line of the file that says `fax` in code is reported, at that line.
        let lines = universe.git(&["grep", "-n", "-w", "fax", "invoices", "--", path]);
        assert!(!lines.is_empty(), "{path} does not use it");
        assert!(
            usages.iter().any(|(at, line, how)| {
                at == path && how == kind && lines.lines().any(|found| found.contains(&format!("{path}:{line}:")))
            }),
            "{path} as {kind} is not among {usages:#?}\nlines: {lines}"
        );
    }
}

/// The base's tests fail on the new schema; the stages that would keep them passing were gone through, with rows.
fn deployed_code_breaks_at_once_and_not_in_stages(universe: &Universe, report: &Value) {
    assert!(report["deployed_code"]["failed"].as_u64().expect("a number") > 0, "{:#}", report["deployed_code"]);
    let stages = &report["stages"];
    assert_eq!(stages["trial"]["arrived"], true, "{stages:#}");
    let kinds: Vec<&str> =
        stages["stages"].as_array().expect("stages").iter().filter_map(|stage| stage["kind"].as_str()).collect();
    assert_eq!(kinds, ["migrate", "fill", "rows", "release", "fill", "check", "migrate"]);
    for file in stages["files"].as_array().expect("files").iter().filter_map(Value::as_str) {
        let text = universe.file(&format!("fabwright-report/stages/{file}"));
        assert!(text.contains("customer") || text.contains("order_item"), "{file}:\n{text}");
    }
    let comment = universe.file("fabwright-report/report.md");
    for words in [
        "7 stages that keep it working are written out",
        "Without breaking deployed code: 7 stages",
        "- Use `customer.email` in place of `customer.mail`.",
        "CREATE TRIGGER \"customer_email_insert\"",
    ] {
        assert!(comment.contains(words), "{words} is not in\n{comment}");
    }
}

/// What people wrote into generated files is there after the regeneration, byte for byte.
fn hand_edits_survive(universe: &Universe) {
    let mut kept = 0;
    for path in universe.git(&["ls-tree", "-r", "--name-only", "main", ".fabwright/baseline/"]).lines() {
        let source = path.trim_start_matches(".fabwright/baseline/");
        let baseline = universe.git(&["show", &format!("main:{path}")]);
        let before = universe.git(&["show", &format!("main:{source}")]);
        if baseline == before {
            continue;
        }
        let after = universe.file(source);
        let diff = similar::TextDiff::from_lines(baseline.as_str(), before.as_str());
        for change in diff.iter_all_changes() {
            if change.tag() == similar::ChangeTag::Insert {
                assert!(after.contains(change.value()), "{source} lost the line {:?}", change.value());
                kept += 1;
            }
        }
    }
    assert!(kept >= 10, "the example has hand edits in its generated files, and {kept} lines of them were seen");
}

#[test]
fn where_only_prose_changes_nothing_is_run() {
    let broken =
        [("app/__init__.py", "from flask_appbuilder import AppBuilder\n"), ("migrations/001_base.sql", "NO SQL;")];
    let universe = Universe::of_files(&broken);
    universe.commit_files(&[("README.md", "How to use it.\n"), (".github/workflows/ci.yml", "name: CI\n")]);
    let said = universe.fabwright(&["check", "--base", "main", "--head", "feature", "--no-commit"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stdout.contains("only prose was changed"), "{said:?}");
    assert_eq!(json(&universe, "fabwright-report/changes.json")["changes"], serde_json::json!([]));

    universe.commit_files(&[("app/views.py", "import this\n")]);
    let said = universe.fabwright(&["check", "--base", "main", "--head", "feature", "--no-commit"]);
    assert_eq!(said.code, 12, "what an application runs is looked at: {said:?}");
}
