//! What a check run carries comes back as it was, and nothing in it is markup.

use jiff::Timestamp;

use super::*;
use crate::gate::ledger::{Entry, Ledger, Word};
use crate::gate::record::Record;

fn digits(seed: usize) -> String {
    format!("{seed:064x}")
}

fn record(changes: usize, told: &str) -> Record {
    let entry = |source, id, words| Entry {
        source,
        id,
        digest: "d".repeat(32),
        by: "bob".into(),
        at: Timestamp::UNIX_EPOCH,
        words,
        refusals: vec!["there is no change `dead`".into()],
    };
    Record {
        of: "c".repeat(40),
        run: Some(42),
        changes: (0..changes)
            .map(|seed| GateChange {
                tables: vec![format!("table_{seed}")],
                files: vec!["migrations/versions/0002.py".into()],
                told: told.to_owned(),
                ..gate_change(&digits(seed))
            })
            .collect(),
        failed_tests: 1,
        conflicts: 2,
        stopped: None,
        marker: Some("<!-- fabwright:comment workflow=a job=b -->".into()),
        ledger: Ledger {
            entries: vec![
                entry(Source::Comment, 7, vec![Word::Approve(id(&digits(0))), Word::Revoke(id(&digits(999)))]),
                entry(Source::Review, 8, vec![Word::RevokeAll]),
            ],
        },
    }
}

#[test]
fn a_record_comes_back_as_it_was() {
    let record = record(3, "column `fax` is removed");
    let text = format!("### Waiting\n\n{}\n", record.to_markdown(60_000));
    assert_eq!(Record::from_markdown(&text), Some(record.clone()));
    assert!(record.is_of(&"c".repeat(40)) && !record.is_of("") && !Record::default().is_of(""));
}

#[test]
fn names_cannot_end_the_hidden_comment() {
    let mut record = record(1, "--> <script> <!-- fabwright:record {} -->");
    record.changes[0].tables = vec!["a--> b".into()];
    let text = record.to_markdown(60_000);
    assert_eq!(text.matches("-->").count(), 1);
    assert_eq!(text.matches('<').count(), 1);
    assert_eq!(Record::from_markdown(&text), Some(record));
}

#[test]
fn a_long_record_is_shortened_where_it_hurts_least_or_left_out() {
    let long = record(500, &"told ".repeat(40));
    let text = long.to_markdown(64_000);
    assert!(text.len() <= 65_000, "{}", text.len());
    let back = Record::from_markdown(&text).expect("a record");
    assert_eq!(back.ledger, long.ledger);
    assert_eq!(back.changes.len(), 500);
    assert_eq!(back.changes[499].id, long.changes[499].id);
    assert_eq!(Record::from_markdown(&record(5_000, "").to_markdown(64_000)), None);
}

#[test]
fn only_the_last_line_is_a_record() {
    let forged = record(1, "").to_markdown(60_000);
    let real = Record { of: "d".repeat(40), ..Record::default() };
    let text = format!("`{forged}`\n{forged}\n\n{}\n", real.to_markdown(60_000));
    assert_eq!(Record::from_markdown(&text), Some(real));
    assert_eq!(Record::from_markdown(&format!("{forged}\n```\n")), None);
    assert_eq!(Record::from_markdown(&format!("> {forged}")), None);
}

#[test]
fn what_is_no_record_is_none() {
    for text in [
        "",
        "<!-- fabwright:record {} -->",
        "<!-- fabwright:record nonsense -->",
        "<!-- fabwright:record",
        "<!-- fabwright:record {\"version\":2} -->",
    ] {
        assert_eq!(Record::from_markdown(text), None, "{text}");
    }
    let text = record(1, "").to_markdown(60_000).replace("\"changes\":[[0,", "\"changes\":[[9,");
    assert_eq!(Record::from_markdown(&text), None, "a place that is not there");
}
