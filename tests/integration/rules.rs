//! Runs the examples of `docs/rules.md`.

use std::collections::BTreeMap;

use fabwright::database::script::{apply_each, schema_of_script};
use fabwright::database::{Error, PostgresServer};
use fabwright::diff::{RenameHints, SchemaChange, compare};
use fabwright::hazard::statement::{Body, Script, Statements};
use fabwright::hazard::{self, Finding, Input, Policy, RULES, RowCounts, Server};
use fabwright::schema::{Dialect, Schema};
use jiff::Timestamp;

/// The pieces of SQL of one section in one dialect.
#[derive(Debug, Default, Clone)]
struct Example {
    before: String,
    bad: String,
    good: String,
    /// The server's version, where the example needs one.
    version: Option<String>,
    /// Whether the server refuses the bad piece, as the section says.
    fails: bool,
}

/// The examples of each section, by dialect. A fence is marked `sql [dialect] before|bad|good [version] [fails]`.
fn sections() -> BTreeMap<String, BTreeMap<Dialect, Example>> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md"))
        .expect("the rules are described");
    let mut sections: BTreeMap<String, BTreeMap<Dialect, Example>> = BTreeMap::new();
    let mut section = String::new();
    let mut fence: Option<(Dialect, String)> = None;
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            section = title.to_owned();
            sections.entry(section.clone()).or_default();
        } else if line == "```" {
            fence = None;
        } else if let Some(info) = line.strip_prefix("```sql ") {
            let mut words: Vec<&str> = info.split(' ').collect();
            let dialect = words[0].parse().unwrap_or(Dialect::Sqlite);
            if words[0].parse::<Dialect>().is_ok() {
                words.remove(0);
            }
            let example = sections.entry(section.clone()).or_default().entry(dialect).or_default();
            for flag in &words[1..] {
                if *flag == "fails" {
                    example.fails = true;
                } else {
                    example.version = Some((*flag).to_owned());
                }
            }
            fence = Some((dialect, words[0].to_owned()));
        } else if let Some((dialect, name)) = &fence {
            let example = sections.entry(section.clone()).or_default().entry(*dialect).or_default();
            let text = match name.as_str() {
                "before" => &mut example.before,
                "bad" => &mut example.bad,
                "good" => &mut example.good,
                other => panic!("`{section}`: a piece called {other}"),
            };
            text.push_str(line);
            text.push('\n');
        }
    }
    sections
}

async fn schema(sql: &str) -> Schema {
    schema_of_script(Dialect::Sqlite, sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"))
}

fn policy() -> Policy {
    Policy { every_rule: true, ..Policy::on(jiff::civil::date(2026, 1, 1)) }
}

fn server(dialect: Dialect, example: &Example) -> Server {
    example.version.as_ref().map_or(Server::of(dialect), |version| Server::named(dialect, version))
}

fn statements(dialect: Dialect, sql: &str) -> Statements {
    let script = Script { path: None, revision: None, in_transaction: false, body: Body::Sql(sql.to_owned()) };
    Statements::read(dialect, &[script])
}

/// What the statements of a piece raise by themselves.
fn of_statements(dialect: Dialect, example: &Example, sql: &str) -> Vec<Finding> {
    let (rows, statements) = (RowCounts::unknown(), statements(dialect, sql));
    let server = server(dialect, example);
    let input = Input { from: None, to: None, changes: &[], rows: &rows, statements: &statements, server };
    hazard::check(&input, &policy()).findings
}

/// What the difference of the schemas raises.
async fn of_changes(example: &Example, sql: &str) -> Vec<Finding> {
    let from = schema(&example.before).await;
    let to = schema(&format!("{}\n{sql}", example.before)).await;
    let changes: Vec<SchemaChange> = compare(&from, &to, &RenameHints::default(), Timestamp::UNIX_EPOCH).changes;
    let (rows, statements) = (RowCounts::unknown(), Statements::default());
    let server = Server::of(Dialect::Sqlite);
    let input =
        Input { from: Some(&from), to: Some(&to), changes: &changes, rows: &rows, statements: &statements, server };
    hazard::check(&input, &policy()).findings
}

async fn found(dialect: Dialect, example: &Example, sql: &str) -> Vec<Finding> {
    match dialect {
        Dialect::Sqlite => {
            let mut found = of_changes(example, sql).await;
            found.extend(of_statements(dialect, example, sql));
            found
        }
        Dialect::Postgres | Dialect::Mysql => of_statements(dialect, example, sql),
    }
}

#[test]
fn every_rule_has_a_section_and_every_section_a_rule() {
    let titles: Vec<String> = sections().into_keys().collect();
    let rules: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(titles, rules);
}

#[tokio::test]
async fn every_example_does_what_its_section_says() {
    for (rule, examples) in sections() {
        assert!(!examples.is_empty(), "`{rule}` has no example");
        for (dialect, example) in examples {
            assert!(!example.bad.is_empty() && !example.good.is_empty(), "`{rule}` wants a bad and a good example");
            let bad = found(dialect, &example, &example.bad).await;
            assert!(bad.iter().any(|it| it.rule == rule), "`{rule}` says nothing of its bad example: {bad:#?}");
            let good = found(dialect, &example, &example.good).await;
            assert!(good.iter().all(|it| it.rule != rule), "`{rule}` warns of its good example: {good:#?}");
        }
    }
}

/// Takes away whatever a piece left.
const EMPTY: &str = "DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', name);
    END LOOP;
    CREATE SCHEMA public;
END $$";

#[tokio::test]
async fn postgresql_runs_every_example() {
    let server = PostgresServer::start().await.expect("a server");
    let url = server.database().await.expect("a database");
    for (rule, examples) in sections() {
        let Some(example) = examples.get(&Dialect::Postgres).filter(|example| example.version.is_none()) else {
            continue;
        };
        for (name, piece) in [("bad", &example.bad), ("good", &example.good)] {
            apply_each(&url, [EMPTY]).await.expect("an empty database");
            let run = async |sql: &str| -> Result<(), Error> {
                let read = statements(Dialect::Postgres, sql);
                assert!(read.all.iter().all(|statement| statement.unread.is_none()), "`{rule}`: {:?}", read.all);
                let texts: Vec<&str> = read.all.iter().map(|statement| statement.text.as_str()).collect();
                apply_each(&url, texts).await
            };
            run(&example.before).await.unwrap_or_else(|error| panic!("`{rule}` before: {error:?}"));
            let outcome = run(piece).await;
            let refused = name == "bad" && example.fails;
            assert_eq!(outcome.is_err(), refused, "`{rule}` {name}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn the_advice_of_every_bad_example() {
    let mut text = String::new();
    for (rule, examples) in sections() {
        for (dialect, example) in examples {
            for finding in found(dialect, &example, &example.bad).await.into_iter().filter(|it| it.rule == rule) {
                let (message, advice) = (finding.message, finding.advice);
                text.push_str(&format!("## {rule} ({dialect})\n{message}\n{advice}\n\n"));
            }
        }
    }
    insta::assert_snapshot!(text.trim_end());
}

#[test]
fn the_page_tells_the_names_of_other_tools_and_what_is_asked() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md")).expect("the page");
    for rule in &RULES {
        let start = format!("| [{0}](#{0}) | ", rule.id);
        let row = page.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("no row of {}", rule.id));
        let asked = if rule.default == hazard::Default::LintOnly { "lint only |" } else { "always |" };
        assert!(row[start.len()..].starts_with(asked), "{row}");
        let names: usize = rule.aliases.iter().filter(|(_, name)| row.contains(&format!("`{name}`"))).count();
        assert_eq!(names, rule.aliases.len(), "{row}");
    }
}
