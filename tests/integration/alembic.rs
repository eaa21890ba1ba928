//! Migrations as Alembic revisions, run by the real Alembic, up and down.

use std::path::{Path, PathBuf};

use fabwright::database::{DatabaseUrl, PostgresServer, introspect, script};
use fabwright::diff::{self, RenameHints};
use fabwright::generate::revision::{Heading, revision};
use fabwright::migration;
use fabwright::schema::{Dialect, Schema, snapshot};

use crate::python::interpreter as python;
use crate::{mysql, postgres};

const ENV: &str = "
from alembic import context
from sqlalchemy import create_engine, pool

url = context.config.get_main_option('sqlalchemy.url')
with create_engine(url, poolclass=pool.NullPool).connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
";

fn text(from: &Schema, to: &Schema, message: &str) -> String {
    let changes = diff::diff(from, to, &RenameHints::default());
    let plan = migration::plan(from, to, &changes);
    let heading = Heading {
        revision: Some("abc123".to_owned()),
        down_revision: None,
        message: Some(message.to_owned()),
        created: jiff::Timestamp::UNIX_EPOCH,
    };
    revision(&plan, &changes, from, to, &heading)
}

/// One database and the project whose one revision is run on it.
struct Job {
    name: String,
    folder: PathBuf,
    url: DatabaseUrl,
    from: Schema,
    to: Schema,
    revision: String,
}

impl Job {
    /// The job of the database at `url`, which holds the old schema.
    async fn new(root: &Path, name: &str, url: DatabaseUrl, to: Schema, message: &str) -> Self {
        let from = introspect(&url).await.unwrap();
        let revision = text(&from, &to, message);
        let folder = root.join(snapshot::sha256(name));
        std::fs::create_dir_all(folder.join("versions")).unwrap();
        std::fs::write(folder.join("env.py"), ENV).unwrap();
        std::fs::write(folder.join("versions/abc123_change.py"), &revision).unwrap();
        Self { name: name.to_owned(), folder, url, from, to, revision }
    }

    async fn assert_schema(&self, wanted: &Schema, direction: &str) {
        let found = introspect(&self.url).await.unwrap();
        let rest = diff::differences(wanted, &found, &diff::Renames::default());
        let about = || format!("{}: after {direction} of\n{}", self.name, self.revision);
        assert!(rest.is_empty(), "{rest:#?}\n{}", about());
        assert_eq!(snapshot::fingerprint(&found), snapshot::fingerprint(wanted), "{}", about());
    }
}

const RUN: &str = "
import json, sys
from alembic.command import downgrade, upgrade
from alembic.config import Config
for folder, url in json.loads(sys.argv[2]):
    config = Config()
    config.set_main_option('script_location', folder)
    config.set_main_option('sqlalchemy.url', url.replace('%', '%%'))
    try:
        upgrade(config, 'head') if sys.argv[1] == 'upgrade' else downgrade(config, 'base')
    except Exception as error:
        sys.exit(f'{error}\\n{open(folder + \"/versions/abc123_change.py\").read()}')
";

async fn alembic(direction: &str, jobs: &[Job]) {
    let driver = |url: &DatabaseUrl| match url.dialect() {
        Dialect::Sqlite => None,
        Dialect::Postgres => Some("psycopg2"),
        Dialect::Mysql => Some("pymysql"),
    };
    let list: Vec<_> = jobs.iter().map(|job| (&job.folder, job.url.sqlalchemy_uri(driver(&job.url)))).collect();
    let output = tokio::process::Command::new(python())
        .args(["-c", RUN, direction, &serde_json::to_string(&list).unwrap()])
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{direction}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Holds that ruff has nothing to say, in its check or in its format.
async fn assert_tidy(root: &Path) {
    for arguments in [&["check", "--isolated", "--no-cache"][..], &["format", "--diff", "--isolated", "--no-cache"]] {
        let output = tokio::process::Command::new(python().with_file_name("ruff"))
            .args(arguments)
            .args(["--exclude", "env.py"])
            .arg(root)
            .output()
            .await
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

/// Runs the revisions up and down.
async fn there_and_back(root: &Path, jobs: &[Job]) {
    assert_tidy(root).await;
    for direction in ["upgrade", "downgrade"] {
        alembic(direction, jobs).await;
        for job in jobs {
            let wanted = if direction == "upgrade" { &job.to } else { &job.from };
            job.assert_schema(wanted, direction).await;
        }
    }
}

const HOSTILE: &str = "it's \"\"\" a \\ trap:x %s {0}";

fn hostile() -> String {
    HOSTILE.replace('"', "\"\"")
}

#[tokio::test]
async fn sqlite_goes_up_and_down_by_alembic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let url: DatabaseUrl = format!("sqlite:{}", path.display()).parse().unwrap();
    let before = format!(
        "CREATE TABLE customer (id INTEGER PRIMARY KEY, surname VARCHAR(80) NOT NULL, fax TEXT);
         CREATE TABLE line (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id) ON DELETE CASCADE);
         CREATE TABLE old (id INTEGER NOT NULL, PRIMARY KEY (id));
         CREATE INDEX by_fax ON customer (fax);
         CREATE TABLE \"{0}\" (id INTEGER PRIMARY KEY, \"{0}\" TEXT DEFAULT '12:30 :x');
         CREATE VIEW names AS SELECT surname || ':x' AS name FROM customer;",
        hostile()
    );
    let after = format!(
        "CREATE TABLE customer (id INTEGER PRIMARY KEY, last_name VARCHAR(80) NOT NULL, credit NUMERIC(12, 4) NOT NULL DEFAULT 0,
           CHECK (credit >= 0));
         CREATE TABLE line (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id) ON DELETE CASCADE,
           note TEXT DEFAULT ':x', made DATETIME);
         CREATE TABLE invoice (id INTEGER NOT NULL, line_id INTEGER, state VARCHAR(20) DEFAULT 'open' NOT NULL, PRIMARY KEY (id),
           CONSTRAINT one UNIQUE (line_id, state), CHECK (state <> ':x'),
           FOREIGN KEY (line_id) REFERENCES line (id) ON DELETE SET NULL);
         CREATE UNIQUE INDEX by_state ON invoice (lower(state) DESC, id) WHERE state <> 'a:b';
         CREATE TABLE \"{0}\" (id INTEGER PRIMARY KEY, \"{0}\" TEXT DEFAULT '12:31 :x', \"b{0}\" TEXT);
         CREATE INDEX \"i{0}\" ON \"{0}\" (\"{0}\");
         CREATE VIEW names AS SELECT last_name || ':x' AS name FROM customer;
         CREATE TRIGGER gone AFTER DELETE ON invoice BEGIN DELETE FROM line WHERE id = OLD.line_id; END;",
        hostile()
    );
    let rows = "INSERT INTO customer VALUES (1, 'Ng', NULL); INSERT INTO line VALUES (1, 1);";
    std::fs::write(&path, "").unwrap();
    script::apply(&url, &format!("{before}{rows}")).await.unwrap();
    let to = script::schema_of_script(Dialect::Sqlite, &after).await.unwrap();
    let jobs = [Job::new(folder.path(), "sqlite", url, to, HOSTILE).await];
    there_and_back(folder.path(), &jobs).await;
    let [Job { revision, .. }] = &jobs;
    let written = |operation: &str| assert!(revision.contains(operation), "no {operation} in\n{revision}");
    ["op.create_table(", "op.create_index(", "op.drop_table(", "op.alter_column("].into_iter().for_each(written);
    assert!(revision.contains("PRAGMA foreign_keys=OFF"), "{revision}");
}

#[tokio::test]
async fn a_plain_revision_reads_as_one_that_people_write() {
    let schema = async |sql: &str| script::schema_of_script(Dialect::Sqlite, sql).await.unwrap();
    let from = schema("CREATE TABLE t (id INTEGER NOT NULL, fax TEXT, PRIMARY KEY (id));").await;
    let to = schema(
        "CREATE TABLE t (id INTEGER NOT NULL, fax TEXT, born DATE, PRIMARY KEY (id)); CREATE INDEX i ON t (born);
         CREATE TABLE u (id INTEGER NOT NULL, t_id INTEGER, PRIMARY KEY (id), FOREIGN KEY (t_id) REFERENCES t (id));",
    )
    .await;
    insta::assert_snapshot!(text(&from, &to, "Births and people"));
}

/// What text of a statement could be taken for by a driver or by SQLAlchemy.
const LIKE_PARAMETERS: (&str, &str) = (
    "CREATE TABLE t (id integer PRIMARY KEY, a varchar(40) DEFAULT '100 % :x %s %(x)s 12:30');",
    "CREATE TABLE t (id integer PRIMARY KEY, a varchar(40) DEFAULT '50 %% :y %d 12:31', b varchar(9) DEFAULT '%', CHECK (a <> '%s :z'));
     CREATE VIEW v AS SELECT id % 2 AS odd FROM t WHERE a LIKE '%:x';",
);

#[tokio::test]
async fn postgres_goes_up_and_down_by_alembic() {
    let server = PostgresServer::start().await.unwrap();
    let root = tempfile::tempdir().unwrap();
    let mut jobs = Vec::new();
    let own = [("what looks like parameters", LIKE_PARAMETERS.0, LIKE_PARAMETERS.1)];
    for (name, before, after) in own.iter().chain(postgres::SCENARIOS).chain(postgres::LINKED) {
        let (url, _) = postgres::database(&server, before).await;
        let (_, to) = postgres::database(&server, after).await;
        jobs.push(Job::new(root.path(), name, url, to, name).await);
    }
    there_and_back(root.path(), &jobs).await;
    let all: String = jobs.iter().map(|job| job.revision.as_str()).collect();
    for operation in
        ["op.add_column(", "op.create_index(", "op.drop_column(", "op.create_foreign_key(", "autocommit_block()"]
    {
        assert!(all.contains(operation), "no {operation} in\n{all}");
    }
}

#[tokio::test]
async fn mariadb_goes_up_and_down_by_alembic() {
    let root = tempfile::tempdir().unwrap();
    let mut jobs = Vec::new();
    let own = [("what looks like parameters", LIKE_PARAMETERS.0, LIKE_PARAMETERS.1)];
    for (name, before, after) in own.iter().chain(mysql::SCENARIOS) {
        let (url, _) = mysql::database(before).await;
        let (_, to) = mysql::database(after).await;
        jobs.push(Job::new(root.path(), name, url, to, name).await);
    }
    there_and_back(root.path(), &jobs).await;
}
