//! The statements that give rows their values, a few at a time.

use super::name::{path, quoted};
use super::stage::Batch;
use super::widen::{Copy, Gap, Widened};
use crate::diff::{TypeChange, type_change};
use crate::schema::{Dialect, ObjectName, Table};

/// Rows that one statement writes.
const AT_ONCE: u32 = 1_000;

/// For the columns that are there twice: what is in the old one.
pub(super) fn copies(widened: &Widened) -> Vec<Batch> {
    let batch = |copy: &Copy| {
        let dialect = widened.dialect();
        let (old, new) = (quoted(dialect, &copy.from.name), quoted(dialect, &copy.to.name));
        let replaced = type_change(&copy.from.data_type.kind, &copy.to.data_type.kind) == TypeChange::Replaced;
        let value = match dialect {
            _ if copy.conversion.is_some() => copy.conversion.clone().unwrap_or_default(),
            Dialect::Postgres if replaced => format!("{old}::{}", copy.to.data_type.sql),
            Dialect::Postgres | Dialect::Mysql | Dialect::Sqlite => old.clone(),
        };
        let what = format!("{}.{} from {}", copy.table, copy.to.name, copy.from.name);
        let mut condition = format!("{new} IS NULL AND {old} IS NOT NULL");
        if copy.conversion.is_some() {
            // What the migration makes nothing of would come again and again.
            condition.push_str(&format!(" AND ({value}) IS NOT NULL"));
        }
        written(widened, &copy.table, what, &new, &value, &condition)
    };
    widened.copies.iter().map(batch).collect()
}

/// For the columns that are to be required: what stands for nothing.
pub(super) fn gaps(widened: &Widened) -> Vec<Batch> {
    let batch = |gap: &Gap| {
        let column = quoted(widened.dialect(), &gap.column);
        let value = gap.value.as_ref()?;
        let what = format!("{}.{}, with {value} or whatever fits better", gap.table, gap.column);
        Some(written(widened, &gap.table, what, &column, value, &format!("{column} IS NULL")))
    };
    widened.gaps.iter().filter_map(batch).collect()
}

fn written(widened: &Widened, table: &ObjectName, what: String, column: &str, value: &str, condition: &str) -> Batch {
    let dialect = widened.dialect();
    let name = path(dialect, table);
    let known = widened.expanded.table(table);
    let mut set = format!("{column} = {value}");
    if dialect == Dialect::Mysql {
        // A time that the server keeps of the last change is not about this one.
        let kept = known.into_iter().flat_map(|table| &table.columns);
        for kept in kept.filter(|column| column.options.contains_key("on update")) {
            set.push_str(&format!(", {0} = {0}", quoted(dialect, &kept.name)));
        }
    }
    let statement = match (dialect, known.and_then(row)) {
        (Dialect::Mysql, _) => format!("UPDATE {name} SET {set} WHERE {condition} LIMIT {AT_ONCE};"),
        (Dialect::Postgres, None) => format!(
            "UPDATE {name} SET {set} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {name} WHERE {condition} LIMIT {AT_ONCE}));"
        ),
        (Dialect::Sqlite, None) => format!(
            "UPDATE {name} SET {set} WHERE rowid IN (SELECT rowid FROM {name} WHERE {condition} LIMIT {AT_ONCE});"
        ),
        (Dialect::Postgres | Dialect::Sqlite, Some(key)) => {
            let key = quoted(dialect, key);
            format!(
                "UPDATE {name} SET {set} WHERE {key} IN (SELECT {key} FROM {name} WHERE {condition} LIMIT {AT_ONCE});"
            )
        }
    };
    Batch { what, statement, at_once: AT_ONCE }
}

/// The column by which a row is found, if one alone does.
fn row(table: &Table) -> Option<&str> {
    match table.primary_key.as_ref()?.columns.as_slice() {
        [only] => Some(only),
        _ => None,
    }
}
