//! The Python interpreter that tests run applications with.

use std::path::{Path, PathBuf};

use fabwright::generate::FabVersion;
use fabwright::run::PythonEnvironment;

/// The interpreter named by `FABWRIGHT_TEST_PYTHON`, which has Flask-AppBuilder, Flask-Migrate and pytest.
pub fn interpreter() -> PathBuf {
    match std::env::var_os("FABWRIGHT_TEST_PYTHON") {
        Some(path) => path.into(),
        None => panic!(
            "set FABWRIGHT_TEST_PYTHON to a Python that has flask-appbuilder, flask-migrate and pytest (`make test` does)"
        ),
    }
}

/// The interpreter beside it that has this version of Flask-AppBuilder.
pub fn interpreter_with(fab: FabVersion) -> PathBuf {
    let newest = interpreter();
    match fab {
        FabVersion::V5 => newest,
        FabVersion::V4 => {
            let environment = newest.parent().and_then(Path::parent).expect("an environment has a folder");
            let python = environment.join("flask-appbuilder-4/bin/python");
            assert!(python.exists(), "{} is missing (`make test` makes it)", python.display());
            python
        }
    }
}

/// The environment of that interpreter.
pub async fn environment() -> PythonEnvironment {
    PythonEnvironment::existing(&interpreter(), Path::new("/")).await.unwrap()
}
