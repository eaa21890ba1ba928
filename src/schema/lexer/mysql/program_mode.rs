//! The `sql_mode` that a routine, a trigger or an event was written under, where it makes the text read differently. It
//! stands in a comment before the statement that makes the program.

/// Modes in which the same text says something else.
const READING: [&str; 7] = [
    "ANSI_QUOTES",
    "HIGH_NOT_PRECEDENCE",
    "IGNORE_SPACE",
    "NO_BACKSLASH_ESCAPES",
    "ORACLE",
    "PIPES_AS_CONCAT",
    "REAL_AS_FLOAT",
];
const OPEN: &str = "/* sql_mode ";
const CLOSE: &str = " */ ";

/// The comment for `mode`, a list with commas; nothing where the text reads as it always does.
pub fn mark(mode: &str) -> String {
    let own: Vec<&str> = mode.split(',').filter(|word| READING.contains(word)).collect();
    if own.is_empty() { String::new() } else { format!("{OPEN}{}{CLOSE}", own.join(",")) }
}

/// The modes in the comment before `statement`, and what follows it.
pub fn split(statement: &str) -> (Option<&str>, &str) {
    let marked = statement.strip_prefix(OPEN).and_then(|rest| rest.split_once(CLOSE));
    match marked {
        Some((modes, text)) if modes.split(',').all(|word| READING.contains(&word)) => (Some(modes), text),
        _ => (None, statement),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_modes_that_change_the_reading_count() {
        assert_eq!(mark("STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION"), "");
        let text = format!(
            "{}CREATE FUNCTION f() RETURNS int RETURN 1",
            mark("PIPES_AS_CONCAT,ANSI_QUOTES,NO_AUTO_CREATE_USER")
        );
        assert_eq!(text, "/* sql_mode PIPES_AS_CONCAT,ANSI_QUOTES */ CREATE FUNCTION f() RETURNS int RETURN 1");
        assert_eq!(split(&text), (Some("PIPES_AS_CONCAT,ANSI_QUOTES"), "CREATE FUNCTION f() RETURNS int RETURN 1"));
    }

    #[test]
    fn a_comment_of_somebody_else_is_left_alone() {
        for text in ["CREATE VIEW v", "/* sql_mode '; DROP TABLE t; -- */ CREATE VIEW v", "/* sql_mode */ x"] {
            assert_eq!(split(text), (None, text));
        }
    }
}
