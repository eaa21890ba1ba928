//! Ways to ask for rows.

use super::*;

#[test]
fn columns_of_a_query() {
    expect_used(
        r#"
def f():
    select(Customer.id, Customer.phone)  # certain
    session.query(Supplier.phone)
    c = aliased(Customer)
    session.query(c).filter(c.phone != "")  # certain
    s = aliased(Supplier)
    session.query(s).filter(s.phone != "")
    Order.query.options(joinedload(Order.customer).load_only(Customer.phone))  # certain
    Customer.query.options(defer("phone"))  # certain
    Supplier.query.options(defer("phone"))
    Customer.query.order_by(desc("phone"))  # certain
    Supplier.query.order_by(desc("phone"))
    Order.query.options(joinedload("customer").load_only("phone"))  # certain
    inspect(Customer).columns["phone"]  # certain
    Customer.__table__.c.phone  # certain
    Supplier.__table__.c.phone
"#,
    );
}

#[test]
fn rows_of_columns() {
    expect_used(
        r#"
def f():
    for row in session.query(Customer.name, Customer.phone):  # certain
        print(row.phone)  # likely
    for row in session.query(Supplier.id, Supplier.phone):
        print(row.phone)
    row = session.execute(select(Customer.phone)).first()  # certain
    row.phone  # likely
    rows = Customer.query.with_entities(Customer.phone).all()  # certain
    return [r.phone for r in rows]  # likely
"#,
    );
}

#[test]
fn writes() {
    expect_used(
        r#"
def f():
    session.execute(insert(Customer), [{"name": "a", "phone": "1"}])  # certain
    session.execute(insert(Supplier), [{"phone": "1"}])
    insert(Customer).values({"phone": "1"})  # certain
    insert(Customer).values([{"phone": "1"}])  # certain
    update(Customer).where(Customer.id == 1).values({Customer.phone: "1"})  # certain
    insert(Customer).on_conflict_do_update(
        index_elements=["phone"],  # certain
        set_={"fax": "1"},  # certain
    )
    insert(Supplier).on_conflict_do_nothing(index_elements=["phone"])
    session.bulk_update_mappings(Customer, [{"id": 1, "phone": "2"}])  # certain
    Customer(**{"phone": "1"})  # certain
    Supplier(**{"phone": "1"})
"#,
    );
}

#[test]
fn sql_in_pieces() {
    expect_used(
        r#"
def f(where):
    q = "SELECT c.id " + "FROM customer c " + "WHERE c.phone = 1"  # certain
    q = "SELECT c.id FROM supplier c " + "WHERE c.phone = 1"
    q = "SELECT {} FROM customer WHERE phone = {}".format("id", 1)  # certain
    q = "SELECT %s FROM customer WHERE phone = %s" % ("id", 1)  # certain
    q = f"SELECT {where} FROM customer WHERE phone = {where}"  # certain
    q = "SELECT id FROM customer"
    q += " WHERE fax IS NULL"  # likely
    pd.read_sql("SELECT phone FROM customer", engine)  # certain
    pd.read_sql_query(sql="SELECT phone FROM supplier", con=engine)
    pd.read_sql_table("customer", engine, columns=["id", "phone"])  # certain
    pd.read_sql_table("supplier", engine, columns=["id", "phone"])
    op.execute("UPDATE customer SET phone = NULL")  # certain
"#,
    );
}

#[test]
fn what_functions_return() {
    let helpers = "
from app.models import Customer, Supplier

def find(pk):
    if not pk:
        return None
    return session.get(Customer, pk)

def find_supplier(pk):
    return session.get(Supplier, pk)

def newest():
    found = session.query(Customer).order_by(Customer.id).all()
    return found

def walk():
    for each in session.query(Customer):
        yield each

def again(pk):
    return find(pk)

class Service:
    def one(self, pk):
        return session.get(Customer, pk)

    def other(self, pk):
        return session.get(Supplier, pk)
";
    let text = "
from app.helpers import Service, again, find, find_supplier, newest, walk
from app import helpers

def f():
    find(1).phone  # certain
    find_supplier(1).phone
    helpers.find(1).phone  # certain
    [each.phone for each in newest()]  # certain
    for row in walk():
        row.phone  # certain
    again(1).phone  # certain
    service = Service()
    service.one(1).phone  # certain
    service.other(1).phone
    Service().one(1).phone  # certain
";
    expect_marked(&[
        ("app/models/shop.py", MODELS),
        ("app/models/__init__.py", "from .shop import *\n"),
        ("app/helpers.py", helpers),
        ("app/use.py", text),
    ]);
}

#[test]
fn flows_of_rows() {
    expect_used(
        r#"
def f(order: Order, rows: list[Order]):
    order.customer.phone  # certain
    order.phone
    for row in rows:
        row.customer.phone  # certain
    {c.id: c.phone for c in session.query(Customer)}  # certain
    {s.id: s.phone for s in session.query(Supplier)}
    for c, s in session.query(Customer, Supplier):
        c.phone  # certain
        s.phone
    for c, s in session.execute(select(Customer, Supplier)).all():
        c.phone  # certain
        s.phone
    for number, c in enumerate(session.query(Customer), 1):
        c.phone  # certain
    for a, b in zip(session.query(Customer), session.query(Supplier)):
        a.phone  # certain
        b.phone
    max(session.query(Customer), key=lambda c: c.phone)  # certain
    first, *rest = session.query(Customer).all()
    first.phone  # certain
    next(iter(session.query(Customer))).phone  # certain
    match order.customer:
        case Customer(phone="1"):  # certain
            pass
        case Supplier(phone="1"):
            pass
    data = Customer().to_dict()
    data["phone"]
    while c := session.query(Customer).first():
        c.phone  # certain
    try:
        c = session.get(Customer, 1)
    finally:
        c.phone  # certain
    by_id = {c.id: c for c in session.query(Customer)}
    by_id[1].phone  # certain
    [c.phone for order in rows for c in [order.customer]]  # certain
"#,
    );
}

#[test]
fn names_of_other_things() {
    expect_used(
        r#"
import requests

@dataclass
class Card:
    phone: str
    fax: str

class Colour(Enum):
    fax = 1

def f(card: Card, request, fax=None):
    card.phone, card.fax, Colour.fax
    Card(phone="1", fax="2")
    request.form["phone"]
    requests.get("/x", params={"phone": 1})
    send(phone="1", fax=fax)
    argparse.add_argument("--fax")
    thing = {"fax": 1}
    logging.info("fax", extra={"fax": 1})
    getattr(card, "fax")
    Supplier.query.filter_by(phone="1").order_by("phone")
    Supplier.query.filter(Supplier.phone == "1")
"#,
    );
}
