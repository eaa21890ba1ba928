//! Objects as the SQL of MySQL and MariaDB. Every name is quoted, as the servers themselves write them.

use crate::schema::lexer::mysql::is_compound;
use crate::schema::quote::identifier_in;
use crate::schema::{
    CheckConstraint, Column, ColumnDefault, Dialect, ForeignKey, GeneratedStorage, Index, IndexPart, ObjectName,
    ReferentialAction, Table, TypeKind,
};

/// A name in backquotes.
pub fn quoted(name: &str) -> String {
    identifier_in(Dialect::Mysql, name)
}

/// A name, with its database when that is another one.
pub fn path(name: &ObjectName) -> String {
    match &name.namespace {
        Some(database) => format!("{}.{}", quoted(database), quoted(&name.name)),
        None => quoted(&name.name),
    }
}

/// A text as a constant, for a session in which backslashes escape.
pub fn string(text: &str) -> String {
    let mut sql = String::from("'");
    for letter in text.chars() {
        match letter {
            '\'' => sql.push_str("''"),
            '\\' => sql.push_str("\\\\"),
            '\0' => sql.push_str("\\0"),
            '\n' => sql.push_str("\\n"),
            '\r' => sql.push_str("\\r"),
            '\u{1a}' => sql.push_str("\\Z"),
            other => sql.push(other),
        }
    }
    sql.push('\'');
    sql
}

/// Whether it is the word of a type whose values are shapes.
pub fn is_spatial(word: &str) -> bool {
    matches!(
        word,
        "geometry"
            | "point"
            | "linestring"
            | "polygon"
            | "multipoint"
            | "multilinestring"
            | "multipolygon"
            | "geometrycollection"
            | "geomcollection"
    )
}

/// Names with commas between them.
pub fn list(names: &[String]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

/// Whether values of the type have a character set.
pub fn is_text(sql: &str) -> bool {
    let word = sql.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or(sql);
    matches!(word, "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" | "enum" | "set")
}

/// The character set and the collation, of which the name begins with the former's.
pub fn character_set(collation: &str) -> String {
    let charset = collation.split('_').next().unwrap_or(collation);
    format!("CHARACTER SET {charset} COLLATE {collation}")
}

/// What stands behind DEFAULT.
pub fn default_value(column: &Column, default: &ColumnDefault) -> String {
    match default {
        ColumnDefault::Literal(text) => match column.data_type.kind {
            TypeKind::Integer { .. } | TypeKind::Numeric { .. } | TypeKind::Float { .. } | TypeKind::Boolean
                if text.parse::<f64>().is_ok_and(f64::is_finite) =>
            {
                text.clone()
            }
            _ => string(text),
        },
        ColumnDefault::Expression(text) => text.clone(),
    }
}

/// A column as a line of CREATE TABLE, in this collation where its values have one, with the check that belongs to it.
pub fn column(column: &Column, collation: Option<&str>, check: Option<&CheckConstraint>) -> String {
    let option = |name: &str| column.options.get(name);
    let mut words = vec![quoted(&column.name), column.data_type.sql.clone()];
    if let Some(collation) = collation.filter(|_| is_text(&column.data_type.sql)) {
        words.push(character_set(collation));
    }
    match &column.generated {
        Some(generated) if generated.expression.starts_with("ROW ") => {
            words.push(format!("GENERATED ALWAYS AS {}", generated.expression));
        }
        Some(generated) => {
            let storage = match generated.storage {
                GeneratedStorage::Stored => "STORED",
                GeneratedStorage::Virtual => "VIRTUAL",
            };
            words.push(format!("GENERATED ALWAYS AS ({}) {storage}", generated.expression));
            if !column.nullable {
                words.push("NOT NULL".to_owned());
            }
        }
        None if !column.nullable => words.push("NOT NULL".to_owned()),
        // Some settings make a timestamp NOT NULL that does not say which.
        None if column.data_type.sql.starts_with("timestamp") => words.push("NULL".to_owned()),
        None => {}
    }
    if option("invisible").is_some() {
        words.push("INVISIBLE".to_owned());
    }
    if option("without system versioning").is_some() {
        words.push("WITHOUT SYSTEM VERSIONING".to_owned());
    }
    words.extend(option("attributes").cloned());
    if let Some(default) = &column.default {
        words.push(format!("DEFAULT {}", default_value(column, default)));
    }
    words.extend(option("on update").map(|moment| format!("ON UPDATE {moment}")));
    if column.auto_increment {
        words.push("AUTO_INCREMENT".to_owned());
    }
    words.extend(column.comment.as_ref().map(|text| format!("COMMENT {}", string(text))));
    words.extend(check.map(|check| format!("CHECK ({})", check.expression)));
    words.join(" ")
}

/// The check that is written with a column.
pub fn own_check<'a>(table: &'a Table, column: &str) -> Option<&'a CheckConstraint> {
    table.checks.iter().find(|check| check.column.as_deref() == Some(column))
}

/// An index as a line of CREATE TABLE.
pub fn index(index: &Index) -> String {
    let prefix = index.method.as_deref().filter(|method| matches!(*method, "FULLTEXT" | "SPATIAL" | "VECTOR"));
    let kind = prefix.map(|method| format!("{method} ")).unwrap_or_default();
    let unique = if index.unique { "UNIQUE " } else { "" };
    let parts: Vec<String> = index.parts.iter().map(part).collect();
    let mut text = format!("{unique}{kind}KEY {} ({})", quoted(&index.name), parts.join(", "));
    if let (Some(method), None) = (&index.method, prefix) {
        text.push_str(&format!(" USING {method}"));
    }
    if let Some(attributes) = index.options.get("attributes") {
        text.push_str(&format!(" {attributes}"));
    }
    if let Some(comment) = index.options.get("comment") {
        text.push_str(&format!(" COMMENT {}", string(comment)));
    }
    if let Some(visibility) = index.options.get("visibility") {
        text.push_str(&format!(" {visibility}"));
    }
    text
}

fn part(part: &IndexPart) -> String {
    let mut text = match (&part.column, &part.expression) {
        (Some(column), _) => quoted(column),
        (None, expression) => expression.clone().unwrap_or_default(),
    };
    if let Some(length) = part.length {
        text.push_str(&format!("({length})"));
    }
    if part.descending {
        text.push_str(" DESC");
    }
    text
}

/// The primary key as a line of CREATE TABLE.
pub fn primary_key(table: &Table) -> Option<String> {
    let key = table.primary_key.as_ref()?;
    let plain = || format!("PRIMARY KEY ({})", list(&key.columns));
    Some(table.options.get("primary key").map_or_else(plain, |text| format!("PRIMARY KEY {text}")))
}

/// A check of the table as a line of CREATE TABLE.
pub fn check(table: &Table, check: &CheckConstraint) -> String {
    let name = check.name.as_deref().unwrap_or_default();
    let constraint = if name.is_empty() { String::new() } else { format!("CONSTRAINT {} ", quoted(name)) };
    let words = table.options.get(&format!("check {name}")).map(|words| format!(" {words}")).unwrap_or_default();
    format!("{constraint}CHECK ({}){words}", check.expression)
}

/// A foreign key as a line of CREATE TABLE.
pub fn foreign_key(table: &Table, key: &ForeignKey) -> String {
    let name = key.name.as_deref().unwrap_or_default();
    let constraint = if name.is_empty() { String::new() } else { format!("CONSTRAINT {} ", quoted(name)) };
    let mut text = format!(
        "{constraint}FOREIGN KEY ({}) REFERENCES {} ({})",
        list(&key.columns),
        path(&key.referenced_table),
        list(&key.referenced_columns)
    );
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
    if let Some(words) = table.options.get(&format!("foreign key {name}")) {
        text.push_str(&format!(" {words}"));
    }
    text
}

/// The option of a table as it stands behind its parentheses. None for what stands elsewhere.
pub fn option(name: &str, value: &str) -> Option<String> {
    match name {
        "collation" => Some(format!("DEFAULT {}", character_set(value))),
        "partition by" | "partitions" | "primary key" | "system versioning" => None,
        _ if ["period ", "clause ", "check ", "foreign key "].iter().any(|kind| name.starts_with(kind)) => None,
        _ if name.starts_with('`') => Some(format!("{name}={value}")),
        _ => Some(format!("{}={value}", name.to_uppercase())),
    }
}

/// How the table is divided.
pub fn partitions(table: &Table) -> Option<String> {
    let rule = table.options.get("partition by")?;
    let list = table.options.get("partitions").map(|list| format!("\n({list})")).unwrap_or_default();
    Some(format!("PARTITION BY {rule}{list}"))
}

/// CREATE TABLE with these of the table's foreign keys.
pub fn create_table(table: &Table, keys: &[&ForeignKey]) -> String {
    let columns = table.columns.iter();
    let mut lines: Vec<String> =
        columns.map(|one| column(one, one.collation.as_deref(), own_check(table, &one.name))).collect();
    lines.extend(primary_key(table));
    lines.extend(table.indexes.iter().map(index));
    lines.extend(table.checks.iter().filter(|check| check.column.is_none()).map(|one| check(table, one)));
    lines.extend(keys.iter().map(|key| foreign_key(table, key)));
    for name in table.options.keys() {
        if let Some(period) = name.strip_prefix("period ") {
            let columns = table.options.get(name).map_or("", String::as_str);
            lines.push(format!("PERIOD FOR {period} {columns}"));
        }
        lines.extend(name.strip_prefix("clause ").map(str::to_owned));
    }
    let mut text = format!("CREATE TABLE {} (\n    {}\n)", path(&table.name), lines.join(",\n    "));
    for words in table.options.iter().filter_map(|(name, value)| option(name, value)) {
        text.push_str(&format!(" {words}"));
    }
    if let Some(comment) = &table.comment {
        text.push_str(&format!(" COMMENT={}", string(comment)));
    }
    if table.options.contains_key("system versioning") {
        text.push_str(" WITH SYSTEM VERSIONING");
    }
    if let Some(partitions) = partitions(table) {
        text.push_str(&format!("\n{partitions}"));
    }
    text.push(';');
    text
}

/// The statement as the servers' own clients read it, which end a statement at its first semicolon unless they are
/// told otherwise.
pub fn for_client(statement: &str) -> String {
    if !is_compound(statement) {
        return statement.to_owned();
    }
    let text = statement.trim_end().trim_end_matches(';').trim_end();
    let more = (0_u32..).map(|number| format!("$${number}$$"));
    let delimiters = ["//", "$$"].into_iter().map(str::to_owned).chain(more);
    let delimiter = delimiters.into_iter().find(|one| !text.contains(one.as_str())).unwrap_or_default();
    format!("DELIMITER {delimiter}\n{text}\n{delimiter}\nDELIMITER ;")
}
