//! Which lock PostgreSQL takes on a table for an action.

use super::{Action, ConstraintKind, TableChange};
use crate::schema::ObjectName;

/// A table-level lock, by what it keeps others from doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lock {
    /// SHARE UPDATE EXCLUSIVE: other changes of the schema wait.
    ShareUpdateExclusive,
    /// SHARE: writes wait.
    Share,
    /// SHARE ROW EXCLUSIVE: writes wait.
    ShareRowExclusive,
    /// EXCLUSIVE: writes wait.
    Exclusive,
    /// ACCESS EXCLUSIVE: reads and writes wait.
    AccessExclusive,
}

impl Lock {
    /// Its name in SQL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Exclusive => "EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }
}

/// The strongest lock that an action takes, with the table where the statement names it. `None` for actions that keep
/// nobody waiting for more than a moment.
pub fn lock(action: &Action) -> Option<(Lock, Option<&ObjectName>)> {
    match action {
        Action::Alter { table, change } => Some((of_change(change), Some(table))),
        Action::DropTable { table, .. } | Action::Truncate { table, .. } => Some((Lock::AccessExclusive, Some(table))),
        Action::CreateIndex(index) if index.concurrently => Some((Lock::ShareUpdateExclusive, Some(&index.table))),
        Action::CreateIndex(index) => Some((Lock::Share, Some(&index.table))),
        Action::DropIndex { concurrently: true, table, .. } => Some((Lock::ShareUpdateExclusive, table.as_ref())),
        Action::DropIndex { table, .. } => Some((Lock::AccessExclusive, table.as_ref())),
        Action::Reindex { concurrently: true, .. } => Some((Lock::ShareUpdateExclusive, None)),
        Action::Reindex { target: super::ReindexTarget::Table(table), .. } => Some((Lock::Share, Some(table))),
        Action::Reindex { .. } => Some((Lock::Share, None)),
        Action::Vacuum { table, full: true } | Action::Cluster { table } => {
            Some((Lock::AccessExclusive, table.as_ref()))
        }
        Action::Vacuum { table, full: false } => Some((Lock::ShareUpdateExclusive, table.as_ref())),
        Action::CreateTrigger { table } => Some((Lock::ShareRowExclusive, Some(table))),
        Action::Policy { table, .. } => Some((Lock::AccessExclusive, Some(table))),
        Action::RefreshView { name, concurrently: true } => Some((Lock::Exclusive, Some(name))),
        Action::RefreshView { name, .. } => Some((Lock::AccessExclusive, Some(name))),
        Action::DropView { name, .. } => Some((Lock::AccessExclusive, Some(name))),
        Action::LockTable { tables, mode } => {
            let lock = match mode.as_str() {
                "SHARE UPDATE EXCLUSIVE" => Lock::ShareUpdateExclusive,
                "SHARE" => Lock::Share,
                "SHARE ROW EXCLUSIVE" => Lock::ShareRowExclusive,
                "EXCLUSIVE" => Lock::Exclusive,
                "ACCESS EXCLUSIVE" | "" => Lock::AccessExclusive,
                _ => return None,
            };
            Some((lock, tables.first()))
        }
        _ => None,
    }
}

fn of_change(change: &TableChange) -> Lock {
    match change {
        TableChange::ValidateConstraint { .. }
        | TableChange::AttachPartition { .. }
        | TableChange::DetachPartition { concurrently: true, .. } => Lock::ShareUpdateExclusive,
        TableChange::AddConstraint(constraint) if matches!(constraint.kind, ConstraintKind::ForeignKey { .. }) => {
            Lock::ShareRowExclusive
        }
        TableChange::Trigger { .. } => Lock::ShareRowExclusive,
        TableChange::OtherOfColumn { .. } => Lock::ShareUpdateExclusive,
        _ => Lock::AccessExclusive,
    }
}
