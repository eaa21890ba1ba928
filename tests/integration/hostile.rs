//! Snapshots that no server wrote: broken bytes, names that are empty or taken twice, references to nowhere, circles.
//! Nothing may panic, and what can be read comes back as it was.

use fabwright::diff::{self, RenameHints};
use fabwright::migration;
use fabwright::schema::lexer::{canonical, canonical_expression, tidy, tokens};
use fabwright::schema::{
    CheckConstraint, Column, ColumnDefault, DataType, Dialect, ForeignKey, Generated, GeneratedStorage, Index,
    IndexPart, ObjectName, Other, PrimaryKey, ReferentialAction, Schema, Table, Trigger, TypeKind, UniqueConstraint,
    View, snapshot,
};
use proptest::prelude::*;

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec!["a", "b", "A", "id", "", "a b", "\"", "'; DROP TABLE x; --", "ä", "select", "a.b"])
            .prop_map(str::to_owned),
        1 => "\\PC{0,8}",
    ]
}

fn names() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(name(), 0..3)
}

fn object_name() -> impl Strategy<Value = ObjectName> {
    (prop::option::weighted(0.2, name()), name()).prop_map(|(namespace, name)| ObjectName { namespace, name })
}

fn data_type() -> impl Strategy<Value = DataType> {
    let kind = prop_oneof![
        Just(TypeKind::Integer { bits: 64 }),
        Just(TypeKind::Text { length: Some(0) }),
        Just(TypeKind::Numeric { precision: Some(1), scale: Some(9) }),
        names().prop_map(|values| TypeKind::Enum { name: None, values: values.into() }),
        Just(TypeKind::Other),
    ];
    (prop_oneof![Just("INTEGER".to_owned()), Just("numeric(".to_owned()), name()], kind)
        .prop_map(|(sql, kind)| DataType { sql, kind })
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just("CREATE VIEW a AS SELECT * FROM b".to_owned()), name(), "[\\x00-\\x7f]{0,20}"]
}

fn column() -> impl Strategy<Value = Column> {
    let default = prop::option::of(prop_oneof![
        text().prop_map(ColumnDefault::Literal),
        text().prop_map(ColumnDefault::Expression)
    ]);
    let generated = prop::option::weighted(0.2, text());
    let options = prop::collection::btree_map(name(), text(), 0..2);
    (name(), data_type(), any::<(bool, bool)>(), default, generated, options).prop_map(
        |(name, data_type, (nullable, auto_increment), default, generated, options)| Column {
            nullable,
            auto_increment,
            default,
            generated: generated
                .map(|expression| Box::new(Generated { expression, storage: GeneratedStorage::Stored })),
            options,
            ..Column::new(name, data_type)
        },
    )
}

fn foreign_key() -> impl Strategy<Value = ForeignKey> {
    (prop::option::of(name()), names(), object_name(), names(), any::<bool>()).prop_map(
        |(name, columns, referenced_table, referenced_columns, deferred)| ForeignKey {
            name,
            columns,
            referenced_table,
            referenced_columns,
            on_delete: ReferentialAction::Cascade,
            on_update: ReferentialAction::NoAction,
            deferred,
        },
    )
}

fn index() -> impl Strategy<Value = Index> {
    let part = (prop::option::of(name()), prop::option::of(text()), any::<bool>()).prop_map(
        |(column, expression, descending)| IndexPart { column, expression, length: None, descending, collation: None },
    );
    (name(), any::<bool>(), prop::collection::vec(part, 0..3), prop::option::of(text()), prop::option::of(text()))
        .prop_map(|(name, unique, parts, predicate, definition)| Index {
            name,
            unique,
            parts,
            predicate,
            method: None,
            definition,
            options: Default::default(),
        })
}

fn table() -> impl Strategy<Value = Table> {
    let key = prop::option::of((prop::option::of(name()), names()));
    let uniques = prop::collection::vec((prop::option::of(name()), names()), 0..2);
    let checks = prop::collection::vec((prop::option::of(name()), text()), 0..2);
    let options = prop::collection::btree_map(
        prop_oneof![
            Just("nullable_key".to_owned()),
            Just("autoincrement".to_owned()),
            Just("partition of".to_owned()),
            Just("key order primary key".to_owned()),
            name()
        ],
        text(),
        0..3,
    );
    let rest = (prop::collection::vec(foreign_key(), 0..2), prop::collection::vec(index(), 0..2), options);
    (object_name(), prop::collection::vec(column(), 0..4), key, uniques, checks, rest).prop_map(
        |(name, columns, key, uniques, checks, (foreign_keys, indexes, options))| Table {
            columns,
            primary_key: key.map(|(name, columns)| PrimaryKey { name, columns }),
            uniques: uniques.into_iter().map(|(name, columns)| UniqueConstraint { name, columns }).collect(),
            checks: checks
                .into_iter()
                .map(|(name, expression)| CheckConstraint { name, expression, column: None })
                .collect(),
            foreign_keys,
            indexes,
            options,
            ..Table::new(name)
        },
    )
}

fn schema(dialect: Dialect) -> impl Strategy<Value = Schema> {
    let view = (object_name(), any::<bool>(), text()).prop_map(|(name, materialized, definition)| View {
        name,
        materialized,
        definition,
    });
    let trigger =
        (name(), object_name(), text()).prop_map(|(name, table, definition)| Trigger { name, table, definition });
    let kind = prop::sample::select(vec!["sequence", "enum", "function", "grant", "policy", "virtual table", ""]);
    let other = (kind, object_name(), text(), prop::option::of(text()))
        .prop_map(|(kind, name, definition, removal)| Other { kind: kind.to_owned(), name, definition, removal });
    let need =
        prop_oneof![Just("table a".to_owned()), Just("view a".to_owned()), Just("column a.id".to_owned()), name()];
    let needs = prop::collection::btree_set(need.clone(), 0..3).prop_map(|needs| needs.into_iter().collect());
    let dependencies = prop::collection::btree_map(need, needs, 0..3);
    let lists = (
        prop::collection::vec(table(), 0..4),
        prop::collection::vec(view, 0..3),
        prop::collection::vec(trigger, 0..3),
        prop::collection::vec(other, 0..3),
        dependencies,
    );
    lists.prop_map(move |(tables, views, triggers, others, dependencies)| {
        let mut schema =
            Schema { tables: tables.into(), views, triggers, others, dependencies, ..Schema::empty(dialect) };
        schema.sort();
        schema
    })
}

fn pair() -> impl Strategy<Value = (Schema, Schema)> {
    prop::sample::select(vec![Dialect::Sqlite, Dialect::Postgres, Dialect::Mysql])
        .prop_flat_map(|dialect| (schema(dialect), schema(dialect)))
}

/// A few hundred in every run; as many as `PROPTEST_CASES` says when somebody looks for more.
fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(200);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_two_schemas_are_compared_and_planned((from, to) in pair()) {
        let at = jiff::Timestamp::UNIX_EPOCH;
        let comparison = diff::compare(&from, &to, &RenameHints::default(), at);
        let changes: Vec<diff::Change> = comparison.changes.iter().map(|change| change.change.clone()).collect();
        let again = diff::diff(&from, &to, &RenameHints::default());
        prop_assert_eq!(&changes, &again);
        let plan = migration::plan(&from, &to, &changes);
        let _ = (plan.forward_sql(), plan.rollback_sql());
        let scripts = migration::Scripts::between(&from, &to);
        for change in &comparison.changes {
            prop_assert!(!change.change_description.is_empty());
            let _ = scripts.of(&change.change);
        }
    }

    #[test]
    fn what_can_be_read_comes_back((schema, _) in pair()) {
        let mut seen = std::collections::BTreeSet::new();
        let alone = schema.tables.iter().all(|table| seen.insert(table.name.clone()));
        match snapshot::from_text(&snapshot::to_text(&schema)) {
            Ok(again) => {
                prop_assert!(alone);
                prop_assert_eq!(&again, &schema);
                prop_assert_eq!(snapshot::from_files(&snapshot::to_files(&schema)).unwrap(), schema);
            }
            Err(error) => prop_assert!(!alone, "{}", error),
        }
    }

    #[test]
    fn broken_snapshots_are_refused_or_read((schema, _) in pair(), cut in any::<(prop::sample::Index, prop::sample::Index)>(), with in "\\PC{0,4}") {
        let mut text: Vec<char> = snapshot::to_text(&schema).chars().collect();
        let (start, length) = (cut.0.index(text.len()), cut.1.index(40));
        let end = (start + length).min(text.len());
        text.splice(start..end, with.chars());
        let text: String = text.into_iter().collect();
        if let Ok(read) = snapshot::from_text(&text) {
            prop_assert_eq!(snapshot::from_text(&snapshot::to_text(&read)).unwrap(), read);
        }
    }

    #[test]
    fn any_text_is_no_snapshot_or_one(text in "\\PC*", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = snapshot::from_text(&text);
        let _ = snapshot::from_text(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_text_has_tokens(text in prop_oneof!["\\PC*", "[-'\"\\[\\]`/*();a-z0-9.:$\n ]{0,60}"]) {
        let mut end = 0;
        for token in tokens(&text) {
            prop_assert!(token.start >= end && token.end() <= text.len());
            prop_assert_eq!(&text[token.start..token.end()], token.text);
            end = token.end();
        }
        prop_assert_eq!(canonical(&tidy(&text)), canonical(&text));
        let _ = canonical_expression(&text);
    }
}
