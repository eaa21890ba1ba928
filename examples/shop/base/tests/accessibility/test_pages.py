"""Accessibility (WCAG 2.1 A and AA) of each kind of page, table by table.

What Flask-AppBuilder's own templates violate is in baseline.json, by kind of page and
rule. A test fails on anything else: that is new.
"""

import json
from pathlib import Path

import pytest

from tests import factories

BASELINE = json.loads(Path(__file__).with_name("baseline.json").read_text())
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "resultTypes": ["violations"],
}


def _assert_accessible(page, kind):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe")
    found = axe.Axe().run(page, options=RULES).response["violations"]
    known = BASELINE["every page"] | BASELINE.get(kind, {})
    new = [
        f"{one['id']} ({one['impact']}): {one['help']}: {one['nodes'][0]['html'][:120]}"
        for one in found
        if one["id"] not in known
    ]
    assert not new, f"{page.url}: " + "; ".join(new)


def test_login_page(browser, live):
    context = browser.new_context(base_url=live.config["LIVE_URL"])
    page = context.new_page()
    page.goto("/login/")
    _assert_accessible(page, "login")
    context.close()


def test_start_page(pages):
    pages.open("/")
    _assert_accessible(pages.page, "start")


@pytest.mark.parametrize("kind", ["list", "show", "add", "edit"])
def test_category_pages(pages, live_rows, kind):
    key = live_rows.add(factories.new_category)
    path = {"list": "list/", "add": "add"}.get(kind, f"{kind}/{key}")
    pages.open(f"/categoryview/{path}")
    _assert_accessible(pages.page, kind)


@pytest.mark.parametrize("kind", ["list", "show", "add", "edit"])
def test_customer_pages(pages, live_rows, kind):
    key = live_rows.add(factories.new_customer)
    path = {"list": "list/", "add": "add"}.get(kind, f"{kind}/{key}")
    pages.open(f"/customerview/{path}")
    _assert_accessible(pages.page, kind)


def test_customer_charts(pages, live_rows):
    live_rows.add(factories.new_customer)
    for chart in ["status", "born_on.month"]:
        pages.open(f"/customerchartview/chart/{chart}/count")
        _assert_accessible(pages.page, "chart")


@pytest.mark.parametrize("kind", ["list", "show", "add", "edit"])
def test_order_item_pages(pages, live_rows, kind):
    key = live_rows.add(factories.new_order_item)
    path = {"list": "list/", "add": "add"}.get(kind, f"{kind}/{key}")
    pages.open(f"/orderitemview/{path}")
    _assert_accessible(pages.page, kind)


def test_order_item_charts(pages, live_rows):
    live_rows.add(factories.new_order_item)
    for chart in ["product"]:
        pages.open(f"/orderitemchartview/chart/{chart}/count")
        _assert_accessible(pages.page, "chart")


@pytest.mark.parametrize("kind", ["list", "show", "add", "edit"])
def test_orders_pages(pages, live_rows, kind):
    key = live_rows.add(factories.new_orders)
    path = {"list": "list/", "add": "add"}.get(kind, f"{kind}/{key}")
    pages.open(f"/orderview/{path}")
    _assert_accessible(pages.page, kind)


def test_orders_charts(pages, live_rows):
    live_rows.add(factories.new_orders)
    for chart in ["state", "ordered_on.month"]:
        pages.open(f"/orderchartview/chart/{chart}/count")
        _assert_accessible(pages.page, "chart")


@pytest.mark.parametrize("kind", ["list", "show", "add", "edit"])
def test_product_pages(pages, live_rows, kind):
    key = live_rows.add(factories.new_product)
    path = {"list": "list/", "add": "add"}.get(kind, f"{kind}/{key}")
    pages.open(f"/productview/{path}")
    _assert_accessible(pages.page, kind)


def test_product_charts(pages, live_rows):
    live_rows.add(factories.new_product)
    for chart in ["category", "released_on.month"]:
        pages.open(f"/productchartview/chart/{chart}/count")
        _assert_accessible(pages.page, "chart")


@pytest.mark.parametrize("kind", ["list", "show", "add", "edit"])
def test_supplier_pages(pages, live_rows, kind):
    key = live_rows.add(factories.new_supplier)
    path = {"list": "list/", "add": "add"}.get(kind, f"{kind}/{key}")
    pages.open(f"/supplierview/{path}")
    _assert_accessible(pages.page, kind)


@pytest.mark.parametrize("kind", ["list", "show", "add", "edit"])
def test_tag_pages(pages, live_rows, kind):
    key = live_rows.add(factories.new_tag)
    path = {"list": "list/", "add": "add"}.get(kind, f"{kind}/{key}")
    pages.open(f"/tagview/{path}")
    _assert_accessible(pages.page, kind)
