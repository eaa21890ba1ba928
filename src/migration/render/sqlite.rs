//! Objects as SQLite's SQL. Every name is quoted, so that no name is too odd.

use crate::schema::lexer::{TokenKind, tokens};
pub use crate::schema::quote::{identifier as quoted, string};
use crate::schema::reserved::is_reserved;
use crate::schema::{
    Column, ColumnDefault, DataType, Dialect, ForeignKey, GeneratedStorage, Index, IndexPart, ReferentialAction, Table,
    TypeKind, canonical,
};

/// Names in double quotes with commas between them.
pub fn list<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    names.into_iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

/// A name as people write it, in quotes where it cannot do without. SQLite puts what RENAME COLUMN says into every
/// definition that mentions the column.
fn written(name: &str) -> String {
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let plain = starts && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain && !is_reserved(&name.to_ascii_lowercase(), Dialect::Sqlite) { name.to_owned() } else { quoted(name) }
}

/// The column option that keeps a default as it was written.
pub const DEFAULT_SPELLING: &str = "spelling default";

/// The column option that keeps a type as it was written.
pub const TYPE_SPELLING: &str = "spelling type";

/// The statement that renames a column of `table`, which is written as SQL has it.
pub fn rename_column(table: &str, from: &str, to: &str) -> String {
    format!("ALTER TABLE {table} RENAME COLUMN {} TO {};", quoted(from), written(to))
}

/// The column option that keeps the name of a collation as it was written.
pub const COLLATION_SPELLING: &str = "spelling collation";

/// The table option that says that a comment in the text of the table holds a comma.
pub const COMMA_IN_COMMENT: &str = "spelling comma in comment";

/// The table option that says that the foreign key over these columns names no columns of its target.
pub fn implicit_reference(columns: &[String]) -> String {
    format!("spelling reference {}", columns.join(",").to_lowercase())
}

/// CREATE TABLE for `table`, under the name `name`, without its indexes.
pub fn create_table(table: &Table, name: &str) -> String {
    let inline_key = inline_key(table);
    let mut lines: Vec<String> =
        table.columns.iter().map(|column| column_definition(table, column, inline_key.as_deref())).collect();
    if let Some(key) = &table.primary_key
        && inline_key.is_none()
    {
        let conflict = conflict(table, "primary key");
        let keys = key_order(table, "primary key", &key.columns);
        lines.push(format!("{}PRIMARY KEY ({keys}){conflict}", label(key.name.as_ref())));
    }
    for unique in &table.uniques {
        let subject = format!("unique {}", unique.columns.join(","));
        let (keys, conflict) = (key_order(table, &subject, &unique.columns), conflict(table, &subject));
        lines.push(format!("{}UNIQUE ({keys}){conflict}", label(unique.name.as_ref())));
    }
    for check in &table.checks {
        lines.push(format!("{}CHECK ({})", label(check.name.as_ref()), check.expression));
    }
    for key in &table.foreign_keys {
        let columns = list(&key.columns);
        lines.push(format!("{}FOREIGN KEY ({columns}) {}", label(key.name.as_ref()), references(table, key)));
    }
    let options: Vec<&str> = [("without_rowid", "WITHOUT ROWID"), ("strict", "STRICT")]
        .into_iter()
        .filter_map(|(option, words)| table.options.contains_key(option).then_some(words))
        .collect();
    let tail = if options.is_empty() { String::new() } else { format!(" {}", options.join(", ")) };
    format!("CREATE TABLE {} (\n    {}\n){tail};", quoted(name), lines.join(",\n    "))
}

/// The column whose own definition must say PRIMARY KEY: AUTOINCREMENT and DESC can stand nowhere else.
fn inline_key(table: &Table) -> Option<String> {
    let key = table.primary_key.as_ref()?;
    let [only] = key.columns.as_slice() else { return None };
    let marked = ["autoincrement", "descending_key"].iter().any(|option| table.options.contains_key(*option));
    let row_id = table.column(only).is_some_and(|column| column.auto_increment);
    (marked || row_id).then(|| only.clone())
}

/// A column as CREATE TABLE writes it.
fn column_definition(table: &Table, column: &Column, inline_key: Option<&str>) -> String {
    let mut text = bare_column(column);
    if !column.nullable && !takes_null(table, &column.name) {
        text.push_str(" NOT NULL");
        text.push_str(&conflict(table, &format!("not null {}", column.name)));
    }
    if inline_key == Some(column.name.as_str()) {
        text.push(' ');
        text.push_str(&label(table.primary_key.as_ref().and_then(|key| key.name.as_ref())));
        text.push_str("PRIMARY KEY");
        if table.options.contains_key("descending_key") {
            text.push_str(" DESC");
        }
        text.push_str(&conflict(table, "primary key"));
        if table.options.contains_key("autoincrement") {
            text.push_str(" AUTOINCREMENT");
        }
    }
    text
}

/// A column as ALTER TABLE … ADD COLUMN writes it, with the foreign key that comes with it.
pub fn added_column(table: &Table, column: &Column, key: Option<&ForeignKey>) -> String {
    let mut text = bare_column(column);
    if !column.nullable {
        text.push_str(" NOT NULL");
    }
    if let Some(key) = key {
        text.push_str(&format!(" {}{}", label(key.name.as_ref()), references(table, key)));
    }
    text
}

fn bare_column(column: &Column) -> String {
    let mut text = quoted(&column.name);
    let words = column.options.get(TYPE_SPELLING).unwrap_or(&column.data_type.sql);
    if !words.is_empty() {
        text.push(' ');
        text.push_str(&type_words(words));
    }
    if let Some(collation) = column.options.get(COLLATION_SPELLING).or(column.collation.as_ref()) {
        text.push_str(&format!(" COLLATE {}", quoted(collation)));
    }
    if let Some(generated) = &column.generated {
        let storage = match generated.storage {
            GeneratedStorage::Stored => "STORED",
            GeneratedStorage::Virtual => "VIRTUAL",
        };
        text.push_str(&format!(" GENERATED ALWAYS AS ({}) {storage}", generated.expression));
    }
    if let Some(written) = column.options.get(DEFAULT_SPELLING) {
        text.push_str(&format!(" DEFAULT {}", default_text(written)));
    } else if let Some(default) = &column.default {
        text.push_str(&format!(" DEFAULT {}", default_value(default, &column.data_type)));
    }
    text
}

/// Whether a column of the key was declared without NOT NULL.
pub fn takes_null(table: &Table, column: &str) -> bool {
    let names = table.options.get(canonical::NULLABLE_KEY).and_then(|text| serde_json::from_str(text).ok());
    names.is_some_and(|names: Vec<String>| names.iter().any(|name| name == column))
}

/// The words of a type, quoted when SQLite would not read them as a type.
fn type_words(written: &str) -> String {
    const NOT_IN_A_TYPE: [&str; 12] = [
        "constraint",
        "primary",
        "not",
        "null",
        "unique",
        "check",
        "default",
        "collate",
        "references",
        "as",
        "deferrable",
        "foreign",
    ];
    let all = tokens(written);
    let open = all.iter().position(|token| token.is_symbol("(")).unwrap_or(all.len());
    let (words, rest) = all.split_at(open);
    let plain = |token: &crate::schema::lexer::Token<'_>| {
        token.kind == TokenKind::Word && !NOT_IN_A_TYPE.iter().any(|word| token.is(word))
    };
    let sizes = rest.is_empty()
        || (rest.last().is_some_and(|token| token.is_symbol(")"))
            && rest.iter().all(|token| token.kind == TokenKind::Number || "(,)+-".contains(token.text))
            && rest.iter().filter(|token| token.is_symbol("(") || token.is_symbol(")")).count() == 2);
    let length: usize = all.iter().map(|token| token.text.len()).sum();
    let nothing_hidden = length == written.chars().filter(|c| !c.is_whitespace()).map(char::len_utf8).sum::<usize>();
    if !words.is_empty() && words.iter().all(plain) && sizes && nothing_hidden {
        written.to_owned()
    } else {
        quoted(written)
    }
}

/// A default as it stands behind DEFAULT.
pub fn default_value(default: &ColumnDefault, data_type: &DataType) -> String {
    match default {
        ColumnDefault::Literal(text) => {
            let numeric = matches!(
                data_type.kind,
                TypeKind::Integer { .. }
                    | TypeKind::Numeric { .. }
                    | TypeKind::Float { .. }
                    | TypeKind::Boolean
                    | TypeKind::Other
            );
            if numeric && is_bare(text) { text.clone() } else { string(text) }
        }
        ColumnDefault::Expression(text) if is_constant(text) => text.clone(),
        ColumnDefault::Expression(text) => format!("({text})"),
    }
}

/// A default as the catalog holds it, which leaves the parentheses of an expression out.
pub fn default_text(written: &str) -> String {
    let all = tokens(written);
    let term = match all.as_slice() {
        [only] => only.kind != TokenKind::Symbol && only.text.len() == written.trim().len(),
        [sign, number] => number.kind == TokenKind::Number && (sign.is_symbol("-") || sign.is_symbol("+")),
        _ => false,
    };
    if term { written.trim().to_owned() } else { format!("({})", crate::schema::lexer::tidy(written)) }
}

fn is_bare(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let all = tokens(digits);
    let number = matches!(all.as_slice(), [only] if only.kind == TokenKind::Number && only.text == digits)
        && (digits.parse::<f64>().is_ok() || digits.to_ascii_lowercase().starts_with("0x"));
    number || matches!(text, "true" | "false")
}

/// Whether an expression may stand behind DEFAULT without parentheses.
fn is_constant(text: &str) -> bool {
    match tokens(text).as_slice() {
        [only] => {
            matches!(only.kind, TokenKind::Number | TokenKind::Text | TokenKind::Blob)
                || ["current_timestamp", "current_date", "current_time", "true", "false"]
                    .iter()
                    .any(|word| only.is(word))
        }
        [sign, number] => number.kind == TokenKind::Number && (sign.is_symbol("-") || sign.is_symbol("+")),
        _ => false,
    }
}

/// Whether ALTER TABLE … ADD COLUMN takes the default: one value for all rows, known now.
pub fn is_fixed(default: &ColumnDefault) -> bool {
    match default {
        ColumnDefault::Literal(_) => true,
        ColumnDefault::Expression(text) => is_constant(text) && !text.to_ascii_lowercase().starts_with("current_"),
    }
}

fn label(name: Option<&String>) -> String {
    name.map(|name| format!("CONSTRAINT {} ", quoted(name))).unwrap_or_default()
}

/// The columns of a key, with orders and collations where the key has some of its own.
fn key_order(table: &Table, subject: &str, columns: &[String]) -> String {
    let found = table.options.get(&format!("key order {}", subject.to_lowercase()));
    found.cloned().unwrap_or_else(|| list(columns))
}

fn conflict(table: &Table, subject: &str) -> String {
    let found = table.options.get(&format!("on_conflict {}", subject.to_lowercase()));
    found.map(|resolution| format!(" ON CONFLICT {resolution}")).unwrap_or_default()
}

fn references(table: &Table, key: &ForeignKey) -> String {
    let mut text = format!("REFERENCES {}", quoted(&key.referenced_table.name));
    if !key.referenced_columns.is_empty() && !table.options.contains_key(&implicit_reference(&key.columns)) {
        text.push_str(&format!(" ({})", list(&key.referenced_columns)));
    }
    for (event, action) in [("DELETE", key.on_delete), ("UPDATE", key.on_update)] {
        let words = match action {
            ReferentialAction::NoAction => continue,
            ReferentialAction::Restrict => "RESTRICT",
            ReferentialAction::Cascade => "CASCADE",
            ReferentialAction::SetNull => "SET NULL",
            ReferentialAction::SetDefault => "SET DEFAULT",
        };
        text.push_str(&format!(" ON {event} {words}"));
    }
    if key.deferred {
        text.push_str(" DEFERRABLE INITIALLY DEFERRED");
    }
    text
}

/// CREATE INDEX: the text that made it where there is one, since it says all that SQLite knows.
pub fn create_index(index: &Index, table: &str) -> String {
    if let Some(definition) = index.definition.as_deref().filter(|text| !text.trim().is_empty()) {
        return terminated(definition);
    }
    let unique = if index.unique { "UNIQUE " } else { "" };
    let condition = index.predicate.as_ref().map(|text| format!(" WHERE {text}")).unwrap_or_default();
    format!(
        "CREATE {unique}INDEX {} ON {} ({}){condition};",
        quoted(&index.name),
        quoted(table),
        key_parts(&index.parts)
    )
}

/// What is indexed, with orders and collations.
pub fn key_parts(parts: &[IndexPart]) -> String {
    let part = |part: &IndexPart| {
        let mut text = match (&part.column, &part.expression) {
            (Some(column), _) => quoted(column),
            (None, expression) => expression.clone().unwrap_or_default(),
        };
        if let Some(collation) = &part.collation {
            text.push_str(&format!(" COLLATE {}", quoted(collation)));
        }
        if part.descending {
            text.push_str(" DESC");
        }
        text
    };
    parts.iter().map(part).collect::<Vec<_>>().join(", ")
}

/// A stored definition as a statement. A comment at its end must not swallow the semicolon.
pub fn terminated(definition: &str) -> String {
    let definition = definition.trim_end();
    match tokens(definition).last() {
        Some(last) if last.is_symbol(";") && last.end() == definition.len() => definition.to_owned(),
        Some(last) if last.end() < definition.len() && !last.is_symbol(";") => format!("{definition}\n;"),
        Some(last) if last.is_symbol(";") => {
            format!("{};", definition.get(..last.start).unwrap_or(definition).trim_end())
        }
        _ => format!("{definition};"),
    }
}
