"""The Monday reports, on a small database in memory."""

import datetime
from decimal import Decimal

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from app import reports
from app.custom import best_contact
from app.models import Customer, Order, OrderItem, Product

MONDAY = datetime.date(2025, 6, 30)


@pytest.fixture()
def session():
    engine = create_engine("sqlite://")
    Customer.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def sell(session, customer, number, state="paid", **items):
    """An order of `customer`: keyword arguments are SKU=(quantity, price)."""
    order = Order(number=number, state=state, ordered_on=MONDAY, customer=customer)
    session.add(order)
    for sku, (quantity, price) in items.items():
        product = session.query(Product).filter_by(sku=sku).one()
        item = OrderItem(
            order=order, product=product, quantity=quantity, price=Decimal(price)
        )
        session.add(item)
    session.flush()


def test_turnover_adds_up_all_orders_of_a_product(session):
    ada = Customer(name="Ada", mail="ada@example.com")
    session.add_all(
        [
            ada,
            Product(sku="TEA", name="Tea", price=Decimal("4.20")),
            Product(sku="MUG", name="Mug", price=Decimal("9.00")),
        ]
    )
    session.flush()
    sell(session, ada, "A-1", TEA=(2, "4.25"), MUG=(1, "9.00"))
    sell(session, ada, "A-2", TEA=(3, "4.00"))

    rows = reports.turnover_by_product(session)

    assert [(row.sku, row.pieces) for row in rows] == [("TEA", 5), ("MUG", 1)]
    assert rows[0].amount == Decimal("20.50")
    assert [row.sku for row in reports.turnover_by_product(session, 2)] == ["TEA"]


def test_only_paid_orders_that_have_not_left_are_waiting(session):
    ada = Customer(name="Ada", mail="ada@example.com")
    bob = Customer(name="Bob", mail="bob@example.com")
    session.add_all([ada, bob])
    session.flush()
    sell(session, ada, "A-1")
    sell(session, ada, "A-2", state="cancelled")
    sell(session, bob, "B-1", state="draft")

    assert reports.waiting_customers(session) == [("Ada", "ada@example.com", 1)]


def test_newsletter_goes_to_those_who_asked_for_it(session):
    session.add_all(
        [
            Customer(name="Zoe", mail="zoe@example.com", newsletter=True),
            Customer(name="Ada", mail="ada@example.com", newsletter=True),
            Customer(name="Bob", mail="bob@example.com"),
        ]
    )
    session.flush()

    assert reports.newsletter_recipients(session) == [
        "ada@example.com",
        "zoe@example.com",
    ]


@pytest.mark.parametrize(
    ("preferences", "phone", "expected"),
    [
        (None, "0123", "ada@example.com"),
        ({"channel": "phone"}, "0123", "Phone 0123"),
        ({"channel": "phone"}, None, "ada@example.com"),
    ],
)
def test_best_contact_follows_the_preferences(preferences, phone, expected):
    ada = Customer(
        name="Ada", mail="ada@example.com", phone=phone, preferences=preferences
    )

    assert best_contact(ada) == expected
