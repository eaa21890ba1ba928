use super::build::{base, dropped, dropped_table, narrowed, renamed};
use super::*;

#[test]
fn the_class_itself() {
    expect_python("q = Customer.fax\n", &[(2, PythonAttribute, Certain)]);
}

#[test]
fn self_in_the_model() {
    let text = "
from flask_appbuilder import Model
from sqlalchemy import Column, Integer, String

class Client(Model):
    __tablename__ = 'customer'
    id = Column(Integer, primary_key=True)
    fax = Column(String(20))
    telephone = Column('phone', String(20))

    def card(self):
        return f'{self.name} {self.fax} {self.telephone}'
";
    expect(
        "app/legacy.py",
        text,
        &[
            (8, ModelDefinition, Certain),
            (9, ModelDefinition, Certain),
            (12, PythonAttribute, Certain),
            (12, PythonAttribute, Certain),
        ],
    );
}

#[test]
fn receivers_whose_type_is_told() {
    let cases = [
        "def f(x: Customer):\n    return x.phone\n",
        "def f(x: 'Customer | None' = None):\n    return x.phone\n",
        "x = Customer(name='a')\nx.phone\n",
        "x = db.session.get(Customer, 1)\nx.phone\n",
        "x = session.query(Customer).filter(Customer.name == 'a').order_by(Customer.name).first()\nx.phone\n",
        "for x in session.query(Customer): print(x.name)\nx.phone\n",
        "xs = session.scalars(select(Customer).where(Customer.name == 'a')).all()\nprint([x.phone for x in xs])\n",
        "xs = session.execute(select(Customer)).scalars()\nfor i, x in enumerate(xs): print(x.phone)\n",
        "x = session.execute(select(Customer)).scalar_one()\nx.phone\n",
        "x = Customer.query.get_or_404(1)\nx.phone\n",
        "def f(o: Order): return 1\ndef g(o: Order): return o.customer.phone\n",
        "xs = Customer.query.all()\nsorted(xs, key=lambda x: x.phone)\n",
        "if isinstance(thing, Customer):\n    thing.phone = ''\n",
        "def f(xs: list[Customer]):\n    return xs[0].phone\n",
        "x: Customer = load()\nx.phone\n",
        "def load() -> Customer: ...\nload().phone\n",
        "with session.begin() as s:\n    s.query(Customer).one().phone\n",
        "if (x := session.get(Customer, 1)):\n    x.phone\n",
        "from app import models\nmodels.Customer.phone\n",
        "from app.models import Customer as C\nC.phone\n",
    ];
    for case in cases {
        expect_python(case, &[(3, PythonAttribute, Certain)]);
    }
}

#[test]
fn names_are_evidence() {
    expect_python("def f(customer):\n    return customer.phone\n", &[(3, PythonAttribute, Likely)]);
    expect_python("def f(customers):\n    return [c.phone for c in customers]\n", &[(3, PythonAttribute, Likely)]);
    expect_python("def f(thing):\n    return thing.customer.phone\n", &[(3, PythonAttribute, Likely)]);
}

#[test]
fn unknown_receivers() {
    expect_python("def f(x):\n    return x.fax\n", &[(3, PythonAttribute, Possible)]);
    // Two tables have a phone.
    expect_python("def f(x):\n    return x.phone\n", &[]);
    // A call is no column.
    expect_python("def f(x):\n    return x.fax()\n", &[]);
}

#[test]
fn no_false_alarms() {
    let cases = [
        "def f(s: Supplier): return s.phone\n",
        "supplier = session.get(Supplier, 1)\nsupplier.phone\n",
        "fax = 1\nprint(fax)\n",
        "data = {'fax': 1}\nprint(data['fax'])\n",
        "# Customer.fax is gone\n",
        "def f():\n    \"\"\"SELECT fax FROM customer\"\"\"\n",
        "def send(fax=None): ...\nsend(fax=1)\n",
        "import os\nos.fax\n",
        "from machines import Customer\nCustomer.fax\n",
        "class Machine:\n    def __init__(self):\n        self.fax = 1\n    def go(self):\n        return self.fax\n",
        "class Machine:\n    fax = 1\ndef f(x):\n    return x.fax\n",
        "def f(order: Order): return order.fax\n",
        "print('please select fax from the customer list')\n",
        "Supplier(phone='1')\nsession.query(Supplier).filter_by(phone='1')\n",
    ];
    for case in cases {
        expect_python(case, &[]);
    }
}

#[test]
fn arguments_and_keys() {
    let certain = [(2, PythonAttribute, Certain)];
    expect_python("Customer(name='a', phone='1')\n", &certain);
    expect_python("session.query(Customer).filter_by(phone='1')\n", &certain);
    expect_python("session.query(Order).join(Customer).filter_by(phone='1')\n", &certain);
    expect_python("session.query(Customer).update({'phone': None})\n", &certain);
    expect_python("session.execute(update(Customer).values(phone=None))\n", &certain);
    expect_python("Order.customer.has(phone='1')\n", &certain);
    expect_python("session.bulk_insert_mappings(Customer, [{'phone': '1'}])\n", &certain);
    expect_python("def f(c: Customer): return getattr(c, 'phone')\n", &certain);
    expect_python("Customer.query.order_by('phone')\n", &certain);
}

#[test]
fn strings_of_a_model() {
    let text = "
from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import relationship

class Client(Model):
    __tablename__ = 'customer'
    __table_args__ = (
        UniqueConstraint('name', 'fax', name='fax'),
        Index('fax', 'name', 'fax'),
        CheckConstraint('length(fax) > 3', name='ck_fax'),
    )
    id = Column(Integer, primary_key=True)

class Call(Model):
    __tablename__ = 'call'
    target = Column(String, ForeignKey('customer.fax'))
    client = relationship('Client', primaryjoin='Call.target == Client.fax')
";
    let places = [9, 10, 11, 17, 18].map(|line| (line, ModelDefinition, Certain));
    expect("app/legacy.py", text, &places);
}

#[test]
fn places_are_exact() {
    let text = "from app.models import Customer\nnamen = 'äöü', Customer.fax  # ü\n";
    let found = uses("app/use.py", text);
    let usage = &found[0];
    assert_eq!((usage.line, usage.column), (2, 25));
    assert_eq!(usage.excerpt, "namen = 'äöü', Customer.fax  # ü");
    assert_eq!(usage.explanation, "Customer.fax by its class");
}

#[test]
fn a_broken_file_is_read_as_far_as_it_goes() {
    expect_python("def f(x: Customer):\n    return x.phone\n\nclass (:\n", &[(3, PythonAttribute, Certain)]);
}

#[test]
fn a_removed_table_is_found_by_its_model() {
    let text = "from app.models import Customer, Order\n\ndef f(c: Customer):\n    return Order, Customer.id\n";
    let sources = [source("app/models/shop.py", MODELS), source("app/use.py", text)];
    let found = find(&base(), &[dropped_table("customer", &["id"])], &sources);
    let places: Vec<(&str, u32)> = found.iter().map(|usage| (usage.path.as_str(), usage.line)).collect();
    let models = |line| ("app/models/shop.py", line);
    let uses = |line| ("app/use.py", line);
    assert_eq!(places, [models(7), models(17), models(18), uses(1), uses(3), uses(4)]);
}

#[test]
fn a_rename_is_looked_for_by_its_old_name() {
    let models = MODELS.replace("    name = Column", "    email = Column(String)\n    name = Column");
    let text = "from app.models.shop import Customer\nCustomer.mail, Customer.email\n";
    let sources = [source("app/models/shop.py", &models), source("app/use.py", text)];
    let found = find(&base(), &[renamed("customer", "mail", "email")], &sources);
    assert_eq!(found.iter().map(|usage| (usage.line, usage.column)).collect::<Vec<_>>(), [(2, 10)]);
}

#[test]
fn two_changes_of_one_column_are_told_apart() {
    let text = "from app.models import Customer\nCustomer.mail\n";
    let sources = [source("app/models/shop.py", MODELS), source("app/use.py", text)];
    let changes = [renamed("customer", "mail", "email"), narrowed("customer", "email")];
    let found = find(&base(), &changes, &sources);
    let ids: Vec<&str> = found.iter().map(|usage| usage.change_id.0.as_str()).collect();
    assert_eq!(ids, ["narrow customer.email", "rename customer.mail"]);
}

#[test]
fn migrations_speak_of_the_past() {
    let text = "from alembic import op\nrevision = 'a'\ndown_revision = None\nop.execute('SELECT fax FROM customer')\n";
    expect("migrations/versions/a.py", text, &[]);
}

#[test]
fn the_order_of_files_does_not_matter() {
    let changes = [dropped("customer", "fax")];
    let mut sources: Vec<SourceFile> = (0..20)
        .map(|n| source(&format!("app/m{n}.py"), "from app.models.shop import Customer\nCustomer.fax\n"))
        .collect();
    sources.push(source("app/models/shop.py", MODELS));
    let forward = find(&base(), &changes, &sources);
    sources.reverse();
    assert_eq!(forward, find(&base(), &changes, &sources));
    assert_eq!(forward.len(), 20);
}

#[test]
fn a_table_may_be_named_by_its_class_alone() {
    let text = "
from flask_appbuilder import Model
from sqlalchemy import Column, Integer, String

class Customer(Model):
    id = Column(Integer, primary_key=True)
    fax = Column(String(20))
";
    let found = find(&base(), &[dropped("customer", "fax")], &[source("app/models.py", text)]);
    let places: Vec<Expected> = found.iter().map(|usage| (usage.line, usage.kind, usage.confidence)).collect();
    assert_eq!(places, [(7, ModelDefinition, Certain)]);
}

#[test]
fn columns_of_a_mixin() {
    let text = "
from flask_appbuilder import Model
from sqlalchemy import Column, Integer, String

class Reachable:
    fax = Column(String(20))
    def reach(self):
        return self.fax

class Customer(Reachable, Model):
    __tablename__ = 'customer'
    id = Column(Integer, primary_key=True)

def f(c: Customer):
    return c.fax
";
    let found = find(&base(), &[dropped("customer", "fax")], &[source("app/models.py", text)]);
    let places: Vec<Expected> = found.iter().map(|usage| (usage.line, usage.kind, usage.confidence)).collect();
    assert_eq!(places, [(6, ModelDefinition, Likely), (8, PythonAttribute, Likely), (15, PythonAttribute, Certain)]);
}

#[test]
fn tables_without_a_class() {
    let text = "
from sqlalchemy import Column, Integer, Table, select

people = Table('customer', metadata, Column('id', Integer), Column('fax', Integer))

def f():
    return select(people.c.fax).where(people.columns.fax != '')
";
    let found = find(&base(), &[dropped("customer", "fax")], &[source("app/models.py", text)]);
    let places: Vec<Expected> = found.iter().map(|usage| (usage.line, usage.kind, usage.confidence)).collect();
    assert_eq!(places, [(4, ModelDefinition, Certain), (7, PythonAttribute, Certain), (7, PythonAttribute, Certain)]);
}

#[test]
fn parts_of_a_condition() {
    expect_python("Customer.query.filter(text('fax IS NOT NULL'))\n", &[(2, SqlString, Likely)]);
    expect_python("Customer.query.filter(text('phone IS NOT NULL'))\n", &[(2, SqlString, Likely)]);
    expect_python("select(Supplier).where(text('phone IS NOT NULL'))\n", &[]);
}

#[test]
fn deep_code_is_no_trouble() {
    let sum = vec!["1"; 1_000].join(" + ");
    let brackets = format!("{}{}", "[".repeat(11_000), "]".repeat(11_000));
    expect_python(&format!("x = {sum}\nCustomer.phone\n"), &[(3, PythonAttribute, Certain)]);
    expect_python(&format!("x = {brackets}\nCustomer.phone\n"), &[]);
    let chain = ".step(1)".repeat(60);
    expect_python(&format!("x = thing{chain}\nCustomer.phone\n"), &[(3, PythonAttribute, Certain)]);
    let condition = vec!["phone = ''"; 500].join(" OR ");
    let found = uses("app/a.sql", &format!("SELECT 1 FROM customer WHERE {condition};"));
    assert_eq!(found.len(), 500);
}
