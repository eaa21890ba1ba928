//! What can go wrong around a child process.

use std::path::PathBuf;

/// An error of this room. Each says where, what, and what to do next.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program could not be started.
    #[error("could not start `{program}`: {source}; check that it is installed and on PATH")]
    Start {
        /// The program as it was called.
        program: String,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// A file or folder could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// No Python interpreter is there.
    #[error(
        "Python was not found: {reason}; install Python 3 or name an interpreter with `application.python` in .fabwright.yml"
    )]
    PythonMissing {
        /// What was tried.
        reason: String,
    },
    /// The interpreter lacks modules that the work needs.
    #[error("{}: {needed_for} needs the Python package(s) {}, which cannot be imported; add them to the application's requirements", interpreter.display(), modules.join(", "))]
    ModulesMissing {
        /// The interpreter.
        interpreter: PathBuf,
        /// The modules, each with its import error where it says more than "not found".
        modules: Vec<String>,
        /// What needs them.
        needed_for: String,
    },
    /// What to install is not known.
    #[error(
        "{missing}; name the files to install as `application.requirements` in .fabwright.yml, or an interpreter that has everything as `application.python`"
    )]
    Requirements {
        /// What is not there.
        missing: String,
    },
    /// A file of a package manager is not what it should be.
    #[error("{file}: {reason}\nCorrect it, or have the package manager write it anew")]
    Manifest {
        /// The file, relative to the application's folder.
        file: String,
        /// Where and what.
        reason: String,
    },
    /// The application's requirements could not be installed.
    #[error(
        "installing {what} failed:\n{output}\nRun `{command}` by hand to see all of it, and correct the requirements"
    )]
    Install {
        /// The files or packages.
        what: String,
        /// The command that failed.
        command: String,
        /// The end of its output.
        output: String,
    },
    /// The way in which the application migrates could not be told.
    #[error("{}: no migrations were found; looked for {}. Create them with `flask db init`, or set `migrations.kind` and `migrations.directory` in .fabwright.yml", directory.display(), looked_for.join(", "))]
    NoMigrations {
        /// The application's folder.
        directory: PathBuf,
        /// What would have been recognised.
        looked_for: Vec<String>,
    },
    /// The migration history ends in more than one head.
    #[error("the migration history has {} heads:\n{}\nMerge them with `{command}` and commit the new file", heads.len(), heads.join("\n"))]
    SeveralHeads {
        /// Revision and file of each.
        heads: Vec<String>,
        /// The command to type.
        command: String,
    },
    /// The migration history or the application could not be loaded.
    #[error(
        "{}could not load the application and its migrations: {message}\nRun `{command}` in the application's folder to see the same error",
        place(at)
    )]
    Load {
        /// File and line in the repository, where known.
        at: Option<String>,
        /// What Python said.
        message: String,
        /// A command that shows it.
        command: String,
    },
    /// A migration failed.
    #[error("{}migration {} failed: {message}{}\nCorrect the migration, or the rows that it meets", place(at), revision.as_deref().unwrap_or("(none started)"), in_statement(statement))]
    Migration {
        /// The revision that was running.
        revision: Option<String>,
        /// File and line of the migration.
        at: Option<String>,
        /// The statement that the database refused.
        statement: Option<String>,
        /// The database's or Python's message.
        message: String,
        /// What of the statements before it has to do with that.
        sent: Box<Sent>,
    },
    /// A migration did not come to an end.
    #[error(
        "{} was still running after {seconds} s and was stopped{}; look for a lock or a loop in it, or raise `migrations.timeout_seconds` in .fabwright.yml",
        running(revision, at),
        in_statement(statement)
    )]
    MigrationTimeout {
        /// The revision that was running.
        revision: Option<String>,
        /// The file of that revision.
        at: Option<String>,
        /// The statement that the database was busy with.
        statement: Option<String>,
        /// The limit.
        seconds: u64,
    },
    /// The migrations ran, but not on the database that was given to them.
    #[error(
        "the application did not connect to the database in {variable}: after the migration it holds no `{expected}`; set `application.database_variable` in .fabwright.yml to the variable that the application reads"
    )]
    OtherDatabase {
        /// The variables that were set.
        variable: String,
        /// The table that should be there.
        expected: String,
    },
    /// The driver answered something that cannot be understood.
    #[error("the migration driver said something unexpected: {message}")]
    Protocol {
        /// What was wrong with it.
        message: String,
    },
    /// Nothing came of measuring coverage.
    #[error("coverage.py gave no report: {message}; run without `--coverage`, or look at what the tests print")]
    Coverage {
        /// What it said.
        message: String,
    },
    /// Nothing came of schemathesis.
    #[error("schemathesis broke off: {message}")]
    Schemathesis {
        /// What it said.
        message: String,
    },
    /// The tool cannot do what was asked.
    #[error("{message}")]
    Unsupported {
        /// What, and what to do instead.
        message: String,
    },
}

impl Error {
    /// Wraps an I/O error with the path at which it happened.
    pub(crate) fn at(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

fn place(at: &Option<String>) -> String {
    at.as_ref().map(|at| format!("{at}: ")).unwrap_or_default()
}

fn in_statement(statement: &Option<String>) -> String {
    statement.as_ref().map(|sql| format!("\nStatement: {sql}")).unwrap_or_default()
}

fn running(revision: &Option<String>, at: &Option<String>) -> String {
    match (revision, at) {
        (Some(revision), Some(at)) => format!("{at}: migration {revision}"),
        (Some(revision), None) => format!("migration {revision}"),
        (None, _) => "loading the migrations".to_owned(),
    }
}

/// What a migration that failed had sent to the database, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// Nothing that matters.
    Nothing,
    /// All of it, the statement last that the database refused for what is in the rows.
    Refused(Vec<String>),
    /// The queries of the revision whose own code gave up.
    Asked(Vec<String>),
}
