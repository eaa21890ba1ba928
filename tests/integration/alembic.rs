//! Migrations as Alembic revisions, run by the real Alembic, up and down.

use std::path::Path;

use fabwright::database::{DatabaseUrl, introspect, script};
use fabwright::diff::{self, RenameHints};
use fabwright::generate::revision::{Heading, revision};
use fabwright::migration;
use fabwright::schema::{Dialect, Schema, snapshot};

use crate::python::interpreter as python;

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

fn project(folder: &Path, revision: &str) {
    std::fs::create_dir_all(folder.join("versions")).unwrap();
    std::fs::write(folder.join("env.py"), ENV).unwrap();
    std::fs::write(folder.join("versions/abc123_change.py"), revision).unwrap();
}

async fn alembic(folder: &Path, url: &str, arguments: &[&str]) {
    let code = "import sys; from alembic.command import upgrade, downgrade; from alembic.config import Config\n\
                config = Config(); config.set_main_option('script_location', sys.argv[1])\n\
                config.set_main_option('sqlalchemy.url', sys.argv[2].replace('%', '%%'))\n\
                (upgrade if sys.argv[3] == 'upgrade' else downgrade)(config, sys.argv[4])";
    let output = tokio::process::Command::new(python())
        .args(["-c", code, &folder.display().to_string(), url])
        .args(arguments)
        .output()
        .await
        .unwrap();
    assert!(
        output.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&output.stderr),
        std::fs::read_to_string(folder.join("versions/abc123_change.py")).unwrap()
    );
}

/// Holds that ruff has nothing to say, in its check or in its format.
async fn assert_tidy(folder: &Path) {
    for arguments in [&["check", "--isolated", "--no-cache"][..], &["format", "--check", "--isolated", "--no-cache"]] {
        let output = tokio::process::Command::new(python().with_file_name("ruff"))
            .args(arguments)
            .arg(folder.join("versions"))
            .output()
            .await
            .unwrap();
        let text = std::fs::read_to_string(folder.join("versions/abc123_change.py")).unwrap();
        assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stdout));
    }
}

/// Runs the revision up and down on the database at `url`, which holds `from`.
async fn there_and_back(url: &DatabaseUrl, alchemy_url: &str, to: &Schema, message: &str) -> String {
    let from = introspect(url).await.unwrap();
    let revision = text(&from, to, message);
    let folder = tempfile::tempdir().unwrap();
    project(folder.path(), &revision);
    assert_tidy(folder.path()).await;
    for (arguments, wanted) in [(["upgrade", "head"], to), (["downgrade", "base"], &from)] {
        alembic(folder.path(), alchemy_url, &arguments).await;
        let found = introspect(url).await.unwrap();
        let rest = diff::differences(wanted, &found, &diff::Renames::default());
        assert!(rest.is_empty(), "{rest:#?}\nafter {arguments:?} of\n{revision}");
        assert_eq!(snapshot::fingerprint(&found), snapshot::fingerprint(wanted), "{revision}");
    }
    revision
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
    let alchemy = format!("sqlite:///{}", path.display());
    let revision = there_and_back(&url, &alchemy, &to, HOSTILE).await;
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
