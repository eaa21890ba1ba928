//! Puts a table together from the catalog's rows and the statement's text.

use std::collections::BTreeMap;

use super::{ColumnRow, IndexRow, ObjectRow, TableRows, ddl, types};
use crate::migration::render::sqlite as render;
use crate::schema::{
    CheckConstraint, Column, ForeignKey, Generated, GeneratedStorage, Index, IndexPart, ObjectName, PrimaryKey,
    ReferentialAction, Schema, Table, UniqueConstraint, canonical,
};

/// Hidden-column codes of `table_xinfo`.
const VIRTUAL_COLUMN: i64 = 2;
const STORED_COLUMN: i64 = 3;

pub(super) fn table(object: &ObjectRow, rows: &TableRows, index_sql: &BTreeMap<&str, &str>) -> Table {
    let text = ddl::table(&object.sql);
    let key = key_columns(rows);
    let row_id = stands_for_row_id(object, rows, &key, &text);
    let mut options = options(object, &text);
    let unguarded: Vec<&str> = rows
        .columns
        .iter()
        .filter(|column| column.pk > 0 && !column.not_null)
        .map(|column| column.name.as_str())
        .collect();
    if !unguarded.is_empty() && !object.without_rowid {
        let names = serde_json::Value::from(unguarded).to_string();
        options.insert(canonical::NULLABLE_KEY.to_owned(), names);
    }
    let columns: Vec<Column> = rows.columns.iter().map(|row| column(row, &text, row_id && row.pk > 0)).collect();
    options.extend(key_orders(rows, &columns));
    for key in implicit_references(rows) {
        options.insert(render::implicit_reference(&key), "true".to_owned());
    }
    Table {
        primary_key: (!key.is_empty())
            .then(|| PrimaryKey { name: text.primary_key.as_ref().and_then(|key| key.name.clone()), columns: key }),
        uniques: uniques(rows, &text),
        checks: text
            .checks
            .iter()
            .map(|(name, expression)| CheckConstraint {
                column: None,
                name: name.clone(),
                expression: expression.clone(),
            })
            .collect(),
        foreign_keys: foreign_keys(rows, &text),
        indexes: indexes(rows, &columns, index_sql),
        columns,
        options,
        ..Table::new(ObjectName::new(&object.name))
    }
}

fn key_columns(rows: &TableRows) -> Vec<String> {
    let mut key: Vec<&ColumnRow> = rows.columns.iter().filter(|column| column.pk > 0).collect();
    key.sort_by_key(|column| column.pk);
    key.into_iter().map(|column| column.name.clone()).collect()
}

/// An INTEGER PRIMARY KEY is another name for the row id, which SQLite hands out.
fn stands_for_row_id(object: &ObjectRow, rows: &TableRows, key: &[String], text: &ddl::TableText) -> bool {
    let [only] = key else { return false };
    !object.without_rowid
        && !text.primary_key.as_ref().is_some_and(|key| key.descending)
        && rows.columns.iter().any(|column| &column.name == only && column.r#type.eq_ignore_ascii_case("integer"))
}

fn options(object: &ObjectRow, text: &ddl::TableText) -> BTreeMap<String, String> {
    let mut options = BTreeMap::new();
    for (name, set) in [
        ("without_rowid", object.without_rowid),
        ("strict", object.strict),
        ("autoincrement", text.autoincrement),
        ("descending_key", text.primary_key.as_ref().is_some_and(|key| key.descending)),
    ] {
        if set {
            options.insert(name.to_owned(), "true".to_owned());
        }
    }
    if text.comma_in_comment {
        options.insert(render::COMMA_IN_COMMENT.to_owned(), "true".to_owned());
    }
    for (subject, resolution) in &text.conflicts {
        options.insert(format!("on_conflict {subject}"), resolution.clone());
    }
    options
}

/// Orders and collations inside PRIMARY KEY and UNIQUE, as SQL, where they are not those of the columns.
fn key_orders(rows: &TableRows, columns: &[Column]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for group in by_index(rows) {
        let Some(origin) = group.first().map(|row| row.origin.as_str()).filter(|origin| *origin != "c") else {
            continue;
        };
        let parts: Vec<IndexPart> = group.iter().map(|row| part(row, None, columns)).collect();
        if parts.iter().all(|part| part.collation.is_none() && !part.descending) {
            continue;
        }
        let names: Vec<String> = parts.iter().filter_map(|part| part.column.clone()).collect();
        let subject = if origin == "pk" { "primary key".to_owned() } else { format!("unique {}", names.join(",")) };
        found.push((format!("key order {}", subject.to_lowercase()), render::key_parts(&parts)));
    }
    found
}

fn column(row: &ColumnRow, text: &ddl::TableText, row_id: bool) -> Column {
    let data_type = types::data_type(&row.r#type);
    let written = text.columns.iter().find(|column| column.name.eq_ignore_ascii_case(&row.name));
    let storage = match row.hidden {
        VIRTUAL_COLUMN => Some(GeneratedStorage::Virtual),
        STORED_COLUMN => Some(GeneratedStorage::Stored),
        _ => None,
    };
    let generated = storage.and_then(|storage| {
        let expression = written.and_then(|column| column.generated.clone())?;
        Some(Generated { expression, storage })
    });
    let default = match generated {
        Some(_) => None,
        None => row.dflt_value.as_deref().and_then(|text| types::default(text, &data_type)),
    };
    let collation = written
        .and_then(|column| column.collation.clone())
        .filter(|collation| !collation.eq_ignore_ascii_case("binary"));
    let mut options = BTreeMap::new();
    if let Some(written) = collation.as_ref().filter(|name| name.chars().any(|c| c.is_ascii_lowercase())) {
        options.insert(render::COLLATION_SPELLING.to_owned(), written.clone());
    }
    let collation = collation.map(|collation| collation.to_ascii_uppercase());
    if generated.is_none()
        && let Some(written) = row.dflt_value.as_deref()
        && default
            .as_ref()
            .is_none_or(|default| render::default_value(default, &data_type) != render::default_text(written))
    {
        options.insert(render::DEFAULT_SPELLING.to_owned(), written.to_owned());
    }
    if data_type.sql != row.r#type {
        options.insert(render::TYPE_SPELLING.to_owned(), row.r#type.clone());
    }
    Column {
        options,
        nullable: !row.not_null && row.pk == 0,
        default,
        generated: generated.map(Box::new),
        auto_increment: row_id,
        collation,
        ..Column::new(row.name.clone(), data_type)
    }
}

fn same(one: &[String], other: &[String]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.eq_ignore_ascii_case(other))
}

fn by_index(rows: &TableRows) -> Vec<Vec<&IndexRow>> {
    let mut groups: Vec<Vec<&IndexRow>> = Vec::new();
    for row in &rows.indexes {
        match groups.last_mut() {
            Some(group) if group.first().is_some_and(|first| first.index_name == row.index_name) => group.push(row),
            _ => groups.push(vec![row]),
        }
    }
    groups
}

fn uniques(rows: &TableRows, text: &ddl::TableText) -> Vec<UniqueConstraint> {
    by_index(rows)
        .into_iter()
        .filter(|group| group.first().is_some_and(|row| row.origin == "u"))
        .map(|group| {
            let columns: Vec<String> = group.iter().filter_map(|row| row.column_name.clone()).collect();
            let written = text.uniques.iter().find(|unique| same(&unique.columns, &columns));
            UniqueConstraint { name: written.and_then(|unique| unique.name.clone()), columns }
        })
        .collect()
}

fn indexes(rows: &TableRows, columns: &[Column], index_sql: &BTreeMap<&str, &str>) -> Vec<Index> {
    by_index(rows)
        .into_iter()
        .filter_map(|group| {
            let first = group.first().filter(|row| row.origin == "c")?;
            let sql = index_sql.get(first.index_name.as_str()).copied().unwrap_or_default();
            let (keys, predicate) = ddl::index(sql);
            let parts = group.iter().enumerate().map(|(place, row)| part(row, keys.get(place), columns)).collect();
            Some(Index {
                options: Default::default(),
                name: first.index_name.clone(),
                unique: first.is_unique,
                parts,
                predicate,
                method: None,
                definition: Some(sql.to_owned()),
            })
        })
        .collect()
}

/// `cid` is -2 for an expression and -1 for the row id, which has no name in the catalog.
fn part(row: &IndexRow, key: Option<&String>, columns: &[Column]) -> IndexPart {
    let expression = if row.cid < 0 { key.cloned() } else { None };
    let own = columns.iter().find(|column| Some(&column.name) == row.column_name.as_ref());
    let own = own.and_then(|column| column.collation.as_deref()).unwrap_or("BINARY");
    let collation = row.collation.clone().filter(|collation| !collation.eq_ignore_ascii_case(own));
    IndexPart { length: None, column: row.column_name.clone(), expression, descending: row.descending, collation }
}

fn foreign_keys(rows: &TableRows, text: &ddl::TableText) -> Vec<ForeignKey> {
    let mut keys: Vec<(i64, ForeignKey)> = Vec::new();
    for row in &rows.foreign_keys {
        let key = match keys.last_mut() {
            Some((id, key)) if *id == row.id => key,
            _ => {
                let key = ForeignKey {
                    name: None,
                    columns: Vec::new(),
                    referenced_table: ObjectName::new(&row.referenced),
                    referenced_columns: Vec::new(),
                    on_delete: action(&row.on_delete),
                    on_update: action(&row.on_update),
                    deferred: false,
                };
                keys.push((row.id, key));
                let Some((_, key)) = keys.last_mut() else { continue };
                key
            }
        };
        key.columns.push(row.source.clone());
        key.referenced_columns.extend(row.target.clone());
    }
    let mut keys: Vec<ForeignKey> = keys.into_iter().map(|(_, key)| key).collect();
    // The catalog lists keys from the last written to the first; the query turned that round.
    if keys.len() == text.foreign_keys.len() {
        for (key, written) in keys.iter_mut().zip(&text.foreign_keys) {
            if !same(&key.columns, &written.columns) {
                continue;
            }
            key.name.clone_from(&written.name);
            key.deferred = written.deferred;
        }
    }
    keys
}

/// The columns of foreign keys that name no columns of their target.
fn implicit_references(rows: &TableRows) -> Vec<Vec<String>> {
    let mut keys: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for row in rows.foreign_keys.iter().filter(|row| row.target.is_none()) {
        keys.entry(row.id).or_default().push(row.source.clone());
    }
    keys.into_values().collect()
}

fn action(word: &str) -> ReferentialAction {
    match word {
        "CASCADE" => ReferentialAction::Cascade,
        "SET NULL" => ReferentialAction::SetNull,
        "SET DEFAULT" => ReferentialAction::SetDefault,
        "RESTRICT" => ReferentialAction::Restrict,
        _ => ReferentialAction::NoAction,
    }
}

/// A foreign key that names no columns means the primary key of its target.
pub(super) fn fill_references(schema: &mut Schema) {
    let keys: BTreeMap<String, Vec<String>> = schema
        .tables
        .iter()
        .map(|table| {
            let columns = table.primary_key.as_ref().map(|key| key.columns.clone()).unwrap_or_default();
            (table.name.name.to_ascii_lowercase(), columns)
        })
        .collect();
    for key in schema.tables.iter_mut().flat_map(|table| &mut table.foreign_keys) {
        if key.referenced_columns.is_empty()
            && let Some(columns) = keys.get(&key.referenced_table.name.to_ascii_lowercase())
        {
            key.referenced_columns.clone_from(columns);
        }
    }
}
