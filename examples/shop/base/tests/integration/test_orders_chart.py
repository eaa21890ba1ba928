"""Order: its charts, as a browser sees them."""

import datetime
from collections import Counter

import pytest
from flask_appbuilder.models.sqla.filters import FilterEqual

from app.models import Customer, Order, OrderState
from tests import factories
from tests.pages import assert_page, figures_added, figures_on, view_named
from tests.schema import statements

CHART = "/orderchartview/chart"


def test_chart_counts_the_rows_of_each_state(admin, rows):
    chart = f"{CHART}/state/count"
    before = figures_on(admin.get(chart))
    rows.add(factories.new_orders, state=OrderState.draft)
    rows.add(factories.new_orders, state=OrderState.draft)
    rows.add(factories.new_orders, state=OrderState.paid)
    added = figures_added(before, admin.get(chart))
    assert added == {"draft": 2, "paid": 1, "All": 3}


def test_chart_counts_the_rows_of_each_customer(admin, rows):
    keys = [rows.add(factories.new_customer) for _ in range(2)]
    one = rows.called(Customer, keys[0])
    other = rows.called(Customer, keys[1])
    chart = f"{CHART}/customer/count"
    before = figures_on(admin.get(chart))
    rows.add(factories.new_orders, customer_id=keys[0])
    rows.add(factories.new_orders, customer_id=keys[0])
    rows.add(factories.new_orders, customer_id=keys[1])
    added = figures_added(before, admin.get(chart))
    assert added == Counter([one, one, other, *["All"] * 3])


@pytest.mark.parametrize(("period", "pattern"), [("month", "%Y-%m"), ("year", "%Y")])
def test_chart_counts_by_date_of_ordered_on(admin, rows, period, pattern):
    chart = f"{CHART}/ordered_on.{period}/count"
    before = figures_on(admin.get(chart))
    key = rows.add(factories.new_orders)
    moment = rows.get(Order, key)["ordered_on"]
    added = figures_added(before, admin.get(chart))
    assert added == {moment.strftime(pattern): 1, "All": 1}


@pytest.mark.parametrize(("period", "pattern"), [("month", "%Y-%m"), ("year", "%Y")])
def test_chart_counts_by_date_of_shipped_on(admin, rows, period, pattern):
    chart = f"{CHART}/shipped_on.{period}/count"
    before = figures_on(admin.get(chart))
    key = rows.add(factories.new_orders)
    moment = rows.get(Order, key)["shipped_on"]
    rows.add(factories.new_orders, shipped_on=None)
    added = figures_added(before, admin.get(chart))
    assert added == {moment.strftime(pattern): 1, "None": 1, "All": 2}


def test_chart_shows_the_name_of_customer_as_text(admin, rows):
    markup = "<script>alert('Fabwright')</script>"
    key = rows.add(factories.new_customer, name=markup)
    rows.add(factories.new_orders, customer_id=key)
    page = admin.get(f"{CHART}/customer/count")
    assert figures_on(page)[rows.called(Customer, key)] == 1
    assert markup not in page.text, "a browser would run what a row is called"


def test_chart_gathers_what_has_no_bar_of_its_own(app, admin, rows, monkeypatch):
    rows.add(factories.new_orders, state=OrderState.draft)
    rows.add(factories.new_orders, state=OrderState.paid)
    monkeypatch.setattr(view_named(app, "OrderChartView"), "max_groups", 1)
    figures = figures_on(admin.get(f"{CHART}/state/count"))
    assert len(figures) == 3, f"not one group, the others and all, but {figures}"
    *bars, whole = figures.values()
    assert sum(bars) == whole == rows.count(Order)


def test_chart_gathers_what_was_earlier(app, admin, rows, monkeypatch):
    rows.add(factories.new_orders, ordered_on=datetime.date(2026, 1, 2))
    rows.add(factories.new_orders, ordered_on=datetime.date(2020, 2, 29))
    monkeypatch.setattr(view_named(app, "OrderChartView"), "max_periods", 1)
    figures = figures_on(admin.get(f"{CHART}/ordered_on.year/count"))
    assert len(figures) == 3, f"not earlier years, the last and all, but {figures}"
    *bars, whole = figures.values()
    assert sum(bars) == whole == rows.count(Order)


def test_chart_asks_a_large_table_no_more_than_a_small_one(app, admin, rows):
    numbers = []
    for _ in range(3):
        rows.add(factories.new_orders)
        with statements(app) as sent:
            assert_page(admin.get(f"{CHART}/"))
        numbers.append(len(sent))
    assert numbers[1] == numbers[2], f"statements by number of rows: {numbers}"


def test_chart_shares_the_row_rules_of_its_list(app):
    chart = view_named(app, "OrderChartView")
    listed = view_named(app, "OrderView")
    assert chart.base_filters == listed.base_filters


def test_chart_counts_only_what_its_row_rules_leave(app, admin, rows, monkeypatch):
    key, _ = (rows.add(factories.new_orders) for _ in range(2))
    view = view_named(app, "OrderChartView")
    rules = view.datamodel.get_filters().add_filter("id", FilterEqual, key)
    monkeypatch.setattr(view, "_base_filters", rules)
    assert figures_on(admin.get(f"{CHART}/"))["All"] == 1


def test_chart_counts_only_what_a_search_finds(admin, rows):
    wanted = "changed number"
    rows.add(factories.new_orders, number="changed number")
    rows.add(factories.new_orders)
    found = admin.get(f"{CHART}/", query_string={"_flt_0_number": wanted})
    assert figures_on(found)["All"] == 1
    assert "_flt_0_number=" in found.text, "the other charts lose the search"


def test_a_chart_that_is_none_is_not_found(admin):
    for name in ("nothing/count", "state/nothing"):
        answer = admin.get(f"{CHART}/{name}")
        assert answer.status_code == 404, f"{name} answered {answer.status_code}"
