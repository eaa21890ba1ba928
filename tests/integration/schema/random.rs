//! Random schemas with rows, migrated there and back on a real SQLite.

use super::*;
use proptest::prelude::*;

const TABLES: [&str; 4] = ["customer", "Order", "it's \"odd\"", "sälës"];
const COLUMNS: [&str; 6] = ["name", "group", "Size", "a \"b\"", "código", "due"];
const TYPES: [&str; 8] = ["INTEGER", "VARCHAR(20)", "TEXT", "NUMERIC(12, 4)", "BOOLEAN", "DATETIME", "BLOB", ""];

#[derive(Debug, Clone)]
struct RandomColumn {
    name: usize,
    data_type: usize,
    required: bool,
    default: usize,
    computed: bool,
    unique: bool,
    check: bool,
    reference: Option<usize>,
    index: usize,
}

#[derive(Debug, Clone)]
struct RandomTable {
    name: usize,
    columns: Vec<RandomColumn>,
    key: usize,
    view: bool,
    trigger: bool,
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn column() -> impl Strategy<Value = RandomColumn> {
    let flags =
        (any::<bool>(), 0..5_usize, prop::bool::weighted(0.1), prop::bool::weighted(0.15), prop::bool::weighted(0.2));
    (0..COLUMNS.len(), 0..TYPES.len(), flags, prop::option::weighted(0.2, 0..TABLES.len()), 0..5_usize).prop_map(
        |(name, data_type, (required, default, computed, unique, check), reference, index)| RandomColumn {
            name,
            data_type,
            required,
            default,
            computed,
            unique,
            check,
            reference,
            index,
        },
    )
}

fn tables() -> impl Strategy<Value = Vec<RandomTable>> {
    let table = (0..TABLES.len(), prop::collection::vec(column(), 1..5), 0..5_usize, any::<bool>(), any::<bool>())
        .prop_map(|(name, mut columns, key, view, trigger)| {
            let mut seen = std::collections::BTreeSet::new();
            columns.retain(|column| seen.insert(column.name));
            RandomTable { name, columns, key, view, trigger }
        });
    prop::collection::vec(table, 0..4).prop_map(|mut tables| {
        let mut seen = std::collections::BTreeSet::new();
        tables.retain(|table| seen.insert(table.name));
        tables
    })
}

fn sql(tables: &[RandomTable]) -> String {
    tables.iter().map(table_sql).collect()
}

fn table_sql(table: &RandomTable) -> String {
    let name = quoted(TABLES[table.name]);
    let mut items: Vec<String> = Vec::new();
    let mut after = String::new();
    match table.key {
        0 => items.push("id INTEGER PRIMARY KEY AUTOINCREMENT".to_owned()),
        1 => items.push("id INTEGER NOT NULL PRIMARY KEY".to_owned()),
        2 => items.push("id TEXT PRIMARY KEY".to_owned()),
        _ => items.push("id INTEGER PRIMARY KEY".to_owned()),
    }
    let mut constraints = Vec::new();
    for column in &table.columns {
        let of = quoted(COLUMNS[column.name]);
        let mut text = format!("{of} {}", TYPES[column.data_type]);
        if column.computed {
            text.push_str(if column.index % 2 == 0 { " AS (id || 'x') STORED" } else { " AS (id || 'x')" });
        } else {
            match column.default {
                0 => text.push_str(" DEFAULT 7"),
                1 => text.push_str(" DEFAULT 'it''s'"),
                2 => text.push_str(" DEFAULT CURRENT_TIMESTAMP"),
                _ => {}
            }
            if column.required {
                text.push_str(" NOT NULL");
            }
            if let Some(target) = column.reference {
                text.push_str(&format!(" REFERENCES {} (id) ON DELETE SET NULL", quoted(TABLES[target])));
            }
        }
        items.push(text);
        if column.unique {
            constraints.push(format!("UNIQUE ({of}, id)"));
        }
        if column.check {
            constraints.push(format!("CONSTRAINT {of} CHECK ({of} IS NULL OR length({of}) < 90)"));
        }
        if column.index == 0 {
            let index = quoted(&format!("i {} {}", TABLES[table.name], COLUMNS[column.name]));
            after.push_str(&format!("CREATE INDEX {index} ON {name} ({of} DESC) WHERE {of} IS NOT NULL;\n"));
        }
    }
    items.extend(constraints);
    let tail = if table.key == 2 { " WITHOUT ROWID" } else { "" };
    if table.view {
        after.push_str(&format!(
            "CREATE VIEW {} AS SELECT * FROM {name};\n",
            quoted(&format!("view of {}", TABLES[table.name]))
        ));
    }
    if table.trigger {
        let trigger = quoted(&format!("trigger on {}", TABLES[table.name]));
        after.push_str(&format!("CREATE TRIGGER {trigger} AFTER DELETE ON {name} BEGIN SELECT OLD.id; END;\n"));
    }
    format!("CREATE TABLE {name} ({}){tail};\n{after}", items.join(", "))
}

fn rows(tables: &[RandomTable]) -> String {
    let mut text = String::new();
    for table in tables {
        let columns: Vec<&RandomColumn> = table.columns.iter().filter(|column| !column.computed).collect();
        for row in 1..=3 {
            let mut names = vec!["id".to_owned()];
            let mut values = vec![if table.key == 2 { format!("'{row}'") } else { row.to_string() }];
            for column in &columns {
                names.push(quoted(COLUMNS[column.name]));
                values.push(if row == 2 && !column.required { "NULL".to_owned() } else { format!("'{row}'") });
            }
            let (name, names) = (quoted(TABLES[table.name]), names.join(", "));
            text.push_str(&format!("INSERT INTO {name} ({names}) VALUES ({});\n", values.join(", ")));
        }
    }
    text
}

async fn round_trip(before: &[RandomTable], after: &[RandomTable]) {
    let scratch = database(&format!("{}{}", sql(before), rows(before))).await;
    let (from, to) = (introspect(&scratch.url()).await.unwrap(), schema(&sql(after)).await);
    let (changes, plan) = plan(&from, &to);
    assert_eq!(changes.is_empty(), snapshot::fingerprint(&from) == snapshot::fingerprint(&to));
    assert_eq!(changes, diff::diff(&from, &to, &RenameHints::default()));
    apply(&scratch, &plan.forward_sql()).await;
    assert_schema(&scratch, &to, &plan.forward_sql()).await;
    for table in &to.tables {
        let stayed =
            !changes.iter().any(|change| matches!(change, Change::TableAdded { table: new } if new.name == table.name));
        let count = values(&scratch, &format!("SELECT count(*) FROM {}", quoted(&table.name.name))).await;
        assert_eq!(count, [if stayed { "3" } else { "0" }], "{}\n{}", table.name, plan.forward_sql());
    }
    apply(&scratch, &plan.rollback_sql()).await;
    assert_schema(&scratch, &from, &plan.rollback_sql()).await;
}

/// A few cases in every run; as many as `PROPTEST_CASES` says when somebody looks for more.
fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(48);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_schema_becomes_any_other_and_comes_back(before in tables(), after in tables()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(round_trip(&before, &after));
    }
}
