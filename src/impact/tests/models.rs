//! The styles in which a model may be written: each with a use of a changed column, and a twin that is none.

use super::*;

#[track_caller]
fn expect_models(text: &str) {
    expect_marked(&[("app/models.py", text)]);
}

#[test]
fn mapped_annotations() {
    expect_models(
        r#"
class Base(DeclarativeBase): ...

class Customer(Base):
    __tablename__ = "customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    phone: Mapped[str | None]  # certain
    telefax: Mapped[Optional[str]] = mapped_column("fax", String(20))  # certain

class Supplier(Base):
    __tablename__ = "supplier"
    id: Mapped[int] = mapped_column(primary_key=True)
    phone: Mapped[str]
    customer: Mapped["Customer"] = relationship()

def f(c: Customer, s: Supplier):
    c.telefax, s.phone  # certain
    s.customer.phone  # certain
"#,
    );
}

#[test]
fn mapped_as_dataclass() {
    expect_models(
        r#"
class Base(MappedAsDataclass, DeclarativeBase): ...

class Customer(Base):
    __tablename__ = "customer"
    id: Mapped[intpk] = mapped_column(init=False)
    phone: Mapped[str] = mapped_column(default="")  # certain

@reg.mapped_as_dataclass
class Supplier:
    __tablename__ = "supplier"
    phone: Mapped[str]

@reg.mapped
@dataclass
class Subscriber:
    __tablename__ = "customer"
    __sa_dataclass_metadata_key__ = "sa"
    phone: str = field(default=None, metadata={"sa": Column(String(20))})  # certain

Customer(phone="1")  # certain
Supplier(phone="1")
Subscriber(phone="1")  # certain
"#,
    );
}

#[test]
fn core_tables() {
    expect_models(
        r#"
customers = Table("customer", metadata, Column("id", Integer), Column("phone", String, key="tel"))  # certain
suppliers = Table("supplier", metadata, Column("phone", String))
reflected = Table("customer", metadata, autoload_with=engine)
light = table("customer", column("phone"))  # certain
Index("ix_phone", customers.c.tel)  # certain

def f():
    customers.c["tel"]  # certain
    metadata.tables["customer"].c.phone  # certain
    metadata.tables["supplier"].c.phone
    reflected.columns.phone  # certain
    select(light.c.phone)  # certain
    suppliers.c.phone
    customers.insert().values(tel="1")  # certain
    suppliers.update().values(phone="1")
"#,
    );
}

#[test]
fn imperative_mapping() {
    expect_models(
        r#"
customer_table = Table("customer", reg.metadata, Column("id", Integer), Column("phone", String))  # certain
supplier_table = Table("supplier", reg.metadata, Column("id", Integer), Column("phone", String))

class Customer: ...
class Supplier: ...

reg.map_imperatively(Customer, customer_table, properties={"number": customer_table.c.phone})  # certain
reg.map_imperatively(Supplier, supplier_table)

def f(c: Customer, s: Supplier):
    c.number  # certain
    s.phone
"#,
    );
}

#[test]
fn automap_and_reflection() {
    expect_models(
        r#"
Base = automap_base()
Base.prepare(autoload_with=engine)
Customer = Base.classes.customer
Supplier = Base.classes["supplier"]

class Client(DeferredReflection, Base):
    __tablename__ = "customer"

class Caller(Base):
    __table__ = Table("customer", metadata, autoload_with=engine)

def f():
    session.query(Customer).filter(Customer.phone == "1")  # certain
    session.query(Supplier).filter(Supplier.phone == "1")
    Client.phone  # certain
    Caller.phone  # certain
"#,
    );
}

#[test]
fn abstract_bases_and_declared_attributes() {
    expect_models(
        r#"
class Reachable(Model):
    __abstract__ = True
    phone = Column(String(20))  # likely

class Faxable:
    @declared_attr
    def fax(cls):  # likely
        return Column(String(20))

class Customer(Faxable, Reachable):
    __tablename__ = "customer"
    id = Column(Integer, primary_key=True)

class Supplier(Reachable):
    __tablename__ = "supplier"
    id = Column(Integer, primary_key=True)

def f(c: Customer, s: Supplier):
    c.phone  # certain
    c.fax  # certain
    s.phone
"#,
    );
}

#[test]
fn properties_of_a_mapper() {
    expect_models(
        r#"
class Customer(Model):
    __tablename__ = "customer"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    phone = Column(String(20))  # certain
    _fax = Column("fax", String(20))  # certain
    dial = column_property("tel:" + phone)  # certain
    number = synonym("phone")  # certain
    title = synonym("name")
    both = composite(Pair, phone, "_fax")  # certain
    shout = Column(String, Computed("upper(phone)"))  # certain
    __mapper_args__ = {
        "polymorphic_on": phone,  # certain
        "exclude_properties": ["fax"],  # certain
        "version_id_col": id,
    }

    @hybrid_property
    def fax(self):
        return self._fax  # certain

    @fax.expression
    def fax(cls):
        return func.lower(cls._fax)  # certain

    @validates("phone", "name")  # certain
    def check(self, key, value):
        return value

def f(c: Customer):
    c.fax
    Customer.__table__.c.fax  # certain
"#,
    );
}

#[test]
fn relationships_by_strings() {
    expect_models(
        r#"
class Customer(Model):
    __tablename__ = "customer"
    id = Column(Integer, primary_key=True)
    orders = relationship("Order", back_populates="customer", order_by="Order.number")

class Order(Model):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    number = Column(String)
    customer_id = Column(ForeignKey("customer.phone"))  # certain
    customer = relationship(
        "Customer",
        back_populates="orders",
        primaryjoin="foreign(Order.customer_id) == remote(Customer.phone)",  # certain
        remote_side="Customer.phone",  # certain
        order_by="desc(Customer.fax)",  # certain
        foreign_keys="[Order.customer_id]",
    )
    other = relationship(lambda: Customer, foreign_keys=lambda: [Customer.fax])  # certain
    numbers = association_proxy("customer", "phone")  # certain
    names = association_proxy("customer", "name")
"#,
    );
}

#[test]
fn constraints_and_indexes() {
    expect_models(
        r#"
class Customer(Model):
    __tablename__ = "customer"
    __table_args__ = (
        UniqueConstraint("name", "phone"),  # certain
        CheckConstraint("name <> 'phone'"),
        CheckConstraint("length(phone) > 3", name="fax"),  # certain
        Index("fax", text("lower(phone)")),  # certain
        Index("phone", "name", postgresql_where=text("fax IS NOT NULL")),  # certain
        Index("ix", "name", postgresql_include=["phone"]),  # certain
        ForeignKeyConstraint(["fax"], ["supplier.phone"]),  # certain
        {"comment": "phone and fax"},
    )
    id = Column(Integer, primary_key=True)
"#,
    );
}

#[test]
fn an_attribute_of_another_name_hides_the_column() {
    expect_models(
        r#"
class Customer(Model):
    __tablename__ = "customer"
    id = Column(Integer, primary_key=True)
    phone = Column("mail", String)
    number = Column("phone", String)  # certain

def f(c: Customer):
    c.phone
    c.number  # certain
    c.__table__.c.phone  # certain
"#,
    );
}
