//! MySQL, MariaDB and SQLite, by sqlparser's grammar.
//!
//! The text is split into statements here, so that one which is not understood leaves the others readable. ALTER TABLE
//! is read part by part, because the servers know more parts than the grammar does.

mod alter;
mod definition;

use sqlparser::ast;
use sqlparser::dialect::{Dialect as Grammar, MySqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};

use self::definition::{constraint, new_column, object, table_options};
use super::{Act, Action, NewIndex, NewTable, Place, Statement, TableChange, Write, WriteVerb};
use crate::schema::{Dialect, ObjectName};

/// What MySQL keeps of a name, in characters.
const LONGEST: usize = 64;

/// The statements of a text.
pub(super) fn read(dialect: Dialect, text: &str, at: impl Fn(usize) -> Place) -> Vec<Statement> {
    let grammar: &dyn Grammar = if dialect == Dialect::Mysql { &MySqlDialect {} } else { &SQLiteDialect {} };
    let tokens = match Tokenizer::new(grammar, text).tokenize_with_location() {
        Ok(tokens) => tokens,
        Err(error) => {
            let mut statement = Statement::new(text.trim(), at(0));
            statement.unread = Some(error.to_string());
            return vec![statement];
        }
    };
    let lines: Vec<&str> = text.split('\n').collect();
    let starts: Vec<usize> = lines
        .iter()
        .scan(0, |next, line| {
            let start = *next;
            *next += line.len() + 1;
            Some(start)
        })
        .collect();
    let offset = |place: Location| {
        let line = usize::try_from(place.line).unwrap_or(1).saturating_sub(1);
        let column = usize::try_from(place.column).unwrap_or(1).saturating_sub(1);
        let inside = lines.get(line).map_or(0, |line| line.char_indices().nth(column).map_or(line.len(), |(at, _)| at));
        starts.get(line).copied().unwrap_or(text.len()) + inside
    };
    split(&tokens)
        .into_iter()
        .map(|tokens| {
            let start = tokens.first().map_or(0, |token| offset(token.span.start));
            let end = tokens.last().map_or(start, |token| offset(token.span.end));
            let own = text.get(start..end).unwrap_or_default();
            let mut statement = Statement::new(own, at(start));
            let source = Source { grammar, text, tokens: &tokens, offset: &offset, at: &at };
            match source.actions() {
                Ok(acts) => statement.acts = acts,
                Err(why) => statement.unread = Some(why),
            }
            statement.long_names = tokens.iter().filter_map(|token| long_name(&token.token)).collect();
            statement
        })
        .collect()
}

fn long_name(token: &Token) -> Option<String> {
    match token {
        Token::Word(word) if word.value.chars().count() > LONGEST => Some(word.value.clone()),
        _ => None,
    }
}

/// The tokens of each statement, without white space and comments. A semicolon in the body of a trigger or a routine
/// ends nothing.
fn split(tokens: &[TokenWithSpan]) -> Vec<Vec<TokenWithSpan>> {
    let mut found = vec![Vec::new()];
    let mut depth = 0_usize;
    for token in tokens {
        let current: &mut Vec<TokenWithSpan> = match found.last_mut() {
            Some(current) => current,
            None => break,
        };
        match &token.token {
            Token::Whitespace(_) | Token::EOF => {}
            Token::SemiColon if depth == 0 => found.push(Vec::new()),
            _ => {
                if has_body(current) {
                    match word(&token.token).as_str() {
                        "BEGIN" | "CASE" => depth += 1,
                        // END IF, END LOOP and the like end what is not counted.
                        "END" => depth = depth.saturating_sub(1),
                        "IF" | "LOOP" | "REPEAT" | "WHILE" if depth > 0 => {
                            let ends = current.last().is_some_and(|last| word(&last.token) == "END");
                            if ends {
                                depth += 1;
                            }
                        }
                        _ => {}
                    }
                }
                current.push(token.clone());
            }
        }
    }
    found.retain(|tokens| !tokens.is_empty());
    found
}

fn has_body(tokens: &[TokenWithSpan]) -> bool {
    let is = |token: &TokenWithSpan, words: &[&str]| words.contains(&word(&token.token).as_str());
    tokens.first().is_some_and(|first| is(first, &["CREATE"]))
        && tokens.iter().take(8).any(|token| is(token, &["TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"]))
}

/// A keyword or a bare name in capitals; nothing for anything else.
fn word(token: &Token) -> String {
    match token {
        Token::Word(word) if word.quote_style.is_none() => word.value.to_ascii_uppercase(),
        _ => String::new(),
    }
}

/// The tokens of one statement, with what is needed to read and to place them.
struct Source<'a> {
    grammar: &'a dyn Grammar,
    text: &'a str,
    tokens: &'a [TokenWithSpan],
    offset: &'a dyn Fn(Location) -> usize,
    at: &'a dyn Fn(usize) -> Place,
}

impl Source<'_> {
    fn place(&self, token: usize) -> Place {
        let token = self.tokens.get(token).or(self.tokens.last());
        (self.at)(token.map_or(0, |token| (self.offset)(token.span.start)))
    }

    /// The text of some of the tokens on one line.
    fn text_of(&self, tokens: &[TokenWithSpan]) -> String {
        let start = tokens.first().map_or(0, |token| (self.offset)(token.span.start));
        let end = tokens.last().map_or(0, |token| (self.offset)(token.span.end));
        self.text.get(start..end).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn parser(&self, tokens: &[TokenWithSpan]) -> Parser<'_> {
        Parser::new(self.grammar).with_tokens_with_locations(tokens.to_vec())
    }

    fn words(&self, count: usize) -> Vec<String> {
        self.tokens.iter().take(count).map(|token| word(&token.token)).collect()
    }

    fn actions(&self) -> Result<Vec<Act>, String> {
        let words = self.words(4);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if words.first() == Some(&"ALTER") && words.iter().skip(1).any(|word| *word == "TABLE") {
            return alter::read(self);
        }
        if let Some(action) = self.by_first_words(&words) {
            return Ok(vec![self.act(0, action)]);
        }
        let mut parser = self.parser(self.tokens);
        let parsed = parser.parse_statement().map_err(|error| error.to_string())?;
        // Partitions and options at the end of CREATE TABLE say nothing that a rule asks about.
        let is_table = matches!(parsed, ast::Statement::CreateTable(_));
        if parser.peek_token().token != Token::EOF && !is_table {
            return Err(format!("nothing is expected at {}", parser.peek_token().token));
        }
        Ok(actions(&parsed).into_iter().map(|action| self.act(0, action)).collect())
    }

    fn act(&self, token: usize, action: Action) -> Act {
        Act { action, place: self.place(token), qualified: true }
    }

    /// Statements of which the first words say enough, and which the grammar need not know.
    fn by_first_words(&self, words: &[&str]) -> Option<Action> {
        let name_at = |index: usize| {
            self.tokens.get(index).and_then(|token| match &token.token {
                Token::Word(word) => Some(ObjectName::new(&word.value)),
                _ => None,
            })
        };
        match words {
            ["BEGIN", ..] | ["START", "TRANSACTION", ..] => Some(Action::Begin),
            ["COMMIT", ..] | ["END", ..] => Some(Action::Commit),
            // ROLLBACK TO a savepoint ends nothing.
            ["ROLLBACK", rest @ ..] if !rest.contains(&"TO") => Some(Action::Rollback),
            ["CREATE", rest @ ..] if has_body(self.tokens) => {
                let at = self.tokens.iter().position(|token| word(&token.token) == "ON");
                match at.and_then(|at| name_at(at + 1)) {
                    Some(table)
                        if rest.contains(&"TRIGGER")
                            || self.text_of(self.tokens).to_uppercase().contains("TRIGGER") =>
                    {
                        Some(Action::CreateTrigger { table })
                    }
                    _ => Some(Action::CreateRoutine { name: ObjectName::new(""), replace: false }),
                }
            }
            ["DROP", "TRIGGER" | "PROCEDURE" | "FUNCTION" | "EVENT", ..] => {
                Some(Action::DropRoutine { cascade: false })
            }
            ["DROP", "DATABASE" | "SCHEMA", ..] => {
                let name = self.tokens.last().and_then(|_| name_at(self.tokens.len() - 1));
                Some(Action::DropDatabase { name: name.map(|name| name.name).unwrap_or_default() })
            }
            ["OPTIMIZE", ..] => {
                let table = name_at(self.tokens.len() - 1);
                Some(Action::Vacuum { table, full: true })
            }
            ["VACUUM", ..] => Some(Action::Vacuum { table: None, full: true }),
            ["REINDEX", ..] => Some(Action::Other),
            ["LOCK", "TABLES" | "TABLE", ..] => {
                Some(Action::LockTable { tables: name_at(2).into_iter().collect(), mode: String::new() })
            }
            ["SET", rest @ ..] => {
                let name = rest.iter().find(|word| !matches!(**word, "" | "SESSION" | "GLOBAL" | "LOCAL"));
                Some(Action::Set { name: name.map(|name| name.to_ascii_lowercase()).unwrap_or_default() })
            }
            ["PRAGMA", name, ..] => Some(Action::Set { name: format!("pragma {}", name.to_ascii_lowercase()) }),
            [
                "UNLOCK" | "USE" | "ANALYZE" | "FLUSH" | "SHOW" | "EXPLAIN" | "SAVEPOINT" | "RELEASE" | "SELECT"
                | "CHECK" | "ATTACH" | "DETACH",
                ..,
            ] => Some(Action::Other),
            ["CALL" | "PREPARE" | "EXECUTE" | "DEALLOCATE", ..] => Some(Action::Block),
            ["GRANT", ..] => Some(Action::Grant { objects: self.text_of(self.tokens), to: String::new() }),
            ["REVOKE", ..] => Some(Action::Revoke { objects: self.text_of(self.tokens), from: String::new() }),
            ["ALTER", ..] => Some(Action::OtherDefinition { creates: false, guarded: true }),
            _ => None,
        }
    }
}

/// What a statement that the grammar knows does.
fn actions(statement: &ast::Statement) -> Vec<Action> {
    use sqlparser::ast::{ObjectType, Statement};
    match statement {
        Statement::CreateTable(create) => {
            let mut table = NewTable {
                name: object(&create.name),
                columns: create.columns.iter().map(|column| new_column(column, String::new())).collect(),
                constraints: Vec::new(),
                temporary: create.temporary,
                dropped_on_commit: false,
                if_not_exists: create.if_not_exists,
                derived: create.query.is_some() || create.like.is_some(),
                options: table_options(&create.table_options),
            };
            let mut indexes = Vec::new();
            for given in &create.constraints {
                match constraint(&table.name, given) {
                    Some(definition::Given::Constraint(constraint)) => table.constraints.push(constraint),
                    Some(definition::Given::Index(index)) => indexes.push(Action::CreateIndex(index)),
                    None => {}
                }
            }
            [Action::CreateTable(table)].into_iter().chain(indexes).collect()
        }
        Statement::CreateIndex(create) => vec![Action::CreateIndex(NewIndex {
            name: create.name.as_ref().map(|name| object(name).name),
            table: object(&create.table_name),
            unique: create.unique,
            concurrently: false,
            if_not_exists: create.if_not_exists,
            keys: create.columns.iter().map(ToString::to_string).collect(),
            partial: create.predicate.is_some(),
            kind: create.using.as_ref().map(ToString::to_string),
        })],
        Statement::CreateView(create) => vec![Action::CreateView {
            name: object(&create.name),
            replace: create.or_replace,
            materialized: false,
            columns: create.columns.iter().map(|column| column.name.value.clone()).collect(),
        }],
        Statement::Drop { object_type, names, if_exists, cascade, table, .. } => names
            .iter()
            .map(|name| match object_type {
                ObjectType::Table => {
                    Action::DropTable { table: object(name), cascade: *cascade, if_exists: *if_exists }
                }
                ObjectType::View => Action::DropView { name: object(name), materialized: false, cascade: *cascade },
                ObjectType::Index => Action::DropIndex {
                    index: object(name),
                    table: table.as_ref().map(object),
                    concurrently: false,
                    cascade: false,
                    if_exists: *if_exists,
                },
                _ => Action::OtherDefinition { creates: false, guarded: *if_exists },
            })
            .collect(),
        Statement::Truncate(truncate) => truncate
            .table_names
            .iter()
            .map(|target| Action::Truncate { table: object(&target.name), cascade: false })
            .collect(),
        Statement::RenameTable(renames) => renames
            .iter()
            .map(|rename| Action::Alter {
                table: object(&rename.old_name),
                change: TableChange::RenameTable { to: object(&rename.new_name) },
            })
            .collect(),
        Statement::Update(update) => {
            let Some(table) = relation(&update.table.relation) else { return vec![Action::Other] };
            let columns = update.assignments.iter().map(|assignment| assignment.target.to_string()).collect();
            let condition = update.selection.as_ref().map(ToString::to_string);
            vec![Action::Write(Write {
                verb: WriteVerb::Update,
                table,
                condition,
                columns,
                constants: Vec::new(),
                source: None,
            })]
        }
        Statement::Delete(delete) => {
            let (ast::FromTable::WithFromKeyword(from) | ast::FromTable::WithoutKeyword(from)) = &delete.from;
            let Some(table) = from.first().and_then(|from| relation(&from.relation)) else {
                return vec![Action::Other];
            };
            let condition = delete.selection.as_ref().map(ToString::to_string);
            vec![Action::Write(Write {
                verb: WriteVerb::Delete,
                table,
                condition,
                columns: Vec::new(),
                constants: Vec::new(),
                source: None,
            })]
        }
        Statement::Insert(insert) => {
            let ast::TableObject::TableName(name) = &insert.table else { return vec![Action::Other] };
            let columns: Vec<String> = insert.columns.iter().map(ToString::to_string).collect();
            let constants = match insert.source.as_deref().map(|query| query.body.as_ref()) {
                Some(ast::SetExpr::Select(select)) => definition::constants(&insert.columns, select),
                _ => Vec::new(),
            };
            let (verb, source) = match insert.source.as_deref().map(|query| query.body.as_ref()) {
                Some(ast::SetExpr::Values(_)) | None => (WriteVerb::InsertValues, None),
                Some(ast::SetExpr::Select(select)) => {
                    (WriteVerb::InsertSelect, select.from.first().and_then(|from| relation(&from.relation)))
                }
                Some(_) => (WriteVerb::InsertSelect, None),
            };
            vec![Action::Write(Write { verb, table: object(name), condition: None, columns, constants, source })]
        }
        _ => vec![Action::Other],
    }
}

fn relation(factor: &ast::TableFactor) -> Option<ObjectName> {
    match factor {
        ast::TableFactor::Table { name, .. } => Some(object(name)),
        _ => None,
    }
}
