//! Files of a package manager, as values.

use std::path::Path;

use serde::de::DeserializeOwned;

use crate::run::Error;

fn read(folder: &Path, file: &str) -> Result<String, Error> {
    let path = folder.join(file);
    std::fs::read_to_string(&path).map_err(Error::at(&path))
}

fn unreadable(file: &str, reason: impl ToString) -> Error {
    Error::Manifest { file: file.to_owned(), reason: reason.to_string().trim_end().to_owned() }
}

pub(super) fn toml<T: DeserializeOwned>(folder: &Path, file: &str) -> Result<T, Error> {
    toml::from_str(&read(folder, file)?).map_err(|error| unreadable(file, error))
}

pub(super) fn json<T: DeserializeOwned>(folder: &Path, file: &str) -> Result<T, Error> {
    serde_json::from_str(&read(folder, file)?).map_err(|error| unreadable(file, error))
}
