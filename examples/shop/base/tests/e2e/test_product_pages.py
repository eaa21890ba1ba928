"""Product: what people do with its pages, in a browser."""

import datetime
from decimal import Decimal

from app.models import Product
from tests import factories
from tests.support import assert_row, assert_unchanged

VIEW = "/productview"


def test_product_is_added_through_its_form(pages, live_rows):
    values = {
        "sku": "changed sku",
        "name": "changed name",
        "description": "changed description",
        "price": "39.8765",
        "active": True,
        "category": live_rows.label(factories.new_category),
        "released_on": "2028-02-29",
        "tags": [live_rows.label(factories.new_tag)],
    }
    pages.open(f"{VIEW}/add")
    pages.enter(values)
    pages.save("Added Row")
    key = live_rows.newest(Product)
    assert_row(
        live_rows.get(Product, key),
        sku="changed sku",
        name="changed name",
        description="changed description",
        price=Decimal("39.8765"),
        active=True,
        released_on=datetime.date(2028, 2, 29),
    )


def test_product_loses_nothing_when_opened_and_saved(pages, live_rows):
    key = live_rows.add(factories.new_product)
    before = live_rows.get(Product, key)
    pages.open(f"{VIEW}/edit/{key}")
    pages.save("Changed Row")
    assert_unchanged(before, live_rows.get(Product, key))


def test_product_is_deleted_after_a_question(pages, live_rows):
    key = live_rows.add(factories.new_product)
    pages.open(f"{VIEW}/list/?psize_ProductView=500")
    pages.delete(f"{VIEW}/delete/{key}")
    assert live_rows.get(Product, key) is None


def test_product_is_found_by_sku(pages, live_rows):
    hit, miss = (live_rows.add(factories.new_product) for _ in range(2))
    pages.open(f"{VIEW}/list/")
    pages.search("sku", live_rows.get(Product, hit)["sku"])
    assert pages.links(f"{VIEW}/show/{hit}"), "the search lost the row"
    assert not pages.links(f"{VIEW}/show/{miss}"), "the search found another row"


def test_product_leads_to_its_order_items_and_back(pages, live_rows):
    key = live_rows.add(factories.new_product)
    own = live_rows.add(factories.new_order_item, product_id=key)
    pages.open(f"{VIEW}/show/{key}")
    pages.link(f"/orderitemview/show/{own}").click()
    pages.page.wait_for_url(f"**/orderitemview/show/{own}*")
    pages.page.go_back()
    pages.page.wait_for_url(f"**{VIEW}/show/{key}*")
