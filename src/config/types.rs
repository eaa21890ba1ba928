use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use crate::diff::Severity;
use crate::gate::codeowners::CodeOwners;
use crate::gate::{Policy, Rule};
use crate::generate::FabVersion;
use crate::generate::tests::TestGenerationConfig;
use crate::merge::Strategy;
use crate::schema::Dialect;

/// The whole of `.fabwright.yml`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the application is and how to start it.
    pub application: Application,
    /// How it migrates.
    pub migrations: Migrations,
    /// What the migration is rehearsed on.
    pub rehearsal: Rehearsal,
    /// What is generated, and how it meets hand edits.
    pub generate: Generate,
    /// Which tests are generated and how they run.
    pub tests: TestGenerationConfig,
    /// Which changes wait for whose approval. Read from the base branch only.
    pub gate: Gate,
    /// Which findings are known and accepted.
    pub hazards: Hazards,
    /// Answers to "is this a rename?".
    pub renames: Vec<Rename>,
}

/// Where the application is and how to start it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Application {
    /// Its folder, from the root of the repository.
    pub path: PathBuf,
    /// Flask's name for the application or its factory (`FLASK_APP`); found out when not given.
    pub factory: Option<String>,
    /// The Python package that generated code goes into.
    pub package: String,
    /// The major version of Flask-AppBuilder that code is written for; found out when not given.
    pub flask_appbuilder: Option<FabVersion>,
    /// A Python interpreter that has the application's requirements. Without one, Fabwright makes an environment.
    pub python: Option<PathBuf>,
    /// Requirement files for that environment; those of the usual names when not given.
    pub requirements: Vec<PathBuf>,
    /// The environment variable from which the application takes its SQLAlchemy URI.
    pub database_variable: String,
    /// Further environment variables that it needs. Not for secrets: the file is in the repository.
    pub environment: BTreeMap<String, String>,
}

impl Default for Application {
    fn default() -> Self {
        Self {
            path: PathBuf::from("."),
            factory: None,
            package: "app".into(),
            flask_appbuilder: None,
            python: None,
            requirements: Vec::new(),
            database_variable: "DATABASE_URL".into(),
            environment: BTreeMap::new(),
        }
    }
}

/// How the application migrates.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Migrations {
    /// The tool; found out when not given.
    pub kind: Option<MigrationKind>,
    /// The folder of migrations, from the application's folder; found out when not given.
    pub directory: Option<PathBuf>,
    /// The command that migrates the database named by the application's database variable to the newest
    /// revision: a program and its arguments, no shell.
    pub command: Vec<String>,
    /// The longest that one upgrade may take, in seconds.
    pub timeout_seconds: u64,
}

impl Default for Migrations {
    fn default() -> Self {
        Self { kind: None, directory: None, command: Vec::new(), timeout_seconds: 300 }
    }
}

/// A tool that migrates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MigrationKind {
    /// Alembic through Flask-Migrate.
    FlaskMigrate,
    /// Alembic with a configuration of its own.
    Alembic,
    /// A command of the application's own.
    Command,
    /// A folder of `.sql` files, applied in order of their names.
    Sql,
}

/// What the migration is rehearsed on, and with how much data.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rehearsal {
    /// The family of servers to rehearse on; found out when not given.
    pub dialect: Option<Dialect>,
    /// Rows put into each table before the migration.
    pub rows_per_table: usize,
    /// The seed that the rows are made from.
    pub seed: u64,
}

impl Default for Rehearsal {
    fn default() -> Self {
        Self { dialect: None, rows_per_table: 60, seed: 1 }
    }
}

/// What is generated, and how it meets hand edits.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Generate {
    /// SQLAlchemy models.
    pub models: bool,
    /// Flask-AppBuilder views.
    pub views: bool,
    /// REST APIs.
    pub apis: bool,
    /// What to do where hand edits and a regeneration meet, by path from the application's folder; a folder ends with
    /// `/`, and the longest match holds.
    pub strategies: BTreeMap<String, Strategy>,
}

impl Default for Generate {
    fn default() -> Self {
        Self { models: true, views: true, apis: true, strategies: BTreeMap::new() }
    }
}

/// Which changes wait for whose approval.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gate {
    /// The lowest severity that waits for approval; `null` asks for none.
    pub require_approval: Option<Severity>,
    /// Who may approve: `@user` or `@org/team`. Empty: anyone with write access.
    pub approvers: Vec<String>,
    /// Whether the code owners of a change's files may approve it, too.
    pub codeowners: bool,
    /// How many of them.
    pub required: u32,
    /// What holds for some tables or severities instead.
    pub rules: Vec<GateRule>,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            require_approval: Some(Severity::Breaking),
            approvers: Vec::new(),
            codeowners: false,
            required: 1,
            rules: Vec::new(),
        }
    }
}

/// What holds for some tables or severities. What is not given is as in [`Gate`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GateRule {
    /// The lowest severity that the rule is about.
    pub severity: Option<Severity>,
    /// The tables that it is about, with `*` and `?` as wildcards. Empty: every table.
    pub tables: Vec<String>,
    /// Who may approve.
    pub approvers: Option<Vec<String>>,
    /// Whether the code owners of a change's files may approve it, too.
    pub codeowners: Option<bool>,
    /// How many of them.
    pub required: Option<u32>,
}

impl Gate {
    /// The policy that these values make, together with the base branch's CODEOWNERS.
    pub fn policy(self, owners: CodeOwners) -> Policy {
        let rules = self
            .rules
            .into_iter()
            .map(|rule| Rule {
                // Validation has seen to it that one of them is there.
                severity: rule.severity.or(self.require_approval).unwrap_or(Severity::Low),
                tables: rule.tables,
                approvers: rule.approvers.unwrap_or_else(|| self.approvers.clone()),
                codeowners: rule.codeowners.unwrap_or(self.codeowners),
                required: rule.required.unwrap_or(self.required),
            })
            .collect();
        Policy {
            threshold: self.require_approval,
            approvers: self.approvers,
            codeowners: self.codeowners,
            required: self.required,
            rules,
            owners,
        }
    }
}

/// Which findings are known and accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Hazards {
    /// The findings to leave out.
    pub ignore: Vec<HazardIgnore>,
    /// Rules by id, as the team wants them.
    pub rules: BTreeMap<String, HazardRule>,
}

/// How the team wants a rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HazardRule {
    /// Another severity.
    pub severity: Option<Severity>,
    /// On or off, whatever the default.
    pub enabled: Option<bool>,
}

/// A finding to leave out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HazardIgnore {
    /// The rule's id.
    pub rule: String,
    /// The table; every table when not given.
    #[serde(default)]
    pub table: Option<String>,
    /// The migration's file, or a folder of them, from the root of the repository; every file when not given.
    #[serde(default)]
    pub path: Option<String>,
    /// Why it is accepted.
    pub reason: String,
    /// The last day on which it is (`YYYY-MM-DD`).
    #[serde(default)]
    pub until: Option<jiff::civil::Date>,
    /// The line of the configuration on which it stands, from 1.
    #[serde(skip)]
    pub line: usize,
}

/// An answer to "is this a rename?".
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rename {
    /// The table whose column is renamed, under its new name; left out when a table is.
    #[serde(default)]
    pub table: Option<String>,
    /// The old name.
    pub from: String,
    /// The new name.
    pub to: String,
}
