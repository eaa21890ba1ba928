//! Rows and clients outside of Python.

use super::*;

const API: &str = r#"
class CustomerApi(ModelRestApi):
    datamodel = SQLAInterface(Customer)
    resource_name = "customer"

class SupplierApi(ModelRestApi):
    datamodel = SQLAInterface(Supplier)
    resource_name = "supplier"
"#;

/// The lines of uses in one file beside models and APIs, with their kind and confidence.
#[track_caller]
fn expect_file(path: &str, text: &str, expected: &[Expected]) {
    let api = format!("from app.models import Customer, Supplier\n{API}");
    let sources = [
        source("app/models/shop.py", MODELS),
        source("app/models/__init__.py", "from .shop import *\n"),
        source("app/api.py", &api),
        source(path, text),
    ];
    let found = find(&base(), &[dropped("customer", "fax"), dropped("customer", "phone")], &sources);
    let places: Vec<Expected> = found
        .iter()
        .inspect(|usage| assert_eq!(usage.path, path, "{usage:#?}"))
        .map(|usage| (usage.line, usage.kind, usage.confidence))
        .collect();
    assert_eq!(places, expected, "in {path}\n{text}\nfound {found:#?}");
}

#[test]
fn fixtures_of_json() {
    let text = r#"[
  {"model": "shop.customer", "pk": 1, "fields": {
    "name": "phone",
    "phone": "1"
  }},
  {"model": "shop.supplier", "fields": {"phone": "1"}},
  {"model": "Customer", "fields": {"fax": 1}}
]"#;
    expect_file("tests/fixtures/all.json", text, &[(4, UsageKind::Fixture, Certain), (7, UsageKind::Fixture, Certain)]);
    let keyed = "{\"customer\": [{\"id\": 1,\n\"fax\": null}],\n\"supplier\": [{\"phone\": 1, \"fax\": 2}]}";
    expect_file("seed.json", keyed, &[(2, UsageKind::Fixture, Likely)]);
    expect_file("data/customers.json", "[{\"name\": 1},\n {\"fax\": 1}]", &[(2, UsageKind::Fixture, Possible)]);
    expect_file("data/machines.json", "[{\"name\": 1},\n {\"fax\": 1}]", &[]);
    expect_file("package.json", "{\"name\": \"x\", \"fax\": 1, \"scripts\": {\"phone\": \"y\"}}", &[]);
}

#[test]
fn fixtures_of_yaml() {
    let text = "customer:\n  - id: 1\n    phone: '1'\n  - {id: 2, fax: x}\nsupplier:\n  - phone: 2\n";
    expect_file("seed.yml", text, &[(3, UsageKind::Fixture, Likely), (4, UsageKind::Fixture, Likely)]);
    let labelled = "Customer:\n  first:\n    name: a\n    fax: b\nSupplier:\n  one:\n    phone: c\n";
    expect_file("fixtures.yaml", labelled, &[(4, UsageKind::Fixture, Likely)]);
    let listed = "- table: customer\n  rows:\n    - fax: 1\n- table: supplier\n  rows:\n    - phone: 1\n";
    expect_file("rows.yaml", listed, &[(3, UsageKind::Fixture, Certain)]);
    expect_file("deploy.yaml", "services:\n  web:\n    phone: 1\n    fax: 2\n", &[]);
}

#[test]
fn headers_of_csv() {
    expect_file("seed/customer.csv", "id,\"fax\",name\n1,phone,a\n", &[(1, UsageKind::Fixture, Likely)]);
    expect_file("seed/supplier.csv", "id,phone,fax\n", &[]);
}

#[test]
fn clients_of_the_api() {
    let text = "
// phone of a customer
const rows = await get('/api/v1/customer/');
rows.map((row) => row.phone);
const { fax, name } = rows[0];
const body = { phone: 1 };
row['fax'];
phone();
";
    let possible = [4, 5, 6, 7].map(|line| (line, UsageKind::Client, Possible));
    expect_file("static/app.js", text, &possible);
    expect_file("static/app.js", &text.replace("/customer/", "/supplier/"), &[]);
    expect_file("static/app.js", &text.replace("/customer/", "/customers_of/"), &[]);
    let page = format!("<p>row.phone</p>\n<script>{text}</script>\n");
    let possible = [5, 6, 7, 8].map(|line| (line, UsageKind::Client, Possible));
    expect_file("app/templates/page.html", &page, &possible);
}
