//! What MySQL and MariaDB do to the names of tables and columns, read from the tokens of a statement: their ALTER TABLE
//! says much more than names, in words that differ between versions, and all of that is passed over.

use super::track::Tracks;
use crate::schema::ObjectName;
use crate::schema::lexer::mysql::{parts, tokens, unquoted, without_version_marks};
use crate::schema::lexer::{Token, TokenKind};

/// Follows the statement, if it is one that alters or renames tables. Says whether it is.
pub(super) fn observe(tracks: &mut Tracks, statement: &str) -> bool {
    let text = without_version_marks(statement.trim().trim_end_matches(';'));
    let mut words = Words::of(&text);
    if words.accept("RENAME") {
        if !words.accept("TABLE") && !words.accept("TABLES") {
            return false;
        }
        for pair in parts(words.rest()) {
            let mut pair = Words::of(pair);
            pair.accept_all(&["IF", "EXISTS"]);
            if let Some(from) = pair.path()
                && pair.reach("TO")
                && let Some(to) = pair.path()
            {
                tracks.rename_table(&from, &to, statement);
            }
        }
        return true;
    }
    if !words.accept("ALTER") {
        return false;
    }
    for word in ["ONLINE", "OFFLINE", "IGNORE"] {
        words.accept(word);
    }
    if !words.accept("TABLE") {
        return false;
    }
    words.accept_all(&["IF", "EXISTS"]);
    if let Some(table) = words.path() {
        // `WAIT 5` and `NOWAIT` stand before the first clause.
        if words.accept("WAIT") {
            words.next();
        }
        words.accept("NOWAIT");
        alter(tracks, table, words.rest(), statement);
    }
    true
}

/// All clauses speak of the names that the table had before the statement.
fn alter(tracks: &mut Tracks, table: ObjectName, clauses: &str, statement: &str) {
    let (mut renamed, mut dropped, mut added) = (Vec::new(), Vec::new(), Vec::new());
    let mut becomes = None;
    for clause in parts(clauses) {
        let mut words = Words::of(clause);
        let Some(verb) = words.next() else { continue };
        if verb.is("CHANGE") {
            words.accept("COLUMN");
            words.accept_all(&["IF", "EXISTS"]);
            renamed.extend(words.name().zip(words.name()));
        } else if verb.is("RENAME") && words.accept("COLUMN") {
            words.accept_all(&["IF", "EXISTS"]);
            let from = words.name();
            words.accept("TO");
            renamed.extend(from.zip(words.name()));
        } else if verb.is("RENAME") && !words.accept("INDEX") && !words.accept("KEY") {
            let _ = words.accept("TO") || words.accept("AS") || words.accept("=");
            becomes = words.path();
        } else if (verb.is("ADD") || verb.is("DROP")) && !words.other_than_column() {
            words.accept("COLUMN");
            words.accept_all(&["IF", "NOT", "EXISTS"]);
            words.accept_all(&["IF", "EXISTS"]);
            let target = if verb.is("ADD") { &mut added } else { &mut dropped };
            match words.group() {
                Some(list) => target.extend(parts(list).into_iter().filter_map(column_of)),
                None => target.extend(words.name()),
            }
        }
    }
    let passing: Vec<String> = (0..renamed.len()).map(|number| format!("\0{number}")).collect();
    for ((from, _), name) in renamed.iter().zip(&passing) {
        tracks.rename_column(&table, from, name, statement);
    }
    dropped.iter().for_each(|name| tracks.drop_column(&table, name));
    for ((_, to), name) in renamed.iter().zip(&passing) {
        tracks.rename_column(&table, name, to, statement);
    }
    added.iter().for_each(|name| tracks.add_column(&table, name));
    if let Some(to) = becomes {
        tracks.rename_table(&table, &to, statement);
    }
}

/// The column in one part of `ADD (a INT, KEY (a))`.
fn column_of(part: &str) -> Option<String> {
    let mut words = Words::of(part);
    if words.other_than_column() { None } else { words.name() }
}

/// Walks through the words of a statement.
struct Words<'a> {
    text: &'a str,
    tokens: Vec<Token<'a>>,
    at: usize,
}

impl<'a> Words<'a> {
    fn of(text: &'a str) -> Self {
        Self { text, tokens: tokens(text), at: 0 }
    }

    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    fn next(&mut self) -> Option<Token<'a>> {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn accept(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is(word) || token.is_symbol(word));
        self.at += usize::from(found);
        found
    }

    fn accept_all(&mut self, words: &[&str]) {
        let same = |(place, word): (usize, &&str)| self.tokens.get(self.at + place).is_some_and(|token| token.is(word));
        if words.iter().enumerate().all(same) {
            self.at += words.len();
        }
    }

    /// Goes on behind the next `word`.
    fn reach(&mut self, word: &str) -> bool {
        while let Some(token) = self.next() {
            if token.is(word) {
                return true;
            }
        }
        false
    }

    fn name(&mut self) -> Option<String> {
        let name = self.peek().filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted))?;
        self.at += 1;
        Some(unquoted(&name))
    }

    fn path(&mut self) -> Option<ObjectName> {
        let first = self.name()?;
        if self.accept(".") {
            return Some(ObjectName::qualified(first, self.name()?));
        }
        Some(ObjectName::new(first))
    }

    /// What stands in the parentheses that are next.
    fn group(&mut self) -> Option<&'a str> {
        let open = self.peek().filter(|token| token.is_symbol("("))?;
        let last = self.tokens.iter().rev().find(|token| token.is_symbol(")"))?;
        self.text.get(open.end()..last.start)
    }

    /// Whether a key, a constraint, a part of the table or the like is next, rather than a column.
    fn other_than_column(&self) -> bool {
        const OTHERS: [&str; 13] = [
            "INDEX",
            "KEY",
            "UNIQUE",
            "PRIMARY",
            "FOREIGN",
            "CONSTRAINT",
            "CHECK",
            "FULLTEXT",
            "SPATIAL",
            "VECTOR",
            "PARTITION",
            "PERIOD",
            "SYSTEM",
        ];
        let next = |word: &&str| self.peek().is_some_and(|token| token.is(word));
        OTHERS.iter().any(next)
            && !self.tokens.get(self.at + 1).is_some_and(|token| {
                // A word that is not reserved may be a column's name, with its type behind it.
                let free = ["VECTOR", "PERIOD", "SYSTEM"].iter().any(next);
                free && !["INDEX", "KEY", "FOR", "VERSIONING"].iter().any(|word| token.is(word))
                    && token.kind == TokenKind::Word
            })
    }

    fn rest(&self) -> &'a str {
        let start = self.peek().map_or(self.text.len(), |token| token.start);
        self.text.get(start..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::renames;
    use crate::schema::Dialect;

    fn told(statements: &[&str]) -> Vec<String> {
        let hints = renames(Dialect::Mysql, statements.iter().copied());
        let tables = hints.tables.iter().map(|(from, to, _)| format!("{from} -> {to}"));
        let columns = hints.columns.iter().map(|(table, from, to, _)| format!("{table}.{from} -> {to}"));
        tables.chain(columns).collect()
    }

    #[test]
    fn columns_under_other_names() {
        assert_eq!(
            told(&[
                "ALTER TABLE t CHANGE a b INT UNSIGNED ZEROFILL NOT NULL DEFAULT '1' COMMENT 'x, CHANGE c d' AFTER z"
            ]),
            ["t.a -> b"]
        );
        assert_eq!(
            told(&[
                "alter table `t` change column if exists `a``b` c enum('x','y') character set latin1, ENGINE=InnoDB, ALGORITHM=INPLACE, LOCK=NONE;"
            ]),
            ["t.a`b -> c"]
        );
        assert_eq!(
            told(&[
                "ALTER TABLE t RENAME COLUMN a TO b, ADD KEY k (b), RENAME KEY x TO y, CONVERT TO CHARACTER SET utf8mb4"
            ]),
            ["t.a -> b"]
        );
        assert_eq!(told(&["/*!50100 ALTER TABLE t RENAME COLUMN a TO b */"]), ["t.a -> b"]);
        assert!(
            told(&["ALTER TABLE t CHANGE a a BIGINT, MODIFY b INT, RENAME INDEX c TO d, DROP PRIMARY KEY"]).is_empty()
        );
    }

    #[test]
    fn tables_under_other_names() {
        assert_eq!(told(&["RENAME TABLE a TO b, c TO d"]), ["a -> b", "c -> d"]);
        assert_eq!(told(&["RENAME TABLE a TO x, b TO a, x TO b"]), ["b -> a", "a -> b"]);
        assert_eq!(told(&["RENAME TABLES IF EXISTS `a b` WAIT 5 TO `to`;"]), ["a b -> to"]);
        for words in ["RENAME TO b", "RENAME b", "RENAME AS `b`", "RENAME = b", "ADD x INT, RENAME TO b, COMMENT='c'"] {
            assert_eq!(told(&[&format!("ALTER TABLE a {words}")]), ["a -> b"], "{words}");
        }
        assert_eq!(told(&["ALTER ONLINE TABLE IF EXISTS a NOWAIT RENAME TO b"]), ["a -> b"]);
    }

    #[test]
    fn clauses_of_one_statement_speak_of_the_old_names() {
        assert_eq!(told(&["ALTER TABLE t CHANGE a b INT, CHANGE b a INT"]), ["t.b -> a", "t.a -> b"]);
        assert_eq!(told(&["ALTER TABLE t DROP COLUMN b, RENAME COLUMN a TO b, ADD COLUMN a INT"]), ["t.a -> b"]);
        assert_eq!(
            told(&["ALTER TABLE t RENAME COLUMN a TO b, RENAME TO u", "ALTER TABLE u CHANGE b c INT"]),
            ["t -> u", "u.a -> c"]
        );
    }

    #[test]
    fn what_is_new_is_no_rename() {
        assert!(
            told(&[
                "ALTER TABLE t ADD (a INT, KEY (a)), ADD IF NOT EXISTS b INT",
                "ALTER TABLE t CHANGE a c INT, CHANGE b d INT"
            ])
            .is_empty()
        );
        assert!(told(&["ALTER TABLE t ADD system INT", "ALTER TABLE t CHANGE system s INT"]).is_empty());
        assert_eq!(
            told(&["ALTER TABLE t ADD KEY a (a), ADD PERIOD FOR p (x, y)", "ALTER TABLE t CHANGE a b INT"]),
            ["t.a -> b"]
        );
    }

    #[test]
    fn tables_that_the_migration_makes_are_followed_as_elsewhere() {
        assert_eq!(
            told(&[
                "CREATE TABLE n (id INT, title TEXT)",
                "INSERT INTO n (id, title) SELECT id, name FROM o",
                "DROP TABLE o",
                "RENAME TABLE n TO o"
            ]),
            ["o.name -> title"]
        );
    }
}
