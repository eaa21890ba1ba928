//! Tables that change where they stand: all of it in one ALTER TABLE, as far as that goes.

use std::collections::{BTreeMap, BTreeSet};

use super::{partition, saved};
use crate::migration::plan::{Reverse, Step};
use crate::migration::render::mysql::{
    check, column, index, is_text, list, option, own_check, path, primary_key, quoted, string,
};
use crate::schema::{
    CheckConstraint, Column, ColumnDefault, Dialect, GeneratedStorage, Index, ObjectName, Table, TypeKind, canonical,
};

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

pub(super) fn touched(old: &Table, new: &Table) -> Touched {
    let option = |name: &str| old.options.get(name) != new.options.get(name);
    let whole = ["engine", "partition by", "partitions", "system versioning"].into_iter().any(option);
    let mut columns: BTreeSet<String> = BTreeSet::new();
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

fn same_index(one: &Index, other: &Index) -> bool {
    canonical::index(one, Dialect::Mysql) == canonical::index(other, Dialect::Mysql)
}

/// The collation that the values of a column have.
fn collation<'a>(table: &'a Table, column: &'a Column) -> Option<&'a str> {
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
        statements: forth.statements(&new.name),
        reverse,
    }]
}

/// What is done to one table.
#[derive(Default)]
struct Work {
    before: Vec<String>,
    clauses: Vec<String>,
    after: Vec<String>,
    notes: Vec<String>,
    /// Columns whose values go.
    lost: Vec<String>,
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
        if key.0 != key.1 && key.0.is_some() {
            work.clauses.push("DROP PRIMARY KEY".to_owned());
        }
        work.settings_going(old, new);
        work.columns(old, new, &anew);
        if key.0 != key.1 {
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

    /// What cannot be brought back, and the statement that saves it.
    fn lost(&self, old: &Table) -> Option<(String, String)> {
        let name = path(&old.name);
        let copy = saved(&old.name.name);
        if self.loses_history {
            let save_first = format!("CREATE TABLE {copy} AS SELECT * FROM {name} FOR SYSTEM_TIME ALL;");
            return Some((format!("the history of the rows of `{}`", old.name), save_first));
        }
        if self.lost.is_empty() {
            return None;
        }
        let mut columns: Vec<String> = old.primary_key.iter().flat_map(|key| key.columns.iter().cloned()).collect();
        columns.retain(|column| !self.lost.contains(column));
        columns.extend(self.lost.iter().cloned());
        let lost: Vec<String> = self.lost.iter().map(|column| format!("`{}`.`{column}`", old.name)).collect();
        let save_first = format!("CREATE TABLE {copy} AS SELECT {} FROM {name};", list(&columns));
        Some((format!("the values of {}", lost.join(", ")), save_first))
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

    /// The clauses that drop indexes and those that add them.
    fn indexes(&mut self, old: &Table, new: &Table, anew: &BTreeSet<&str>) -> (Vec<String>, Vec<String>) {
        let was: BTreeMap<&str, &Index> = old.indexes.iter().map(|index| (index.name.as_str(), index)).collect();
        let will: BTreeMap<&str, &Index> = new.indexes.iter().map(|index| (index.name.as_str(), index)).collect();
        let stands_on = |index: &Index| {
            index.parts.iter().any(|part| part.column.as_deref().is_some_and(|column| anew.contains(column)))
        };
        let (mut dropped, mut added) = (Vec::new(), Vec::new());
        let mut moved: BTreeSet<&str> = BTreeSet::new();
        for index in old.indexes.iter().filter(|index| !will.contains_key(index.name.as_str()) && !stands_on(index)) {
            let twin = new.indexes.iter().find(|other| {
                let renamed = Index { name: index.name.clone(), ..(*other).clone() };
                !was.contains_key(other.name.as_str())
                    && !moved.contains(other.name.as_str())
                    && same_index(index, &renamed)
            });
            if let Some(twin) = twin {
                moved.extend([index.name.as_str(), twin.name.as_str()]);
                dropped.push(format!("RENAME INDEX {} TO {}", quoted(&index.name), quoted(&twin.name)));
            }
        }
        let fresh: Vec<&Index> = new
            .indexes
            .iter()
            .filter(|index| !was.get(index.name.as_str()).is_some_and(|old| same_index(old, index)))
            .collect();
        let mut texts = 0;
        for index_here in &old.indexes {
            if moved.contains(index_here.name.as_str()) {
                continue;
            }
            let other = will.get(index_here.name.as_str());
            match other {
                Some(other) if same_index(index_here, other) && !stands_on(index_here) => {
                    if !may_vanish(old, index_here, &fresh) {
                        continue;
                    }
                }
                Some(other) if only_visibility(index_here, other) => {
                    dropped.push(format!("ALTER INDEX {} {}", quoted(&other.name), visibility(index_here, other)));
                    moved.insert(other.name.as_str());
                    continue;
                }
                _ => {}
            }
            dropped.push(format!("DROP INDEX {}", quoted(&index_here.name)));
            if let Some(other) = other
                && same_index(index_here, other)
            {
                added.push(format!("ADD {}", index(other)));
            }
        }
        for one in fresh.into_iter().filter(|one| !moved.contains(one.name.as_str())) {
            let clause = format!("ADD {}", index(one));
            texts += u8::from(one.method.as_deref() == Some("FULLTEXT"));
            // InnoDB builds one full-text index at a time.
            if one.method.as_deref() == Some("FULLTEXT") && texts > 1 {
                self.after.push(statement(&new.name, &[clause]));
            } else {
                added.push(clause);
            }
        }
        (dropped, added)
    }

    fn columns(&mut self, old: &Table, new: &Table, anew: &BTreeSet<&str>) {
        let recollated = old.options.get("collation") != new.options.get("collation");
        let shown = |one: &Column| {
            let collation = if recollated { collation(new, one) } else { one.collation.as_deref() };
            column(one, collation, own_check(new, &one.name))
        };
        for one in &old.columns {
            let goes = new.column(&one.name).is_none();
            if goes || anew.contains(one.name.as_str()) {
                self.clauses.push(format!("DROP COLUMN {}", quoted(&one.name)));
                if one.generated.is_none() {
                    self.lost.push(one.name.clone());
                }
            }
        }
        let kept = |one: &Column| old.column(&one.name).filter(|_| !anew.contains(one.name.as_str()));
        for (place, one) in new.columns.iter().enumerate() {
            match kept(one) {
                Some(before) => {
                    let text =
                        |table: &Table, one: &Column| column(one, collation(table, one), own_check(table, &one.name));
                    if text(old, before) != text(new, one) {
                        self.fill(before, one, new);
                        self.clauses.push(format!("MODIFY COLUMN {}", shown(one)));
                    }
                }
                None => {
                    let followed = new.columns.iter().skip(place + 1).any(|later| kept(later).is_some());
                    let position = match place.checked_sub(1).and_then(|before| new.columns.get(before)) {
                        _ if !followed => String::new(),
                        Some(before) => format!(" AFTER {}", quoted(&before.name)),
                        None => " FIRST".to_owned(),
                    };
                    self.add(one, new, &shown, &position);
                }
            }
        }
    }

    /// Rows that are there already need a value that the type can hold. The servers' own choice for a date is none.
    fn add(&mut self, one: &Column, table: &Table, shown: &dyn Fn(&Column) -> String, position: &str) {
        let needs = !one.nullable && one.generated.is_none() && one.default.is_none();
        let passing = match &one.data_type.kind {
            _ if !needs => None,
            TypeKind::Date => Some(ColumnDefault::Literal("1970-01-02".to_owned())),
            TypeKind::DateTime { .. } => Some(ColumnDefault::Literal("1970-01-02 00:00:00".to_owned())),
            TypeKind::Json => Some(ColumnDefault::Expression("(json_object())".to_owned())),
            TypeKind::Uuid => Some(ColumnDefault::Expression("uuid()".to_owned())),
            _ => None,
        };
        let Some(passing) = passing else {
            self.clauses.push(format!("ADD COLUMN {}{position}", shown(one)));
            return;
        };
        let with = Column { default: Some(passing), ..one.clone() };
        self.clauses.push(format!("ADD COLUMN {}{position}", shown(&with)));
        self.after.push(statement(&table.name, &[format!("ALTER COLUMN {} DROP DEFAULT", quoted(&one.name))]));
    }

    /// Rows without a value get one before it is required.
    fn fill(&mut self, old: &Column, new: &Column, table: &Table) {
        if !old.nullable || new.nullable || new.generated.is_some() || old.generated.is_some() {
            return;
        }
        let value = match &new.default {
            Some(default) => crate::migration::render::mysql::default_value(new, default),
            None => match plain(&old.data_type.kind) {
                Some(value) => value,
                None => return,
            },
        };
        let own = quoted(&new.name);
        let mut set = vec![format!("{own} = {value}")];
        // A column that notes the time of a change is not to note this one.
        let noted = table.columns.iter().filter(|one| one.options.contains_key("on update") && one.name != new.name);
        set.extend(noted.map(|one| format!("{0} = {0}", quoted(&one.name))));
        self.before.push(format!("UPDATE {} SET {} WHERE {own} IS NULL;", path(&table.name), set.join(", ")));
        self.notes.push(format!("Rows without a value in {} get {value}.", new.name));
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
        for name in old.options.keys().filter(|name| !new.options.contains_key(*name)) {
            self.clauses.extend(reset(name));
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
        "checksum" | "delay_key_write" | "max_rows" | "min_rows" | "avg_row_length" | "key_block_size"
        | "transactional" => "0",
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

/// Columns that cannot be changed into what they are to be, and go and come: what is computed cannot become what is
/// not, nor the other way round, nor can it change whether it is stored.
fn made_anew<'a>(old: &'a Table, new: &'a Table) -> impl Iterator<Item = &'a str> {
    let apart = |one: &&Column| {
        let Some(other) = new.column(&one.name) else { return false };
        match (&one.generated, &other.generated) {
            (None, None) => false,
            (Some(one), Some(other)) => {
                one.storage != other.storage || is_row_time(&one.expression) != is_row_time(&other.expression)
            }
            (Some(one), None) => one.storage == GeneratedStorage::Virtual || is_row_time(&one.expression),
            (None, Some(_)) => true,
        }
    };
    old.columns.iter().filter(apart).map(|one| one.name.as_str())
}

fn is_row_time(expression: &str) -> bool {
    expression.starts_with("ROW ")
}

/// An index that the server made for a foreign key goes silently when another one could serve the key. One that was
/// asked for stays, so it is asked for again.
fn may_vanish(table: &Table, index: &Index, fresh: &[&Index]) -> bool {
    let columns: Vec<&str> = index.parts.iter().filter_map(|part| part.column.as_deref()).collect();
    let serves = |other: &&&Index| {
        columns.iter().enumerate().all(|(place, column)| {
            other.parts.get(place).is_some_and(|part| part.column.as_deref() == Some(*column) && part.length.is_none())
        })
    };
    let of_key =
        table.foreign_keys.iter().any(|key| key.columns.iter().map(String::as_str).eq(columns.iter().copied()));
    of_key && !index.unique && fresh.iter().any(|other| serves(&other))
}

fn only_visibility(old: &Index, new: &Index) -> bool {
    let without = |index: &Index| {
        let mut index = index.clone();
        index.options.remove("visibility");
        index
    };
    same_index(&without(old), &without(new))
}

fn visibility(old: &Index, new: &Index) -> String {
    match (new.options.get("visibility"), old.options.get("visibility").map(String::as_str)) {
        (Some(word), _) => word.clone(),
        (None, Some("IGNORED")) => "NOT IGNORED".to_owned(),
        (None, _) => "VISIBLE".to_owned(),
    }
}

/// The plainest value of a type.
fn plain(kind: &TypeKind) -> Option<String> {
    let text = match kind {
        TypeKind::Integer { .. } | TypeKind::Numeric { .. } | TypeKind::Float { .. } | TypeKind::Boolean => "0",
        TypeKind::Text { .. } | TypeKind::Binary { .. } => "''",
        TypeKind::Date => "'1970-01-02'",
        TypeKind::Time => "'00:00:00'",
        TypeKind::DateTime { .. } => "'1970-01-02 00:00:00'",
        TypeKind::Json => "'{}'",
        TypeKind::Uuid => "uuid()",
        TypeKind::Enum { values, .. } => return values.first().map(|value| string(value)),
        TypeKind::Interval | TypeKind::Array { .. } | TypeKind::Other => return None,
    };
    Some(text.to_owned())
}
