//! `fabwright lint`: hazards of SQL without a repository.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn lint(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fabwright"));
    command.arg("lint").args(arguments).current_dir(folder);
    command.output().expect("the program runs")
}

fn findings(folder: &Path, arguments: &[&str]) -> Value {
    let output = lint(folder, &[arguments, &["--format", "json"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn rules(found: &Value) -> Vec<&str> {
    found["findings"].as_array().expect("a list").iter().map(|it| it["rule"].as_str().expect("a rule")).collect()
}

fn written(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

#[test]
fn a_finding_has_its_place_its_names_and_the_safe_way() {
    let folder = written(&[(
        "1.sql",
        "SET lock_timeout = '1s';\nSET statement_timeout = '1s';\nCREATE INDEX ix ON public.visit (page);\n",
    )]);
    let found = findings(folder.path(), &["1.sql", "--dialect", "postgres", "--min-severity", "medium"]);
    assert_eq!(rules(&found), ["index-without-concurrently"]);
    let finding = &found["findings"][0];
    assert_eq!((&finding["path"], &finding["line"], &finding["column"]), (&"1.sql".into(), &3.into(), &1.into()));
    assert_eq!(finding["severity"], "high");
    assert!(finding["aliases"].as_array().expect("a list").contains(&"require-concurrent-index-creation".into()));
    assert_eq!(finding["advice"], "-- Outside a transaction:\nCREATE INDEX CONCURRENTLY ix ON visit (page);");
    assert_eq!(finding["documentation"], "docs/rules.md#index-without-concurrently");
}

#[test]
fn the_exit_code_follows_the_severity_that_was_asked_for() {
    let folder = written(&[("1.sql", "DROP TABLE customer;")]);
    let code = |arguments: &[&str]| lint(folder.path(), arguments).status.code();
    assert_eq!(code(&["1.sql", "--dialect", "mysql"]), Some(0));
    assert_eq!(code(&["1.sql", "--dialect", "mysql", "--fail-on", "breaking"]), Some(16));
    assert_eq!(code(&["2.sql", "--dialect", "mysql"]), Some(2), "a file that is not there");
    assert_eq!(code(&["1.sql", "--dialect", "oracle"]), Some(2));
}

#[test]
fn comments_accept_findings_and_what_is_accepted_is_told() {
    let folder = written(&[(
        "1.sql",
        "-- fabwright-ignore drop-table: it was never used\nDROP TABLE a;\n\
         DROP TABLE b; -- squawk-ignore ban-drop-table\n\
         -- fabwright-ignore drop-tabel: wrong\nDROP TABLE c;\n",
    )]);
    let found = findings(folder.path(), &["1.sql", "--dialect", "sqlite"]);
    assert_eq!(rules(&found), ["drop-table"]);
    assert_eq!(found["findings"][0]["table"], "c");
    let ignored = found["ignored"].as_array().expect("a list");
    let told: Vec<(&str, &str)> = ignored
        .iter()
        .map(|it| (it["by"].as_str().expect("a place"), it["reason"].as_str().expect("a reason")))
        .collect();
    assert_eq!(told, [("1.sql:1", "it was never used"), ("1.sql:3", "")]);
    assert_eq!(found["notices"][0], "1.sql:4: there is no rule `drop-tabel`; did you mean `drop-table`?");
}

#[test]
fn the_configuration_accepts_weighs_and_switches_off() {
    let folder = written(&[
        ("1.sql", "DROP TABLE customer;\nALTER TABLE visit DROP COLUMN page;\n"),
        (
            "hazards.yml",
            "hazards:\n  ignore:\n    - {rule: drop-table, table: customer, path: ./, reason: gone, until: 2020-01-31}\n    \
             - {rule: ban-drop-column, reason: nobody reads it}\n  rules:\n    drop-table: {severity: low}\n",
        ),
        ("off.yml", "hazards: {rules: {drop-table: {enabled: false}, drop-column: {enabled: false}}}\n"),
        ("wrong.yml", "hazards:\n  ignore:\n    - {rule: drop-colum, reason: x}\n"),
        ("silent.yml", "hazards:\n  ignore:\n    - rule: drop-column\n      reason: ''\n"),
    ]);
    let found = findings(folder.path(), &["1.sql", "--dialect", "sqlite", "--config", "hazards.yml"]);
    assert_eq!(rules(&found), ["drop-table"]);
    assert_eq!(found["findings"][0]["severity"], "low");
    assert_eq!(found["ignored"][0]["by"], "hazards.yml:4");
    assert_eq!(
        found["notices"][0],
        "hazards.yml:3: `drop-table` was accepted until 2020-01-31 (gone); solve it, or decide anew"
    );
    let found = findings(folder.path(), &["1.sql", "--dialect", "sqlite", "--config", "off.yml"]);
    assert_eq!(rules(&found), [""; 0]);
    let refused = |config: &str| {
        let output = lint(folder.path(), &["1.sql", "--dialect", "sqlite", "--config", config]);
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(
        refused("wrong.yml")
            .contains("wrong.yml:3:1: hazards: there is no rule `drop-colum`; did you mean `drop-column`?")
    );
    assert!(refused("silent.yml").contains("silent.yml:3:1: hazards: say in `reason` why `drop-column` is accepted"));
}

#[test]
fn a_statement_that_is_not_understood_is_named() {
    let folder = written(&[("1.sql", "SELECT 1;\nFROBNICATE \u{1b}[31m the table;\n")]);
    let found = findings(folder.path(), &["1.sql", "--dialect", "postgres"]);
    let notice = found["notices"][0].as_str().expect("a notice");
    assert!(notice.starts_with("1.sql:2: this statement is not understood and was not judged"), "{notice}");
    let text = lint(folder.path(), &["1.sql", "--dialect", "postgres"]);
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(!text.contains('\u{1b}'), "{text}");
}
