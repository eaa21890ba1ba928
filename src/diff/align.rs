//! The old schema in the new names, so that what was only renamed compares equal.

mod postgres;

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::rename::{RenamedColumn, Renames};
use crate::schema::lexer::{mysql, rename_identifiers};
use crate::schema::quote::identifier_in;
use crate::schema::{ColumnDefault, Dialect, Lookup, ObjectName, Schema, Table};

/// `from` with every rename applied: names of tables and columns, and whatever refers to them. Without a rename it is
/// `from` itself.
pub fn aligned<'a>(from: &'a Schema, renames: &Renames) -> Cow<'a, Schema> {
    if renames.tables.is_empty() && renames.columns.is_empty() {
        return Cow::Borrowed(from);
    }
    let names = renames.lookup();
    let old_tables = Lookup::new(from);
    let table_names: BTreeMap<String, String> =
        renames.tables.iter().map(|(from, to, _)| (from.name.to_ascii_lowercase(), to.name.clone())).collect();
    let mut schema = from.clone();
    for table in &mut schema.tables {
        let new_name = names.new_table(&table.name).clone();
        rename_in(table, names.columns_of(&new_name), from.dialect);
        for key in &mut table.foreign_keys {
            let target = old_tables.table(&key.referenced_table);
            let old_target = target.map_or(&key.referenced_table, |target| &target.name);
            let new_target = names.new_table(old_target).clone();
            for column in &mut key.referenced_columns {
                if let Some(new) = new_column(names.columns_of(&new_target), column, from.dialect) {
                    *column = new;
                }
            }
            // A reference keeps its spelling unless its target moved.
            if &new_target != old_target {
                key.referenced_table = new_target;
            }
        }
        if from.dialect == Dialect::Mysql {
            rename_constraints(table, &new_name);
        }
        let old_name = std::mem::replace(&mut table.name, new_name);
        if from.dialect == Dialect::Postgres {
            postgres::rename_in(table, &old_name, renames);
        }
    }
    for trigger in &mut schema.triggers {
        let old = old_tables.table(&trigger.table).map_or(&trigger.table, |table| &table.name);
        match from.dialect {
            Dialect::Mysql => trigger.definition = on_table(&trigger.definition, old, names.new_table(old)),
            dialect => rename_in_definition(&mut trigger.definition, &table_names, dialect),
        }
        trigger.table = names.new_table(old).clone();
    }
    for view in &mut schema.views {
        rename_in_definition(&mut view.definition, &table_names, from.dialect);
    }
    schema.sort();
    Cow::Owned(schema)
}

fn new_column(renamed: &[RenamedColumn<'_>], old: &str, dialect: Dialect) -> Option<String> {
    let same = |one: &str| one == old || (dialect == Dialect::Sqlite && one.eq_ignore_ascii_case(old));
    renamed.iter().find(|(from, ..)| same(from)).map(|(_, to, _)| (*to).to_owned())
}

/// MySQL's names for constraints that were given none begin with the name of the table, and follow it.
fn rename_constraints(table: &mut Table, new_name: &ObjectName) {
    let old = &table.name.name;
    let renamed = |name: &str| -> Option<String> {
        let rest = name.strip_prefix(old.as_str())?;
        let made_up = ["_ibfk_", "_chk_"].iter().any(|middle| {
            rest.strip_prefix(middle).is_some_and(|number| number.bytes().all(|digit| digit.is_ascii_digit()))
        });
        made_up.then(|| format!("{}{rest}", new_name.name))
    };
    let keys = table.foreign_keys.iter_mut().map(|key| &mut key.name);
    for name in keys.chain(table.checks.iter_mut().map(|check| &mut check.name)) {
        if let Some(new) = name.as_deref().and_then(renamed) {
            *name = Some(new);
        }
    }
    let moved = |option: String| {
        let named = ["foreign key ", "check "].iter().find_map(|kind| Some((kind, option.strip_prefix(kind)?)));
        let new = named.and_then(|(kind, name)| Some(format!("{kind}{}", renamed(name)?)));
        new.unwrap_or(option)
    };
    table.options = std::mem::take(&mut table.options).into_iter().map(|(key, value)| (moved(key), value)).collect();
}

/// A trigger goes along when its table is renamed. What its body says stays.
fn on_table(definition: &str, old: &ObjectName, new: &ObjectName) -> String {
    let on = |name: &ObjectName| format!(" ON {} FOR EACH ROW", identifier_in(Dialect::Mysql, &name.name));
    definition.replacen(&on(old), &on(new), 1)
}

fn rename_in(table: &mut Table, renamed: &[RenamedColumn<'_>], dialect: Dialect) {
    let names: BTreeMap<String, String> =
        renamed.iter().map(|(from, to, _)| (from.to_ascii_lowercase(), (*to).to_owned())).collect();
    if names.is_empty() {
        return;
    }
    let rename = |name: &mut String| {
        if let Some(new) = new_column(renamed, name, dialect) {
            *name = new;
        }
    };
    let text = |text: &mut String| {
        *text = match dialect {
            Dialect::Mysql => mysql::rename_identifiers(text, &names),
            Dialect::Postgres | Dialect::Sqlite => rename_identifiers(text, &names),
        }
    };
    for column in &mut table.columns {
        rename(&mut column.name);
        if let Some(generated) = &mut column.generated {
            text(&mut generated.expression);
        }
        if let Some(ColumnDefault::Expression(expression)) = &mut column.default {
            text(expression);
        }
    }
    table.primary_key.iter_mut().flat_map(|key| &mut key.columns).for_each(rename);
    table.uniques.iter_mut().flat_map(|unique| &mut unique.columns).for_each(rename);
    table.foreign_keys.iter_mut().flat_map(|key| &mut key.columns).for_each(rename);
    table.checks.iter_mut().for_each(|check| {
        check.column.iter_mut().for_each(rename);
        text(&mut check.expression);
    });
    for index in &mut table.indexes {
        index.predicate.iter_mut().for_each(text);
        for part in &mut index.parts {
            part.column.iter_mut().for_each(rename);
            part.expression.iter_mut().for_each(text);
        }
    }
    if dialect == Dialect::Mysql {
        const TEXTS: [&str; 2] = ["primary key", "partition by"];
        let options = table.options.iter_mut();
        options
            .filter(|(key, _)| TEXTS.contains(&key.as_str()) || key.starts_with("period "))
            .for_each(|(_, value)| text(value));
    }
    for (_, value) in table.options.iter_mut().filter(|(key, _)| *key == crate::schema::canonical::NULLABLE_KEY) {
        if let Ok(mut columns) = serde_json::from_str::<Vec<String>>(value) {
            columns.iter_mut().for_each(rename);
            *value = serde_json::Value::from(columns).to_string();
        }
    }
    if dialect == Dialect::Sqlite {
        table.options =
            std::mem::take(&mut table.options).into_iter().map(|option| about_columns(option, &names)).collect();
    }
}

/// What SQLite's tables say of keys they say by the columns of the key.
fn about_columns((name, value): (String, String), names: &BTreeMap<String, String>) -> (String, String) {
    const SUBJECTS: [&str; 4] =
        ["on_conflict unique ", "on_conflict not null ", "key order unique ", "spelling reference "];
    let value = if name.starts_with("key order ") { rename_identifiers(&value, names) } else { value };
    for subject in SUBJECTS {
        if let Some(columns) = name.strip_prefix(subject) {
            let new = |column: &str| names.get(column).map_or_else(|| column.to_owned(), |new| new.to_lowercase());
            let columns: Vec<String> = columns.split(',').map(new).collect();
            return (format!("{subject}{}", columns.join(",")), value);
        }
    }
    (name, value)
}

/// SQLite rewrites the texts of views and triggers when it renames what they use. Only unmistakable names are
/// exchanged here: those of tables. A column's name may mean another table's column, so a text that names a renamed
/// column compares as written.
fn rename_in_definition(definition: &mut String, names: &BTreeMap<String, String>, dialect: Dialect) {
    if dialect == Dialect::Sqlite && !names.is_empty() {
        *definition = rename_identifiers(definition, names);
    }
}
