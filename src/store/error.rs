use std::path::PathBuf;
use std::time::Duration;

/// What can go wrong with the repository; each says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder is not inside a git repository.
    #[error("{} is not inside a git repository; check the repository out first, or name its folder", .0.display())]
    NotARepository(PathBuf),
    /// The repository has no working tree.
    #[error("{} is a bare repository, which has no files to work on; clone it and name the clone", .0.display())]
    Bare(PathBuf),
    /// There is no `git` command.
    #[error("the git command was not found; install git 2.36 or later and put it on PATH")]
    GitMissing,
    /// A revision does not name a commit.
    #[error("there is no commit {revision:?} in this repository; {hint}")]
    UnknownRevision {
        /// As it was given.
        revision: String,
        /// What to do about it.
        hint: String,
    },
    /// Two commits have no common history, as far as it is here.
    #[error("{first} and {second} have no common ancestor here; {hint}")]
    NoMergeBase {
        /// One commit.
        first: String,
        /// The other commit.
        second: String,
        /// What to do about it.
        hint: String,
    },
    /// The branch was moved by somebody else.
    #[error("{reference} moved while we worked (expected {expected}): nothing was committed; run again on its new tip")]
    Moved {
        /// The branch.
        reference: String,
        /// The commit that it should have been at.
        expected: String,
    },
    /// The working tree holds work that the commit would overwrite.
    #[error("the working tree is in the way, nothing was committed; commit or stash first: {}", .0.join(", "))]
    TreeInTheWay(Vec<String>),
    /// A path that doesn't belong into a commit.
    #[error("{0:?} is not a path inside the repository")]
    BadPath(String),
    /// A file that should be text is not UTF-8.
    #[error("{0} is not UTF-8 text")]
    NotText(String),
    /// A git command failed.
    #[error("`git {command}` failed: {message}")]
    Git {
        /// Its arguments.
        command: String,
        /// What it said.
        message: String,
    },
    /// A git command took too long.
    #[error("`git {command}` did not finish within {} s and was stopped", .limit.as_secs())]
    TimedOut {
        /// Its arguments.
        command: String,
        /// The limit.
        limit: Duration,
    },
    /// A folder that should be empty is not.
    #[error("{} is not empty; name a folder that is not there yet", .0.display())]
    NotEmpty(PathBuf),
    /// Reading or writing a file failed.
    #[error("{}: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// The outcome of a look at the repository.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Whether the user named something that is not there or in the way, rather than git or the disk failing.
    pub fn is_users(&self) -> bool {
        match self {
            Self::NotARepository(_)
            | Self::Bare(_)
            | Self::UnknownRevision { .. }
            | Self::NoMergeBase { .. }
            | Self::TreeInTheWay(_)
            | Self::BadPath(_)
            | Self::NotText(_)
            | Self::NotEmpty(_) => true,
            Self::File { source, .. } => source.kind() == std::io::ErrorKind::NotFound,
            Self::GitMissing | Self::Moved { .. } | Self::Git { .. } | Self::TimedOut { .. } => false,
        }
    }

    pub(super) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
