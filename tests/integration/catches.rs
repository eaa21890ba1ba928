//! What a migration must not do, and the very sentences in which a reviewer reads that it does.

use crate::universe::Universe;

const ENV: &str = "from alembic import context\nfrom sqlalchemy import create_engine\n\n\
    engine = create_engine(context.config.get_main_option('sqlalchemy.url'))\n\
    with engine.connect() as connection:\n    \
    context.configure(connection=connection, transaction_per_migration=True)\n    \
    with context.begin_transaction():\n        context.run_migrations()\n";

const FIRST: &str = "from alembic import op\n\nrevision = 'a1'\ndown_revision = None\n\n\n\
    def upgrade():\n    \
    op.execute('CREATE TABLE customer (id INTEGER PRIMARY KEY, mail VARCHAR(60) NOT NULL, visits INTEGER)')\n    \
    op.execute('CREATE TABLE note (id INTEGER PRIMARY KEY, body VARCHAR(200) NOT NULL)')\n\n\n\
    def downgrade():\n    op.drop_table('note')\n    op.drop_table('customer')\n";

/// A pull request whose migration sends these statements, on a server with settings of its own.
pub fn pull_request(settings: &str, upgrade: &str, downgrade: &str) -> Universe {
    let universe = Universe::of_files(&[
        (".fabwright.yml", &format!("migrations: {{kind: alembic}}\n{settings}\n")),
        ("app/__init__.py", "from flask_appbuilder import AppBuilder\n"),
        ("alembic.ini", "[alembic]\nscript_location = migrations\n"),
        ("migrations/env.py", ENV),
        ("migrations/versions/a1_first.py", FIRST),
    ]);
    let revision = format!(
        "from alembic import op\nimport sqlalchemy as sa\n\nrevision = 'b2'\ndown_revision = 'a1'\n\n\n\
         def upgrade():\n{upgrade}    pass\n\n\ndef downgrade():\n{downgrade}    pass\n"
    );
    universe.commit_files(&[("migrations/versions/b2_second.py", &revision)]);
    universe
}

/// The same statements as the body of a function of a revision.
pub fn sent(statements: &[&str]) -> String {
    statements.iter().map(|sql| format!("    op.execute({sql:?})\n")).collect()
}

/// The report on a pull request whose migration does this, and how the check ends.
fn told(upgrade: &[&str], downgrade: &[&str]) -> (i32, String) {
    let universe = pull_request("rehearsal: {rows_per_table: 12}", &sent(upgrade), &sent(downgrade));
    let said = universe.fabwright(&["check", "--base", "main", "--head", "feature", "--no-commit", "--no-tests"]);
    (said.code, universe.file("fabwright-report/report.md"))
}

/// The line of this name under the verdict.
pub fn line<'a>(report: &'a str, label: &str) -> &'a str {
    let start = format!("| **{label}** | ");
    let found = report.lines().find_map(|line| line.strip_prefix(&start)?.strip_suffix(" |"));
    found.unwrap_or_else(|| panic!("there is no line `{label}` in\n{report}"))
}

#[test]
fn a_table_that_goes_with_its_rows() {
    let (_, report) =
        told(&["DROP TABLE note"], &["CREATE TABLE note (id INTEGER PRIMARY KEY, body VARCHAR(200) NOT NULL)"]);
    assert_eq!(
        line(&report, "Way back"),
        "**proven**: down and up again on 24 rows; table `note` (12 rows) **cannot be restored** *(measured)*"
    );
    assert_eq!(
        line(&report, "Deployed code"),
        "**may break** on the new schema: table `note` removed *(inferred, not measured: no tests were run)*; \
         2 stages that keep it working are written out"
    );
}

#[test]
fn rows_that_are_deleted() {
    let (_, report) = told(&["DELETE FROM customer WHERE id > 5"], &[]);
    assert_eq!(
        line(&report, "Rehearsal"),
        "1 revision and 1 statement ran on 24 rows in 2 tables; **7 rows of customer are gone**"
    );
    assert_eq!(
        line(&report, "Way back"),
        "**does not lead back**: `after the downgrade, table customer had 12 rows and has 5` *(measured)*"
    );
}

#[test]
fn values_that_a_statement_alters() {
    let (_, report) = told(&["UPDATE customer SET visits = 0 WHERE id < 4"], &[]);
    assert_eq!(
        line(&report, "Way back"),
        "**proven**: down and up again on 24 rows; `customer.visits` (3 values) **cannot be restored** *(measured)*"
    );
}

#[test]
fn a_downgrade_that_loses_what_the_upgrade_kept() {
    let (_, report) = told(
        &["ALTER TABLE customer RENAME COLUMN mail TO email"],
        &[
            "ALTER TABLE customer DROP COLUMN email",
            "CREATE TABLE made (id INTEGER PRIMARY KEY, mail VARCHAR(60) NOT NULL, visits INTEGER)",
            "INSERT INTO made SELECT id, '', visits FROM customer",
            "DROP TABLE customer",
            "ALTER TABLE made RENAME TO customer",
        ],
    );
    assert_eq!(
        line(&report, "Way back"),
        "**does not lead back**: `after the downgrade, 12 values of customer.mail are others than before` *(measured)*"
    );
}

#[test]
fn a_downgrade_that_does_nothing() {
    let (_, report) = told(&["ALTER TABLE customer ADD COLUMN phone VARCHAR(20)"], &[]);
    assert_eq!(
        line(&report, "Way back"),
        "**does not lead back**: <code>the downgrade leaves 1 difference from the base, first: Column \
         &#96;customer.phone&#96; is new: VARCHAR(20).</code> *(measured)*"
    );
}

#[test]
fn a_migration_that_fails_on_the_rows_alone() {
    let (code, report) = told(
        &["UPDATE customer SET mail = 'x' WHERE id IN (3, 8)", "CREATE UNIQUE INDEX ux ON customer (mail)"],
        &["DROP INDEX ux"],
    );
    assert_eq!(code, 12);
    assert!(report.contains("### Schema: the pull request's migration failed\n"), "{report}");
    assert!(report.contains("The statement:\n\n```sql\nCREATE UNIQUE INDEX ux ON customer (mail)\n```"), "{report}");
    assert!(report.contains("IntegrityError: UNIQUE constraint failed: customer.mail"), "{report}");
    let (_, row) = report.split_once("The row that caused it:\n\n```text\n").expect("the row");
    let rows: Vec<&str> = row.lines().take_while(|line| *line != "```").collect();
    assert_eq!(rows.len(), 2, "{report}");
    assert!(rows[0].starts_with("customer (id = 3, mail = x, visits = "), "{report}");
    assert!(rows[1].starts_with("customer (id = 8, mail = x, visits = "), "{report}");
}

#[test]
fn code_that_cannot_read_what_only_the_rehearsal_wrote() {
    let upgrade = "    import json\n    op.execute('ALTER TABLE customer ADD COLUMN phone VARCHAR(20)')\n    \
                   for row in op.get_bind().execute(sa.text('SELECT id, body FROM note')):\n        \
                   json.loads(row.body)['kind']\n";
    let downgrade = sent(&["ALTER TABLE customer DROP COLUMN phone"]);
    let universe = pull_request("rehearsal: {rows_per_table: 12}", upgrade, &downgrade);
    let said = universe.fabwright(&["check", "--base", "main", "--head", "feature", "--no-commit", "--no-tests"]);
    let report = universe.file("fabwright-report/report.md");
    assert_eq!(said.code, 0, "{report}");
    assert_eq!(line(&report, "Rehearsal"), "1 revision and 2 statements ran on 12 rows in 1 table");
    assert_eq!(
        line(&report, "Note"),
        "rehearsed without rows in note: the code of b2 (migrations/versions/b2&#95;second.py:12) cannot read what the \
         rehearsal makes up (JSONDecodeError: Expecting value: line 1 column 1 (char 0))"
    );
}

#[test]
fn stages_make_values_of_another_type_as_the_migration_does() {
    let upgrade = sent(&["ALTER TABLE note ALTER COLUMN body TYPE integer USING length(body)"]);
    let downgrade = sent(&["ALTER TABLE note ALTER COLUMN body TYPE varchar(200) USING body::text"]);
    let universe = pull_request("rehearsal: {dialect: postgres, rows_per_table: 12}", &upgrade, &downgrade);
    universe.fabwright(&["check", "--base", "main", "--head", "feature", "--no-commit", "--no-tests"]);
    let report = universe.file("fabwright-report/report.md");
    assert!(report.contains("UPDATE public.note SET body_new = length(body) WHERE id IN"), "{report}");
    assert!(report.contains("THEN NEW.body_new := length(NEW.body);"), "{report}");
    assert!(report.contains("All stages were run on the base's schema with 24 rows"), "{report}");
}
