//! What can go wrong between Fabwright and a database.

use std::path::PathBuf;

use crate::schema::Dialect;

/// An error of this room.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text is no database URL.
    #[error("`{text}` is not a database URL: {reason}. Use sqlite:PATH, postgres://… or mysql://…")]
    Url {
        /// The text, its password masked.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The database file is not there.
    #[error("there is no database file at {}", .0.display())]
    Missing(PathBuf),
    /// A file was named where a server is meant, or the other way round.
    #[error("{0} databases are not kept this way")]
    OtherKeeping(Dialect),
    /// An object that stands on what is not there any more cannot be copied.
    #[error("{kind} {name} cannot be made again: {source}")]
    NotCopied {
        /// What kind of object it is.
        kind: &'static str,
        /// Its name.
        name: String,
        /// What the server said.
        source: sqlx::Error,
    },
    /// A role has no right to make databases.
    #[error(
        "{role} may not make databases on {url}, and a rehearsal needs one of its own: {remedy}, or leave out the \
         database's URL, and a throw-away server is used"
    )]
    MayNotCreate {
        /// The role.
        role: String,
        /// The server, its password masked.
        url: String,
        /// What would give it the right.
        remedy: String,
    },
    /// The programs of a server are not installed.
    #[error("{program} was not found: install the {product} server (Debian: {package}), or put its programs on PATH")]
    NotInstalled {
        /// Which one.
        program: String,
        /// The server that it belongs to.
        product: &'static str,
        /// The package that has it.
        package: &'static str,
    },
    /// A throw-away server did not start.
    #[error("the throw-away {product} server did not start: {reason}")]
    NotStarted {
        /// Which one.
        product: &'static str,
        /// What it said.
        reason: String,
    },
    /// The server refused.
    #[error("{action}: {source}")]
    Server {
        /// What was tried.
        action: String,
        /// What the server said.
        source: sqlx::Error,
    },
    /// A statement of a script failed.
    #[error("the script failed: {source}")]
    Script {
        /// What the server said.
        source: sqlx::Error,
    },
    /// A file or folder could not be made, read or copied.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// A result of this room.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Whether the user named something that is not there or not possible, rather than a server failing.
    pub fn is_users(&self) -> bool {
        match self {
            Self::Url { .. }
            | Self::Missing(_)
            | Self::OtherKeeping(_)
            | Self::NotCopied { .. }
            | Self::Script { .. }
            | Self::MayNotCreate { .. }
            | Self::NotInstalled { .. } => true,
            Self::Server { .. } | Self::NotStarted { .. } | Self::Io { .. } => false,
        }
    }

    /// Wraps an error of the server with what was tried.
    pub(crate) fn server(action: impl Into<String>) -> impl FnOnce(sqlx::Error) -> Self {
        let action = action.into();
        move |source| Self::Server { action, source }
    }

    /// Wraps an error of the file system with the path.
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}
