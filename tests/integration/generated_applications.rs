//! Schemas as teams have them: the suite that is generated for one passes, and what it leaves out has the reason that is
//! known here.

use fabwright::database::{Place, introspect};
use fabwright::generate::FabVersion;
use fabwright::schema::Dialect;

use crate::generated_tests::{application, python};

/// Generates an application for the database that `sql` makes, and runs its tests but for those that need a browser.
/// Gives the reasons for which tests were skipped, sorted.
async fn reasons_to_skip(dialect: Dialect, sql: &str) -> Vec<String> {
    let place = Place::own(dialect).await.unwrap();
    let given = place.database().await.unwrap();
    given.apply(sql).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    application(root, &introspect(&given.url()).await.unwrap(), FabVersion::V5);
    let driver = match dialect {
        Dialect::Postgres => Some("psycopg2"),
        Dialect::Mysql => Some("pymysql"),
        Dialect::Sqlite => None,
    };
    let uri = given.url().sqlalchemy_uri(driver);
    // Tables of Flask-AppBuilder that no migration makes.
    python(root, FabVersion::V5, &["make_database.py", &uri], &uri);
    let arguments =
        ["-m", "pytest", "-q", "-rs", "--tb=short", "-p", "no:cacheprovider", "tests/unit", "tests/integration"];
    let said = python(root, FabVersion::V5, &[&arguments[..], &["tests/security"]].concat(), &uri);
    let skipped = said.lines().filter(|line| line.starts_with("SKIPPED"));
    let mut reasons: Vec<String> = skipped.filter_map(|line| Some(line.split_once(": ")?.1.to_owned())).collect();
    reasons.sort();
    reasons.dedup();
    reasons
}

#[tokio::test]
async fn names_of_another_age_and_keys_of_every_origin_on_sqlite() {
    let sql = include_str!("generated/applications/workshop.sqlite.sql");
    let reasons = reasons_to_skip(Dialect::Sqlite, sql).await;
    assert_eq!(
        reasons,
        [
            "a row of lead needs one of team that needs it in turn",
            "a row of shift needs another one, so that none can be the first",
            "a row of team needs one of lead that needs it in turn",
        ]
    );
}

#[tokio::test]
async fn rules_that_only_a_reader_of_sql_can_tell_on_postgresql() {
    let sql = include_str!("generated/applications/clinic.postgres.sql");
    assert_eq!(reasons_to_skip(Dialect::Postgres, sql).await, [""; 0]);
}
