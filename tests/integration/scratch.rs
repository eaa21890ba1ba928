//! Scratch databases beside those of others: made, copied, and gone, with nothing else touched.

use fabwright::database::{DatabaseUrl, Place, PostgresServer, rows, script};
use fabwright::generate::data::{TableRows, Value};
use fabwright::schema::ObjectName;

async fn databases(server: &PostgresServer) -> Vec<String> {
    use sqlx::ConnectOptions;
    let options: sqlx::postgres::PgConnectOptions = server.url("postgres").unwrap().expose().parse().unwrap();
    let mut connection = options.connect().await.unwrap();
    sqlx::query_scalar("SELECT datname::text FROM pg_database WHERE NOT datistemplate ORDER BY 1")
        .fetch_all(&mut connection)
        .await
        .unwrap()
}

async fn apply(url: &DatabaseUrl, sql: &str) {
    script::apply(url, sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
}

#[tokio::test]
async fn a_named_server_keeps_nothing_and_loses_nothing_but_what_was_left_behind() {
    let server = PostgresServer::start().await.unwrap();
    let url = server.url("postgres").unwrap();
    for name in ["shop", "fabwright_scratch_", "fabwright_scratch_1700000000_0123abcd_4"] {
        apply(&url, &format!("CREATE DATABASE {name}")).await;
    }
    let place = Place::beside(&server.url("shop").unwrap()).await.unwrap();
    let mine = ["fabwright_scratch_", "postgres", "shop"];
    assert_eq!(databases(&server).await, mine, "only what an old run left behind is removed");

    let scratch = place.database().await.unwrap();
    apply(&scratch.url(), "CREATE TABLE t AS SELECT 1 AS n").await;
    let copy = scratch.copy().await.unwrap();
    apply(&scratch.url(), "DELETE FROM t").await;
    let table = ObjectName::new("t");
    assert_eq!(rows::sums(&copy.url()).await.unwrap()[&table].rows, 1, "a copy is a database of its own");
    assert_eq!(rows::sums(&scratch.url()).await.unwrap()[&table].rows, 0);
    assert_eq!(databases(&server).await.len(), 5);

    // What a test suite makes beside a scratch database goes with it.
    let name = copy.url().database().unwrap();
    apply(&url, &format!("CREATE DATABASE {name}_tests TEMPLATE {name}")).await;
    drop((scratch, copy, place));
    assert_eq!(databases(&server).await, mine);
}

#[tokio::test]
async fn a_role_that_may_not_make_databases_is_told_what_to_do() {
    let server = PostgresServer::start().await.unwrap();
    apply(&server.url("postgres").unwrap(), "CREATE ROLE \"an\"\"n\" LOGIN").await;
    let url = server.url("postgres").unwrap().expose().replacen("postgres@", "an%22n@", 1);
    let error = Place::beside(&url.parse().unwrap()).await.unwrap_err();
    assert!(error.is_users());
    let told = error.to_string();
    assert!(told.contains("may not make databases") && told.contains("ALTER ROLE \"an\"\"n\" CREATEDB"), "{told}");
}

fn made(table: &str, columns: &[&str], rows: Vec<Vec<Value>>) -> TableRows {
    TableRows { table: table.into(), columns: columns.iter().map(|&name| name.into()).collect(), rows }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[tokio::test]
async fn postgresql_takes_rows_in_bulk_and_says_why_it_refuses_one() {
    let place = Place::own(fabwright::schema::Dialect::Postgres).await.unwrap();
    let scratch = place.database().await.unwrap();
    apply(
        &scratch.url(),
        "CREATE TABLE parent (id serial PRIMARY KEY, name varchar(5) UNIQUE, n integer CHECK (n > 0));
         CREATE TABLE child (id integer GENERATED ALWAYS AS IDENTITY, parent_id integer NOT NULL REFERENCES parent,
             other integer REFERENCES parent DEFERRABLE INITIALLY DEFERRED, twice integer GENERATED ALWAYS AS (parent_id * 2) STORED);
         CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no rows today'; END $$;
         CREATE TRIGGER refused BEFORE INSERT ON parent FOR EACH ROW EXECUTE FUNCTION refuse();",
    )
    .await;
    let parent = |id: i64, name: &str, n: i64| vec![Value::Integer(id), text(name), Value::Integer(n)];
    let child = |id: i64, parent: i64, other: Value| vec![Value::Integer(id), Value::Integer(parent), other];
    let tables = [
        // The child comes first: keys are looked at when all rows are there.
        made(
            "child",
            &["id", "parent_id", "other"],
            vec![
                child(1, 1, Value::Null),
                child(2, 1, Value::Integer(2)),
                child(3, 99, Value::Null),
                child(4, 2, Value::Integer(98)),
            ],
        ),
        made(
            "parent",
            &["id", "name", "n"],
            vec![
                parent(1, "a\tb\\", 1),
                parent(2, "\\N", 2),
                parent(3, "longer", 3),
                parent(4, "x", 0),
                parent(5, "\\N", 5),
                parent(6, "y", 0),
            ],
        ),
    ];
    let inserted = rows::insert(&scratch.url(), &tables).await.unwrap();
    let told: Vec<String> = inserted
        .iter()
        .flat_map(|table| table.rejected.iter().map(|(reason, rows)| format!("{} {rows}: {reason}", table.table)))
        .collect();
    assert_eq!(
        told,
        [
            "child 2: foreign key: no such row in parent",
            "parent 1: duplicate key value violates unique constraint \"parent_name_key\"",
            "parent 2: new row for relation \"parent\" violates check constraint \"parent_n_check\"",
            "parent 1: value too long for type character varying(5)",
        ]
    );
    assert_eq!((inserted[0].rows, inserted[1].rows), (2, 2));
    apply(
        &scratch.url(),
        "DO $$ BEGIN ASSERT (SELECT array_agg(name::text ORDER BY id) = ARRAY[E'a\\tb\\\\', '\\N'] FROM parent); END $$;
         ALTER TABLE parent DISABLE TRIGGER refused; INSERT INTO parent (name, n) VALUES ('next', 1);
         INSERT INTO child (parent_id) VALUES (1);
         DO $$ BEGIN ASSERT (SELECT max(id) FROM parent) = 3; ASSERT (SELECT max(id) FROM child) = 3; END $$;",
    )
    .await;
}

#[tokio::test]
async fn postgresql_takes_every_type_of_value() {
    let place = Place::own(fabwright::schema::Dialect::Postgres).await.unwrap();
    let scratch = place.database().await.unwrap();
    apply(
        &scratch.url(),
        "CREATE TYPE mood AS ENUM ('sad', 'it''s ok');
         CREATE TABLE t (id uuid PRIMARY KEY, small smallint NOT NULL, big bigint NOT NULL, money numeric(12, 4) NOT NULL,
             ratio real NOT NULL, wide double precision NOT NULL, flag boolean NOT NULL, name varchar(20) NOT NULL,
             fixed char(4) NOT NULL, note text NOT NULL, bytes bytea NOT NULL, day date NOT NULL, hour time NOT NULL,
             at timestamp NOT NULL, zoned timestamptz NOT NULL, span interval NOT NULL, mood mood NOT NULL,
             moods mood[] NOT NULL, words text[] NOT NULL, numbers integer[] NOT NULL, document jsonb NOT NULL,
             raw json NOT NULL, address inet NOT NULL, network cidr NOT NULL, mac macaddr NOT NULL, bits bit(3) NOT NULL,
             varied bit varying(9) NOT NULL, during tstzrange NOT NULL, days daterange NOT NULL, numbered int4range NOT NULL,
             place point NOT NULL, words_found tsvector NOT NULL, price money NOT NULL, page xml NOT NULL,
             one \"char\" NOT NULL, number oid NOT NULL, hours timetz NOT NULL);",
    )
    .await;
    let schema = fabwright::database::introspect(&scratch.url()).await.unwrap();
    let made = fabwright::generate::data::rows(&schema, 40, 1);
    assert_eq!(made.unsatisfied, []);
    let inserted = rows::insert(&scratch.url(), &made.tables).await.unwrap();
    assert!(inserted[0].rejected.is_empty(), "{inserted:#?}");
    assert_eq!(inserted[0].rows, 40);

    let copy = scratch.copy().await.unwrap();
    let before = rows::sums(&scratch.url()).await.unwrap();
    assert_eq!(rows::differences(&before, &rows::sums(&copy.url()).await.unwrap()), []);
    apply(&copy.url(), "UPDATE t SET name = 'x', raw = '{\"a\": 1}'; ALTER TABLE t ALTER money TYPE numeric(12, 2)")
        .await;
    let told = rows::differences(&before, &rows::sums(&copy.url()).await.unwrap());
    assert_eq!(
        told.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["table t holds other values in money, name, raw"]
    );
}

#[tokio::test]
async fn postgresql_tells_altered_values_from_those_only_written_otherwise() {
    let place = Place::own(fabwright::schema::Dialect::Postgres).await.unwrap();
    let scratch = place.database().await.unwrap();
    apply(
        &scratch.url(),
        "CREATE TABLE t (id integer PRIMARY KEY, price numeric(12, 4), document json);
         INSERT INTO t VALUES (1, 1.5, '{\"a\":1}'), (2, 1.2345, NULL), (3, NULL, '[]'), (4, 7, '{}')",
    )
    .await;
    let after = scratch.copy().await.unwrap();
    apply(
        &after.url(),
        "ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME id TO number; ALTER TABLE u ALTER price TYPE numeric(8, 2);
         ALTER TABLE u ALTER document TYPE text; UPDATE u SET document = 'x' WHERE number = 4",
    )
    .await;
    let (old, new) = (
        fabwright::database::introspect(&scratch.url()).await.unwrap(),
        fabwright::database::introspect(&after.url()).await.unwrap(),
    );
    let names = (ObjectName::new("t"), ObjectName::new("u"));
    for (column, altered) in [("price", 1), ("document", 1)] {
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
