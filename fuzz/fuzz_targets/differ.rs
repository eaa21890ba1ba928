//! Any two snapshots are compared, and a migration between them is planned.
#![no_main]

use fabwright::diff::{self, RenameHints};
use fabwright::migration;
use fabwright::schema::snapshot;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|texts: (&str, &str)| {
    let (Ok(from), Ok(to)) = (snapshot::from_text(texts.0), snapshot::from_text(texts.1)) else { return };
    let comparison = diff::compare(&from, &to, &RenameHints::default(), jiff::Timestamp::UNIX_EPOCH);
    let changes: Vec<diff::Change> = comparison.changes.into_iter().map(|change| change.change).collect();
    let plan = migration::plan(&from, &to, &changes);
    let _ = (plan.forward_sql(), plan.rollback_sql());
});
