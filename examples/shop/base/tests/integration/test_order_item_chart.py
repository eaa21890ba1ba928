"""Order Item: its charts, as a browser sees them."""

from collections import Counter

import pytest
from flask_appbuilder.models.sqla.filters import FilterEqual

from app.models import OrderItem, Product
from tests import factories
from tests.pages import assert_page, figures_added, figures_on, view_named
from tests.schema import statements

CHART = "/orderitemchartview/chart"


def test_chart_counts_the_rows_of_each_product(admin, rows):
    keys = [rows.add(factories.new_product) for _ in range(2)]
    one = rows.called(Product, keys[0])
    other = rows.called(Product, keys[1])
    chart = f"{CHART}/product/count"
    before = figures_on(admin.get(chart))
    rows.add(factories.new_order_item, product_id=keys[0])
    rows.add(factories.new_order_item, product_id=keys[1])
    added = figures_added(before, admin.get(chart))
    assert added == Counter([one, other, *["All"] * 2])


def test_chart_tells_the_figures_of_quantity(admin, rows):
    for _ in range(2):
        rows.add(factories.new_order_item)
    values = rows.column(OrderItem, "quantity")
    page = admin.get(f"{CHART}/product/sum.quantity")
    *groups, whole = figures_on(page).values()
    assert whole == pytest.approx(float(sum(values)), abs=0.01)
    assert sum(groups) == pytest.approx(float(sum(values)), abs=0.01)
    page = admin.get(f"{CHART}/product/average.quantity")
    *_, whole = figures_on(page).values()
    average = float(sum(values)) / len(values)
    assert whole == pytest.approx(average, abs=0.01)


def test_chart_tells_the_figures_of_price(admin, rows):
    for _ in range(2):
        rows.add(factories.new_order_item)
    values = rows.column(OrderItem, "price")
    page = admin.get(f"{CHART}/product/average.price")
    *_, whole = figures_on(page).values()
    average = float(sum(values)) / len(values)
    assert whole == pytest.approx(average, abs=0.01)


def test_chart_shows_the_name_of_product_as_text(admin, rows):
    markup = "<script>alert('Fabwright')</script>"
    key = rows.add(factories.new_product, name=markup)
    rows.add(factories.new_order_item, product_id=key)
    page = admin.get(f"{CHART}/product/count")
    assert figures_on(page)[rows.called(Product, key)] == 1
    assert markup not in page.text, "a browser would run what a row is called"


def test_chart_gathers_what_has_no_bar_of_its_own(app, admin, rows, monkeypatch):
    keys = [rows.add(factories.new_product) for _ in range(2)]
    rows.add(factories.new_order_item, product_id=keys[0])
    rows.add(factories.new_order_item, product_id=keys[1])
    monkeypatch.setattr(view_named(app, "OrderItemChartView"), "max_groups", 1)
    figures = figures_on(admin.get(f"{CHART}/product/count"))
    assert len(figures) == 3, f"not one group, the others and all, but {figures}"
    *bars, whole = figures.values()
    assert sum(bars) == whole == rows.count(OrderItem)


def test_chart_asks_a_large_table_no_more_than_a_small_one(app, admin, rows):
    numbers = []
    for _ in range(3):
        rows.add(factories.new_order_item)
        with statements(app) as sent:
            assert_page(admin.get(f"{CHART}/"))
        numbers.append(len(sent))
    assert numbers[1] == numbers[2], f"statements by number of rows: {numbers}"


def test_chart_shares_the_row_rules_of_its_list(app):
    chart = view_named(app, "OrderItemChartView")
    listed = view_named(app, "OrderItemView")
    assert chart.base_filters == listed.base_filters


def test_chart_counts_only_what_its_row_rules_leave(app, admin, rows, monkeypatch):
    key, _ = (rows.add(factories.new_order_item) for _ in range(2))
    view = view_named(app, "OrderItemChartView")
    rules = view.datamodel.get_filters().add_filter("id", FilterEqual, key)
    monkeypatch.setattr(view, "_base_filters", rules)
    assert figures_on(admin.get(f"{CHART}/"))["All"] == 1


def test_chart_counts_only_what_a_search_finds(admin, rows):
    wanted = "35"
    rows.add(factories.new_order_item, quantity=35)
    rows.add(factories.new_order_item)
    found = admin.get(f"{CHART}/", query_string={"_flt_0_quantity": wanted})
    assert figures_on(found)["All"] == 1
    assert "_flt_0_quantity=" in found.text, "the other charts lose the search"


def test_a_chart_that_is_none_is_not_found(admin):
    for name in ("nothing/count", "product/nothing"):
        answer = admin.get(f"{CHART}/{name}")
        assert answer.status_code == 404, f"{name} answered {answer.status_code}"
