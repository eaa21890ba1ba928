//! What SQLite keeps only in the text of a CREATE TABLE or CREATE INDEX statement: names of constraints, CHECKs,
//! collations, expressions of generated columns, deferral.
//!
//! The text was accepted by SQLite before it was stored, so the parser takes what it knows and steps over the rest;
//! it never fails.

use crate::schema::lexer::{Token, TokenKind, tidy, tokens};

/// What the text of a CREATE TABLE says beyond the catalog.
#[derive(Debug, Default)]
pub(super) struct TableText {
    pub columns: Vec<ColumnText>,
    pub primary_key: Option<KeyText>,
    pub uniques: Vec<KeyText>,
    pub checks: Vec<(Option<String>, String)>,
    pub foreign_keys: Vec<ForeignKeyText>,
    pub autoincrement: bool,
    /// Conflict clauses (`ON CONFLICT REPLACE`) by the constraint that carries them.
    pub conflicts: Vec<(String, String)>,
    pub comma_in_comment: bool,
}

#[derive(Debug, Default)]
pub(super) struct ColumnText {
    pub name: String,
    pub collation: Option<String>,
    pub generated: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct KeyText {
    pub name: Option<String>,
    pub columns: Vec<String>,
    /// Some column is ordered downwards, which keeps an INTEGER PRIMARY KEY from standing for the row id.
    pub descending: bool,
}

#[derive(Debug, Default)]
pub(super) struct ForeignKeyText {
    pub name: Option<String>,
    pub columns: Vec<String>,
    pub deferred: bool,
}

/// Whether a comment between these tokens, which are all of `sql`, holds a comma.
fn comma_in_comment(sql: &str, all: &[Token<'_>]) -> bool {
    all.windows(2)
        .any(|pair| matches!(pair, [one, next] if sql.get(one.end()..next.start).is_some_and(|gap| gap.contains(','))))
}

pub(super) fn table(sql: &str) -> TableText {
    let all = tokens(sql);
    let Some(open) = all.iter().position(|token| token.is_symbol("(")) else { return TableText::default() };
    let mut reader = Reader { sql, tokens: &all, at: open };
    let (first, last) = reader.group();
    let mut text = TableText { comma_in_comment: comma_in_comment(sql, &all), ..TableText::default() };
    let mut at = first;
    while at < last {
        let end = item_end(&all, at, last);
        let mut item = Reader { sql, tokens: all.get(..end).unwrap_or_default(), at };
        if !starts_constraint(item.peek()) {
            column(&mut item, &mut text);
        }
        while item.peek().is_some() {
            table_constraint(&mut item, &mut text);
        }
        at = end + 1;
    }
    text
}

/// The keys of a CREATE INDEX, each without its ordering, and the condition of a partial index.
pub(super) fn index(sql: &str) -> (Vec<String>, Option<String>) {
    let all = tokens(sql);
    // The name of the index and of its table come before the list, and neither is a bare parenthesis.
    let Some(open) = all.iter().position(|token| token.is_symbol("(")) else { return (Vec::new(), None) };
    let mut reader = Reader { sql, tokens: &all, at: open };
    let (first, last) = reader.group();
    let mut keys = Vec::new();
    let mut at = first;
    while at < last {
        let end = item_end(&all, at, last);
        let mut stop = end;
        if stop > at && all.get(stop - 1).is_some_and(|token| token.is("asc") || token.is("desc")) {
            stop -= 1;
        }
        if stop > at + 2 && all.get(stop - 2).is_some_and(|token| token.is("collate")) {
            stop -= 2;
        }
        keys.push(reader.slice(at, stop));
        at = end + 1;
    }
    let predicate = reader.take("where").then(|| reader.slice(reader.at, all.len()));
    (keys, predicate.map(|text| text.trim_end_matches([';', ' ']).to_owned()))
}

fn item_end(all: &[Token<'_>], at: usize, last: usize) -> usize {
    let mut depth = 0_usize;
    for place in at..last {
        let Some(token) = all.get(place) else { break };
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && token.is_symbol(",") {
            return place;
        }
    }
    last
}

fn starts_constraint(token: Option<Token<'_>>) -> bool {
    token.is_some_and(|token| ["constraint", "primary", "unique", "check", "foreign"].iter().any(|word| token.is(word)))
}

fn column(item: &mut Reader<'_>, text: &mut TableText) {
    let mut column = ColumnText { name: item.name().unwrap_or_default(), ..ColumnText::default() };
    let mut label = None;
    while let Some(token) = item.peek() {
        if token.is("constraint") {
            item.at += 1;
            label = item.name();
            continue;
        }
        let name = label.take();
        if item.take("primary") {
            item.take("key");
            let descending = item.peek().is_some_and(|token| token.is("desc"));
            let _ = item.take("asc") || item.take("desc");
            item.conflict("primary key", text);
            text.autoincrement |= item.take("autoincrement");
            text.primary_key = Some(KeyText { name, columns: vec![column.name.clone()], descending });
        } else if item.take("unique") {
            item.conflict(&format!("unique {}", column.name), text);
            text.uniques.push(KeyText { name, columns: vec![column.name.clone()], descending: false });
        } else if item.take("not") {
            if item.take("null") {
                item.conflict(&format!("not null {}", column.name), text);
            } else {
                item.deferral(true, text);
            }
        } else if item.take("check") {
            let expression = item.parenthesised();
            text.checks.push((name, expression));
        } else if item.take("collate") {
            column.collation = item.name();
        } else if item.take("references") {
            item.references(name, vec![column.name.clone()], text);
        } else if item.take("deferrable") {
            item.deferral(false, text);
        } else if token.is("as") && item.next_is_group() {
            item.at += 1;
            column.generated = Some(item.parenthesised());
        } else if item.take("default") {
            item.default();
        } else if token.is_symbol("(") {
            item.group();
        } else {
            item.at += 1;
        }
        if starts_table_constraint(item) {
            break;
        }
    }
    text.columns.push(column);
}

/// SQLite lets the comma before a table constraint be left out. PRIMARY KEY, UNIQUE and CHECK could be either kind; a
/// FOREIGN KEY, and a key followed by a list, belong to the table.
fn starts_table_constraint(item: &Reader<'_>) -> bool {
    let mut ahead = Reader { at: item.at, ..*item };
    if ahead.take("constraint") {
        ahead.name();
    }
    let keyed = (ahead.take("primary") && ahead.take("key")) || ahead.take("unique");
    ahead.take("foreign") || (keyed && ahead.peek().is_some_and(|token| token.is_symbol("(")))
}

fn table_constraint(item: &mut Reader<'_>, text: &mut TableText) {
    let name = if item.take("constraint") { item.name() } else { None };
    if item.take("primary") {
        item.take("key");
        let columns = item.key_columns(text);
        item.conflict("primary key", text);
        // Only DESC behind the column itself keeps the column from being the row id, not DESC in a list.
        text.primary_key = Some(KeyText { name, columns, descending: false });
    } else if item.take("unique") {
        let columns = item.key_columns(text);
        item.conflict(&format!("unique {}", columns.join(",")), text);
        text.uniques.push(KeyText { name, columns, descending: false });
    } else if item.take("check") {
        let expression = item.parenthesised();
        item.conflict("check", &mut TableText::default());
        text.checks.push((name, expression));
    } else if item.take("foreign") {
        item.take("key");
        let columns = item.key_columns(text);
        item.take("references");
        item.references(name, columns, text);
    } else if item.take("not") {
        item.take("deferrable");
        item.deferral(true, text);
    } else if item.take("deferrable") {
        item.deferral(false, text);
    } else {
        item.at += 1;
    }
}

struct Reader<'a> {
    sql: &'a str,
    tokens: &'a [Token<'a>],
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    fn take(&mut self, keyword: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is(keyword));
        self.at += usize::from(found);
        found
    }

    fn name(&mut self) -> Option<String> {
        let name = self.peek().and_then(|token| token.name());
        self.at += 1;
        name
    }

    fn next_is_group(&self) -> bool {
        self.tokens.get(self.at + 1).is_some_and(|token| token.is_symbol("("))
    }

    /// Steps over `( … )` and gives the places of its first token and of its closing parenthesis.
    fn group(&mut self) -> (usize, usize) {
        let first = self.at + 1;
        let mut depth = 0_usize;
        while let Some(token) = self.peek() {
            self.at += 1;
            if token.is_symbol("(") {
                depth += 1;
            } else if token.is_symbol(")") {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return (first, self.at - 1);
                }
            }
        }
        (first, self.at)
    }

    fn parenthesised(&mut self) -> String {
        if !self.peek().is_some_and(|token| token.is_symbol("(")) {
            return String::new();
        }
        let (first, last) = self.group();
        self.slice(first, last)
    }

    fn slice(&self, first: usize, last: usize) -> String {
        if last <= first {
            return String::new();
        }
        let start = self.tokens.get(first).map_or(0, |token| token.start);
        let end = self.tokens.get(last - 1).map_or(start, Token::end);
        tidy(self.sql.get(start..end).unwrap_or_default())
    }

    fn key_columns(&mut self, text: &mut TableText) -> Vec<String> {
        let mut columns = Vec::new();
        if !self.peek().is_some_and(|token| token.is_symbol("(")) {
            return columns;
        }
        let (first, last) = self.group();
        let mut at = first;
        while at < last {
            let end = item_end(self.tokens, at, last);
            columns.extend(self.tokens.get(at).and_then(Token::name));
            for token in self.tokens.get(at + 1..end).unwrap_or_default() {
                text.autoincrement |= token.is("autoincrement");
            }
            at = end + 1;
        }
        columns
    }

    fn conflict(&mut self, subject: &str, text: &mut TableText) {
        if self.peek().is_some_and(|token| token.is("on"))
            && self.tokens.get(self.at + 1).is_some_and(|token| token.is("conflict"))
        {
            self.at += 2;
            if let Some(resolution) = self.name() {
                text.conflicts.push((subject.to_lowercase(), resolution.to_uppercase()));
            }
        }
    }

    fn references(&mut self, name: Option<String>, columns: Vec<String>, text: &mut TableText) {
        self.at += 1;
        if self.peek().is_some_and(|token| token.is_symbol("(")) {
            self.group();
        }
        loop {
            if self.take("on") {
                self.at += 1;
                let two_words = self.peek().is_some_and(|token| token.is("set") || token.is("no"));
                self.at += if two_words { 2 } else { 1 };
            } else if self.take("match") {
                self.at += 1;
            } else {
                break;
            }
        }
        text.foreign_keys.push(ForeignKeyText { name, columns, deferred: false });
    }

    fn deferral(&mut self, negated: bool, text: &mut TableText) {
        self.take("deferrable");
        let deferred = self.take("initially") && self.take("deferred");
        self.take("immediate");
        if let Some(key) = text.foreign_keys.last_mut() {
            key.deferred = deferred && !negated;
        }
    }

    /// Steps over the value of a DEFAULT: one term, with a sign or in parentheses.
    fn default(&mut self) {
        match self.peek() {
            Some(token) if token.is_symbol("(") => {
                self.group();
            }
            Some(token) if token.kind == TokenKind::Symbol => self.at += 2,
            _ => self.at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_a_table_can_say_is_read() {
        let text = table(
            "CREATE TABLE \"we(ird\" ( [a b] INTEGER CONSTRAINT pk PRIMARY KEY DESC ON CONFLICT FAIL AUTOINCREMENT, -- x)\n
             'b' VARCHAR(10, 2) COLLATE \"NOCASE\" DEFAULT (')') CONSTRAINT pos CHECK (length(b) > 0 -- (\n),
             c DEFAULT -1 NOT NULL ON CONFLICT IGNORE REFERENCES other(x) ON DELETE SET NULL ON UPDATE NO ACTION
               MATCH FULL DEFERRABLE INITIALLY DEFERRED,
             d INTEGER GENERATED ALWAYS AS (c + (1)) STORED UNIQUE,
             CONSTRAINT u UNIQUE (b COLLATE nocase, c DESC) CHECK (b <> 'CHECK (') FOREIGN KEY (b, c) REFERENCES z
             NOT DEFERRABLE) WITHOUT ROWID, STRICT",
        );
        assert_eq!(text.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["a b", "b", "c", "d"]);
        let key = text.primary_key.unwrap();
        assert_eq!((key.name.as_deref(), key.descending, text.autoincrement), (Some("pk"), true, true));
        assert_eq!(text.columns[1].collation.as_deref(), Some("NOCASE"));
        assert_eq!(text.columns[3].generated.as_deref(), Some("c + (1)"));
        assert_eq!(
            text.checks,
            [(Some("pos".to_owned()), "length(b) > 0".to_owned()), (None, "b <> 'CHECK ('".to_owned())]
        );
        assert_eq!(text.uniques.iter().map(|key| key.columns.join(",")).collect::<Vec<_>>(), ["d", "b,c"]);
        assert_eq!(
            text.foreign_keys.iter().map(|key| (key.columns.join(","), key.deferred)).collect::<Vec<_>>(),
            [("c".to_owned(), true), ("b,c".to_owned(), false)]
        );
        assert_eq!(text.conflicts.len(), 2);
    }

    #[test]
    fn the_keys_and_the_condition_of_an_index_are_read() {
        let (keys, predicate) =
            index("CREATE UNIQUE INDEX \"i(\" ON t (lower(a, 'x,)') COLLATE nocase DESC, \"b\" ASC) WHERE a IN (1) ;");
        assert_eq!(keys, ["lower(a, 'x,)')", "\"b\""]);
        assert_eq!(predicate.as_deref(), Some("a IN (1)"));
    }
}
