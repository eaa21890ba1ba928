//! `charset-not-utf8mb4`: some characters cannot be stored.

use crate::diff::Severity;
use crate::hazard::rule::{Look, MYSQL};
use crate::hazard::statement::{Action, NewColumn, TableChange, TableOption};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::{ObjectName, lexer};

/// A new table or column in a character set other than utf8mb4.
pub const RULE: Rule = Rule {
    id: "charset-not-utf8mb4",
    aliases: &[
        ("skeema", "charset"),
        ("spirit", "allow_charset"),
        ("bytebase", "system.charset.allowlist"),
        ("planetscale", "INVALID_CHARSET"),
    ],
    looks: &[Look::Act(by_act)],
    ..MYSQL
};

fn by_act(_: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let (table, columns): (&ObjectName, Vec<&NewColumn>) = match &step.act.action {
        Action::CreateTable(table) => (&table.name, table.columns.iter().collect()),
        Action::Alter {
            table,
            change: TableChange::AddColumn { column, .. } | TableChange::Redefine { column, .. },
        } => (table, vec![column]),
        _ => return None,
    };
    let of_table = match &step.act.action {
        Action::CreateTable(table) => table.options.iter().find_map(|option| match option {
            TableOption::Charset(charset) => Some(charset.to_ascii_lowercase()),
            TableOption::Collation(collation) => Some(of_collation(collation)),
            _ => None,
        }),
        _ => None,
    };
    let is_narrow = |charset: &String| !matches!(charset.as_str(), "utf8mb4" | "binary" | "utf16" | "utf32");
    let of_column = columns.into_iter().find_map(|column| Some((column, named(&column.definition).filter(is_narrow)?)));
    let (what, charset, item) = match (of_table.filter(is_narrow), of_column) {
        (Some(charset), _) => (table.to_string(), charset, None),
        (None, Some((column, charset))) => (format!("{table}.{}", column.name), charset, Some(&column.name)),
        (None, None) => return None,
    };
    let text = format!(
        "{what} is in {charset}, which has no room for emoji and many names: writing one fails, or stores question marks."
    );
    let warning = Warning::new(Severity::Medium, Confidence::High, text).advise("CHARACTER SET utf8mb4").on(table);
    Some(match item {
        Some(column) => warning.about(column),
        None => warning,
    })
}

/// The character set that a column's definition names, by itself or by a collation.
fn named(definition: &str) -> Option<String> {
    let words: Vec<&str> = lexer::mysql::tokens(definition).into_iter().map(|token| token.text).collect();
    let is = |at: usize, text: &str| words.get(at).is_some_and(|word| word.eq_ignore_ascii_case(text));
    (0..words.len()).find_map(|at| {
        let after = if is(at, "CHARSET") || is(at, "COLLATE") {
            at + 1
        } else if is(at, "CHARACTER") && is(at + 1, "SET") {
            at + 2
        } else {
            return None;
        };
        let name = words.get(after)?.trim_matches(['`', '\'', '"']).to_ascii_lowercase();
        Some(if is(at, "COLLATE") { of_collation(&name) } else { name })
    })
}

/// A collation's name begins with that of its character set.
fn of_collation(collation: &str) -> String {
    let name = collation.trim_matches(['`', '\'', '"']).to_ascii_lowercase();
    match name.split_once('_') {
        // MariaDB has collations for every character set.
        Some(("uca1400", _)) => "utf8mb4".to_owned(),
        Some((charset, _)) => charset.to_owned(),
        None => name,
    }
}
