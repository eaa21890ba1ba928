//! What a rule is.

use super::statement::{Act, Action, Statement, TableChange, TypeName};
use super::{Confidence, Context};
use crate::diff::{SchemaChange, Severity};
use crate::schema::{Dialect, ObjectName};

/// A rule: what it is called, where it applies, and what it looks for.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The stable id, which is also the anchor of its section in `docs/rules.md`.
    pub id: &'static str,
    /// The dialects that it applies to.
    pub dialects: &'static [Dialect],
    /// What other tools call what it finds, as (tool, name).
    pub aliases: &'static [(&'static str, &'static str)],
    /// Whether what it warns of can only happen to rows that are there already.
    pub needs_rows: bool,
    /// Whether the check of a pull request asks it when the configuration does not say.
    pub default: Default,
    pub(super) looks: &'static [Look],
}

/// Whether a rule is asked when the configuration does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Default {
    /// Always.
    On,
    /// In `fabwright lint` alone: a matter of taste, or of a habit that few migrations have.
    LintOnly,
}

/// One way in which a rule looks at a migration.
#[derive(Clone, Copy)]
pub(super) enum Look {
    /// At each change of the schema.
    Change(fn(&Context<'_>, &SchemaChange) -> Option<Warning>),
    /// At each action of each statement.
    Act(fn(&Context<'_>, &Step<'_>) -> Option<Warning>),
    /// At each statement.
    Statement(fn(&Context<'_>, &Step<'_>) -> Option<Warning>),
}

impl std::fmt::Debug for Look {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Change(_) => "Change",
            Self::Act(_) => "Act",
            Self::Statement(_) => "Statement",
        })
    }
}

/// An action of a statement, with its place among all.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// The number of the statement, from 0.
    pub at: usize,
    /// The statement.
    pub statement: &'a Statement,
    /// The number of the action in it, from 0.
    pub part: usize,
    /// The action.
    pub act: &'a Act,
}

/// What a rule sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// How much it can hurt.
    pub severity: Severity,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// What goes wrong.
    pub message: String,
    /// The safe way.
    pub advice: String,
    /// The table whose rows are at stake, under its new name.
    pub table: Option<ObjectName>,
    /// The column, constraint or index that it is about. A change and a statement that raise one rule about one thing
    /// are one finding.
    pub item: Option<String>,
}

impl Warning {
    pub(super) fn new(severity: Severity, confidence: Confidence, message: impl Into<String>) -> Self {
        Self { severity, confidence, message: message.into(), advice: String::new(), table: None, item: None }
    }

    /// The safe way.
    pub(super) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = advice.into();
        self
    }

    /// The table that it is about.
    pub(super) fn on(mut self, table: &ObjectName) -> Self {
        self.table = Some(table.clone());
        self
    }

    /// The column, constraint or index that it is about.
    pub(super) fn about(mut self, item: impl Into<String>) -> Self {
        self.item = Some(item.into());
        self
    }
}

impl Rule {
    /// Where the rule is described, from the root of Fabwright's own repository.
    pub fn documentation(&self) -> String {
        format!("docs/rules.md#{}", self.id)
    }

    /// Whether people or tools call the rule so.
    pub fn is_called(&self, name: &str) -> bool {
        self.id == name || self.aliases.iter().any(|(_, alias)| *alias == name)
    }
}

const fn rule(dialects: &'static [Dialect]) -> Rule {
    Rule { id: "", dialects, aliases: &[], needs_rows: false, default: Default::On, looks: &[] }
}

/// A rule for every dialect, to be filled in.
pub(super) const ANY: Rule = rule(&[Dialect::Postgres, Dialect::Mysql, Dialect::Sqlite]);
/// A rule for PostgreSQL, to be filled in.
pub(super) const POSTGRES: Rule = rule(&[Dialect::Postgres]);
/// A rule for MySQL and MariaDB, to be filled in.
pub(super) const MYSQL: Rule = rule(&[Dialect::Mysql]);
/// A rule for SQLite, to be filled in.
pub(super) const SQLITE: Rule = rule(&[Dialect::Sqlite]);
/// A rule for the servers, to be filled in.
pub(super) const SERVERS: Rule = rule(&[Dialect::Postgres, Dialect::Mysql]);

impl<'a> Step<'a> {
    /// The columns that the action gives a type, with it.
    pub(super) fn typed_columns(&self) -> Vec<(&'a ObjectName, &'a str, &'a TypeName)> {
        match &self.act.action {
            Action::CreateTable(table) => table
                .columns
                .iter()
                .filter_map(|column| Some((&table.name, column.name.as_str(), column.data_type.as_ref()?)))
                .collect(),
            Action::Alter { table, change } => match change {
                TableChange::AddColumn { column, .. } | TableChange::Redefine { column, .. } => {
                    column.data_type.iter().map(|data_type| (table, column.name.as_str(), data_type)).collect()
                }
                TableChange::SetType { column, to, .. } => vec![(table, column.as_str(), to)],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// Whether a program in Python sent the statement.
    pub(super) fn is_python(&self) -> bool {
        self.statement.place.path.as_deref().is_some_and(|path| path.ends_with(".py"))
    }
}
