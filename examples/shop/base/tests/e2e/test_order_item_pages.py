"""Order Item: what people do with its pages, in a browser."""

from decimal import Decimal

from app.models import OrderItem
from tests import factories
from tests.support import assert_row, assert_unchanged

VIEW = "/orderitemview"


def test_order_item_is_added_through_its_form(pages, live_rows):
    values = {
        "order": live_rows.label(factories.new_orders),
        "product": live_rows.label(factories.new_product),
        "quantity": "35",
        "price": "39.8765",
    }
    pages.open(f"{VIEW}/add")
    pages.enter(values)
    pages.save("Added Row")
    key = live_rows.newest(OrderItem)
    assert_row(live_rows.get(OrderItem, key), quantity=35, price=Decimal("39.8765"))


def test_order_item_loses_nothing_when_opened_and_saved(pages, live_rows):
    key = live_rows.add(factories.new_order_item)
    before = live_rows.get(OrderItem, key)
    pages.open(f"{VIEW}/edit/{key}")
    pages.save("Changed Row")
    assert_unchanged(before, live_rows.get(OrderItem, key))


def test_order_item_is_deleted_after_a_question(pages, live_rows):
    key = live_rows.add(factories.new_order_item)
    pages.open(f"{VIEW}/list/?psize_OrderItemView=500")
    pages.delete(f"{VIEW}/delete/{key}")
    assert live_rows.get(OrderItem, key) is None
