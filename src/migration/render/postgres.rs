//! Objects as PostgreSQL's SQL. Names that need no quotes have none, as the server itself writes them.

pub mod names;

use crate::schema::lexer::{Token, tokens};
use crate::schema::{
    CheckConstraint, Column, ColumnDefault, ForeignKey, GeneratedStorage, ObjectName, PrimaryKey, ReferentialAction,
    Table, TypeKind, UniqueConstraint,
};

/// Words that cannot stand as a name of a column or a table without quotes, and those that the server quotes too.
const KEYWORDS: &str = " all analyse analyze and any array as asc asymmetric authorization between bigint binary bit \
    boolean both case cast char character check coalesce collate collation column concurrently constraint create cross \
    current_catalog current_date current_role current_schema current_time current_timestamp current_user dec decimal \
    default deferrable desc distinct do else end except exists extract false fetch float for foreign freeze from full \
    grant greatest group grouping having ilike in initially inner inout int integer intersect interval into is isnull \
    join json json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar json_serialize \
    json_table json_value lateral leading least left like limit localtime localtimestamp merge_action national natural \
    nchar none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay placing \
    position precision primary real references returning right row select session_user setof similar smallint some \
    substring symmetric system_user table tablesample then time timestamp to trailing treat trim true union unique \
    user using values varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists \
    xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable ";

/// A name, in double quotes where it needs them.
pub fn quoted(name: &str) -> String {
    let mut letters = name.bytes();
    let plain = letters.next().is_some_and(|byte| byte.is_ascii_lowercase() || byte == b'_')
        && letters.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && !KEYWORDS.contains(&format!(" {name} "));
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// A text as a constant.
pub fn string(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if text.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") }
}

/// A name with its schema.
pub fn path(name: &ObjectName) -> String {
    format!("{}.{}", quoted(name.namespace.as_deref().unwrap_or("public")), quoted(&name.name))
}

/// Names with commas between them.
pub fn list(names: &[String]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

/// A primary key without its name.
pub fn primary_key(key: &PrimaryKey) -> String {
    format!("PRIMARY KEY ({})", list(&key.columns))
}

/// A UNIQUE constraint without its name.
pub fn unique(unique: &UniqueConstraint) -> String {
    format!("UNIQUE ({})", list(&unique.columns))
}

/// A CHECK constraint without its name.
pub fn check(check: &CheckConstraint) -> String {
    format!("CHECK (({}))", check.expression)
}

/// A foreign key without its name, as the server prints it.
pub fn foreign_key(key: &ForeignKey) -> String {
    let mut text = format!(
        "FOREIGN KEY ({}) REFERENCES {}({})",
        list(&key.columns),
        path(&key.referenced_table),
        list(&key.referenced_columns)
    );
    for (event, action) in [("UPDATE", key.on_update), ("DELETE", key.on_delete)] {
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

/// What stands behind DEFAULT.
pub fn default_value(column: &Column, default: &ColumnDefault) -> String {
    match default {
        ColumnDefault::Literal(text) => match column.data_type.kind {
            // NaN and the infinities are no numbers to the parser of SQL.
            TypeKind::Numeric { .. } | TypeKind::Float { .. } if !text.contains(|one: char| one.is_ascii_digit()) => {
                string(text)
            }
            TypeKind::Integer { .. } | TypeKind::Numeric { .. } | TypeKind::Float { .. } | TypeKind::Boolean => {
                text.clone()
            }
            _ => string(text),
        },
        ColumnDefault::Expression(text) => text.clone(),
    }
}

/// A column with its type, collation and generation expression.
pub fn column(column: &Column) -> String {
    let mut text = format!("{} {}", quoted(&column.name), typed(column));
    if let Some(generated) = &column.generated {
        let storage = match generated.storage {
            GeneratedStorage::Stored => "STORED",
            GeneratedStorage::Virtual => "VIRTUAL",
        };
        text.push_str(&format!(" GENERATED ALWAYS AS ({}) {storage}", generated.expression));
    }
    text
}

/// The type of a column with its collation.
pub fn typed(column: &Column) -> String {
    match &column.collation {
        Some(collation) => format!("{} COLLATE {collation}", column.data_type.sql),
        None => column.data_type.sql.clone(),
    }
}

/// `GENERATED … AS IDENTITY` from the option that describes it.
pub fn identity(option: &str) -> String {
    let (when, sequence) = match option.strip_prefix("BY DEFAULT") {
        Some(rest) => ("BY DEFAULT", rest),
        None => ("ALWAYS", option.strip_prefix("ALWAYS").unwrap_or(option)),
    };
    // The statement has no place for a type of the sequence that is not the column's.
    let (sequence, _) = sequence_type(sequence);
    format!("GENERATED {when} AS IDENTITY ({})", sequence.trim())
}

/// The options of an identity's sequence, and its type where that is not the column's. Names may hold any words.
pub fn sequence_type(option: &str) -> (&str, Option<&str>) {
    match option.rsplit_once(" AS ") {
        Some((options, of @ ("smallint" | "integer" | "bigint"))) => (options, Some(of)),
        _ => (option, None),
    }
}

/// CREATE TABLE with these lines between its parentheses.
pub fn create_table(table: &Table, lines: &[String]) -> String {
    let option = |name: &str| table.options.get(name);
    let mut text = String::from("CREATE ");
    if option("unlogged").is_some() {
        text.push_str("UNLOGGED ");
    }
    text.push_str(&format!("TABLE {}", path(&table.name)));
    let body = if lines.is_empty() { String::new() } else { format!("\n    {}\n", lines.join(",\n    ")) };
    if let (Some(parent), Some(bound)) = (option("partition of"), option("partition bound")) {
        let body = if body.is_empty() { body } else { format!(" ({body})") };
        text.push_str(&format!(" PARTITION OF {parent}{body} {bound}"));
    } else if let Some(kind) = option("of type") {
        let body = if body.is_empty() { body } else { format!(" ({body})") };
        text.push_str(&format!(" OF {kind}{body}"));
    } else {
        text.push_str(&format!(" ({body})"));
    }
    for (name, words) in [("inherits", "INHERITS ("), ("partition by", "PARTITION BY "), ("access method", "USING ")] {
        if let Some(value) = option(name) {
            text.push_str(&format!(" {words}{value}{}", if words.ends_with('(') { ")" } else { "" }));
        }
    }
    text.push(';');
    text
}

/// `sql` in words that the server prints back as they were. It prints a list of strings that it compares with text as
/// `(ARRAY['a'::character varying])::text[]`, and would take that for a cast of each string. What it prints as
/// `((a AND b) AND c)`, which comes from BETWEEN or from rows that are compared, it would take for one list of three:
/// behind a cast that changes nothing, it looks no further.
pub fn rereadable(sql: &str) -> String {
    let text = match sql.contains("(ARRAY[") {
        true => ["character varying", "bpchar"].into_iter().fold(sql.to_owned(), |text, kind| {
            text.replace(&format!("::{kind}])::text[]"), &format!("::{kind}]::{kind}[])::text[]"))
        }),
        false => sql.to_owned(),
    };
    if !text.contains("((") {
        return text;
    }
    let all = tokens(&text);
    let connective = |token: &Token<'_>| ["AND", "OR"].into_iter().find(|word| token.is(word));
    // For each open parenthesis, whether it follows another one, and what connects what stands in it.
    let mut open: Vec<(bool, Option<&str>)> = Vec::new();
    let mut places = Vec::new();
    for (place, token) in all.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|place| all.get(place));
        if token.is_symbol("(") {
            let is_query = all.get(place + 1).is_some_and(|next| next.is("SELECT") || next.is("WITH"));
            open.push((!is_query && before.is_some_and(|token| token.is_symbol("(")), None));
        } else if token.is_symbol(")") {
            let next = all.get(place + 1).and_then(connective);
            if let Some((true, Some(inner))) = open.pop()
                && next == Some(inner)
            {
                places.push(token.end());
            }
        } else if let (Some(word), Some((_, inner))) = (connective(token), open.last_mut()) {
            *inner = Some(word);
        }
    }
    let mut text = text;
    for place in places.into_iter().rev() {
        text.insert_str(place, "::boolean");
    }
    text
}

/// Whether a definition may hold what [`rereadable`] puts in.
pub fn is_reworded(sql: &str) -> bool {
    ["::boolean AND ", "::boolean OR ", "[])::text[]"].iter().any(|words| sql.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_would_take_for_one_list_stays_apart() {
        let nested = "CHECK ((((b >= 0) AND (b <= 10)) AND (a >= 0)))";
        assert_eq!(rereadable(nested), "CHECK ((((b >= 0) AND (b <= 10))::boolean AND (a >= 0)))");
        assert_eq!(rereadable("((((a OR b) OR c) OR d))"), "((((a OR b)::boolean OR c)::boolean OR d))");
        assert_eq!(rereadable(&rereadable(nested)), rereadable(nested));
        for same in [
            "((a AND b AND c))",
            "((a AND b) OR c)",
            "(c AND (a AND b))",
            "((SELECT a AND b) AND c)",
            "(f((a AND b)) AND c)",
            "(a = '((x AND y) AND z)'::text)",
        ] {
            assert_eq!(rereadable(same), same);
        }
    }
}
