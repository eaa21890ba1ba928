//! A migration that fails on what is in the rows names the row.

use fabwright::database::{Place, Scratch, culprit};
use fabwright::schema::Dialect;
use serde_json::Value;

use crate::universe::Universe;

const BASE: &str = "
CREATE TABLE supplier (id INTEGER PRIMARY KEY, name VARCHAR(40));
CREATE TABLE product (id INTEGER PRIMARY KEY, code VARCHAR(20), price NUMERIC(10, 2), supplier_id INTEGER);
INSERT INTO supplier VALUES (1, 'Nord');
INSERT INTO product VALUES (1, 'A-1', 5, 1), (2, '17', 0, 1), (3, 'A-1', 7, 9), (4, NULL, 1, NULL);
";

async fn told(filled: &Scratch, statements: &[&str]) -> (usize, Option<String>) {
    let statements: Vec<String> = statements.iter().map(|sql| (*sql).to_owned()).collect();
    let copy = filled.copy().await.unwrap();
    culprit::find(&copy, &statements).await.unwrap().expect("a statement fails")
}

#[tokio::test]
async fn rows_that_postgresql_refuses() {
    let filled = Place::own(Dialect::Postgres).await.unwrap().database().await.unwrap();
    filled.apply(BASE).await.unwrap();
    let cases: [(&[&str], &str); 8] = [
        (
            &["ALTER TABLE product ALTER COLUMN code SET NOT NULL"],
            "product (id = 4, code = NULL, price = 1.00, supplier_id = NULL)",
        ),
        (
            &["ALTER TABLE product ADD CONSTRAINT positive CHECK (price > 0)"],
            "product (id = 2, code = 17, price = 0.00, supplier_id = 1)",
        ),
        (
            &["CREATE UNIQUE INDEX ux ON product (code)"],
            "product (id = 1, code = A-1, price = 5.00, supplier_id = 1)\nproduct (id = 3, code = A-1, price = 7.00, supplier_id = 9)",
        ),
        (
            &["ALTER TABLE product ADD CONSTRAINT fk FOREIGN KEY (supplier_id) REFERENCES supplier (id)"],
            "product (id = 3, code = A-1, price = 7.00, supplier_id = 9)",
        ),
        (
            &["ALTER TABLE product ALTER COLUMN code TYPE integer USING code::integer"],
            "product (id = 1, code = A-1, price = 5.00, supplier_id = 1)",
        ),
        (
            &["ALTER TABLE product ALTER COLUMN code TYPE varchar(2)"],
            "product (id = 1, code = A-1, price = 5.00, supplier_id = 1)",
        ),
        (
            &[
                "ALTER TABLE product ADD COLUMN weight integer",
                "UPDATE product SET weight = 3 WHERE id <> 2",
                "ALTER TABLE product ALTER COLUMN weight SET NOT NULL",
            ],
            "product (id = 2, code = 17, price = 0.00, supplier_id = 1, weight = NULL)",
        ),
        (&["INSERT INTO supplier SELECT id, code FROM product"], "Key (id)=(1) already exists."),
    ];
    for (statements, row) in cases {
        assert_eq!(told(&filled, statements).await, (statements.len() - 1, Some(row.to_owned())), "{statements:?}");
    }
    let no_row = told(&filled, &["ALTER TABLE product ALTER COLUMN price TYPE boolean"]).await;
    assert_eq!(no_row, (0, None), "no row is at fault where a type cannot be converted at all");
}

#[tokio::test]
async fn rows_that_sqlite_refuses() {
    let filled = Scratch::sqlite().unwrap();
    filled.apply(BASE).await.unwrap();
    let copied = |constraint: &str| {
        vec![
            format!("CREATE TABLE new (id INTEGER PRIMARY KEY, code VARCHAR(20), price NUMERIC(10, 2), {constraint})"),
            "INSERT INTO new (id, code, price) SELECT id, code, price FROM product".to_owned(),
        ]
    };
    let cases = [
        (
            vec!["CREATE UNIQUE INDEX ux ON product (code)".to_owned()],
            "product (id = 1, code = A-1, price = 5, supplier_id = 1)\nproduct (id = 3, code = A-1, price = 7, supplier_id = 9)",
        ),
        (copied("CHECK (price > 0)"), "product (id = 2, code = 17, price = 0)"),
        (
            copied("CONSTRAINT some UNIQUE (code)"),
            "product (id = 1, code = A-1, price = 5)\nproduct (id = 3, code = A-1, price = 7)",
        ),
    ];
    for (statements, row) in cases {
        let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
        assert_eq!(told(&filled, &statements).await, (statements.len() - 1, Some(row.to_owned())), "{statements:?}");
    }
}

/// The table that Alembic copies on SQLite, and what an earlier statement of the same revision wrote on PostgreSQL.
#[test]
fn the_report_names_the_row() {
    for (settings, code) in [("", "A *b* <i>"), ("rehearsal: {dialect: postgres, rows_per_table: 0}\n", "A *b* <i>")] {
        let universe = alembic(settings);
        let said = universe.fabwright(&["check", "--base", "main", "--head", "feature", "--no-commit", "--no-tests"]);
        assert_eq!(said.code, 12, "{said:?}");
        let report: Value = serde_json::from_str(&universe.file("fabwright-report/changes.json")).expect("JSON");
        let row = format!("product (id = 2, code = {code}, weight = NULL)");
        assert_eq!(report["failure"]["row"].as_str(), Some(row.as_str()), "{report:#}");
        assert!(said.stdout.contains(&row), "{said:?}");
        assert!(!universe.file("fabwright-report/report.html").contains("<i>"), "a value became markup");
    }
}

fn alembic(settings: &str) -> Universe {
    let rows = if settings.is_empty() { "rehearsal: {rows_per_table: 0}\n" } else { settings };
    let configuration = format!("migrations: {{kind: alembic}}\n{rows}");
    let universe = Universe::of_files(&[
        (".fabwright.yml", &configuration),
        ("app/__init__.py", "from flask_appbuilder import AppBuilder\n"),
        ("alembic.ini", "[alembic]\nscript_location = migrations\n"),
        (
            "migrations/env.py",
            "from alembic import context\nfrom sqlalchemy import create_engine\n\n\
             engine = create_engine(context.config.get_main_option('sqlalchemy.url'))\n\
             with engine.connect() as connection:\n    \
             context.configure(connection=connection)\n    \
             with context.begin_transaction():\n        context.run_migrations()\n",
        ),
        (
            "migrations/versions/a1_first.py",
            "from alembic import op\n\nrevision = 'a1'\ndown_revision = None\n\n\n\
             def upgrade():\n    \
             op.execute('CREATE TABLE product (id INTEGER PRIMARY KEY, code VARCHAR(20))')\n    \
             op.execute(\"INSERT INTO product VALUES (1, 'x'), (2, 'A *b* <i>')\")\n\n\n\
             def downgrade():\n    op.drop_table('product')\n",
        ),
    ]);
    universe.commit_files(&[(
        "migrations/versions/b2_second.py",
        "import sqlalchemy as sa\nfrom alembic import op\n\nrevision = 'b2'\ndown_revision = 'a1'\n\n\n\
         def upgrade():\n    \
         op.add_column('product', sa.Column('weight', sa.Integer))\n    \
         op.execute(\"UPDATE product SET weight = 1 WHERE code = 'x'\")\n    \
         with op.batch_alter_table('product') as batch:\n        \
         batch.alter_column('weight', nullable=False)\n\n\n\
         def downgrade():\n    op.drop_column('product', 'weight')\n",
    )]);
    universe
}
