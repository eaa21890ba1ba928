//! Bad input ends with one clear error that names the place and the next step, the right exit code, and the
//! repository exactly as it was.

use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::universe::Universe;

const BASE: &str = "CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(80) NOT NULL);";
const CHANGE: &str = "ALTER TABLE customer ADD COLUMN phone VARCHAR(20);";

/// Runs a check that has to be refused, and gives what it said.
fn refused(universe: &Universe, arguments: &[&str], code: i32) -> String {
    let before = universe.state();
    let said = universe.fabwright(&[&["check", "--quiet"], arguments].concat());
    assert_eq!(said.code, code, "{said:?}");
    assert_eq!(universe.state(), before, "the repository changed");
    assert!(!said.stderr.contains("panicked"), "{said:?}");
    said.stderr + &said.stdout
}

/// The reports of a check that stops at a migration are written; they go outside the repository here.
fn stopped(universe: &Universe) -> String {
    let out = tempfile::tempdir().expect("a folder");
    refused(universe, &["--base", "main", "--out", &out.path().to_string_lossy()], 12);
    for file in ["report.md", "report.html", "changes.json", "migration.sql", "rollback.sql", "junit.xml"] {
        assert!(out.path().join(file).is_file(), "{file} is missing");
    }
    std::fs::read_to_string(out.path().join("report.md")).expect("the report")
}

fn assert_says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
}

#[test]
fn no_application() {
    let universe = Universe::of_files(&[("tool.py", "print('hello')\n"), ("migrations/001.sql", BASE)]);
    assert_says(&refused(&universe, &["--base", "main"], 2), &["flask_appbuilder", "application.path"]);
}

#[test]
fn no_migrations() {
    let universe = Universe::of_files(&[("app.py", "from flask_appbuilder import AppBuilder\n")]);
    assert_says(&refused(&universe, &["--base", "main"], 2), &["no migrations", "flask db init"]);
}

#[test]
fn two_heads() {
    let universe = Universe::shop();
    let versions = "migrations/versions";
    let base = universe.git(&["ls-tree", "--name-only", "main", &format!("{versions}/")]);
    let first = base.lines().next().expect("a revision");
    let text = universe.file(first);
    let revision = text.lines().find_map(|line| line.strip_prefix("revision = ")).expect("an id").replace('\'', "\"");
    universe.commit_files(&[(
        "migrations/versions/other_head.py",
        &format!(
            "\"\"\"Another head\"\"\"\n\nrevision = \"0therhead\"\ndown_revision = {revision}\nbranch_labels = None\n\
             depends_on = None\n\n\ndef upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n"
        ),
    )]);
    assert_says(&stopped(&universe), &["2 heads", "0therhead", "other_head.py", "merge"]);
}

#[test]
fn a_failing_migration() {
    let universe = Universe::of_sql(BASE, "ALTER TABLE customer ADD COLUMN phone VARCHAR(20);\nSELECT nonsense;");
    assert_says(&stopped(&universe), &["002_change.sql", "nonsense"]);
}

#[test]
fn a_failing_alembic_migration_names_its_line() {
    let universe = Universe::shop();
    add_revision(&universe, "    op.execute(\"UPDATE nowhere SET x = 1\")\n");
    assert_says(&stopped(&universe), &["migrations/versions/added.py:", "UPDATE nowhere", "no such table"]);
}

#[test]
fn a_migration_that_hangs() {
    let universe = Universe::shop();
    add_revision(&universe, "    import time\n\n    while True:\n        time.sleep(1)\n");
    let config = universe.file(".fabwright.yml") + "\nmigrations:\n  timeout_seconds: 20\n";
    universe.commit_files(&[(".fabwright.yml", &config)]);
    assert_says(&stopped(&universe), &["added.py", "20 s", "migrations.timeout"]);
}

/// Adds a revision after the newest one of the example.
fn add_revision(universe: &Universe, upgrade: &str) {
    let folder = universe.path().join("migrations/versions");
    let texts: Vec<String> = std::fs::read_dir(folder)
        .expect("revisions")
        .filter_map(|entry| std::fs::read_to_string(entry.expect("a file").path()).ok())
        .collect();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(&format!("{name} = ")))?;
        Some(line.split(['"', '\'']).nth(1)?.to_owned())
    };
    let parents: Vec<String> = texts.iter().filter_map(|text| field(text, "down_revision")).collect();
    let head = texts
        .iter()
        .filter_map(|text| field(text, "revision"))
        .find(|revision| !parents.contains(revision))
        .expect("a head");
    universe.commit_files(&[(
        "migrations/versions/added.py",
        &format!(
            "\"\"\"Added\"\"\"\n\nfrom alembic import op\n\nrevision = \"added\"\ndown_revision = \"{head}\"\n\
             branch_labels = None\ndepends_on = None\n\n\ndef upgrade():\n{upgrade}\n\ndef downgrade():\n    pass\n"
        ),
    )]);
}

#[test]
fn an_unknown_configuration_key() {
    let universe = Universe::of_sql(BASE, CHANGE);
    universe.commit_files(&[(".fabwright.yml", "application:\n  package: app\n  factroy: app\n")]);
    assert_says(&refused(&universe, &["--base", "main"], 2), &[".fabwright.yml:3:3", "factroy", "factory"]);
}

#[test]
fn a_base_that_does_not_exist() {
    let universe = Universe::of_sql(BASE, CHANGE);
    assert_says(&refused(&universe, &["--base", "release/9"], 2), &["release/9", "fetch-depth"]);
    assert_says(&refused(&universe, &["--base=--upload-pack=x"], 2), &["--upload-pack=x"]);
}

#[test]
fn a_dirty_tree() {
    let universe = Universe::of_sql(BASE, CHANGE);
    universe.write("app/__init__.py", "from flask_appbuilder import AppBuilder  # edited\n");
    assert_says(&refused(&universe, &["--base", "main"], 2), &["app/__init__.py", "stash", "--no-commit"]);
}

#[test]
fn no_python() {
    let universe = Universe::of_sql(BASE, CHANGE);
    let tools = tempfile::tempdir().expect("a folder");
    let git =
        String::from_utf8(std::process::Command::new("sh").args(["-c", "command -v git"]).output().expect("sh").stdout)
            .expect("text");
    std::os::unix::fs::symlink(git.trim(), tools.path().join("git")).expect("linked");
    let before = universe.state();
    let said = universe.fabwright_with(&["check", "--quiet", "--base", "main"], |command| {
        command.env("PATH", tools.path()).env_remove("FABWRIGHT_PYTHON");
    });
    assert_eq!(said.code, 14, "{said:?}");
    assert_says(&said.stderr, &["Python was not found", "application.python"]);
    assert_eq!(universe.state(), before);
}

/// Everything that a renderer of Markdown would pass on as HTML.
fn raw_html(markdown: &str) -> Vec<String> {
    let parser = Parser::new_ext(markdown, Options::ENABLE_TABLES);
    parser
        .filter_map(|event| match event {
            Event::Html(html) | Event::InlineHtml(html) => Some(html.into_string()),
            _ => None,
        })
        .filter(|html| !html.trim().is_empty())
        .collect()
}

/// Where its links lead.
fn links(markdown: &str) -> impl Iterator<Item = String> {
    Parser::new_ext(markdown, Options::ENABLE_TABLES).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. }) => Some(dest_url.into_string()),
        _ => None,
    })
}

#[test]
fn names_full_of_quotes_and_markup() {
    let table = "we\"ird'; <script>alert(1)</script> | `x` @team --";
    let quoted = table.replace('"', "\"\"");
    let column = "co\"l</td>|`{{ 7*7 }}`";
    let quoted_column = column.replace('"', "\"\"");
    let universe = Universe::of_sql(
        &format!("CREATE TABLE \"{quoted}\" (id INTEGER PRIMARY KEY, \"{quoted_column}\" TEXT);"),
        &format!("ALTER TABLE \"{quoted}\" DROP COLUMN \"{quoted_column}\";"),
    );
    let out = tempfile::tempdir().expect("a folder");
    let said = universe.fabwright(&["check", "--quiet", "--base", "main", "--out", &out.path().to_string_lossy()]);
    assert_eq!(said.code, 10, "{said:?}");
    let page = std::fs::read_to_string(out.path().join("report.html")).expect("a page");
    assert!(!page.contains("<script>alert(1)"), "the page lets a name be markup");
    assert!(!page.contains("</td>|"), "the page lets a name end a cell");
    let comment = std::fs::read_to_string(out.path().join("report.md")).expect("a comment");
    for html in raw_html(&comment) {
        let ours = [
            "<!-- fabwright:",
            "<details>",
            "</details>",
            "<summary>",
            "</summary>",
            "<sub>",
            "</sub>",
            "<code>",
            "</code>",
        ];
        assert!(ours.iter().any(|tag| html.trim().starts_with(tag)), "the comment lets a name be markup: {html}");
        assert!(!html.contains("script"), "the comment lets a name be markup: {html}");
    }
    assert!(!links(&comment).any(|link| link.contains("team")), "the comment lets a name be a mention");
    let json = std::fs::read_to_string(out.path().join("changes.json")).expect("changes");
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(value["changes"][0]["table_name"], table);
    assert_eq!(value["changes"][0]["column_name"], column);
}
