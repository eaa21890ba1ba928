use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::{Error, action};
use crate::app::{
    Format, Request, check, demo, diff, gate, generate, history, init, lint, migration, mutate, snapshot, test,
};
use crate::schema::Dialect;

const AFTER_HELP: &str = "\
Exit codes:
  0   done, nothing blocks
  2   bad arguments or configuration
  10  approval needed
  11  tests failed
  12  the migration failed
  13  unresolved merge conflicts
  14  an outside system failed
  15  generated files are out of date (generate --check)
  16  hazards were found (lint --fail-on)
  70  a bug in fabwright";

/// Keeps a Flask-AppBuilder application in step with its database, one pull request at a time.
#[derive(Debug, Parser)]
#[command(name = "fabwright", version, after_help = AFTER_HELP, disable_help_subcommand = true)]
pub(super) struct Arguments {
    /// Show no progress, only results and errors
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,

    /// How logs are written to standard error; FABWRIGHT_LOG chooses which
    #[arg(long, value_enum, default_value_t = LogFormat::Text, global = true, hide_possible_values = false)]
    pub(super) log_format: LogFormat,

    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Do the pull-request job: rehearse, compare, find the impact, regenerate, test, report, commit
    Check(Check),
    /// Do the pull-request job on the bundled example, in a repository made for it
    Demo(Demo),
    /// Post the report of a fork's pull request, from a job that may write
    Publish(Publish),
    /// Write the workflow and a commented .fabwright.yml for the repository at hand
    Init(Init),
    /// Write down the schema of SOURCE
    Snapshot(Snapshot),
    /// Show the changes between two schemas
    Diff(Diff),
    /// Print the SQL that turns one schema into another, or back
    Migration(Migration),
    /// Generate models, views, APIs and tests
    Generate(Generate),
    /// Run the application's tests
    Test(Test),
    /// Plant faults in the application, one at a time, and tell which the tests notice
    Mutate(Mutate),
    /// Find hazards in SQL, without a repository or a database
    Lint(Lint),
    /// Show the record of changes: what each push to the default branch changed, and who had approved it
    History(History),
    /// Decide from comments and reviews whether a pull request may be merged, and say so on GitHub
    Gate(Gate),
    /// Do what the GitHub Action's inputs and event ask for
    #[command(hide = true)]
    Action,
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// The revision to compare with [default: the merge base with origin's default branch, main or master]
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// The revision of the pull request
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    head: String,
    /// The repository
    #[arg(long, value_name = "DIR", default_value = ".")]
    repo: PathBuf,
    /// Configuration to use instead of .fabwright.yml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where to rehearse: a database of its own is made beside this one, and dropped [default: a throw-away server or file]
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// A Python interpreter that has the application's requirements [default: an environment made from them]
    #[arg(long, value_name = "FILE", env = "FABWRIGHT_PYTHON")]
    python: Option<PathBuf>,
    /// Where the reports go
    #[arg(long, value_name = "DIR", default_value = "fabwright-report")]
    out: PathBuf,
    /// Commit nothing and leave the working tree alone
    #[arg(long)]
    no_commit: bool,
    /// Run no tests
    #[arg(long)]
    no_tests: bool,
    /// What to print at the end
    #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
    format: OutputFormat,
}

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Make the example's repository here and keep it
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Run no tests
    #[arg(long)]
    no_tests: bool,
}

#[derive(Debug, Args)]
pub(super) struct Init {
    /// The repository
    #[arg(long, value_name = "DIR", default_value = ".")]
    repo: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct History {
    /// The repository
    #[arg(long, value_name = "DIR", default_value = ".")]
    repo: PathBuf,
    /// Only what changed this table
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    /// What to print
    #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
    format: OutputFormat,
}

#[derive(Debug, Args)]
pub(super) struct Gate {
    /// The pull request's number; the repository and the token come from GITHUB_REPOSITORY and GITHUB_TOKEN
    #[arg(long, value_name = "NUMBER")]
    pull_request: u64,
    /// Configuration of the base branch to read instead of .fabwright.yml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder of the configuration, from the root of the repository
    #[arg(long, value_name = "DIR")]
    working_directory: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Dialected {
    /// The dialect of an .sql file
    #[arg(long, value_name = "postgres|mysql|sqlite")]
    dialect: Option<Dialect>,
}

#[derive(Debug, Args)]
pub(super) struct Snapshot {
    /// A database URL (sqlite:PATH), a snapshot (file or folder), or an .sql file
    source: String,
    /// Write to this file, or into this folder one file a table when it ends with `/`
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    dialect: Dialected,
}

#[derive(Debug, Args)]
pub(super) struct Diff {
    /// The schema before: a database URL, a snapshot, or an .sql file
    from: String,
    /// The schema after
    to: String,
    /// What to print
    #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
    format: OutputFormat,
    #[command(flatten)]
    dialect: Dialected,
}

#[derive(Debug, Args)]
pub(super) struct Migration {
    /// The schema before: a database URL, a snapshot, or an .sql file
    from: String,
    /// The schema after
    to: String,
    /// Print the way back instead
    #[arg(long)]
    rollback: bool,
    /// What to print
    #[arg(long, value_enum, default_value_t = MigrationFormat::Sql, conflicts_with = "rollback")]
    format: MigrationFormat,
    /// On PostgreSQL: let others read and write the tables meanwhile, by indexes made CONCURRENTLY, constraints that
    /// are validated later, and locks that give up after 5 seconds; not in one transaction
    #[arg(long)]
    online: bool,
    /// The id of the Alembic revision [default: made from the two schemas]
    #[arg(long, value_name = "ID", value_parser = revision_id)]
    revision_id: Option<String>,
    /// The Alembic revision that this one follows [default: none, it is the first]
    #[arg(long, value_name = "ID", value_parser = revision_id)]
    down_revision: Option<String>,
    /// What the Alembic revision is for
    #[arg(long, value_name = "TEXT")]
    message: Option<String>,
    #[command(flatten)]
    dialect: Dialected,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MigrationFormat {
    /// A script of statements
    Sql,
    /// A revision file for Alembic, with the way back in it
    Alembic,
}

/// Alembic has a meaning of its own for `:`, `@`, `+`, `-` and white space in an id, and room for 32 characters.
fn revision_id(text: &str) -> Result<String, String> {
    let fits = (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if fits { Ok(text.to_owned()) } else { Err("use 1 to 32 letters, digits and underscores".to_owned()) }
}

#[derive(Debug, Args)]
pub(super) struct Generate {
    /// A database URL, a snapshot, or an .sql file
    source: String,
    /// The application's folder
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Write nothing; fail with exit code 15 when something is out of date
    #[arg(long)]
    check: bool,
    /// Configuration to use instead of DIR/.fabwright.yml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    dialect: Dialected,
}

#[derive(Debug, Args)]
pub(super) struct Test {
    /// The application's folder
    #[arg(value_name = "DIR", default_value = ".")]
    application: PathBuf,
    /// Configuration to use instead of DIR/.fabwright.yml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A Python interpreter that has the application's requirements [default: an environment made from them]
    #[arg(long, value_name = "FILE", env = "FABWRIGHT_PYTHON")]
    python: Option<PathBuf>,
    /// Run only this kind: unit, integration, security, performance, e2e or accessibility; may be given several times
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<test::TestKind>,
    /// Run one of N shares of the test files, as 2/4
    #[arg(long, value_name = "I/N")]
    shard: Option<test::Shard>,
    /// Run the tests of this table before the others; may be given several times
    #[arg(long = "first", value_name = "TABLE")]
    first: Vec<String>,
    /// How many processes run at a time [default: max_test_workers of the configuration]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    workers: Option<u16>,
    /// Give a test that fails no second try
    #[arg(long)]
    no_retry: bool,
    /// The SQLAlchemy URI of a migrated, empty database [default: one on a throw-away server, or an SQLite file]
    #[arg(long, value_name = "URI", env = "FABWRIGHT_DATABASE_URI")]
    database_uri: Option<String>,
    /// Measure coverage; fail with exit code 11 below target_coverage_percentage of the configuration
    #[arg(long)]
    coverage: bool,
    /// Write junit.xml, test-results.json and test-summary.md here
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// What to print
    #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
    format: OutputFormat,
}

#[derive(Debug, Args)]
pub(super) struct Mutate {
    /// The application's folder; nothing in it is changed
    #[arg(value_name = "DIR", default_value = ".")]
    application: PathBuf,
    /// Configuration to use instead of DIR/.fabwright.yml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A Python interpreter that has the application's requirements [default: an environment made from them]
    #[arg(long, value_name = "FILE", env = "FABWRIGHT_PYTHON")]
    python: Option<PathBuf>,
    /// Plant only this kind of fault; may be given several times
    #[arg(long = "fault", value_name = "KIND")]
    faults: Vec<mutate::Operator>,
    /// Plant at most this many, of every kind alike
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Only list the faults that could be planted
    #[arg(long)]
    list: bool,
    /// How many are tried at a time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    workers: u16,
    /// Let schemathesis loose on the REST API with each fault, too, and set what it catches beside what the tests do
    #[arg(long)]
    schemathesis: bool,
    /// Fail with exit code 11 when less than this many percent are caught
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    fail_under: Option<u8>,
    /// What to print
    #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
    format: OutputFormat,
}

#[derive(Debug, Args)]
pub(super) struct Lint {
    /// Files of SQL, each a migration of its own; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The dialect of the files
    #[arg(long, value_name = "postgres|mysql|sqlite")]
    dialect: Dialect,
    /// The server, as 16, 8.0 or mariadb-10.11 [default: one of those supported today]
    #[arg(long, visible_alias = "pg-version", value_name = "VERSION")]
    server_version: Option<String>,
    /// The tool that runs the files opens a transaction around each
    #[arg(long)]
    assume_in_transaction: bool,
    /// Configuration whose `hazards` hold
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Show nothing below this severity
    #[arg(long, value_enum, default_value_t = Level::Low)]
    min_severity: Level,
    /// Fail with exit code 16 when something of this severity or above is found
    #[arg(long, value_enum)]
    fail_on: Option<Level>,
    /// What to print
    #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
    format: OutputFormat,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Level {
    Low,
    Medium,
    High,
    Breaking,
}

impl From<Level> for lint::Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Low => Self::Low,
            Level::Medium => Self::Medium,
            Level::High => Self::High,
            Level::Breaking => Self::Breaking,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct Publish {
    /// The folder that holds the report: the artifact of the pull request's run, unpacked
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum OutputFormat {
    /// For people, in a terminal
    Text,
    /// For programs
    Json,
    /// For a comment or a page
    Markdown,
}

impl From<OutputFormat> for Format {
    fn from(format: OutputFormat) -> Self {
        match format {
            OutputFormat::Text => Self::Text,
            OutputFormat::Json => Self::Json,
            OutputFormat::Markdown => Self::Markdown,
        }
    }
}

impl Command {
    pub(super) fn into_request(self) -> Result<Request, Error> {
        Ok(match self {
            Self::Check(it) => Request::Check(check::Request {
                base: it.base,
                head: it.head,
                repo: it.repo,
                config: it.config,
                working_directory: None,
                database_url: it.database_url,
                python: it.python,
                out: it.out,
                commit: if it.no_commit { check::CommitMode::Off } else { check::CommitMode::Local },
                tests: !it.no_tests,
                format: it.format.into(),
            }),
            Self::Demo(it) => Request::Demo(demo::Request { keep: it.keep, tests: !it.no_tests }),
            Self::Init(it) => Request::Init(init::Request { repo: it.repo }),
            Self::Snapshot(it) => Request::Snapshot(snapshot::Request {
                source: it.source,
                output: it.output,
                dialect: it.dialect.dialect,
            }),
            Self::Diff(it) => Request::Diff(diff::Request {
                from: it.from,
                to: it.to,
                dialect: it.dialect.dialect,
                format: it.format.into(),
            }),
            Self::Migration(it) => Request::Migration(migration::Request {
                from: it.from,
                to: it.to,
                dialect: it.dialect.dialect,
                online: it.online,
                output: match it.format {
                    MigrationFormat::Sql if it.rollback => migration::Output::Rollback,
                    MigrationFormat::Sql => migration::Output::Forward,
                    MigrationFormat::Alembic => migration::Output::Alembic {
                        revision: it.revision_id,
                        down_revision: it.down_revision,
                        message: it.message,
                    },
                },
            }),
            Self::Generate(it) => Request::Generate(generate::Request {
                source: it.source,
                out: it.out,
                check: it.check,
                config: it.config,
                dialect: it.dialect.dialect,
            }),
            Self::Test(it) => Request::Test(Box::new(test::Request {
                application: it.application,
                config: it.config,
                python: it.python,
                kinds: it.kinds,
                shard: it.shard,
                first: it.first,
                workers: it.workers.map(usize::from),
                no_retry: it.no_retry,
                database_uri: it.database_uri,
                coverage: it.coverage,
                out: it.out,
                format: it.format.into(),
            })),
            Self::Mutate(it) => Request::Mutate(mutate::Request {
                application: it.application,
                config: it.config,
                python: it.python,
                faults: it.faults,
                limit: it.limit,
                list: it.list,
                workers: usize::from(it.workers),
                schemathesis: it.schemathesis,
                fail_under: it.fail_under,
                format: it.format.into(),
            }),
            Self::Lint(it) => Request::Lint(lint::Request {
                files: it.files,
                dialect: it.dialect,
                server_version: it.server_version,
                in_transaction: it.assume_in_transaction,
                config: it.config,
                min_severity: it.min_severity.into(),
                fail_on: it.fail_on.map(Into::into),
                format: it.format.into(),
            }),
            Self::History(it) => {
                Request::History(history::Request { repo: it.repo, table: it.table, format: it.format.into() })
            }
            Self::Publish(it) => {
                Request::Publish(Box::new(action::publish(it.from, &action::Environment::of_process())?))
            }
            Self::Gate(it) => Request::Gate(gate::Request {
                pull_request: it.pull_request,
                forge: action::outside_a_step(&action::Environment::of_process(), it.working_directory.as_deref())?,
                config: it.config,
                working_directory: it.working_directory,
            }),
            Self::Action => Request::Action(Box::new(action::request(&action::Environment::of_process())?)),
        })
    }
}
