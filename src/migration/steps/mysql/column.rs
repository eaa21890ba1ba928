//! What becomes of a table's columns.

use std::collections::BTreeSet;

use super::alter::{Work, collation, statement};
use crate::migration::render::mysql::{column, default_value, is_spatial, is_text, own_check, path, quoted, string};
use crate::schema::{Column, ColumnDefault, GeneratedStorage, Table, TypeKind};

impl Work {
    pub(super) fn columns(&mut self, old: &Table, new: &Table, anew: &BTreeSet<&str>) {
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
                        self.fill(before, one, old);
                        let clause = format!("MODIFY COLUMN {}", shown(one));
                        let versioned = |table: &Table| table.options.contains_key("system versioning");
                        if one.options.contains_key("without system versioning") && !versioned(old) {
                            self.after.push(statement(&new.name, &[clause]));
                        } else {
                            self.clauses.push(clause);
                        }
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
            Some(default) => default_value(new, default),
            None => match plain(&old.data_type.kind) {
                Some(value) => value,
                None => return,
            },
        };
        let own = quoted(&new.name);
        let mut set = vec![format!("{own} = {value}")];
        // A column that notes the time of a change is not to note this one.
        let noted = table.columns.iter().filter(|one| one.options.contains_key("on update") && one.name != old.name);
        set.extend(noted.map(|one| format!("{0} = {0}", quoted(&one.name))));
        self.before.push(format!("UPDATE {} SET {} WHERE {own} IS NULL;", path(&table.name), set.join(", ")));
        self.notes.push(format!("Rows without a value in {} get {value}.", new.name));
    }
}

/// Columns that cannot be changed into what they are to be, and go and come: what is computed cannot become what is
/// not, nor the other way round, nor can it change whether it is stored, and some types have no values in common.
pub(super) fn made_anew<'a>(old: &'a Table, new: &'a Table) -> impl Iterator<Item = &'a str> {
    let apart = |one: &&Column| {
        let Some(other) = new.column(&one.name) else { return false };
        match (&one.generated, &other.generated) {
            (None, None) => !casts(&one.data_type.sql, &other.data_type.sql),
            (Some(one), Some(other)) => {
                one.storage != other.storage || is_row_time(&one.expression) != is_row_time(&other.expression)
            }
            (Some(one), None) => one.storage == GeneratedStorage::Virtual || is_row_time(&one.expression),
            (None, Some(_)) => true,
        }
    };
    old.columns.iter().filter(apart).map(|one| one.name.as_str())
}

/// Whether the servers turn values of one type into values of the other.
fn casts(one: &str, other: &str) -> bool {
    let family = |sql: &str| {
        let word = sql.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or(sql).to_owned();
        match word.as_str() {
            shape if is_spatial(shape) => "geometry",
            "inet4" | "inet6" => "inet",
            "uuid" => "uuid",
            "vector" => "vector",
            word if is_text(word) || word == "json" || word.ends_with("blob") || word.ends_with("binary") => "text",
            _ => "other",
        }
    };
    match (family(one), family(other)) {
        (one, other) if one == other => true,
        ("text" | "other", "text" | "other") | ("text", "uuid" | "inet") | ("uuid" | "inet", "text") => true,
        _ => false,
    }
}

fn is_row_time(expression: &str) -> bool {
    expression.starts_with("ROW ")
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
