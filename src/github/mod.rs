//! GitHub as a runner sees it: the event that started a job, and the files through which a job answers.

pub mod event;
pub mod runner;

/// Why something of GitHub's could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The event's payload is not there or not readable.
    #[error("the event payload {path} cannot be read: {source}")]
    Payload {
        /// The file that GITHUB_EVENT_PATH names.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The payload is not what GitHub documents for this event.
    #[error("the payload of the `{event}` event is not what GitHub documents: {message}")]
    Malformed {
        /// The event's name.
        event: String,
        /// What does not fit.
        message: String,
    },
    /// A runner file cannot be written.
    #[error("the runner's file {path} cannot be written: {source}")]
    Write {
        /// The file.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
