//! Pairs of schemas by what they are about, each migrated there and back.

use super::*;

/// Partitions, heirs and tables of a type.
pub(crate) const LINKED: &[(&str, &str, &str)] = &[
    (
        "partitions come, go, change their bounds and are divided again",
        "CREATE TABLE p (id integer NOT NULL, r text, d date NOT NULL) PARTITION BY RANGE (d);
         CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
         CREATE TABLE p2 PARTITION OF p FOR VALUES FROM ('2024-06-01') TO ('2024-07-01');
         CREATE TABLE gone PARTITION OF p DEFAULT;",
        "CREATE TABLE p (id integer NOT NULL, r text, d date NOT NULL) PARTITION BY RANGE (d);
         CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2024-03-01') PARTITION BY LIST (r);
         CREATE TABLE p1a PARTITION OF p1 FOR VALUES IN ('a', NULL); CREATE TABLE p1d PARTITION OF p1 DEFAULT;
         CREATE TABLE p2 (id integer NOT NULL, r text, d date NOT NULL);
         CREATE TABLE h PARTITION OF p FOR VALUES FROM ('2024-03-01') TO (MAXVALUE) PARTITION BY HASH (id);
         CREATE TABLE h0 PARTITION OF h FOR VALUES WITH (MODULUS 1, REMAINDER 0);",
    ),
    (
        "a partition differs from its parent",
        "CREATE TABLE p (id integer, v text DEFAULT 'x', CHECK (id > 0)) PARTITION BY RANGE (id);
         CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);",
        "CREATE TABLE p (id integer NOT NULL, v varchar(30) DEFAULT 'z', w integer) PARTITION BY RANGE (id);
         CREATE TABLE p1 PARTITION OF p (v DEFAULT 'y', w NOT NULL, CHECK (w < 5)) FOR VALUES FROM (1) TO (10);
         CREATE INDEX on_part ON p1 (w); CREATE INDEX on_all ON p (v);",
    ),
    (
        "the indexes of partitions have names of their own",
        "CREATE TABLE p (id integer NOT NULL, v text) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
         CREATE INDEX by_v ON p (v);",
        "CREATE TABLE p (id integer NOT NULL, v text) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
         CREATE INDEX own ON p1 (v); CREATE INDEX by_v ON p (v); CREATE UNIQUE INDEX own_id ON p1 (id, v);
         CREATE UNIQUE INDEX by_id ON p (id, v); CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2); ALTER INDEX p2_v_idx RENAME TO other;
         ALTER TABLE p1 ADD CONSTRAINT own_key PRIMARY KEY (id); ALTER TABLE p ADD CONSTRAINT all_key PRIMARY KEY (id);",
    ),
    (
        "an index of the parent alone waits for its partitions",
        "CREATE TABLE p (id integer, v text) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
         CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2); CREATE INDEX i ON p (v);",
        "CREATE TABLE p (id integer, v text) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
         CREATE INDEX i ON ONLY p (v); CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);",
    ),
    (
        "a plain table is divided, and what refers to it stays",
        "CREATE TABLE t (id integer PRIMARY KEY, v text); CREATE VIEW view_of_t AS SELECT id FROM t; CREATE TABLE r (t integer REFERENCES t);",
        "CREATE TABLE t (id integer PRIMARY KEY, v text) PARTITION BY HASH (id);
         CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 1, REMAINDER 0);
         CREATE VIEW view_of_t AS SELECT id FROM t; CREATE TABLE r (t integer REFERENCES t);",
    ),
    (
        "a key of the parent alone waits for its partitions",
        "CREATE TABLE p (id integer NOT NULL, v text NOT NULL) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
         CREATE UNIQUE INDEX own ON p1 (id, v); CREATE TABLE q (id integer, UNIQUE (id)) PARTITION BY LIST (id);
         CREATE TABLE q1 PARTITION OF q FOR VALUES IN (1); ALTER TABLE ONLY p ADD CONSTRAINT all_key PRIMARY KEY (id, v);",
        "CREATE TABLE p (id integer NOT NULL, v text NOT NULL) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
         ALTER TABLE ONLY p ADD CONSTRAINT all_key PRIMARY KEY (id, v); ALTER TABLE p1 ADD CONSTRAINT own PRIMARY KEY (id, v);
         ALTER INDEX all_key ATTACH PARTITION own; CREATE TABLE q (id integer) PARTITION BY LIST (id);
         CREATE TABLE q1 PARTITION OF q FOR VALUES IN (1); ALTER TABLE ONLY q ADD CONSTRAINT q_key UNIQUE (id);",
    ),
    (
        "the enum by which a table is divided loses a value",
        "CREATE TYPE e AS ENUM ('a', 'b', 'c'); CREATE TABLE p (x e, n integer) PARTITION BY LIST (x); CREATE TABLE p1 PARTITION OF p FOR VALUES IN ('a');",
        "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE p (x e, n integer) PARTITION BY LIST (x); CREATE TABLE p1 PARTITION OF p FOR VALUES IN ('a');",
    ),
    (
        "a check holds for a partition though it may not for all rows",
        "CREATE TABLE p (id integer, v integer) PARTITION BY LIST (id); ALTER TABLE p ADD CONSTRAINT positive CHECK (v > 0) NOT VALID;
         CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE q (id integer, v integer) PARTITION BY LIST (id);
         CREATE TABLE q1 PARTITION OF q FOR VALUES IN (1); ALTER TABLE q ADD CONSTRAINT positive CHECK (v > 0) NOT VALID;",
        "CREATE TABLE p (id integer, v integer, CONSTRAINT positive CHECK (v > 1)) PARTITION BY LIST (id);
         CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE q (id integer, v integer) PARTITION BY LIST (id);
         ALTER TABLE q ADD CONSTRAINT positive CHECK (v > 0) NOT VALID; CREATE TABLE q1 PARTITION OF q FOR VALUES IN (1);",
    ),
    (
        "heirs get other parents and other defaults",
        "CREATE TABLE a (x integer DEFAULT 1, y text); CREATE TABLE b (z integer) INHERITS (a); CREATE TABLE c (u integer) INHERITS (b);",
        "CREATE TABLE a (x bigint DEFAULT 2, y text DEFAULT 'q', CHECK (x > 0)); CREATE TABLE b (z integer) INHERITS (a);
         ALTER TABLE b ALTER x SET DEFAULT 5; CREATE TABLE c (u integer) INHERITS (a); ALTER TABLE c ALTER y DROP DEFAULT;",
    ),
    (
        "a column comes to heirs that have it as their own, too",
        "CREATE TABLE a (x integer); CREATE TABLE b (y integer) INHERITS (a); CREATE TABLE c (z integer) INHERITS (b);",
        "CREATE TABLE a (x integer, n integer NOT NULL DEFAULT 1); CREATE TABLE b (y integer) INHERITS (a);
         CREATE TABLE c (z integer, n integer DEFAULT 3) INHERITS (b);",
    ),
    (
        "an index comes to the partition of a partition that has it under a name of its own",
        "CREATE TABLE p (id integer, v text) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1) PARTITION BY LIST (v);
         CREATE TABLE p1a PARTITION OF p1 FOR VALUES IN ('a');",
        "CREATE TABLE p (id integer, v text) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1) PARTITION BY LIST (v);
         CREATE TABLE p1a PARTITION OF p1 FOR VALUES IN ('a'); CREATE INDEX own ON p1a (v); CREATE INDEX all_v ON p (v);",
    ),
    (
        "tables of a type",
        "CREATE TYPE kind AS (a integer, b text); CREATE TABLE t OF kind; CREATE TABLE u (a integer, b text);",
        "CREATE TYPE kind AS (a integer, b text, c date); CREATE TABLE t OF kind (a PRIMARY KEY, b DEFAULT 'x' NOT NULL); CREATE TABLE u OF kind;",
    ),
    (
        "a divided table that refers to itself goes",
        "CREATE TABLE p (id integer PRIMARY KEY, up integer REFERENCES p (id)) PARTITION BY LIST (id);
         CREATE TABLE p1 PARTITION OF p DEFAULT;",
        "",
    ),
    (
        "divided tables that refer to each other come and go, and so does one partition",
        "CREATE TABLE a (k text, n integer, UNIQUE (k, n)) PARTITION BY LIST (k); CREATE TABLE a1 PARTITION OF a FOR VALUES IN ('1');
         CREATE TABLE a2 PARTITION OF a FOR VALUES IN ('2');
         CREATE TABLE b (k text, n integer, UNIQUE (k, n)) PARTITION BY LIST (k); CREATE TABLE b1 PARTITION OF b FOR VALUES IN ('1');
         ALTER TABLE a ADD CONSTRAINT to_b FOREIGN KEY (k, n) REFERENCES b (k, n);
         ALTER TABLE b ADD CONSTRAINT to_a FOREIGN KEY (k, n) REFERENCES a (k, n);
         CREATE TABLE c (k text, n integer, UNIQUE (k, n)) PARTITION BY LIST (k); CREATE TABLE c1 PARTITION OF c FOR VALUES IN ('1');
         CREATE TABLE d (k text, n integer, CONSTRAINT to_c FOREIGN KEY (k, n) REFERENCES c (k, n));",
        "CREATE TABLE c (k text, n integer, UNIQUE (k, n)) PARTITION BY LIST (k);
         CREATE TABLE d (k text, n integer, CONSTRAINT to_c FOREIGN KEY (k, n) REFERENCES c (k, n));",
    ),
    (
        "a key of a partition serves as its part of an index of the parent",
        "CREATE TABLE p (id integer, v text) PARTITION BY LIST (v); CREATE TABLE p1 PARTITION OF p FOR VALUES IN ('1');
         CREATE UNIQUE INDEX all_v ON p (v, id);",
        "CREATE TABLE p (id integer, v text) PARTITION BY LIST (v); CREATE TABLE p1 PARTITION OF p (PRIMARY KEY (v, id)) FOR VALUES IN ('1');
         CREATE UNIQUE INDEX all_v ON p (v, id);
         CREATE TABLE p2 PARTITION OF p (CONSTRAINT own UNIQUE (v, id)) FOR VALUES IN ('2');",
    ),
    (
        "the enum by which a table is divided loses a value while the column gets another name",
        "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE p (id integer, kind e, at date) PARTITION BY LIST (kind);
         CREATE TABLE p1 PARTITION OF p FOR VALUES IN ('a');",
        "CREATE TYPE e AS ENUM ('a'); CREATE TABLE p (id integer, sort e, at date) PARTITION BY LIST (sort);
         CREATE TABLE p1 PARTITION OF p FOR VALUES IN ('a');",
    ),
    (
        "a trigger of the parent is disabled on a partition that comes",
        "CREATE TABLE p (id integer, v text) PARTITION BY LIST (id); CREATE TABLE p1 (id integer, v text);
         CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;",
        "CREATE TABLE p (id integer, v text) PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
         CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
         CREATE TRIGGER t BEFORE INSERT ON p FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE p1 DISABLE TRIGGER t;",
    ),
    (
        "a table with other columns becomes a partition with the checks and defaults of the parent",
        "CREATE TABLE p1 (id integer, old text, s text DEFAULT '1');",
        "CREATE SEQUENCE n; CREATE TABLE p (id integer, v text NOT NULL DEFAULT 'x', w bigint DEFAULT nextval('n'), s integer DEFAULT 1,
            CONSTRAINT positive CHECK (w > 0)) PARTITION BY LIST (id);
         CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);",
    ),
];

/// Objects beside tables.
pub(super) const OBJECTS: &[(&str, &str, &str)] = &[
    (
        "defaults that are no numbers to a parser",
        "CREATE TABLE t (a real DEFAULT 1e10, b double precision, c numeric DEFAULT -1.5, d date);",
        "CREATE TABLE t (a real DEFAULT 'NaN', b double precision DEFAULT '-Infinity', c numeric DEFAULT 'NaN', d date DEFAULT 'infinity');",
    ),
    (
        "the sequence of a copied identity has a type of its own",
        "CREATE TABLE a (id integer GENERATED BY DEFAULT AS IDENTITY); CREATE TABLE b (LIKE a);
         CREATE TABLE \"read AS bigint\" (id integer GENERATED BY DEFAULT AS IDENTITY);",
        "CREATE TABLE a (id integer GENERATED BY DEFAULT AS IDENTITY); CREATE TABLE b (LIKE a INCLUDING ALL);
         CREATE TABLE c (LIKE a INCLUDING IDENTITY);",
    ),
    (
        "a table is divided whose column is of an extension that goes",
        "CREATE EXTENSION hstore; CREATE TABLE t (id integer, h hstore); CREATE TABLE u (id integer, h hstore, CHECK (id > 0));",
        "CREATE TABLE t (id integer, w text) PARTITION BY LIST (id); CREATE TABLE u (id integer, h text, CHECK (id > 0));",
    ),
    (
        "foreign tables, servers and mappings",
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE f (a integer) SERVER s;",
        "CREATE FOREIGN DATA WRAPPER w OPTIONS (debug 'true'); CREATE SERVER s TYPE 'x' VERSION '2' FOREIGN DATA WRAPPER w OPTIONS (host 'it''s');
         CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (user 'u'); CREATE FOREIGN TABLE f (a bigint OPTIONS (name 'x') NOT NULL, CHECK (a > 0)) SERVER s;
         COMMENT ON FOREIGN TABLE f IS 'f'; GRANT USAGE ON FOREIGN SERVER s TO pg_monitor; CREATE VIEW v AS SELECT a FROM f;",
    ),
    (
        "text search",
        "CREATE TEXT SEARCH CONFIGURATION c (COPY = simple);",
        "CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple, accept = 'false'); CREATE TEXT SEARCH CONFIGURATION c (COPY = english);
         ALTER TEXT SEARCH CONFIGURATION c ALTER MAPPING FOR asciiword WITH d, english_stem; COMMENT ON TEXT SEARCH CONFIGURATION c IS 'c';
         CREATE TABLE t (a text, v tsvector GENERATED ALWAYS AS (to_tsvector('c', a)) STORED);",
    ),
    (
        "publications of columns, rows and schemas",
        "CREATE TABLE t (a integer PRIMARY KEY, b integer); CREATE SCHEMA s; CREATE PUBLICATION p FOR TABLE t;",
        "CREATE TABLE t (a integer PRIMARY KEY, b integer); CREATE SCHEMA s; CREATE PUBLICATION p FOR TABLE t (a) WHERE (a > 1);
         CREATE PUBLICATION q FOR TABLES IN SCHEMA s; CREATE PUBLICATION r FOR ALL TABLES WITH (publish = 'insert');",
    ),
    (
        "operators, classes, casts, ranges and collations",
        "CREATE TYPE span AS RANGE (subtype = float8); CREATE TABLE t (a integer, s span);",
        "CREATE TYPE span AS RANGE (subtype = float8, subtype_diff = float8mi, multirange_type_name = spans); CREATE TYPE c AS (a integer);
         CREATE FUNCTION cmp(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $2 - $1';
         CREATE OPERATOR CLASS reversed FOR TYPE integer USING btree AS OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <,
            FUNCTION 1 cmp(integer, integer);
         CREATE TABLE t (a integer, s span); CREATE INDEX i ON t (a reversed); CREATE FUNCTION f(c) RETURNS integer LANGUAGE sql AS 'SELECT $1.a';
         CREATE CAST (c AS integer) WITH FUNCTION f(c) AS ASSIGNMENT; CREATE COLLATION l (provider = icu, locale = 'und', deterministic = false);
         CREATE AGGREGATE number(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0'); COMMENT ON AGGREGATE number(*) IS 'n';",
    ),
    (
        "sequences and identities get narrower bounds",
        "CREATE SEQUENCE s; CREATE TABLE t (a integer GENERATED ALWAYS AS IDENTITY, b integer NOT NULL);",
        "CREATE SEQUENCE s AS integer INCREMENT -2 MINVALUE -9 MAXVALUE -1 START -3 CYCLE;
         CREATE TABLE t (a integer GENERATED BY DEFAULT AS IDENTITY (START 10 MINVALUE 5 MAXVALUE 500 INCREMENT 5),
            b integer GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME other));",
    ),
    (
        "types without a cast between them",
        "CREATE TABLE t (a interval, b integer, c boolean, d integer[], e point, f json);",
        "CREATE TABLE t (a json, b uuid, c bigint, d jsonb, e inet, f boolean);",
    ),
    (
        "parameters of tables, indexes, constraints and statistics",
        "CREATE TABLE t (a integer, b text, CONSTRAINT u UNIQUE (a)) WITH (fillfactor = 50, autovacuum_enabled = off);
         CREATE STATISTICS s ON a, b FROM t; CREATE MATERIALIZED VIEW m AS SELECT a, b FROM t; CREATE INDEX mi ON m (a);",
        "CREATE TABLE t (a integer, b text, CONSTRAINT u UNIQUE (a) INCLUDE (b) WITH (fillfactor = 70) DEFERRABLE)
            WITH (toast_tuple_target = 256, toast.autovacuum_enabled = false);
         CREATE STATISTICS s ON a, b FROM t; ALTER STATISTICS s SET STATISTICS 300; CREATE MATERIALIZED VIEW m AS SELECT a, b FROM t;
         CREATE INDEX mi ON m (a); ALTER MATERIALIZED VIEW m CLUSTER ON mi; ALTER MATERIALIZED VIEW m ALTER b SET STORAGE EXTERNAL;",
    ),
    (
        "the index of a constraint serves to cluster a table and to tell its rows apart",
        "CREATE TABLE t (id integer PRIMARY KEY, code text NOT NULL, n integer, CONSTRAINT by_code UNIQUE (code)); CREATE INDEX by_n ON t (n);
         ALTER TABLE t CLUSTER ON by_n; ALTER TABLE t REPLICA IDENTITY FULL; CREATE TABLE p (id integer PRIMARY KEY) PARTITION BY LIST (id);
         CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);",
        "CREATE TABLE t (id bigint PRIMARY KEY, code text NOT NULL, n integer, CONSTRAINT by_code UNIQUE (code)); CREATE INDEX by_n ON t (n);
         ALTER TABLE t CLUSTER ON t_pkey; ALTER TABLE t REPLICA IDENTITY USING INDEX by_code; CREATE TABLE p (id integer PRIMARY KEY)
         PARTITION BY LIST (id); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); ALTER TABLE p1 REPLICA IDENTITY USING INDEX p1_pkey;",
    ),
    (
        "conditions that the server prints in other words than it reads",
        "CREATE TABLE t (a integer, b integer, c text CHECK (c IN ('x', 'y') AND length(c) = 1), CHECK (a BETWEEN 1 AND 9 AND b > 0));
         CREATE INDEX i ON t (b) WHERE a BETWEEN 1 AND 9 AND b > 0; CREATE VIEW v AS SELECT b FROM t WHERE a BETWEEN 1 AND 9 AND b > 0;",
        "CREATE TABLE t (a bigint, b integer, c varchar(9) CHECK (c IN ('x', 'y') AND length(c) = 1), CHECK (a BETWEEN 1 AND 9 AND b > 0),
            CHECK ((a, b) IS DISTINCT FROM (1, 2) OR c IS NULL), d boolean DEFAULT (1 BETWEEN 0 AND 2 AND true),
            e boolean GENERATED ALWAYS AS (b NOT BETWEEN 1 AND 2 OR b > 5) STORED, CONSTRAINT x EXCLUDE (a WITH =) WHERE (b BETWEEN 1 AND 9 AND a > 0));
         CREATE INDEX i ON t (b) WHERE a BETWEEN 1 AND 9 AND b > 0; CREATE VIEW v AS SELECT b FROM t WHERE a BETWEEN 1 AND 9 AND b > 0;
         CREATE DOMAIN d AS integer CHECK (VALUE BETWEEN 1 AND 9 AND VALUE <> 5); ALTER TABLE t ENABLE ROW LEVEL SECURITY;
         CREATE POLICY p ON t USING (a BETWEEN 1 AND 9 AND b > 0) WITH CHECK (a BETWEEN 1 AND 9 AND NOT (b BETWEEN 3 AND 4 AND a = 2));
         CREATE FUNCTION f(x boolean DEFAULT (1 BETWEEN 0 AND 2 AND true)) RETURNS integer LANGUAGE sql AS 'SELECT 1 WHERE ((x AND x) AND x)';
         CREATE FUNCTION g(x integer) RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT a FROM t WHERE a BETWEEN 1 AND x AND b > 0; END;
         CREATE TABLE p (a integer, b integer) PARTITION BY LIST ((a BETWEEN 1 AND 9 AND b > 0)); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (true);",
    ),
    (
        "an array of an enum becomes one of another, and default rights do not reach what had none",
        "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TYPE f AS ENUM ('a', 'b', 'c'); CREATE TABLE t (x e[] DEFAULT '{a}', y e DEFAULT 'a');
         CREATE TABLE u (v integer); ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO pg_monitor;",
        "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TYPE f AS ENUM ('a', 'b', 'c'); CREATE TABLE t (x f[] DEFAULT '{b}', y f DEFAULT 'b');
         CREATE TABLE u (v integer, id integer GENERATED ALWAYS AS IDENTITY, s serial); CREATE TABLE w (id integer GENERATED ALWAYS AS IDENTITY);
         ALTER TABLE t ADD z integer NOT NULL GENERATED ALWAYS AS IDENTITY; ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO pg_monitor;",
    ),
    (
        "a domain gets a condition while an array holds its values",
        "CREATE DOMAIN d AS text; CREATE TABLE t (x d, y d[]);",
        "CREATE DOMAIN d AS text NOT NULL CHECK (VALUE <> ''); CREATE TABLE t (x d, y d[]);",
    ),
    ("no public schema", "CREATE TABLE t (a integer);", "DROP SCHEMA public CASCADE; CREATE SCHEMA app; CREATE TABLE app.t (b text);"),
];

/// The same things under other names.
pub(super) const RENAMED: &[(&str, &str, &str)] = &[
    (
        "a table, with what is named after it",
        "CREATE TABLE customer (id serial PRIMARY KEY, name text NOT NULL, city text UNIQUE, zip text CHECK (zip <> ''));
         CREATE INDEX customer_name_idx ON customer (name); CREATE TABLE o (c integer REFERENCES customer);",
        "CREATE TABLE client (id serial PRIMARY KEY, name text NOT NULL, city text UNIQUE, zip text CHECK (zip <> ''));
         CREATE INDEX client_name_idx ON client (name); CREATE TABLE o (c integer REFERENCES client);",
    ),
    (
        "a table in another schema",
        "CREATE SCHEMA a; CREATE TABLE t (id serial PRIMARY KEY, x text NOT NULL, y integer); CREATE INDEX tx ON t (x);",
        "CREATE SCHEMA a; CREATE TABLE a.t (id serial PRIMARY KEY, x text NOT NULL, y integer); CREATE INDEX tx ON a.t (x);",
    ),
    (
        "a divided table, its partition and its column",
        "CREATE TABLE ev (id integer, at date, kind text, body text) PARTITION BY RANGE (at);
         CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM ('2020-01-01') TO ('2021-01-01'); CREATE INDEX ev_k ON ev (kind);",
        "CREATE TABLE event (id integer, happened date, sort text, body text) PARTITION BY RANGE (happened);
         CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM ('2020-01-01') TO ('2021-01-01'); CREATE INDEX event_k ON event (sort);",
    ),
];

async fn all(scenarios: &[(&str, &str, &str)]) {
    let server = PostgresServer::start().await.unwrap();
    for (name, before, after) in scenarios {
        assert!(there_and_back(&server, before, after).await > 0, "{name}");
        assert!(there_and_back(&server, after, before).await > 0, "{name}");
        assert_eq!(there_and_back(&server, after, after).await, 0, "{name}");
    }
}

#[tokio::test]
async fn tables_follow_other_tables() {
    all(LINKED).await;
}

#[tokio::test]
async fn objects_beside_tables() {
    all(OBJECTS).await;
}

#[tokio::test]
async fn other_names() {
    all(RENAMED).await;
}

#[tokio::test]
async fn a_rename_makes_nothing_anew() {
    let server = PostgresServer::start().await.unwrap();
    let (_, before, after) = RENAMED[0];
    let ((_, from), (_, to)) = (database(&server, before).await, database(&server, after).await);
    let plan = migration::plan(&from, &to, &diff::diff(&from, &to, &RenameHints::default()));
    let statements: Vec<&str> = plan.statements().filter(|text| text.starts_with("ALTER")).collect();
    assert_eq!(
        statements,
        [
            "ALTER TABLE public.customer RENAME TO client;",
            "ALTER TABLE public.client RENAME CONSTRAINT customer_city_key TO client_city_key;",
            "ALTER TABLE public.client RENAME CONSTRAINT customer_pkey TO client_pkey;",
            "ALTER TABLE public.client RENAME CONSTRAINT customer_zip_check TO client_zip_check;",
            "ALTER INDEX public.customer_name_idx RENAME TO client_name_idx;",
            "ALTER SEQUENCE public.customer_id_seq RENAME TO client_id_seq;",
        ]
    );
}

#[tokio::test]
async fn the_rows_of_a_table_that_is_divided_stay() {
    let (_, before, after) = LINKED[4];
    rows_stay(before, after, "INSERT INTO t VALUES (1, 'a'), (2, 'b');", ["v", "v"]).await;
}

#[tokio::test]
async fn the_rows_of_a_table_that_is_divided_go_along_with_a_new_name_of_their_column() {
    let before = "CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE t (id integer NOT NULL, v text, m mood);";
    let after = "CREATE TYPE mood AS ENUM ('b', 'a'); CREATE TABLE t (id integer NOT NULL, w text, m mood) PARTITION BY LIST (id);
                 CREATE TABLE t1 PARTITION OF t DEFAULT;";
    rows_stay(before, after, "INSERT INTO t VALUES (1, 'a', 'b'), (2, 'b', NULL);", ["w", "v"]).await;
}

/// Migrates there and back, and looks after each way for the rows by the name that their column has by then.
async fn rows_stay(before: &str, after: &str, rows: &str, columns: [&str; 2]) {
    use sqlx::{ConnectOptions, Row};
    let server = PostgresServer::start().await.unwrap();
    let (url, from) = database(&server, &format!("{before} {rows}")).await;
    let (_, to) = database(&server, after).await;
    let plan = migration::plan(&from, &to, &diff::diff(&from, &to, &RenameHints::default()));
    for (plan, column) in [&plan, plan.back.as_deref().unwrap()].into_iter().zip(columns) {
        let text = plan.forward_sql();
        script::apply_each(&url, plan.statements()).await.unwrap_or_else(|error| panic!("{error}\n{text}"));
        let options: sqlx::postgres::PgConnectOptions = url.expose().parse().unwrap();
        let query = format!("SELECT string_agg(id || {column}, ',' ORDER BY id) FROM t");
        let found = sqlx::query(sqlx::AssertSqlSafe(query)).fetch_one(&mut options.connect().await.unwrap()).await;
        assert_eq!(found.unwrap().get::<String, _>(0), "1a,2b", "{text}");
    }
}
