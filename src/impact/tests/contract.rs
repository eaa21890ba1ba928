//! What clients of the REST API see change.

use super::build::{base, dropped, narrowed, renamed};
use super::*;
use crate::impact::{ContractEffect, contract};

const BASE: &str = r#"
class Customer(Model):
    __tablename__ = "customer"
    id = Column(Integer, primary_key=True)
    fax = Column(String)
    number = Column("phone", String)
    mail = Column(String)

class CustomerApi(ModelRestApi):
    datamodel = SQLAInterface(Customer)
    resource_name = "customer"
    show_columns = ["id", "fax", "number"]
    add_columns = ["mail"]
    edit_exclude_columns = ["fax", "number"]

class Closed(ModelRestApi):
    datamodel = SQLAInterface(Customer)
    list_columns = show_columns = add_columns = edit_columns = ["id"]
"#;

fn found(changes: &[crate::diff::SchemaChange], head: &str) -> Vec<(String, String, String)> {
    contract(&base(), changes, &[source("app/api.py", BASE)], &[source("app/api.py", head)])
        .into_iter()
        .inspect(|change| assert_eq!((change.path.as_str(), change.line), ("app/api.py", 9)))
        .map(|change| {
            let effect = match change.effect {
                ContractEffect::Gone => "gone".to_owned(),
                ContractEffect::Renamed { to } => format!("to {to}"),
                ContractEffect::Retyped { from, to } => format!("{from} to {to}"),
            };
            (format!("{} {}", change.methods.join("+"), change.endpoint), change.field, effect)
        })
        .collect()
}

fn told(place: &str, field: &str, effect: &str) -> (String, String, String) {
    (place.to_owned(), field.to_owned(), effect.to_owned())
}

#[test]
fn fields_that_go_away() {
    let changes = [dropped("customer", "fax"), dropped("customer", "phone")];
    let gone = [told("GET /api/v1/customer/", "fax", "gone"), told("GET /api/v1/customer/", "number", "gone")];
    assert_eq!(found(&changes, ""), gone);
    assert_eq!(found(&[dropped("supplier", "phone")], ""), []);
}

#[test]
fn fields_that_change_their_name_or_type() {
    let of_mail = "GET+POST+PUT /api/v1/customer/";
    assert_eq!(found(&[renamed("customer", "mail", "email")], ""), [told(of_mail, "mail", "to email")]);
    assert_eq!(found(&[narrowed("customer", "mail")], ""), [told(of_mail, "mail", "text to text")]);
}

#[test]
fn a_field_that_the_model_keeps() {
    let renamed = [renamed("customer", "mail", "email")];
    let kept = BASE.replace("mail = Column(String)", "mail = Column(\"email\", String)");
    assert_eq!(found(&renamed, &kept), []);
    let property = BASE.replace("mail = Column(String)", "@property\n    def mail(self): ...");
    assert_eq!(found(&renamed, &property), []);
}
