use super::*;
use crate::schema::{
    CheckConstraint, Column, ColumnDefault, DataType, Dialect, ForeignKey, ObjectName, PrimaryKey, ReferentialAction,
    Schema, Table, TypeKind, UniqueConstraint,
};

fn column(name: &str, sql: &str, kind: TypeKind) -> Column {
    Column { nullable: false, ..Column::new(name.to_owned(), DataType { sql: sql.to_owned(), kind }) }
}

fn integer(name: &str) -> Column {
    column(name, "INTEGER", TypeKind::Integer { bits: 64 })
}

fn text(name: &str) -> Column {
    column(name, "VARCHAR(20)", TypeKind::Text { length: Some(20) })
}

fn table(name: &str, columns: Vec<Column>, key: &[&str]) -> Table {
    Table {
        columns,
        primary_key: Some(PrimaryKey { name: None, columns: key.iter().map(|name| (*name).to_owned()).collect() }),
        ..Table::new(ObjectName::new(name))
    }
}

fn foreign_key(column: &str, target: &str, on_delete: ReferentialAction) -> ForeignKey {
    ForeignKey {
        name: Some(format!("fk_{column}")),
        columns: vec![column.to_owned()],
        referenced_table: ObjectName::new(target),
        referenced_columns: vec!["id".to_owned()],
        on_delete,
        on_update: ReferentialAction::NoAction,
        deferred: false,
    }
}

fn check(expression: &str) -> CheckConstraint {
    CheckConstraint { column: None, name: None, expression: expression.to_owned() }
}

fn schema(tables: Vec<Table>) -> Schema {
    Schema { tables: tables.into(), ..Schema::empty(Dialect::Sqlite) }
}

fn shop() -> Schema {
    let mut category = table("category", vec![integer("id"), text("name"), integer("parent_id")], &["id"]);
    category.foreign_keys = vec![foreign_key("parent_id", "category", ReferentialAction::SetNull)];
    let mut order = table("order", vec![integer("id"), text("number"), text("state")], &["id"]);
    order.checks = vec![check("state IN ('draft', 'paid')")];
    order.columns[2].default = Some(ColumnDefault::Literal("draft".to_owned()));
    let mut item = table("order_item", vec![integer("id"), integer("order_id"), integer("quantity")], &["id"]);
    item.foreign_keys = vec![foreign_key("order_id", "order", ReferentialAction::Cascade)];
    item.checks = vec![check("quantity > 0 AND quantity <= 99")];
    let tag = table("tag", vec![integer("id"), text("name")], &["id"]);
    let mut order_tag = table("order_tag", vec![integer("order_id"), integer("tag_id")], &["order_id", "tag_id"]);
    order_tag.foreign_keys = vec![
        foreign_key("order_id", "order", ReferentialAction::Cascade),
        foreign_key("tag_id", "tag", ReferentialAction::Cascade),
    ];
    schema(vec![category, order, item, order_tag, tag, table("ab_user", vec![integer("id")], &["id"])])
}

fn relations(application: &Application, table: &str) -> Vec<(String, String)> {
    let entity = application.entity(&table.into()).expect("the entity exists");
    entity
        .relations
        .iter()
        .map(|one| (one.name.clone(), format!("{:?} {} {:?}", one.kind, one.target_class, one.back_populates)))
        .collect()
}

#[test]
fn derives_the_same_application_from_any_order_of_tables() {
    let mut reversed = shop();
    reversed.tables = reversed.tables.iter().rev().cloned().collect();
    let settings = Settings::default();
    assert_eq!(Application::from_schema(&shop(), &settings), Application::from_schema(&reversed, &settings));
}

#[test]
fn names_both_sides_of_each_relation() {
    let application = Application::from_schema(&shop(), &Settings::default());
    let tables: Vec<&str> = application.entities.iter().map(|entity| entity.table.name.as_str()).collect();
    assert_eq!(tables, ["category", "order", "order_item", "tag"]);
    insta::assert_debug_snapshot!(
        ["category", "order", "order_item", "tag"].map(|table| relations(&application, table))
    );
}

#[test]
fn makes_an_enum_of_a_check_and_a_master_of_a_cascade() {
    let application = Application::from_schema(&shop(), &Settings::default());
    let order = application.entity(&"order".into()).expect("the entity exists");
    let state = order.attribute("state").expect("the attribute exists");
    assert_eq!(state.enum_class().map(|class| class.name.as_str()), Some("OrderState"));
    assert_eq!(state.default, Some(DefaultValue::Member("draft".to_owned())));
    assert_eq!(order.master_view_class.as_deref(), Some("OrderMasterView"));
    let item = application.entity(&"order_item".into()).expect("the entity exists");
    assert_eq!(item.list_columns(), ["order", "quantity"]);
}

#[test]
fn postgresql_words_of_checks_mean_the_same() {
    let rules = |expression: &str, dialect| Check::read(&check(expression), dialect).rules;
    for (plain, printed) in [
        (
            "state IN ('a', 'it''s')",
            "(state)::text = ANY ((ARRAY['a'::character varying, 'it''s'::character varying])::text[])",
        ),
        ("grade IN (1, 2)", "grade = ANY (ARRAY[1, 2])"),
        ("price >= -5", "price >= ('-5'::integer)::numeric"),
        ("length(name) >= 2", "length((name)::text) >= 2"),
        ("share BETWEEN 0 AND 100", "(share >= (0)::numeric) AND (share <= (100)::numeric)"),
    ] {
        let expected = rules(plain, Dialect::Sqlite);
        assert_ne!(expected, [CheckRule::Opaque], "{plain}");
        assert_eq!(rules(printed, Dialect::Postgres), expected, "{printed}");
    }
}

#[test]
fn reads_the_shapes_of_checks() {
    let read = |expression: &str| Check::read(&check(expression), Dialect::Sqlite).rules;
    insta::assert_debug_snapshot!(
        [
            "price >= 0",
            "0 < price",
            "quantity BETWEEN 1 AND 99",
            "length(name) >= 2",
            "shipped_on IS NULL OR shipped_on >= ordered_on",
            "state IN ('a', 'it''s')",
            "active IN (0, 1)",
            "\"odd name\" > -1.5",
            "name LIKE 'a%'",
            "price > 0 OR stock > 0",
            "not sql at (((",
        ]
        .map(read)
    );
}

fn chart_of(tables: Vec<Table>, name: &str) -> Option<Chart> {
    let application = Application::from_schema(&schema(tables), &Settings::default());
    application.entity(&name.into()).expect("the entity exists").chart.clone()
}

#[test]
fn charts_group_by_lists_dates_and_truth_values_and_measure_amounts() {
    let moment = |with_time_zone| TypeKind::DateTime { with_time_zone };
    let numeric = || TypeKind::Numeric { precision: Some(12), scale: Some(4) };
    let columns = vec![
        integer("id"),
        column("is_open", "BOOLEAN", TypeKind::Boolean),
        column("opened_on", "DATE", TypeKind::Date),
        column("created_at", "TIMESTAMP", moment(false)),
        column("seen_at", "TIMESTAMPTZ", moment(true)),
        text("state"),
        integer("stars"),
        integer("quantity"),
        column("amount", "NUMERIC(12, 4)", numeric()),
        column("weight", "DOUBLE", TypeKind::Float { bits: 64 }),
        column("unit_price", "NUMERIC(12, 4)", numeric()),
        integer("zip_code"),
        integer("external_no"),
        column("latitude", "DOUBLE", TypeKind::Float { bits: 64 }),
        text("name"),
        column("at", "TIME", TypeKind::Time),
        column("span", "INTERVAL", TypeKind::Interval),
        column("photo", "BLOB", TypeKind::Binary { length: None }),
        column("facts", "JSON", TypeKind::Json),
        column("token", "UUID", TypeKind::Uuid),
    ];
    let mut visit = table("visit", columns, &["id"]);
    visit.checks = vec![check("state IN ('new', 'seen')"), check("stars IN (1, 2, 3)")];
    let chart = chart_of(vec![visit], "visit").expect("there is a chart");
    assert_eq!(chart.groups, ["state", "stars", "opened_on", "created_at", "seen_at", "is_open"]);
    assert_eq!(chart.sums, ["quantity", "amount", "weight"]);
    assert_eq!(chart.averages, ["quantity", "amount", "weight", "unit_price"]);
    assert_eq!((chart.class_name.as_str(), chart.route.as_str()), ("VisitChartView", "/visitchartview"));
}

#[test]
fn charts_group_by_rows_of_which_a_row_is_no_part() {
    let columns = ["id", "kind_id", "owner_id", "parent_id", "badge_id", "left", "right", "size"].map(integer);
    let mut thing = table("thing", columns.into(), &["id"]);
    thing.foreign_keys = vec![
        foreign_key("kind_id", "kind", ReferentialAction::NoAction),
        foreign_key("owner_id", "owner", ReferentialAction::Cascade),
        foreign_key("parent_id", "thing", ReferentialAction::SetNull),
        foreign_key("badge_id", "badge", ReferentialAction::Restrict),
        ForeignKey {
            columns: vec!["left".to_owned(), "right".to_owned()],
            referenced_columns: vec!["a".to_owned(), "b".to_owned()],
            ..foreign_key("left", "pair", ReferentialAction::NoAction)
        },
    ];
    thing.uniques = vec![UniqueConstraint { name: None, columns: vec!["badge_id".to_owned()] }];
    let others = ["kind", "owner", "badge"].map(|name| table(name, vec![integer("id"), text("name")], &["id"]));
    let pair = table("pair", vec![integer("a"), integer("b"), text("name")], &["a", "b"]);
    let chart = chart_of([vec![thing, pair], others.into()].concat(), "thing").expect("there is a chart");
    assert_eq!(chart.groups, ["kind"]);
    assert_eq!(chart.sums, ["left", "right", "size"]);
}

#[test]
fn what_has_no_groups_has_no_chart() {
    let flag = || column("flag", "BOOLEAN", TypeKind::Boolean);
    let note = table("note", vec![integer("id"), text("name"), flag(), integer("size")], &["id"]);
    assert_eq!(chart_of(vec![note], "note"), None);
    let day = || column("day", "DATE", TypeKind::Date);
    let nameless = table("nameless", vec![column("id", "BLOB", TypeKind::Binary { length: None }), day()], &["id"]);
    assert_eq!(chart_of(vec![nameless], "nameless"), None);

    let mut link = table("link", vec![integer("id"), integer("one_id"), integer("two_id")], &["id"]);
    link.foreign_keys = vec![
        foreign_key("one_id", "one", ReferentialAction::NoAction),
        foreign_key("two_id", "two", ReferentialAction::NoAction),
    ];
    let ends = ["one", "two"].map(|name| table(name, vec![integer("id"), text("name")], &["id"]));
    assert_eq!(chart_of([vec![link], ends.into()].concat(), "link"), None);
}

#[test]
fn a_page_takes_the_name_of_no_other() {
    let day = || column("day", "DATE", TypeKind::Date);
    let mut part = table("part", vec![integer("id"), integer("order_id"), day()], &["id"]);
    part.foreign_keys = vec![foreign_key("order_id", "order", ReferentialAction::Cascade)];
    let tables = ["order", "order_chart", "order_master", "user_stats", "chart"]
        .map(|name| table(name, vec![integer("id"), text("name"), day()], &["id"]));
    let application = Application::from_schema(&schema([vec![part], tables.into()].concat()), &Settings::default());
    let order = application.entity(&"order".into()).expect("the entity exists");
    assert_eq!(order.chart.as_ref().map(|chart| chart.class_name.as_str()), Some("OrderChartView2"));
    assert_eq!(order.master_view_class.as_deref(), Some("OrderMasterView2"));
    let mut classes: Vec<&str> = Vec::new();
    for entity in &application.entities {
        classes.push(&entity.view_class);
        classes.extend(entity.master_view_class.as_deref());
        classes.extend(entity.chart.as_ref().map(|chart| chart.class_name.as_str()));
    }
    let different: std::collections::BTreeSet<&str> = classes.iter().copied().collect();
    assert_eq!(classes.len(), different.len(), "{classes:?}");
    assert!(!classes.contains(&"UserStatsChartView"), "Flask-AppBuilder has this one");
    assert!(!classes.contains(&"ChartView"), "the class that charts inherit from");
}
