//! The example again, as an application of PostgreSQL's: the same changes, on a server that the check starts itself.

use serde_json::Value;

use crate::universe::Universe;

#[test]
fn the_example_pull_request_on_postgresql() {
    let universe = Universe::shop();
    let requirements = universe.file("requirements.txt");
    universe.commit_files(&[("requirements.txt", &format!("{requirements}psycopg2-binary==2.9.13\n"))]);
    let said = universe.fabwright(&["check", "--base", "main", "--head", "invoices", "--no-commit", "--no-tests"]);
    assert_eq!(said.code, 10, "{said:?}");
    let report: Value = serde_json::from_str(&universe.file("fabwright-report/changes.json")).expect("JSON");
    assert_eq!(report["dialect"], "postgres");
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
    let plan = changes[2]["rollback_plan"].as_str().expect("a plan");
    assert!(plan.contains("values of customer.fax are deleted and cannot be restored"), "{plan}");
    what_others_wait_for_was_seen(&report);
}

/// The statement that narrows a price writes the table anew, under the lock that an earlier statement took.
fn what_others_wait_for_was_seen(report: &Value) {
    let revisions = report["rehearsal"]["revisions"].as_array().expect("revisions");
    let statements: Vec<&Value> =
        revisions.iter().flat_map(|revision| revision["statements"].as_array().expect("statements")).collect();
    let did = |start: &str, table: &str| {
        let statement =
            statements.iter().find(|statement| statement["sql"].as_str().is_some_and(|sql| sql.starts_with(start)));
        let tables = statement.unwrap_or_else(|| panic!("no {start}"))["tables"].as_array().expect("tables");
        tables
            .iter()
            .find(|touched| touched["table"] == table)
            .unwrap_or_else(|| panic!("{start}: {tables:#?}"))
            .clone()
    };
    assert_eq!(did("ALTER TABLE customer RENAME", "customer")["lock"], "ACCESS EXCLUSIVE");
    assert_eq!(did("ALTER TABLE product ADD CONSTRAINT", "supplier")["lock"], "SHARE ROW EXCLUSIVE");
    let index = did("CREATE UNIQUE INDEX ux_supplier_name", "supplier");
    assert_eq!(index["lock"], Value::Null, "SHARE is weaker than what the foreign key holds already");
    assert_eq!(did("ALTER TABLE order_item ADD COLUMN", "order_item")["lock"], "ACCESS EXCLUSIVE");
    let narrowed = did("ALTER TABLE order_item ALTER COLUMN price", "order_item");
    assert_eq!((&narrowed["rewritten"], &narrowed["grows"]), (&true.into(), &true.into()));
    let foreign_key = did("ALTER TABLE product ADD CONSTRAINT", "product");
    assert_eq!((&foreign_key["rewritten"], foreign_key["rows_read"].as_u64()), (&false.into(), Some(60)));
    let new = statements.iter().flat_map(|statement| statement["tables"].as_array().expect("tables"));
    assert!(new.clone().all(|touched| touched["table"] != "invoice"), "nobody waits for a table that is new");
}
