//! Connections to MySQL and MariaDB, and scripts as their own client reads them.

use std::fmt::Write as _;

use futures_util::TryStreamExt;
use sqlx::mysql::{MySqlConnectOptions, MySqlRow};
use sqlx::{ConnectOptions, Connection, Either, Executor, MySqlConnection, Row};

use super::{DatabaseUrl, Error, Result};
use crate::schema::quote::string;

/// Opens the database as the server's own client does: with the server's modes and time zone, in UTF-8.
pub(super) async fn connect(url: &DatabaseUrl) -> Result<MySqlConnection> {
    let cannot = || Error::server(format!("cannot open {url}"));
    let options: MySqlConnectOptions = address(&url.expose()).parse().map_err(cannot())?;
    let options = options.pipes_as_concat(false).no_engine_substitution(false).timezone(None).charset("utf8mb4");
    options.disable_statement_logging().connect().await.map_err(cannot())
}

/// What Python's drivers call `unix_socket` is `socket` here.
fn address(url: &str) -> String {
    let Some((start, query)) = url.split_once('?') else { return url.to_owned() };
    let pairs = query
        .split('&')
        .map(|pair| pair.strip_prefix("unix_").filter(|rest| rest.starts_with("socket=")).unwrap_or(pair));
    format!("{start}?{}", pairs.collect::<Vec<_>>().join("&"))
}

/// Runs texts of statements one after the other on one connection.
pub(super) async fn run(url: &DatabaseUrl, texts: impl IntoIterator<Item = &str>) -> Result<()> {
    let mut connection = connect(url).await?;
    for text in texts {
        let outcome = connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(text))).await;
        outcome.map_err(|source| Error::Script { source })?;
    }
    let _ = connection.close().await;
    Ok(())
}

/// A row of texts.
#[derive(Debug, Default)]
pub(super) struct Texts(Vec<Option<String>>);

impl Texts {
    pub(super) fn get(&self, place: usize) -> Option<&String> {
        self.0.get(place)?.as_ref()
    }

    /// The text at a place, NULL as an empty one.
    pub(super) fn text(&self, place: usize) -> &str {
        self.get(place).map_or("", String::as_str)
    }
}

/// The rows that each statement of a text gives, all in one round trip.
pub(super) async fn ask(connection: &mut MySqlConnection, text: &str) -> sqlx::Result<Vec<Vec<Texts>>> {
    let mut answers = Vec::new();
    let mut rows = Vec::new();
    let mut stream = sqlx::raw_sql(sqlx::AssertSqlSafe(text)).fetch_many(connection);
    while let Some(next) = stream.try_next().await? {
        match next {
            Either::Left(_) => answers.push(std::mem::take(&mut rows)),
            Either::Right(row) => rows.push(texts_of(&row)?),
        }
    }
    Ok(answers)
}

/// The rows that a single statement gives.
pub(super) async fn rows(connection: &mut MySqlConnection, statement: &str) -> sqlx::Result<Vec<Texts>> {
    Ok(ask(connection, statement).await?.pop().unwrap_or_default())
}

/// Runs a single statement, and tells how many rows it changed.
pub(super) async fn tell(connection: &mut MySqlConnection, statement: &str) -> sqlx::Result<u64> {
    let done = connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(statement))).await?;
    Ok(done.rows_affected())
}

/// A text as a literal. What a backslash means depends on the server's mode, so none is written.
pub(super) fn text(text: &str) -> String {
    if text.contains('\\') { format!("CONVERT({} USING utf8mb4)", bytes(text.as_bytes())) } else { string(text) }
}

/// Bytes as a literal.
pub(super) fn bytes(bytes: &[u8]) -> String {
    format!("X'{}'", digits(bytes))
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        // Writing into a text cannot fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// In the protocol of plain text every value is one, whatever its type.
fn texts_of(row: &MySqlRow) -> sqlx::Result<Texts> {
    let bytes = |place| row.try_get_unchecked::<Option<Vec<u8>>, _>(place);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap_or_else(|error| readable(error.as_bytes()));
    (0..row.len()).map(|place| Ok(bytes(place)?.map(text))).collect::<sqlx::Result<Vec<_>>>().map(Texts)
}

/// SQL with constants that are bytes and no text, as MariaDB prints the defaults of binary columns: those in digits.
fn readable(sql: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = sql;
    while let Some(start) = rest.iter().position(|byte| *byte == b'\'') {
        let (before, from) = rest.split_at(start);
        let mut value = Vec::new();
        let mut at = 1;
        while let Some(&byte) = from.get(at) {
            at += 1;
            let next = from.get(at).copied();
            match (byte, next) {
                (b'\\', Some(escaped)) => value.push(unescaped(escaped)),
                (b'\'', Some(b'\'')) => value.push(byte),
                (b'\'', _) => break,
                _ => {
                    value.push(byte);
                    continue;
                }
            }
            at += 1;
        }
        let (constant, after) = from.split_at(at);
        text.push_str(&String::from_utf8_lossy(before));
        match std::str::from_utf8(constant) {
            Ok(constant) => text.push_str(constant),
            Err(_) => text.push_str(&format!("0x{}", digits(&value))),
        }
        rest = after;
    }
    text.push_str(&String::from_utf8_lossy(rest));
    text
}

/// The byte that stands behind a backslash as this one.
fn unescaped(byte: u8) -> u8 {
    match byte {
        b'0' => 0,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'Z' => 0x1a,
        other => other,
    }
}

/// The texts to send for a script, which may hold the client's DELIMITER commands. The server itself takes statements
/// with semicolons between them, those inside of bodies included, so only another delimiter divides a text.
pub(super) fn texts(script: &str) -> Vec<&str> {
    let mut texts = Vec::new();
    let mut delimiter = ";";
    let mut start = 0;
    let mut add = |from: usize, to: usize| {
        let text = script.get(from..to).unwrap_or_default();
        if !is_blank(text) {
            texts.push(text);
        }
    };
    let mut at = 0;
    // A command of the client stands where a statement may begin.
    let mut fresh = true;
    while let Some(rest) = script.get(at..).filter(|rest| !rest.is_empty()) {
        if fresh && let Some((wanted, length)) = command(rest) {
            add(start, at);
            delimiter = wanted;
            at += length;
            start = at;
        } else if delimiter != ";" && rest.starts_with(delimiter) {
            add(start, at);
            at += delimiter.len();
            start = at;
            fresh = true;
        } else {
            let length = token(rest);
            let text = rest.get(..length).unwrap_or(rest);
            fresh = text == ";" || (fresh && (text.trim().is_empty() || is_comment(text)));
            at += length;
        }
    }
    add(start, script.len());
    texts
}

/// The delimiter that a DELIMITER command asks for, and the length of the command.
fn command(text: &str) -> Option<(&str, usize)> {
    let line = text.split('\n').next().unwrap_or(text);
    let word = line.get(..9).filter(|word| word.eq_ignore_ascii_case("delimiter"))?;
    let wanted = line.get(word.len()..)?.strip_prefix([' ', '\t'])?.split_whitespace().next()?;
    Some((wanted, line.len()))
}

/// The length of the quoted text, comment or single character that `text` begins with.
fn token(text: &str) -> usize {
    let until = |end: &str, from: usize| {
        text.get(from..).and_then(|rest| rest.find(end)).map_or(text.len(), |place| from + place + end.len())
    };
    match text.as_bytes() {
        [quote @ (b'\'' | b'"' | b'`'), ..] => quoted(text, *quote),
        [b'#', ..] => until("\n", 1),
        [b'-', b'-', next, ..] if next.is_ascii_whitespace() => until("\n", 2),
        [b'/', b'*', ..] => until("*/", 2),
        _ => text.chars().next().map_or(1, char::len_utf8),
    }
}

fn quoted(text: &str, quote: u8) -> usize {
    let mut bytes = text.bytes().enumerate().skip(1);
    while let Some((place, byte)) = bytes.next() {
        if byte == b'\\' && quote != b'`' {
            bytes.next();
        } else if byte == quote {
            return place + 1;
        }
    }
    text.len()
}

fn is_comment(text: &str) -> bool {
    text.starts_with('#') || text.starts_with("--") || (text.starts_with("/*") && !text.starts_with("/*!"))
}

/// Whether there is nothing to run. The server calls an empty statement an error.
fn is_blank(text: &str) -> bool {
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = token(rest);
        let one = rest.get(..length).unwrap_or(rest);
        if !(one == ";" || one.trim().is_empty() || is_comment(one)) {
            return false;
        }
        at += length;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_go_together_until_there_is_another_delimiter() {
        assert_eq!(texts("SELECT 1; SELECT ';';\n"), ["SELECT 1; SELECT ';';\n"]);
        assert_eq!(texts(" -- nothing\n ; # here\n/* at all */"), [] as [&str; 0]);
        let script = "CREATE TABLE a (b int);\nDELIMITER //\nCREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN \
                      SET @a = '//'; -- //\n SET @b = 2; END//\n/* and */\nDROP TABLE b//\ndelimiter ;\nDROP TABLE c";
        let sent: Vec<&str> = texts(script).into_iter().map(str::trim).collect();
        let trigger = "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET @a = '//'; -- //\n SET @b = 2; END";
        assert_eq!(sent, ["CREATE TABLE a (b int);", trigger, "/* and */\nDROP TABLE b", "DROP TABLE c"]);
    }

    #[test]
    fn bytes_that_are_no_text_are_read_as_digits() {
        let sql =
            b"`a` binary(4) DEFAULT '\xff\\0''\\\\', `b` char(9) DEFAULT 'it''s \\'\xc3\xa9', `c` blob DEFAULT '\xfe";
        let text = r"`a` binary(4) DEFAULT 0xff00275c, `b` char(9) DEFAULT 'it''s \'é', `c` blob DEFAULT 0xfe";
        assert_eq!(readable(sql), text);
    }

    #[test]
    fn a_delimiter_inside_of_a_statement_is_none() {
        let script = "SELECT `delimiter //`, 'it\\'s', \"\n\ndelimiter $$\";";
        assert_eq!(texts(script), [script]);
        assert_eq!(texts("SELECT 1 AS\ndelimiter FROM t; 'open"), ["SELECT 1 AS\ndelimiter FROM t; 'open"]);
    }

    #[test]
    fn a_socket_is_found_by_the_name_that_python_gives_it() {
        assert_eq!(address("mysql://a@b/c?unix_socket=/s&charset=utf8"), "mysql://a@b/c?socket=/s&charset=utf8");
        assert_eq!(address("mysql://a@b/c"), "mysql://a@b/c");
    }
}
