//! Migrations of tiny applications, driven by their own Python.

use std::path::Path;
use std::time::Duration;

use fabwright::run::migrate::{MigrationTool, Migrator, MigratorSettings, Target, WayDown, detect};
use fabwright::run::{Error, PythonEnvironment, PythonOptions};

use crate::python;

const APP: &str = r#"import os

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
migrate = Migrate()


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
    db.init_app(app)
    migrate.init_app(app, db)
    print("noise on standard output")
    return app
"#;

/// FAB's default is to create its tables whenever the application is loaded.
const FAB_APP: &str = r#"import os

from flask import Flask
from flask_appbuilder import AppBuilder
from flask_appbuilder.utils.legacy import get_sqla_class
from flask_migrate import Migrate

db = get_sqla_class()()


def create_app():
    app = Flask(__name__)
    app.config["SECRET_KEY"] = "only a test"
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
    with app.app_context():
        db.init_app(app)
        Migrate(app, db)
        AppBuilder().init_app(app, db.session)
    return app
"#;

const FLASK_ENV: &str = r#"from alembic import context
from flask import current_app

engine = current_app.extensions["migrate"].db.engine
with engine.connect() as connection:
    context.configure(connection=connection, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
"#;

const ALEMBIC_ENV: &str = r#"from alembic import context
from sqlalchemy import engine_from_config

config = context.config
engine = engine_from_config(config.get_section(config.config_ini_section, {}), prefix="sqlalchemy.")
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"#;

const FIRST: &str = r#""""Add customers."""

import sqlalchemy as sa
from alembic import op

revision = "a1"
down_revision = None


def upgrade():
    op.create_table(
        "customer",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("mail", sa.String(80)),
    )


def downgrade():
    op.drop_table("customer")
"#;

const SECOND: &str = r#""""Call it an address."""

from alembic import op

revision = "b2"
down_revision = "a1"


def upgrade():
    with op.batch_alter_table("customer") as batch:
        batch.alter_column("mail", new_column_name="email")


def downgrade():
    pass
"#;

struct Application {
    folder: tempfile::TempDir,
    python: PythonEnvironment,
}

impl Application {
    async fn flask() -> Self {
        Self::with(&[
            ("app/__init__.py", APP),
            ("migrations/alembic.ini", "[alembic]\n"),
            ("migrations/env.py", FLASK_ENV),
            ("migrations/versions/a1_first.py", FIRST),
            ("migrations/versions/b2_second.py", SECOND),
        ])
        .await
    }

    async fn alembic() -> Self {
        Application::with(&[
            ("alembic.ini", "[alembic]\nscript_location = migrations\nsqlalchemy.url = sqlite:///elsewhere.db\n"),
            ("migrations/env.py", ALEMBIC_ENV),
            ("migrations/versions/a1_first.py", FIRST),
        ])
        .await
    }

    async fn with(files: &[(&str, &str)]) -> Self {
        let application = Self { folder: tempfile::tempdir().unwrap(), python: python::environment().await };
        for (name, text) in files {
            application.write(name, text);
        }
        application
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn uri(&self) -> String {
        format!("sqlite:///{}", self.path().join("scratch.db").display())
    }

    fn migrator(&self) -> Migrator {
        self.migrator_with(MigratorSettings::default())
    }

    fn migrator_with(&self, settings: MigratorSettings) -> Migrator {
        Migrator::new(detect(self.path(), None).unwrap(), self.python.clone(), self.path(), settings)
    }

    fn tree(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut folders = vec![self.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                names.push(path.strip_prefix(self.path()).unwrap().display().to_string());
                if path.is_dir() {
                    folders.push(path);
                }
            }
        }
        names.sort();
        names
    }
}

#[tokio::test]
async fn history_lists_revisions_from_the_first_on() {
    let application = Application::flask().await;
    let before = application.tree();
    let history = application.migrator().history().await.unwrap();
    assert_eq!(history.heads, ["b2"]);
    let told: Vec<_> = history
        .revisions
        .iter()
        .map(|revision| (revision.revision.as_str(), revision.path.to_str().unwrap(), revision.doc.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("a1", "migrations/versions/a1_first.py", "Add customers."),
            ("b2", "migrations/versions/b2_second.py", "Call it an address.")
        ]
    );
    assert_eq!(history.revisions[0].way_down, WayDown::Written);
    assert_eq!(history.revisions[1].way_down, WayDown::Empty);
    assert_eq!(history.revisions[1].down_revisions, ["a1"]);
    assert_eq!(application.tree(), before, "asking left files behind");
}

#[tokio::test]
async fn upgrade_goes_step_by_step_and_tells_each_statement() {
    let application = Application::flask().await;
    let migrator = application.migrator();
    let first = migrator.upgrade(&application.uri(), &Target::Revision("a1".into())).await.unwrap();
    assert_eq!(first.revisions.len(), 1);
    assert!(first.statements[0].sql.contains("CREATE TABLE customer"));
    let second = migrator.upgrade(&application.uri(), &Target::Head).await.unwrap();
    assert_eq!(second.revisions[0].revision, "b2");
    let sql: Vec<&str> = second.statements.iter().map(|statement| statement.sql.trim()).collect();
    assert!(sql.iter().any(|sql| sql.contains("_alembic_tmp_customer")), "{sql:?}");
    assert!(second.statements.iter().all(|statement| statement.revision == "b2"));
    let down = migrator.downgrade(&application.uri(), &Target::Revision("a1".into())).await.unwrap();
    assert_eq!(down.revisions.len(), 1);
    assert!(down.statements.is_empty());
}

#[tokio::test]
async fn a_failing_migration_names_file_line_and_statement() {
    let application = Application::flask().await;
    application.write(
        "migrations/versions/c3_third.py",
        "from alembic import op\n\nrevision = 'c3'\ndown_revision = 'b2'\n\n\ndef upgrade():\n    op.execute('DROP TABLE nowhere')\n",
    );
    match application.migrator().upgrade(&application.uri(), &Target::Head).await.unwrap_err() {
        Error::Migration { revision, at, statement, message, sent: _ } => {
            assert_eq!(revision.as_deref(), Some("c3"));
            assert_eq!(at.as_deref(), Some("migrations/versions/c3_third.py:8"));
            assert_eq!(statement.as_deref(), Some("DROP TABLE nowhere"));
            assert!(message.contains("no such table: nowhere"), "{message}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn broken_code_is_an_error_with_its_place() {
    let application = Application::flask().await;
    application.write("migrations/versions/c3_third.py", "revision = 'c3'\ndown_revision = 'b2'\ndef upgrade(:\n");
    let error = application.migrator().history().await.unwrap_err().to_string();
    assert!(error.contains("migrations/versions/c3_third.py:3"), "{error}");
    std::fs::remove_file(application.path().join("migrations/versions/c3_third.py")).unwrap();
    application.write("app/__init__.py", "import no_such_module\n\n\ndef create_app():\n    pass\n");
    let error = application.migrator().upgrade(&application.uri(), &Target::Head).await.unwrap_err().to_string();
    assert!(error.contains("no_such_module"), "{error}");
}

#[tokio::test]
async fn two_heads_are_named_with_the_command_that_merges_them() {
    let application = Application::flask().await;
    application.write("migrations/versions/c3_other.py", &SECOND.replace("\"b2\"", "\"c3\""));
    let history = application.migrator().history().await.unwrap();
    assert_eq!(history.heads.len(), 2);
    let error = application.migrator().upgrade(&application.uri(), &Target::Head).await.unwrap_err().to_string();
    assert!(error.contains("b2 (migrations/versions/b2_second.py)") && error.contains("c3 ("), "{error}");
    assert!(error.contains("flask --app app:create_app db merge heads"), "{error}");
    assert!(!application.path().join("scratch.db").exists());
}

#[tokio::test]
async fn a_migration_that_hangs_is_stopped_and_named() {
    let application = Application::alembic().await;
    application.write(
        "migrations/versions/c3_third.py",
        "import time\n\nrevision = 'c3'\ndown_revision = 'a1'\n\n\ndef upgrade():\n    time.sleep(600)\n",
    );
    let settings = MigratorSettings { limit: Duration::from_secs(12), ..MigratorSettings::default() };
    let error =
        application.migrator_with(settings).upgrade(&application.uri(), &Target::Head).await.unwrap_err().to_string();
    assert!(error.contains("migrations/versions/c3_third.py: migration c3 was still running after 12 s"), "{error}");
}

#[tokio::test]
async fn another_database_is_refused_before_it_is_touched() {
    let application = Application::flask().await;
    let other = application.path().join("production.db");
    application.write(
        "app/__init__.py",
        &APP.replace("os.environ[\"DATABASE_URL\"]", &format!("\"sqlite:///{}\"", other.display())),
    );
    let error = application.migrator().upgrade(&application.uri(), &Target::Head).await.unwrap_err();
    assert!(matches!(error, Error::OtherDatabase { .. }), "{error:?}");
    assert!(error.to_string().contains("application.database_variable"), "{error}");
    assert!(other.metadata().map_or(0, |metadata| metadata.len()) == 0, "the other database was written");
}

#[tokio::test]
async fn the_framework_creates_no_tables_that_the_migrations_own() {
    let application = Application::flask().await;
    application.write("app/__init__.py", FAB_APP);
    application.write("migrations/versions/a1_first.py", &FIRST.replace("\"customer\"", "\"ab_view_menu\""));
    application.write("migrations/versions/b2_second.py", &SECOND.replace("\"customer\"", "\"ab_view_menu\""));
    let applied = application.migrator().upgrade(&application.uri(), &Target::Head).await.unwrap();
    assert_eq!(applied.revisions.len(), 2);
}

#[tokio::test]
async fn plain_alembic_needs_no_application() {
    let application = Application::alembic().await;
    let migrator = application.migrator();
    assert!(matches!(migrator.tool(), MigrationTool::Alembic { .. }));
    let applied = migrator.upgrade(&application.uri(), &Target::Head).await.unwrap();
    assert_eq!(applied.revisions[0].revision, "a1");
    assert!(application.path().join("scratch.db").exists());
    assert!(!application.path().join("elsewhere.db").exists());
}

#[tokio::test]
async fn a_command_migrates_with_the_environments_own_programs() {
    let application = Application::flask().await;
    let args = ["flask", "--app", "app:create_app", "db", "upgrade"].map(str::to_owned).to_vec();
    let migrator = |args: Vec<String>| {
        let tool = MigrationTool::Command { args };
        Migrator::new(tool, application.python.clone(), application.path(), MigratorSettings::default())
    };
    migrator(args).upgrade(&application.uri(), &Target::Head).await.unwrap();
    assert!(application.path().join("scratch.db").exists());

    let elsewhere = format!("sqlite:///{}", application.path().join("other.db").display());
    let error = migrator(vec!["true".into()]).upgrade(&elsewhere, &Target::Head).await.unwrap_err();
    assert!(matches!(error, Error::OtherDatabase { .. }), "{error:?}");
}

#[tokio::test]
async fn a_python_without_alembic_is_told_what_is_missing() {
    let application = Application::flask().await;
    let bare = application.path().join("bare");
    let made =
        std::process::Command::new(python::interpreter()).args(["-m", "venv", "--without-pip"]).arg(&bare).status();
    assert!(made.unwrap().success());
    let options = PythonOptions { interpreter: Some(bare.join("bin/python")), ..PythonOptions::new("unused") };
    let python = PythonEnvironment::prepare(application.path(), &options).await.unwrap();
    let tool = detect(application.path(), None).unwrap();
    let migrator = Migrator::new(tool, python, application.path(), MigratorSettings::default());
    let error = migrator.history().await.unwrap_err().to_string();
    assert!(error.contains("bare/bin/python") && error.contains("alembic, sqlalchemy, flask"), "{error}");
}

#[tokio::test]
async fn a_missing_interpreter_is_named() {
    let options = PythonOptions { interpreter: Some("/no/such/python".into()), ..PythonOptions::new("unused") };
    let error = PythonEnvironment::prepare(Path::new("/"), &options).await.unwrap_err().to_string();
    assert!(error.contains("/no/such/python") && error.contains("application.python"), "{error}");
}
