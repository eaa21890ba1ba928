//! Plans that leave tables in use: where they lead, and the SQL of each form.

use super::scenarios::{LINKED, OBJECTS, RENAMED};
use super::*;

#[tokio::test]
async fn every_scenario_goes_there_and_back() {
    let server = PostgresServer::start().await.unwrap();
    for (name, before, after) in [SCENARIOS, LINKED, OBJECTS, RENAMED].concat() {
        for (one, other) in [(before, after), (after, before)] {
            assert!(go_there_and_back(&server, one, other, migration::online_plan).await > 0, "{name}");
        }
    }
}

/// The statements of the plan between two schemas whose tables hold rows, after they were run there and back.
async fn statements(server: &PostgresServer, before: &str, after: &str, rows: &str) -> Vec<String> {
    let (url, from) = database(server, &format!("{before}{rows}")).await;
    let (_, to) = database(server, after).await;
    let plan = migration::online_plan(&from, &to, &diff::diff(&from, &to, &RenameHints::default()));
    for (plan, wanted) in [(&plan, &to), (plan.back.as_deref().unwrap(), &from)] {
        let text = plan.forward_sql();
        script::apply_each(&url, plan.statements()).await.unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_schema(&url, wanted, &text).await;
    }
    plan.statements().map(str::to_owned).collect()
}

const BEGIN: [&str; 3] = ["BEGIN;", "SET LOCAL check_function_bodies = off;", "SET LOCAL lock_timeout = '5s';"];

fn transaction<'a>(statements: &[&'a str]) -> Vec<&'a str> {
    [&BEGIN, statements, &["COMMIT;"]].concat()
}

#[tokio::test]
async fn indexes_come_and_go_concurrently() {
    let server = PostgresServer::start().await.unwrap();
    let made = statements(
        &server,
        "CREATE TABLE t (a integer, b integer); CREATE INDEX old ON t (a); CREATE MATERIALIZED VIEW m AS SELECT 1 AS n;",
        "CREATE TABLE t (a integer, b integer, c text); CREATE UNIQUE INDEX fresh ON t (b) WHERE a > 0; COMMENT ON INDEX fresh IS 'x';
         CREATE TABLE new (a integer); CREATE INDEX of_new ON new (a); CREATE MATERIALIZED VIEW m AS SELECT 1 AS n;
         CREATE INDEX of_m ON m (n);",
        "INSERT INTO t VALUES (1, 1), (2, 2);",
    )
    .await;
    let first = transaction(&[
        "CREATE TABLE public.new (\n    a integer\n);",
        "ALTER TABLE public.t ADD COLUMN c text;",
        "CREATE INDEX of_new ON public.new USING btree (a);",
    ]);
    let wanted = [
        vec!["DROP INDEX CONCURRENTLY public.old;"],
        first,
        vec!["CREATE UNIQUE INDEX CONCURRENTLY fresh ON public.t USING btree (b) WHERE (a > 0);"],
        transaction(&["COMMENT ON INDEX public.fresh IS 'x';"]),
        vec!["CREATE INDEX CONCURRENTLY of_m ON public.m USING btree (n);"],
    ];
    assert_eq!(made, wanted.concat());
}

#[tokio::test]
async fn constraints_are_validated_later() {
    let server = PostgresServer::start().await.unwrap();
    let made = statements(
        &server,
        "CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE t (a integer, b integer);",
        "CREATE TABLE p (id integer PRIMARY KEY);
         CREATE TABLE t (a integer, b integer, CONSTRAINT positive CHECK (b > 0),
            CONSTRAINT of_p FOREIGN KEY (a) REFERENCES p DEFERRABLE INITIALLY DEFERRED);
         ALTER TABLE t ADD CONSTRAINT unseen CHECK (b < 9) NOT VALID;",
        "INSERT INTO p VALUES (1); INSERT INTO t VALUES (1, 1), (NULL, 2);",
    )
    .await;
    let add = "ALTER TABLE public.t ADD CONSTRAINT";
    let foreign =
        format!("{add} of_p FOREIGN KEY (a) REFERENCES public.p(id) DEFERRABLE INITIALLY DEFERRED NOT VALID;");
    let (check, unseen) =
        (format!("{add} positive CHECK ((b > 0)) NOT VALID;"), format!("{add} unseen CHECK ((b < 9)) NOT VALID;"));
    let wanted = [
        transaction(&[&foreign]),
        vec!["ALTER TABLE public.t VALIDATE CONSTRAINT of_p;"],
        transaction(&[&check]),
        vec!["ALTER TABLE public.t VALIDATE CONSTRAINT positive;"],
        transaction(&[&unseen]),
    ];
    assert_eq!(made, wanted.concat());
}

#[tokio::test]
async fn keys_stand_on_indexes_that_are_there() {
    let server = PostgresServer::start().await.unwrap();
    let made = statements(
        &server,
        "CREATE TABLE t (id integer NOT NULL, \"a)b\" integer, c integer);",
        "CREATE TABLE t (id integer NOT NULL, \"a)b\" integer, c integer, CONSTRAINT \"the \"\"key\"\"\" PRIMARY KEY (id),
            CONSTRAINT u UNIQUE NULLS NOT DISTINCT (\"a)b\", c) INCLUDE (id) WITH (fillfactor = 70) DEFERRABLE INITIALLY DEFERRED,
            CONSTRAINT x EXCLUDE USING btree (c WITH =));",
        "INSERT INTO t VALUES (1, NULL, 1), (2, 2, 2);",
    )
    .await;
    let wanted = [
        vec!["CREATE UNIQUE INDEX CONCURRENTLY \"the \"\"key\"\"\" ON public.t (id);"],
        transaction(&[
            "ALTER TABLE public.t ADD CONSTRAINT \"the \"\"key\"\"\" PRIMARY KEY USING INDEX \"the \"\"key\"\"\";",
        ]),
        vec![
            "CREATE UNIQUE INDEX CONCURRENTLY u ON public.t (\"a)b\", c) INCLUDE (id) NULLS NOT DISTINCT WITH (fillfactor=70);",
        ],
        transaction(&[
            "ALTER TABLE public.t ADD CONSTRAINT u UNIQUE USING INDEX u DEFERRABLE INITIALLY DEFERRED;",
            "ALTER TABLE public.t ADD CONSTRAINT x EXCLUDE USING btree (c WITH =);",
        ]),
    ];
    assert_eq!(made, wanted.concat());
}

#[tokio::test]
async fn a_value_is_required_after_a_check() {
    let server = PostgresServer::start().await.unwrap();
    let made = statements(
        &server,
        "CREATE TABLE t (a integer, b text);",
        "CREATE TABLE t (a integer NOT NULL PRIMARY KEY, b text NOT NULL, CHECK (b <> 'x'));",
        "INSERT INTO t VALUES (1, 'a'), (2, NULL);",
    )
    .await;
    let add = |column: &str| {
        format!("ALTER TABLE public.t ADD CONSTRAINT \"{column} is there\" CHECK ({column} IS NOT NULL) NOT VALID;")
    };
    let fill = |column: &str, value: &str| format!("UPDATE public.t SET {column} = {value} WHERE {column} IS NULL;");
    let validate = |column: &str| format!("ALTER TABLE public.t VALIDATE CONSTRAINT \"{column} is there\";");
    let set = |column: &str| format!("ALTER TABLE public.t ALTER COLUMN {column} SET NOT NULL;");
    let drop = |column: &str| format!("ALTER TABLE public.t DROP CONSTRAINT \"{column} is there\";");
    let (a, b) = ((add("a"), set("a"), drop("a")), (add("b"), set("b"), drop("b")));
    let (fill_a, fill_b) = ((fill("a", "0"), validate("a")), (fill("b", "''"), validate("b")));
    let wanted = [
        transaction(&[&a.0]),
        vec![&fill_a.0, &fill_a.1],
        transaction(&[&a.1, &a.2, &b.0]),
        vec![&fill_b.0, &fill_b.1],
        transaction(&[&b.1, &b.2, "ALTER TABLE public.t ADD CONSTRAINT t_b_check CHECK ((b <> 'x'::text)) NOT VALID;"]),
        vec![
            "ALTER TABLE public.t VALIDATE CONSTRAINT t_b_check;",
            "CREATE UNIQUE INDEX CONCURRENTLY t_pkey ON public.t (a);",
        ],
        transaction(&["ALTER TABLE public.t ADD CONSTRAINT t_pkey PRIMARY KEY USING INDEX t_pkey;"]),
    ];
    assert_eq!(made, wanted.concat());
}

#[tokio::test]
async fn partitions_leave_concurrently_and_partitioned_tables_say_why_not() {
    let server = PostgresServer::start().await.unwrap();
    let before = "CREATE TABLE p (id integer NOT NULL) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);
                  CREATE TABLE p2 PARTITION OF p (CONSTRAINT own CHECK (id < 15)) FOR VALUES FROM (10) TO (20);";
    let after = "CREATE TABLE p (id integer NOT NULL) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);
                 CREATE TABLE p2 (id integer NOT NULL, CONSTRAINT own CHECK (id < 15)); CREATE INDEX i ON p (id);";
    let made = statements(&server, before, after, "INSERT INTO p VALUES (2), (11);").await;
    assert_eq!(made[0], "ALTER TABLE public.p DETACH PARTITION public.p2 CONCURRENTLY;");
    assert_eq!(made.last().unwrap(), "COMMIT;");
    assert_eq!(made.iter().filter(|text| text.contains("CONCURRENTLY")).count(), 1, "{made:#?}");
    let (_, from) = database(&server, &format!("{before} CREATE TABLE rest PARTITION OF p DEFAULT;")).await;
    let (_, to) = database(&server, &format!("{after} CREATE TABLE rest PARTITION OF p DEFAULT;")).await;
    let plan = migration::online_plan(&from, &to, &diff::diff(&from, &to, &RenameHints::default()));
    let notes: Vec<&str> = plan.steps.iter().flat_map(|step| &step.notes).map(String::as_str).collect();
    assert_eq!(
        notes,
        [
            "This keeps others from the table until it is done: PostgreSQL has no other form beside a default partition.",
            "This keeps others from the table until it is done: PostgreSQL has no other form for a partitioned table.",
        ]
    );
    assert!(plan.steps.iter().all(|step| !step.outside));
}

#[tokio::test]
async fn rows_that_are_kept_aside_stay_in_one_transaction() {
    use sqlx::{ConnectOptions, Row};
    let server = PostgresServer::start().await.unwrap();
    let before = "CREATE TABLE t (id integer PRIMARY KEY, v text); CREATE TABLE u (a integer, b integer NOT NULL); CREATE INDEX old ON u (a);
                  INSERT INTO t VALUES (1, 'one'); INSERT INTO u VALUES (1, 1);";
    let after = "CREATE TABLE t (id integer PRIMARY KEY, v text) PARTITION BY HASH (id);
                 CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 1, REMAINDER 0);
                 CREATE TABLE u (a integer NOT NULL, b integer, CHECK (b > 0)); CREATE INDEX fresh ON u (b);";
    let (url, from) = database(&server, before).await;
    let (_, to) = database(&server, after).await;
    let plan = migration::online_plan(&from, &to, &diff::diff(&from, &to, &RenameHints::default()));
    script::apply_each(&url, plan.statements()).await.unwrap();
    assert_schema(&url, &to, &plan.forward_sql()).await;
    let options: sqlx::postgres::PgConnectOptions = url.expose().parse().unwrap();
    let row = sqlx::query("SELECT concat_ws(',', id, v) FROM t").fetch_one(&mut options.connect().await.unwrap()).await;
    assert_eq!(row.unwrap().get::<String, _>(0), "1,one");
    let outside: Vec<&str> =
        plan.steps.iter().filter(|step| step.outside).flat_map(|step| &step.statements).map(String::as_str).collect();
    assert_eq!(outside[0], "DROP INDEX CONCURRENTLY public.old;");
    assert_eq!(outside.last().unwrap(), &"CREATE INDEX CONCURRENTLY fresh ON public.u USING btree (b);");
}

#[test]
fn only_postgresql_has_such_forms() {
    let empty = Schema::empty(fabwright::schema::Dialect::Sqlite);
    let plan = migration::online_plan(&empty, &empty, &[]);
    assert_eq!(
        plan.gap.as_deref(),
        Some("There are no other forms of these statements for sqlite: leave --online away.")
    );
}
