//! Generated code: that it reads as agreed, that ruff has nothing to say, and that an application runs on it.

#![allow(clippy::unwrap_used, reason = "a test that can't go on should say where")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fabwright::database::{DatabaseUrl, introspect, schema_of_script};
use fabwright::generate::{Application, FabVersion, GeneratedFile, Selection, Settings, code};
use fabwright::schema::{Dialect, Schema, Table};

use crate::python;

const SHAPES: &str = include_str!("generate/shapes.sql");

async fn shapes() -> Schema {
    schema_of_script(Dialect::Sqlite, SHAPES).await.unwrap()
}

fn files(schema: &Schema, fab: FabVersion) -> Vec<GeneratedFile> {
    let settings = Settings { fab, ..Settings::default() };
    code::files(&Application::from_schema(schema, &settings), &Selection::Everything).unwrap()
}

fn write(folder: &Path, files: &[GeneratedFile]) {
    for file in files {
        let path = folder.join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &file.text).unwrap();
    }
    std::fs::write(folder.join("app/__init__.py"), include_str!("generate/app.py")).unwrap();
    std::fs::write(folder.join("probe.py"), include_str!("generate/probe.py")).unwrap();
}

fn run(folder: &Path, program: PathBuf, arguments: &[&str]) -> Output {
    let database = folder.join("app.db");
    Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("DATABASE_URL", format!("sqlite:///{}", database.display()))
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test]
async fn reads_as_agreed() {
    let files = files(&shapes().await, FabVersion::V5);
    for path in ["models/person.py", "models/shipment.py", "views/person.py", "views/shipment.py", "api/person.py"] {
        let file = files.iter().find(|file| file.path == format!("app/{path}")).unwrap();
        insta::assert_snapshot!(path, file.text);
    }
    for folder in ["models", "views", "api"] {
        let file = files.iter().find(|file| file.path == format!("app/{folder}/__init__.py")).unwrap();
        insta::assert_snapshot!(format!("{folder}_init"), file.text);
    }
}

#[tokio::test]
async fn models_read_as_agreed_for_flask_appbuilder_4() {
    let files = files(&shapes().await, FabVersion::V4);
    for path in ["models/person.py", "models/shipment.py"] {
        let file = files.iter().find(|file| file.path == format!("app/{path}")).unwrap();
        insta::assert_snapshot!(format!("4_{path}"), file.text);
    }
}

#[tokio::test]
async fn is_the_same_whatever_the_order_of_tables() {
    let schema = shapes().await;
    let mut reversed = schema.clone();
    reversed.tables = reversed.tables.iter().rev().cloned().collect();
    assert_eq!(files(&schema, FabVersion::V5), files(&reversed, FabVersion::V5));
}

async fn ruff_is_content(fab: FabVersion) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &files(&shapes().await, fab));
    let ruff = || python::interpreter().with_file_name("ruff");
    let format = run(folder.path(), ruff(), &["format", "--isolated", "--diff", "app"]);
    assert!(format.status.success(), "{}", text(&format));
    let check = run(folder.path(), ruff(), &["check", "--isolated", "--select", "E,F,I,UP,B", "app"]);
    assert!(check.status.success(), "{}", text(&check));
}

#[tokio::test]
async fn leaves_ruff_nothing_to_do() {
    ruff_is_content(FabVersion::V5).await;
}

#[tokio::test]
async fn leaves_ruff_nothing_to_do_for_flask_appbuilder_4() {
    ruff_is_content(FabVersion::V4).await;
}

async fn runs(fab: FabVersion) {
    let schema = shapes().await;
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &files(&schema, fab));
    let probe = run(folder.path(), python::interpreter_with(fab), &["probe.py"]);
    let said = text(&probe);
    assert!(probe.status.success(), "{said}");
    let faults: Vec<&str> = said.lines().filter(|line| line.starts_with("FAULT")).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));

    let built = introspect(&DatabaseUrl::sqlite(folder.path().join("app.db"))).await.unwrap();
    for table in &schema.tables {
        assert_eq!(comparable(built.table(&table.name).unwrap()), comparable(table));
    }
}

#[tokio::test]
async fn runs_as_an_application_and_builds_the_same_schema() {
    runs(FabVersion::V5).await;
}

#[tokio::test]
async fn runs_on_flask_appbuilder_4_and_builds_the_same_schema() {
    runs(FabVersion::V4).await;
}

/// A table without what SQLAlchemy has no words for: AUTOINCREMENT, a key that may be NULL, and the spelling of types
/// and indexes.
fn comparable(table: &Table) -> Table {
    let mut table = table.clone();
    table.options.clear();
    for column in &mut table.columns {
        column.options.clear();
    }
    for index in &mut table.indexes {
        index.definition = None;
    }
    table
}

/// What `fabwright generate` says where this requirement stands, and the files that are there then.
fn generated_with(requirement: &str) -> (Output, Vec<String>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("requirements.txt"), requirement).unwrap();
    std::fs::write(folder.path().join("schema.sql"), "CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT);").unwrap();
    let said = Command::new(env!("CARGO_BIN_EXE_fabwright"))
        .args(["generate", "schema.sql", "--dialect", "sqlite", "--out", "."])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let mut left: Vec<_> =
        folder.path().read_dir().unwrap().map(|one| one.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    (said, left, folder)
}

#[test]
fn is_written_for_the_version_that_the_application_has_locked() {
    let model = |requirement| {
        let (said, _, folder) = generated_with(requirement);
        assert!(said.status.success(), "{}", text(&said));
        std::fs::read_to_string(folder.path().join("app/models/tag.py")).unwrap()
    };
    let (old, new) = (model("Flask-AppBuilder==4.8.1\n"), model("flask-appbuilder~=5.3\n"));
    assert!(old.contains("    name = Column(Text)\n"), "{old}");
    assert!(new.contains("    name: Mapped[str | None] = mapped_column(Text)\n"), "{new}");
}

#[test]
fn another_version_is_refused_and_leaves_everything_as_it_was() {
    for (requirement, words) in [
        ("flask-appbuilder<4\n", "requirements.txt: Flask-AppBuilder <4 is asked for, and code is generated for"),
        ("flask-appbuilder==6.0.1\n", "set `application.flask_appbuilder: 5` in .fabwright.yml"),
    ] {
        let (said, left, _folder) = generated_with(requirement);
        assert_eq!(said.status.code(), Some(2), "{}", text(&said));
        assert!(text(&said).contains(words), "{}", text(&said));
        assert_eq!(left, ["requirements.txt", "schema.sql"]);
    }
}
