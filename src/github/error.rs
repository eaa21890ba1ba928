use std::path::PathBuf;
use std::time::Duration;

/// Why something of GitHub's could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The event's payload is not there or not readable.
    #[error("the event payload {path} cannot be read: {source}")]
    Payload {
        /// The file that GITHUB_EVENT_PATH names.
        path: PathBuf,
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
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// What the job was given to reach GitHub with cannot be used.
    #[error("{what}: {message}")]
    Setup {
        /// The input or variable.
        what: &'static str,
        /// What is wrong, and what would be right.
        message: String,
    },
    /// The token is not one that GitHub knows.
    #[error("{what}: GitHub does not accept the token ({message}). Has it ended, or does it belong to another server?")]
    Unauthorized {
        /// What was being done.
        what: String,
        /// GitHub's own words.
        message: String,
    },
    /// The token may not do this.
    #[error("{what}: the token may not do this ({message}){}", needs.as_ref().map(|needs| format!("; it needs `{needs}`")).unwrap_or_default())]
    Forbidden {
        /// What was being done.
        what: String,
        /// GitHub's own words.
        message: String,
        /// The permissions that would do, as GitHub names them.
        needs: Option<String>,
    },
    /// There is no such thing, or the token may not see it.
    #[error("{what}: GitHub knows no such thing, or the token may not see it")]
    NotFound {
        /// What was being done.
        what: String,
    },
    /// GitHub refuses what was sent: nothing was done.
    #[error("{what}: GitHub refuses it ({status}: {message})")]
    Refused {
        /// What was being done.
        what: String,
        /// The HTTP status.
        status: u16,
        /// GitHub's own words.
        message: String,
    },
    /// Too many requests: nothing was done.
    #[error("{what}: GitHub asks to wait {} s, longer than this run does ({message})", wait.as_secs())]
    Limited {
        /// What was being done.
        what: String,
        /// How long GitHub wants us to wait.
        wait: Duration,
        /// GitHub's own words.
        message: String,
    },
    /// No answer, or half of one. A write may have happened all the same.
    #[error("{what}: GitHub gave no whole answer ({message})")]
    Lost {
        /// What was being done.
        what: String,
        /// What the system said, or the status of a server's error.
        message: String,
    },
    /// The answer is not what GitHub documents.
    #[error("{what}: the answer is not what GitHub documents: {message}")]
    Unexpected {
        /// What was being done.
        what: String,
        /// What does not fit.
        message: String,
    },
    /// The branch has moved on since it was read.
    #[error("{branch} has moved on: somebody pushed to it while this job ran. The next run looks at that push")]
    Moved {
        /// The branch.
        branch: String,
    },
}

impl Error {
    /// Whether the token lacks the permission; asking again will not help. GitHub answers a write to what a token may
    /// only read with 403, and with 404 where it may not even know of it.
    pub fn is_permission(&self) -> bool {
        matches!(self, Self::Forbidden { .. } | Self::NotFound { .. } | Self::Unauthorized { .. })
    }

    /// Whether a write that ended so may or may not have happened, so that its caller has to look. One whose whole answer
    /// came and could not be read did happen.
    pub fn may_have_happened(&self) -> bool {
        matches!(self, Self::Lost { .. })
    }
}
