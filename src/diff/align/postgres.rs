//! What PostgreSQL says of a table beyond the model names tables and columns, too.

use std::collections::BTreeMap;

use super::Renames;
use crate::schema::lexer::{TokenKind, tokens};
use crate::schema::{ObjectName, Table};

/// The options that end in the name of a column.
const OF_COLUMN: [&str; 6] = ["compression ", "identity ", "inherited ", "options ", "statistics ", "storage "];

/// The options and the texts of indexes of a table that was called `old`, in the new names.
pub(super) fn rename_in(table: &mut Table, old: &ObjectName, renames: &Renames) {
    let columns: BTreeMap<&str, &str> = renames
        .columns
        .iter()
        .filter(|(of, ..)| *of == table.name)
        .map(|(_, from, to, _)| (from.as_str(), to.as_str()))
        .collect();
    let text = |text: &str| renamed(text, &columns);
    let parents = |value: &str| {
        let all = value.split(", ").map(|parent| {
            let moved = renames.tables.iter().find(|(from, ..)| path(from) == parent);
            moved.map_or_else(|| parent.to_owned(), |(_, to, _)| path(to))
        });
        all.collect::<Vec<_>>().join(", ")
    };
    let options = std::mem::take(&mut table.options).into_iter().map(|(option, value)| {
        let of = OF_COLUMN.iter().find_map(|kind| Some((*kind, *columns.get(option.strip_prefix(kind)?)?)));
        let key = of.map_or_else(|| option.clone(), |(kind, column)| format!("{kind}{column}"));
        let value = match option.as_str() {
            "partition of" | "inherits" => parents(&value),
            "partition by" => text(&value),
            _ if option.starts_with("constraint ") => text(&value),
            _ => value,
        };
        (key, value)
    });
    table.options = options.collect();
    let (before, after) = (format!(" ON {} USING ", path(old)), format!(" ON {} USING ", path(&table.name)));
    for index in &mut table.indexes {
        if let Some(definition) = &mut index.definition
            && let Some((head, tail)) = definition.split_once(&before)
        {
            *definition = format!("{head}{after}{}", text(tail));
        }
    }
}

/// The text with every word that is the name of such a column exchanged, and nothing else.
fn renamed(text: &str, columns: &BTreeMap<&str, &str>) -> String {
    let mut new = String::with_capacity(text.len());
    let mut end = 0;
    for token in tokens(text).iter().filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted)) {
        if let Some(name) = columns.get(token.unquoted().as_str()) {
            new.push_str(text.get(end..token.start).unwrap_or_default());
            new.push_str(&quoted(name));
            end = token.end();
        }
    }
    new.push_str(text.get(end..).unwrap_or_default());
    new
}

fn path(name: &ObjectName) -> String {
    let namespace = name.namespace.as_deref().unwrap_or("public");
    format!("{}.{}", quoted(namespace), quoted(&name.name))
}

/// As the server writes it. A word that it would quote is not found, and what uses it compares as another.
fn quoted(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let bare = name.bytes().all(plain) && !name.starts_with(|first: char| first.is_ascii_digit());
    if bare { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}
