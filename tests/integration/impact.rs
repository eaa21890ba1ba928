//! What the example's pull request leaves behind.

use std::collections::BTreeMap;
use std::path::Path;

use fabwright::database::script::schema_of_script;
use fabwright::diff::{RenameHints, compare};
use fabwright::impact::{SourceFile, Usage, UsageConfidence, UsageKind, find};
use fabwright::schema::Dialect;
use jiff::Timestamp;

const BEFORE: &str = "CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, mail TEXT, phone TEXT, fax TEXT);";
const AFTER: &str = "CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, mail TEXT, phone TEXT);";

fn read(folder: &Path, root: &Path, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).expect("the example is there").flatten() {
        let path = entry.path();
        // What is recorded there is no source, and defines every model a second time.
        if path.ends_with(".fabwright") {
            continue;
        }
        if path.is_dir() {
            read(&path, root, files);
        } else if let (Ok(text), Ok(name)) = (std::fs::read_to_string(&path), path.strip_prefix(root)) {
            files.insert(name.to_string_lossy().into_owned(), text);
        }
    }
}

async fn uses() -> (Vec<Usage>, BTreeMap<String, String>) {
    let shop = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/shop");
    let mut files = BTreeMap::new();
    for side in ["base", "pull-request"] {
        read(&shop.join(side), &shop.join(side), &mut files);
    }
    let sources: Vec<SourceFile> = files
        .iter()
        .map(|(path, text)| SourceFile { path: path.clone(), text: text.clone(), generated: false })
        .collect();
    let before = schema_of_script(Dialect::Sqlite, BEFORE).await.expect("the schema before");
    let after = schema_of_script(Dialect::Sqlite, AFTER).await.expect("the schema after");
    let changes = compare(&before, &after, &RenameHints::default(), Timestamp::UNIX_EPOCH).changes;
    (find(&before, &changes, &sources), files)
}

#[tokio::test]
async fn the_forgotten_uses_of_the_dropped_column() {
    let (uses, files) = uses().await;
    let expect = |path: &str, marker: &str, kind: UsageKind, confidence: UsageConfidence| {
        let lines = files[path].lines().enumerate().filter(|(_, line)| line.contains(marker));
        let mut count = 0;
        for (index, line) in lines {
            let hit = uses.iter().find(|usage| usage.path == path && usage.line as usize == index + 1);
            let usage = hit.unwrap_or_else(|| panic!("{path}:{} is not found: {line}", index + 1));
            assert_eq!((usage.kind, usage.confidence), (kind, confidence), "{usage:#?}");
            count += 1;
        }
        assert!(count > 0, "{path} has no `{marker}`");
    };
    expect("app/custom.py", "customer.fax", UsageKind::PythonAttribute, UsageConfidence::Certain);
    expect("app/reports.py", "c.fax", UsageKind::SqlString, UsageConfidence::Certain);
    expect("app/templates/customer_card.html", "customer.fax", UsageKind::Template, UsageConfidence::Certain);
    expect("app/views/customer.py", "\"fax\"", UsageKind::ViewColumn, UsageConfidence::Certain);
    expect("app/models/customer.py", "fax:", UsageKind::ModelDefinition, UsageConfidence::Certain);
}

#[tokio::test]
async fn every_use_names_the_column() {
    for usage in uses().await.0 {
        assert!(usage.excerpt.contains("fax"), "{usage:#?}");
    }
}
