"""Product: its charts, as a browser sees them."""

import datetime
from collections import Counter

import pytest
from flask_appbuilder.models.sqla.filters import FilterEqual

from app.models import Category, Product
from tests import factories
from tests.pages import assert_page, figures_added, figures_on, view_named
from tests.schema import statements

CHART = "/productchartview/chart"


def test_chart_counts_the_rows_of_each_category(admin, rows):
    keys = [rows.add(factories.new_category) for _ in range(2)]
    one = rows.called(Category, keys[0])
    other = rows.called(Category, keys[1])
    chart = f"{CHART}/category/count"
    before = figures_on(admin.get(chart))
    rows.add(factories.new_product, category_id=keys[0])
    rows.add(factories.new_product, category_id=keys[0])
    rows.add(factories.new_product, category_id=keys[1])
    added = figures_added(before, admin.get(chart))
    assert added == Counter([one, one, other, *["All"] * 3])


def test_chart_counts_the_rows_of_each_active(admin, rows):
    chart = f"{CHART}/active/count"
    before = figures_on(admin.get(chart))
    rows.add(factories.new_product, active=True)
    rows.add(factories.new_product, active=True)
    rows.add(factories.new_product, active=False)
    added = figures_added(before, admin.get(chart))
    assert added == {"Yes": 2, "No": 1, "All": 3}


@pytest.mark.parametrize(("period", "pattern"), [("month", "%Y-%m"), ("year", "%Y")])
def test_chart_counts_by_date_of_released_on(admin, rows, period, pattern):
    chart = f"{CHART}/released_on.{period}/count"
    before = figures_on(admin.get(chart))
    key = rows.add(factories.new_product)
    moment = rows.get(Product, key)["released_on"]
    rows.add(factories.new_product, released_on=None)
    added = figures_added(before, admin.get(chart))
    assert added == {moment.strftime(pattern): 1, "None": 1, "All": 2}


def test_chart_tells_the_figures_of_price(admin, rows):
    for _ in range(2):
        rows.add(factories.new_product)
    values = rows.column(Product, "price")
    page = admin.get(f"{CHART}/category/average.price")
    *_, whole = figures_on(page).values()
    average = float(sum(values)) / len(values)
    assert whole == pytest.approx(average, abs=0.01)


def test_chart_shows_the_name_of_category_as_text(admin, rows):
    markup = "<script>alert('Fabwright')</script>"
    key = rows.add(factories.new_category, name=markup)
    rows.add(factories.new_product, category_id=key)
    page = admin.get(f"{CHART}/category/count")
    assert figures_on(page)[rows.called(Category, key)] == 1
    assert markup not in page.text, "a browser would run what a row is called"


def test_chart_gathers_what_has_no_bar_of_its_own(app, admin, rows, monkeypatch):
    keys = [rows.add(factories.new_category) for _ in range(2)]
    rows.add(factories.new_product, category_id=keys[0])
    rows.add(factories.new_product, category_id=keys[1])
    monkeypatch.setattr(view_named(app, "ProductChartView"), "max_groups", 1)
    figures = figures_on(admin.get(f"{CHART}/category/count"))
    assert len(figures) == 3, f"not one group, the others and all, but {figures}"
    *bars, whole = figures.values()
    assert sum(bars) == whole == rows.count(Product)


def test_chart_gathers_what_was_earlier(app, admin, rows, monkeypatch):
    rows.add(factories.new_product, released_on=datetime.date(2026, 1, 2))
    rows.add(factories.new_product, released_on=datetime.date(2028, 2, 29))
    monkeypatch.setattr(view_named(app, "ProductChartView"), "max_periods", 1)
    figures = figures_on(admin.get(f"{CHART}/released_on.year/count"))
    assert len(figures) == 3, f"not earlier years, the last and all, but {figures}"
    *bars, whole = figures.values()
    assert sum(bars) == whole == rows.count(Product)


def test_chart_asks_a_large_table_no_more_than_a_small_one(app, admin, rows):
    numbers = []
    for _ in range(3):
        rows.add(factories.new_product)
        with statements(app) as sent:
            assert_page(admin.get(f"{CHART}/"))
        numbers.append(len(sent))
    assert numbers[1] == numbers[2], f"statements by number of rows: {numbers}"


def test_chart_shares_the_row_rules_of_its_list(app):
    chart = view_named(app, "ProductChartView")
    listed = view_named(app, "ProductView")
    assert chart.base_filters == listed.base_filters


def test_chart_counts_only_what_its_row_rules_leave(app, admin, rows, monkeypatch):
    key, _ = (rows.add(factories.new_product) for _ in range(2))
    view = view_named(app, "ProductChartView")
    rules = view.datamodel.get_filters().add_filter("id", FilterEqual, key)
    monkeypatch.setattr(view, "_base_filters", rules)
    assert figures_on(admin.get(f"{CHART}/"))["All"] == 1


def test_chart_counts_only_what_a_search_finds(admin, rows):
    wanted = "changed sku"
    rows.add(factories.new_product, sku="changed sku")
    rows.add(factories.new_product)
    found = admin.get(f"{CHART}/", query_string={"_flt_0_sku": wanted})
    assert figures_on(found)["All"] == 1
    assert "_flt_0_sku=" in found.text, "the other charts lose the search"


def test_a_chart_that_is_none_is_not_found(admin):
    for name in ("nothing/count", "category/nothing"):
        answer = admin.get(f"{CHART}/{name}")
        assert answer.status_code == 404, f"{name} answered {answer.status_code}"
