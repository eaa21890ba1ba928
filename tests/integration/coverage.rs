//! Holds docs/coverage.md true: the scenarios that it names exist, and it names every kind of object that scenarios have.

use std::collections::BTreeSet;
use std::path::Path;

use fabwright::database::script;
use fabwright::schema::Dialect;

fn page() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/coverage.md")).unwrap()
}

fn source_of(module: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/integration").join(module).with_extension("rs");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_row_names_a_scenario_that_exists() {
    let page = page();
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| ---") && !line.starts_with("| kind"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    assert!(rows.len() > 20, "{} rows", rows.len());
    for row in rows {
        let [kind, postgres, mysql, sqlite, scenario] = row.as_slice() else { panic!("not five cells: {row:?}") };
        assert!([postgres, mysql, sqlite].iter().all(|cell| !cell.is_empty()), "{kind}");
        let (module, test) = scenario.trim_matches('`').rsplit_once("::").unwrap();
        let source = source_of(&module.replace("::", "/"));
        assert!(source.contains(&format!("fn {test}(")), "{kind}: there is no {scenario}");
    }
}

/// Holds that the page names every one of these kinds.
pub fn assert_named(kinds: impl IntoIterator<Item = String>) {
    let page = page();
    let missing: BTreeSet<String> = kinds.into_iter().filter(|kind| !page.contains(&format!("`{kind}`"))).collect();
    assert_eq!(missing, BTreeSet::new(), "read, and not named in docs/coverage.md");
}

#[tokio::test]
async fn every_kind_that_sqlite_has_is_named() {
    let sqlite =
        script::schema_of_script(Dialect::Sqlite, "CREATE VIRTUAL TABLE words USING fts5 (word)").await.unwrap();
    assert_eq!(sqlite.others.len(), 1);
    assert_named(sqlite.others.into_iter().map(|object| object.kind));
}
