//! Planted faults: caught, let through, and an application that is left as it was.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::python::interpreter;
use crate::universe::Said;

const MODEL: &str = "\
from flask_appbuilder import Model
from sqlalchemy import Column, Integer, String


class Tag(Model):
    __tablename__ = 'tag'
    id = Column(Integer, primary_key=True)
    name = Column(String(30), nullable=False)
    mark = Column(String(5), nullable=False)
";

const TEST: &str = "\
from app.models import Tag


def test_a_name_has_30_characters():
    assert Tag.__table__.c.name.type.length == 30


def test_a_tag_has_a_name():
    assert not Tag.__table__.c.name.nullable


def test_that_never_held():
    assert Tag.__tablename__ == 'label'
";

fn application(folder: &Path) {
    for (path, text) in
        [("app/__init__.py", ""), ("app/models.py", MODEL), ("tests/__init__.py", ""), ("tests/unit/test_tag.py", TEST)]
    {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    std::fs::write(folder.join("pytest.ini"), "[pytest]\npythonpath = .\n").unwrap();
}

fn mutate(folder: &Path, arguments: &[&str]) -> Said {
    Said::by(
        Command::new(env!("CARGO_BIN_EXE_fabwright"))
            .args(["--quiet", "mutate"])
            .arg(folder)
            .args(arguments)
            .env("FABWRIGHT_PYTHON", interpreter()),
    )
}

#[test]
fn faults_are_caught_or_let_through_and_nothing_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    application(folder.path());
    let said = mutate(folder.path(), &["--format", "json", "--fail-under", "60"]);
    assert_eq!(said.code, 11, "{}{}", said.stdout, said.stderr);
    let report: Value = serde_json::from_str(&said.stdout).unwrap();
    let verdicts: BTreeMap<&str, &str> = (report["mutants"].as_array().unwrap().iter())
        .map(|one| (one["what"].as_str().unwrap(), one["verdict"].as_str().unwrap()))
        .collect();
    assert_eq!(
        verdicts,
        BTreeMap::from([
            ("the model lets name hold 300 characters, not 30", "caught"),
            ("the model lets name be NULL", "caught"),
            ("the model lets mark hold 50 characters, not 5", "survived"),
            ("the model lets mark be NULL", "survived"),
        ])
    );
    assert_eq!((&report["planted"], &report["caught"], &report["tests"]), (&4.into(), &2.into(), &2.into()));
    assert_eq!(report["false_alarms"], serde_json::json!(["tests/unit/test_tag.py::test_that_never_held"]));
    assert_eq!(std::fs::read_to_string(folder.path().join("app/models.py")).unwrap(), MODEL);
}

#[test]
fn faults_are_chosen_listed_and_told_as_a_table() {
    let folder = tempfile::tempdir().unwrap();
    application(folder.path());
    let said = mutate(folder.path(), &["--list", "--fault", "widen-type", "--limit", "1"]);
    assert_eq!(said.stdout, "app/models.py:8: widen-type: the model lets name hold 300 characters, not 30\n");
    let said = mutate(folder.path(), &["--fault", "widen-type", "--format", "markdown", "--fail-under", "50"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stdout.contains("| `widen-type` | 2 | 1 |"), "{}", said.stdout);
    assert!(said.stdout.contains("- `app/models.py:9` `widen-type` the model lets mark hold"), "{}", said.stdout);
}

#[test]
fn what_cannot_be_tried_is_said_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let said = mutate(folder.path(), &[]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("imports flask_appbuilder"), "{}", said.stderr);
    application(folder.path());
    std::fs::remove_file(folder.path().join("tests/unit/test_tag.py")).unwrap();
    let said = mutate(folder.path(), &[]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("there are no tests"), "{}", said.stderr);
    assert_eq!(mutate(folder.path(), &["--fault", "typo"]).code, 2);
}
