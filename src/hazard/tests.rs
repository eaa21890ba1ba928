use jiff::Timestamp;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, Tokenizer};

use super::statement::Statements;
use super::{Confidence, Input, Policy, RULES, RowCounts, Server};
use crate::diff::{RenameHints, SchemaChange, Severity, compare};
use crate::schema::{
    CheckConstraint, Column, ColumnDefault, DataType, Dialect, ForeignKey, Index, IndexPart, ObjectName,
    ReferentialAction, Schema, Table, TypeKind,
};

fn column(name: &str, nullable: bool) -> Column {
    Column {
        nullable,
        ..Column::new(name.to_owned(), DataType { sql: "integer".to_owned(), kind: TypeKind::Integer { bits: 64 } })
    }
}

fn table(name: &str, columns: Vec<Column>) -> Table {
    Table { columns, ..Table::new(ObjectName::new(name)) }
}

fn schema(dialect: Dialect, mut tables: Vec<Table>) -> Schema {
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    Schema { tables: tables.into(), ..Schema::empty(dialect) }
}

fn unique_index(name: &str, column: &str) -> Index {
    let part = IndexPart {
        length: None,
        column: Some(column.to_owned()),
        expression: None,
        descending: false,
        collation: None,
    };
    Index {
        options: Default::default(),
        name: name.to_owned(),
        unique: true,
        parts: vec![part],
        predicate: None,
        method: None,
        definition: None,
    }
}

fn key(column: &str, target: &str) -> ForeignKey {
    ForeignKey {
        name: Some("fk".to_owned()),
        columns: vec![column.to_owned()],
        referenced_table: ObjectName::new(target),
        referenced_columns: vec!["id".to_owned()],
        on_delete: ReferentialAction::NoAction,
        on_update: ReferentialAction::NoAction,
        deferred: false,
    }
}

fn found(from: &Schema, to: &Schema, rows: &RowCounts) -> Vec<super::Finding> {
    let changes = compare(from, to, &RenameHints::default(), Timestamp::UNIX_EPOCH).changes;
    check(from, to, &changes, rows)
}

fn check(from: &Schema, to: &Schema, changes: &[SchemaChange], rows: &RowCounts) -> Vec<super::Finding> {
    let statements = Statements::default();
    let server = Server::of(to.dialect);
    let input = Input { from: Some(from), to: Some(to), changes, rows, statements: &statements, server };
    super::check(&input, &Policy::on(jiff::civil::date(2026, 1, 1))).findings
}

fn rules(from: &Schema, to: &Schema, rows: &RowCounts) -> Vec<&'static str> {
    found(from, to, rows).into_iter().map(|finding| finding.rule).collect()
}

#[test]
fn ids_are_sorted_and_lead_to_their_section() {
    assert!(RULES.is_sorted_by_key(|rule| rule.id));
    assert_eq!(super::find("add-check").map(super::Rule::documentation).as_deref(), Some("docs/rules.md#add-check"));
}

#[test]
fn an_empty_table_has_no_duplicates() {
    let from = schema(Dialect::Postgres, vec![table("t", vec![column("id", false), column("a", true)])]);
    let mut to = from.clone();
    to.tables.get_mut(0).unwrap().indexes.push(unique_index("u", "a"));
    let rows = |count| RowCounts::from_iter([(ObjectName::new("t"), count)]);
    assert_eq!(rules(&from, &to, &RowCounts::unknown()), ["add-unique"]);
    assert_eq!(rules(&from, &to, &rows(5)), ["add-unique"]);
    assert_eq!(rules(&from, &to, &rows(0)), [""; 0]);
}

#[test]
fn rows_are_known_under_the_old_name() {
    let columns = || vec![column("id", false), column("amount", true), column("state", true)];
    let from = schema(Dialect::Postgres, vec![table("bill", columns())]);
    let mut to = schema(Dialect::Postgres, vec![table("invoice", columns())]);
    to.tables.get_mut(0).unwrap().columns.push(column("vat", false));
    let hints = RenameHints {
        tables: vec![(ObjectName::new("bill"), ObjectName::new("invoice"), crate::diff::RenameEvidence::Answered)],
        columns: Vec::new(),
    };
    let changes = compare(&from, &to, &hints, Timestamp::UNIX_EPOCH).changes;
    let findings = check(&from, &to, &changes, &RowCounts::from_iter([(ObjectName::new("bill"), 7)]));
    let required = findings.iter().find(|finding| finding.rule == "not-null-without-default").unwrap();
    assert!(required.message.contains("the 7 rows"), "{}", required.message);
    assert_eq!((required.severity, required.confidence), (Severity::Breaking, Confidence::High));
}

#[test]
fn a_constant_in_a_unique_column_is_certain_to_fail() {
    let from = schema(Dialect::Postgres, vec![table("t", vec![column("id", false)])]);
    let mut to = from.clone();
    let mut code = column("code", false);
    code.default = Some(ColumnDefault::Literal("0".to_owned()));
    to.tables.get_mut(0).unwrap().columns.push(code);
    to.tables.get_mut(0).unwrap().indexes.push(unique_index("u", "code"));
    let findings = found(&from, &to, &RowCounts::unknown());
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!((findings[0].rule, findings[0].confidence), ("add-unique", Confidence::High));
}

#[test]
fn a_rebuild_is_said_once_for_each_table_and_on_sqlite_alone() {
    let from = |dialect| schema(dialect, vec![table("t", vec![column("a", true), column("b", true)])]);
    let to = |dialect| schema(dialect, vec![table("t", vec![column("a", false), column("b", false)])]);
    let on = |dialect| rules(&from(dialect), &to(dialect), &RowCounts::unknown());
    assert_eq!(on(Dialect::Sqlite), ["set-not-null", "sqlite-table-rebuild", "set-not-null"]);
    assert_eq!(on(Dialect::Postgres), ["set-not-null", "set-not-null"]);
}

#[test]
fn hostile_names_stay_names() {
    let hostile = "a\"; DROP TABLE t; --\n";
    let parent = || table("parent", vec![column("id", false)]);
    let from = schema(Dialect::Postgres, vec![parent(), table(hostile, vec![column(hostile, true)])]);
    let mut child = table(hostile, vec![column(hostile, false)]);
    child.foreign_keys.push(key(hostile, "parent"));
    child.indexes.push(unique_index(hostile, hostile));
    child.checks.push(CheckConstraint { column: None, name: Some(hostile.to_owned()), expression: "1 = 1".to_owned() });
    let to = schema(Dialect::Postgres, vec![parent(), child]);
    let findings = found(&from, &to, &RowCounts::unknown());
    assert!(findings.len() >= 4);
    for finding in findings.iter().filter(|finding| finding.advice.contains('\n')) {
        let tokens = Tokenizer::new(&PostgreSqlDialect {}, &finding.advice).tokenize().unwrap();
        let dropped = tokens.windows(3).any(|three| {
            matches!(three, [Token::Word(drop), _, Token::Word(table)]
                if drop.keyword == Keyword::DROP && table.keyword == Keyword::TABLE)
        });
        assert!(!dropped, "{}: {}", finding.rule, finding.advice);
    }
}

#[test]
fn a_constraint_that_goes_with_its_column_is_no_loss_of_its_own() {
    let mut from = schema(Dialect::Postgres, vec![table("t", vec![column("id", false), column("a", true)])]);
    from.tables.get_mut(0).unwrap().indexes.push(unique_index("u", "a"));
    let to = schema(Dialect::Postgres, vec![table("t", vec![column("id", false)])]);
    assert_eq!(rules(&from, &to, &RowCounts::unknown()), ["drop-column"]);
}
