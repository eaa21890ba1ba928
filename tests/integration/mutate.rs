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

/// An application that can be served, with one way in that only a permission guards.
const SERVED: &str = "\
import os

from flask import Flask
from flask_appbuilder import AppBuilder, ModelRestApi
from flask_appbuilder.api import expose, protect
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.utils.legacy import get_sqla_class

from app.models import Tag

db = get_sqla_class()()


class TagApi(ModelRestApi):
    datamodel = SQLAInterface(Tag)
    resource_name = 'tag'

    @expose('/colours')
    @protect()
    def colours(self):
        \"\"\"The colours of tags.
        ---
        get:
          responses:
            200:
              description: The colours.
            401:
              description: Nobody is logged in.
            403:
              description: Somebody else is.
          security:
          - jwt: []
        \"\"\"
        return self.response(200, result=['red'])


def create_app():
    app = Flask(__name__)
    app.config['SECRET_KEY'] = 'only-for-tests-0123456789-0123456789'
    app.config['SQLALCHEMY_DATABASE_URI'] = os.environ['DATABASE_URL']
    db.init_app(app)
    with app.app_context():
        AppBuilder(app, db.session).add_api(TagApi)
    return app
";

const TABLE: &str = "CREATE TABLE tag (id INTEGER PRIMARY KEY, name VARCHAR(30) NOT NULL, mark VARCHAR(5) NOT NULL);";

const CONFIGURATION: &str = "\
application:
  factory: app:create_app
migrations:
  kind: sql
  directory: migrations
";

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

fn application(folder: &Path) {
    let ini = "[pytest]\npythonpath = .\n";
    write(
        folder,
        &[
            ("app/__init__.py", ""),
            ("app/models.py", MODEL),
            ("tests/__init__.py", ""),
            ("tests/unit/test_tag.py", TEST),
            ("pytest.ini", ini),
        ],
    );
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
fn schemathesis_stands_beside_the_tests_and_what_it_always_finds_does_not_count() {
    let folder = tempfile::tempdir().unwrap();
    application(folder.path());
    write(
        folder.path(),
        &[("app/__init__.py", SERVED), ("migrations/1.sql", TABLE), (".fabwright.yml", CONFIGURATION)],
    );
    let faults = ["--fault", "drop-permission", "--fault", "widen-type", "--limit", "2"];
    let said = mutate(folder.path(), &[&faults[..], &["--schemathesis", "--format", "json"]].concat());
    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
    let report: Value = serde_json::from_str(&said.stdout).unwrap();
    let verdicts: Vec<(&str, &str, &str)> = (report["mutants"].as_array().unwrap().iter())
        .map(|one| {
            let text = |pointer: &str| one.pointer(pointer).and_then(Value::as_str).unwrap();
            (text("/operator"), text("/verdict"), text("/schemathesis/verdict"))
        })
        .collect();
    // Our one test is about the length of a name, and knows nothing of permissions.
    assert_eq!(verdicts, [("drop-permission", "survived", "caught"), ("widen-type", "caught", "survived")]);
    let by = &report["mutants"][0]["schemathesis"];
    assert_eq!(by["by"], "GET /api/v1/tag/colours");
    assert!(by["message"].as_str().unwrap().starts_with("IgnoredAuth (ignored_auth)"), "{by}");
    assert_eq!(report["schemathesis"]["percent"], 50.0);
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
