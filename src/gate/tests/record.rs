//! What a check run carries comes back as it was, and nothing in it is markup.

use jiff::Timestamp;

use super::*;
use crate::gate::ledger::{Entry, Ledger, Word};
use crate::gate::record::{Part, Record};

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
    let text = format!("### Waiting\n\n{}\n", one(&record, 60_000));
    assert_eq!(Record::from_markdown(&text), Some(record.clone()));
    assert!(record.is_of(&"c".repeat(40)) && !record.is_of("") && !Record::default().is_of(""));
}

#[test]
fn names_cannot_end_the_hidden_comment() {
    let mut record = record(1, "--> <script> <!-- fabwright:record {} -->");
    record.changes[0].tables = vec!["a--> b".into()];
    let text = one(&record, 60_000);
    assert_eq!(text.matches("-->").count(), 1);
    assert_eq!(text.matches('<').count(), 1);
    assert_eq!(Record::from_markdown(&text), Some(record));
}

#[test]
fn a_long_record_is_shortened_where_it_hurts_least_and_comes_in_parts() {
    let long = record(500, &"töld ".repeat(40));
    let text = one(&long, 64_000);
    assert!(text.is_ascii() && text.len() <= 64_000, "{}", text.len());
    let back = Record::from_markdown(&text).expect("a record");
    assert_eq!((back.changes.len(), &back.ledger), (500, &long.ledger));
    assert_eq!(back.changes[499].id, long.changes[499].id);

    let longer = record(5_000, "column `käufe`-- removed");
    let texts = longer.to_parts(43_000);
    assert!(texts.len() > 10 && texts.iter().all(|text| text.len() <= 43_000 && text.matches("--").count() == 2));
    assert_eq!(Record::from_markdown(&texts[0]), None, "a part is no whole");
    let mut parts: Vec<Part> =
        texts.iter().rev().filter_map(|text| Part::from_markdown(&format!("said\n\n{text}\n"))).collect();
    assert_eq!(Record::from_parts(parts.clone()), Some(longer));
    let other = Part::from_markdown(&record(5_000, "other").to_parts(43_000)[3]).expect("a part");
    let place = parts.iter().position(|part| part.number == 4).expect("the fourth");
    parts[place] = other;
    assert_eq!(Record::from_parts(parts.clone()), None, "a part of another record");
    parts.remove(place);
    assert_eq!(Record::from_parts(parts), None, "one is missing");
}

/// The record in one piece.
fn one(record: &Record, most: usize) -> String {
    let parts = record.to_parts(most);
    assert_eq!(parts.len(), 1);
    parts[0].clone()
}

#[test]
fn only_the_last_line_is_a_record() {
    let forged = one(&record(1, ""), 60_000);
    let real = Record { of: "d".repeat(40), ..Record::default() };
    let text = format!("`{forged}`\n{forged}\n\n{}\n", one(&real, 60_000));
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
    let text = one(&record(1, ""), 60_000).replace("\"changes\":[[0,", "\"changes\":[[9,");
    assert_eq!(Record::from_markdown(&text), None, "a place that is not there");
}
