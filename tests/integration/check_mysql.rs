//! The example once more, as an application of MariaDB's.

use serde_json::Value;

use crate::universe::Universe;

fn report(universe: &Universe) -> Value {
    serde_json::from_str(&universe.file("fabwright-report/changes.json")).expect("JSON")
}

#[test]
fn the_example_pull_request_on_mariadb() {
    let universe = Universe::shop();
    let requirements = universe.file("requirements.txt");
    universe.commit_files(&[("requirements.txt", &format!("{requirements}PyMySQL==1.1.2\n"))]);
    let said = universe.fabwright(&["check", "--base", "main", "--head", "invoices", "--no-commit", "--no-tests"]);
    assert_eq!(said.code, 10, "{said:?}");
    let report = report(&universe);
    assert_eq!(report["dialect"], "mysql");
    assert_eq!(report["notes"], serde_json::json!([]), "every row that was made is taken");
    let changes = report["changes"].as_array().expect("changes");
    let told: Vec<String> = changes
        .iter()
        .map(|change| {
            let text = |key: &str| change[key].as_str().unwrap_or_default().to_owned();
            [text("change_type"), text("table_name"), text("column_name")].join(" ").trim_end().to_owned()
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    table_added invoice
    column_renamed customer email
    column_removed customer fax
    column_modified order_item price
    column_added order_item discount
    constraint_added order_item
    constraint_added order_item
    column_added product supplier_id
    column_added product weight_grams
    relationship_added product supplier_id
    index_added product
    index_added supplier
    ");
    assert!(universe.file("fabwright-report/report.md").contains("(observed rename)"), "nobody saw the rename");
    assert_eq!(report["way_back"]["proven"], true, "{:#}", report["way_back"]);
}

#[test]
fn a_migration_that_stops_midway_is_said_to_leave_half_of_it() {
    let universe = Universe::of_sql(
        "CREATE TABLE t (id int PRIMARY KEY, n int);",
        "ALTER TABLE t ADD COLUMN m int; ALTER TABLE t DROP COLUMN nothing;",
    );
    universe.commit_files(&[(".fabwright.yml", "rehearsal:\n  dialect: mysql\n")]);
    let said = universe.fabwright(&["check", "--base", "main", "--head", "feature", "--no-commit", "--no-tests"]);
    assert_ne!(said.code, 0, "{said:?}");
    let told = universe.file("fabwright-report/report.md");
    assert!(told.contains("keeps what ran before"), "{told}");
}
