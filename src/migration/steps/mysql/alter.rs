//! Tables that change where they stand: all of it in one ALTER TABLE, as far as that goes.

use std::collections::BTreeSet;

use super::column::made_anew;
use super::index::{same_index, says_size};
use super::partition;
use super::renames::entangled;
use crate::diff::Renames;
use crate::migration::Save;
use crate::migration::plan::{Reverse, Step};
use crate::migration::render::mysql::{check, is_text, list, option, path, primary_key, quoted, string};
use crate::schema::{CheckConstraint, Column, Dialect, ObjectName, Table};

/// ALTER TABLE with these clauses.
pub(super) fn statement(table: &ObjectName, clauses: &[String]) -> String {
    match clauses {
        [only] => format!("ALTER TABLE {} {only};", path(table)),
        all => format!("ALTER TABLE {}\n    {};", path(table), all.join(",\n    ")),
    }
}

/// The columns of a table that a foreign key cannot stand on while the table changes.
pub(super) struct Touched {
    whole: bool,
    columns: BTreeSet<String>,
}

impl Touched {
    pub fn holds(&self, column: &str) -> bool {
        self.whole || self.columns.contains(column)
    }
}

pub(super) fn touched(old: &Table, new: &Table, renames: &Renames) -> Touched {
    let option = |name: &str| old.options.get(name) != new.options.get(name);
    let whole =
        ["engine", "partition by", "partitions", "system versioning"].into_iter().any(option) || keys_resized(old, new);
    let mut columns: BTreeSet<String> = entangled(old, renames).into_iter().collect();
    for one in &old.columns {
        let same = new.column(&one.name).is_some_and(|other| {
            one.data_type.sql == other.data_type.sql
                && one.nullable == other.nullable
                && one.generated == other.generated
                && collation(old, one) == collation(new, other)
        });
        if !same {
            columns.insert(one.name.clone());
        }
    }
    for index in old.indexes.iter().filter(|index| !new.indexes.iter().any(|other| same_index(index, other))) {
        columns.extend(index.parts.iter().filter_map(|part| part.column.clone()));
    }
    if primary_key(old) != primary_key(new) {
        columns.extend(old.primary_key.iter().flat_map(|key| key.columns.iter().cloned()));
    }
    Touched { whole, columns }
}

/// Whether the keys of a table would keep the size of blocks that they took from it, since it is not its own any more.
pub(super) fn keys_resized(old: &Table, new: &Table) -> bool {
    let size = |table: &Table| table.options.get("key_block_size").cloned();
    size(old).is_some() && size(old) != size(new)
}

/// The collation that the values of a column have.
pub(super) fn collation<'a>(table: &'a Table, column: &'a Column) -> Option<&'a str> {
    let own = column.collation.as_deref().or_else(|| table.options.get("collation").map(String::as_str));
    own.filter(|_| is_text(&column.data_type.sql))
}

/// The steps that turn one table into the other, which has the same name.
pub(super) fn steps(old: &Table, new: &Table) -> Vec<Step> {
    let forth = Work::between(old, new);
    if forth.is_empty() {
        return Vec::new();
    }
    let back = Work::between(new, old);
    let reverse = match forth.lost(old) {
        Some((why, save_first)) => Reverse::Irreversible { why, save_first },
        None => Reverse::Statements(back.statements(&new.name)),
    };
    vec![Step {
        purpose: format!("Change table {}", new.name),
        notes: forth.notes.clone(),
        outside: false,
        statements: forth.statements(&new.name),
        reverse,
    }]
}

/// What is done to one table.
#[derive(Default)]
pub(super) struct Work {
    pub before: Vec<String>,
    pub clauses: Vec<String>,
    pub after: Vec<String>,
    pub notes: Vec<String>,
    /// Columns whose values go.
    pub lost: Vec<String>,
    loses_history: bool,
}

impl Work {
    fn between(old: &Table, new: &Table) -> Self {
        let mut work = Self::default();
        let parting = partition::between(old, new);
        work.before.extend(parting.before);
        work.checks_going(old, new);
        let anew: BTreeSet<&str> = made_anew(old, new).collect();
        let (dropped, added) = work.indexes(old, new, &anew);
        work.clauses.extend(dropped);
        let key = (primary_key(old), primary_key(new));
        let stale = keys_resized(old, new) && key.0.as_ref().is_some_and(|key| !says_size(key));
        let another_key = key.0 != key.1 || stale;
        if another_key && key.0.is_some() {
            work.clauses.push("DROP PRIMARY KEY".to_owned());
        }
        work.settings_going(old, new);
        work.columns(old, new, &anew);
        if another_key {
            work.clauses.extend(key.1.map(|key| format!("ADD {key}")));
        }
        work.clauses.extend(added);
        work.checks_coming(old, new);
        work.settings_coming(old, new);
        work.after.extend(parting.after);
        work
    }

    fn is_empty(&self) -> bool {
        self.before.is_empty() && self.clauses.is_empty() && self.after.is_empty()
    }

    fn statements(&self, table: &ObjectName) -> Vec<String> {
        let main = (!self.clauses.is_empty()).then(|| statement(table, &self.clauses));
        self.before.iter().cloned().chain(main).chain(self.after.iter().cloned()).collect()
    }

    /// What cannot be brought back, and what saves it.
    fn lost(&self, old: &Table) -> Option<(String, Save)> {
        let name = path(&old.name);
        let save = |columns: &[String], query| Save::new(Dialect::Mysql, &old.name.name, columns, query);
        if self.loses_history {
            let rows = format!("SELECT * FROM {name} FOR SYSTEM_TIME ALL");
            return Some((format!("the history of the rows of `{}`", old.name), save(&[], rows)));
        }
        if self.lost.is_empty() {
            return None;
        }
        let mut columns: Vec<String> = old.primary_key.iter().flat_map(|key| key.columns.iter().cloned()).collect();
        columns.retain(|column| !self.lost.contains(column));
        columns.extend(self.lost.iter().cloned());
        let lost: Vec<String> = self.lost.iter().map(|column| format!("`{}`.`{column}`", old.name)).collect();
        let values = format!("SELECT {} FROM {name}", list(&columns));
        Some((format!("the values of {}", lost.join(", ")), save(&self.lost, values)))
    }

    fn checks_going(&mut self, old: &Table, new: &Table) {
        for one in old.checks.iter().filter(|one| one.column.is_none() && !has_check(new, old, one)) {
            self.clauses.push(format!("DROP CONSTRAINT {}", quoted(one.name.as_deref().unwrap_or_default())));
        }
    }

    fn checks_coming(&mut self, old: &Table, new: &Table) {
        for one in new.checks.iter().filter(|one| one.column.is_none() && !has_check(old, new, one)) {
            self.clauses.push(format!("ADD {}", check(new, one)));
        }
    }

    fn settings_going(&mut self, old: &Table, new: &Table) {
        if old.options.contains_key("system versioning") && !new.options.contains_key("system versioning") {
            self.clauses.push("DROP SYSTEM VERSIONING".to_owned());
            self.loses_history = true;
        }
        for (name, columns) in &old.options {
            if let Some(period) = name.strip_prefix("period ")
                && new.options.get(name) != Some(columns)
                && !(period.eq_ignore_ascii_case("SYSTEM_TIME") && self.loses_history)
            {
                self.clauses.push(format!("DROP PERIOD FOR {period}"));
            }
        }
    }

    fn settings_coming(&mut self, old: &Table, new: &Table) {
        for (name, value) in &new.options {
            if old.options.get(name) == Some(value) {
                continue;
            }
            if let Some(period) = name.strip_prefix("period ") {
                self.clauses.push(format!("ADD PERIOD FOR {period} {value}"));
            }
            self.clauses.extend(name.strip_prefix("clause ").map(|clause| format!("ADD {clause}")));
            self.clauses.extend(option(name, value));
        }
        let another_engine = old.options.get("engine") != new.options.get("engine");
        for name in old.options.keys().filter(|name| !new.options.contains_key(*name)) {
            let Some(clause) = reset(name) else { continue };
            match name.as_str() {
                // The next engine does not know what it is.
                own if another_engine && (own.starts_with('`') || own == "transactional") => {
                    self.before.push(statement(&new.name, &[clause]));
                }
                // Aria is never without it.
                "page_checksum" if another_engine => self.after.push(statement(&new.name, &[clause])),
                _ => self.clauses.push(clause),
            }
        }
        if old.comment != new.comment {
            self.clauses.push(format!("COMMENT={}", string(new.comment.as_deref().unwrap_or_default())));
        }
        if new.options.contains_key("system versioning") && !old.options.contains_key("system versioning") {
            self.clauses.push("ADD SYSTEM VERSIONING".to_owned());
        }
    }
}

/// The clause that takes an option back to what goes without saying.
fn reset(name: &str) -> Option<String> {
    option(name, "")?;
    let value = match name {
        "collation" | "engine" => return None,
        "checksum" | "delay_key_write" | "max_rows" | "min_rows" | "avg_row_length" | "key_block_size" => "0",
        "connection" | "compression" | "engine_attribute" | "secondary_engine_attribute" => "''",
        "encryption" => "'N'",
        "insert_method" => "NO",
        "union" => "()",
        _ => "DEFAULT",
    };
    option(name, value)
}

fn has_check(table: &Table, of: &Table, one: &CheckConstraint) -> bool {
    let text = check(of, one);
    table.checks.iter().any(|other| other.column.is_none() && check(table, other) == text)
}
