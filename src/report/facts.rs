//! Everything that a report says, as plain values.

use super::approval::Answer;
use crate::diff::{ChangeId, RenameQuestion, SchemaChange};
use crate::gate::Decision;
use crate::hazard::{Finding, Ignored};
use crate::impact::{ContractChange, SourceFile, Usage};
use crate::outcome::TestReport;
use crate::revision::HistoryFinding;
use crate::rollout::Rollout;
use crate::schema::{Dialect, ObjectName, Schema};

/// Everything that a report says about one run.
///
/// What a stage would have told is absent where the stage did not run; the report then says so.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The revision that is deployed, or will be compared against.
    pub base: Revision,
    /// The revision that is proposed.
    pub head: Revision,
    /// The family of the database.
    pub dialect: Dialect,
    /// The server with its version (`SQLite 3.40.1`).
    pub server: Option<String>,
    /// Wall time of the whole run, in seconds.
    pub seconds: f64,
    /// The repository's page, without a trailing slash. Without it, places are named and not linked.
    pub repository_url: Option<String>,
    /// Where the whole report can be read. Without it, the report is named as `report.html`.
    pub report_url: Option<String>,
    /// The schema of the base.
    pub before: Option<Schema>,
    /// The schema of the head.
    pub after: Option<Schema>,
    /// What differs.
    pub changes: Vec<SchemaChange>,
    /// What the migration can do to a database with rows and traffic.
    pub findings: Vec<Finding>,
    /// What is wrong with the migration history.
    pub history: Vec<HistoryFinding>,
    /// Findings that somebody accepted, with the reason.
    pub ignored: Vec<Ignored>,
    /// Which lines still use what changes. `None`: nobody looked.
    pub usages: Option<Vec<Usage>>,
    /// What clients of the REST API see change.
    pub contract: Vec<ContractChange>,
    /// What in the database depends on what changes.
    pub dependents: Vec<Dependents>,
    /// The files that `usages` point into, as the head has them, for the lines around a use.
    pub sources: Vec<SourceFile>,
    /// Renames that somebody has to confirm.
    pub questions: Vec<OpenQuestion>,
    /// What happened when the migration was rehearsed.
    pub rehearsal: Option<Rehearsal>,
    /// Where the run stopped, if it could not be finished.
    pub failure: Option<Failure>,
    /// What was regenerated.
    pub generated: Option<Generated>,
    /// Results of the generated tests on the new schema.
    pub tests: Option<TestReport>,
    /// Whether code that is deployed now survives the migration.
    pub compatibility: Compatibility,
    /// The stages in which it would. `None`: there is nothing to spread over stages, or nobody asked.
    pub series: Option<Series>,
    /// Whether the migration can be taken back.
    pub way_back: WayBack,
    /// The SQL that turns the base's schema into the head's.
    pub migration_sql: Option<String>,
    /// The SQL that turns the head's schema back into the base's.
    pub rollback_sql: Option<String>,
    /// What the gate decided. `None`: it was not asked.
    pub decision: Option<Decision>,
    /// The command that approves changes, given their ids (`/fabwright approve`). `None`: none is offered.
    pub approval_command: Option<String>,
    /// What was said to commands that could not be followed.
    pub answers: Vec<Answer>,
    /// What could not be done, and why: one sentence each.
    pub notes: Vec<String>,
}

impl Facts {
    /// The facts of a run of which nothing is known yet but what it compares.
    pub fn new(base: Revision, head: Revision) -> Self {
        let not_tried = || "it was not tried".to_owned();
        Self {
            base,
            head,
            dialect: Dialect::Sqlite,
            server: None,
            seconds: 0.0,
            repository_url: None,
            report_url: None,
            before: None,
            after: None,
            changes: Vec::new(),
            findings: Vec::new(),
            history: Vec::new(),
            ignored: Vec::new(),
            usages: None,
            contract: Vec::new(),
            dependents: Vec::new(),
            sources: Vec::new(),
            questions: Vec::new(),
            rehearsal: None,
            failure: None,
            generated: None,
            tests: None,
            compatibility: Compatibility::NotMeasured { reason: not_tried() },
            series: None,
            way_back: WayBack::NotMeasured { reason: not_tried() },
            migration_sql: None,
            rollback_sql: None,
            decision: None,
            approval_command: None,
            answers: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// A revision of the repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revision {
    /// What people call it: a branch, a tag. Empty where it has no name.
    pub name: String,
    /// The commit, as many digits as are known. Empty for a tree that is not committed.
    pub commit: String,
}

impl Revision {
    /// The first seven digits of the commit.
    pub fn short(&self) -> &str {
        self.commit.get(..7).unwrap_or(&self.commit)
    }
}

/// The stages in which the changes can reach production while deployed code keeps working.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The stages.
    pub rollout: Rollout,
    /// Whether they were gone through.
    pub trial: Trial,
    /// The stages as files: their names, and their texts.
    pub files: Vec<(String, String)>,
}

/// How it went when the stages were gone through on the base's database with its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trial {
    /// Nobody tried.
    NotTried,
    /// The last stage left the head's schema.
    Arrived {
        /// Rows that were there.
        rows: u64,
    },
    /// A stage failed.
    Stopped {
        /// Its number, from 1.
        stage: usize,
        /// The database's own words.
        error: String,
    },
}

/// What in the database depends on the subject of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependents {
    /// The change.
    pub change_id: ChangeId,
    /// Each with its kind (`view active_customer`), sorted.
    pub names: Vec<String>,
}

/// A pair that looks like a rename, though nobody saw it happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenQuestion {
    /// What is asked.
    pub asked: RenameQuestion,
    /// What to write into `.fabwright.yml` to answer yes.
    pub answer: String,
}

/// What happened when the migration was rehearsed on a throw-away database.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rehearsal {
    /// The new revisions in the order in which they were applied.
    pub revisions: Vec<AppliedRevision>,
    /// Rows of each table before and after, sorted by table.
    pub tables: Vec<TableRows>,
    /// Values that the migration does away with.
    pub lost: Vec<LostValues>,
}

/// One revision of the migration history, applied.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AppliedRevision {
    /// Its id in the history.
    pub id: String,
    /// Its message.
    pub message: String,
    /// Its file, from the root of the repository.
    pub path: Option<String>,
    /// What it made the database do, in order.
    pub statements: Vec<AppliedStatement>,
}

/// One statement, applied.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AppliedStatement {
    /// Its text, with placeholders for parameters.
    pub sql: String,
    /// Its text with the values of its parameters, where the driver tells it: for statements on rows.
    pub full: Option<String>,
    /// Wall time in seconds, where it was measured.
    pub seconds: Option<f64>,
    /// The line of the revision's file that sent it, from 1.
    pub line: Option<u32>,
    /// Whether it ran outside a transaction.
    pub autocommit: bool,
    /// What it did to tables that others use, where it was traced.
    pub touched: Vec<TableTouched>,
}

/// What a statement did to a table that others use.
#[derive(Debug, Clone, PartialEq)]
pub struct TableTouched {
    /// The table, under the name by which others knew it.
    pub table: ObjectName,
    /// The strongest lock that its transaction did not hold before.
    pub lock: Option<Lock>,
    /// What the server calls the way in which it changes the table (`ALGORITHM=INPLACE, LOCK=NONE`), where it has
    /// several.
    pub way: Option<String>,
    /// How long the lock was held: the time in the database from the statement to the end of its transaction, in
    /// seconds.
    pub held: f64,
    /// The same on empty tables.
    pub held_when_empty: Option<f64>,
    /// How many of its rows were read one after the other.
    pub rows_read: u64,
    /// Whether the table was written anew.
    pub rewritten: bool,
    /// Whether the time grows with the number of rows.
    pub grows: bool,
}

/// A lock on a table, the weakest first: what it keeps others from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lock {
    /// Rows are written, as any UPDATE does.
    RowExclusive,
    /// Keeps other changes of the schema off.
    ShareUpdateExclusive,
    /// Keeps writers off.
    Share,
    /// Keeps writers off, and each other.
    ShareRowExclusive,
    /// Keeps all but readers off.
    Exclusive,
    /// Keeps everybody off.
    AccessExclusive,
}

impl Lock {
    /// From the name in `pg_locks`. `None` for a lock that hinders nobody.
    pub fn from_server(mode: &str) -> Option<Self> {
        Some(match mode {
            "RowExclusiveLock" => Self::RowExclusive,
            "ShareUpdateExclusiveLock" => Self::ShareUpdateExclusive,
            "ShareLock" => Self::Share,
            "ShareRowExclusiveLock" => Self::ShareRowExclusive,
            "ExclusiveLock" => Self::Exclusive,
            // MySQL's clause in an ALTER TABLE knows two of them.
            "SHARED" => Self::Share,
            "AccessExclusiveLock" | "EXCLUSIVE" => Self::AccessExclusive,
            _ => return None,
        })
    }

    /// As the server's documentation writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Exclusive => "EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }

    /// Whether an application that reads and writes has to wait for it.
    pub fn blocks(self) -> bool {
        self >= Self::Share
    }
}

/// Rows of one table before and after. A side is absent where the table is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRows {
    /// The table, under its new name where it still exists.
    pub table: ObjectName,
    /// Rows before.
    pub before: Option<u64>,
    /// Rows after.
    pub after: Option<u64>,
}

/// Values that the migration does away with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostValues {
    /// The change. `None`: no change of the schema but a statement on rows.
    pub change_id: Option<ChangeId>,
    /// The table, under its old name.
    pub table: ObjectName,
    /// The column, under its old name. `None`: whole rows are lost.
    pub column: Option<String>,
    /// How many values, in the rehearsal's rows.
    pub values: u64,
    /// What becomes of them.
    pub fate: Fate,
}

/// What becomes of values that cannot stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// They are deleted.
    Deleted,
    /// They are rounded, cut or converted into something else.
    Altered,
}

/// Where a run stopped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failure {
    /// What was being done, as a noun phrase: `the pull request's migration`, `the base branch's migration`.
    pub stage: String,
    /// The revision of the migration history.
    pub revision: Option<String>,
    /// The file, from the root of the repository.
    pub path: Option<String>,
    /// The line in that file, from 1.
    pub line: Option<u32>,
    /// The statement that failed.
    pub statement: Option<String>,
    /// The database's or the tool's own words.
    pub error: String,
    /// The row that caused it, if one did, as text.
    pub row: Option<String>,
    /// What to do about it, one sentence.
    pub next_step: Option<String>,
}

/// What was regenerated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Generated {
    /// Files that were written, sorted, from the root of the repository.
    pub changed: Vec<String>,
    /// Pieces of hand-written text that were kept in generated files.
    pub hand_edits: usize,
    /// Files with conflicts, sorted.
    pub conflicts: Vec<String>,
    /// The commit that holds them. `None`: they were not committed.
    pub commit: Option<String>,
}

/// Whether code that is deployed now survives the migration.
#[derive(Debug, Clone, PartialEq)]
pub enum Compatibility {
    /// Nobody tried.
    NotMeasured {
        /// Why not, one clause. Empty where there is nothing to say.
        reason: String,
    },
    /// Told from the changes alone.
    Inferred {
        /// Why it was not measured, one clause. Empty where there is nothing to say.
        reason: String,
    },
    /// The base branch's tests ran on the head's schema.
    Measured(TestReport),
}

/// Whether the migration can be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WayBack {
    /// Nobody tried.
    NotMeasured {
        /// Why not, one clause. Empty where there is nothing to say.
        reason: String,
    },
    /// Told from the changes alone.
    Inferred,
    /// Down, and the base's schema and rows were there again; up once more.
    Proven {
        /// Rows that made the way, over all tables.
        rows: u64,
    },
    /// It was tried and did not lead back.
    Broken {
        /// What went wrong, in the tool's own words.
        error: String,
    },
}
