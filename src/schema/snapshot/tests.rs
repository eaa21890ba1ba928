use super::*;
use crate::schema::{Column, ColumnDefault, DataType, ReferentialAction, TypeKind};

fn table(name: &str) -> Table {
    Table {
        columns: vec![Column {
            nullable: false,
            auto_increment: true,
            ..Column::new("id".to_owned(), DataType { sql: "INTEGER".to_owned(), kind: TypeKind::Integer { bits: 64 } })
        }],
        ..Table::new(name)
    }
}

fn schema(names: &[&str]) -> Schema {
    Schema { tables: names.iter().map(|name| table(name)).collect(), ..Schema::empty(Dialect::Postgres) }
}

const HOSTILE: [&str; 12] =
    ["b", "a", "A", "database", "../../etc/passwd", "", "con", "ä", "ä ", "a/b", "a\\b", "a\"`'\n<script>"];

#[test]
fn every_name_gets_a_file_of_its_own_and_comes_back() {
    let schema = schema(&HOSTILE);
    let files = to_files(&schema);
    assert_eq!(files.len(), HOSTILE.len() + 1);
    let folded: std::collections::BTreeSet<String> = files.keys().map(|name| name.to_lowercase()).collect();
    assert_eq!(folded.len(), files.len());
    for name in files.keys() {
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-~.".contains(&byte)), "{name}");
    }
    assert!(files.contains_key("a.json") && files.contains_key(DATABASE_FILE));
    let mut sorted = schema.clone();
    sorted.sort();
    assert_eq!(from_files(&files).unwrap(), sorted);
    assert_eq!(from_text(&to_text(&schema)).unwrap(), sorted);
}

#[test]
fn the_order_of_objects_does_not_change_a_byte() {
    let mut reversed = HOSTILE;
    reversed.reverse();
    assert_eq!(to_files(&schema(&HOSTILE)), to_files(&schema(&reversed)));
    assert_eq!(to_text(&schema(&HOSTILE)), to_text(&schema(&reversed)));
    assert_eq!(fingerprint(&schema(&HOSTILE)), fingerprint(&schema(&reversed)));
    assert_ne!(fingerprint(&schema(&HOSTILE)), fingerprint(&schema(&["a"])));
}

#[test]
fn what_cannot_be_read_is_named() {
    let mut files = to_files(&schema(&["a"]));
    files.insert("copy.json".to_owned(), files["a.json"].clone());
    assert!(matches!(from_files(&files), Err(Error::Twice { .. })));
    files.insert("copy.json".to_owned(), "{".to_owned());
    assert!(from_files(&files).unwrap_err().to_string().starts_with("copy.json is not a snapshot"));
    files.insert(DATABASE_FILE.to_owned(), "{\"format\": 7}".to_owned());
    assert!(from_files(&files).unwrap_err().to_string().contains("format 7"));
    files.remove(DATABASE_FILE);
    assert!(matches!(from_files(&files), Err(Error::NoDatabaseFile)));
    assert!(from_text("{\"format\": 2}").unwrap_err().to_string().contains("update it"));
}

#[test]
fn what_a_snapshot_looks_like() {
    insta::assert_snapshot!(to_text(&schema(&["a"])), @r#"
    {
      "format": 1,
      "dialect": "postgres",
      "tables": [
        {
          "name": {
            "name": "a"
          },
          "columns": [
            {
              "name": "id",
              "data_type": {
                "sql": "INTEGER",
                "kind": {
                  "kind": "integer",
                  "bits": 64
                }
              },
              "nullable": false,
              "auto_increment": true
            }
          ]
        }
      ]
    }
    "#);
}

/// Written by the first version of the format. It is never changed: repositories hold files like it.
const FORMAT_1: &str = include_str!("format_1.json");

#[test]
fn the_first_format_is_read_for_ever() {
    let schema = from_text(FORMAT_1).unwrap();
    let sale = schema.table(&"sale".into()).unwrap();
    let state = sale.column("state").unwrap();
    assert_eq!(state.data_type.kind, TypeKind::Text { length: Some(20) });
    assert_eq!(state.default, Some(ColumnDefault::Literal("open".to_owned())));
    assert_eq!(sale.column("total").unwrap().data_type.kind, TypeKind::Numeric { precision: Some(12), scale: Some(4) });
    assert_eq!(sale.foreign_keys.first().unwrap().on_delete, ReferentialAction::SetNull);
    assert_eq!(sale.indexes.first().unwrap().predicate.as_deref(), Some("(total > (5)::numeric)"));
    assert_eq!(schema.dependencies.len(), 1);
    assert_eq!((schema.views.len(), schema.triggers.len(), schema.others.len()), (1, 1, 1));
    assert_eq!(from_text(&to_text(&schema)).unwrap(), schema);
}

#[test]
fn a_document_reads_the_same_piece_by_piece_and_shares_what_is_equal() {
    let schema = Schema { tables: vec![table("a"), table("b")].into(), ..Schema::empty(Dialect::Sqlite) };
    let other = Schema { tables: vec![table("a"), table("c")].into(), ..Schema::empty(Dialect::Sqlite) };
    let read = from_reader_like(to_text(&other).as_bytes(), &schema.tables).unwrap();
    assert_eq!(read, other);
    assert_eq!(from_text_like(&to_text(&other), &schema.tables).unwrap(), other);
    let shared = |place: usize| Arc::ptr_eq(&read.tables.shared()[place], &schema.tables.shared()[place]);
    assert_eq!((shared(0), shared(1)), (true, false));
    let newer = to_text(&other).replacen("\"format\": 1", "\"format\": 2", 1);
    assert!(matches!(from_reader_like(newer.as_bytes(), &schema.tables), Err(Error::Format { found: 2, .. })));
    assert!(matches!(from_reader_like(&b"{"[..], &schema.tables), Err(Error::Malformed { .. })));
}

#[test]
fn a_document_is_what_serde_would_write_at_once() {
    #[derive(Serialize)]
    struct AtOnce<'a> {
        format: u32,
        #[serde(flatten)]
        schema: &'a Schema,
    }
    let names: Vec<String> = (0..1_100).map(|number| format!("table_{number:04}\n\"{{}}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for names in [&[][..], &HOSTILE[..], &names[..]] {
        let mut schema = schema(names);
        let view = || View { name: ObjectName::new("v\n}\n"), materialized: false, definition: "SELECT 1".to_owned() };
        for views in [Vec::new(), vec![view()]] {
            schema.views = views;
            schema.sort();
            let at_once = serde_json::to_string_pretty(&AtOnce { format: FORMAT, schema: &schema }).unwrap();
            assert_eq!(to_text(&schema), at_once + "\n");
        }
    }
}
