//! Small sources, and every use that must be found in each: line, kind, confidence. Anything else that is found
//! fails the test too.

mod build;
mod contract;
mod dependents;
mod files;
mod models;
mod python;
mod queries;
mod schemas;
mod sql;
mod template;
mod views;

use super::UsageConfidence::{Certain, Likely, Possible};
use super::UsageKind::{FormField, ModelDefinition, PythonAttribute, SqlFile, SqlString, Template, ViewColumn};
use super::{SourceFile, Usage, UsageConfidence, UsageKind, find};
use build::{base, dropped};

type Expected = (u32, UsageKind, UsageConfidence);

/// The models of a small shop, which no test expects uses in.
const MODELS: &str = r#"
from flask_appbuilder import Model
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import relationship


class Customer(Model):
    __tablename__ = "customer"
    id = Column(Integer, primary_key=True)
    name = Column(String(80))
    orders = relationship("Order", back_populates="customer")


class Order(Model):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    customer_id = Column(Integer, ForeignKey("customer.id"))
    customer = relationship("Customer", back_populates="orders")


class Supplier(Model):
    __tablename__ = "supplier"
    id = Column(Integer, primary_key=True)
    phone = Column(String(20))
"#;

fn source(path: &str, text: &str) -> SourceFile {
    SourceFile { path: path.to_owned(), text: text.to_owned(), generated: false }
}

/// Uses of `customer.fax` and `customer.phone` in one more file beside the models.
fn uses(path: &str, text: &str) -> Vec<Usage> {
    let changes = [dropped("customer", "fax"), dropped("customer", "phone")];
    let sources = [
        source("app/models/shop.py", MODELS),
        source("app/models/__init__.py", "from .shop import *\n"),
        source(path, text),
    ];
    let found = find(&base(), &changes, &sources);
    assert!(found.iter().all(|usage| usage.path == path), "found in the models: {found:#?}");
    found
}

#[track_caller]
fn expect(path: &str, text: &str, expected: &[Expected]) {
    let found = uses(path, text);
    let places: Vec<Expected> = found.iter().map(|usage| (usage.line, usage.kind, usage.confidence)).collect();
    assert_eq!(places, expected, "in\n{text}\nfound {found:#?}");
}

/// Python that begins with the import of the models; line 1 is the import.
#[track_caller]
fn expect_python(text: &str, expected: &[Expected]) {
    expect("app/use.py", &format!("from app.models import Customer, Order, Supplier\n{text}"), expected);
}

/// Checks files whose lines say by a closing comment (`# certain`, `{# likely #}`, `-- possible`) that a use of
/// `customer.fax` or `customer.phone` is found on them, and how sure it is. No other line may hold one.
#[track_caller]
fn expect_marked(files: &[(&str, &str)]) {
    let changes = [dropped("customer", "fax"), dropped("customer", "phone")];
    let sources: Vec<SourceFile> = files.iter().map(|(path, text)| source(path, text)).collect();
    let usages = find(&base(), &changes, &sources);
    for (path, text) in files {
        let mut found: std::collections::BTreeMap<u32, UsageConfidence> = std::collections::BTreeMap::new();
        for usage in usages.iter().filter(|usage| usage.path == *path) {
            let known = found.entry(usage.line).or_insert(usage.confidence);
            *known = usage.confidence.max(*known);
        }
        let marks = [("certain", Certain), ("likely", Likely), ("possible", Possible)];
        let mark = |line: &str| {
            let line = line.trim_end_matches(['#', '}', ' ', '*', '/']);
            marks.into_iter().find(|(word, _)| {
                line.strip_suffix(word)
                    .is_some_and(|before| before.ends_with("# ") || before.ends_with("- ") || before.ends_with("/ "))
            })
        };
        let expected: Vec<(u32, UsageConfidence)> = (1..)
            .zip(text.lines())
            .filter_map(|(number, line)| mark(line).map(|(_, confidence)| (number, confidence)))
            .collect();
        let found: Vec<(u32, UsageConfidence)> = found.into_iter().collect();
        let numbered: Vec<String> =
            (1..).zip(text.lines()).map(|(number, line): (u32, &str)| format!("{number:3} {line}")).collect();
        assert_eq!(found, expected, "in {path}\n{}\nfound {usages:#?}", numbered.join("\n"));
    }
}

/// One file beside the models of the shop; line 1 imports them.
#[track_caller]
fn expect_used(text: &str) {
    let text = format!("from app.models import Customer, Order, Supplier\n{text}");
    expect_marked(&[
        ("app/models/shop.py", MODELS),
        ("app/models/__init__.py", "from .shop import *\n"),
        ("app/use.py", &text),
    ]);
}
