//! Scratch databases on MariaDB: made, filled, copied, and gone, with nothing else touched.

use fabwright::database::{DatabaseUrl, MysqlServer, Place, introspect, rows, script};
use fabwright::generate::data::{self, TableRows, Value};
use fabwright::schema::{Dialect, ObjectName};
use sqlx::{ConnectOptions, Row};

async fn ask(url: &DatabaseUrl, query: &'static str) -> Vec<String> {
    let options: sqlx::mysql::MySqlConnectOptions =
        url.expose().replace("unix_socket", "socket").parse().expect("an address");
    let mut connection = options.connect().await.expect("a connection");
    let rows = sqlx::raw_sql(query).fetch_all(&mut connection).await.unwrap_or_else(|error| panic!("{error}: {query}"));
    let bytes = |row: &sqlx::mysql::MySqlRow| row.try_get_unchecked::<Vec<u8>, _>(0).unwrap_or_default();
    rows.iter().map(|row| String::from_utf8(bytes(row)).expect("text")).collect()
}

async fn databases(server: &MysqlServer) -> Vec<String> {
    let query = "SELECT schema_name FROM information_schema.schemata WHERE schema_name NOT IN \
                 ('information_schema', 'mysql', 'performance_schema', 'sys') ORDER BY 1";
    ask(&server.url("").unwrap(), query).await
}

async fn apply(url: &DatabaseUrl, sql: &str) {
    script::apply(url, sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
}

#[tokio::test]
async fn a_named_server_keeps_nothing_and_loses_nothing_but_what_was_left_behind() {
    let server = MysqlServer::start().await.unwrap();
    let url = server.url("").unwrap();
    for name in ["shop", "fabwright_scratch_", "fabwright_scratch_1700000000_0123abcd_4"] {
        apply(&url, &format!("CREATE DATABASE {name}")).await;
    }
    let place = Place::beside(&server.url("shop").unwrap()).await.unwrap();
    let mine = ["fabwright_scratch_", "shop"];
    assert_eq!(databases(&server).await, mine, "only what an old run left behind is removed");

    let scratch = place.database().await.unwrap();
    apply(&scratch.url(), "CREATE TABLE t AS SELECT 1 AS n").await;
    let copy = scratch.copy().await.unwrap();
    apply(&scratch.url(), "DELETE FROM t").await;
    let table = ObjectName::new("t");
    assert_eq!(rows::sums(&copy.url()).await.unwrap()[&table].rows, 1, "a copy is a database of its own");
    assert_eq!(rows::sums(&scratch.url()).await.unwrap()[&table].rows, 0);
    assert_eq!(databases(&server).await.len(), 4);

    // What a test suite makes beside a scratch database goes with it.
    let name = copy.url().database().unwrap();
    apply(&url, &format!("CREATE DATABASE {name}_tests")).await;
    drop((scratch, copy, place));
    assert_eq!(databases(&server).await, mine);
}

#[tokio::test]
async fn an_account_that_may_not_make_databases_is_told_what_to_do() {
    let server = MysqlServer::start().await.unwrap();
    let root = server.url("").unwrap();
    apply(&root, "CREATE USER 'a''n'@'localhost'").await;
    let url: DatabaseUrl = root.expose().replacen("root@", "a%27n@", 1).parse().unwrap();
    let error = Place::beside(&url).await.unwrap_err();
    assert!(error.is_users());
    let told = error.to_string();
    let remedy = r"GRANT ALL ON `fabwright\_scratch\_%`.* TO 'a''n'@'localhost'";
    assert!(told.contains("may not make databases") && told.contains(remedy), "{told}");
    apply(&root, remedy).await;
    let scratch = Place::beside(&url).await.unwrap().database().await.unwrap();
    apply(&scratch.url(), "CREATE TABLE t (n int)").await;
    scratch.copy().await.unwrap();
}

#[tokio::test]
async fn a_copy_has_all_that_its_original_has() {
    let place = Place::own(Dialect::Mysql).await.unwrap();
    let scratch = place.database().await.unwrap();
    let url = scratch.url();
    apply(
        &url,
        "ALTER DATABASE CHARACTER SET latin1;
         CREATE TABLE a (id int PRIMARY KEY AUTO_INCREMENT, b int, twice int AS (b * 2) STORED, thrice int AS (b * 3),
             day date, note varchar(20) DEFAULT 'it''s \\\\', FOREIGN KEY (b) REFERENCES a (id), INDEX (thrice));
         CREATE TABLE `o``dd \\ \"one` (`c``1 \\` int, bytes varbinary(9), place point, s set('x','y'), m bit(3));
         CREATE TABLE alembic_version (version_num varchar(32) NOT NULL);
         INSERT INTO alembic_version VALUES ('abc');
         SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO', foreign_key_checks = 0;
         INSERT INTO a (id, b, day) VALUES (0, NULL, '0000-00-00'), (1, 2, NULL), (2, 1, NULL), (90, 0, '2024-02-29');
         DELETE FROM a WHERE id = 90;
         INSERT INTO `o``dd \\ \"one` VALUES (1, X'00ff27', ST_GeomFromText('POINT(1 2)'), 'x,y', b'101');
         CREATE FUNCTION f(n int) RETURNS int DETERMINISTIC RETURN n + 1;
         CREATE VIEW a_last AS SELECT 1 AS one; CREATE VIEW z_first AS SELECT id, f(b) AS g FROM a;
         CREATE OR REPLACE VIEW a_last AS SELECT g FROM z_first;
         CREATE TRIGGER one BEFORE INSERT ON a FOR EACH ROW SET NEW.note = 'one';
         CREATE TRIGGER another BEFORE INSERT ON a FOR EACH ROW SET NEW.note = concat(NEW.note, ' two');
         CREATE EVENT later ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DO DELETE FROM a;",
    )
    .await;
    let copy = scratch.copy().await.unwrap();
    assert_eq!(introspect(&copy.url()).await.unwrap(), introspect(&url).await.unwrap());
    let (before, after) = (rows::sums(&url).await.unwrap(), rows::sums(&copy.url()).await.unwrap());
    assert_eq!(rows::differences(&before, &after), []);
    assert_eq!(after[&"a".into()].rows, 3);
    assert_eq!(ask(&copy.url(), "SELECT version_num FROM alembic_version").await, ["abc"]);
    apply(&copy.url(), "INSERT INTO a (b) VALUES (1)").await;
    let new = "SELECT concat(id, ' ', note, ' ', twice) FROM a ORDER BY id DESC LIMIT 1";
    assert_eq!(ask(&copy.url(), new).await, ["91 one two 2"]);
    assert_eq!(ask(&copy.url(), "SELECT count(g) FROM a_last").await, ["3"], "a view looks at its own database");
    assert_eq!(ask(&copy.url(), "SELECT @@character_set_database").await, ["latin1"]);
}

fn made(table: &str, columns: &[&str], rows: Vec<Vec<Value>>) -> TableRows {
    TableRows { table: table.into(), columns: columns.iter().map(|&name| name.into()).collect(), rows }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[tokio::test]
async fn mariadb_takes_rows_in_bulk_and_says_why_it_refuses_one() {
    let place = Place::own(Dialect::Mysql).await.unwrap();
    let scratch = place.database().await.unwrap();
    apply(
        &scratch.url(),
        "CREATE TABLE parent (id int PRIMARY KEY AUTO_INCREMENT, name varchar(5) UNIQUE, n int CHECK (n > 0));
         CREATE TABLE child (id int PRIMARY KEY AUTO_INCREMENT, parent_id int NOT NULL, other int, elder int,
             twice int AS (parent_id * 2) STORED, FOREIGN KEY (parent_id) REFERENCES parent (id),
             FOREIGN KEY (other) REFERENCES parent (id), FOREIGN KEY (elder) REFERENCES child (id));
         CREATE TABLE plain (id int PRIMARY KEY) ENGINE = MyISAM;",
    )
    .await;
    let parent = |id: i64, name: &str, n: i64| vec![Value::Integer(id), text(name), Value::Integer(n)];
    let child = |id: i64, parent: i64, other: Value, elder: Value| {
        vec![Value::Integer(id), Value::Integer(parent), other, elder]
    };
    let tables = [
        // The child comes first: keys are looked at when all rows are there.
        made(
            "child",
            &["id", "parent_id", "other", "elder"],
            vec![
                child(1, 1, Value::Null, Value::Null),
                child(2, 1, Value::Integer(2), Value::Integer(1)),
                child(3, 99, Value::Null, Value::Null),
                child(4, 2, Value::Integer(98), Value::Null),
                child(5, 1, Value::Null, Value::Integer(3)),
            ],
        ),
        made(
            "parent",
            &["id", "name", "n"],
            vec![
                parent(1, "a\tb\\", 1),
                parent(2, "it's", 2),
                parent(3, "longer", 3),
                parent(4, "x", 0),
                parent(5, "IT'S", 5),
                parent(6, "y", 0),
            ],
        ),
        made("plain", &["id"], [1, 2, 1, 3].map(|id| vec![Value::Integer(id)]).to_vec()),
    ];
    let inserted = rows::insert(&scratch.url(), &tables).await.unwrap();
    let told: Vec<String> = inserted
        .iter()
        .flat_map(|table| table.rejected.iter().map(|(reason, rows)| format!("{} {rows}: {reason}", table.table)))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    child 1: foreign key: no such row in child
    child 2: foreign key: no such row in parent
    parent 2: CONSTRAINT `parent.n` failed for `parent`
    parent 1: Data too long for column 'name'
    parent 1: Duplicate entry 'IT'S' for key 'name'
    plain 1: Duplicate entry '1' for key 'PRIMARY'
    ");
    assert_eq!(inserted.iter().map(|table| table.rows).collect::<Vec<_>>(), [2, 2, 3]);
    assert_eq!(ask(&scratch.url(), "SELECT name FROM parent ORDER BY id").await, ["a\tb\\", "it's"]);
    apply(&scratch.url(), "INSERT INTO child (parent_id) VALUES (1)").await;
    assert_eq!(ask(&scratch.url(), "SELECT max(id) FROM child").await, ["6"]);
}

#[tokio::test]
async fn mariadb_takes_every_type_of_value() {
    let place = Place::own(Dialect::Mysql).await.unwrap();
    let scratch = place.database().await.unwrap();
    apply(
        &scratch.url(),
        "CREATE SEQUENCE numbers;
         CREATE TABLE t (id bigint unsigned PRIMARY KEY DEFAULT (nextval(numbers)), tiny tinyint NOT NULL,
             small smallint unsigned NOT NULL, medium mediumint NOT NULL, flag boolean NOT NULL,
             money decimal(12, 4) NOT NULL, ratio float NOT NULL, wide double NOT NULL, name varchar(20) NOT NULL,
             fixed char(4) NOT NULL, note text NOT NULL,
             long_note longtext NOT NULL, code binary(4) NOT NULL, bytes varbinary(9) NOT NULL, thing blob NOT NULL,
             day date NOT NULL, hour time NOT NULL, fine time(6) NOT NULL, at datetime NOT NULL,
             moment timestamp(3) NOT NULL DEFAULT current_timestamp(3), born year NOT NULL,
             mood enum('sad', 'it''s ok') NOT NULL, colors set('red', 'blue') NOT NULL, document json NOT NULL,
             bits bit(5) NOT NULL, place point NOT NULL, shape polygon NOT NULL, way linestring NOT NULL,
             anything geometry NOT NULL, many multipoint NOT NULL, mixed geometrycollection NOT NULL,
             address inet6 NOT NULL, ident uuid NOT NULL, twice int AS (tiny * 2) VIRTUAL);",
    )
    .await;
    let schema = introspect(&scratch.url()).await.unwrap();
    let made = data::rows(&schema, 40, 1);
    assert_eq!(made.unsatisfied, []);
    let inserted = rows::insert(&scratch.url(), &made.tables).await.unwrap();
    assert!(inserted[0].rejected.is_empty(), "{inserted:#?}");
    assert_eq!(inserted[0].rows, 40);

    let copy = scratch.copy().await.unwrap();
    let before = rows::sums(&scratch.url()).await.unwrap();
    assert_eq!(rows::differences(&before, &rows::sums(&copy.url()).await.unwrap()), []);
    apply(
        &copy.url(),
        "UPDATE t SET name = upper(name), bits = 1; ALTER TABLE t MODIFY money decimal(12, 2) NOT NULL,
         MODIFY tiny int NOT NULL",
    )
    .await;
    let told = rows::differences(&before, &rows::sums(&copy.url()).await.unwrap());
    assert_eq!(
        told.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["table t holds other values in bits, money, name"]
    );
    let (next, greatest) = ("SELECT nextval(numbers)", "SELECT max(id) + 1 FROM t");
    assert_eq!(ask(&scratch.url(), next).await, ask(&scratch.url(), greatest).await);
}

#[tokio::test]
async fn mariadb_tells_altered_values_from_those_only_written_otherwise() {
    let place = Place::own(Dialect::Mysql).await.unwrap();
    let scratch = place.database().await.unwrap();
    apply(
        &scratch.url(),
        "CREATE TABLE t (id varchar(9) CHARACTER SET latin1 PRIMARY KEY, price decimal(12, 4), note varchar(20), day date);
         INSERT INTO t VALUES ('é', 1.5, 'a', '2024-01-01'), ('2', 1.2345, NULL, NULL), ('3', NULL, 'b', '2024-01-02'),
             ('4', 7, 'c ', NULL)",
    )
    .await;
    let after = scratch.copy().await.unwrap();
    apply(
        &after.url(),
        "RENAME TABLE t TO u; ALTER TABLE u CHANGE id number varchar(9) CHARACTER SET utf8mb4, MODIFY price decimal(8, 2),
             MODIFY note text, MODIFY day datetime;
         UPDATE u SET note = 'A' WHERE number = 'é'; UPDATE u SET note = 'c' WHERE number = '4'",
    )
    .await;
    let (old, new) = (introspect(&scratch.url()).await.unwrap(), introspect(&after.url()).await.unwrap());
    let names = (ObjectName::new("t"), ObjectName::new("u"));
    for (column, altered) in [("price", 1), ("note", 2), ("day", 0)] {
        let followed = rows::Followed {
            table: (&names.0, &names.1),
            key: vec![("id".into(), "number".into())],
            column: (
                old.tables.first().unwrap().column(column).unwrap(),
                new.tables.first().unwrap().column(column).unwrap(),
            ),
        };
        assert_eq!(rows::altered(&scratch.url(), &after.url(), &followed).await.unwrap(), altered, "{column}");
    }
}

#[tokio::test]
async fn a_view_that_stands_on_nothing_is_named_when_it_cannot_be_copied() {
    let place = Place::own(Dialect::Mysql).await.unwrap();
    let scratch = place.database().await.unwrap();
    apply(&scratch.url(), "CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT b FROM t; ALTER TABLE t DROP b")
        .await;
    let error = scratch.copy().await.unwrap_err().to_string();
    assert!(error.starts_with("view v cannot be made again: "), "{error}");
}
