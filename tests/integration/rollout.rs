//! The stages that keep deployed code at work, run on real servers: in each of them both the old and the new code read
//! and write, and the last one ends where the pull request wanted to be.

mod scenarios;

use std::path::{Path, PathBuf};

use fabwright::database::{DatabaseUrl, MysqlServer, PostgresServer, Scratch, introspect, observe, rows, script};
use fabwright::diff::{self, RenameEvidence, RenameHints, Renames};
use fabwright::rollout::{Own, Rollout, Work, rollout};
use fabwright::run::migrate::{Migrator, MigratorSettings, Target, detect};
use fabwright::schema::{Dialect, ObjectName};
use jiff::Timestamp;

use crate::python;
use crate::rehearsal::copy;
use scenarios::Scenario;

fn hints(scenario: &Scenario) -> RenameHints {
    let mut hints = RenameHints::default();
    for rename in scenario.renames {
        match rename {
            ("", from, to) => {
                hints.tables.push((ObjectName::new(*from), ObjectName::new(*to), RenameEvidence::Answered));
            }
            (table, from, to) => {
                hints.columns.push((ObjectName::new(*table), (*from).into(), (*to).into(), RenameEvidence::Answered))
            }
        }
    }
    hints
}

async fn run(url: &DatabaseUrl, sql: &str, scenario: &Scenario, stage: &str) {
    script::apply(url, sql).await.unwrap_or_else(|error| panic!("{}, {stage}: {error}\n{sql}", scenario.name));
}

/// Goes through the stages on the database at `url`, which is empty, as the one at `wanted` is.
async fn go_through(scenario: &Scenario, url: &DatabaseUrl, wanted: &DatabaseUrl) -> Rollout {
    run(url, scenario.before, scenario, "the base").await;
    run(wanted, scenario.after, scenario, "the head").await;
    let (from, to) = (introspect(url).await.unwrap(), introspect(wanted).await.unwrap());
    let changes = diff::compare(&from, &to, &hints(scenario), Timestamp::UNIX_EPOCH).changes;
    let told = rollout(&from, &to, &changes, &Own::default())
        .unwrap_or_else(|| panic!("{}: nothing to be made safe", scenario.name));
    // `{n}` is another number each time.
    let mut number = 0;
    let mut numbered = |sql: &str| {
        number += 1;
        sql.replace("{n}", &number.to_string())
    };
    run(url, &numbered(scenario.old), scenario, "old code on the base").await;
    let (mut migrated, mut is_old_at_work) = (false, true);
    let last = told.stages.len() - 1;
    for (place, stage) in told.stages.iter().enumerate() {
        match &stage.work {
            Work::Migrate { plan, .. } => {
                script::apply_each(url, plan.statements()).await.unwrap_or_else(|error| {
                    panic!("{}, {}: {error}\n{}", scenario.name, stage.title, plan.forward_sql())
                });
                migrated = true;
            }
            Work::Fill(batches) => {
                for batch in batches {
                    run(url, &batch.statement, scenario, stage.title).await;
                }
            }
            Work::Rows(statements) => panic!("{}: {statements:?}", scenario.name),
            Work::Release(tasks) => assert!(!tasks.is_empty(), "{}", scenario.name),
            Work::Check(queries) => {
                for query in queries {
                    run(url, &query.sql, scenario, stage.title).await;
                }
            }
        }
        let released = matches!(stage.work, Work::Release(_));
        if is_old_at_work {
            run(url, &numbered(scenario.old), scenario, &format!("old code after `{}`", stage.title)).await;
        }
        is_old_at_work &= !released;
        if migrated || released {
            run(url, &numbered(scenario.new), scenario, &format!("new code after `{}`", stage.title)).await;
            if place < last {
                run(url, scenario.agree, scenario, &format!("both after `{}`", stage.title)).await;
            }
        }
    }
    let found = introspect(url).await.unwrap();
    let rest = diff::differences(&told.end, &found, &Renames::default());
    assert!(rest.is_empty(), "{}: {rest:#?}", scenario.name);
    let sums = rows::sums(url).await.unwrap();
    assert!(sums.values().map(|table| table.rows).sum::<u64>() > 2, "{}", scenario.name);
    told
}

fn titles(told: &Rollout) -> Vec<&str> {
    told.stages.iter().map(|stage| stage.title).collect()
}

#[tokio::test]
async fn on_postgresql_both_codes_work_in_every_stage() {
    let server = PostgresServer::start().await.unwrap();
    for scenario in scenarios::POSTGRES {
        let (url, wanted) = (server.database().await.unwrap(), server.database().await.unwrap());
        let told = go_through(scenario, &url, &wanted).await;
        assert_eq!(titles(&told), scenario.stages, "{}", scenario.name);
    }
}

#[tokio::test]
async fn on_mariadb_both_codes_work_in_every_stage() {
    let server = MysqlServer::start().await.unwrap();
    for scenario in scenarios::MYSQL {
        let (url, wanted) = (server.database().await.unwrap(), server.database().await.unwrap());
        let told = go_through(scenario, &url, &wanted).await;
        assert_eq!(titles(&told), scenario.stages, "{}", scenario.name);
    }
}

#[tokio::test]
async fn on_sqlite_both_codes_work_in_every_stage() {
    for scenario in scenarios::SQLITE {
        let (scratch, wanted) = (Scratch::sqlite().unwrap(), Scratch::sqlite().unwrap());
        let told = go_through(scenario, &scratch.url(), &wanted.url()).await;
        assert_eq!(titles(&told), scenario.stages, "{}", scenario.name);
    }
}

#[tokio::test]
async fn the_stages_of_the_example_are_revisions_that_lead_to_its_schema() {
    let example = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/shop");
    let folder = tempfile::tempdir().unwrap();
    let (base, head) = (folder.path().join("base"), folder.path().join("head"));
    copy(&example.join("base"), &base);
    copy(&example.join("base"), &head);
    copy(&example.join("pull-request"), &head);
    let python = python::environment().await;
    let migrator =
        |path: &Path| Migrator::new(detect(path, None).unwrap(), python.clone(), path, MigratorSettings::default());

    let (staged, wanted) = (Scratch::sqlite().unwrap(), Scratch::sqlite().unwrap());
    migrator(&base).upgrade(&staged.url().sqlalchemy_uri(None), &Target::Head).await.unwrap();
    let from = introspect(&staged.url()).await.unwrap();
    let applied = migrator(&head).upgrade(&wanted.url().sqlalchemy_uri(None), &Target::Head).await.unwrap();
    let to = introspect(&wanted.url()).await.unwrap();
    let hints = observe::renames(Dialect::Sqlite, applied.statements.iter().map(|statement| statement.sql.as_str()));
    let changes = diff::compare(&from, &to, &hints, Timestamp::UNIX_EPOCH).changes;
    let rows = vec!["UPDATE customer SET email = 'none:50%' WHERE 1 = 0;".to_owned()];
    let told = rollout(&from, &to, &changes, &Own { rows, ..Own::default() }).unwrap();
    assert_eq!(told.by_hand, Vec::<String>::new());
    assert_eq!(told.end, to);

    let mut follows = migrator(&base).history().await.unwrap().heads.pop();
    let mut written = Vec::new();
    for (place, stage) in told.stages.iter().enumerate() {
        let Some((id, text)) = stage.revision(follows.as_deref(), Timestamp::UNIX_EPOCH) else { continue };
        std::fs::write(base.join(format!("migrations/versions/{id}_stage_{place}.py")), text).unwrap();
        follows = Some(id.clone());
        written.push(id);
    }
    assert_eq!(written.len(), 5, "{:?}", titles(&told));
    let uri = staged.url().sqlalchemy_uri(None);
    let applied = migrator(&base).upgrade(&uri, &Target::Head).await.unwrap();
    let ran: Vec<&String> = applied.revisions.iter().map(|revision| &revision.revision).collect();
    assert_eq!(ran, written.iter().collect::<Vec<_>>());
    let found = introspect(&staged.url()).await.unwrap();
    assert_eq!(diff::differences(&to, &found, &Renames::default()), []);
}
