//! Commands and switches beside the plain check, each on a small repository.

use crate::universe::Universe;

const BASE: &str = "CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(80) NOT NULL);";
const CHANGE: &str = "ALTER TABLE customer ADD COLUMN phone VARCHAR(20);";

/// Runs a check with its reports outside the repository.
fn check(universe: &Universe, arguments: &[&str]) -> (crate::universe::Said, String) {
    let out = tempfile::tempdir().unwrap();
    let place = out.path().to_string_lossy().into_owned();
    let said = universe.fabwright(&[&["check", "--quiet", "--base", "main", "--out", &place], arguments].concat());
    let report = std::fs::read_to_string(out.path().join("report.md")).unwrap_or_default();
    (said, report)
}

#[test]
fn a_harmless_change_blocks_nothing_and_changes_nothing() {
    let universe = Universe::of_sql(BASE, CHANGE);
    let before = universe.state();
    let (said, report) = check(&universe, &[]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(report.contains("Schema: 1 change"), "{report}");
    assert_eq!(universe.state(), before);
}

#[test]
fn a_pull_request_without_a_schema_change_says_so_in_one_line() {
    let universe = Universe::of_sql(BASE, "-- nothing\n");
    let (said, report) = check(&universe, &[]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(report.contains("**No schema change**"), "{report}");
    assert_eq!(report.trim_end().lines().count(), 2, "the marker and one line: {report}");
}

#[test]
fn a_base_without_migrations_has_an_empty_schema() {
    let universe = Universe::of_files(&[("app.py", "from flask_appbuilder import AppBuilder\n")]);
    universe.commit_files(&[("migrations/001_base.sql", BASE)]);
    let (said, report) = check(&universe, &["--format", "json"]);
    assert_eq!(said.code, 0, "{said:?}");
    let json: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(json["changes"][0]["change_type"], "table_added", "{report}");
}

#[test]
fn scripts_of_sql_prove_their_way_back() {
    let universe = Universe::of_sql(BASE, CHANGE);
    universe.commit_files(&[("migrations/002_change.down.sql", "ALTER TABLE customer DROP COLUMN phone;")]);
    let way_back = |universe: &Universe| {
        let (said, _) = check(universe, &["--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
        json["way_back"].clone()
    };
    assert_eq!(way_back(&universe)["proven"], true);
    universe.commit_files(&[("migrations/002_change.down.sql", "SELECT 1;")]);
    assert_eq!(way_back(&universe)["proven"], false);
    universe.git(&["rm", "--quiet", "migrations/002_change.down.sql"]);
    universe.commit_files(&[("README.md", "no way back\n")]);
    assert_eq!(way_back(&universe)["measured"], false);
}

#[test]
fn what_depends_on_a_change_in_the_database_is_named() {
    let universe = Universe::of_sql(
        &format!("{BASE} CREATE VIEW directory AS SELECT name FROM customer;"),
        "DROP VIEW directory; ALTER TABLE customer DROP COLUMN name;",
    );
    let (_, report) = check(&universe, &[]);
    assert!(report.contains("view directory"), "{report}");
}

#[test]
fn a_working_directory_outside_the_repository_is_refused() {
    let universe = Universe::of_sql(BASE, CHANGE);
    for folder in ["../elsewhere", "/etc"] {
        let said = universe.fabwright_with(&["action", "--quiet"], |command| {
            command
                .env("GITHUB_WORKSPACE", universe.path())
                .env("INPUT_WORKING-DIRECTORY", folder)
                .env("INPUT_BASE", "main");
        });
        assert_eq!(said.code, 2, "{said:?}");
        assert!(said.stderr.contains("inside the repository"), "{said:?}");
    }
}

#[test]
fn a_named_database_is_not_touched() {
    let universe = Universe::of_sql(BASE, CHANGE);
    let folder = tempfile::tempdir().unwrap();
    let named = folder.path().join("production.db");
    std::fs::write(&named, "precious").unwrap();
    let (said, _) = check(&universe, &["--database-url", &format!("sqlite:{}", named.display())]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(std::fs::read_to_string(&named).unwrap(), "precious");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "the scratch database is left behind");
    let (said, _) = check(&universe, &["--database-url", "postgres://user:secret@host.invalid/db"]);
    assert_eq!(said.code, 14, "{said:?}");
    assert!(said.stderr.contains("user:***@host.invalid") && !said.stderr.contains("secret"), "{said:?}");
}

#[test]
fn a_base_that_moved_on_is_no_change_of_the_pull_request() {
    let universe = Universe::of_sql(BASE, CHANGE);
    universe.git(&["switch", "--quiet", "main"]);
    universe.commit_files(&[("migrations/003_other.sql", "CREATE TABLE other (id INTEGER PRIMARY KEY);")]);
    universe.git(&["switch", "--quiet", "feature"]);
    let (said, _) = check(&universe, &["--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(json["changes"].as_array().unwrap().len(), 1, "{said:?}");
}

#[test]
fn init_writes_what_is_missing_and_keeps_what_is_there() {
    let universe = Universe::of_files(&[(
        "web/shop/__init__.py",
        "from flask_appbuilder import AppBuilder\n\n\ndef create_app():\n    pass\n",
    )]);
    let said = universe.fabwright(&["init"]);
    assert_eq!(said.code, 0, "{said:?}");
    let config = universe.file(".fabwright.yml");
    for line in ["  path: web", "  factory: shop:create_app", "  package: shop"] {
        assert!(config.contains(line), "{config}");
    }
    assert!(universe.file(".github/workflows/fabwright.yml").contains("fetch-depth: 0"));
    universe.write(".fabwright.yml", "# mine\n");
    assert_eq!(universe.fabwright(&["init"]).code, 0);
    assert_eq!(universe.file(".fabwright.yml"), "# mine\n");
    let module = Universe::of_files(&[("web/site.py", "from flask_appbuilder import AppBuilder\n")]);
    assert_eq!(module.fabwright(&["init"]).code, 0);
    assert!(module.file(".fabwright.yml").contains("  factory: web.site:app"), "{}", module.file(".fabwright.yml"));
    let empty = Universe::of_files(&[("README.md", "")]);
    assert_eq!(empty.fabwright(&["init"]).code, 2);
}

#[test]
fn the_action_answers_through_the_runners_files() {
    let universe = Universe::of_sql(BASE, "ALTER TABLE customer DROP COLUMN name;");
    let runner = tempfile::tempdir().unwrap();
    let (output, summary) = (runner.path().join("output"), runner.path().join("summary"));
    let said = universe.fabwright_with(&["action", "--quiet"], |command| {
        command
            .env("FABWRIGHT_PYTHON", crate::python::interpreter())
            .env("GITHUB_WORKSPACE", universe.path())
            .env("GITHUB_OUTPUT", &output)
            .env("GITHUB_STEP_SUMMARY", &summary)
            .env("INPUT_BASE", "main")
            .env("INPUT_FAIL-ON", "tests")
            .env("INPUT_OUT", runner.path().join("report"));
    });
    assert_eq!(said.code, 0, "a missing approval is no failure with fail-on: tests: {said:?}");
    let outputs = std::fs::read_to_string(output).unwrap();
    for (name, value) in
        [("conclusion", "action_required"), ("has-changes", "true"), ("changes", "1"), ("breaking-changes", "1")]
    {
        assert!(outputs.contains(&format!("{name}<<FABWRIGHT_END\n{value}\n")), "{outputs}");
    }
    let declared: serde_yaml::Value = serde_yaml::from_str(include_str!("../../action.yml")).unwrap();
    let declared: Vec<&str> =
        declared["outputs"].as_mapping().unwrap().keys().filter_map(|name| name.as_str()).collect();
    let set: Vec<&str> = outputs.lines().filter_map(|line| line.strip_suffix("<<FABWRIGHT_END")).collect();
    assert_eq!(set, declared, "the outputs that action.yml declares are those that are set");
    let summary = std::fs::read_to_string(summary).unwrap();
    assert!(summary.contains("customer.name") && !summary.contains("<!--"), "{summary}");
    assert!(runner.path().join("report/report.html").is_file());
}

#[test]
fn a_conflict_is_left_as_git_leaves_one() {
    let universe = Universe::shop();
    let model = universe.file("app/models/order_item.py");
    let edited = model.replace("Numeric(12, 4)", "Numeric(14, 6)");
    assert_ne!(edited, model);
    universe.commit_files(&[("app/models/order_item.py", &edited)]);
    let tip = universe.git(&["rev-parse", "HEAD"]);
    let (said, report) = check(&universe, &["--no-tests"]);
    assert_eq!(said.code, 13, "{said:?}");
    assert!(report.contains("app/models/order_item.py"), "{report}");
    assert_eq!(universe.git(&["rev-parse", "HEAD"]), tip, "nothing is committed");
    let unmerged = universe.git(&["ls-files", "--unmerged"]);
    assert_eq!(unmerged.lines().count(), 3, "one file with its three stages: {unmerged}");
    let text = universe.file("app/models/order_item.py");
    for part in ["<<<<<<<", "Numeric(14, 6)", "Numeric(12, 4)", "Numeric(8, 2)", ">>>>>>>"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn without_commit_the_working_tree_is_left_alone() {
    let universe = Universe::shop();
    let before = universe.state();
    let (said, report) = check(&universe, &["--no-tests", "--no-commit"]);
    assert_eq!(said.code, 10, "{said:?}");
    assert!(report.contains("app/models/invoice.py") || report.contains("files changed"), "{report}");
    assert_eq!(universe.state(), before);
}

#[test]
fn generated_files_can_be_checked_and_brought_up_to_date() {
    let universe = Universe::of_files(&[("schema.sql", BASE)]);
    let generate = |extra: &[&str]| {
        universe.fabwright(&[&["generate", "schema.sql", "--dialect", "sqlite", "--out", "shop"], extra].concat())
    };
    let stale = generate(&["--check"]);
    assert_eq!(stale.code, 15, "{stale:?}");
    assert!(stale.stdout.contains("out of date: app/models/customer.py"), "{stale:?}");
    assert!(!universe.path().join("shop/app").exists(), "a check writes nothing");
    assert_eq!(generate(&[]).code, 0);
    assert_eq!(generate(&["--check"]).code, 0);
    let edited = universe.file("shop/app/models/customer.py") + "\n\nEDITED = True\n";
    universe.write("shop/app/models/customer.py", &edited);
    assert_eq!(generate(&["--check"]).code, 0, "a hand edit is not out of date");
    universe.write("schema.sql", &BASE.replace(");", ", phone VARCHAR(20));"));
    assert_eq!(generate(&[]).code, 0);
    let merged = universe.file("shop/app/models/customer.py");
    assert!(merged.contains("EDITED = True") && merged.contains("phone:"), "{merged}");
}

#[test]
fn the_example_is_as_it_would_be_generated_now() {
    let universe = Universe::shop();
    universe.git(&["switch", "--quiet", "main"]);
    let said = universe.fabwright(&["generate", ".fabwright/schema", "--out", ".", "--check"]);
    assert_eq!(said.code, 0, "run `make example`: {said:?}");
}
