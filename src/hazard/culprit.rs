//! The rows that a statement could not stand: queries that find them, and how they are told.
//!
//! A query is asked on the database as it was just before the statement that failed. Which of the statement's parts
//! failed is not always told; each part gives a query of its own, and a row that one finds breaks that part.

use std::collections::BTreeSet;

use serde::Serialize;
use sqlparser::ast;
use sqlparser::dialect::{MySqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;

use super::statement::{
    Action, Body, ConstraintKind, NewColumn, NewConstraint, NewTable, Recorded, Script, Statements, TableChange, Write,
    WriteVerb,
};
use crate::schema::quote::{identifier_in, string};
use crate::schema::{Dialect, ObjectName, Schema, lexer};

/// No more rows than these are told: one, or two that are the same.
const ROWS: usize = 2;
/// A longer value is cut.
const LONGEST: usize = 80;
/// The name of what an INSERT would write.
const WRITTEN: &str = "fabwright_written";

/// A query that selects whole rows, at most [`ROWS`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Query {
    /// The table that they are in.
    pub table: String,
    /// What has to be run first.
    pub prepare: Option<String>,
    /// The query.
    pub select: String,
}

/// The columns of a row with their values as text. `None` is NULL.
pub type Row = Vec<(String, Option<String>)>;

/// Rows as the report names them: `customer (id = 3, email = NULL)`.
pub fn told(table: &str, rows: &[Row]) -> String {
    let value = |value: &Option<String>| match value {
        None => "NULL".to_owned(),
        Some(text) if text.chars().count() > LONGEST => format!("{}…", text.chars().take(LONGEST).collect::<String>()),
        Some(text) => text.clone(),
    };
    let row = |row: &Row| {
        let values: Vec<String> = row.iter().map(|(column, held)| format!("{column} = {}", value(held))).collect();
        format!("{table} ({})", values.join(", "))
    };
    rows.iter().take(ROWS).map(row).collect::<Vec<_>>().join("\n")
}

/// The tables of the schema that queries read.
pub fn read_by<'a>(schema: &'a Schema, queries: &[String]) -> Vec<&'a ObjectName> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for query in queries {
        let tokens = lexer::tokens(query);
        let follows = |before: &str| ["FROM", "JOIN", ",", "."].iter().any(|word| before.eq_ignore_ascii_case(word));
        let named = tokens.windows(2).filter(|pair| follows(pair[0].text));
        names.extend(named.map(|pair| pair[1].text.trim_matches(['"', '`', '[', ']']).to_lowercase()));
    }
    let tables = schema.tables.iter().map(|table| &table.name);
    tables.filter(|name| names.contains(&name.name.to_lowercase())).collect()
}

/// What the server itself told of the row in the message of its error.
pub fn in_message(message: &str) -> Option<&str> {
    message
        .lines()
        .find_map(|line| line.trim().strip_prefix("DETAIL:").map(str::trim))
        .filter(|detail| detail.starts_with("Failing row contains (") || detail.starts_with("Key ("))
}

/// The queries for the last of `statements`, which failed with `message`. The others were sent before it.
pub fn queries(dialect: Dialect, statements: &[String], message: &str) -> Vec<Query> {
    let recorded = statements.iter().map(|sql| Recorded { sql: sql.clone(), line: None, autocommit: false });
    let body = Body::Recorded { statements: recorded.collect(), program: String::new() };
    let script = Script { path: None, revision: None, in_transaction: true, body };
    let read = Statements::read(dialect, &[script]);
    let Some(failed) = read.all.last() else { return Vec::new() };
    let mut found = Vec::new();
    for act in &failed.acts {
        match &act.action {
            Action::Alter { table, change } => found.extend(Search::of(dialect, table).change(change)),
            Action::CreateIndex(index) if index.unique && !index.partial => {
                found.extend(Search::of(dialect, &index.table).repeated(&index.keys));
            }
            Action::Write(write) if write.verb == WriteVerb::InsertSelect && dialect != Dialect::Postgres => {
                let target = read.all.iter().flat_map(|statement| &statement.acts).rev().find_map(|act| {
                    let Action::CreateTable(new) = &act.action else { return None };
                    (new.name == write.table).then_some(new)
                });
                if let Some(search) = Search::written(dialect, write, &failed.text) {
                    found.extend(search.refused(target, message));
                }
            }
            _ => {}
        }
    }
    found
}

/// Where to look for rows.
struct Search {
    dialect: Dialect,
    /// The table in people's words.
    table: String,
    /// The same in SQL.
    from: String,
    /// What comes before SELECT.
    with: String,
}

impl Search {
    fn of(dialect: Dialect, table: &ObjectName) -> Self {
        let from = match &table.namespace {
            Some(namespace) => {
                format!("{}.{}", identifier_in(dialect, namespace), identifier_in(dialect, &table.name))
            }
            None => identifier_in(dialect, &table.name),
        };
        Self { dialect, table: table.to_string(), from, with: String::new() }
    }

    /// The rows that an INSERT takes from a query.
    fn written(dialect: Dialect, write: &Write, text: &str) -> Option<Self> {
        let grammar: &dyn sqlparser::dialect::Dialect = match dialect {
            Dialect::Mysql => &MySqlDialect {},
            Dialect::Postgres | Dialect::Sqlite => &SQLiteDialect {},
        };
        let Ok([ast::Statement::Insert(insert)]) = <[_; 1]>::try_from(Parser::parse_sql(grammar, text).ok()?) else {
            return None;
        };
        let query = insert.source?;
        if insert.columns.is_empty() {
            return None;
        }
        let columns: Vec<String> = write.columns.clone();
        let table = write.source.as_ref().unwrap_or(&write.table).to_string();
        let with = format!("WITH {WRITTEN} ({}) AS ({query}) ", columns.join(", "));
        Some(Self { dialect, table, from: WRITTEN.to_owned(), with })
    }

    fn name(&self, name: &str) -> String {
        identifier_in(self.dialect, name)
    }

    fn query(&self, rest: &str) -> Query {
        Query {
            table: self.table.clone(),
            prepare: None,
            select: format!("{}SELECT * FROM {} {rest}", self.with, self.from),
        }
    }

    fn change(&self, change: &TableChange) -> Vec<Query> {
        match change {
            TableChange::SetNotNull { column } => vec![self.null(column)],
            TableChange::AddConstraint(constraint) => self.constraint(constraint),
            TableChange::AddColumn { column, .. } => {
                let filled = column.default.is_some() || column.generated.is_some() || column.counted;
                if column.not_null && !filled { vec![self.query("LIMIT 1")] } else { Vec::new() }
            }
            TableChange::Redefine { from, column } => {
                let longest = column
                    .data_type
                    .as_ref()
                    .filter(|to| to.is(&["char", "varchar"]))
                    .and_then(|to| to.arguments.first()?.parse::<u32>().ok());
                let too_long = longest
                    .map(|longest| self.query(&format!("WHERE CHAR_LENGTH({}) > {longest} LIMIT 1", self.name(from))));
                too_long.into_iter().chain(column.not_null.then(|| self.null(from))).collect()
            }
            TableChange::SetType { column, to, using } if self.dialect == Dialect::Postgres => {
                let value = using.clone().unwrap_or_else(|| self.name(column));
                vec![self.not_converted(&value, &to.sql)]
            }
            _ => Vec::new(),
        }
    }

    fn constraint(&self, constraint: &NewConstraint) -> Vec<Query> {
        let names = |columns: &[String]| columns.iter().map(|column| self.name(column)).collect::<Vec<_>>();
        match &constraint.kind {
            ConstraintKind::Check { expression } => vec![self.broken(expression)],
            ConstraintKind::NotNull { column } => vec![self.null(column)],
            ConstraintKind::Unique { columns, .. } => self.repeated(&names(columns)).into_iter().collect(),
            ConstraintKind::PrimaryKey { columns, .. } => {
                let null = columns.iter().map(|column| self.null(column));
                null.chain(self.repeated(&names(columns))).collect()
            }
            ConstraintKind::ForeignKey { columns, reference } => {
                let target = Self::of(self.dialect, &reference.table).from;
                self.orphaned(columns, &target, &reference.columns).into_iter().collect()
            }
            ConstraintKind::Exclude => Vec::new(),
        }
    }

    fn null(&self, column: &str) -> Query {
        self.query(&format!("WHERE {} IS NULL LIMIT 1", self.name(column)))
    }

    /// NULL passes a CHECK.
    fn broken(&self, expression: &str) -> Query {
        self.query(&format!("WHERE NOT ({expression}) LIMIT 1"))
    }

    /// Two rows with the same key, which is written as in an index.
    fn repeated(&self, keys: &[String]) -> Option<Query> {
        if keys.is_empty() {
            return None;
        }
        let present: Vec<String> = keys.iter().map(|key| format!("{key} IS NOT NULL")).collect();
        let keys = keys.join(", ");
        let groups = format!(
            "SELECT {keys} FROM {} WHERE {} GROUP BY {keys} HAVING count(*) > 1",
            self.from,
            present.join(" AND ")
        );
        Some(self.query(&format!("WHERE ({keys}) IN ({groups}) ORDER BY {keys} LIMIT {ROWS}")))
    }

    /// A row whose target is not there.
    fn orphaned(&self, columns: &[String], target: &str, targets: &[String]) -> Option<Query> {
        if columns.is_empty() || columns.len() != targets.len() {
            return None;
        }
        let present: Vec<String> =
            columns.iter().map(|column| format!("child.{} IS NOT NULL", self.name(column))).collect();
        let same: Vec<String> = columns
            .iter()
            .zip(targets)
            .map(|(column, target)| format!("parent.{} = child.{}", self.name(target), self.name(column)))
            .collect();
        Some(self.query(&format!(
            "AS child WHERE {} AND NOT EXISTS (SELECT 1 FROM {target} AS parent WHERE {}) LIMIT 1",
            present.join(" AND "),
            same.join(" AND ")
        )))
    }

    /// The first row whose value the type does not take. An assignment converts as ALTER TABLE does; a cast would cut.
    fn not_converted(&self, value: &str, to: &str) -> Query {
        let from = &self.from;
        let body = format!(
            "DECLARE place tid; converted {to}; BEGIN FOR place IN SELECT ctid FROM {from} ORDER BY ctid LOOP \
             BEGIN SELECT {value} INTO converted FROM {from} WHERE ctid = place; \
             EXCEPTION WHEN OTHERS THEN RETURN QUERY SELECT * FROM {from} WHERE ctid = place; RETURN; END; \
             END LOOP; END"
        );
        Query {
            table: self.table.clone(),
            prepare: Some(format!(
                "CREATE OR REPLACE FUNCTION pg_temp.fabwright_not_converted() RETURNS SETOF {from} LANGUAGE plpgsql \
                 AS {}",
                string(&body)
            )),
            select: "SELECT * FROM pg_temp.fabwright_not_converted()".to_owned(),
        }
    }

    /// What an INSERT of rows broke, by the message and the table as it was made.
    fn refused(&self, target: Option<&NewTable>, message: &str) -> Vec<Query> {
        let Some((rule, named)) = message.split_once(" constraint failed") else { return Vec::new() };
        let named = named.lines().next().unwrap_or_default().trim_start_matches(':').trim();
        let columns: Vec<&str> =
            named.split(", ").map(|name| name.rsplit_once('.').map_or(name, |(_, column)| column)).collect();
        let made = target.map_or(&[][..], |target| &target.columns);
        let constraints = target.map_or(&[][..], |target| &target.constraints);
        if rule.ends_with("NOT NULL") {
            columns.iter().map(|column| self.null(column)).collect()
        } else if rule.ends_with("UNIQUE") {
            self.repeated(&columns.iter().map(|column| self.name(column)).collect::<Vec<_>>()).into_iter().collect()
        } else if rule.ends_with("CHECK") {
            let of_table = constraints.iter().filter_map(|constraint| match &constraint.kind {
                ConstraintKind::Check { expression } => Some(expression),
                _ => None,
            });
            of_table.chain(made.iter().filter_map(|column| column.check.as_ref())).map(|it| self.broken(it)).collect()
        } else if rule.ends_with("FOREIGN KEY") {
            let of_column = made.iter().filter_map(|column: &NewColumn| {
                let reference = column.references.as_ref()?;
                let target = Self::of(self.dialect, &reference.table).from;
                self.orphaned(std::slice::from_ref(&column.name), &target, &reference.columns)
            });
            of_column
                .chain(
                    constraints
                        .iter()
                        .filter(|constraint| matches!(constraint.kind, ConstraintKind::ForeignKey { .. }))
                        .flat_map(|constraint| self.constraint(constraint)),
                )
                .collect()
        } else {
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selects(dialect: Dialect, statements: &[&str], message: &str) -> Vec<String> {
        let statements: Vec<String> = statements.iter().map(|sql| (*sql).to_owned()).collect();
        queries(dialect, &statements, message).into_iter().map(|query| query.select).collect()
    }

    #[test]
    fn each_part_of_a_statement_gives_a_query() {
        assert_eq!(
            selects(Dialect::Postgres, &["ALTER TABLE \"a\"\"b\" ALTER COLUMN c SET NOT NULL, ADD CHECK (d > 0)"], ""),
            [
                "SELECT * FROM \"a\"\"b\" WHERE \"c\" IS NULL LIMIT 1",
                "SELECT * FROM \"a\"\"b\" WHERE NOT (d > 0) LIMIT 1"
            ]
        );
        assert_eq!(
            selects(Dialect::Postgres, &["ALTER TABLE c ADD FOREIGN KEY (p) REFERENCES s.p (id)"], ""),
            ["SELECT * FROM \"c\" AS child WHERE child.\"p\" IS NOT NULL AND NOT EXISTS \
              (SELECT 1 FROM \"s\".\"p\" AS parent WHERE parent.\"id\" = child.\"p\") LIMIT 1"]
        );
        assert_eq!(
            selects(Dialect::Mysql, &["ALTER TABLE t MODIFY COLUMN c varchar(3) NOT NULL"], ""),
            ["SELECT * FROM `t` WHERE CHAR_LENGTH(`c`) > 3 LIMIT 1", "SELECT * FROM `t` WHERE `c` IS NULL LIMIT 1"]
        );
        assert_eq!(selects(Dialect::Postgres, &["CREATE INDEX i ON t (c)", "DROP TABLE t"], ""), [""; 0]);
    }

    #[test]
    fn a_copy_into_a_new_table_breaks_what_the_message_names() {
        let statements = [
            "CREATE TABLE _alembic_tmp_t (id INTEGER NOT NULL, c TEXT NOT NULL, CONSTRAINT positive CHECK (id > 0))",
            "INSERT INTO _alembic_tmp_t (id, c) SELECT t.id, t.c FROM t",
        ];
        let rows = "WITH fabwright_written (id, c) AS (SELECT t.id, t.c FROM t) SELECT * FROM fabwright_written";
        let found = |message: &str| selects(Dialect::Sqlite, &statements, message);
        assert_eq!(
            found("IntegrityError: NOT NULL constraint failed: _alembic_tmp_t.c"),
            [format!("{rows} WHERE \"c\" IS NULL LIMIT 1")]
        );
        assert_eq!(
            found("IntegrityError: CHECK constraint failed: positive"),
            [format!("{rows} WHERE NOT (id > 0) LIMIT 1")]
        );
        assert_eq!(found("OperationalError: database is locked"), [""; 0]);
    }

    #[test]
    fn a_row_is_told_with_its_columns() {
        let row = vec![("id".to_owned(), Some("3".to_owned())), ("note".to_owned(), None)];
        assert_eq!(told("t", &[row]), "t (id = 3, note = NULL)");
        let long = vec![("x".to_owned(), Some("é".repeat(81)))];
        assert_eq!(told("t", &[long]), format!("t (x = {}…)", "é".repeat(80)));
    }

    #[test]
    fn what_postgresql_tells_of_a_row() {
        let message = "NotNullViolation: null value in column \"a\"\nDETAIL:  Failing row contains (1, null).\n";
        assert_eq!(in_message(message), Some("Failing row contains (1, null)."));
        assert_eq!(in_message("DETAIL:  Process 7 waits for ShareLock"), None);
    }
}
