//! Which statements share a transaction, and which time limits hold for them.

use super::{Action, Script, Statement};
use crate::schema::Dialect;

/// What BEGIN or COMMIT did that it should not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// BEGIN while a transaction was open.
    BeginsInside,
    /// COMMIT or ROLLBACK while none was open.
    EndsNothing,
    /// COMMIT or ROLLBACK of the transaction that the migration tool opened.
    EndsTheTools,
    /// BEGIN that nothing ends.
    NeverEnds,
}

/// The marker of a statement that ran outside a transaction.
const OUTSIDE: usize = usize::MAX;

pub(super) fn track(dialect: Dialect, statements: &mut [Statement], script: &Script, outside: bool, number: usize) {
    let assumed = script.in_transaction && !outside;
    let mut next = number * 1_000_000;
    let mut open = assumed.then_some(next);
    let (mut is_tools, mut begun) = (assumed, None);
    let (mut lock_timeout, mut statement_timeout) = (false, false);
    for (at, statement) in statements.iter_mut().enumerate() {
        let autocommit = statement.transaction == Some(OUTSIDE);
        statement.lock_timeout = lock_timeout;
        statement.statement_timeout = statement_timeout;
        statement.transaction = if autocommit { None } else { open };
        let mut ends = false;
        for act in &statement.acts {
            match &act.action {
                Action::Begin => {
                    if open.is_some() {
                        statement.nesting = Some(Nesting::BeginsInside);
                    } else {
                        next += 1;
                        (open, is_tools, begun) = (Some(next), false, Some(at));
                        statement.transaction = open;
                    }
                }
                Action::Commit | Action::Rollback => {
                    statement.nesting = match open {
                        None => Some(Nesting::EndsNothing),
                        Some(_) if is_tools => Some(Nesting::EndsTheTools),
                        Some(_) => None,
                    };
                    (open, is_tools, begun) = (None, false, None);
                }
                Action::Set { name } => match name.as_str() {
                    "lock_timeout" | "innodb_lock_wait_timeout" => lock_timeout = true,
                    "statement_timeout" | "max_statement_time" | "max_execution_time" => statement_timeout = true,
                    _ => {}
                },
                // MySQL commits before and after every definition.
                action if dialect == Dialect::Mysql && action.is_definition() => {
                    statement.transaction = None;
                    ends = true;
                }
                _ => {}
            }
        }
        if ends && !is_tools {
            (open, begun) = (None, None);
        }
    }
    if let Some(at) = begun
        && let Some(statement) = statements.get_mut(at)
    {
        statement.nesting = Some(Nesting::NeverEnds);
    }
    // The tool's transaction around one statement alone is no trap: it can be told to leave it out.
    if let (true, [only]) = (assumed, statements) {
        only.transaction = None;
    }
}

impl Action {
    /// Whether it defines something, or changes a definition.
    pub fn is_definition(&self) -> bool {
        !matches!(
            self,
            Self::Write(_)
                | Self::Vacuum { .. }
                | Self::LockTable { .. }
                | Self::Set { .. }
                | Self::Begin
                | Self::Commit
                | Self::Rollback
                | Self::Block
                | Self::Other
        )
    }
}
