//! The Python interpreter that tests run applications with.

use std::path::{Path, PathBuf};

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

/// The environment of that interpreter.
pub async fn environment() -> PythonEnvironment {
    PythonEnvironment::existing(&interpreter(), Path::new("/")).await.unwrap()
}
