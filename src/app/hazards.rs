//! Configuration and recorded runs, as the hazard room takes them.

use std::path::Path;

use crate::config::Hazards;
use crate::hazard::statement::{Body, Recorded, Script};
use crate::hazard::{Ignore, Override, Policy};
use crate::report::AppliedRevision;
use crate::schema::Dialect;

/// What the configuration says of rules, on the day of `today`; `file` is the configuration's name.
pub(super) fn policy(hazards: &Hazards, file: &str, today: jiff::civil::Date) -> Policy {
    let ignore = hazards.ignore.iter().map(|known| Ignore {
        rule: known.rule.clone(),
        table: known.table.clone(),
        path: known.path.clone(),
        reason: known.reason.clone(),
        until: known.until,
        place: format!("{file}:{}", known.line),
    });
    let rules = hazards
        .rules
        .iter()
        .map(|(id, wanted)| (id.clone(), Override { severity: wanted.severity, enabled: wanted.enabled }));
    Policy { ignore: ignore.collect(), rules: rules.collect(), ..Policy::on(today) }
}

/// What the new revisions sent, or say when they are files of SQL. `read` gives the text of a file at the head.
pub(super) fn scripts(
    dialect: Dialect,
    revisions: &[AppliedRevision],
    read: impl Fn(&str) -> Option<String>,
) -> Vec<Script> {
    let script = |revision: &AppliedRevision| {
        let text = revision.path.as_deref().and_then(&read);
        let is_sql =
            revision.path.as_deref().is_some_and(|path| Path::new(path).extension().is_some_and(|it| it == "sql"));
        let body = match text {
            Some(text) if is_sql => Body::Sql(text),
            program => Body::Recorded {
                statements: revision
                    .statements
                    .iter()
                    .map(|sent| Recorded { sql: sent.sql.clone(), line: sent.line, autocommit: sent.autocommit })
                    .collect(),
                program: program.unwrap_or_default(),
            },
        };
        Script {
            path: revision.path.clone(),
            revision: Some(revision.id.clone()),
            // Alembic opens a transaction where the server can take definitions back.
            in_transaction: !is_sql && dialect != Dialect::Mysql,
            body,
        }
    };
    revisions.iter().map(script).collect()
}
