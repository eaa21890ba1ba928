//! `fabwright test`: kinds, shares, order, coverage and reports.

use std::path::Path;
use std::process::Command;

use fabwright::outcome::read_junit;
use serde_json::Value;

use crate::python::interpreter;
use crate::universe::Said;

const FILES: [(&str, &str); 8] = [
    ("pytest.ini", "[pytest]\npythonpath = .\n"),
    ("app/__init__.py", "from flask_appbuilder import Model\n"),
    ("app/models/__init__.py", "def sign(number):\n    if number < 0:\n        return -1\n    return 1\n"),
    ("app/hand.py", "def never():\n    return 1\n"),
    ("tests/unit/test_order.py", "from app.models import sign\n\n\ndef test_one():\n    assert sign(2) == 1\n"),
    ("tests/unit/test_order_item.py", "def test_two():\n    assert True\n"),
    ("tests/security/test_access.py", "def test_three():\n    assert True\n"),
    (
        "tests/integration/test_order_views.py",
        "from pathlib import Path\n\n\ndef test_wavers():\n    mark = Path(__file__).with_name('mark')\n    \
         seen = mark.exists()\n    mark.touch()\n    assert seen, 'not yet'\n\n\ndef test_fails():\n    assert 1 == 2, 'never'\n",
    ),
];

fn application(folder: &Path) {
    for (path, text) in FILES {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

fn test(folder: &Path, arguments: &[&str]) -> Said {
    Said::by(
        Command::new(env!("CARGO_BIN_EXE_fabwright"))
            .args(["--quiet", "test"])
            .arg(folder)
            .args(arguments)
            .env("FABWRIGHT_PYTHON", interpreter())
            .env_remove("FABWRIGHT_DATABASE_URI"),
    )
}

fn names(said: &Said) -> Vec<String> {
    let report: Value = serde_json::from_str(&said.stdout).unwrap();
    let suites = report["suites"].as_array().unwrap();
    suites
        .iter()
        .flat_map(|suite| suite["cases"].as_array().unwrap())
        .map(|case| case["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_fails_and_what_wavers_is_told_and_written_down() {
    let folder = tempfile::tempdir().unwrap();
    application(folder.path());
    let out = folder.path().join("report");
    let said = test(folder.path(), &["--out", out.to_str().unwrap()]);
    assert_eq!(said.code, 11, "{}", said.stderr);
    let told = "FLAKY  Wavers (integration)\n       not yet\n       tests/integration/test_order_views.py:8\n\
                FAILED Fails (integration)\n       never\n       tests/integration/test_order_views.py:12\n";
    assert!(said.stdout.contains(told), "{}", said.stdout);
    assert!(said.stdout.contains("4 tests passed (1 of them at the second try), 1 failed"), "{}", said.stdout);
    let cases = read_junit(&std::fs::read_to_string(out.join("junit.xml")).unwrap()).unwrap();
    assert_eq!(cases.len(), 5);
    assert!(std::fs::read_to_string(out.join("test-summary.md")).unwrap().contains("| unit | 2 | 0 | 0 | 0 |"));
}

#[test]
fn shares_together_are_the_whole_and_a_table_comes_first() {
    let folder = tempfile::tempdir().unwrap();
    application(folder.path());
    let json = ["--format", "json", "--kind", "unit", "--kind", "security"];
    let mut together = Vec::new();
    for shard in ["1/2", "2/2"] {
        let said = test(folder.path(), &[&json[..], &["--shard", shard]].concat());
        assert_eq!(said.code, 0, "{}", said.stderr);
        together.extend(names(&said));
    }
    together.sort();
    assert_eq!(together, ["test_one", "test_three", "test_two"]);
    let said = test(folder.path(), &[&json[..], &["--first", "order_item"]].concat());
    assert_eq!(names(&said), ["test_two", "test_one", "test_three"]);
    assert_eq!(test(folder.path(), &["--shard", "3/2"]).code, 2);
}

#[test]
fn coverage_of_generated_code_is_measured_and_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    application(folder.path());
    let said = test(folder.path(), &["--kind", "unit", "--coverage"]);
    assert_eq!(said.code, 11, "{}{}", said.stdout, said.stderr);
    assert!(
        said.stdout.contains("Coverage of generated code: 75.0 % of 4 lines, 50.0 % of 2 branches"),
        "{}",
        said.stdout
    );
    assert!(said.stderr.contains("`target_coverage_percentage` asks for 95 %"), "{}", said.stderr);
    std::fs::write(folder.path().join(".fabwright.yml"), "tests:\n  target_coverage_percentage: 75\n").unwrap();
    assert_eq!(test(folder.path(), &["--kind", "unit", "--coverage"]).code, 0);
    assert!(!folder.path().join(".coverage").exists(), "the run left files behind");
}

#[test]
fn an_application_is_tested_on_a_database_of_its_kind() {
    let folder = tempfile::tempdir().unwrap();
    let asks = "import os\n\nimport sqlalchemy as sa\n\n\ndef test_tables():\n    \
                engine = sa.create_engine(os.environ['FABWRIGHT_DATABASE_URI'])\n    \
                assert engine.dialect.name == 'postgresql'\n    \
                assert sa.inspect(engine).get_table_names() == ['crate']\n    engine.dispose()\n";
    for (path, text) in [
        ("app/__init__.py", "from flask_appbuilder import Model\n"),
        ("requirements.txt", "psycopg2-binary==2.9.13\n"),
        ("migrations/1.sql", "CREATE TABLE crate (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);\n"),
        (".fabwright.yml", "migrations:\n  kind: sql\n"),
        ("tests/unit/test_crate.py", asks),
    ] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let said = test(folder.path(), &["--format", "json", "--no-retry"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(names(&said), ["test_tables"]);

    // Tests migrate a file of SQLite themselves with Flask-Migrate, which this application does not have.

    for (path, [from, to]) in [
        ("requirements.txt", ["psycopg2-binary==2.9.13", "Flask"]),
        ("tests/unit/test_crate.py", ["postgresql", "sqlite"]),
        ("migrations/1.sql", ["bigint GENERATED ALWAYS AS IDENTITY", "integer"]),
    ] {
        let path = folder.path().join(path);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, text.replace(from, to)).unwrap();
    }
    let said = test(folder.path(), &["--format", "json", "--no-retry"]);
    assert_eq!((said.code, names(&said)), (0, vec!["test_tables".to_owned()]), "{said:?}");

    std::fs::write(folder.path().join("migrations/2.sql"), "CREATE TABLE crate (id int);\n").unwrap();
    let said = test(folder.path(), &[]);
    assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{said:?}");
    assert!(said.stderr.contains("table crate already exists"), "{}", said.stderr);
}
