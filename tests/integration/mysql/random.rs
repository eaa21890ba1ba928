//! Random schemas, migrated there and back.

use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::there_and_back;

const TABLES: [&str; 4] = ["customer", "order", "it's `odd`", "sälës"];
const COLUMNS: [&str; 6] = ["name", "group", "Size", "a `b`", "código", "due"];
/// Definitions of columns, and whether an index takes all of the column.
const DEFINITIONS: [(&str, bool); 17] = [
    ("int", true),
    ("int unsigned NOT NULL DEFAULT 7", true),
    ("bigint NOT NULL COMMENT 'it''s \\\\'", true),
    ("varchar(20) DEFAULT 'it''s'", true),
    ("varchar(30) CHARACTER SET latin1 NOT NULL", true),
    ("text", false),
    ("decimal(10,2) NOT NULL DEFAULT 1.50", true),
    ("datetime(3) DEFAULT now(3) ON UPDATE now(3)", true),
    ("timestamp NOT NULL DEFAULT current_timestamp", true),
    ("enum('a','b\"') NOT NULL DEFAULT 'a'", true),
    ("json", false),
    ("date NOT NULL", true),
    ("char(3) COLLATE utf8mb4_bin", true),
    ("tinyint(1) INVISIBLE DEFAULT 1", true),
    ("varbinary(9) DEFAULT 'x'", true),
    ("double CHECK (1 < 2)", true),
    ("uuid DEFAULT uuid()", true),
];

#[derive(Debug, Clone)]
struct RandomColumn {
    name: usize,
    definition: usize,
    index: usize,
    reference: Option<usize>,
    computed: usize,
    check: bool,
}

#[derive(Debug, Clone)]
struct RandomTable {
    name: usize,
    columns: Vec<RandomColumn>,
    key: usize,
    options: usize,
    view: bool,
    trigger: bool,
}

fn column() -> impl Strategy<Value = RandomColumn> {
    let reference = prop::option::weighted(0.2, 0..TABLES.len());
    (0..COLUMNS.len(), 0..DEFINITIONS.len(), 0..7_usize, reference, 0..8_usize, prop::bool::weighted(0.2)).prop_map(
        |(name, definition, index, reference, computed, check)| RandomColumn {
            name,
            definition,
            index,
            reference,
            computed,
            check,
        },
    )
}

fn tables() -> impl Strategy<Value = Vec<RandomTable>> {
    let columns = prop::collection::vec(column(), 1..5);
    let table = (0..TABLES.len(), columns, 0..4_usize, 0..6_usize, any::<bool>(), any::<bool>());
    let table = table.prop_map(|(name, mut columns, key, options, view, trigger)| {
        let mut seen = std::collections::BTreeSet::new();
        columns.retain(|column| seen.insert(column.name));
        RandomTable { name, columns, key, options, view, trigger }
    });
    prop::collection::vec(table, 0..4).prop_map(|mut tables| {
        let mut seen = std::collections::BTreeSet::new();
        tables.retain(|table| seen.insert(table.name));
        tables
    })
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

fn script(tables: &[RandomTable]) -> String {
    let mut sql = String::new();
    let mut keys = String::new();
    for table in tables {
        let name = quoted(TABLES[table.name]);
        let mut lines = vec![match table.key {
            0 => "id int PRIMARY KEY".to_owned(),
            1 => "id int AUTO_INCREMENT PRIMARY KEY COMMENT 'number'".to_owned(),
            2 => "id int NOT NULL, k int NOT NULL DEFAULT 0, PRIMARY KEY (id, k)".to_owned(),
            _ => "id int UNIQUE".to_owned(),
        }];
        lines.push("n int".to_owned());
        for column in &table.columns {
            let own = quoted(COLUMNS[column.name]);
            let (definition, whole) = DEFINITIONS[column.definition];
            lines.push(match column.computed {
                0 => format!("{own} int AS (n IS NULL) VIRTUAL"),
                1 => format!("{own} varchar(20) AS (concat('x', n)) STORED COMMENT 'computed'"),
                _ => format!("{own} {definition}"),
            });
            let whole = whole || column.computed < 2;
            match column.index {
                0 if whole => lines.push(format!("KEY {own} ({own})")),
                1 if whole => lines.push(format!("UNIQUE KEY `u {}` ({own} DESC, id)", column.name)),
                2 if whole => lines.push(format!("KEY `i {}` (id, {own}) COMMENT 'x'", column.name)),
                3 if column.definition == 5 && column.computed > 1 => {
                    lines.push(format!("FULLTEXT KEY `f {}` ({own}), KEY `p {}` ({own}(7))", column.name, column.name));
                }
                _ => {}
            }
            if column.check {
                lines.push(format!(
                    "CONSTRAINT `c {}` CHECK ({own} IS NOT NULL OR n > {})",
                    column.name, column.definition
                ));
            }
            if let Some(target) = column.reference
                && tables.iter().any(|other| other.name == target)
            {
                let action = ["", " ON DELETE CASCADE", " ON UPDATE NO ACTION"][column.index % 3];
                let _ = writeln!(
                    keys,
                    "ALTER TABLE {name} ADD COLUMN `r {0}` int, ADD FOREIGN KEY (`r {0}`) REFERENCES {1} (id){action};",
                    column.name,
                    quoted(TABLES[target]),
                );
            }
        }
        let options =
            ["", " CHARSET latin1", " COMMENT 'it''s'", " ROW_FORMAT=COMPACT", " COLLATE utf8mb4_unicode_ci", ""];
        let _ = writeln!(sql, "CREATE TABLE {name} ({}){};", lines.join(", "), options[table.options]);
        if table.trigger {
            let _ =
                writeln!(keys, "CREATE TRIGGER `t {0}` BEFORE INSERT ON {name} FOR EACH ROW SET @a = 1;", table.name);
        }
        if table.view {
            let _ = writeln!(keys, "CREATE VIEW `v {0}` AS SELECT id FROM {name};", table.name);
        }
    }
    sql + &keys
}

#[test]
fn any_schema_becomes_any_other_and_comes_back() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let mut runner =
        TestRunner::new(Config { cases: 20, max_shrink_iters: 60, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&(tables(), tables()), |(before, after)| {
        let (before, after) = (script(&before), script(&after));
        runtime.block_on(there_and_back(&before, &after));
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}
