use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::schema::{
    CheckConstraint, Column, DataType, Dialect, ForeignKey, PrimaryKey, ReferentialAction, Table, TypeKind,
    UniqueConstraint,
};

fn column(name: &str, kind: TypeKind, nullable: bool) -> Column {
    Column { nullable, ..Column::new(name, DataType { sql: "x".into(), kind }) }
}

fn id() -> Column {
    column("id", TypeKind::Integer { bits: 64 }, false)
}

fn number(name: &str, nullable: bool) -> Column {
    column(name, TypeKind::Integer { bits: 64 }, nullable)
}

fn text(name: &str, length: u32) -> Column {
    column(name, TypeKind::Text { length: Some(length) }, false)
}

fn table(name: &str, columns: Vec<Column>, key: &[&str]) -> Table {
    Table {
        columns,
        primary_key: Some(PrimaryKey { name: None, columns: key.iter().map(|&part| part.into()).collect() }),
        ..Table::new(name)
    }
}

fn references(mut table: Table, column: &str, target: &str) -> Table {
    table.foreign_keys.push(ForeignKey {
        name: None,
        columns: vec![column.into()],
        referenced_table: target.into(),
        referenced_columns: vec!["id".into()],
        on_delete: ReferentialAction::NoAction,
        on_update: ReferentialAction::NoAction,
        deferred: false,
    });
    table
}

fn checked(mut table: Table, expressions: &[&str]) -> Table {
    table.checks.extend(expressions.iter().map(|&expression| CheckConstraint {
        column: None,
        name: None,
        expression: expression.into(),
    }));
    table
}

fn unique(mut table: Table, columns: &[&str]) -> Table {
    let columns = columns.iter().map(|&name| name.into()).collect();
    table.uniques.push(UniqueConstraint { name: None, columns });
    table
}

fn schema(tables: Vec<Table>) -> Schema {
    Schema { tables: tables.into(), ..Schema::empty(Dialect::Sqlite) }
}

fn values<'a>(rows: &'a Rows, table: &str, column: &str) -> Vec<&'a Value> {
    let rows = rows.tables.iter().find(|rows| rows.table.name == table).unwrap();
    let place = rows.columns.iter().position(|name| name == column).unwrap();
    rows.rows.iter().map(|row| &row[place]).collect()
}

#[test]
fn referenced_rows_come_first_and_exist() {
    let schema = schema(vec![
        references(
            references(
                table("a_link", vec![number("order_id", false), number("tag_id", false)], &["order_id", "tag_id"]),
                "order_id",
                "order",
            ),
            "tag_id",
            "tag",
        ),
        references(table("order", vec![id(), number("customer_id", false)], &["id"]), "customer_id", "z_customer"),
        table("tag", vec![id(), text("name", 20)], &["id"]),
        table("z_customer", vec![id(), text("email", 80)], &["id"]),
    ]);
    let made = rows(&schema, 12, 1);
    let order: Vec<&str> = made.tables.iter().map(|rows| rows.table.name.as_str()).collect();
    assert_eq!(order, ["tag", "z_customer", "order", "a_link"]);
    assert!(made.unsatisfied.is_empty(), "{:?}", made.unsatisfied);
    let customers = values(&made, "z_customer", "id");
    assert!(values(&made, "order", "customer_id").iter().all(|key| customers.contains(key)));
    let pairs: BTreeSet<String> = made.tables[3].rows.iter().map(|row| format!("{row:?}")).collect();
    assert_eq!(pairs.len(), 12, "pairs repeat");
}

#[test]
fn trees_and_cycles_are_filled() {
    let schema = schema(vec![
        references(table("category", vec![id(), number("parent_id", true)], &["id"]), "parent_id", "category"),
        references(table("boss", vec![id(), number("team_id", true)], &["id"]), "team_id", "team"),
        references(table("team", vec![id(), number("boss_id", false)], &["id"]), "boss_id", "boss"),
        references(table("chicken", vec![id(), number("egg_id", false)], &["id"]), "egg_id", "egg"),
        references(table("egg", vec![id(), number("chicken_id", false)], &["id"]), "chicken_id", "chicken"),
        references(table("own", vec![id(), number("root_id", false)], &["id"]), "root_id", "own"),
    ]);
    let made = rows(&schema, 9, 7);
    assert!(made.unsatisfied.is_empty(), "{:?}", made.unsatisfied);
    assert!(made.tables.iter().all(|rows| rows.rows.len() == 9));
    let parents = values(&made, "category", "parent_id");
    assert!(parents[0].is_null() && parents.iter().any(|parent| !parent.is_null()));
    for (row, parent) in parents.iter().enumerate() {
        assert!(parent.is_null() || parent.number().unwrap() <= row as f64, "a parent comes later");
    }
    let eggs = values(&made, "egg", "id");
    assert!(values(&made, "chicken", "egg_id").iter().all(|egg| eggs.contains(egg)));
    assert_eq!(values(&made, "own", "root_id")[0], &Value::Integer(1));
}

#[test]
fn conditions_are_kept() {
    let price = TypeKind::Numeric { precision: Some(8), scale: Some(2) };
    let expressions = [
        "quantity BETWEEN 3 AND 7",
        "price > 0 AND price <= 999.99",
        "sale_price IS NULL OR sale_price < price",
        "state IN ('open', 'paid', 'sent')",
        "length(code) = 8",
        "ends > starts",
        "email LIKE '%@%'",
        "quantity % 2 = 1",
    ];
    let shop = checked(
        table(
            "shop",
            vec![
                id(),
                number("quantity", false),
                column("price", price.clone(), false),
                column("sale_price", price, true),
                text("state", 10),
                text("code", 8),
                column("starts", TypeKind::Date, false),
                column("ends", TypeKind::Date, false),
                text("email", 60),
            ],
            &["id"],
        ),
        &expressions,
    );
    let made = rows(&schema(vec![shop]), 30, 3);
    assert!(made.unsatisfied.is_empty(), "{:?}", made.unsatisfied);
    let rows = &made.tables[0];
    assert_eq!(rows.rows.len(), 30);
    for expression in expressions {
        let check = check::Check::parse(expression).unwrap();
        for row in &rows.rows {
            let holds =
                check.holds(&|name| row[rows.columns.iter().position(|column| column == name).unwrap()].clone());
            assert!(holds, "{expression}: {row:?}");
        }
    }
}

#[test]
fn what_cannot_be_kept_is_declared() {
    let odd = checked(table("odd", vec![id(), text("body", 40)], &["id"]), &["json_valid(body)"]);
    let impossible = checked(table("impossible", vec![id(), number("n", false)], &["id"]), &["n > 5 AND n < 3"]);
    let made = rows(&schema(vec![impossible, odd]), 4, 1);
    let reasons: Vec<String> =
        made.unsatisfied.iter().map(|unsatisfied| format!("{}: {}", unsatisfied.table, unsatisfied.reason)).collect();
    assert_eq!(
        reasons,
        [
            "impossible: no row could be made that keeps its keys and conditions",
            "odd: CHECK (json_valid(body)): `json_valid(body)` is not understood"
        ]
    );
    assert_eq!(made.tables[1].rows.len(), 4);
}

#[test]
fn uniqueness_is_kept_in_small_vocabularies() {
    let tags = unique(table("tag", vec![id(), text("name", 30)], &["id"]), &["name"]);
    let flags = table("flag", vec![column("on", TypeKind::Boolean, false)], &["on"]);
    let made = rows(&schema(vec![flags, tags]), 300, 5);
    let names: BTreeSet<String> = values(&made, "tag", "name").iter().map(|value| value.key()).collect();
    assert_eq!(names.len(), 300);
    assert_eq!(made.tables[0].rows.len(), 2, "only two booleans exist");
}

#[test]
fn same_seed_same_rows_and_a_new_column_disturbs_nothing() {
    let before = table("person", vec![id(), text("name", 40), text("city", 40)], &["id"]);
    let mut after = before.clone();
    after.columns.push(text("phone", 40));
    let one = rows(&schema(vec![before.clone()]), 20, 9);
    assert_eq!(one, rows(&schema(vec![before]), 20, 9));
    let two = rows(&schema(vec![after]), 20, 9);
    assert_eq!(values(&one, "person", "city"), values(&two, "person", "city"));
}

#[test]
fn edge_cases_are_among_the_rows() {
    let made = rows(
        &schema(vec![table("note", vec![id(), column("body", TypeKind::Text { length: None }, true)], &["id"])]),
        40,
        2,
    );
    let bodies = values(&made, "note", "body");
    assert!(bodies.contains(&&Value::Null) && bodies.contains(&&Value::text("")));
    assert!(bodies.iter().any(|body| matches!(body, Value::Text(text) if text.chars().any(|c| c > '\u{ffff}'))));
}

fn any_kind() -> impl Strategy<Value = TypeKind> {
    let limit = || proptest::option::of(prop_oneof![0..40_u32, Just(u32::MAX)]);
    prop_oneof![
        any::<u8>().prop_map(|bits| TypeKind::Integer { bits }),
        (limit(), limit()).prop_map(|(precision, scale)| TypeKind::Numeric { precision, scale }),
        Just(TypeKind::Float { bits: 32 }),
        Just(TypeKind::Boolean),
        limit().prop_map(|length| TypeKind::Text { length }),
        limit().prop_map(|length| TypeKind::Binary { length }),
        Just(TypeKind::Date),
        Just(TypeKind::Time),
        Just(TypeKind::DateTime { with_time_zone: true }),
        Just(TypeKind::Interval),
        Just(TypeKind::Enum { name: None, values: Box::default() }),
        Just(TypeKind::Json),
        Just(TypeKind::Uuid),
        Just(TypeKind::Other),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever a schema says, rows are made or their lack is declared; none breaks a limit or a key.
    #[test]
    fn no_schema_is_too_odd(
        columns in proptest::collection::vec((".{0,8}", any_kind(), any::<bool>()), 1..5),
        conditions in proptest::collection::vec("[a-z]{1,3} ?(>|<|=|IN|LIKE) ?[(]?[0-9'a-z]{0,6}[)]?", 0..3),
        target in 0..3_usize,
    ) {
        let mut tables = Vec::new();
        for number in 0..3 {
            let own = columns.iter().map(|(name, kind, nullable)| column(name, kind.clone(), *nullable)).collect::<Vec<_>>();
            let key = [own[0].name.clone()];
            let made = table(&format!("t{number}"), own, &[key[0].as_str()]);
            let last = made.columns[made.columns.len() - 1].name.clone();
            let made = references(made, &last, &format!("t{}", (number + target) % 3));
            tables.push(checked(made, &conditions.iter().map(String::as_str).collect::<Vec<_>>()));
        }
        let made = rows(&schema(tables), 7, 3);
        prop_assert_eq!(made.tables.len(), 3);
        for rows in &made.tables {
            prop_assert!(rows.rows.iter().all(|row| row.len() == rows.columns.len()));
            let declared = made.unsatisfied.iter().any(|unsatisfied| unsatisfied.table == rows.table);
            prop_assert!(!rows.rows.is_empty() || declared);
        }
    }
}
