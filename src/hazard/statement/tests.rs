use super::*;
use crate::schema::ObjectName;

fn read(dialect: Dialect, sql: &str) -> Vec<Statement> {
    read_as(dialect, sql, false)
}

fn read_as(dialect: Dialect, sql: &str, in_transaction: bool) -> Vec<Statement> {
    let body = Body::Sql(sql.to_owned());
    let script = Script { path: Some("m.sql".to_owned()), revision: None, in_transaction, body };
    Statements::read(dialect, &[script]).all
}

fn actions(dialect: Dialect, sql: &str) -> Vec<Action> {
    let statements = read(dialect, sql);
    assert!(statements.iter().all(|statement| statement.unread.is_none()), "{statements:#?}");
    statements.into_iter().flat_map(|statement| statement.acts).map(|act| act.action).collect()
}

fn changes(dialect: Dialect, sql: &str) -> Vec<TableChange> {
    let changes = actions(dialect, sql).into_iter().map(|action| match action {
        Action::Alter { change, .. } => change,
        other => panic!("{other:?}"),
    });
    changes.collect()
}

#[test]
fn an_alter_table_is_as_many_actions_as_it_has_parts_and_each_has_its_place() {
    let sql = "-- first\nALTER TABLE shop.\"Order\"\n  DROP COLUMN a,\n  ADD COLUMN b integer NOT NULL DEFAULT now();";
    let statements = read(Dialect::Postgres, sql);
    let [statement] = statements.as_slice() else { panic!("{statements:?}") };
    assert_eq!((statement.place.line, statement.last_line), (Some(2), Some(4)));
    let places: Vec<(Option<u32>, Option<u32>)> =
        statement.acts.iter().map(|act| (act.place.line, act.place.column)).collect();
    assert_eq!(places, [(Some(3), Some(3)), (Some(4), Some(3))]);
    let Action::Alter { table, change: TableChange::AddColumn { column, .. } } = &statement.acts[1].action else {
        panic!("{:?}", statement.acts)
    };
    assert_eq!(table, &ObjectName::qualified("shop", "Order"));
    assert!(column.not_null);
    assert_eq!(column.default.as_ref().map(|default| default.calls.clone()), Some(vec![("now".to_owned(), 0)]));
}

#[test]
fn a_forgotten_quote_is_said_and_what_can_be_read_is_read() {
    let statements = read(Dialect::Postgres, "DROP TABLE \"customer");
    assert!(statements[0].unread.is_some());
    assert!(matches!(&statements[0].acts[0].action, Action::DropTable { table, .. } if table.name == "customer"));
}

#[test]
fn one_statement_that_is_not_understood_leaves_the_others() {
    for dialect in [Dialect::Postgres, Dialect::Mysql, Dialect::Sqlite] {
        let statements = read(dialect, "FROBNICATE the table;\nDROP TABLE customer;");
        assert!(statements[0].unread.is_some(), "{dialect}: {statements:#?}");
        let last = statements.last().expect("a statement");
        assert!(matches!(last.acts[0].action, Action::DropTable { .. }), "{dialect}: {statements:#?}");
        assert_eq!((last.place.line, last.unread.as_deref()), (Some(2), None), "{dialect}");
    }
}

#[test]
fn mysql_says_alter_table_in_many_ways() {
    let changes = changes(
        Dialect::Mysql,
        "ALTER TABLE `a``b` MODIFY COLUMN x VARCHAR(80) NOT NULL AFTER y, CHANGE old new INT UNSIGNED FIRST, \
         DROP PRIMARY KEY, DROP FOREIGN KEY fk, CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, \
         ENGINE=InnoDB ROW_FORMAT=COMPRESSED, ALGORITHM=INPLACE, LOCK=NONE, ALTER COLUMN x SET DEFAULT 'a,b', \
         ADD COLUMN (p INT, q INT), RENAME COLUMN r TO s, DROP COLUMN IF EXISTS t, RENAME TO c;",
    );
    let said: Vec<String> = changes.iter().map(|change| format!("{change:?}").chars().take(16).collect()).collect();
    assert_eq!(
        said,
        [
            "Redefine { from:",
            "Redefine { from:",
            "DropConstraint {",
            "DropConstraint {",
            "Option(ConvertCh",
            "Option(Engine(\"I",
            "Option(RowFormat",
            "Assertion { name",
            "Assertion { name",
            "SetDefault { col",
            "AddColumn { colu",
            "AddColumn { colu",
            "RenameColumn { f",
            "DropColumn { col",
            "RenameTable { to",
        ]
    );
    let TableChange::Redefine { from, column } = &changes[1] else { panic!("{changes:?}") };
    let data_type = column.data_type.as_ref().expect("a type");
    assert_eq!((from.as_str(), column.name.as_str(), data_type.base.as_str()), ("old", "new", "int"));
    assert!(column.placed);
}

#[test]
fn the_body_of_a_trigger_is_one_statement() {
    let sql = "CREATE TRIGGER t AFTER INSERT ON visit BEGIN UPDATE a SET b = 1; DELETE FROM c; END;\nDROP TABLE d;";
    let statements = read(Dialect::Sqlite, sql);
    assert_eq!(statements.len(), 2, "{statements:#?}");
    assert!(matches!(&statements[0].acts[0].action, Action::CreateTrigger { table } if table.name == "visit"));
}

#[test]
fn transactions_are_told_apart() {
    let of = |sql: &str, assumed| -> Vec<Option<usize>> {
        read_as(Dialect::Postgres, sql, assumed).into_iter().map(|statement| statement.transaction).collect()
    };
    assert_eq!(of("SELECT 1; SELECT 2", false), [None, None]);
    assert_eq!(of("SELECT 1; BEGIN; SELECT 2; COMMIT; SELECT 3", false), [None, Some(1), Some(1), Some(1), None]);
    assert_eq!(of("SELECT 1; SELECT 2", true), [Some(0), Some(0)]);
    assert_eq!(of("SELECT 1; COMMIT; SELECT 2", true), [Some(0), Some(0), None]);
    assert_eq!(of("-- +goose NO TRANSACTION\nSELECT 1; SELECT 2", true), [None, None]);
    // A definition ends MySQL's transaction.
    let mysql = read(Dialect::Mysql, "BEGIN; UPDATE a SET b = 1; DROP TABLE c; UPDATE a SET b = 2");
    let mysql: Vec<Option<usize>> = mysql.into_iter().map(|statement| statement.transaction).collect();
    assert_eq!(mysql, [Some(1), Some(1), None, None]);
}

#[test]
fn what_a_program_sent_has_its_lines_and_no_placeholders() {
    let sent = |sql: &str, line, autocommit| Recorded { sql: sql.to_owned(), line: Some(line), autocommit };
    let script = Script {
        path: Some("m.py".to_owned()),
        revision: Some("ab12".to_owned()),
        in_transaction: true,
        body: Body::Recorded {
            statements: vec![
                sent("UPDATE a SET b = %(b)s WHERE c LIKE '50%%' AND d = %s", 7, false),
                sent("CREATE INDEX CONCURRENTLY i ON a (b)", 9, true),
            ],
            program: "def upgrade():\n".to_owned(),
        },
    };
    let statements = Statements::read(Dialect::Postgres, &[script]).all;
    assert_eq!(statements[0].text, "UPDATE a SET b = NULL WHERE c LIKE '50%' AND d = NULL");
    assert_eq!(statements[0].unread, None);
    assert_eq!(statements[0].place.line, Some(7));
    assert_eq!((statements[0].transaction, statements[1].transaction), (Some(0), None));
}

#[test]
fn hostile_texts_are_refused_and_do_no_harm() {
    for dialect in [Dialect::Postgres, Dialect::Mysql, Dialect::Sqlite] {
        for hostile in [
            format!("SELECT {}1{};", "(".repeat(100_000), ")".repeat(100_000)),
            format!("SELECT 1{};", "+1".repeat(100_000)),
            format!("SELECT 1{};", " - 1".repeat(100_000)),
            format!("SELECT 1 WHERE a{};", " OR a".repeat(100_000)),
            format!("SELECT {}1;", "NOT ".repeat(100_000)),
            format!("SELECT {}1{};", "CASE WHEN ".repeat(50_000), " END".repeat(50_000)),
            "'".to_owned(),
            "/*".to_owned(),
            "$a$".to_owned(),
            "\u{0}\u{feff}é`".to_owned(),
            ";;;\n;".to_owned(),
        ] {
            // Reading it must come to an end; most of it is not understood.
            let statements = read(dialect, &hostile);
            assert!(statements.len() <= 3, "{dialect}: {}", statements.len());
        }
    }
}
