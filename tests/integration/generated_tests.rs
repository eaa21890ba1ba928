//! A generated suite runs on the generated application, and passes.

use std::path::Path;
use std::process::Command;

use fabwright::generate::tests::{TestGenerationConfig, files};
use fabwright::generate::{Application, Selection, Settings, code};
use fabwright::schema::Schema;

use crate::python::interpreter;

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder is made");
    std::fs::write(path, text).expect("the file is written");
}

fn library(root: &Path) {
    let schema: Schema = serde_json::from_str(include_str!("generated/schema.json")).expect("the schema is valid");
    let application = Application::from_schema(&schema, &Settings::default());
    let code = code::files(&application, &Selection::Everything).expect("code is generated");
    let tests = files(&application, &TestGenerationConfig::default()).expect("tests are generated");
    for file in code.into_iter().chain(tests) {
        write(root, &file.path, &file.text);
    }
    write(root, "app/__init__.py", include_str!("generated/app_init.py"));
    write(root, "app/extensions.py", include_str!("generated/app_extensions.py"));
    write(root, "make_database.py", include_str!("generated/make_database.py"));
}

#[test]
fn unit_integration_and_security_tests_pass_on_the_generated_application() {
    let python = interpreter();
    let folder = tempfile::tempdir().expect("a folder is made");
    library(folder.path());
    let database = folder.path().join("empty.db");
    let made = Command::new(&python)
        .arg("make_database.py")
        .arg(&database)
        .current_dir(folder.path())
        .output()
        .expect("Python starts");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let tests = Command::new(&python)
        .args(["-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider"])
        .args(["tests/unit", "tests/integration", "tests/security"])
        .env("FABWRIGHT_DATABASE_URI", format!("sqlite:///{}", database.display()))
        .current_dir(folder.path())
        .output()
        .expect("Python starts");
    assert!(tests.status.success(), "{}", String::from_utf8_lossy(&tests.stdout));
}
