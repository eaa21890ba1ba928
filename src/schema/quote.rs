//! Names and texts as SQL writes them. A name may hold anything: every name that reaches SQL passes through here.

use super::Dialect;

/// A name in double quotes, as the SQL standard has it.
pub fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A name in the quotes of `dialect`.
pub fn identifier_in(dialect: Dialect, name: &str) -> String {
    match dialect {
        Dialect::Mysql => format!("`{}`", name.replace('`', "``")),
        Dialect::Postgres | Dialect::Sqlite => identifier(name),
    }
}

/// A text in single quotes.
pub fn string(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_can_end_its_quotes() {
        assert_eq!(identifier("a\"; DROP TABLE b; --"), "\"a\"\"; DROP TABLE b; --\"");
        assert_eq!(identifier_in(Dialect::Mysql, "a`b\""), "`a``b\"`");
        assert_eq!(string("it's"), "'it''s'");
    }
}
