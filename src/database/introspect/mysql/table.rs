//! A table out of the server's CREATE TABLE.

use super::collation::Collations;
use super::column::column;
use super::cursor::Cursor;
use crate::schema::lexer::TokenKind;
use crate::schema::lexer::mysql::{parts, tidy, unquoted, without_version_marks};
use crate::schema::{CheckConstraint, ForeignKey, Index, IndexPart, ObjectName, PrimaryKey, ReferentialAction, Table};

/// The table that `statement` makes. None when that is no CREATE TABLE.
pub(super) fn table(statement: &str, collations: &Collations) -> Option<Table> {
    let statement = without_version_marks(statement);
    let mut cursor = Cursor::new(&statement);
    cursor.next();
    cursor.accept(&["TEMPORARY"]);
    if !cursor.accept(&["TABLE"]) {
        return None;
    }
    let mut table = Table::new(ObjectName::new(cursor.name()?));
    let body = cursor.group()?;
    options(cursor.rest(), collations, &mut table);
    let of_table = table.options.get("collation").cloned().unwrap_or_default();
    for line in parts(body) {
        if line.starts_with('`') {
            let (column, check) = column(line, &of_table, collations)?;
            table.columns.push(column);
            table.checks.extend(check);
        } else if member(line, &mut table).is_none() {
            table.options.insert(format!("clause {}", tidy(line)), "true".to_owned());
        }
    }
    Some(table)
}

/// What stands behind the parentheses.
fn options(text: &str, collations: &Collations, table: &mut Table) {
    let mut cursor = Cursor::new(text);
    let (mut charset, mut collation) = (None, None);
    while let Some(token) = cursor.peek() {
        if cursor.accept(&["WITH", "SYSTEM", "VERSIONING"]) {
            table.options.insert("system versioning".to_owned(), "true".to_owned());
            continue;
        }
        if cursor.accept(&["PARTITION", "BY"]) {
            partitions(cursor.rest(), table);
            break;
        }
        cursor.next();
        if token.is("DEFAULT") || token.is_symbol(",") {
            continue;
        }
        cursor.accept(&["="]);
        let value = cursor.call();
        let key = unquoted(&token).to_lowercase();
        match key.as_str() {
            "auto_increment" => {}
            "charset" => charset = Some(value.to_owned()),
            "collate" => collation = Some(value.to_owned()),
            "comment" => table.comment = Cursor::new(value).string().filter(|text| !text.is_empty()),
            _ => {
                let key = if token.kind == TokenKind::Quoted { token.text.to_owned() } else { key };
                table.options.insert(key, value.to_owned());
            }
        }
    }
    if let Some(collation) = collation.or_else(|| charset.and_then(|charset| collations.default_of(&charset))) {
        table.options.insert("collation".to_owned(), collations.current(&collation));
    }
}

/// How the table is divided, and the list of the parts where there is one.
fn partitions(text: &str, table: &mut Table) {
    let mut cursor = Cursor::new(text);
    let mut list = None;
    let start = cursor.place();
    let mut rule = cursor.since(start);
    while let Some(token) = cursor.peek() {
        if token.is_symbol("(") && cursor.ahead(1).is_some_and(|next| next.is("PARTITION")) {
            list = cursor.group();
            break;
        }
        cursor.next();
        rule = cursor.since(start);
    }
    table.options.insert("partition by".to_owned(), tidy(rule));
    if let Some(list) = list {
        table
            .options
            .insert("partitions".to_owned(), parts(list).into_iter().map(tidy).collect::<Vec<_>>().join(",\n"));
    }
}

/// A key or a constraint. None for what is not known.
fn member(line: &str, table: &mut Table) -> Option<()> {
    let mut cursor = Cursor::new(line);
    if cursor.accept(&["PRIMARY", "KEY"]) {
        primary_key(&mut cursor, table)
    } else if cursor.accept(&["CONSTRAINT"]) {
        constraint(&mut cursor, table)
    } else if cursor.accept(&["PERIOD", "FOR"]) {
        let name = cursor.next()?.text;
        table.options.insert(format!("period {name}"), cursor.rest().to_owned());
        Some(())
    } else {
        index(&mut cursor, table)
    }
}

fn primary_key(cursor: &mut Cursor<'_>, table: &mut Table) -> Option<()> {
    let text = cursor.rest();
    let parts = index_parts(cursor.group()?)?;
    let plain = parts.iter().all(|part| part.length.is_none() && !part.descending) && cursor.peek().is_none();
    if !plain {
        table.options.insert("primary key".to_owned(), text.to_owned());
    }
    let columns = parts.into_iter().filter_map(|part| part.column).collect();
    table.primary_key = Some(PrimaryKey { name: None, columns });
    Some(())
}

fn index_parts(list: &str) -> Option<Vec<IndexPart>> {
    parts(list).into_iter().map(index_part).collect()
}

fn index_part(text: &str) -> Option<IndexPart> {
    let mut part = IndexPart { column: None, expression: None, length: None, descending: false, collation: None };
    let mut cursor = Cursor::new(text);
    let start = cursor.place();
    if cursor.peek()?.kind == TokenKind::Quoted {
        part.column = cursor.name();
        part.length = cursor.group().and_then(|length| length.trim().parse().ok());
    } else {
        cursor.group()?;
        part.expression = Some(cursor.since(start).to_owned());
    }
    if cursor.accept(&["DESC"]) {
        part.descending = true;
    } else {
        cursor.accept(&["ASC"]);
    }
    if cursor.peek().is_some() {
        // The period of a key WITHOUT OVERLAPS is no column.
        (part.column, part.expression) = (None, Some(text.to_owned()));
    }
    Some(part)
}

fn index(cursor: &mut Cursor<'_>, table: &mut Table) -> Option<()> {
    let unique = cursor.accept(&["UNIQUE"]);
    let mut method = None;
    for kind in ["FULLTEXT", "SPATIAL", "VECTOR"] {
        if cursor.accept(&[kind]) {
            method = Some(kind.to_owned());
        }
    }
    if !cursor.accept(&["KEY"]) && !cursor.accept(&["INDEX"]) {
        return None;
    }
    let name = cursor.name()?;
    let parts = index_parts(cursor.group()?)?;
    let mut options = std::collections::BTreeMap::new();
    let mut rest = Vec::new();
    while let Some(token) = cursor.peek() {
        if cursor.accept(&["USING"]) {
            method = cursor.name();
        } else if cursor.accept(&["COMMENT"]) {
            options.insert("comment".to_owned(), cursor.string()?);
        } else if token.is("INVISIBLE") || token.is("IGNORED") {
            cursor.next();
            options.insert("visibility".to_owned(), token.text.to_owned());
        } else {
            cursor.next();
            rest.push(token.text);
        }
    }
    if !rest.is_empty() {
        options.insert("attributes".to_owned(), rest.join(" ").replace(" = ", "="));
    }
    table.indexes.push(Index { name, unique, parts, predicate: None, method, definition: None, options });
    Some(())
}

fn constraint(cursor: &mut Cursor<'_>, table: &mut Table) -> Option<()> {
    let name = cursor.name()?;
    if cursor.accept(&["CHECK"]) {
        let expression = unwrapped(cursor.group()?).to_owned();
        if cursor.accept(&["NOT", "ENFORCED"]) {
            table.options.insert(format!("check {name}"), "NOT ENFORCED".to_owned());
        }
        table.checks.push(CheckConstraint { name: Some(name), expression, column: None });
        return Some(());
    }
    if !cursor.accept(&["FOREIGN", "KEY"]) {
        return None;
    }
    let names =
        |list: &str| -> Option<Vec<String>> { parts(list).into_iter().map(|one| Cursor::new(one).name()).collect() };
    let columns = names(cursor.group()?)?;
    cursor.accept(&["REFERENCES"]);
    let mut target = ObjectName::new(cursor.name()?);
    if cursor.accept(&["."]) {
        target = ObjectName::qualified(target.name, cursor.name()?);
    }
    let referenced_columns = names(cursor.group()?)?;
    let (mut on_delete, mut on_update) = (ReferentialAction::NoAction, ReferentialAction::NoAction);
    let mut said = Vec::new();
    while cursor.accept(&["ON"]) {
        let start = cursor.place();
        let action = if cursor.accept(&["DELETE"]) {
            &mut on_delete
        } else {
            cursor.next();
            &mut on_update
        };
        *action = if cursor.accept(&["CASCADE"]) {
            ReferentialAction::Cascade
        } else if cursor.accept(&["SET", "NULL"]) {
            ReferentialAction::SetNull
        } else if cursor.accept(&["SET", "DEFAULT"]) {
            ReferentialAction::SetDefault
        } else if cursor.accept(&["RESTRICT"]) {
            ReferentialAction::Restrict
        } else {
            cursor.accept(&["NO", "ACTION"]);
            ReferentialAction::NoAction
        };
        if *action == ReferentialAction::NoAction {
            // MariaDB prints this where it was written, and means the same by nothing at all.
            said.push(format!("ON {}", cursor.since(start)));
        }
    }
    if !said.is_empty() {
        table.options.insert(format!("foreign key {name}"), said.join(" "));
    }
    table.foreign_keys.push(ForeignKey {
        name: Some(name),
        columns,
        referenced_table: target,
        referenced_columns,
        on_delete,
        on_update,
        deferred: false,
    });
    Some(())
}

/// MySQL encloses the whole of a condition a second time.
fn unwrapped(expression: &str) -> &str {
    let mut cursor = Cursor::new(expression);
    match cursor.group() {
        Some(inner) if cursor.peek().is_none() => inner,
        _ => expression,
    }
}
