use super::build::{base, dropped, dropped_table};
use crate::impact::database_dependents;
use crate::schema::{ForeignKey, Index, IndexPart, ObjectName, ReferentialAction, Trigger, View};

#[test]
fn keys_indexes_views_and_triggers() {
    let mut schema = base();
    schema.tables[1].foreign_keys.push(ForeignKey {
        name: None,
        columns: vec!["customer_id".to_owned()],
        referenced_table: ObjectName::new("customer"),
        referenced_columns: vec!["id".to_owned()],
        on_delete: ReferentialAction::NoAction,
        on_update: ReferentialAction::NoAction,
        deferred: false,
    });
    schema.tables[0].indexes.push(Index {
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
