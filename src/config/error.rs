use std::path::PathBuf;

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is there and cannot be read.
    #[error("{path}: cannot be read: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file was asked for by name and is not there.
    #[error("{path}: there is no such file. Leave out `--config` to use the defaults, or run `fabwright init`")]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// Not YAML, an unknown key, or a value of the wrong type.
    #[error("{path}:{line}:{column}: {message}")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// Well-formed, but a value makes no sense.
    #[error("{path}: `{key}`: {message}")]
    Value {
        /// The file.
        path: PathBuf,
        /// The key, with dots.
        key: &'static str,
        /// What is wrong and what would be right.
        message: String,
    },
}
