//! What a check says of a migration history that is not right, with real Alembic.

use serde_json::Value;

use crate::universe::Universe;

const ENV: &str = r#"from alembic import context
from sqlalchemy import engine_from_config

section = context.config.get_section(context.config.config_ini_section)
with engine_from_config(section).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"#;

/// A revision that adds a table of its own.
fn revision(id: &str, down: &str) -> String {
    let down = if down.is_empty() { "None".to_owned() } else { format!("{down:?}") };
    format!(
        "from alembic import op\nimport sqlalchemy as sa\n\nrevision = {id:?}\ndown_revision = {down}\n\n\ndef upgrade():\n    op.create_table(\"t_{id}\", sa.Column(\"id\", sa.Integer(), primary_key=True))\n\n\ndef downgrade():\n    op.drop_table(\"t_{id}\")\n"
    )
}

fn path(id: &str) -> String {
    format!("migrations/versions/{id}.py")
}

/// A repository whose `main` has revisions `a` and `b`, and an empty branch `feature`.
fn universe() -> Universe {
    Universe::of_files(&[
        ("app/__init__.py", "from flask_appbuilder import AppBuilder\n"),
        ("alembic.ini", "[alembic]\nscript_location = migrations\nsqlalchemy.url = sqlite:///elsewhere.db\n"),
        ("migrations/env.py", ENV),
        (&path("a"), &revision("a", "")),
        (&path("b"), &revision("b", "a")),
    ])
}

/// The exit code of a check, and rule, place and advice of each finding.
fn check(universe: &Universe) -> (i32, Vec<(String, String, String)>) {
    let arguments = ["check", "--base", "main", "--no-commit", "--no-tests", "--format", "json"];
    let said = universe.fabwright(&arguments);
    let json: Value = serde_json::from_str(&said.stdout).unwrap_or_else(|_| panic!("{said:?}"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = json["history"].as_array().expect("a history").iter().map(|finding| {
        let place = format!("{}:{}", text(&finding["path"]), finding["line"]);
        (text(&finding["rule"]), place, text(&finding["advice"]))
    });
    (said.code, findings.collect())
}

fn finding(rule: &str, place: &str, advice: &str) -> (String, String, String) {
    (rule.to_owned(), place.to_owned(), advice.to_owned())
}

#[test]
fn a_branch_whose_base_has_gone_on() {
    let universe = universe();
    universe.commit_files(&[(&path("x"), &revision("x", "b"))]);
    assert_eq!(check(&universe), (0, Vec::new()));
    universe.git(&["switch", "--quiet", "main"]);
    universe.commit_files(&[(&path("c"), &revision("c", "b"))]);
    universe.git(&["switch", "--quiet", "feature"]);
    let advice = "In migrations/versions/x.py:5 write down_revision = \"c\" in place of \"b\": c is the head of main.";
    assert_eq!(check(&universe), (0, vec![finding("behind-base", "migrations/versions/x.py:5", advice)]));
    let said = universe.fabwright(&["check", "--base", "main", "--no-commit", "--no-tests", "--format", "markdown"]);
    assert!(said.stdout.contains("| **Migrations** | "), "{}", said.stdout);
    assert!(said.stdout.contains("revision x builds on b, from which main has gone on to c"), "{}", said.stdout);
}

#[test]
fn heads_and_parents_that_stop_the_migration_are_explained() {
    let universe = universe();
    universe.commit_files(&[(&path("x"), &revision("x", "b")), (&path("y"), &revision("y", "b"))]);
    let advice = "Merge them with alembic -c alembic.ini merge heads and commit the new file.";
    assert_eq!(check(&universe), (12, vec![finding("several-heads", "migrations/versions/x.py:4", advice)]));
    universe.commit_files(&[(&path("y"), &revision("y", "lost"))]);
    let advice = "Restore the file of lost, or let down_revision name the revision that it follows.";
    assert_eq!(check(&universe), (12, vec![finding("missing-parent", "migrations/versions/y.py:5", advice)]));
}

#[test]
fn an_edited_revision_and_a_downgrade_that_does_nothing() {
    let universe = universe();
    let edited = revision("b", "a").replace("t_b", "t_b2");
    let way = revision("c", "b").replace("op.drop_table(\"t_c\")", "pass");
    universe.commit_files(&[(&path("b"), &edited), (&path("c"), &way)]);
    let found: Vec<(String, String)> = check(&universe).1.into_iter().map(|(rule, place, _)| (rule, place)).collect();
    let expected =
        [("edited-revision", "migrations/versions/b.py:9"), ("empty-downgrade", "migrations/versions/c.py:12")];
    assert_eq!(found, expected.map(|(rule, place)| (rule.to_owned(), place.to_owned())));
}

/// The same application with a model for each table, and an `env.py` that names them.
fn modelled() -> Universe {
    let env = ENV
        .replace("from alembic import context\n", "import os, sys\n\nsys.path.insert(0, os.getcwd())\n\nfrom alembic import context\nfrom app.models import Base\n")
        .replace("connection=connection)", "connection=connection, target_metadata=Base.metadata)");
    let universe = universe();
    universe.git(&["switch", "--quiet", "main"]);
    universe.commit_files(&[("migrations/env.py", &env), ("app/models.py", MODELS)]);
    universe.git(&["switch", "--quiet", "feature"]);
    universe.git(&["merge", "--quiet", "main"]);
    universe
}

const MODELS: &str = r#"from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class A(Base):
    __tablename__ = "t_a"
    id = Column(Integer, primary_key=True)


class Unmigrated(Base):
    __tablename__ = "t_old"
    id = Column(Integer, primary_key=True)
"#;

#[test]
fn models_that_the_migrated_database_does_not_fit() {
    let universe = modelled();
    // That t_b has no model and t_old no table is so on the base branch already.
    universe.commit_files(&[("README", "")]);
    assert_eq!(check(&universe), (0, Vec::new()));
    let model =
        MODELS.replacen("primary_key=True)\n", "primary_key=True)\n    fax = Column(String(20), index=True)\n", 1);
    universe.commit_files(&[("app/models.py", &model), (&path("c"), &revision("c", "b"))]);
    let write = "Write the revision that is missing with alembic -c alembic.ini revision --autogenerate, or take it out of the model.";
    let drop =
        "Declare it in a model, or drop it: alembic -c alembic.ini revision --autogenerate writes that revision.";
    let expected = [
        finding("model-mismatch", "app/models.py:10", write),
        finding("model-mismatch", "app/models.py:7", write),
        finding("model-mismatch", "migrations/versions/c.py:null", drop),
    ];
    assert_eq!(check(&universe), (0, expected.to_vec()));
    let said = universe.fabwright(&["check", "--base", "main", "--no-commit", "--no-tests", "--format", "markdown"]);
    let told = ".fax is declared by the models, and no revision adds it";
    assert!(said.stdout.contains(told), "{}", said.stdout);

    let whole = revision("c", "b").replace(
        "    op.create_table(\"t_c\", sa.Column(\"id\", sa.Integer(), primary_key=True))",
        "    op.add_column(\"t_a\", sa.Column(\"fax\", sa.String(20)))\n    op.create_index(\"ix_t_a_fax\", \"t_a\", [\"fax\"])",
    );
    let whole =
        whole.replace("op.drop_table(\"t_c\")", "op.drop_index(\"ix_t_a_fax\")\n    op.drop_column(\"t_a\", \"fax\")");
    universe.commit_files(&[(&path("c"), &whole)]);
    assert_eq!(check(&universe), (0, Vec::new()));
}
