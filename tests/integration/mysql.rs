//! Schemas on a real MariaDB: what is read, what differs, and whether a migration gets there and back.

mod random;

use std::collections::BTreeSet;

use fabwright::database::{self, DatabaseUrl, MysqlServer, introspect, script};
use fabwright::diff::{self, RenameHints};
use fabwright::migration;
use fabwright::schema::{Schema, snapshot};
use tokio::sync::OnceCell;

/// One server for all tests of the process, with which it ends.
async fn server() -> &'static MysqlServer {
    static SERVER: OnceCell<MysqlServer> = OnceCell::const_new();
    SERVER.get_or_init(async || MysqlServer::start().await.unwrap()).await
}

pub(crate) async fn database(sql: &str) -> (DatabaseUrl, Schema) {
    let url = server().await.database().await.unwrap();
    script::apply(&url, sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    let schema = introspect(&url).await.unwrap();
    (url, schema)
}

/// What still differs, seen by the differ and by the fingerprint.
async fn assert_schema(url: &DatabaseUrl, wanted: &Schema, sql: &str) {
    let found = introspect(url).await.unwrap();
    let rest = diff::differences(wanted, &found, &diff::Renames::default());
    assert!(rest.is_empty(), "{rest:#?}\nafter\n{sql}");
    assert_eq!(snapshot::fingerprint(&found), snapshot::fingerprint(wanted), "after\n{sql}");
}

/// Migrates a database of `before` to `after` and back, forth by single statements and back by the script that the
/// server's own client reads. The number of changes is given, zero when nothing differs.
async fn there_and_back(before: &str, after: &str) -> usize {
    let (url, from) = database(before).await;
    let (_, to) = database(after).await;
    let changes = diff::diff(&from, &to, &RenameHints::default());
    assert_eq!(changes.is_empty(), snapshot::fingerprint(&from) == snapshot::fingerprint(&to), "{changes:#?}");
    let plan = migration::plan(&from, &to, &changes);
    let text = plan.forward_sql();
    script::apply_each(&url, plan.statements()).await.unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_schema(&url, &to, &text).await;
    let text = plan.rollback_sql();
    script::apply(&url, &text).await.unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_schema(&url, &from, &text).await;
    changes.len()
}

/// Pairs of schemas, each with a name for the class of change that it shows.
pub(crate) const SCENARIOS: &[(&str, &str, &str)] = &[
    (
        "every kind of object comes",
        "",
        "CREATE SEQUENCE numbers START 5 INCREMENT 2 CYCLE;
         CREATE TABLE customer (id int unsigned AUTO_INCREMENT PRIMARY KEY, name varchar(80) NOT NULL DEFAULT 'it''s \\\\ x', UNIQUE KEY (name));
         CREATE TABLE `order` (id bigint PRIMARY KEY DEFAULT (nextval(numbers)), state enum('open','it''s') NOT NULL DEFAULT 'open', total decimal(9,2),
            customer_id int unsigned, twice decimal(10,2) AS (total * 2) STORED, hidden int INVISIBLE DEFAULT 3, note text, packed blob COMPRESSED, data json,
            place point NOT NULL, made timestamp NOT NULL DEFAULT current_timestamp ON UPDATE current_timestamp, CHECK (total >= 0),
            flags set('a','b') DEFAULT 'a,b', bits bit(3) DEFAULT b'101', ours int COMMENT 'ours' CHECK (ours > 0),
            FULLTEXT KEY words (note) COMMENT 'w', SPATIAL KEY near (place), KEY late (total DESC, state), KEY part (note(10)) IGNORED,
            FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE) ROW_FORMAT=COMPACT STATS_PERSISTENT=1 COMMENT='it''s';
         CREATE TABLE history (id int, x int WITHOUT SYSTEM VERSIONING) WITH SYSTEM VERSIONING;
         CREATE TABLE stay (room int, since date, until date, PERIOD FOR nights (since, until), UNIQUE (room, nights WITHOUT OVERLAPS));
         CREATE TABLE days (id int, day date) PARTITION BY RANGE COLUMNS (day) (PARTITION old VALUES LESS THAN ('2024-01-01') COMMENT 'x', PARTITION rest VALUES LESS THAN (MAXVALUE));
         CREATE FUNCTION plus(x int) RETURNS int DETERMINISTIC RETURN x + 1;
         CREATE VIEW open_order AS SELECT id, plus(total) AS more FROM `order` WHERE state = 'open' WITH LOCAL CHECK OPTION;
         CREATE SQL SECURITY INVOKER VIEW a_sum AS SELECT sum(more) AS s FROM open_order;
         DELIMITER //
         CREATE PROCEDURE fill(IN x int, OUT y varchar(9)) COMMENT 'it''s' BEGIN SET y = ';//'; SELECT x; END//
         CREATE TRIGGER made BEFORE INSERT ON customer FOR EACH ROW BEGIN SET NEW.name = 'a;b'; END//
         CREATE TRIGGER after_made BEFORE INSERT ON customer FOR EACH ROW FOLLOWS made SET @x = 1//
         DELIMITER ;
         CREATE EVENT sweep ON SCHEDULE EVERY 1 DAY DO DELETE FROM history;",
    ),
    (
        "the defaults of bytes",
        "CREATE TABLE t (a binary(4) NOT NULL DEFAULT 0x00, b varbinary(3), c blob, d char(2) DEFAULT '\\\\')",
        "CREATE TABLE t (a binary(4) NOT NULL DEFAULT 0xff0027, b varbinary(3) DEFAULT 0x5cfe, c blob DEFAULT (0xff00), d char(2) DEFAULT '''')",
    ),
    (
        "a foreign key stands on columns that get another type",
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a_id int, FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE CASCADE);",
        "CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a_id bigint, FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE CASCADE);",
    ),
    (
        "foreign keys go round in circles",
        "CREATE TABLE a (id int PRIMARY KEY);",
        "CREATE TABLE a (id int PRIMARY KEY, b_id int); CREATE TABLE b (id int PRIMARY KEY, a_id int, CONSTRAINT fb FOREIGN KEY (a_id) REFERENCES a (id));
         ALTER TABLE a ADD CONSTRAINT fa FOREIGN KEY (b_id) REFERENCES b (id) ON DELETE NO ACTION;",
    ),
    (
        "an index that the server made for a foreign key is asked for, or another serves",
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (x int, y int, CONSTRAINT f FOREIGN KEY (x) REFERENCES a (id));
         CREATE TABLE c (x int, y int, CONSTRAINT g FOREIGN KEY (x) REFERENCES a (id)); CREATE TABLE d (x int, FOREIGN KEY (x) REFERENCES a (id));",
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (x int, y int, KEY f (x), KEY i (x, y), CONSTRAINT f FOREIGN KEY (x) REFERENCES a (id));
         CREATE TABLE c (x int, y int, KEY i (x, y), CONSTRAINT g FOREIGN KEY (x) REFERENCES a (id)); CREATE TABLE d (x int, FOREIGN KEY (x) REFERENCES a (id) ON DELETE SET NULL);",
    ),
    (
        "primary keys move, with the numbers that the server hands out",
        "CREATE TABLE a (id int AUTO_INCREMENT PRIMARY KEY, k int NOT NULL); CREATE TABLE b (s varchar(20), n int, PRIMARY KEY (s, n)); CREATE TABLE c (n int);",
        "CREATE TABLE a (id int NOT NULL, k int NOT NULL AUTO_INCREMENT, PRIMARY KEY (k), KEY (id)); CREATE TABLE b (s varchar(20), n int, PRIMARY KEY (s(5), n DESC) COMMENT 'k');
         CREATE TABLE c (n int, id int AUTO_INCREMENT PRIMARY KEY);",
    ),
    (
        "what is computed changes",
        "CREATE TABLE t (a int, g int AS (a + 1) VIRTUAL, h int AS (a + 2) STORED, i int AS (a * 2) VIRTUAL, j int, k int AS (a) STORED, v int AS (a) VIRTUAL, KEY (g), UNIQUE KEY (h));",
        "CREATE TABLE t (a bigint, g int AS (a + 5) VIRTUAL, h int AS (a + 3) STORED, i int AS (a * 2) STORED, j int AS (a - 1) VIRTUAL, k int, v int, KEY (g), UNIQUE KEY (h));",
    ),
    (
        "checks of columns and of tables",
        "CREATE TABLE t (a int CHECK (a > 0), b int, c int, CONSTRAINT k CHECK (b > 0), CHECK (c <> 1));",
        "CREATE TABLE t (a int CHECK (a > 1), b int CHECK (b > 0), c varchar(9), CONSTRAINT k CHECK (c <> 'it''s \\\\'), CHECK (b <> 1));",
    ),
    (
        "JSON and the text that looks like it",
        "CREATE TABLE t (j json, k longtext, l json NOT NULL DEFAULT '{}', m longtext CHECK (json_valid(m))); CREATE TABLE b (j json) COLLATE utf8mb4_bin;",
        "CREATE TABLE t (j longtext, k json, l json DEFAULT (json_array()), m json CHECK (json_length(m) > 0)); CREATE TABLE b (j longtext) COLLATE utf8mb4_bin;",
    ),
    (
        "character sets of tables and columns",
        "CREATE TABLE a (a varchar(10), b text, c char(3) CHARACTER SET ascii, d enum('x') COLLATE utf8mb4_bin, e varbinary(4)) CHARSET utf8mb4 COLLATE utf8mb4_general_ci;
         CREATE TABLE b (a varchar(10), b text) CHARSET latin1; CREATE TABLE c (c varchar(9) PRIMARY KEY) CHARSET latin1; CREATE TABLE d (c varchar(9), FOREIGN KEY (c) REFERENCES c (c)) CHARSET latin1;",
        "CREATE TABLE a (a varchar(10), b text, c char(3) CHARACTER SET ascii, d enum('x') COLLATE utf8mb4_bin, e varbinary(4)) CHARSET latin1 COLLATE latin1_bin;
         CREATE TABLE b (a varchar(10) CHARACTER SET latin1, b text COLLATE utf8mb4_unicode_ci) CHARSET utf8mb4 COLLATE utf8mb4_unicode_ci;
         CREATE TABLE c (c varchar(9) PRIMARY KEY) CHARSET utf8mb4; CREATE TABLE d (c varchar(9), FOREIGN KEY (c) REFERENCES c (c)) CHARSET utf8mb4;",
    ),
    (
        "indexes of every kind",
        "CREATE TABLE t (a int, b varchar(50), c text, d text, KEY k1 (a), UNIQUE KEY u (b), KEY pre (c(10)), FULLTEXT KEY f (c), KEY i (a, b), KEY x (a), KEY y (b));",
        "CREATE TABLE t (a int, b varchar(50), c text, d text, KEY k2 (a), UNIQUE KEY u (b(20), a DESC), KEY pre (c(20)), FULLTEXT KEY f (c, d), FULLTEXT KEY f2 (c),
            FULLTEXT KEY f3 (d), KEY i (a, b) IGNORED, KEY x (b), KEY y (a), KEY h (a) USING BTREE, KEY kb (b) COMMENT 'x''y' KEY_BLOCK_SIZE=8);",
    ),
    (
        "parts of tables, and their rules",
        "CREATE TABLE a (id int NOT NULL, d date NOT NULL, PRIMARY KEY (id, d)); CREATE TABLE b (id int) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20));
         CREATE TABLE c (id int NOT NULL, k int NOT NULL, PRIMARY KEY (id)) PARTITION BY HASH (id) PARTITIONS 4; CREATE TABLE d (id int) PARTITION BY LIST (id) (PARTITION x VALUES IN (1, 2));",
        "CREATE TABLE a (id int NOT NULL, d date NOT NULL, PRIMARY KEY (id, d)) PARTITION BY RANGE (to_days(d)) (PARTITION p0 VALUES LESS THAN (738000) COMMENT 'it''s', PARTITION p1 VALUES LESS THAN MAXVALUE);
         CREATE TABLE b (id bigint) PARTITION BY RANGE (id) (PARTITION p1 VALUES LESS THAN (20), PARTITION `p x` VALUES LESS THAN MAXVALUE);
         CREATE TABLE c (id int NOT NULL, k int NOT NULL, PRIMARY KEY (k)) PARTITION BY KEY (k) PARTITIONS 3; CREATE TABLE d (id int) PARTITION BY LIST (id) (PARTITION x VALUES IN (1, 2), PARTITION y VALUES IN (3, NULL));",
    ),
    (
        "history and periods",
        "CREATE TABLE a (id int, x int); CREATE TABLE b (id int) WITH SYSTEM VERSIONING; CREATE TABLE c (id int, x int) WITH SYSTEM VERSIONING; CREATE TABLE d (id int); CREATE TABLE e (id int, f date, t date);",
        "CREATE TABLE a (id int, x int WITHOUT SYSTEM VERSIONING) WITH SYSTEM VERSIONING; CREATE TABLE b (id int); CREATE TABLE c (id bigint, y int, KEY (id)) WITH SYSTEM VERSIONING;
         CREATE TABLE d (id int, s timestamp(6) GENERATED ALWAYS AS ROW START INVISIBLE, e timestamp(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING;
         CREATE TABLE e (id int, f date NOT NULL, t date NOT NULL, PERIOD FOR p (f, t), UNIQUE KEY k (id, p WITHOUT OVERLAPS));",
    ),
    (
        "options and engines of tables",
        "CREATE TABLE a (id int PRIMARY KEY) ROW_FORMAT=COMPACT STATS_PERSISTENT=1 MAX_ROWS=100 COMMENT 'x'; CREATE TABLE m (id int) ENGINE=MyISAM PACK_KEYS=1 CHECKSUM=1; CREATE TABLE p (id int) PAGE_COMPRESSED=1;",
        "CREATE TABLE a (id int PRIMARY KEY) ROW_FORMAT=DYNAMIC STATS_AUTO_RECALC=0 STATS_SAMPLE_PAGES=5 MIN_ROWS=3; CREATE TABLE m (id int); CREATE TABLE p (id int);",
    ),
    (
        "keys have the size of blocks of their table, or their own",
        "CREATE TABLE a (id int AUTO_INCREMENT PRIMARY KEY, s int, v text, w text, KEY k (s), UNIQUE KEY u (s, id), KEY o (id, s) KEY_BLOCK_SIZE=4, KEY i (v(9)), FULLTEXT KEY f (v), FULLTEXT KEY g (w),
            CONSTRAINT f FOREIGN KEY (s) REFERENCES a (id)) ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8;
         CREATE TABLE b (a int, CONSTRAINT g FOREIGN KEY (a) REFERENCES a (id)); CREATE TABLE c (`KEY_BLOCK_SIZE=1` int PRIMARY KEY, v int, KEY k (v)) KEY_BLOCK_SIZE=8; CREATE TABLE d (id int, KEY k (id)) KEY_BLOCK_SIZE=2;",
        "CREATE TABLE a (id int AUTO_INCREMENT PRIMARY KEY, s int, v text, w text, KEY renamed (s), UNIQUE KEY u (s, id), KEY o (id, s) KEY_BLOCK_SIZE=4, KEY i (v(9)) IGNORED, FULLTEXT KEY f (v), FULLTEXT KEY g (w),
            CONSTRAINT f FOREIGN KEY (s) REFERENCES a (id));
         CREATE TABLE b (a int, CONSTRAINT g FOREIGN KEY (a) REFERENCES a (id)); CREATE TABLE c (`KEY_BLOCK_SIZE=1` int PRIMARY KEY, v int, KEY k (v)) KEY_BLOCK_SIZE=4; CREATE TABLE d (id int, KEY k (id) KEY_BLOCK_SIZE=2);",
    ),
    (
        "programs are read under the mode that they were written under",
        "CREATE TABLE t (id int, s varchar(9));",
        "CREATE TABLE t (id int, s varchar(9)); SET SESSION sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT';
         CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN (SELECT max(\"id\") FROM \"t\"); CREATE PROCEDURE p() SELECT 'a' || \"s\" FROM t;
         CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW SET NEW.\"s\" = 'a' || NEW.\"s\"; CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM \"t\";
         SET SESSION sql_mode = 'ORACLE';
         DELIMITER //
         CREATE PROCEDURE o(x IN int) AS BEGIN SELECT x || \"s\" FROM t; END//
         DELIMITER ;
         SET SESSION sql_mode = DEFAULT; CREATE VIEW v AS SELECT f() AS x;",
    ),
    (
        "views stand on views, and give way to tables",
        "CREATE TABLE t (id int, n int); CREATE VIEW a AS SELECT id FROM t; CREATE VIEW b AS SELECT id FROM a; CREATE VIEW x AS SELECT 1;",
        "CREATE TABLE t (id bigint, m int); CREATE ALGORITHM=TEMPTABLE VIEW z AS SELECT id, m FROM t; CREATE SQL SECURITY INVOKER VIEW b AS SELECT id, m FROM z WHERE m > 3;
         CREATE VIEW a AS SELECT b.id, 'x;y' AS l FROM b JOIN z ON b.id = z.id; CREATE TABLE x (y int);",
    ),
    (
        "a table and columns are renamed",
        "CREATE TABLE customer (id int AUTO_INCREMENT PRIMARY KEY, name varchar(50) NOT NULL, city varchar(20), zip varchar(10), KEY by_name (name), CONSTRAINT k CHECK (name <> ''), boss int, FOREIGN KEY (boss) REFERENCES customer (id));
         CREATE TRIGGER tr BEFORE INSERT ON customer FOR EACH ROW SET NEW.city = 'x';
         CREATE TABLE t (id int PRIMARY KEY, a int CHECK (a > 0), b int AS (a + 1) VIRTUAL, c int DEFAULT (a * 2), z int, KEY i (a), CONSTRAINT l CHECK (a < 100));",
        "CREATE TABLE client (id int AUTO_INCREMENT PRIMARY KEY, full_name varchar(50) NOT NULL, city varchar(20), zip varchar(10), KEY by_name (full_name), CONSTRAINT k CHECK (full_name <> ''), boss int, FOREIGN KEY (boss) REFERENCES client (id));
         CREATE TRIGGER tr BEFORE INSERT ON client FOR EACH ROW SET NEW.city = 'x';
         CREATE TABLE t (id int PRIMARY KEY, aa int CHECK (aa > 0), b int AS (aa + 1) VIRTUAL, c int DEFAULT (aa * 2), z int, KEY i (aa), CONSTRAINT l CHECK (aa < 100));",
    ),
    (
        "hostile names",
        "CREATE TABLE `a``b` (`c``d` int, `select` int, `É ü` int, KEY `i``k` (`c``d`)); CREATE TABLE twin (x int); CREATE TABLE Twin (x int);",
        "CREATE TABLE `a``b` (`c``d` bigint, `select` varchar(9) DEFAULT '; DROP', `É ü` int COMMENT '`\\\\', `' or \"` int, KEY `i``k` (`c``d`, `select`),
            `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` int, UNIQUE KEY `u'\"` (`É ü`), CONSTRAINT `k``c` CHECK (`select` <> '`'), CONSTRAINT `c'k` CHECK (`' or \"` > 0));
         CREATE TABLE twin (x bigint); CREATE TABLE Twin (x int, y int); CREATE VIEW `v``w` AS SELECT `select` AS `fr``om` FROM `a``b`;
         CREATE TABLE `order` (`key` int PRIMARY KEY, `group` int, CONSTRAINT `f``k` FOREIGN KEY (`group`) REFERENCES `order` (`key`));
         CREATE TRIGGER `t``r` BEFORE DELETE ON `a``b` FOR EACH ROW SET @a = 1; CREATE PROCEDURE `p``q`() SELECT 1;",
    ),
    (
        "times and numbers",
        "CREATE TABLE t (a timestamp NOT NULL DEFAULT current_timestamp ON UPDATE current_timestamp, b datetime(6) DEFAULT now(6), c timestamp NULL, d datetime, e int(4), f tinyint(1), g year);",
        "CREATE TABLE t (a timestamp NULL DEFAULT NULL, b datetime(3) DEFAULT now(3) ON UPDATE now(3), c timestamp NOT NULL DEFAULT '2020-01-01 00:00:00', d datetime NOT NULL DEFAULT '2020-01-01' ON UPDATE now(),
            e int UNSIGNED ZEROFILL DEFAULT 7, f tinyint, g year DEFAULT 2000, h double DEFAULT -1e-5, i bigint UNSIGNED DEFAULT 18446744073709551615);",
    ),
];

#[tokio::test]
async fn migrations_lead_there_and_back() {
    for (name, before, after) in SCENARIOS {
        assert!(there_and_back(before, after).await > 0, "{name}");
        assert_eq!(there_and_back(after, after).await, 0, "{name}");
    }
}

#[tokio::test]
async fn a_snapshot_holds_all_that_a_migration_needs() {
    let mut kinds = BTreeSet::new();
    for (name, _, after) in SCENARIOS {
        let (_, schema) = database(after).await;
        kinds.extend(schema.others.iter().map(|object| object.kind.clone()));
        let again = snapshot::from_files(&snapshot::to_files(&schema)).unwrap();
        assert_eq!(schema, again, "{name}");
    }
    assert!(kinds.len() > 3, "{kinds:?}");
    crate::coverage::assert_named(kinds);
}

#[tokio::test]
async fn what_only_reads_differently_does_not_differ() {
    let one = "CREATE TABLE t (a int(11) DEFAULT '0', b bool DEFAULT true, j json, s varchar(9) CHARACTER SET utf8 DEFAULT NULL, d dec(5,2) DEFAULT 1.5, i integer UNSIGNED, KEY (a)) AUTO_INCREMENT=50;
               CREATE VIEW v AS SELECT a FROM t; CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1;";
    let other = "CREATE TABLE t (a int NOT NULL DEFAULT 0, b tinyint(1) DEFAULT '1', j longtext COLLATE utf8mb4_bin CHECK (json_valid(`j`)), s varchar(9) CHARACTER SET utf8mb3, d decimal(5,2) DEFAULT '1.50', i int(10) UNSIGNED, INDEX a (a ASC));
                 ALTER TABLE t MODIFY a int NULL DEFAULT 0; CREATE OR REPLACE ALGORITHM=UNDEFINED DEFINER=root@localhost VIEW v (a) AS SELECT t.a AS a FROM t; DO SLEEP(2); CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1;";
    assert_eq!(there_and_back(one, other).await, 0);
}

#[tokio::test]
async fn rows_outlive_what_their_columns_go_through() {
    use sqlx::{ConnectOptions, Row};
    let before = "CREATE TABLE t (id int PRIMARY KEY, s varchar(9) CHARACTER SET latin1, n int, e enum('a','b'), changed timestamp NOT NULL DEFAULT '2020-01-01 00:00:00' ON UPDATE current_timestamp) PARTITION BY HASH (id) PARTITIONS 2;
                  INSERT INTO t (id, s, e) VALUES (1, 'é', 'b');";
    let after = "CREATE TABLE t (id bigint PRIMARY KEY, made date NOT NULL, s varchar(9) CHARACTER SET utf8mb4, n int NOT NULL, e enum('x','b','a'), j json NOT NULL, changed timestamp NOT NULL DEFAULT '2020-01-01 00:00:00' ON UPDATE current_timestamp);";
    let (url, from) = database(before).await;
    let (_, to) = database(after).await;
    let plan = migration::plan(&from, &to, &diff::diff(&from, &to, &RenameHints::default()));
    script::apply_each(&url, plan.statements()).await.unwrap_or_else(|error| panic!("{error}\n{}", plan.forward_sql()));
    assert_schema(&url, &to, &plan.forward_sql()).await;
    let address = url.expose().replace("unix_socket", "socket");
    let options: sqlx::mysql::MySqlConnectOptions = address.parse().unwrap();
    let query = "SELECT concat_ws(',', id, made, s, n, e, j, year(changed)) FROM t";
    let row = sqlx::query(query).fetch_one(&mut options.connect().await.unwrap()).await;
    assert_eq!(row.unwrap().get::<String, _>(0), "1,1970-01-02,é,0,b,{},2020");
}

#[tokio::test]
async fn what_is_lost_is_said_with_what_saves_it() {
    let (url, from) = database(
        "CREATE TABLE t (id int PRIMARY KEY, `a``b` int, c int); CREATE TABLE `t_a``b` (x int); CREATE TABLE gone_saved (x int);",
    )
    .await;
    let (_, to) = database("CREATE TABLE t (id int PRIMARY KEY, c int);").await;
    let plan = migration::plan(&from, &to, &diff::diff(&from, &to, &RenameHints::default()));
    let lost: Vec<(&str, String)> = plan.irreversible().map(|(why, save)| (why, save.to_string())).collect();
    let expected = [
        ("the rows of `t_a`b`", "CREATE TABLE `t_a``b_saved` AS SELECT * FROM `t_a``b`;"),
        ("the rows of `gone_saved`", "CREATE TABLE `gone_saved_saved` AS SELECT * FROM `gone_saved`;"),
        ("the values of `t`.`a`b`", "CREATE TABLE `t_a``b_saved_2` AS SELECT `id`, `a``b` FROM `t`;"),
    ];
    assert_eq!(lost, expected.map(|(why, save)| (why, save.to_owned())));
    script::apply_each(&url, lost.iter().map(|(_, save)| save.as_str())).await.unwrap();
}

#[tokio::test]
async fn the_server_runs_scripts_and_goes_with_its_value() {
    let server = MysqlServer::start().await.unwrap();
    let url = server.database().await.unwrap();
    let sql = "CREATE TABLE a (b int);\nDELIMITER //\nCREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET @a = 1; SET NEW.b = @a || 0; END//\nDELIMITER ;\nINSERT INTO a VALUES (0);";
    script::apply(&url, sql).await.unwrap();
    let again = script::apply(&url, "INSERT INTO a VALUES (1); CREATE TABLE a (b int);").await.unwrap_err();
    assert!(again.to_string().contains("already exists"), "{again}");
    let name = database::server(&url).await.unwrap();
    assert!(name.starts_with("MariaDB 1") || name.starts_with("MySQL "), "{name}");
    let folder = server.folder().to_owned();
    assert!(folder.join("s").exists());
    drop(server);
    assert!(!folder.exists());
}
