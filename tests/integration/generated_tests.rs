//! A generated suite runs on the generated application, and passes.

use std::path::{Path, PathBuf};
use std::process::Command;

use fabwright::database::{self, Place, introspect};
use fabwright::diff::sentence::sentence;
use fabwright::diff::{self, Renames};
use fabwright::generate::tests::{TestGenerationConfig, files};
use fabwright::generate::{Application, FabVersion, Selection, Settings, code};
use fabwright::schema::{Dialect, Schema};

use crate::python::{interpreter, interpreter_with};

/// Tests of each kind of key, of the types that forms and APIs know least of, and of the database itself. Those of every
/// chart run too.
const SLICE: [&str; 10] = [
    "tests/integration/test_database.py",
    "tests/integration/test_fabkit.py",
    "tests/integration/test_composite_api.py",
    "tests/integration/test_composite_views.py",
    "tests/integration/test_dated_views.py",
    "tests/integration/test_generated_api.py",
    "tests/integration/test_shared_key_api.py",
    "tests/integration/test_under_composite_views.py",
    "tests/unit/test_composite_link.py",
    "tests/unit/test_itself.py",
];

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder is made");
    std::fs::write(path, text).expect("the file is written");
}

pub(crate) fn application(root: &Path, schema: &Schema, fab: FabVersion) {
    let application = Application::from_schema(schema, &Settings { fab, ..Settings::default() });
    let code = code::files(&application, &Selection::Everything).expect("code is generated");
    let tests = files(&application, &TestGenerationConfig::default()).expect("tests are generated");
    for file in code.into_iter().chain(tests) {
        write(root, &file.path, &file.text);
    }
    write(root, "app/__init__.py", include_str!("generated/app_init.py"));
    let extensions = match fab {
        FabVersion::V4 => include_str!("generated/app_extensions_4.py"),
        FabVersion::V5 => include_str!("generated/app_extensions.py"),
    };
    write(root, "app/extensions.py", extensions);
    write(root, "make_database.py", include_str!("generated/make_database.py"));
}

/// Runs Python in the application's folder and gives what it printed.
pub(crate) fn python(root: &Path, fab: FabVersion, arguments: &[&str], uri: &str) -> String {
    let output = Command::new(interpreter_with(fab))
        .args(arguments)
        .env("FABWRIGHT_DATABASE_URI", uri)
        .current_dir(root)
        .output()
        .expect("Python starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}\n{}", String::from_utf8_lossy(&output.stderr));
    printed.into_owned()
}

fn pytest(root: &Path, fab: FabVersion, tests: &[&str], uri: &str) {
    let arguments = [&["-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider"], tests].concat();
    python(root, fab, &arguments, uri);
}

/// All but those that need a browser.
fn every_test(fab: FabVersion) {
    let folder = tempfile::tempdir().expect("a folder is made");
    let schema = serde_json::from_str(include_str!("generated/schema.json")).expect("the schema is valid");
    application(folder.path(), &schema, fab);
    let uri = format!("sqlite:///{}", folder.path().join("empty.db").display());
    python(folder.path(), fab, &["make_database.py", &uri], &uri);
    pytest(folder.path(), fab, &["tests/unit", "tests/integration", "tests/security"], &uri);
}

#[test]
fn unit_integration_and_security_tests_pass_on_the_generated_application() {
    every_test(FabVersion::V5);
}

#[test]
fn they_pass_on_flask_appbuilder_4_too() {
    every_test(FabVersion::V4);
}

/// A database with every type of its dialect and every kind of key and relationship: the models make the same
/// database again, ruff has nothing to say, and the tests pass.
async fn every_shape(dialect: Dialect, fab: FabVersion) {
    let shapes = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/shapes.py");
    let sql = Command::new(interpreter()).arg(shapes).args([dialect.as_str(), "20", "11"]).output().unwrap();
    let sql = String::from_utf8(sql.stdout).unwrap();
    let place = Place::own(dialect).await.unwrap();
    let (given, made) = (place.database().await.unwrap(), place.database().await.unwrap());
    given.apply(&sql).await.unwrap();
    let schema = introspect(&given.url()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    application(root, &schema, fab);

    let ruff = interpreter().with_file_name("ruff");
    for arguments in [&["check", "--isolated", "--select", "E,F,I,UP,B"][..], &["format", "--isolated", "--check"][..]]
    {
        let said = Command::new(&ruff).args(arguments).args(["app", "tests"]).current_dir(root).output().unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
    }

    let driver = match dialect {
        Dialect::Postgres => Some("psycopg2"),
        Dialect::Mysql => Some("pymysql"),
        Dialect::Sqlite => None,
    };
    let uri = made.url().sqlalchemy_uri(driver);
    if dialect == Dialect::Postgres {
        database::script::apply(&made.url(), "CREATE TYPE pair AS (a integer, b text)").await.unwrap();
        // SQLAlchemy 1.4 leaves domains to migrations.
        if fab == FabVersion::V4 {
            let domains =
                "CREATE DOMAIN amount AS numeric(9,3) CHECK (VALUE >= 0); CREATE DOMAIN short_text AS varchar(10)";
            database::script::apply(&made.url(), domains).await.unwrap();
        }
    }
    python(root, fab, &["make_database.py", &uri], &uri);
    let mut again = introspect(&made.url()).await.unwrap();
    again.tables.retain(|table| schema.table(&table.name).is_some());
    let own =
        |schema: &Schema| Schema { others: Vec::new(), views: Vec::new(), triggers: Vec::new(), ..schema.clone() };
    let found = diff::differences(&own(&schema), &own(&again), &Renames::default());
    let found: Vec<String> = found.iter().map(sentence).filter(|words| !is_spelling(dialect, words)).collect();
    assert!(found.is_empty(), "{found:#?}");

    let uri = given.url().sqlalchemy_uri(driver);
    python(root, fab, &["make_database.py", &uri], &uri);
    let tests = std::fs::read_dir(root.join("tests/integration")).unwrap();
    let charts: Vec<String> = tests
        .map(|entry| format!("tests/integration/{}", entry.unwrap().file_name().to_string_lossy()))
        .filter(|path| path.ends_with("_chart.py"))
        .collect();
    assert!(charts.len() > 10, "only {charts:?}");
    let slice: Vec<&str> = SLICE.into_iter().chain(charts.iter().map(String::as_str)).collect();
    pytest(root, fab, &slice, &uri);
}

/// A row that needs a value of a type of which none is known is made by nobody; whatever can do without it is tested.
#[tokio::test]
async fn tests_that_need_a_value_of_an_unknown_type_are_skipped() {
    let place = Place::own(Dialect::Postgres).await.unwrap();
    let given = place.database().await.unwrap();
    given
        .apply(
            "CREATE EXTENSION cube;
             CREATE TABLE box (id serial PRIMARY KEY, name varchar(20) NOT NULL, shape cube NOT NULL);
             CREATE TABLE lid (id serial PRIMARY KEY, box_id integer NOT NULL REFERENCES box, fits_on date NOT NULL);
             CREATE TABLE label (id serial PRIMARY KEY, name varchar(20) NOT NULL, box_id integer REFERENCES box);",
        )
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    application(root, &introspect(&given.url()).await.unwrap(), FabVersion::V5);
    let uri = given.url().sqlalchemy_uri(Some("psycopg2"));
    python(root, FabVersion::V5, &["make_database.py", &uri], &uri);
    let kinds = ["tests/unit", "tests/integration", "tests/security"];
    let arguments = [&["-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider"][..], &kinds].concat();
    let said = python(root, FabVersion::V5, &arguments, &uri);
    assert!(said.contains("box.shape is a public.cube, of which no value is known"), "{said}");
    for table in ["box", "lid"] {
        assert!(said.contains(&format!("tests/integration/test_{table}_views.py")), "{table} is not skipped: {said}");
    }
    let whole = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/security/test_access.py"];
    let said = python(root, FabVersion::V5, &whole, &uri);
    assert!(said.contains("passed") && !said.contains("skipped"), "what is about the whole application runs: {said}");
}

/// SQLite takes any word for a type, and SQLAlchemy writes fewer; PostgreSQL prints a list of values in another way once
/// it was read back.
fn is_spelling(dialect: Dialect, words: &str) -> bool {
    match dialect {
        Dialect::Sqlite => words.contains("changes its type") || words.contains("narrows") || words.contains("widens"),
        Dialect::Postgres => words.contains("satisfy `(state)::text = ANY"),
        Dialect::Mysql => false,
    }
}

#[tokio::test]
async fn the_suite_passes_on_every_shape_of_sqlite() {
    every_shape(Dialect::Sqlite, FabVersion::V5).await;
}

#[tokio::test]
async fn the_suite_passes_on_every_shape_of_postgresql() {
    every_shape(Dialect::Postgres, FabVersion::V5).await;
}

#[tokio::test]
async fn the_suite_passes_on_every_shape_of_mariadb() {
    every_shape(Dialect::Mysql, FabVersion::V5).await;
}

#[tokio::test]
async fn the_suite_passes_on_every_shape_of_sqlite_with_flask_appbuilder_4() {
    every_shape(Dialect::Sqlite, FabVersion::V4).await;
}

#[tokio::test]
async fn the_suite_passes_on_every_shape_of_postgresql_with_flask_appbuilder_4() {
    every_shape(Dialect::Postgres, FabVersion::V4).await;
}

#[tokio::test]
async fn the_suite_passes_on_every_shape_of_mariadb_with_flask_appbuilder_4() {
    every_shape(Dialect::Mysql, FabVersion::V4).await;
}
