//! Runs the examples of `docs/rules.md`.

use std::collections::BTreeMap;

use fabwright::database::script::schema_of_script;
use fabwright::diff::{RenameHints, compare};
use fabwright::hazard::{RULES, RowCounts, check};
use fabwright::schema::{Dialect, Schema};
use jiff::Timestamp;

/// The examples of each section, by the word after `sql`.
fn sections() -> BTreeMap<String, BTreeMap<String, String>> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md"))
        .expect("the rules are described");
    let mut sections: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut section = String::new();
    let mut fence: Option<String> = None;
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            section = title.to_owned();
            sections.entry(section.clone()).or_default();
        } else if line == "```" {
            fence = None;
        } else if let Some(info) = line.strip_prefix("```sql ") {
            fence = Some(info.to_owned());
        } else if let Some(name) = &fence {
            let example = sections.entry(section.clone()).or_default().entry(name.clone()).or_default();
            example.push_str(line);
            example.push('\n');
        }
    }
    sections
}

async fn schema(sql: &str) -> Schema {
    schema_of_script(Dialect::Sqlite, sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"))
}

fn warned(from: &Schema, to: &Schema) -> Vec<(&'static str, String, String)> {
    let comparison = compare(from, to, &RenameHints::default(), Timestamp::UNIX_EPOCH);
    let findings = check(from, to, &comparison.changes, &RowCounts::unknown());
    findings.into_iter().map(|finding| (finding.rule, finding.message, finding.advice)).collect()
}

#[test]
fn every_rule_has_a_section_and_every_section_a_rule() {
    let titles: Vec<String> = sections().into_keys().collect();
    let rules: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(titles, rules);
}

#[tokio::test]
async fn every_example_does_what_its_section_says() {
    for (rule, examples) in sections() {
        let sql =
            |name: &str| examples.get(name).unwrap_or_else(|| panic!("`{rule}` has no `{name}` example")).as_str();
        let before = schema(sql("before")).await;
        let bad = schema(&format!("{}\n{}", sql("before"), sql("bad"))).await;
        let good = schema(&format!("{}\n{}", sql("before"), sql("good"))).await;
        let found = warned(&before, &bad);
        assert!(found.iter().any(|(id, ..)| *id == rule), "`{rule}` says nothing of its bad example: {found:#?}");
        let found = warned(&before, &good);
        assert!(found.iter().all(|(id, ..)| *id != rule), "`{rule}` warns of its good example: {found:#?}");
    }
}

#[tokio::test]
async fn the_advice_of_every_bad_example() {
    let mut text = String::new();
    for (rule, examples) in sections() {
        let before = schema(&examples["before"]).await;
        let bad = schema(&format!("{}\n{}", examples["before"], examples["bad"])).await;
        for (_, message, advice) in warned(&before, &bad).into_iter().filter(|(id, ..)| *id == rule) {
            text.push_str(&format!("## {rule}\n{message}\n{advice}\n\n"));
        }
    }
    insta::assert_snapshot!(text.trim_end());
}
