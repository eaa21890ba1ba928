//! The example's migration, rehearsed with rows in it: up, and down again.

use std::path::{Path, PathBuf};

use fabwright::database::{Scratch, introspect, observe, rows};
use fabwright::generate::data;
use fabwright::run::migrate::{Migrator, MigratorSettings, Target, detect};
use fabwright::schema::Dialect;

use crate::python;

const ROWS: usize = 30;

/// Copies a folder and all in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

#[tokio::test]
async fn the_example_goes_up_and_down_with_rows_in_it() {
    let example = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/shop");
    let folder = tempfile::tempdir().unwrap();
    let (base, head) = (folder.path().join("base"), folder.path().join("head"));
    copy(&example.join("base"), &base);
    copy(&example.join("base"), &head);
    copy(&example.join("pull-request"), &head);
    let python = python::environment().await;
    let migrator =
        |path: &Path| Migrator::new(detect(path, None).unwrap(), python.clone(), path, MigratorSettings::default());
    let (base, head) = (migrator(&base), migrator(&head));

    let scratch = Scratch::sqlite().unwrap();
    let uri = scratch.url().sqlalchemy_uri(None);
    base.upgrade(&uri, &Target::Head).await.unwrap();
    let schema = introspect(&scratch.url()).await.unwrap();
    let made = data::rows(&schema, ROWS, 1);
    assert_eq!(made.unsatisfied, []);
    let inserted = rows::insert(&scratch.url(), &made.tables).await.unwrap();
    for table in &inserted {
        assert!(table.rejected.is_empty(), "{table:?}");
        assert_eq!(table.rows, ROWS, "{table:?}");
    }
    let before = rows::sums(&scratch.url()).await.unwrap();

    let old = base.history().await.unwrap();
    let new = head.history().await.unwrap();
    let revisions: Vec<&str> = new.since(&old).iter().map(|revision| revision.revision.as_str()).collect();
    let applied = head.upgrade(&uri, &Target::Head).await.unwrap();
    let ran: Vec<&str> = applied.revisions.iter().map(|applied| applied.revision.as_str()).collect();
    assert_eq!(ran, revisions);
    let hints = observe::renames(Dialect::Sqlite, applied.statements.iter().map(|statement| statement.sql.as_str()));
    assert!(hints.tables.is_empty(), "{hints:?}");
    let columns: Vec<_> =
        hints.columns.iter().map(|(table, from, to, _)| (table.name.as_str(), from.as_str(), to.as_str())).collect();
    assert_eq!(columns, [("customer", "mail", "email")]);
    let after = rows::sums(&scratch.url()).await.unwrap();
    assert_eq!(after[&"customer".into()].rows, before[&"customer".into()].rows);
    assert_eq!(after[&"customer".into()].columns["email"], before[&"customer".into()].columns["mail"]);

    head.downgrade(&uri, &Target::Revision(old.heads[0].clone())).await.unwrap();
    assert_eq!(introspect(&scratch.url()).await.unwrap(), schema, "the way back leads elsewhere");
    let differences = rows::differences(&before, &rows::sums(&scratch.url()).await.unwrap());
    let told: Vec<String> = differences.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    table customer holds other values in fax
    table order_item holds other values in price, quantity
    table supplier holds other values in name
    ");
}
