"""Order Item: what the model does, and what the database refuses.

Tests marked `schema` ask what the database is, and not what the code does.
"""

from decimal import Decimal

import pytest

from app.models import Order, OrderItem, Product
from tests import factories
from tests.schema import assert_references, assert_type
from tests.support import (
    MISSING_ID,
    assert_accepted,
    assert_deleted,
    assert_refused,
    assert_stored,
    key_of,
    refused,
    save,
)

# -- create, read, update, delete ------------------------------------------------------


def test_order_item_is_created_and_read_back(session):
    row = save(session, factories.new_order_item(quantity=35, price=Decimal("39.8765")))
    assert_stored(row, quantity=35, price=Decimal("39.8765"))
    assert session.get(OrderItem, key_of(row)) is row


def test_order_item_is_deleted(session):
    row = save(session, factories.new_order_item())
    key = key_of(row)
    session.delete(row)
    session.flush()
    assert_deleted(session, row, key)


def test_order_item_has_a_name_for_people(session):
    row = save(session, factories.new_order_item())
    assert str(row).strip(), "order_item rows show as nothing in lists"
    assert repr(OrderItem()) is not None


def test_quantity_can_be_changed(session):
    row = save(session, factories.new_order_item())
    row.quantity = 35
    save(session, row)
    assert_stored(row, quantity=35)


def test_price_can_be_changed(session):
    row = save(session, factories.new_order_item())
    row.price = Decimal("39.8765")
    save(session, row)
    assert_stored(row, price=Decimal("39.8765"))


# -- what a column holds ---------------------------------------------------------------


@pytest.mark.schema
def test_price_is_declared_numeric_12_4(session):
    assert_type(session, "order_item", "price", "NUMERIC(12, 4)")


def test_price_keeps_4_decimal_places(session):
    row = save(session, factories.new_order_item(price=Decimal("39.8765")))
    assert_stored(row, price=Decimal("39.8765"))


@pytest.mark.schema
def test_order_id_must_not_be_null(session):
    row = save(session, factories.new_order_item())
    with refused(session, "NOT NULL", "order_item.order_id is NULL"):
        row.order_id = None


@pytest.mark.schema
def test_product_id_must_not_be_null(session):
    row = save(session, factories.new_order_item())
    with refused(session, "NOT NULL", "order_item.product_id is NULL"):
        row.product_id = None


@pytest.mark.schema
def test_quantity_must_not_be_null(session):
    row = save(session, factories.new_order_item())
    with refused(session, "NOT NULL", "order_item.quantity is NULL"):
        row.quantity = None


@pytest.mark.schema
def test_price_must_not_be_null(session):
    row = save(session, factories.new_order_item())
    with refused(session, "NOT NULL", "order_item.price is NULL"):
        row.price = None


# -- rules of the table ----------------------------------------------------------------


@pytest.mark.schema
def test_order_id_and_product_id_are_unique_together(session):
    first = save(session, factories.new_order_item())
    second = save(session, factories.new_order_item())
    with refused(
        session,
        "UNIQUE",
        "two rows of order_item share order_id_and_product_id",
    ):
        second.order_id = first.order_id
        second.product_id = first.product_id


def test_order_id_may_repeat_beside_another_product_id(session):
    first = save(session, factories.new_order_item())
    second = save(session, factories.new_order_item())
    second.order_id = first.order_id
    assert_accepted(session, second, "only order_id_and_product_id together are unique")


def test_product_id_may_repeat_beside_another_order_id(session):
    first = save(session, factories.new_order_item())
    second = save(session, factories.new_order_item())
    second.product_id = first.product_id
    assert_accepted(session, second, "only order_id_and_product_id together are unique")


@pytest.mark.schema
def test_quantity_of_0_is_refused(session):
    row = factories.new_order_item(quantity=0)
    assert_refused(session, row, "CHECK", "quantity > 0")


def test_quantity_of_1_is_accepted(session):
    row = factories.new_order_item(quantity=1)
    assert_accepted(session, row, "quantity > 0")


# -- relations -------------------------------------------------------------------------


@pytest.mark.schema
def test_order_id_refers_to_orders(session):
    assert_references(session, "order_item", ["order_id"], "orders", ["id"])


@pytest.mark.schema
def test_order_id_must_exist(session):
    row = save(session, factories.new_order_item())
    with refused(session, "FOREIGN KEY", "order_item.order_id names no row"):
        row.order_id = MISSING_ID


@pytest.mark.schema
def test_product_id_refers_to_product(session):
    assert_references(session, "order_item", ["product_id"], "product", ["id"])


@pytest.mark.schema
def test_product_id_must_exist(session):
    row = save(session, factories.new_order_item())
    with refused(session, "FOREIGN KEY", "order_item.product_id names no row"):
        row.product_id = MISSING_ID


def test_order_is_known_from_both_sides(session):
    row = save(session, factories.new_order_item())
    assert isinstance(row.order, Order)
    assert row in row.order.order_items


def test_order_item_goes_with_its_order(session):
    row = save(session, factories.new_order_item())
    key = key_of(row)
    session.delete(row.order)
    session.flush()
    assert_deleted(session, row, key)


def test_order_item_goes_when_it_is_taken_from_its_order(session):
    row = save(session, factories.new_order_item())
    key = key_of(row)
    row.order.order_items.remove(row)
    session.flush()
    assert_deleted(session, row, key)


def test_product_is_known_from_both_sides(session):
    row = save(session, factories.new_order_item())
    assert isinstance(row.product, Product)
    assert row in row.product.order_items


def test_product_in_use_cannot_be_deleted(session):
    row = save(session, factories.new_order_item())
    with refused(session, "FOREIGN KEY", "product was deleted under its order_item"):
        session.delete(row.product)
