//! The closed vocabulary of schema changes.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::rename::RenameEvidence;
use crate::schema::{
    CheckConstraint, Column, ForeignKey, Index, ObjectName, Other, PrimaryKey, Table, Trigger, UniqueConstraint, View,
};

/// One difference between two schemas, with the objects that differ.
///
/// A modified object carries both sides and what differs. Matched without a wildcard arm everywhere, so that a
/// new kind of change cannot be forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Change {
    /// A table that was not there.
    TableAdded { table: Table },
    /// A table that is gone, with its rows.
    TableRemoved { table: Table },
    /// A table under another name. Differences inside it are changes of their own, under the new name.
    TableRenamed { from: ObjectName, to: ObjectName, evidence: RenameEvidence },
    /// Something about the table itself (its options or its comment).
    TableModified { from: Table, to: Table },
    /// A column that was not there.
    ColumnAdded { table: ObjectName, column: Column },
    /// A column that is gone, with its values.
    ColumnRemoved { table: ObjectName, column: Column },
    /// A column whose definition differs.
    ColumnModified { table: ObjectName, from: Column, to: Column, differences: Vec<ColumnDifference> },
    /// A column under another name. Differences in its definition are a `ColumnModified` of its own.
    ColumnRenamed { table: ObjectName, from: Column, to: Column, evidence: RenameEvidence },
    /// A primary key, UNIQUE or CHECK constraint that was not there.
    ConstraintAdded { table: ObjectName, constraint: Constraint },
    /// A primary key, UNIQUE or CHECK constraint that is gone.
    ConstraintRemoved { table: ObjectName, constraint: Constraint },
    /// An index that was not there.
    IndexAdded { table: ObjectName, index: Index },
    /// An index that is gone.
    IndexRemoved { table: ObjectName, index: Index },
    /// A foreign key that was not there.
    RelationshipAdded { table: ObjectName, foreign_key: ForeignKey },
    /// A foreign key that is gone.
    RelationshipRemoved { table: ObjectName, foreign_key: ForeignKey },
    /// A foreign key over the same columns with another target or other actions.
    RelationshipModified { table: ObjectName, from: ForeignKey, to: ForeignKey },
    /// A view that was not there.
    ViewAdded { view: View },
    /// A view that is gone.
    ViewRemoved { view: View },
    /// A view with another definition.
    ViewModified { from: View, to: View },
    /// A trigger that was not there.
    TriggerAdded { trigger: Trigger },
    /// A trigger that is gone.
    TriggerRemoved { trigger: Trigger },
    /// A trigger with another definition.
    TriggerModified { from: Trigger, to: Trigger },
    /// Another object that was not there.
    ObjectAdded { object: Other },
    /// Another object that is gone.
    ObjectRemoved { object: Other },
    /// Another object with another definition.
    ObjectModified { from: Other, to: Other },
}

impl Change {
    /// The table, under its new name, whose definition the change alters. None for a change of a whole object.
    pub fn table(&self) -> Option<&ObjectName> {
        match self {
            Self::TableModified { to: Table { name: table, .. }, .. }
            | Self::ColumnAdded { table, .. }
            | Self::ColumnRemoved { table, .. }
            | Self::ColumnModified { table, .. }
            | Self::ColumnRenamed { table, .. }
            | Self::ConstraintAdded { table, .. }
            | Self::ConstraintRemoved { table, .. }
            | Self::IndexAdded { table, .. }
            | Self::IndexRemoved { table, .. }
            | Self::RelationshipAdded { table, .. }
            | Self::RelationshipRemoved { table, .. }
            | Self::RelationshipModified { table, .. } => Some(table),
            Self::TableAdded { .. }
            | Self::TableRemoved { .. }
            | Self::TableRenamed { .. }
            | Self::ViewAdded { .. }
            | Self::ViewRemoved { .. }
            | Self::ViewModified { .. }
            | Self::TriggerAdded { .. }
            | Self::TriggerRemoved { .. }
            | Self::TriggerModified { .. }
            | Self::ObjectAdded { .. }
            | Self::ObjectRemoved { .. }
            | Self::ObjectModified { .. } => None,
        }
    }
}

/// A constraint that is not a foreign key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "constraint", rename_all = "snake_case")]
pub enum Constraint {
    /// The primary key.
    PrimaryKey(PrimaryKey),
    /// A UNIQUE constraint.
    Unique(UniqueConstraint),
    /// A CHECK constraint.
    Check(CheckConstraint),
}

impl Constraint {
    /// Whether both ask the same, under whatever name.
    pub fn asks_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::PrimaryKey(one), Self::PrimaryKey(other)) => one.columns == other.columns,
            (Self::Unique(one), Self::Unique(other)) => one.columns == other.columns,
            (Self::Check(one), Self::Check(other)) => one.expression == other.expression,
            _ => false,
        }
    }
}

/// One respect in which a column's definition differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnDifference {
    /// The type.
    Type,
    /// Whether NULL is accepted.
    Nullability,
    /// The default.
    Default,
    /// The generation expression or its storage.
    Generated,
    /// Whether the server hands out the value.
    AutoIncrement,
    /// The collation.
    Collation,
    /// The comment.
    Comment,
    /// What only this server knows of.
    Options,
}

/// The kind of a change as it is written in JSON.
///
/// The first fourteen are the vocabulary of the specification; the rest follow its style for further objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum SchemaChangeType {
    TableAdded,
    TableRemoved,
    TableRenamed,
    ColumnAdded,
    ColumnRemoved,
    ColumnModified,
    ColumnRenamed,
    ConstraintAdded,
    ConstraintRemoved,
    IndexAdded,
    IndexRemoved,
    RelationshipAdded,
    RelationshipRemoved,
    RelationshipModified,
    TableModified,
    ViewAdded,
    ViewRemoved,
    ViewModified,
    TriggerAdded,
    TriggerRemoved,
    TriggerModified,
    SequenceAdded,
    SequenceRemoved,
    SequenceModified,
    EnumAdded,
    EnumRemoved,
    EnumModified,
    DomainAdded,
    DomainRemoved,
    DomainModified,
    FunctionAdded,
    FunctionRemoved,
    FunctionModified,
    PolicyAdded,
    PolicyRemoved,
    PolicyModified,
    ExtensionAdded,
    ExtensionRemoved,
    ExtensionModified,
    GrantAdded,
    GrantRemoved,
    GrantModified,
    ObjectAdded,
    ObjectRemoved,
    ObjectModified,
}

/// How much a change can hurt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing that runs today notices.
    Low,
    /// Worth a look: writes or performance may be affected.
    Medium,
    /// Data or existing writes may fail the change.
    High,
    /// Code that runs today stops working, or data is lost.
    Breaking,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Breaking => "breaking",
        })
    }
}

/// The stable fingerprint of a change: hexadecimal SHA-256 over what changes into what, and nothing else, so that
/// a rebase keeps it and an altered change does not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChangeId(pub String);

impl ChangeId {
    /// The first eight digits, which people read and type.
    pub fn short(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }
}

impl fmt::Display for ChangeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A schema change as people and programs read it: the fields of the specification, under its names.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SchemaChange {
    /// The stable fingerprint.
    pub change_id: ChangeId,
    /// The kind.
    pub change_type: SchemaChangeType,
    /// When it was detected (UTC).
    pub timestamp: Timestamp,
    /// The table (or other object) that changes, under its new name.
    pub table_name: String,
    /// The column that changes, under its new name.
    pub column_name: Option<String>,
    /// The object before.
    pub old_definition: Option<Value>,
    /// The object after.
    pub new_definition: Option<Value>,
    /// How much it can hurt.
    pub impact_severity: Severity,
    /// Whether code that runs on the old schema keeps working on the new one.
    pub backward_compatible: bool,
    /// Whether the gate waits for somebody's approval of this change.
    pub requires_approval: bool,
    /// How to get back, and what cannot be got back.
    pub rollback_plan: Option<String>,
    /// Every table that the change touches, sorted.
    pub affected_tables: Vec<String>,
    /// Every foreign key that the change touches, as `table(column) -> table(column)`, sorted.
    pub affected_relationships: Vec<String>,
    /// `auto` or `manual`.
    pub detected_by: &'static str,
    /// Where it was seen: `database`, `snapshot` or `script`.
    pub source_system: &'static str,
    /// One plain sentence.
    pub change_description: String,
    /// The SQL of this change alone.
    pub migration_script: Option<String>,
    /// The objects themselves, for the rooms that come after.
    #[serde(skip)]
    pub change: Change,
}
