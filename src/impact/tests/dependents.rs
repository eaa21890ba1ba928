use super::build::{base, dropped, dropped_table};
use crate::impact::database_dependents;
use crate::schema::{
    CheckConstraint, Dialect, ForeignKey, Generated, GeneratedStorage, Index, IndexPart, ObjectName, Other,
    ReferentialAction, Trigger, UniqueConstraint, View, address,
};

#[test]
fn constraints_generated_columns_and_functions() {
    let mut schema = base();
    let table = schema.tables.get_mut(0).unwrap();
    table.uniques.push(UniqueConstraint { name: Some("uq_fax".to_owned()), columns: vec!["fax".to_owned()] });
    table.uniques.push(UniqueConstraint { name: None, columns: vec!["name".to_owned()] });
    let check = |name: &str, expression: &str| CheckConstraint {
        name: Some(name.to_owned()),
        expression: expression.to_owned(),
        column: None,
    };
    table.checks = vec![check("ck_fax", "length(fax) > 3"), check("ck_faxes", "faxes > 3")];
    table.columns[4].generated =
        Some(Box::new(Generated { expression: "lower(fax)".to_owned(), storage: GeneratedStorage::Stored }));
    let other = |kind: &str, name: &str, definition: &str| Other {
        kind: kind.to_owned(),
        name: ObjectName::new(name),
        definition: definition.to_owned(),
        removal: None,
    };
    schema.others = vec![
        other("function", "reach(integer)", "CREATE FUNCTION reach(i int) … SELECT c.fax FROM customer c WHERE id = i"),
        other("function", "call(integer)", "CREATE FUNCTION call(i int) … SELECT phone FROM supplier"),
        other("policy", "own", "CREATE POLICY own ON customer USING (fax IS NOT NULL)"),
    ];
    let found = database_dependents(&schema, &dropped("customer", "fax"));
    let expected = [
        "check ck_fax",
        "function reach(integer)",
        "generated column customer.mail",
        "policy own",
        "unique constraint uq_fax",
    ];
    assert_eq!(found, expected);
}

#[test]
fn keys_indexes_views_and_triggers() {
    let mut schema = base();
    schema.tables.get_mut(1).unwrap().foreign_keys.push(ForeignKey {
        name: None,
        columns: vec!["customer_id".to_owned()],
        referenced_table: ObjectName::new("customer"),
        referenced_columns: vec!["id".to_owned()],
        on_delete: ReferentialAction::NoAction,
        on_update: ReferentialAction::NoAction,
        deferred: false,
    });
    schema.tables.get_mut(0).unwrap().indexes.push(Index {
        options: Default::default(),
        name: "ix_fax".to_owned(),
        unique: false,
        parts: vec![IndexPart {
            length: None,
            column: None,
            expression: Some("lower(fax)".to_owned()),
            descending: false,
            collation: None,
        }],
        predicate: None,
        method: None,
        definition: None,
    });
    let view = |name: &str, definition: &str| View {
        name: ObjectName::new(name),
        materialized: false,
        definition: definition.to_owned(),
    };
    schema.views.push(view("directory", "CREATE VIEW directory AS SELECT name, fax FROM customer"));
    schema.views.push(view("phones", "CREATE VIEW phones AS SELECT phone FROM supplier"));
    schema.triggers.push(Trigger {
        name: "copy_fax".to_owned(),
        table: ObjectName::new("orders"),
        definition: "CREATE TRIGGER copy_fax AFTER INSERT ON orders BEGIN UPDATE customer SET fax = NULL; END"
            .to_owned(),
    });
    let fax = database_dependents(&schema, &dropped("customer", "fax"));
    assert_eq!(fax, ["index ix_fax", "trigger copy_fax", "view directory"]);
    let customer = database_dependents(&schema, &dropped_table("customer", &["id"]));
    assert_eq!(customer, ["foreign key orders(customer_id) -> customer(id)", "trigger copy_fax", "view directory"]);
}

#[test]
fn postgresql_knows_itself_except_what_the_body_of_a_function_says() {
    let mut schema = base();
    schema.dialect = Dialect::Postgres;
    let view = |name: &str| View {
        name: ObjectName::new(name),
        materialized: false,
        definition: "SELECT customer.fax AS reach FROM customer".to_owned(),
    };
    schema.views = vec![view("directory"), view("phones")];
    let other = |kind: &str, name: &str| Other {
        kind: kind.to_owned(),
        name: ObjectName::new(name),
        definition: "… SELECT fax FROM customer".to_owned(),
        removal: None,
    };
    schema.others = vec![other("function", "reach()"), other("policy", "own")];
    let column = address::member("column", &ObjectName::new("customer"), "fax");
    schema.dependencies = [(address::view(&ObjectName::new("directory")), [column].into())].into();
    let found = database_dependents(&schema, &dropped("customer", "fax"));
    assert_eq!(found, ["function reach()", "view directory"]);
    let customer = database_dependents(&schema, &dropped_table("customer", &["id"]));
    assert!(customer.contains(&"view directory".to_owned()) && !customer.contains(&"view phones".to_owned()));
}
