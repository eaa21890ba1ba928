//! The application's Python environment, made from requirements that need no network.

use std::path::Path;
use std::process::Command;

use fabwright::run::{Error, PythonEnvironment, PythonOptions};

use crate::python;

/// Writes a wheel of a module `greeting` that says `word`.
const WHEEL: &str = r#"
import sys, zipfile
path, word = sys.argv[1:]
with zipfile.ZipFile(path, "w") as wheel:
    wheel.writestr("greeting.py", f"WORD = {word!r}\n")
    info = "greeting-1.0.dist-info"
    wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr(f"{info}/RECORD", "")
"#;

fn application() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let wheel = folder.path().join("greeting-1.0-py3-none-any.whl");
    let made = Command::new(python::interpreter()).args(["-c", WHEEL]).arg(&wheel).arg("hello").status().unwrap();
    assert!(made.success());
    std::fs::write(folder.path().join("requirements.txt"), "./greeting-1.0-py3-none-any.whl\n-e .\n").unwrap();
    folder
}

fn options(cache: &Path) -> PythonOptions {
    PythonOptions { tools: Vec::new(), ..PythonOptions::new(cache) }
}

#[tokio::test]
async fn made_once_and_found_again() {
    let (application, cache) = (application(), tempfile::tempdir().unwrap());
    let options = options(cache.path());
    // Two at once: one makes it, the other waits and finds it.
    let (one, two) = tokio::join!(
        PythonEnvironment::prepare(application.path(), &options),
        PythonEnvironment::prepare(application.path(), &options)
    );
    let python = one.unwrap();
    assert_eq!(python, two.unwrap());
    let said =
        python.child(application.path()).args(["-c", "import greeting; print(greeting.WORD)"]).run().await.unwrap();
    assert_eq!(said.stdout, "hello\n", "{said:?}");

    // Without its mark it is taken for the rest of a crash, and made again.
    let folder = python.interpreter().parent().unwrap().parent().unwrap().to_path_buf();
    std::fs::remove_file(folder.join("fabwright-complete")).unwrap();
    std::fs::write(folder.join("rubbish"), "").unwrap();
    PythonEnvironment::prepare(application.path(), &options).await.unwrap();
    assert!(!folder.join("rubbish").exists() && folder.join("fabwright-complete").exists());
}

#[tokio::test]
async fn a_failing_installation_says_what_and_leaves_nothing() {
    let (application, cache) = (application(), tempfile::tempdir().unwrap());
    std::fs::write(application.path().join("requirements.txt"), "./no-such-1.0-py3-none-any.whl\n").unwrap();
    let error = PythonEnvironment::prepare(application.path(), &options(cache.path())).await.unwrap_err();
    assert!(matches!(&error, Error::Install { what, .. } if what == "requirements.txt"), "{error:?}");
    assert!(error.to_string().contains("no-such") && error.to_string().contains("by hand"), "{error}");
    let left: Vec<_> = std::fs::read_dir(cache.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.iter().all(|path| path.extension().is_some_and(|extension| extension == "lock")), "{left:?}");
}

#[tokio::test]
async fn dependencies_of_a_pyproject_are_read() {
    let (application, cache) = (application(), tempfile::tempdir().unwrap());
    std::fs::remove_file(application.path().join("requirements.txt")).unwrap();
    let wheel = application.path().join("greeting-1.0-py3-none-any.whl");
    let text = format!("[project]\nname = \"x\"\ndependencies = [\"greeting @ file://{}\"]\n", wheel.display());
    std::fs::write(application.path().join("pyproject.toml"), text).unwrap();
    let python = PythonEnvironment::prepare(application.path(), &options(cache.path())).await.unwrap();
    assert!(python.require(&["greeting"], "the test").await.is_ok());
}
