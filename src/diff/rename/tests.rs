use super::*;
use crate::schema::{DataType, TypeKind};

fn table(name: &str, columns: &[(&str, &str)]) -> Table {
    let kind = |words: &str| match words {
        "INTEGER" => TypeKind::Integer { bits: 64 },
        "DATE" => TypeKind::Date,
        _ => TypeKind::Text { length: None },
    };
    let column = |(name, words): &(&str, &str)| {
        Column::new((*name).to_owned(), DataType { sql: (*words).to_owned(), kind: kind(words) })
    };
    Table { columns: columns.iter().map(column).collect(), ..Table::new(name) }
}

fn found(old: &[Table], new: &[Table]) -> (Vec<String>, Vec<String>) {
    let schema = |tables: &[Table]| Schema { tables: tables.to_vec().into(), ..Schema::empty(Dialect::Postgres) };
    let (renames, questions) = resolve(&schema(old), &schema(new), &RenameHints::default());
    let tables = renames.tables.iter().map(|(from, to, _)| format!("{from}>{to}"));
    let columns = renames.columns.iter().map(|(table, from, to, _)| format!("{table}.{from}>{to}"));
    let questions = questions.iter().map(|question| format!("{}?{}", question.from, question.to)).collect();
    (tables.chain(columns).collect(), questions)
}

fn columns(old: &[(&str, &str)], new: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    found(&[table("t", old)], &[table("t", new)])
}

#[test]
fn a_column_between_the_same_neighbours_is_the_same_one() {
    let old = [("id", "INTEGER"), ("surname", "TEXT"), ("born", "DATE")];
    assert_eq!(columns(&old, &[("id", "INTEGER"), ("last_name", "TEXT"), ("born", "DATE")]).0, ["t.surname>last_name"]);
    let new = [("id", "INTEGER"), ("last_name", "TEXT"), ("birthday", "DATE")];
    assert_eq!(columns(&old, &new).0, ["t.born>birthday", "t.surname>last_name"]);
}

#[test]
fn neighbours_of_one_type_are_told_apart_by_their_order() {
    let old = [("id", "INTEGER"), ("street1", "TEXT"), ("street2", "TEXT"), ("zip", "TEXT"), ("n", "INTEGER")];
    let new = [("id", "INTEGER"), ("line1", "TEXT"), ("line2", "TEXT"), ("postcode", "TEXT"), ("n", "INTEGER")];
    assert_eq!(columns(&old, &new).0, ["t.street1>line1", "t.street2>line2", "t.zip>postcode"]);
}

#[test]
fn another_type_or_another_place_is_no_rename() {
    let old = [("id", "INTEGER"), ("fax", "TEXT"), ("born", "DATE")];
    assert_eq!(columns(&old, &[("id", "INTEGER"), ("size", "INTEGER"), ("born", "DATE")]).0, [] as [&str; 0]);
    assert_eq!(columns(&old, &[("id", "INTEGER"), ("born", "DATE"), ("note", "TEXT")]).0, [] as [&str; 0]);
}

#[test]
fn what_is_likely_but_not_sure_is_a_question() {
    let old = [("id", "INTEGER"), ("mail", "TEXT"), ("born", "DATE")];
    let new = [("id", "INTEGER"), ("born", "DATE"), ("mail_address", "TEXT")];
    assert_eq!(columns(&old, &new), (Vec::new(), vec!["mail?mail_address".to_owned()]));
    let new = [("id", "INTEGER"), ("alpha", "TEXT"), ("omega", "TEXT"), ("born", "DATE")];
    assert!(columns(&old, &new).1.len() <= 1);
}

#[test]
fn tables_are_known_by_what_is_in_them() {
    let sale = [("id", "INTEGER"), ("state", "TEXT"), ("placed", "DATE"), ("total", "INTEGER")];
    assert_eq!(found(&[table("sale", &sale)], &[table("purchase", &sale)]).0, ["sale>purchase"]);
    let small = [("id", "INTEGER"), ("name", "TEXT")];
    let (renames, questions) = found(&[table("tag", &small)], &[table("colour", &small)]);
    assert_eq!((renames.len(), questions.len()), (0, 1), "an id and a name are in every second table");
    let (renames, questions) = found(&[table("a", &sale)], &[table("b", &sale), table("c", &sale)]);
    assert_eq!((renames.len(), questions.len()), (0, 1), "two candidates, no telling which");
}

#[test]
fn a_hint_beats_the_heuristic() {
    let schema = |name: &str| Schema {
        tables: vec![table("t", &[("id", "INTEGER"), (name, "TEXT"), ("also", "TEXT")])].into(),
        ..Schema::empty(Dialect::Postgres)
    };
    let mut new = schema("one");
    new.tables = vec![table("t", &[("id", "INTEGER"), ("one", "TEXT"), ("two", "TEXT")])].into();
    let hints = RenameHints {
        tables: Vec::new(),
        columns: vec![("t".into(), "fax".to_owned(), "two".to_owned(), RenameEvidence::Answered)],
    };
    let (renames, _) = resolve(&schema("fax"), &new, &hints);
    assert!(renames.columns.contains(&("t".into(), "fax".to_owned(), "two".to_owned(), RenameEvidence::Answered)));
}

/// Names and numbers of a table and of its columns, as one database would give them.
type Numbered<'a> = (&'a str, u64, &'a [(&'a str, u16)]);

fn reading(origin: &str, tables: &[Numbered<'_>]) -> Schema {
    let column = |(name, identity): &(&str, u16)| Column {
        identity: Some(*identity),
        ..Column::new(*name, DataType { sql: "TEXT".to_owned(), kind: TypeKind::Text { length: None } })
    };
    let table = |(name, identity, columns): &Numbered<'_>| Table {
        columns: columns.iter().map(column).collect(),
        identity: Some(*identity),
        ..Table::new(*name)
    };
    let tables = tables.iter().map(table).collect();
    Schema { tables, origin: Some(origin.to_owned()), ..Schema::empty(Dialect::Postgres) }
}

fn renames_between(from: &Schema, to: &Schema) -> Vec<String> {
    let (renames, questions) = resolve(from, to, &RenameHints::default());
    assert_eq!(questions, []);
    let tables = renames.tables.iter().map(|(from, to, _)| format!("{from}>{to}"));
    tables.chain(renames.columns.iter().map(|(table, from, to, _)| format!("{table}.{from}>{to}"))).collect()
}

#[test]
fn one_database_tells_its_renames_by_number() {
    let from = reading("one", &[("a", 7, &[("x", 1), ("y", 2)]), ("b", 8, &[("z", 1)])]);
    let swapped = reading("one", &[("b", 7, &[("y", 1), ("x", 2)]), ("a", 8, &[("z", 1)])]);
    assert_eq!(renames_between(&from, &swapped), ["b>a", "a>b", "b.y>x", "b.x>y"]);
    let (renames, _) = resolve(&from, &swapped, &RenameHints::default());
    assert_eq!(renames.tables[0].2, RenameEvidence::Identified { identity: 8 });
}

#[test]
fn other_numbers_are_other_objects_however_alike() {
    let columns: &[(&str, u16)] = &[("id", 1), ("state", 2), ("placed", 3), ("total", 4)];
    let from = reading("one", &[("sale", 7, columns)]);
    assert_eq!(renames_between(&from, &reading("one", &[("purchase", 9, columns)])), [] as [&str; 0]);
    let replaced: &[(&str, u16)] = &[("id", 1), ("status", 5), ("placed", 3), ("total", 4)];
    assert_eq!(renames_between(&from, &reading("one", &[("sale", 7, replaced)])), [] as [&str; 0]);
}

#[test]
fn numbers_of_two_databases_say_nothing() {
    let from = reading("one", &[("a", 7, &[("x", 1)]), ("b", 8, &[("z", 1)])]);
    let to = reading("two", &[("a", 8, &[("x", 2)]), ("b", 7, &[("z", 1)])]);
    assert_eq!(renames_between(&from, &to), [] as [&str; 0]);
}

#[test]
fn an_answer_beats_the_numbers() {
    let from = reading("one", &[("a", 7, &[("x", 1)])]);
    let to = reading("one", &[("b", 7, &[("x", 1)]), ("c", 9, &[("x", 1)])]);
    let hints = RenameHints { tables: vec![("a".into(), "c".into(), RenameEvidence::Answered)], columns: Vec::new() };
    let (renames, _) = resolve(&from, &to, &hints);
    assert_eq!(renames.tables, [("a".into(), "c".into(), RenameEvidence::Answered)]);
}
