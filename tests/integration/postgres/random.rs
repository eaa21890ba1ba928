//! Random schemas with rows, migrated there and back on a real PostgreSQL.

use super::*;
use proptest::prelude::*;
use tokio::sync::OnceCell;

const TABLES: [&str; 4] = ["customer", "Order", "it's \"odd\"", "sälës"];
const COLUMNS: [&str; 6] = ["name", "group", "Size", "a \"b\"", "código", "due"];
/// A type, and a default of it.
const TYPES: [(&str, &str); 10] = [
    ("integer", "7"),
    ("bigint", "-7"),
    ("varchar(20)", "'it''s'"),
    ("text", "lower('A')"),
    ("numeric(12,4)", "0.5"),
    ("boolean", "true"),
    ("timestamptz", "now()"),
    ("mood", "'ok'"),
    ("mood[]", "'{}'"),
    ("price", "1"),
];
/// What a type of the schema may look like.
const MOODS: [&str; 4] = ["'ok'", "'ok', 'sad'", "'glad', 'ok', 'sad'", "'sad', 'ok'"];
const PRICES: [&str; 3] = ["integer", "integer CHECK (VALUE >= 0)", "numeric(9,2) DEFAULT 3"];

#[derive(Debug, Clone)]
struct RandomColumn {
    name: usize,
    data_type: usize,
    required: bool,
    default: bool,
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
    divided: bool,
    view: bool,
    trigger: bool,
}

#[derive(Debug, Clone)]
struct RandomSchema {
    mood: usize,
    price: usize,
    tables: Vec<RandomTable>,
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn column() -> impl Strategy<Value = RandomColumn> {
    let flags = (
        any::<bool>(),
        any::<bool>(),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.15),
        prop::bool::weighted(0.2),
    );
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

fn schemas() -> impl Strategy<Value = RandomSchema> {
    let flags = (prop::bool::weighted(0.25), any::<bool>(), any::<bool>());
    let table = (0..TABLES.len(), prop::collection::vec(column(), 1..5), 0..3_usize, flags).prop_map(
        |(name, mut columns, key, (divided, view, trigger))| {
            let mut seen = std::collections::BTreeSet::new();
            columns.retain(|column| seen.insert(column.name));
            RandomTable { name, columns, key, divided, view, trigger }
        },
    );
    (0..MOODS.len(), 0..PRICES.len(), prop::collection::vec(table, 0..4)).prop_map(|(mood, price, mut tables)| {
        let mut seen = std::collections::BTreeSet::new();
        tables.retain(|table| seen.insert(table.name));
        RandomSchema { mood, price, tables }
    })
}

fn sql(schema: &RandomSchema) -> String {
    let mut text = format!(
        "CREATE TYPE mood AS ENUM ({}); CREATE DOMAIN price AS {};
         CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';\n",
        MOODS[schema.mood], PRICES[schema.price]
    );
    let tables = &schema.tables;
    tables.iter().for_each(|table| table_sql(table, &mut text));
    // Tables may refer to each other in a circle.
    for table in tables {
        for column in table.columns.iter().filter(|column| !column.computed && TYPES[column.data_type].0 == "bigint") {
            let target = column.reference.and_then(|target| tables.iter().find(|other| other.name == target));
            if let Some(target) = target {
                text.push_str(&format!(
                    "ALTER TABLE {} ADD FOREIGN KEY ({}) REFERENCES {} ON DELETE CASCADE;\n",
                    quoted(TABLES[table.name]),
                    quoted(COLUMNS[column.name]),
                    quoted(TABLES[target.name])
                ));
            }
        }
    }
    text
}

fn table_sql(table: &RandomTable, text: &mut String) {
    let name = quoted(TABLES[table.name]);
    let key = match table.key {
        0 if !table.divided => "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        1 => "id bigserial PRIMARY KEY",
        _ => "id bigint PRIMARY KEY",
    };
    let mut items = vec![key.to_owned()];
    let mut after = String::new();
    for column in &table.columns {
        let of = quoted(COLUMNS[column.name]);
        let (data_type, default) = TYPES[column.data_type];
        if column.computed {
            items.push(format!("{of} bigint GENERATED ALWAYS AS (id + {}) STORED", column.index));
            continue;
        }
        let mut line = format!("{of} {data_type}");
        if column.default {
            line.push_str(&format!(" DEFAULT {default}"));
        }
        if column.required {
            line.push_str(" NOT NULL");
        }
        items.push(line);
        if column.unique {
            items.push(format!("UNIQUE (id, {of})"));
        }
        if column.check {
            items.push(format!("CONSTRAINT {of} CHECK ({of}::text <> 'none')"));
        }
        if column.index == 0 {
            let index = quoted(&format!("i {} {}", TABLES[table.name], COLUMNS[column.name]));
            after.push_str(&format!("CREATE INDEX {index} ON {name} ({of} DESC) WHERE {of} IS NOT NULL;\n"));
        }
        if column.index == 1 {
            after.push_str(&format!(
                "COMMENT ON COLUMN {name}.{of} IS 'it''s'; GRANT SELECT ({of}) ON {name} TO PUBLIC;\n"
            ));
        }
    }
    if table.view {
        let view = quoted(&format!("view of {}", TABLES[table.name]));
        after.push_str(&format!("CREATE VIEW {view} AS SELECT * FROM {name};\n"));
    }
    if table.trigger {
        let condition = table.columns.first().filter(|column| !column.computed).map_or("true".to_owned(), |column| {
            let of = quoted(COLUMNS[column.name]);
            format!("OLD.{of} IS DISTINCT FROM NEW.{of}")
        });
        after.push_str(&format!(
            "CREATE TRIGGER touched BEFORE UPDATE ON {name} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION touch();\n"
        ));
    }
    let divided = if table.divided { " PARTITION BY RANGE (id)" } else { "" };
    text.push_str(&format!("CREATE TABLE {name} ({}){divided};\n", items.join(", ")));
    if table.divided {
        let part = quoted(&format!("{} 1", TABLES[table.name]));
        text.push_str(&format!("CREATE TABLE {part} PARTITION OF {name} FOR VALUES FROM (0) TO (100);\n"));
    }
    text.push_str(&after);
}

/// One server for all cases.
static SERVER: OnceCell<PostgresServer> = OnceCell::const_new();

async fn round_trip(before: &RandomSchema, after: &RandomSchema) {
    let server = SERVER.get_or_init(async || PostgresServer::start().await.unwrap()).await;
    there_and_back(server, &sql(before), &sql(after)).await;
}

/// A few cases in every run; as many as `PROPTEST_CASES` says when somebody looks for more.
fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(12);
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 60, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_schema_becomes_any_other_and_comes_back(before in schemas(), after in schemas()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(round_trip(&before, &after));
    }
}
