//! The shop's schema on both sides.

use crate::schema::{
    CheckConstraint, Column, ColumnDefault, DataType, Dialect, ForeignKey, Index, IndexPart, ObjectName, PrimaryKey,
    ReferentialAction, Schema, Table, TypeKind,
};

/// A column; a `?` after the type lets it be NULL.
pub fn column(name: &str, sql: &str) -> Column {
    let nullable = sql.ends_with('?');
    let sql = sql.trim_end_matches('?');
    Column { nullable, ..Column::new(name.to_owned(), DataType { sql: sql.to_owned(), kind: TypeKind::Other }) }
}

/// A table whose first column is its key.
pub fn table(name: &str, columns: &[(&str, &str)], references: &[(&str, &str)]) -> Table {
    Table {
        columns: columns.iter().map(|(name, sql)| column(name, sql)).collect(),
        primary_key: columns.first().map(|(key, _)| PrimaryKey { name: None, columns: vec![(*key).to_owned()] }),
        foreign_keys: references
            .iter()
            .map(|(column, target)| ForeignKey {
                name: None,
                columns: vec![(*column).to_owned()],
                referenced_table: ObjectName::new(*target),
                referenced_columns: vec!["id".to_owned()],
                on_delete: ReferentialAction::NoAction,
                on_update: ReferentialAction::NoAction,
                deferred: false,
            })
            .collect(),
        ..Table::new(name)
    }
}

fn schema(tables: Vec<Table>) -> Schema {
    Schema { tables: tables.into(), ..Schema::empty(Dialect::Sqlite) }
}

pub fn before() -> Schema {
    schema(vec![
        table("carrier", &[("id", "INTEGER"), ("name", "VARCHAR(60)")], &[]),
        table(
            "category",
            &[("id", "INTEGER"), ("name", "VARCHAR(60)"), ("parent_id", "INTEGER?")],
            &[("parent_id", "category")],
        ),
        table(
            "customer",
            &[
                ("id", "INTEGER"),
                ("name", "VARCHAR(80)"),
                ("mail", "VARCHAR(120)"),
                ("phone", "VARCHAR(40)?"),
                ("fax", "VARCHAR(40)?"),
                ("city", "VARCHAR(60)?"),
            ],
            &[],
        ),
        table(
            "order_item",
            &[
                ("id", "INTEGER"),
                ("order_id", "INTEGER"),
                ("product_id", "INTEGER"),
                ("quantity", "INTEGER"),
                ("price", "NUMERIC(12, 4)"),
            ],
            &[("order_id", "orders"), ("product_id", "product")],
        ),
        table(
            "orders",
            &[
                ("id", "INTEGER"),
                ("customer_id", "INTEGER"),
                ("carrier_id", "INTEGER?"),
                ("state", "VARCHAR(12)"),
                ("placed_at", "DATETIME"),
            ],
            &[("customer_id", "customer")],
        ),
        table(
            "product",
            &[
                ("id", "INTEGER"),
                ("category_id", "INTEGER?"),
                ("name", "VARCHAR(120)"),
                ("sku", "VARCHAR(32)?"),
                ("attributes", "JSON?"),
            ],
            &[("category_id", "category")],
        ),
    ])
}

pub fn after() -> Schema {
    let mut schema = before();
    for table in &mut schema.tables {
        match table.name.name.as_str() {
            "customer" => {
                table.columns.retain(|column| column.name != "fax");
                table.columns[2].name = "email".to_owned();
                let mut loyalty = column("loyalty", "INTEGER");
                loyalty.default = Some(ColumnDefault::Literal("0".to_owned()));
                table.columns.push(loyalty);
            }
            "order_item" => {
                table.columns[4].data_type.sql = "NUMERIC(8, 2)".to_owned();
                table.checks.push(CheckConstraint {
                    column: None,
                    name: Some("order_item_quantity_positive".to_owned()),
                    expression: "quantity > 0".to_owned(),
                });
            }
            "orders" => {
                let mut key = table.foreign_keys[0].clone();
                key.columns = vec!["carrier_id".to_owned()];
                key.referenced_table = "carrier".into();
                table.foreign_keys.push(key);
            }
            "product" => table.indexes.push(Index {
                options: Default::default(),
                name: "ix_product_sku".to_owned(),
                unique: true,
                parts: vec![IndexPart {
                    length: None,
                    column: Some("sku".to_owned()),
                    expression: None,
                    descending: false,
                    collation: None,
                }],
                predicate: None,
                method: None,
                definition: None,
            }),
            _ => {}
        }
    }
    let columns = [
        ("id", "INTEGER"),
        ("order_id", "INTEGER"),
        ("number", "VARCHAR(20)"),
        ("total", "NUMERIC(10, 2)"),
        ("issued", "DATE"),
    ];
    schema.tables.insert(3, table("invoice", &columns, &[("order_id", "orders")]));
    schema
}
