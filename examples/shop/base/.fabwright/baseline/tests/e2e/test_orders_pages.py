"""Order: what people do with its pages, in a browser."""

import datetime

from app.models import Order, OrderItem, OrderState
from tests import factories
from tests.support import assert_row, assert_unchanged

VIEW = "/orderview"


def test_orders_is_added_through_its_form(pages, live_rows):
    values = {
        "number": "changed number",
        "state": "paid",
        "ordered_on": "2020-02-29",
        "shipped_on": "2028-02-29",
        "customer": live_rows.label(factories.new_customer),
    }
    pages.open(f"{VIEW}/add")
    pages.enter(values)
    pages.save("Added Row")
    key = live_rows.newest(Order)
    assert_row(
        live_rows.get(Order, key),
        number="changed number",
        state=OrderState.paid,
        ordered_on=datetime.date(2020, 2, 29),
        shipped_on=datetime.date(2028, 2, 29),
    )


def test_orders_loses_nothing_when_opened_and_saved(pages, live_rows):
    key = live_rows.add(factories.new_orders)
    before = live_rows.get(Order, key)
    pages.open(f"{VIEW}/edit/{key}")
    pages.save("Changed Row")
    assert_unchanged(before, live_rows.get(Order, key))


def test_orders_is_deleted_after_a_question(pages, live_rows):
    key = live_rows.add(factories.new_orders)
    pages.open(f"{VIEW}/list/?psize_OrderView=500")
    pages.delete(f"{VIEW}/delete/{key}")
    assert live_rows.get(Order, key) is None


def test_orders_is_found_by_number(pages, live_rows):
    hit, miss = (live_rows.add(factories.new_orders) for _ in range(2))
    pages.open(f"{VIEW}/list/")
    pages.search("number", live_rows.get(Order, hit)["number"])
    assert pages.links(f"{VIEW}/show/{hit}"), "the search lost the row"
    assert not pages.links(f"{VIEW}/show/{miss}"), "the search found another row"


def test_orders_leads_to_its_order_items_and_back(pages, live_rows):
    key = live_rows.add(factories.new_orders)
    own = live_rows.add(factories.new_order_item, order_id=key)
    pages.open(f"{VIEW}/show/{key}")
    pages.link(f"/orderitemview/show/{own}").click()
    pages.page.wait_for_url(f"**/orderitemview/show/{own}*")
    pages.page.go_back()
    pages.page.wait_for_url(f"**{VIEW}/show/{key}*")


def test_order_item_is_added_below_its_orders(pages, live_rows):
    key = live_rows.add(factories.new_orders)
    values = {
        "product": live_rows.label(factories.new_product),
        "quantity": "35",
        "price": "39.8765",
    }
    pages.open(f"/ordermasterview/list/{key}")
    pages.link("/orderitemview/add").click()
    pages.enter(values)
    pages.save("Added Row")
    added = live_rows.newest(OrderItem)
    assert_row(live_rows.get(OrderItem, added), order_id=key)
    pages.open(f"/ordermasterview/list/{key}")
    assert pages.links(f"/orderitemview/show/{added}"), "its master doesn't list it"
